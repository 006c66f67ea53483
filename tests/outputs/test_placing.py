"""Texts keep off boxes, our lines and the host's, and many of them cost little."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
import shapely

from mrsite.outputs.ink import Blocks, Ink
from mrsite.outputs.label import Label, around, beside, listed
from mrsite.outputs.mark import Polyline, Text, text_box
from mrsite.outputs.marks import storey_drawing
from mrsite.outputs.placing import HOST, OURS, Rooms, Surroundings, placed, text_block
from tests.outputs.build import host_bytes, outcome_of, renamed

LETTER = 0.125


def block(x: float, y: float, turn: float = 0.0) -> Blocks:
    return text_block(Text("NOTE", "eight ch", (x, y), LETTER, turn, "centre"))


def label(*places: tuple[float, float], needed: bool = True) -> Label:
    form = listed(("eight ch",), places, away=[0.0] * len(places))
    return Label("NOTE", places[0], LETTER, (form,), 1, "a label", needed)


def line(*points: tuple[float, float]) -> Polyline:
    return Polyline("B-3MT-CUT", tuple((x, y, 0.0) for x, y in points))


def texts(marks) -> list[Text]:
    return [m for m in marks if isinstance(m, Text)]


def leaders(marks) -> list[Polyline]:
    return [m for m in marks if isinstance(m, Polyline) and m.leader]


@pytest.mark.parametrize("origin", [0.0, 530_000.0])
@pytest.mark.parametrize("turn", [0.0, 90.0, 37.0])
def test_ink_is_found_under_a_text_and_nowhere_else(origin, turn):
    ink = Ink(LETTER / 2, (origin - 10, origin - 10, origin + 30, origin + 30))
    ink.draw([(origin - 5, origin), (origin + 5, origin)], OURS)
    ink.draw([(origin - 9000, origin + 20), (origin + 9000, origin + 20)], HOST)  # far beyond the window on both sides
    for x, y, held in ((0, 0, True), (0, 2, False), (0, 20, True), (900, 0, False)):
        lines, _ = ink.under(block(origin + x, origin + y, turn))
        assert bool(lines[0] > 0) is held
    ink.cover(block(origin, origin + 10, turn), 24)
    assert ink.under(block(origin, origin + 10, turn))[1][0] > 0
    ink.cover(block(origin, origin + 10, turn), -24)
    assert ink.under(block(origin, origin + 10, turn))[1][0] == 0


def test_broken_chains_and_points_that_are_none_are_not_bridged():
    ink = Ink(LETTER / 2, (-10.0, -10.0, 30.0, 10.0))
    ink.draw(np.array([(0, 0), (1, 0), (9, 0), (10, 0), (np.nan, 0), (20, 0)]), OURS, breaks=[2])
    assert ink.under(block(0.5, 0.0))[0][0] > 0
    assert ink.under(block(5.0, 0.0))[0][0] == 0
    assert ink.under(block(15.0, 0.0))[0][0] == 0


def test_a_plan_of_any_size_is_remembered_within_the_same_memory():
    ink = Ink(LETTER / 2, (0.0, 0.0, 5000.0, 5000.0))
    ink.draw([(0.0, 0.0), (5000.0, 5000.0)], OURS)
    assert ink.under(block(2500.0, 2500.0))[0][0] > 0
    assert ink.under(block(2500.0, 1000.0))[0][0] == 0


def test_texts_of_any_size_and_number_are_remembered_within_the_same_memory():
    """A drawing in the wrong unit has letters as high as its house: no place beside them could be found."""
    import tracemalloc

    ink = Ink(LETTER / 2, (0.0, 0.0, 60.0, 40.0))
    many = np.random.default_rng(1).uniform(0, 40, (300, 2))
    tracemalloc.start()
    ink.cover(Blocks(many, np.full(300, 7.0), 4000.0, 900.0), 3)
    large = Blocks(many, np.full(300, 7.0), 12.0, 4.0)
    ink.cover(large, 3)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5e8
    spot = Blocks(many[:5], np.zeros(5), LETTER, LETTER)
    assert (ink.under(spot)[1] > 0).all()
    ink.cover(large, -3)
    assert not ink.under(spot)[1].any()


def test_the_first_free_place_is_taken_then_the_least_bad_and_a_hopeless_one_is_left_out():
    ours, host = line((-3.0, 0.0), (3.0, 0.0)), np.array([(-3.0, 1.0), (3.0, 1.0)])

    def chosen(*labels: Label) -> list[tuple[float, float]]:
        return [t.at for t in texts(placed([ours, *labels], LETTER, Surroundings(host)))]

    assert chosen(label((0, 0), (0, 2), (0, 3))) == [(0, 2)]
    assert chosen(label((0, 0), (0, 1))) == [(0, 1)]  # across the host rather than across us
    assert chosen(label((0, 0), (0, 1), needed=False)) == []
    assert chosen(label((0, 4), (0, 5)), label((0, 4), (0, 5))) == [(0, 4), (0, 5)]


def test_a_label_that_comes_first_gives_way_to_one_that_has_no_choice():
    marks = placed([label((0, 0), (0, 1)), label((0, 0))], LETTER)
    assert [t.at for t in texts(marks)] == [(0, 1), (0, 0)]


def test_a_short_wording_is_taken_where_the_full_one_finds_no_room():
    walls = [line((x, -9.0), (x, 9.0)) for x in np.arange(-9.0, 9.01, 1.2)]
    full = "a sentence far too long for the space between two walls"
    marks = placed([*walls, beside((0.6, 0.0), [full], "NOTE", LETTER, "n", short=["D07"])], LETTER)
    assert [t.text for t in texts(marks)] == ["D07"]
    marks = placed([beside((0.6, 0.0), [full], "NOTE", LETTER, "n", short=["D07"])], LETTER)
    assert [t.text for t in texts(marks)] == [full]


def test_a_text_that_had_to_move_has_a_leader_from_its_place_and_one_that_had_not_has_none():
    near = placed([Label("NOTE", (0, 0), LETTER, (around((0, 0, 0, 0), ["near"], LETTER),), 1)], LETTER)
    assert not leaders(near)
    crowd = [line((-2.0, y), (2.0, y)) for y in np.arange(-2.0, 2.01, 0.1)]
    far = placed([*crowd, Label("NOTE", (0, 0), LETTER, (around((0, 0, 0, 0), ["far"], LETTER),), 1)], LETTER)
    (text,), (leader,) = texts(far), leaders(far)
    assert max(map(abs, text.at)) > 2.0
    assert leader.vertices[0][:2] == (0, 0)
    x0, y0, x1, y1 = text_box(text)
    assert x0 - LETTER <= leader.vertices[1][0] <= x1 + LETTER
    assert y0 - LETTER <= leader.vertices[1][1] <= y1 + LETTER


def test_what_is_said_of_one_magnet_does_not_stand_in_the_room_of_another():
    rooms = (shapely.box(0, 0, 5, 5), shapely.box(5.2, 0, 10, 5))
    # Its own room is full of lines, the other magnet's is empty.
    crowd = [line((5.2, y), (10.0, y)) for y in np.arange(0.0, 5.01, 0.2)]
    form = around((7.5, 2.5, 7.5, 2.5), ["data of MR2"], LETTER, reach=60)
    for held in (True, False):
        around_it = Surroundings(rooms=Rooms(rooms, (held, True)))
        (text,) = texts(placed([*crowd, Label("NOTE", (7.5, 2.5), LETTER, (form,), 1)], LETTER, around_it))
        assert not rooms[0].intersects(shapely.box(*text_box(text)))


def test_a_thousand_doors_and_findings_are_placed_in_seconds_and_listed_in_short(tmp_path):
    path = tmp_path / "ground.dxf"
    path.write_bytes(host_bytes())
    outcome = outcome_of(path)
    rng = np.random.default_rng(1)
    places = rng.uniform(0, 60, (1000, 2))
    doors = tuple(
        replace(outcome.project.doors[0], id=f"G/D{k}", number=f"D{k}", at=(float(x), float(y)))
        for k, (x, y) in enumerate(places)
    )
    findings = tuple(
        replace(outcome.findings[0], subject=f"thing {k}", id="", location=shapely.Point(x + 1, y))
        for k, (x, y) in enumerate(places)
    )
    plan = replace(outcome.project.storeys[0].plan, extent=(0.0, 0.0, 61.0, 60.0))
    crowded = renamed(
        replace(outcome, findings=findings), doors=doors, storeys=(replace(outcome.project.storeys[0], plan=plan),)
    )
    start = time.process_time()
    drawing = storey_drawing(crowded, "Ground")
    assert time.process_time() - start < 8.0
    words = [m for m in drawing.marks if isinstance(m, Text)]
    assert sum("more: all are in the report" in m.text for m in words) == 2
    labels = [m for m in words if m.item == "DOOR" and m.text.startswith("D")]
    assert len(labels) == 1000
    boxes = [shapely.box(*text_box(m)) for m in labels]
    tree = shapely.STRtree(boxes)
    a, b = tree.query(boxes, predicate="overlaps")
    assert (a < b).sum() < 100  # one in ten at most, where there is no room left
