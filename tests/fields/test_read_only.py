"""An installation and a home that nobody may write to: kernels compile in memory, and agree."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mrsite
from mrsite import fields

CODE = """
import os, sys
import numpy as np
import mrsite
from mrsite import fields
assert mrsite.__file__.startswith(sys.argv[1]), mrsite.__file__
for place in (os.path.dirname(mrsite.__file__), os.path.expanduser("~")):
    assert not os.access(place, os.W_OK), place
source = fields.certified(fields.CoilSet([fields.Coil(0.5, 0.6, -0.1, 0.1, 1e8), fields.Loop(0.7, 0.3, 2e4)]), 1e-9)
b, jac = source.flux_density_and_jacobian([[0.2, 0.1, 0.0], [3.0, 1.0, 0.5]])
print(" ".join(x.hex() for x in (*b.ravel(), *jac.ravel())))
"""


def _someone_who_may_not_write() -> tuple[list[str], dict[str, Any]]:
    """Root may write anywhere: become nobody, or, where nobody cannot reach this Python, give up that privilege."""
    if os.geteuid() != 0:
        return [], {}
    nobody: dict[str, Any] = {"user": 65534, "group": 65534, "extra_groups": []}
    try:
        subprocess.run([sys.executable, "-c", "import numba"], check=True, cwd="/", capture_output=True, **nobody)
    except (OSError, subprocess.CalledProcessError):
        bound = ["setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner"]
        if shutil.which("setpriv") is None:
            pytest.skip("root, no other user can reach this Python, and setpriv is not installed")
        return bound, {}
    return [], nobody


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="permissions as POSIX has them")
def test_a_read_only_install_with_an_unwritable_home_runs():
    folder = Path(tempfile.mkdtemp(prefix="mrsite-"))
    try:
        package = folder / "site" / "mrsite"
        shutil.copytree(
            Path(mrsite.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"), symlinks=False
        )
        home = folder / "home"
        home.mkdir()
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o555 if path.is_dir() else 0o444)
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("NUMBA_", "XDG_", "PYTHON"))}
        environment |= {"HOME": str(home), "PYTHONPATH": str(folder / "site"), "PYTHONDONTWRITEBYTECODE": "1"}
        before, other = _someone_who_may_not_write()
        done = subprocess.run(
            [*before, sys.executable, "-c", CODE, str(folder)],
            env=environment, cwd="/", capture_output=True, text=True, check=False, timeout=900, **other,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        got = np.array([float.fromhex(x) for x in done.stdout.split()])
        assert not list(folder.rglob("*.nb[ci]"))
    finally:
        for path in [folder, *folder.rglob("*")]:
            if path.is_dir():
                path.chmod(0o755)
        shutil.rmtree(folder)
    source = fields.certified(fields.CoilSet([fields.Coil(0.5, 0.6, -0.1, 0.1, 1e8), fields.Loop(0.7, 0.3, 2e4)]), 1e-9)
    b, jac = source.flux_density_and_jacobian([[0.2, 0.1, 0.0], [3.0, 1.0, 0.5]])
    np.testing.assert_array_equal(got, np.concatenate([b.ravel(), jac.ravel()]))
