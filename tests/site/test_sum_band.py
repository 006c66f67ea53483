"""The band of a line of two magnets: whatever either may be, the line of the sum lies in it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from shapely import contains_xy

from benchmarks.check_sites import department, magnet
from mrsite.base.pose import Pose
from mrsite.fields import Coil, CoilSet, Placed, Sum, magnitude
from mrsite.magnets import banded_values
from mrsite.site.evidence import WantedRegion
from mrsite.site.project import Project
from mrsite.site.regions import Regions
from mrsite.site.sum_band import uncertainty
from mrsite.site.total_field import total_field

LEVEL = 0.5e-3
HEIGHT = 1.05


def site(apart: float, second: str, unknown: bool = False) -> Project:
    model = replace(magnet(), coils=(Coil(0.5, 0.6, -0.5, 0.5, 2.5e6),))
    base = department(model=model)
    first = base.scanners[0]
    other = replace(first, id="MR2", poses=(Pose((4.2, 3.0 + apart, HEIGHT), 0.0),))
    ways = ("+z", "-z") if unknown else (second,)
    return replace(base, scanners=(first, replace(other, field_directions=ways)))  # type: ignore[arg-type]


def region(project: Project):  # type: ignore[no-untyped-def]
    return Regions(project, total_field(project)).region(WantedRegion("Ground", LEVEL, "cut", heights=(HEIGHT, HEIGHT)))


@pytest.mark.parametrize("second", ["+z", "-z"])
def test_every_pair_of_magnets_within_their_spread_has_its_line_in_the_band(second: str) -> None:
    project = site(6.0, second)
    found = region(project)
    rng = np.random.default_rng(3)
    points = np.column_stack([rng.uniform(-4, 13, 6000), rng.uniform(-4, 16, 6000), np.full(6000, HEIGHT)])
    upper = contains_xy(found.upper, points[:, 0], points[:, 1])
    lower = contains_xy(found.lower, points[:, 0], points[:, 1])
    assert upper.sum() > lower.sum() > 100
    for _ in range(12):
        shares = 1 + 0.1 * rng.choice([-1.0, 1.0, 0.0], 2)  # site spread 10 % of B
        parts = []
        for scanner, share in zip(project.scanners, shares):
            sign = 1.0 if scanner.field_directions[0] == "+z" else -1.0
            coils = [replace(c, current_density=sign * share * c.current_density) for c in scanner.magnet.coils]
            parts.append(Placed(CoilSet(coils), scanner.poses[0].position, scanner.poses[0].rotation))
        inside = magnitude(Sum(parts).flux_density(points)) >= LEVEL
        assert not (inside & ~upper).any()
        assert not (lower & ~inside).any()


def test_where_fields_cancel_the_band_is_wider_than_that_of_one_alone() -> None:
    """Abreast and opposed, half way between: what is left is small and its uncertainty is of the whole."""
    opposed = region(site(6.0, "+z")), region(site(6.0, "-z"))
    widths = [r.upper.area - r.lower.area for r in opposed]
    alone = Regions(one := replace(site(6.0, "+z"), scanners=site(6.0, "+z").scanners[:1]), total_field(one)).region(
        WantedRegion("Ground", LEVEL, "cut", heights=(HEIGHT, HEIGHT))
    )
    assert max(widths) > 2 * (alone.upper.area - alone.lower.area)


def test_an_unknown_direction_is_certain_only_where_both_agree() -> None:
    unknown, plus, minus = region(site(6.0, "+z", unknown=True)), region(site(6.0, "+z")), region(site(6.0, "-z"))
    assert unknown.lower.difference(plus.lower.intersection(minus.lower).buffer(0.02)).area < 1e-3
    assert plus.upper.union(minus.upper).difference(unknown.upper.buffer(0.02)).area < 1e-3
    assert plus.central.union(minus.central).difference(unknown.central.buffer(0.005)).area < 1e-3


def test_the_tabulated_uncertainty_is_never_below_the_true_one() -> None:
    model = site(6.0, "+z").scanners[0].magnet
    rng = np.random.default_rng(5)
    points = rng.normal(size=(400, 3))
    points *= (rng.uniform(1.5, 10, 400) / np.linalg.norm(points, axis=1))[:, None]
    above, below = uncertainty(model, 0.05, points)
    value, lower, upper = banded_values(model, points, site_spread=model.site_spread, extra_m=0.05)
    assert (above >= 0.99 * (upper - value)).all()
    assert (below >= 0.99 * (value - lower)).all()
    assert (above < 1.2 * (upper - value)).all()
