"""How far an item is from the line at its limit, against a field whose lines are spheres of known radius."""

from __future__ import annotations

import math

import pytest

from benchmarks.check_sites import Spheroid, department, item
from mrsite.checks.run import run_checks, wanted


@pytest.mark.parametrize("near", [7.0, 8.0, 12.0], ids=["beyond its limit", "at two metres", "far outside"])
def test_the_clearance_is_the_distance_to_the_line_and_no_straight_line_along_the_slope(near: float) -> None:
    field = Spheroid(3.0, 3.0)
    project = department(equipment=(item("CT1", "ct", (3.2, near, 5.2, near + 0.8)),))
    evidence = field.evidence(project, wanted(project))
    found = next(f for f in run_checks(project, evidence).findings if f.check == "equipment" and f.subject == "CT1")
    assert found.limit is not None
    place, pose = evidence.volume("equipment/CT1"), project.scanners[0].poses[0]
    assert place is not None
    r = math.dist(place.at, pose.position)
    line = 3.0 * field.scale(found.limit[0] * 1e-3)
    assert found.margin_m == pytest.approx(r - line, rel=1e-6)
    straight = (found.limit[0] * 1e-3 - place.worst.upper) / place.gradient_T_per_m
    assert found.margin_m < straight  # which promises too much, on either side of the line

