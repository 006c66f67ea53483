"""The meridian profile and what is derived from it, against cuts and heights done afresh."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from mrsite import fields, maps
from mrsite.base.errors import InputError

from .random_magnets import random_magnet

MAGNET = fields.CoilSet(
    [fields.Coil(0.5, 0.55, z - 0.15, z + 0.15, 1.2e8) for z in (-0.5, 0.0, 0.5)]
    + [fields.Coil(0.9, 0.92, z - 0.1, z + 0.1, -2.1e8) for z in (-0.45, 0.45)]
)


def area(rings: maps.Rings) -> shapely.Geometry:
    out = shapely.Polygon()
    for ring in rings.rings:
        out = out.symmetric_difference(shapely.Polygon(ring).buffer(0))
    return out


@pytest.mark.parametrize("level", [0.5e-3, 3e-3, 0.05])
def test_profile_lies_on_its_level(level):
    profile = maps.meridian_profile(MAGNET, level)
    assert profile.paths
    for path in profile.paths:
        middle = 0.5 * (path[1:] + path[:-1])
        points = np.concatenate([path, middle])
        b, jac = MAGNET.flux_density_and_jacobian(np.stack([points[:, 0], 0 * points[:, 0], points[:, 1]], axis=1))
        off = np.abs(fields.magnitude(b) - level) / fields.gradient_of_magnitude(b, jac)
        assert np.median(off[: len(path)]) < 1e-5
        assert off.max() < 2e-3 if level > 0.01 else off.max() < 1.05e-3


def test_dipole_profile_reach():
    source = fields.CoilSet([fields.Loop(0.01, 0.0, 1.0e8)])
    moment = np.pi * 1e-4 * 1e8
    axial, radial = maps.profile_reach(maps.meridian_profile(source, 1e-3))
    assert axial == pytest.approx((2e-7 * moment / 1e-3) ** (1 / 3), abs=1e-3)
    assert radial == pytest.approx((1e-7 * moment / 1e-3) ** (1 / 3), abs=1e-3)


@pytest.mark.parametrize("dy", [0.0, 0.7, -1.5])
def test_a_cut_is_the_contour_of_that_plane(dy):
    profile = maps.meridian_profile(MAGNET, 1e-3)
    cut = maps.profile_cut(profile, dy)
    plane = maps.Plane((0.0, dy, 0.0), (1.0, 0.0, 0.0), (0.0, 0.0, 1.0))
    (found,) = maps.contours(MAGNET, [1e-3], plane, (-8.0, -8.0, 8.0, 8.0))
    ours, theirs = area(cut), shapely.Polygon()
    for path in found.paths:
        theirs = theirs.symmetric_difference(shapely.Polygon(path[:, [0, 2]]).buffer(0))
    assert theirs.area > 1.0
    assert ours.symmetric_difference(theirs).area < 2e-3 * theirs.length


@pytest.mark.parametrize("heights", [(-1.05, 1.05), (0.4, 2.5), (-3.0, -1.2)])
def test_an_envelope_is_the_union_of_cuts(heights):
    for level in (0.5e-3, 3e-3):
        profile = maps.meridian_profile(MAGNET, level)
        whole = area(maps.profile_envelope(profile, *heights))
        union = shapely.union_all([area(maps.profile_cut(profile, h)) for h in np.linspace(*heights, 41)])
        assert whole.buffer(3e-3).contains(union)
        assert whole.difference(union.buffer(0.02)).area < 1e-6


def test_envelopes_of_random_magnets_against_the_field():
    """Nodes of a grid are in the envelope where |B| somewhere over the heights reaches the level; those near its
    edge are left out.
    """
    rng = np.random.default_rng(11)
    for _ in range(4):
        magnet, level = random_magnet(rng), 10.0 ** rng.uniform(-3.3, -2.0)
        low = rng.uniform(-1.0, 1.5)
        heights = (low, low + rng.uniform(0.3, 2.0))
        profile = maps.meridian_profile(magnet, level)
        whole = area(maps.profile_envelope(profile, *heights))
        reach = 1.1 * max(maps.profile_reach(profile))
        x, z = (g.ravel() for g in np.meshgrid(np.linspace(0.01, reach, 40), np.linspace(-reach, reach, 60)))
        most = np.zeros(len(x))
        for h in np.linspace(*heights, 60):
            most = np.fmax(most, fields.magnitude(magnet.flux_density(np.stack([x, 0 * x + h, z], axis=1))))
        clear = np.abs(np.log(most / level)) > 0.03
        inside = shapely.contains_xy(whole, x, z)
        assert not (clear & (inside != (most > level))).any()


def test_a_neighbour_gives_the_same_profile_without_a_search():
    like = maps.meridian_profile(MAGNET, 0.5e-3)
    other = fields.CoilSet(
        [fields.Coil(c.inner_radius, c.outer_radius, c.z_min, c.z_max, 1.004 * c.current_density) for c in MAGNET.coils]
    )
    fresh, quick = maps.meridian_profile(other, 0.5e-3), maps.meridian_profile(other, 0.5e-3, like=like)
    assert maps.profile_reach(quick) == pytest.approx(maps.profile_reach(fresh), abs=2e-3)
    assert len(quick.paths) >= 1


def test_a_level_never_left_or_not_a_level_is_refused():
    with pytest.raises(InputError):
        maps.meridian_profile(MAGNET, -1.0)
    with pytest.raises(InputError, match="uniform"):
        maps.meridian_profile(fields.Sum([MAGNET, fields.Uniform((0.0, 0.0, 1e-3))]), 0.5e-3)
