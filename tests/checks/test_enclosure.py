"""How far a region must draw back to leave a part of it."""

from __future__ import annotations

import math

import pytest
import shapely

from mrsite.checks.enclosure import depth_of

DISC = shapely.Point(0.0, 0.0).buffer(3.0, quad_segs=180)


@pytest.mark.parametrize(
    ("part", "depth"),
    [
        (shapely.box(2.0, -5.0, 5.0, 5.0), 1.0),  # a wall 2 m from the middle: one metre deep
        (shapely.box(-5.0, -5.0, 5.0, 5.0), 3.0),  # all of it: to the middle
        (shapely.box(-1.0, -5.0, 5.0, 5.0), 3.0),
        (shapely.Point(0.0, 0.0).buffer(0.5), 3.0),
    ],
)
def test_depth_in_a_disc(part: shapely.Polygon, depth: float) -> None:
    assert depth_of(DISC.intersection(part), DISC) == pytest.approx(depth, abs=0.02)


def test_depth_of_two_lobes_is_that_of_the_deeper() -> None:
    both = DISC.union(shapely.Point(20.0, 0.0).buffer(1.0, quad_segs=90))
    assert depth_of(both, both) == pytest.approx(3.0, abs=0.02)
    right = both.intersection(shapely.box(10.0, -5.0, 30.0, 5.0))
    assert depth_of(right, both) == pytest.approx(1.0, abs=0.02)
    assert depth_of(shapely.Polygon(), both) == 0.0
    assert math.isfinite(depth_of(DISC, DISC))
