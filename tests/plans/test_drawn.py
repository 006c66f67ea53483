"""Plans drawn at random in many habits: how general the reading is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mrsite.base.errors import UnitsError
from mrsite.plans import read_plan
from tests.plans.drawn import LAYERS, Habits, draw, random_habits
from tests.plans.scoring import Score, score


def _score(tmp_path: Path, seed: int, habits: Habits) -> Score:
    doc, key = draw(seed, habits)
    path = tmp_path / f"plan{seed}.dxf"
    doc.saveas(path)
    try:
        assert read_plan(path).unit == habits.unit  # right or refused, never wrong
    except UnitsError as error:
        assert error.decision.candidates[0].unit == habits.unit  # type: ignore[attr-defined]  # noqa: PT017
    return score(read_plan(path, units=habits.unit), key.as_dict())


@pytest.mark.parametrize("seed", range(200, 208))
def test_honest_drawings_are_read_whole(tmp_path: Path, seed: int) -> None:
    s = _score(tmp_path, seed, random_habits(seed))
    assert s.rooms >= 0.95
    assert s.doors >= 0.95
    assert s.adjacency >= 0.95
    assert s.labels >= 0.85
    assert s.false_rooms == 0


def test_degraded_drawings_are_mostly_read(tmp_path: Path) -> None:
    scores = [_score(tmp_path, seed, random_habits(seed, degraded=True)) for seed in range(300, 308)]
    assert np.mean([s.rooms for s in scores]) >= 0.85
    assert np.mean([s.doors for s in scores]) >= 0.85
    assert np.mean([s.adjacency for s in scores]) >= 0.8
    assert sum(s.false_rooms for s in scores) <= 3


@pytest.mark.parametrize("convention", sorted(LAYERS))
def test_each_layer_convention(tmp_path: Path, convention: str) -> None:
    s = _score(tmp_path, 7, Habits(layers=convention, rooms=8, doors="arc"))
    assert s.rooms == 1
    assert s.doors >= 0.9
    assert s.false_rooms == 0


@pytest.mark.parametrize("doors", ["block", "mirrored", "arc", "bulge", "lines", "polyline"])
@pytest.mark.parametrize("opened", [90.0, 60.0])
def test_each_way_to_draw_a_door(tmp_path: Path, doors: str, opened: float) -> None:
    s = _score(tmp_path, 11, Habits(doors=doors, open_deg=opened, rooms=8, double=0.4))
    assert s.rooms == 1
    assert s.doors == 1
    assert s.adjacency == 1


def test_a_hundred_rooms(tmp_path: Path) -> None:
    s = _score(tmp_path, 42, Habits(rooms=100, rotation=21.0, origin=(412345.6, 287654.3), unit="m"))
    assert s.rooms >= 0.98
    assert s.adjacency >= 0.98
    assert s.false_rooms == 0


def test_swing_side_hinge_and_width(tmp_path: Path) -> None:
    doc, key = draw(9, Habits(rooms=8, doors="arc", double=0.0))
    path = tmp_path / "plan.dxf"
    doc.saveas(path)
    plan = read_plan(path)
    truth = {tuple(np.round(d["at"], 2)): d for d in key.doors}
    checked = 0
    for door in plan.doors:
        d = truth.get(tuple(np.round(door.at, 2)))
        if d is None:
            continue
        assert door.width_m == pytest.approx(d["width_m"], abs=0.01)
        names = {r["id"]: r["number"] for r in key.rooms} | {"outside": "outside"}
        assert door.rooms == tuple(names[r] for r in d["rooms"])  # the swing side first
        assert door.swing_to == door.rooms[0]
        assert door.hinge_at is not None
        assert door.leaves == 1
        checked += 1
    assert checked >= len(key.doors) - 1
