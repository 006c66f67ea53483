"""Ten million points under two gigabytes of address space, and a read-only install of another user."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TEN_MILLION = """
import resource, numpy as np
resource.setrlimit(resource.RLIMIT_AS, (2_000_000_000, 2_000_000_000))
from mrsite import fields
coils = fields.CoilSet([fields.Coil(0.5, 0.6, -0.1, 0.1, 1e8), fields.Loop(0.8, 0.2, -1e5)])
b = coils.flux_density(np.random.default_rng(0).uniform(3.0, 5.0, (10**7, 3)))
print(b.shape, bool(np.isfinite(b).all()))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="address space is limited by RLIMIT_AS on Linux alone")
def test_ten_million_points_under_two_gigabytes():
    environment = {**os.environ, "NUMBA_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "1"}
    out = subprocess.run([sys.executable, "-c", TEN_MILLION], capture_output=True, text=True, env=environment)
    assert out.stdout.split() == ["(10000000,", "3)", "True"], out.stderr


@pytest.mark.slow
@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0 or shutil.which("setpriv") is None,
    reason="becoming another user needs root and setpriv",
)
def test_a_read_only_install_with_an_unwritable_home_runs(tmp_path):
    """Numba has nowhere to keep machine code then: kernels compile in the process, and the numbers are the same."""
    import mrsite

    tree = tmp_path / "tree"
    shutil.copytree(Path(mrsite.__file__).parent, tree / "mrsite", ignore=shutil.ignore_patterns("__pycache__"))
    for path in (tmp_path, *tmp_path.parents):
        if path != Path("/") and path.stat().st_uid == os.geteuid():
            path.chmod(path.stat().st_mode | 0o055)
    subprocess.run(["chmod", "-R", "a-w,a+rX", str(tree)], check=True)
    code = "from mrsite import fields; print(fields.Loop(0.5, 0.0, 1e3).flux_density([[0.0, 0.0, 0.0]])[0, 2])"
    out = subprocess.run(
        ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd="/",
        env={"HOME": "/nonexistent", "PYTHONPATH": str(tree), "PATH": os.environ["PATH"]},
    )
    assert float(out.stdout or "nan") == pytest.approx(2e-7 * 3.141592653589793 * 1e3 / 0.5), out.stderr
