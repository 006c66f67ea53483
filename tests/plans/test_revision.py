"""Two revisions of a drawing: every edit told, and nothing that nobody changed."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from mrsite.plans import read_plan
from mrsite.plans.revision.compare import compare_plans
from mrsite.plans.revision.edits import PlanChanges
from tests.plans.drawn import LAYERS
from tests.plans.revised import CHANGES, Building, Expected, Hand, building, revise, save


def _changes(tmp_path: Path, old: Building, new: Building, hand: Hand = Hand(), first: Hand = Hand()) -> PlanChanges:
    plans = []
    for name, b, h in (("old", old, first), ("new", new, hand)):
        plans.append(read_plan(save(b, tmp_path / f"{name}.dxf", h), units=h.unit))
    return compare_plans(*plans)


def _check(found: PlanChanges, expected: list[Expected], loose: bool = False) -> None:
    """Each expected edit is told once, and no other."""
    left = list(found.edits)
    for kind, what, word in expected:
        hit = [
            e
            for e in left
            if (e.kind, e.what) == (kind, what)
            and (word in e.said or (loose and word[0].isdigit() and word.endswith("m")))
        ]
        assert hit, f"{kind} {what} {word!r} is not among {[(e.kind, e.what, e.said) for e in found.edits]}"
        left.remove(hit[0])
    assert not left, f"not made by anybody: {[(e.kind, e.what, e.said) for e in left]}"


@pytest.mark.parametrize("name", sorted(CHANGES))
@pytest.mark.parametrize("seed", range(2))
def test_one_edit_is_told_and_nothing_else(tmp_path: Path, name: str, seed: int) -> None:
    b = building(seed)
    new, expected = revise(b, [name], random.Random(seed))
    _check(_changes(tmp_path, b, new), expected)


@pytest.mark.parametrize("seed", range(3))
def test_ten_edits_of_ten(tmp_path: Path, seed: int) -> None:
    rng = random.Random(100 + seed)
    b = building(seed, per_row=20)
    new, expected = revise(b, rng.sample(sorted(CHANGES), 9), rng)
    found = _changes(tmp_path, b, new, Hand(origin=(12.5 + seed, -7.25)))
    _check(found, [*expected, ("moved", "drawing", "shifted by")])


_FRAMES = {
    "shifted": (Hand(origin=(100.0, 50.0)), [("moved", "drawing", "shifted by (100.000, 50.000) m")]),
    "by one bay": (Hand(origin=(4.0, 0.0)), [("moved", "drawing", "shifted by (4.000, 0.000) m")]),
    "turned": (Hand(turn_deg=30.0), [("moved", "drawing", "turned by 30.000 degrees")]),
    "turned by half": (Hand(turn_deg=180.0), [("moved", "drawing", "turned by 180.000 degrees")]),
    "mirrored": (Hand(mirror=True), [("changed", "drawing", "mirrored")]),
    "national grid": (Hand(origin=(412345.678, 287654.321)), [("moved", "drawing", "by (412345.678, 287654.321)")]),
    "another unit": (Hand(unit="inch"), [("changed", "drawing", "mm before, inch now")]),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(_FRAMES))
def test_another_frame_is_one_edit_and_hides_no_other(tmp_path: Path, name: str) -> None:
    hand, frame = _FRAMES[name]
    b = building(7)
    new, expected = revise(b, ["move_wall", "swing", "rename"], random.Random(3))
    _check(_changes(tmp_path, b, new, hand), [*expected, *frame])


@pytest.mark.parametrize("doors", ["arc", "lines"])
@pytest.mark.parametrize("layers", ["aia", "bs1192", "german"])
def test_redrawn_with_a_jitter_and_other_layers_is_no_edit(tmp_path: Path, layers: str, doors: str) -> None:
    b = building(11)
    hand = Hand(layers=layers, jitter=0.001, doors=doors, rings=False, seed=5)
    _check(_changes(tmp_path, b, b, hand), [])


@pytest.mark.parametrize("seed", range(2))
def test_jitter_hides_no_edit(tmp_path: Path, seed: int) -> None:
    rng = random.Random(40 + seed)
    b = building(seed, per_row=16)
    new, expected = revise(b, rng.sample(sorted(CHANGES), 6), rng)
    _check(_changes(tmp_path, b, new, Hand(jitter=0.001, layers="bs1192", seed=seed)), expected, loose=True)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(40))
def test_many_revisions_by_many_hands(tmp_path: Path, seed: int) -> None:
    """Ten edits, or none, of a building redrawn at random: unit, layers, frame, jitter, way of drawing."""
    rng = random.Random(1000 + seed)
    b = building(seed, per_row=rng.choice([16, 20]), bands=rng.choice([1, 2]))
    new, expected = revise(b, rng.sample(sorted(CHANGES), rng.choice([0, 5, 10])), rng)
    hand = Hand(
        unit=rng.choice(["mm", "mm", "cm", "m", "inch"]),
        layers=rng.choice(sorted(set(LAYERS) - {"zero"})),
        turn_deg=rng.choice([0.0, 0.0, 90.0, 17.3, 180.0]),
        origin=rng.choice([(0.0, 0.0), (0.0, 0.0), (3.6, 0.0), (-250.0, 81.5), (530123.4, 180456.7)]),
        mirror=rng.random() < 0.1,
        jitter=rng.choice([0.0, 0.001]),
        doors=rng.choice(["arc", "lines"]),
        rings=rng.random() < 0.5,
        seed=seed,
    )
    frame: list[Expected] = []
    if hand.mirror or hand.turn_deg or hand.origin != (0.0, 0.0):
        frame.append(("changed" if hand.mirror else "moved", "drawing", "the whole drawing"))
    if hand.unit != "mm":
        frame.append(("changed", "drawing", "the drawing unit"))
    _check(_changes(tmp_path, b, new, hand), [*expected, *frame], loose=bool(hand.jitter))
