"""Isosurfaces against what is known of them: a dipole's closed form, watertightness, the exact field."""

from __future__ import annotations

import numpy as np
import pytest

from mrsite import fields, maps
from mrsite.base.errors import InputError
from mrsite.maps.surfaces import Surface, isosurface, revolved

MU0 = 4e-7 * np.pi
DIPOLE = fields.Dipole((0.0, 0.0, 1e6), (0.0, 0.0, 0.0))
LEVEL = 0.5e-3


def volume(surface: Surface) -> float:
    a, b, c = (surface.vertices[surface.triangles[:, k]] for k in range(3))
    return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6.0)


def dipole_volume() -> float:
    # r^3 = (mu0 m / 4 pi B) sqrt(1 + 3 cos^2): V = (2 pi / 3) * integral of r^3 sin, in closed form
    k = MU0 * 1e6 / (4.0 * np.pi * LEVEL)
    half = (np.sqrt(4.0) + np.arcsinh(np.sqrt(3.0)) / np.sqrt(3.0)) / 2.0  # integral of sqrt(1 + 3 u^2), 0..1
    return float(2.0 * np.pi / 3.0 * k * 2.0 * half)


@pytest.fixture(scope="module")
def turned() -> Surface:
    return revolved(maps.meridian_profile(DIPOLE, LEVEL), chord=1e-3)


@pytest.fixture(scope="module")
def marched() -> Surface:
    return isosurface(DIPOLE, LEVEL, (-8.1, -8.0, -9.0, 7.9, 8.0, 9.0), 0.2)


def test_volume_is_the_dipoles_own(turned: Surface, marched: Surface) -> None:
    # chords lie inside a convex surface: at most area times sag is lost
    for surface in (turned, marched):
        short = dipole_volume() - volume(surface)
        assert 0.0 < short < 6e2 * (surface.chord_m + surface.error_m)


@pytest.mark.parametrize("kind", ["turned", "marched"])
def test_closed_and_facing_the_weaker_field(kind: str, request: pytest.FixtureRequest) -> None:
    surface: Surface = request.getfixturevalue(kind)
    assert surface.closed
    a, b, c = (surface.vertices[surface.triangles[:, k]] for k in range(3))
    normal = np.cross(b - a, c - a)
    size = np.sqrt((normal**2).sum(axis=1))
    assert size.min() > 0.0
    outside = (a + b + c) / 3.0 + 0.01 * normal / size[:, None]
    assert fields.magnitude(DIPOLE.flux_density(outside)).max() < LEVEL


def test_vertices_lie_on_the_exact_field(marched: Surface) -> None:
    b = fields.magnitude(DIPOLE.flux_density(marched.vertices))
    r = np.sqrt((marched.vertices**2).sum(axis=1))
    # |B| of a dipole falls at least as 3 B / r along its steepest way
    assert np.abs((b / LEVEL - 1.0) * r / 3.0).max() < 1e-3
    assert marched.error_m < 1e-3


def test_two_magnets_off_any_symmetry_are_one_closed_surface() -> None:
    turn = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    coils = fields.CoilSet([fields.Coil(0.5, 0.6, -0.6, -0.4, 2e7), fields.Coil(0.5, 0.6, 0.4, 0.6, 2e7)])
    both = fields.Sum([fields.Placed(coils, (0.0, 0.0, 0.0), np.eye(3)), fields.Placed(coils, (4.0, 0.7, 0.3), turn)])
    surface = isosurface(both, 1e-3, (-6, -6, -6, 10, 7, 6), 0.15)
    assert surface.closed
    b = fields.magnitude(both.flux_density(surface.vertices))
    assert np.abs(b / 1e-3 - 1.0).max() < 5e-3


def test_the_worse_of_two_states_encloses_both() -> None:
    other = fields.Dipole((6e5, 0.0, 0.0), (1.0, 0.0, 0.0))
    plus, minus = fields.Sum([DIPOLE, other]), fields.Sum([DIPOLE, fields.Dipole((-6e5, 0.0, 0.0), (1.0, 0.0, 0.0))])
    box = (-10, -10, -10, 10, 10, 10)
    worse = volume(isosurface([plus, minus], LEVEL, box, 0.4))
    assert worse > max(volume(isosurface(s, LEVEL, box, 0.4)) for s in (plus, minus)) * 1.001


def test_a_surface_that_leaves_the_box_says_so() -> None:
    assert not isosurface(DIPOLE, LEVEL, (-9, -9, 0, 9, 9, 9), 0.5).closed


def test_empty_where_the_level_is_not_reached() -> None:
    surface = isosurface(DIPOLE, 1e-9, (-1, -1, -1, 1, 1, 1), 0.2)
    assert surface.vertices.shape == (0, 3)
    assert surface.closed


def test_every_pattern_of_corners_is_polygonised_without_a_crack() -> None:
    # Each pattern set into a block of weak nodes, its field linear along edges, must close on itself.
    from mrsite.maps.marching import marched

    for case in range(1, 256):
        values = np.full((4, 4, 4), -1.0)
        for c in range(8):
            if case >> c & 1:
                values[1 + (c & 1), 1 + (c >> 1 & 1), 1 + (c >> 2 & 1)] = 1.0
        vertices, triangles = marched(values, np.zeros(3), np.ones(3))
        surface = Surface(1.0, vertices, triangles, 0.0)
        assert surface.closed, case
        assert volume(surface) > 0.0, case


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"box": (0, 0, 0, 1, 1, 0)}, "box"),
        ({"spacing": 0.0}, "spacing"),
        ({"spacing": 1e-3}, "use"),
        ({"level": float("nan")}, "levels"),
        ({"tolerance": -1.0}, "tolerance"),
    ],
)
def test_what_cannot_be_is_refused_by_name(arguments: dict[str, object], word: str) -> None:
    usual: dict[str, object] = {"level": LEVEL, "box": (-1, -1, -1, 1, 1, 1), "spacing": 0.5}
    with pytest.raises(InputError, match=word):
        isosurface(DIPOLE, **(usual | arguments))  # type: ignore[arg-type]
