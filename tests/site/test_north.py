"""North: stated, or of a georeference; a drawn arrow only suggests it, and nobody is left to guess what was used."""

from __future__ import annotations

from pathlib import Path

import pytest

from mrsite.outputs.site_template import site_toml
from mrsite.plans import north_arrows, plan_report, read_plan
from mrsite.plans.plan import Plan
from mrsite.site.load import load_project
from mrsite.site.project import Project
from mrsite.site.schema import read_site_file
from tests.plans.drawn import Habits, draw

SITE = """
[site]
name = "s"
{north}
[[storey]]
name = "G"
plan = "g.dxf"
[[scanner]]
id = "MR1"
magnet = "generic-1t5"
isocentre = [4.0, 2.0]
bearing_deg = 30.0
"""


def _drawn(folder: Path, name: str = "North Arrow", rotation: float = 25.0, yscale: float = 1.0) -> Plan:
    doc, _ = draw(3, Habits(rooms=6))
    doc.blocks.new(name).add_line((0, 0), (0, 1000))
    doc.modelspace().add_blockref(name, (1000, 2000), dxfattribs={"rotation": rotation, "yscale": yscale})
    doc.saveas(folder / "g.dxf")
    return read_plan(folder / "g.dxf")


def _site(folder: Path, north: str = "") -> Project:
    (folder / "site.toml").write_text(SITE.format(north=north), "utf-8")
    return load_project(*read_site_file(folder / "site.toml"))


def _toml(plan: Plan) -> str:
    return site_toml(plan, name="s", magnet="generic-1t5", isocentre=(4.0, 2.0), bearing_deg=30.0, isocentre_height=1.0)


@pytest.mark.parametrize(
    ("name", "rotation", "yscale", "points", "own"),
    [
        ("North Arrow", 25.0, 1.0, 115.0, False),
        ("A-ANNO-NORTH_1", 0.0, 1.0, 90.0, False),
        ("NORDPFEIL", -90.0, 1.0, 0.0, False),
        ("north", 10.0, -1.0, 280.0, False),
        ("PROJECT NORTH", 0.0, 1.0, 90.0, True),
    ],
)
def test_an_arrow_is_a_block_of_that_name(
    tmp_path: Path, name: str, rotation: float, yscale: float, points: float, own: bool
) -> None:
    (arrow,) = north_arrows(_drawn(tmp_path, name, rotation, yscale))
    assert arrow.north_deg == pytest.approx(points)
    assert arrow.own is own
    assert arrow.at == pytest.approx((1.0, 2.0))


@pytest.mark.parametrize("name", ["NORTHGATE-DOOR", "DOOR-01", "SNORTH", "FURNITURE NORDIC"])
def test_other_blocks_are_none(tmp_path: Path, name: str) -> None:
    assert not north_arrows(_drawn(tmp_path, name))


def test_it_is_told_and_never_used(tmp_path: Path) -> None:
    plan = _drawn(tmp_path)
    assert any("115.0 degrees" in line and "north" in line for line in plan_report(plan).guessed)
    text = _toml(plan)
    (line,) = [x for x in text.splitlines() if "north_deg" in x]
    assert line.startswith("# north_deg = 115 ")
    assert "North Arrow" in line
    project = _site(tmp_path)
    assert project.north_deg is None
    assert any("North Arrow" in note and "give [site] north_deg" in note for note in project.notes)


def test_one_that_contradicts_what_is_stated_is_told(tmp_path: Path) -> None:
    _drawn(tmp_path)
    notes = _site(tmp_path, "north_deg = 90.0").notes
    assert any("115.0" in note and "north_deg is 90" in note for note in notes)
    notes = _site(tmp_path, "north_deg = 115.5").notes
    assert not any("North Arrow" in note for note in notes)


def test_the_patient_end_is_told_by_the_compass(tmp_path: Path) -> None:
    """North to the right of the plan, 0: what points 30 degrees anticlockwise from it points to 330."""
    _drawn(tmp_path, "DOOR-01")
    assert any("MR1 points to 330 degrees" in note for note in _site(tmp_path, "north_deg = 0.0").notes)
    assert any("MR1 points to 60 degrees" in note for note in _site(tmp_path, "north_deg = 90.0").notes)
    assert not any("compass" in note for note in _site(tmp_path).notes)
