"""Contours on planes: closed forms, tolerance, windows, other quantities, merged magnets, envelopes, faults."""

from __future__ import annotations

import numpy as np
import pytest

from mrsite import fields, maps
from mrsite.base.errors import InputError

XY = maps.Plane((0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
MAGNET = fields.CoilSet(
    [fields.Coil(0.5, 0.55, z - 0.15, z + 0.15, 1.2e8) for z in (-0.5, 0.0, 0.5)]
    + [fields.Coil(0.9, 0.92, z - 0.1, z + 0.1, -2.1e8) for z in (-0.45, 0.45)]
)


def turned(degrees: float) -> list[list[float]]:
    """Bore along a bearing in the plan, y of the magnet up."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[-s, 0.0, c], [c, 0.0, s], [0.0, 1.0, 0.0]]).tolist()


def distance(source, path, level, quantity="B", plane=XY):
    """Distances of the vertices and mid-chords from the contour."""
    points = np.concatenate([path, 0.5 * (path[1:] + path[:-1])])

    def q(p):
        b, jac = source.flux_density_and_jacobian(p)
        if quantity == "B":
            return fields.magnitude(b)
        if quantity == "gradient":
            return fields.gradient_of_magnitude(b, jac)
        return fields.force_product(b, jac)

    h = 1e-5
    u, v = np.asarray(plane.u), np.asarray(plane.v)
    slope = np.hypot((q(points + h * u) - q(points - h * u)), (q(points + h * v) - q(points - h * v))) / (2 * h)
    return np.abs(q(points) - level) / slope


def test_dipole_contour_is_the_closed_form():
    """|B| = mu0 m sqrt(1 + 3 cos^2) / (4 pi r^3), so r(theta) is explicit."""
    source = fields.Dipole((1.0e5, 0.0, 0.0))
    (found,) = maps.contours(source, [1e-3], XY, (-6.0, -6.0, 6.0, 6.0), 1e-3)
    assert found.closed == (True,)
    assert found.unsettled == 0
    (path,) = found.paths
    r = np.linalg.norm(path, axis=1)
    expected = (1e-7 * 1.0e5 / 1e-3 * np.sqrt(1.0 + 3.0 * (path[:, 0] / r) ** 2)) ** (1.0 / 3.0)
    assert np.abs(r - expected).max() < 1e-4
    middle = 0.5 * (path[1:] + path[:-1])
    r = np.linalg.norm(middle, axis=1)
    expected = (1e-7 * 1.0e5 / 1e-3 * np.sqrt(1.0 + 3.0 * (middle[:, 0] / r) ** 2)) ** (1.0 / 3.0)
    assert np.abs(r - expected).max() < 1e-3


@pytest.mark.parametrize("tolerance", [1e-2, 1e-3, 1e-4])
def test_tolerance_is_kept_and_not_wasted(tolerance):
    (found,) = maps.contours(MAGNET, [0.5e-3], maps.Plane((0, 0, 0), (1, 0, 0), (0, 0, 1)), (-9, -9, 9, 9), tolerance)
    worst = max(
        distance(MAGNET, p, 0.5e-3, plane=maps.Plane((0, 0, 0), (1, 0, 0), (0, 0, 1))).max() for p in found.paths
    )
    assert 0.2 * tolerance < worst <= tolerance
    assert found.error_m <= tolerance
    assert sum(map(len, found.paths)) < 40.0 * np.sqrt(1.0 / tolerance)


@pytest.mark.parametrize(("quantity", "level"), [("gradient", 2e-3), ("gradient", 0.2), ("force_product", 1e-5)])
def test_gradient_and_force_product(quantity, level):
    plane = maps.Plane((0.0, 0.0, 0.3), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
    source = fields.Placed(MAGNET, (0.2, -0.1, 1.0), turned(30.0))
    (found,) = maps.contours(source, [level], plane, (-6.0, -6.0, 6.0, 6.0), 1e-3, quantity)
    assert found.paths
    assert all(found.closed)
    for path in found.paths:
        assert distance(source, path, level, quantity, plane).max() < 1.1e-3


def test_lines_that_leave_the_window_end_on_it():
    window = (-2.0, -1.0, 2.5, 9.0)
    source = fields.Placed(MAGNET, (0.0, 0.0, 0.0), turned(90.0))
    (found,) = maps.contours(source, [0.5e-3], XY, window)
    open_paths = [path for path, closed in zip(found.paths, found.closed) if not closed]
    assert open_paths
    for path in open_paths:
        for x, y, _ in (path[0], path[-1]):
            assert min(abs(x - window[0]), abs(x - window[2]), abs(y - window[1]), abs(y - window[3])) < 1e-9
        assert (path[:, 0] >= window[0] - 1e-9).all()
        assert (path[:, 1] <= window[3] + 1e-9).all()


def test_lines_of_two_magnets_merge_and_part():
    """Brought together, two closed 0.5 mT lines become one; the judge is the sign on a grid, not the tracer."""
    for gap, outer in ((16.0, 2), (5.0, 1)):
        one = fields.Placed(MAGNET, (-gap / 2, 0.0, 0.0), turned(0.0))
        two = fields.Placed(MAGNET, (gap / 2, 0.0, 0.0), turned(90.0))
        source = fields.Sum([one, two])
        (found,) = maps.contours(source, [0.5e-3], XY, (-16.0, -9.0, 16.0, 9.0))
        assert all(found.closed)
        assert sum(np.ptp(p[:, 0]) > 3.0 for p in found.paths) == outer
        x, y = (g.ravel() for g in np.meshgrid(np.arange(-15.9, 16.0, 0.1), np.arange(-8.9, 9.0, 0.1)))
        b, jac = source.flux_density_and_jacobian(np.stack([x, y, 0 * x], axis=1))
        m = fields.magnitude(b)
        clear = np.abs(m - 0.5e-3) > 3e-3 * fields.gradient_of_magnitude(b, jac)
        inside = sum(around(p[:, :2], x, y) for p in found.paths) > 0
        assert not (clear & (inside != (m > 0.5e-3))).any()


def around(ring, x, y):
    from .test_completeness import winding

    return winding(ring, x, y)


def test_a_source_of_another_origin_is_traced_in_batches():
    class Foreign:
        def flux_density(self, points):
            return MAGNET.flux_density(points)

        def jacobian(self, points):
            return MAGNET.jacobian(points)

    plane = maps.Plane((0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 0.0, 1.0))
    (ours,) = maps.contours(MAGNET, [1e-3], plane, (-6.0, -6.0, 6.0, 6.0))
    (theirs,) = maps.contours(Foreign(), [1e-3], plane, (-6.0, -6.0, 6.0, 6.0))
    assert sum(np.ptp(p[:, 0]) > 1.0 for p in theirs.paths) == sum(np.ptp(p[:, 0]) > 1.0 for p in ours.paths) == 1
    assert max(distance(MAGNET, p, 1e-3, plane=plane).max() for p in theirs.paths if np.ptp(p[:, 0]) > 1.0) < 1e-3


@pytest.mark.parametrize("compiled", [True, False])
def test_envelope_is_the_union_over_heights(compiled):
    """Against cuts at many heights: none leaves the envelope, and the envelope is nowhere wider than their union."""
    import shapely

    one = fields.Placed(MAGNET, (-2.5, 0.0, 1.0), turned(0.0))
    two = fields.Placed(MAGNET, (2.5, 0.5, 1.0), turned(70.0))
    source = fields.Sum([one, two])
    window, heights = (-9.0, -8.0, 9.0, 8.0), (0.0, 2.1)

    class Foreign:
        def flux_density(self, points):
            return source.flux_density(points)

        def jacobian(self, points):
            return source.jacobian(points)

    (found,) = maps.envelope_contours(source if compiled else Foreign(), [1e-3], XY, window, heights)
    whole = shapely.Polygon(max((p[:, :2] for p in found.paths), key=len))
    union = shapely.Polygon()
    for h in np.linspace(*heights, 8):
        plane = maps.Plane((0.0, 0.0, h), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
        (cut,) = maps.contours(source, [1e-3], plane, window)
        for p in cut.paths:
            union = union.union(shapely.Polygon(p[:, :2]).buffer(0))
    assert whole.buffer(3e-3).contains(union)
    assert union.buffer(2e-2).contains(whole)


@pytest.mark.parametrize("level", [0.0, -1.0, np.nan, np.inf])
def test_levels_that_cannot_be_contoured_are_refused_by_name(level):
    with pytest.raises(InputError, match=str(level)):
        maps.contours(MAGNET, [1e-3, level], XY, (-1.0, -1.0, 1.0, 1.0))


def test_no_levels_window_tolerance_and_quantity_are_refused():
    for arguments in (
        ([], XY, (-1, -1, 1, 1)),
        ([1e-3], XY, (1, -1, -1, 1)),
        ([1e-3], XY, (0, 0, np.nan, 1)),
        ([1e-3], XY, (-1, -1, 1, 1), 0.0),
        ([1e-3], XY, (-1, -1, 1, 1), 1e-3, "field"),
        ([1e-3], XY, (-1, -1, 1)),
        (["low"], XY, (-1, -1, 1, 1)),
    ):
        with pytest.raises(InputError):
            maps.contours(MAGNET, *arguments)
    with pytest.raises(InputError):
        maps.Plane((0, 0, 0), (1, 0, 0), (1, 0, 0))


def test_heights_and_windows_without_a_line():
    with pytest.raises(InputError, match="heights"):
        maps.envelope_contours(MAGNET, [1e-3], XY, (-1, -1, 1, 1), (0.0, np.nan))
    for level, window in ((50.0, (-6, -6, 6, 6)), (0.5e-3, (100, 100, 120, 120)), (0.5e-3, (-0.1, -0.1, 0.1, 0.1))):
        (found,) = maps.contours(MAGNET, [level], maps.Plane((0, 0, 0), (1, 0, 0), (0, 0, 1)), window)
        assert found.paths == ()


def test_windows_of_any_size_are_bounded_work_and_say_what_they_resolve():
    plane = maps.Plane((0, 0, 0), (1, 0, 0), (0, 0, 1))
    for half in (1e3, 1e6, 1e9):
        (found,) = maps.contours(MAGNET, [0.5e-3], plane, (-half, -half, half, half))
        assert sum(found.evaluations) < 200_000
        assert found.resolved_to_m > 0.0


def test_known_seed_costs_few_evaluations():
    from mrsite.maps.tracing import trace

    plane = maps.Plane((0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 0.0, 1.0))
    whole = trace(MAGNET, 0.5e-3, plane, (-9.0, -9.0, 9.0, 9.0), 1e-3, 0)
    again = trace(MAGNET, 0.5e-3, plane, (-9.0, -9.0, 9.0, 9.0), 1e-3, 0, seeds=whole.paths[0][:1])
    assert again.evaluations[0] == 0
    assert again.evaluations[1] <= 1000
    assert len(again.paths[0]) > 50
