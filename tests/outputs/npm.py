"""Test tools that come from npm, fetched once into the cache of the tests."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

CACHE = Path(__file__).resolve().parents[2] / ".pytest_cache" / "npm"


def package(name: str, version: str) -> Path:
    """Return the folder of a package: one that is installed, else fetched with npm; skips where neither can be.

    Parameters
    ----------
    version : str
        As npm understands it: ``"4"`` is the newest 4.x, ``"latest"`` what its makers call so.
    """
    for folder in (*_installed(), CACHE / "node_modules"):
        if (folder / name / "package.json").is_file():
            return folder / name
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip(f"npm is not installed, and so {name} cannot be fetched")
    CACHE.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [npm, "install", "--no-save", "--no-audit", "--no-fund", "--prefix", CACHE, f"{name}@{version}"],
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    if done.returncode:
        pytest.skip(f"npm could not fetch {name}: {done.stderr.strip()[-200:]}")
    return CACHE / "node_modules" / name


def _installed() -> list[Path]:
    folders = [Path(p) for p in os.environ.get("NODE_PATH", "").split(os.pathsep) if p]
    if shutil.which("npm"):
        found = subprocess.run(["npm", "root", "-g"], capture_output=True, text=True, check=False).stdout.strip()
        folders += [Path(found)] if found else []
    return folders
