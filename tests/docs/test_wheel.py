"""The wheel holds every module and every data file of the checkout, and nothing else."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def kept(folder: Path) -> set[str]:
    """Files under version control or new in a folder, relative to the checkout."""
    done = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", str(folder)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )
    if done.returncode:
        pytest.skip("not a git checkout")
    return {name for name in done.stdout.splitlines() if (ROOT / name).is_file()}


@pytest.mark.slow
def test_the_wheel_is_whole(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(tmp_path), str(ROOT)],
        check=True, capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    names = {n for n in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in n}
    wanted = {n.removeprefix("src/") for n in kept(ROOT / "src")}
    wanted |= {f"mrsite/data/{n}" for folder in ("magnets", "floorplans") for n in kept(ROOT / folder)}
    assert names == wanted
    assert any(n.endswith("LICENSE") for n in zipfile.ZipFile(wheel).namelist())
