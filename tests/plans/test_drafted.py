"""Buildings of many shapes drafted in many manners: walls, doors, windows, labels and clutter that others draw."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
from ezdxf.enums import TextEntityAlignment

from mrsite.base.errors import UnitsError
from mrsite.plans import Plan, read_plan
from tests.plans.buildings import FOOTPRINTS
from tests.plans.drafted import CLUTTER, Manner, draft, random_manner
from tests.plans.drawn import Key
from tests.plans.scoring import Score, score


def _read(tmp_path: Path, seed: int, m: Manner) -> tuple[Plan, Key]:
    doc, key = draft(seed, m)
    path = tmp_path / f"plan{seed}.dxf"
    doc.saveas(path)
    try:
        assert read_plan(path).unit == m.unit  # right or refused, never wrong
    except UnitsError as error:
        assert error.decision.candidates[0].unit == m.unit  # type: ignore[attr-defined]  # noqa: PT017
    return read_plan(path, units=m.unit), key


def _whole(s: Score) -> bool:
    return (s.rooms, s.doors, s.labels, s.adjacency, s.false_rooms) == (1, 1, 1, 1, 0)


@pytest.mark.parametrize("seed", [0, 2, 3, 14, 17, 36, 47, 49])
def test_random_manners(tmp_path: Path, seed: int) -> None:
    plan, key = _read(tmp_path, seed, replace(random_manner(seed), storeys=1))
    s = score(plan, key.as_dict())
    assert s.rooms >= 0.95
    assert s.doors >= 0.95
    assert s.adjacency >= 0.9
    assert s.false_rooms == 0


@pytest.mark.parametrize("walls", ["outline", "boxes", "cavity", "hatched", "mline", "solid"])
@pytest.mark.parametrize("bound", [False, True])
def test_each_way_to_draw_a_wall(tmp_path: Path, walls: str, bound: bool) -> None:
    plan, key = _read(tmp_path, 5, Manner(walls=walls, bound=bound, rotation=12.5, rooms=9, shape="L"))
    assert _whole(score(plan, key.as_dict()))


@pytest.mark.parametrize("doors", ["nested", "anonymous", "framed", "bulge", "leaf45", "spline", "gap"])
def test_each_way_to_draw_a_door(tmp_path: Path, doors: str) -> None:
    plan, key = _read(tmp_path, 6, Manner(doors=doors, rooms=9, double=0.3, sliding=0.2, unit="cm"))
    assert _whole(score(plan, key.as_dict()))


@pytest.mark.parametrize("shape", FOOTPRINTS)
def test_each_shape_of_building(tmp_path: Path, shape: str) -> None:
    plan, key = _read(
        tmp_path, 8, Manner(shape=shape, rooms=12, labels="bubble", unit="m", origin=(530123.4, 180456.7))
    )
    assert _whole(score(plan, key.as_dict()))


@pytest.mark.parametrize("labels", ["formatted", "apart", "bubble", "attribs", "notes"])
@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_each_way_to_label_a_room(tmp_path: Path, labels: str, language: str) -> None:
    plan, key = _read(tmp_path, 9, Manner(labels=labels, language=language, rooms=8))
    assert score(plan, key.as_dict()).labels == 1


@pytest.mark.parametrize("clutter", CLUTTER)
def test_what_stands_around_a_plan_makes_no_rooms(tmp_path: Path, clutter: str) -> None:
    plan, key = _read(tmp_path, 10, Manner(clutter=(clutter,), rooms=9))
    assert _whole(score(plan, key.as_dict()))


@pytest.mark.parametrize("windows", ["block", "box", "wall", "glass"])
def test_each_way_to_draw_a_window(tmp_path: Path, windows: str) -> None:
    plan, key = _read(tmp_path, 11, Manner(windows=windows, rooms=8))
    assert _whole(score(plan, key.as_dict()))
    _windows_found(plan, key)


def _windows_found(plan: Plan, key: Key, least: float = 1.0) -> None:
    found = [any(math.dist(w.at, k["at"]) < 0.3 for w in plan.windows) for k in key.windows]
    assert sum(found) >= least * len(found)
    for w in plan.windows:
        assert any(math.dist(w.at, k["at"]) < 0.3 for k in key.windows), f"no window at {w.at}"


@pytest.mark.parametrize("numbers", ["attrib", "text", "bubble", "label"])
def test_doors_bear_the_number_drawn_at_them(tmp_path: Path, numbers: str) -> None:
    plan, key = _read(tmp_path, 12, Manner(numbers=numbers, rooms=12, double=0.3))
    assert len(key.doors) >= 10
    for d in key.doors:
        door = min(plan.doors, key=lambda q, at=d["at"]: math.dist(q.at, at))
        assert door.number == d["number"]
        assert door.number_from
    assert not any("D1." in r.number for r in plan.rooms)
    assert _whole(score(plan, key.as_dict()))


def test_a_number_between_two_doors_goes_to_neither(tmp_path: Path) -> None:
    m = Manner(numbers="none", rooms=6)
    doc, key = draft(13, m)
    one, two = key.doors[0]["at"], min(key.doors[1:], key=lambda d: math.dist(d["at"], key.doors[0]["at"]))["at"]
    path = tmp_path / "plan.dxf"
    middle = ((one[0] + two[0]) / 2 * 1000, (one[1] + two[1]) / 2 * 1000)
    doc.modelspace().add_text("D1.99", height=2500, dxfattribs={"layer": "A-DOOR"}).set_placement(
        middle, align=TextEntityAlignment.MIDDLE_CENTER
    )
    doc.saveas(path)
    assert not any(d.number for d in read_plan(path, units="mm").doors)


def test_leaf_widths_on_the_door_layer_are_no_numbers(tmp_path: Path) -> None:
    doc, key = draft(13, Manner(rooms=6, double=0.0, sliding=0.0))
    for d in key.doors:
        at = (d["at"][0] * 1000 + 150, d["at"][1] * 1000 + 150)
        text = doc.modelspace().add_text(f"{d['width_m'] * 1000:.0f}", height=120, dxfattribs={"layer": "A-DOOR"})
        text.set_placement(at)
    path = tmp_path / "plan.dxf"
    doc.saveas(path)
    assert not any(d.number for d in read_plan(path, units="mm").doors)


@pytest.mark.parametrize("walls", ["outline", "boxes", "cavity", "hatched", "mline", "solid"])
@pytest.mark.parametrize(("doors", "windows"), [("leaf45", "glass"), ("framed", "box")])
def test_all_on_one_layer(tmp_path: Path, walls: str, doors: str, windows: str) -> None:
    """Shape alone tells walls from leaves: a partition drawn as short boxes is no sliding door, a pier bears a pane."""
    manner = Manner(walls=walls, doors=doors, windows=windows, layers="zero", rooms=14, double=0.12, sliding=0.08)
    plan, key = _read(tmp_path, 2012, manner)
    s = score(plan, key.as_dict())
    assert s.rooms >= 0.9
    assert s.doors >= 0.9
    assert s.false_rooms == 0
