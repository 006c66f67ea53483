"""Contours inside windings, where the slope of |B| jumps at faces: against a dense grid of the exact field."""

from __future__ import annotations

import contourpy
import numpy as np
import pytest
import shapely

import mrsite
from mrsite import fields, maps
from mrsite.base.errors import InputError
from mrsite.maps.plane import Plane
from mrsite.maps.tracing import trace

from .projection import chord_distances
from .random_magnets import random_magnet, stacked_magnet

HALF_PLANE = Plane((0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 0.0, 1.0))
LEVELS = (2e-4, 0.02, 0.1, 0.3, 0.6, 0.8, 0.95)  # T, then shares of the peak


def window_of(magnet: fields.CoilSet) -> tuple[float, float, float, float]:
    rows = np.array([c.row() for c in magnet.coils])
    reach = 1.12 * max(float(rows[:, 1].max()), float(np.abs(rows[:, 2:4]).max()))
    return 0.0, -reach, reach, reach


def sampled(magnet: fields.CoilSet, window: tuple[float, float, float, float], n: int):
    u, v = np.linspace(window[0], window[2], n), np.linspace(window[1], window[3], 2 * n)
    x, z = np.meshgrid(u, v)
    b, jac = magnet.flux_density_and_jacobian(np.stack([x.ravel(), 0.0 * x.ravel(), z.ravel()], axis=1))
    return u, v, fields.magnitude(b).reshape(x.shape), fields.gradient_of_magnitude(b, jac).reshape(x.shape)


def pieces_on_a_grid(u: np.ndarray, v: np.ndarray, m: np.ndarray, level: float, size: float) -> list[np.ndarray]:
    lines = contourpy.contour_generator(u, v, np.ma.masked_invalid(m)).lines(level)
    return [line for line in lines if np.ptp(line, axis=0).min() > size]


def judge(magnet: fields.CoilSet, levels: tuple[float, ...], n: int = 240) -> int:
    """Hold the traced pieces of several levels against a grid; returns how many pieces there were."""
    window = window_of(magnet)
    u, v, m, slope = sampled(magnet, window, n)
    spacing = float(u[1] - u[0])
    # at a thin wire the field rises without bound
    wire = any(isinstance(coil, fields.Loop) for coil in magnet.coils)
    peak = float(np.quantile(m[np.isfinite(m)], 0.99 if wire else 1.0))
    seen = 0
    for share in levels:
        level = share if share < 1e-3 else share * peak
        found = trace(magnet, level, HALF_PLANE, window, 1e-3, 0)
        assert found.error_m <= 1e-3
        # every vertex on the level
        points = np.concatenate([*found.paths, np.empty((0, 2))])
        b, jac = magnet.flux_density_and_jacobian(np.stack([points[:, 0], 0.0 * points[:, 0], points[:, 1]], axis=1))
        with np.errstate(divide="ignore", invalid="ignore"):
            off = np.abs(fields.magnitude(b) - level) / fields.gradient_of_magnitude(b, jac)
        on_wire = ~np.isfinite(fields.magnitude(b))
        assert (off[~on_wire] < 1e-4).all()
        for path, closed in zip(found.paths, found.closed, strict=True):
            assert len(path) < 3000, "wanders"
            assert shapely.is_simple(shapely.LineString(path))
            if closed:
                assert np.array_equal(path[0], path[-1])
            else:  # ends on a side of the window, nowhere else
                for end in (path[0], path[-1]):
                    assert (
                        min(abs(end[0] - window[0]), abs(end[0] - window[2]), *abs(end[1] - np.array(window[1::2])))
                        == 0.0
                    )
        # no two pieces cross, nor one itself
        assert shapely.MultiLineString([p for p in found.paths if len(p) > 1]).is_simple
        # every piece that the grid shows well has its own: it comes within a spacing or two all along
        for line in pieces_on_a_grid(u, v, m, level, 6.0 * spacing):
            traced = shapely.MultiLineString([p for p in found.paths if len(p) > 1])
            away = shapely.distance(traced, shapely.points(line))
            assert np.median(away) < spacing, (level, line[0])
            assert away.max() < 3.0 * spacing, (level, line[0])
            seen += 1
        # and the sign of |B| - level is that of the region the closed lines outline
        clear = np.isfinite(m) & (np.abs(m - level) > 2.0 * spacing * slope + 1e-9)
        inside = region(found.paths, found.closed, window, m[0, 0] > level)
        x, z = np.meshgrid(u, v)
        assert not (clear & (shapely.contains_xy(inside, x, z) != (m > level)) & interior(x, z, window)).any(), level
    return seen


def interior(x: np.ndarray, z: np.ndarray, window: tuple[float, float, float, float]) -> np.ndarray:
    return (x > window[0]) & (x < window[2]) & (z > window[1]) & (z < window[3])


def region(paths, closed, window, corner_inside: bool) -> shapely.Geometry:
    """Where the field is stronger: the faces into which the paths part the window, by the side they lie on."""
    frame = shapely.box(*window)
    lines = [shapely.LineString(p) for p in paths if len(p) > 1]
    faces = shapely.polygonize([shapely.unary_union([*lines, frame.exterior])]).geoms
    out = []
    for face in faces:
        point = face.representative_point()
        if not lines:
            strong = corner_inside
        else:
            k = int(np.argmin([line.distance(point) for line in lines]))
            at = lines[k].project(point)
            here, ahead, back = (
                # round the seam of a ring
                lines[k].interpolate((at + d) % lines[k].length if lines[k].is_ring else max(at + d, 0.0))
                for d in (0.0, 1e-6, -1e-6)
            )
            along = np.array([ahead.x - back.x, ahead.y - back.y])
            strong = along[0] * (point.y - here.y) - along[1] * (point.x - here.x) > 0.0
        if strong:
            out.append(face)
    return shapely.union_all(out)


@pytest.mark.parametrize("seed", range(3))
def test_levels_inside_windings_of_random_magnets(seed: int) -> None:
    assert judge(random_magnet(np.random.default_rng(100 + seed)), LEVELS) >= 4


def test_levels_inside_many_small_windings_side_by_side() -> None:
    """Windings that share faces and edges, as a fitted magnet's do: where following a tangent once lost its way."""
    assert judge(stacked_magnet(np.random.default_rng(5)), LEVELS) >= 4


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_levels_inside_windings_of_many_magnets(seed: int) -> None:
    rng = np.random.default_rng(1000 + seed)
    assert judge(random_magnet(rng), LEVELS, 320) > 3
    assert judge(stacked_magnet(rng), LEVELS, 320) > 3


def test_the_level_of_the_homogeneous_field_is_bounded_work() -> None:
    """In the bore |B| hardly varies: no cell can be settled, and the result must say how far it was resolved."""
    magnet = fields.CoilSet([fields.Coil(0.5, 0.52, z - 0.2, z + 0.2, 1.2e8) for z in (-0.7, -0.3, 0.1, 0.5)])
    b0 = float(fields.magnitude(magnet.flux_density([[0.0, 0.0, -0.1]]))[0])
    found = trace(magnet, b0 * (1.0 - 1e-7), HALF_PLANE, window_of(magnet), 1e-3, 0)
    assert sum(found.evaluations) < 300_000
    assert found.resolved_to_m > 0.0
    assert maps.meridian_profile(magnet, b0).resolved_to_m > 0.0


def test_a_face_crossed_at_a_grazing_angle_is_found_on_both_sides() -> None:
    """Just inside a long winding |B| falls linearly from the bore's to nothing: lines run along its faces."""
    magnet = fields.CoilSet([fields.Coil(0.4, 0.44, -1.0, 1.0, 5e7)])
    peak = 4e-7 * np.pi * 5e7 * 0.04
    found = trace(magnet, 0.5 * peak, HALF_PLANE, (0.3, -0.6, 0.6, 0.6), 1e-3, 0)
    (path,) = found.paths
    middle = path[np.abs(path[:, 1]) < 0.3]
    assert np.abs(middle[:, 0] - 0.42).max() < 5e-3
    assert found.closed == (False,)
    assert {abs(float(v)) for v in path[[0, -1], 1]} == {0.6}


def catalogue() -> list[str]:
    return [row.id for row in mrsite.catalogue().itertuples()]


@pytest.mark.slow
@pytest.mark.parametrize("magnet", catalogue())
def test_levels_inside_windings_of_the_catalogue(magnet: str) -> None:
    try:
        source = mrsite.load_magnet(magnet).field
    except InputError as error:
        pytest.skip(str(error))
    assert judge(source, LEVELS[1::2], 160) > 0


def hold_the_error(magnet: fields.CoilSet, levels: tuple[float, ...], window: tuple[float, float, float, float]) -> int:
    """``error_m`` against the distance itself, walked from samples of every chord; how many chords were judged."""
    _, _, m, _ = sampled(magnet, window, 120)
    peak = float(np.quantile(m[np.isfinite(m)], 0.99))
    judged = 0
    for share in levels:
        level = share if share < 1e-3 else share * peak
        searched = trace(magnet, level, HALF_PLANE, window, 1e-3, 0)
        seeds = np.array([path[len(path) // 3] for path in searched.paths]).reshape(-1, 2)
        followed = trace(magnet, level, HALF_PLANE, window, 1e-3, 0, seeds=seeds) if share < 1e-3 else searched
        for found in (searched, followed):
            assert found.error_m <= 1e-3
            for path in found.paths:
                distance, length = chord_distances(magnet, path, level, 3e-3)
                long = length > 1e-3  # a shorter one, between two points of the contour, is within half of that
                assert (distance[long] <= 1.02 * found.error_m + 1e-6).all(), (
                    level,
                    distance[long].max(),
                    found.error_m,
                )
                judged += int(np.count_nonzero(long))
    return judged


OUTSIDE = (0.0, -6.0, 6.0, 6.0)


def test_the_error_stated_is_that_of_the_whole_chord() -> None:
    rng = np.random.default_rng(500)
    magnet = random_magnet(rng)
    assert hold_the_error(magnet, LEVELS[1:2], window_of(magnet)) > 10
    assert hold_the_error(magnet, (5e-4, 2e-4), OUTSIDE) > 100
    stacked = stacked_magnet(rng)
    assert hold_the_error(stacked, LEVELS[1:2], window_of(stacked)) > 50


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_the_error_stated_is_that_of_the_whole_chord_on_many_magnets(seed: int) -> None:
    rng = np.random.default_rng(700 + seed)
    magnet = random_magnet(rng)
    hold_the_error(magnet, LEVELS[1:], window_of(magnet))
    hold_the_error(magnet, (5e-4, 2e-4), OUTSIDE)
    stacked = stacked_magnet(rng)
    hold_the_error(stacked, LEVELS[1::2], window_of(stacked))
