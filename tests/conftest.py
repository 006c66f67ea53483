"""What many tests share: the drawings by others, the example site, the CAD programs."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of drawings and keys that are not part of the project; skips where it is absent."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("the folder of shared drawings is not beside the project")
    return folder


@pytest.fixture(scope="session")
def example() -> Path:
    """The site file of the district hospital."""
    return ROOT / "floorplans" / "district-hospital" / "site.toml"


def need(program: str) -> str:
    """Return the path of a program; skip without it, but never in CI."""
    found = shutil.which(program)
    if found is None:
        if os.environ.get("CI"):
            pytest.fail(f"{program} is not installed, and CI must have it")
        pytest.skip(f"{program} is not installed")
    return found


@pytest.fixture(scope="session")
def librecad() -> str:
    """LibreCAD, to prove a drawing by another program's picture of it."""
    need("pdftoppm")
    return need("librecad")


@pytest.fixture(scope="session")
def ogrinfo() -> str:
    """OGR, to read a drawing back by another parser."""
    return need("ogrinfo")


@pytest.fixture(scope="session")
def chromium() -> str:
    """Chromium, to open a report as a person does."""
    return need("chromium")
