"""What stands beside a plan: the arrow to true north."""

from __future__ import annotations

import math

import pytest

from mrsite.outputs.mark import Polyline, Text
from mrsite.outputs.title_marks import north_arrow


@pytest.mark.parametrize("north_deg", [0.0, 90.0, 123.4, 270.0])
def test_the_arrow_points_north_in_the_drawing(north_deg: float) -> None:
    shaft, head, letter = north_arrow(10.0, 5.0, 0.25, north_deg)
    assert isinstance(shaft, Polyline)
    assert isinstance(head, Polyline)
    assert isinstance(letter, Text)
    (x0, y0, _), (x1, y1, _) = shaft.vertices
    assert math.degrees(math.atan2(y1 - y0, x1 - x0)) % 360.0 == pytest.approx(north_deg)
    assert head.vertices[0][:2] == pytest.approx((x1, y1))
    assert math.hypot(letter.at[0] - x1, letter.at[1] - y1) < math.hypot(letter.at[0] - x0, letter.at[1] - y0)
