"""Texts keep off boxes, our lines and the host's, and many of them cost little."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
import shapely

from mrsite.outputs.ink import Ink
from mrsite.outputs.mark import Text, text_box
from mrsite.outputs.marks import storey_drawing
from mrsite.outputs.placing import HOST, OURS, Placer
from tests.outputs.build import host_bytes, outcome_of, renamed

LETTER = 0.125


def word(x: float, y: float, turn: float = 0.0) -> tuple[Text, ...]:
    return (Text("NOTE", "eight ch", (x, y), LETTER, turn, "centre"),)


@pytest.mark.parametrize("origin", [0.0, 530_000.0])
@pytest.mark.parametrize("turn", [0.0, 90.0, 37.0])
def test_ink_is_found_under_a_text_and_nowhere_else(origin, turn):
    ink = Ink(LETTER / 2)
    ink.draw([(origin - 5, origin), (origin + 5, origin)], OURS)
    ink.draw([(origin, origin + 20), (origin + 5, origin + 20)], HOST)  # the raster grows
    (on,) = word(origin, origin, turn)
    (off,) = word(origin, origin + 2.0, turn)
    (far,) = word(origin + 900, origin, turn)
    assert ink.under(on) > 0
    assert ink.under(off) == 0
    assert ink.under(far) == 0


def test_broken_chains_and_points_that_are_none_are_not_bridged():
    ink = Ink(LETTER / 2)
    ink.draw(np.array([(0, 0), (1, 0), (9, 0), (10, 0), (np.nan, 0), (20, 0)]), OURS, breaks=[2])
    assert ink.under(word(0.5, 0.0)[0]) > 0
    assert ink.under(word(5.0, 0.0)[0]) == 0
    assert ink.under(word(15.0, 0.0)[0]) == 0


def test_the_first_free_place_is_taken_then_the_least_bad_and_a_hopeless_one_is_left_out():
    placer = Placer(LETTER)
    placer.draw([(-3.0, 0.0), (3.0, 0.0)])
    placer.draw([(-3.0, 1.0), (3.0, 1.0)], HOST)
    assert placer.best([word(0, 0), word(0, 2), word(0, 3)]) == word(0, 2)
    assert placer.best([word(0, 0), word(0, 2), word(0, 1)]) == word(0, 1)  # across the host rather than across us
    assert placer.free([word(0, 0), word(0, 2)]) == ()
    assert placer.free([word(0, 0), word(0, 4)]) == word(0, 4)
    assert placer.best([word(0, 4), word(0, 5)]) == word(0, 5)


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
