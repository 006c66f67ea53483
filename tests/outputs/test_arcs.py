"""Rings as few arcs, never inside the true line."""

import numpy as np
import pytest
import shapely

from mrsite.outputs.arcs import region_arcs, safe_arcs
from mrsite.outputs.mark import flattened


def ring(kind: str, count: int) -> np.ndarray:
    t = np.linspace(0, 2 * np.pi, count, endpoint=False)
    r = {"circle": 4.0 + 0 * t, "ellipse": None, "wavy": 4 + 0.5 * np.cos(4 * t)}[kind]
    if kind == "ellipse":
        return np.column_stack([4.0 * np.cos(t), 2.5 * np.sin(t)])
    return np.column_stack([r * np.cos(t), r * np.sin(t)])


def drawn(vertices, offset):
    return shapely.Polygon(np.array(flattened(vertices, True, 1e-6)) - np.array(offset))


@pytest.mark.parametrize("kind", ["circle", "ellipse", "wavy"])
@pytest.mark.parametrize("offset", [(0.0, 0.0), (530_208.0, 179_367.0)])
def test_the_arcs_hold_the_true_curve_within_a_millimetre(kind, offset):
    traced, true = ring(kind, 300), shapely.Polygon(ring(kind, 8_000))
    vertices = safe_arcs(traced + np.array(offset))
    assert len(vertices) < len(traced) / 2
    region = drawn(vertices, offset)
    # 50 um: what a sagitta taken from three points can miss of a curve whose curvature changes.
    assert true.difference(region.buffer(5e-5)).area == 0.0
    assert shapely.hausdorff_distance(true.exterior, region.exterior) < 1e-3


def test_a_circle_takes_a_handful_of_arcs():
    assert len(safe_arcs(ring("circle", 500))) <= 6


def test_every_vertex_is_one_of_the_traced_ones_bit_for_bit():
    traced = ring("wavy", 300) + np.array([530_208.0, 179_367.0])
    there = {(x, y) for x, y in traced.tolist()}
    assert all((x, y) in there for x, y, _ in safe_arcs(traced))


def test_a_hole_is_drawn_into_the_hole():
    region = shapely.Polygon(2 * ring("circle", 300)).difference(shapely.Polygon(ring("ellipse", 300)))
    outer, hole = region_arcs(region)
    true = shapely.Polygon(ring("ellipse", 8_000))
    inner = drawn(hole, (0, 0))
    assert inner.difference(true.buffer(5e-5)).area == 0.0
    assert true.difference(inner).area < 2 * np.pi * 4 * 1e-3
    assert drawn(outer, (0, 0)).buffer(2e-6).covers(shapely.Polygon(2 * ring("circle", 300)))


def test_the_corners_of_a_union_stay():
    union = shapely.Point(0, 0).buffer(3, quad_segs=64).union(shapely.box(-1, -6, 1, 0))
    (vertices,) = region_arcs(union)
    region = drawn(vertices, (0, 0))
    assert union.difference(region.buffer(2e-6)).area == 0.0
    for corner in ((-1.0, -6.0), (1.0, -6.0)):
        assert corner in {(x, y) for x, y, _ in vertices}


@pytest.mark.parametrize("points", [[], [(0, 0)], [(0, 0), (1, 0)], [(0, 0), (0, 0), (0, 0)]])
def test_what_is_no_ring_does_no_harm(points):
    assert len(safe_arcs(np.array(points, dtype=float).reshape(-1, 2))) <= 2


def test_empty_and_degenerate_regions_give_no_ring():
    assert region_arcs(shapely.Polygon()) == []
    assert region_arcs(shapely.LineString([(0, 0), (1, 1)])) == []
