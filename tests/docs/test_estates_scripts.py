"""The page "Ask one question of a whole estate", followed word by word."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "estates-scripts.md"
COLUMNS = ["building", "room", "0.5 mT line", "area_m2"]


def files() -> dict[str, str]:
    """Return the files that the page shows, by name."""
    return dict(re.findall(r"^```\w+ ([\w.]+)\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE))


@pytest.fixture
def estate(tmp_path: Path, example: Path) -> Path:
    for name in ("buildings.csv", "rooms.csv", "estate.py"):
        (tmp_path / name).write_text(files()[name], encoding="utf-8")
    for plan in ("ground.dxf", "first.dxf"):
        shutil.copy(example.parent / plan, tmp_path)
    (tmp_path / "annexe.dxf").write_text("not a drawing", encoding="utf-8")
    return tmp_path


def run(folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "estate.py"], cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return (folder / "estate.csv").read_text(encoding="utf-8")


def test_the_script_writes_the_table_of_the_page(estate: Path) -> None:
    assert run(estate) == files()["estate.csv"]


def test_a_room_that_the_drawing_lacks_is_a_row_that_says_so(estate: Path) -> None:
    with (estate / "rooms.csv").open("a", encoding="utf-8") as schedule:
        schedule.write("South,999,office,staff\n")
    rows = run(estate).splitlines()
    assert sum(row.startswith("South,") for row in rows) == 3
    assert all("not assessed" in row and "999" in row for row in rows if row.startswith("South,"))
    assert any(row.startswith("North,G16,not reached") for row in rows)
