"""Drawings put on one another."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Polygon

from mrsite.base.errors import InputError
from mrsite.base.pose import Pose
from mrsite.site.frames import from_tie

ANGLES = st.floats(-3.0, 3.0)


@given(ANGLES, st.floats(-4e6, 4e6), st.floats(-4e6, 4e6), st.floats(-50, 50), st.floats(-50, 50))
def test_a_tie_lands_both_points_and_comes_back_to_the_micrometre(
    a: float, e: float, n: float, x: float, y: float
) -> None:
    c, s = math.cos(a), math.sin(a)
    here = ((x, y), (x + 30.0, y + 4.0))
    site = tuple((e + c * (px - x) - s * (py - y), n + s * (px - x) + c * (py - y)) for px, py in here)
    move = from_tie(here, (site[0], site[1]), "site.toml")
    for p, q in zip(here, site):
        assert math.dist(move.point(p), q) < 2e-8
        assert math.dist(move.back(q), p) < 2e-8
    pose = Pose((x + 1, y + 2, 1.0), 15.0)
    seen = move.pose(pose)
    assert np.isclose(math.remainder(seen.bearing_deg - 15.0 - math.degrees(a), 360.0), 0.0, atol=1e-6)
    assert math.dist(move.pose_back(seen).position, pose.position) < 1e-8
    square = Polygon([(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)])
    assert move.geometry_back(move.geometry(square)).equals_exact(square, 1e-7)


def test_ties_of_different_length_are_refused_with_both_lengths() -> None:
    with pytest.raises(InputError, match=r"line 9.*30\.000 m.*0\.762 m.*units"):
        from_tie(((0, 0), (30, 0)), ((0, 0), (0.762, 0)), "site.toml, line 9")


def test_tie_points_too_near_are_refused() -> None:
    with pytest.raises(InputError, match="far apart"):
        from_tie(((0, 0), (0.1, 0)), ((0, 0), (0.1, 0)), "site.toml, line 9")


def test_equal_ties_are_the_same_frame() -> None:
    assert from_tie(((0, 0), (25, 15)), ((0, 0), (25, 15)), "").identity
