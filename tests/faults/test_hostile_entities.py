"""Any value of any entity may be wrong: the plan is read without it and says so, or the file is refused."""

from __future__ import annotations

import random
from pathlib import Path

import ezdxf
import pytest

from mrsite.base.errors import InputError
from mrsite.plans import Plan, read_plan
from mrsite.plans.damage import damaged

WRONG = ("abc", "nan", "inf", "1e300", "-1", "", "0", "99999999999999999999", "1.5", "*A,B", "\\U+D800")


def _everything(path: Path, version: str) -> None:
    """A room and one entity of every kind that is read."""
    doc = ezdxf.new(version, setup=["linetypes"])
    doc.header["$INSUNITS"] = 6
    space = doc.modelspace()
    for name in ("A-WALL", "A-DOOR", "A-AREA-IDEN", "A-FURN"):
        doc.layers.add(name)
    wall = {"layer": "A-WALL"}
    space.add_lwpolyline([(0, 0), (6, 0), (6, 4), (0, 4)], close=True, dxfattribs=wall)
    space.add_polyline2d([(-0.2, -0.2), (6.2, -0.2), (6.2, 4.2), (-0.2, 4.2)], close=True, dxfattribs=wall)
    for a, b in (((3, 0), (3, 1.5)), ((3, 2.4), (3, 4)), ((3.1, 0), (3.1, 1.5)), ((3.1, 2.4), (3.1, 4))):
        space.add_line(a, b, dxfattribs=wall)
    leaf = doc.blocks.new("DOOR")
    leaf.add_arc((0, 0), 0.9, 0, 90)
    leaf.add_line((0, 0), (0, 0.9))
    leaf.add_attdef("DOOR_NO", (0.2, 0.2))
    outer = doc.blocks.new("OUTER")
    outer.add_blockref("DOOR", (0, 0))
    door = space.add_blockref("OUTER", (3, 1.5), dxfattribs={"layer": "A-DOOR", "rotation": 90})
    door.add_attrib("DOOR_NO", "D1", (3, 2), dxfattribs={"height": 0.1})
    space.add_text("OFFICE", height=0.2, dxfattribs={"layer": "A-AREA-IDEN"}).set_placement((1, 2))
    tag = {"layer": "A-AREA-IDEN", "char_height": 0.2, "insert": (4, 2)}
    space.add_mtext("{\\fArial;STORE}\\P12.0 m²", dxfattribs=tag)
    furn = {"layer": "A-FURN"}
    space.add_circle((1, 1), 0.3, dxfattribs=furn)
    space.add_ellipse((1, 3), (0.4, 0), 0.5, dxfattribs=furn)
    space.add_spline([(4, 1), (4.5, 1.3), (5, 1)], dxfattribs=furn)
    space.add_mline([(4, 3), (5, 3), (5, 3.5)], dxfattribs=furn)
    space.add_solid([(5, 0.2), (5.3, 0.2), (5, 0.5), (5.3, 0.5)], dxfattribs=furn)
    space.add_3dface([(5, 0.6), (5.3, 0.6), (5.3, 0.9), (5, 0.9)], dxfattribs=furn)
    space.add_leader([(1, 1), (2, 2)], dxfattribs=furn)
    space.add_wipeout([(1, 1), (1.5, 1.5)], dxfattribs=furn)
    hatch = space.add_hatch(dxfattribs=furn)
    hatch.paths.add_polyline_path([(5, 2), (5.5, 2), (5.5, 2.5)])
    space.add_aligned_dim((0, 0), (6, 0), distance=-1, text="6.00").render()
    space.add_linear_dim((3, 6), (0, 4), (6, 4)).render()
    doc.saveas(path)


def _places(lines: list[str]) -> list[int]:
    """Lines that hold a value of a table or an entity; the kinds and names of records are left alone."""
    start = lines.index("TABLES")
    return [k for k in range(1, len(lines), 2) if k > start and lines[k - 1].strip() not in ("0", "2")]


@pytest.mark.parametrize("version", ["R2010", "R2000"])
@pytest.mark.parametrize("seed", range(4))
def test_a_wrong_value_anywhere_is_met(tmp_path: Path, version: str, seed: int) -> None:
    rng = random.Random(seed)
    whole = tmp_path / "whole.dxf"
    _everything(whole, version)
    truth = read_plan(whole, units="m", cache=False)
    assert len(truth.rooms) == 2
    lines = whole.read_text("utf-8" if version == "R2010" else "cp1252").split("\n")
    places = _places(lines)
    bad = tmp_path / "bad.dxf"
    for _ in range(45):
        k, word = rng.choice(places), rng.choice(WRONG)
        bad.write_text("\n".join([*lines[:k], word, *lines[k + 1 :]]), "utf-8" if version == "R2010" else "cp1252")
        try:
            assert isinstance(read_plan(bad, units="m", cache=False), Plan)
        except InputError as error:
            assert "\n" not in str(error)  # noqa: PT017
            assert "bad.dxf" in str(error)  # noqa: PT017


def test_an_entity_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    whole = tmp_path / "whole.dxf"
    _everything(whole, "R2010")
    lines = whole.read_text("utf-8").split("\n")
    k = lines.index("CIRCLE")
    radius = next(i for i in range(k, k + 60) if lines[i].strip() == "40") + 1
    bad = tmp_path / "bad.dxf"
    bad.write_text("\n".join([*lines[:radius], "abc", *lines[radius + 1 :]]), "utf-8")
    plan = read_plan(bad, units="m", cache=False)
    assert any("CIRCLE on A-FURN" in words for words in plan.incomplete)
    assert len(plan.rooms) == 2


def test_a_bug_of_ours_is_not_taken_for_damage() -> None:
    assert not any(issubclass(kind, damaged()) for kind in (NameError, ImportError, MemoryError, KeyboardInterrupt))
