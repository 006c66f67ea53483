"""The picture of what was read, and the site file to begin with: foreign text cannot break out of either."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from mrsite.outputs.plan_picture import render
from mrsite.outputs.site_template import quote, site_toml
from mrsite.plans import read_plan
from mrsite.plans.plan import Plan
from tests.plans.drawn import Habits, draw

NASTY = [
    "$x^2$ and \\frac",
    "[/bold] \x1b[2J",
    '"]\n[site]\nname="x',
    "<script>alert(1)</script>",
    "a" * 10_000,
    "\u202eabc",
    "😀 é",
]


def _plan(tmp_path: Path, labels: list[str]) -> Plan:
    doc, _ = draw(3, Habits(rooms=8, areas="none", furniture=False))
    texts = [t for t in doc.modelspace().query("TEXT") if t.dxf.layer == "A-AREA-IDEN" and t.dxf.text[0].isalpha()]
    for t, label in zip(texts, labels, strict=False):
        t.dxf.text = label.replace("\n", " ")
    path = tmp_path / "plan.dxf"
    doc.saveas(path)
    return read_plan(path, units="mm")


def test_png_and_svg_are_drawn_and_repeatable(tmp_path: Path) -> None:
    plan = _plan(tmp_path, [])
    png, svg = render(plan), render(plan, kind="svg")
    assert png.startswith(b"\x89PNG")
    assert b"<svg" in svg
    assert render(plan) == png
    assert render(plan, kind="svg") == svg
    assert "D01" in svg.decode()
    for room in plan.rooms:
        assert room.name in svg.decode()


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_foreign_text_is_drawn_as_it_is(tmp_path: Path) -> None:
    plan = _plan(tmp_path, NASTY)
    svg = render(plan, kind="svg").decode()
    assert "<script>" not in svg
    assert "\x1b" not in svg
    assert len(render(plan, dpi=60)) > 5000


def test_site_file_is_valid_and_guesses_are_comments(tmp_path: Path) -> None:
    plan = _plan(tmp_path, ["MR SCAN ROOM", "CHANGING", "PLANT ROOM"])
    centre = next(r for r in plan.rooms if r.name == "MR SCAN ROOM").polygon.representative_point()
    text = site_toml(plan, magnet="some-magnet", isocentre=(centre.x, centre.y), bearing_deg=90, units="mm")
    data = tomllib.loads(text)
    assert data["schema"] == 1
    assert data["storey"][0]["units"] == "mm"
    assert data["scanner"][0]["bearing_deg"] == 90
    assert len(data["room"]) == len(plan.rooms)
    assert len(data["door"]) == len(plan.doors)
    for room in data["room"]:
        assert not {"zone", "use", "occupancy"} & set(room)  # guesses stay comments
    assert all("lock" not in d for d in data["door"])
    assert '# zone = "IV"' in text
    assert "guess: the label holds 'changing'" in text
    # Taking the marks away gives a file that still parses.
    guesses = ("# zone", "# use", "# occupancy", "# lock")
    taken = "\n".join(line.removeprefix("# ") if line.startswith(guesses) else line for line in text.split("\n"))
    assert tomllib.loads(taken)["door"][0]["lock"] is False


def test_labels_cannot_break_out_of_the_site_file(tmp_path: Path) -> None:
    plan = _plan(tmp_path, NASTY)
    text = site_toml(plan, magnet='x"\n[evil]\ny = "', isocentre=(1.0, 1.0))
    data = tomllib.loads(text)
    assert set(data) == {"schema", "site", "storey", "scanner", "room", "door"}
    for label in NASTY:
        assert tomllib.loads(f"a = {quote(label)}")["a"] == label
