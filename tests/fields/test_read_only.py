"""An installation and a home that nobody may write to, used by another user: kernels compile in memory, and agree."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

import mrsite
from mrsite import fields
from mrsite.base.data import data_folder

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
print(os.geteuid())
print(" ".join(x.hex() for x in (*b.ravel(), *jac.ravel())))
"""
NOBODY = 65534
#: Another user, who may read what this one may, since a Python can lie in a private home, and write nothing.
AS_NOBODY = [
    "setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups",
    "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search",
]  # fmt: skip


@dataclass(frozen=True)
class Install:
    """A copy of the package as a wheel lays it out, read-only, and who uses it."""

    folder: Path
    user: list[str]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("NUMBA_", "XDG_", "PYTHON", "MPL"))}
        environment |= {
            "HOME": str(self.folder / "home"),
            "PYTHONPATH": str(self.folder / "site"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "TMPDIR": str(self.folder / "out"),
        }
        return subprocess.run(
            [*self.user, sys.executable, *arguments], env=environment, cwd="/", capture_output=True, text=True,
            check=False, timeout=1800,
        )  # fmt: skip


@pytest.fixture(scope="module")
def install() -> Iterator[Install]:
    user: list[str] = []
    if os.name != "posix":
        pytest.skip("permissions as POSIX has them")
    if os.geteuid() == 0:
        user = AS_NOBODY
        if shutil.which("setpriv") is None or subprocess.run([*user, "true"], check=False).returncode:
            pytest.skip("root may write anywhere, and cannot become another user here")
    folder = Path(tempfile.mkdtemp(prefix="mrsite-"))
    try:
        package = folder / "site" / "mrsite"
        shutil.copytree(Path(mrsite.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
        for kind in ("magnets", "floorplans"):
            if not (package / "data" / kind).is_dir():
                shutil.copytree(data_folder(kind), package / "data" / kind)
        (folder / "home").mkdir()
        (folder / "out").mkdir()
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o555 if path.is_dir() else 0o444)
        (folder / "out").chmod(0o755)
        if user:
            os.chown(folder / "out", NOBODY, NOBODY)
        yield Install(folder, user)
        assert not list(folder.rglob("*.nb[ci]"))
        assert not list((folder / "home").iterdir())
    finally:
        for path in [folder, *folder.rglob("*")]:
            if path.is_dir() and not path.is_symlink():
                path.chmod(0o755)
        shutil.rmtree(folder)


@pytest.mark.slow
def test_the_field_is_the_same_to_the_bit(install: Install) -> None:
    done = install.run("-c", CODE, str(install.folder))
    assert done.returncode == 0, done.stderr
    user, values = done.stdout.splitlines()
    assert int(user) == (NOBODY if install.user else os.geteuid())
    got = np.array([float.fromhex(x) for x in values.split()])
    source = fields.certified(fields.CoilSet([fields.Coil(0.5, 0.6, -0.1, 0.1, 1e8), fields.Loop(0.7, 0.3, 2e4)]), 1e-9)
    b, jac = source.flux_density_and_jacobian([[0.2, 0.1, 0.0], [3.0, 1.0, 0.5]])
    np.testing.assert_array_equal(got, np.concatenate([b.ravel(), jac.ravel()]))


@pytest.mark.slow
def test_field_and_magnets_commands_run(install: Install) -> None:
    points = install.folder / "site" / "points.csv"
    install.folder.joinpath("site").chmod(0o755)
    points.write_text("x,y,z\n3.0,1.0,0.5\n", encoding="utf-8")
    points.chmod(0o444)
    install.folder.joinpath("site").chmod(0o555)
    done = install.run("-m", "mrsite", "field", "generic-3t", "--points", str(points))
    assert done.returncode == 0, done.stderr
    row = [float(x) for x in done.stdout.split()[-1].split(",")]
    expected = mrsite.load_magnet("generic-3t").field.flux_density([[3.0, 1.0, 0.5]])[0]
    np.testing.assert_allclose(row[3:6], expected, rtol=1e-6)
    listed = install.run("-m", "mrsite", "magnets")
    assert listed.returncode == 0, listed.stderr
    assert "generic-3t" in listed.stdout


@pytest.mark.slow
def test_a_site_is_assessed_into_a_folder_that_may_be_written(install: Install) -> None:
    site = install.folder / "site" / "mrsite" / "data" / "floorplans" / "district-hospital" / "site.toml"
    out = install.folder / "out" / "result"
    done = install.run("-m", "mrsite", "assess", str(site), "-o", str(out))
    assert "Conclusion:" in done.stdout, done.stderr
    assert json.loads((out / "findings.json").read_text(encoding="utf-8"))
    assert (out / "ground-annotated.dxf").stat().st_size > 0
