"""Cuts of solids against areas known by hand; names told from numbers; leaves by the schema's words."""

from __future__ import annotations

import numpy as np
import pytest
from shapely.geometry import Polygon

from mrsite.plans.ifc.between import leaf_of
from mrsite.plans.ifc.facts import from_json, outlines, polygon
from mrsite.plans.ifc.rooms import name_and_number
from mrsite.plans.ifc.shapes import Mesh, cut, shadow

NONE = np.zeros((0, 2), dtype=np.int64)


def _prism(rings: list[list[tuple[float, float]]], low: float, high: float, lean: float = 0.0) -> Mesh:
    """Sides of a prism over rings (caps left out: a cut needs none), its top moved along x."""
    corners: list[tuple[float, float, float]] = []
    faces: list[tuple[int, int, int]] = []
    for ring in rings:
        base, n = len(corners), len(ring)
        corners += [(x, y, low) for x, y in ring] + [(x + lean, y, high) for x, y in ring]
        for k in range(n):
            a, b = base + k, base + (k + 1) % n
            faces += [(a, b, b + n), (a, b + n, a + n)]
    return Mesh(np.array(corners), np.array(faces), NONE)


def _both(*meshes: Mesh) -> Mesh:
    offsets = np.cumsum([0, *(len(m.corners) for m in meshes)])
    faces = np.vstack([m.faces + o for m, o in zip(meshes, offsets, strict=False)])
    return Mesh(np.vstack([m.corners for m in meshes]), faces, NONE)


SQUARE = [(0.0, 0.0), (4.0, 0.0), (4.0, 3.0), (0.0, 3.0)]


def test_a_pyramid_shrinks_as_it_rises() -> None:
    corners = np.array([(0, 0, 0), (2, 0, 0), (2, 2, 0), (0, 2, 0), (1, 1, 2)], dtype=float)
    faces = np.array([(0, 1, 4), (1, 2, 4), (2, 3, 4), (3, 0, 4), (0, 2, 1), (0, 3, 2)])
    area = cut(Mesh(corners, faces, NONE), 0.5)
    assert area.area == pytest.approx(2.25)
    assert area.bounds == pytest.approx((0.25, 0.25, 1.75, 1.75))


def test_a_leaning_prism_moves_as_it_rises() -> None:
    area = cut(_prism([SQUARE], 0.0, 2.0, lean=1.0), 0.5)
    assert area.equals_exact(
        Polygon([(x + 0.25, y) for x, y in SQUARE]).normalize(), 1e-9
    ) or area.symmetric_difference(Polygon([(x + 0.25, y) for x, y in SQUARE])).area == pytest.approx(0, abs=1e-9)


def test_overlapping_solids_of_one_element_are_united() -> None:
    other = [(2.0, 1.0), (6.0, 1.0), (6.0, 2.0), (2.0, 2.0)]
    assert cut(_both(_prism([SQUARE], 0, 3), _prism([other], 0, 3)), 1.2).area == pytest.approx(12 + 2)


def test_a_hollow_solid_keeps_its_hole_when_its_caps_join_the_rings() -> None:
    hole = [(1.0, 1.0), (1.0, 2.0), (2.0, 2.0), (2.0, 1.0)]
    tube = _prism([SQUARE, hole], 0, 3)
    joined = np.vstack([tube.faces, [(0, 8, 1), (1, 8, 11), (1, 11, 2)]])
    assert cut(Mesh(tube.corners, joined, NONE), 1.2).area == pytest.approx(12 - 1)


def test_a_plane_through_corners_is_moved_off_them() -> None:
    low, high = _prism([SQUARE], 0, 1.2), _prism([SQUARE], 1.2, 3)
    assert cut(low, 1.2).is_empty
    assert cut(_both(low, high), 1.2).area == pytest.approx(12)


def test_above_and_below_there_is_nothing() -> None:
    assert cut(_prism([SQUARE], 0, 1), 1.5).is_empty
    assert cut(_prism([SQUARE], 0, 1), -0.5).is_empty


def test_the_shadow_of_an_open_shape() -> None:
    corners = np.array([(x, y, 0.1 * x) for x, y in SQUARE])
    assert shadow(Mesh(corners, np.array([(0, 1, 2), (0, 2, 3)]), NONE)).area == pytest.approx(12)
    far = Mesh(corners + [4e5, 3e5, 0], np.array([(0, 1, 2), (0, 2, 3)]), NONE)
    assert shadow(far).area == pytest.approx(12, abs=1e-6)


@pytest.mark.parametrize(
    ("name", "long_name", "told"),
    [
        ("A102", "Living Room", ("Living Room", "A102")),
        ("1.03", "", ("", "1.03")),
        ("Kitchen", "", ("Kitchen", "")),
        ("Kitchen 3", "", ("Kitchen 3", "")),
        ("101 Office", "", ("Office", "101")),
        ("", "Office", ("Office", "")),
        ("Office", "Office", ("Office", "")),
        ("WC", "Toilets", ("Toilets", "WC")),
        ("Toilets", "Toilets women", ("Toilets women", "")),
        ("", "", ("", "")),
        ("Raum-017", "Büro", ("Büro", "Raum-017")),
    ],
)
def test_names_are_told_from_numbers(name: str, long_name: str, told: tuple[str, str]) -> None:
    assert name_and_number(name, long_name) == told


@pytest.mark.parametrize(
    ("operation", "leaf"),
    [
        ("SINGLE_SWING_LEFT", ("single", 1, -1, False)),
        ("SINGLE_SWING_RIGHT", ("single", 1, 1, False)),
        ("DOUBLE_SWING_LEFT", ("single", 1, -1, True)),
        ("DOUBLE_DOOR_SINGLE_SWING", ("double", 2, 0, False)),
        ("DOUBLE_DOOR_DOUBLE_SWING", ("double", 2, 0, True)),
        ("DOUBLE_DOOR_SINGLE_SWING_OPPOSITE_LEFT", ("double", 2, 0, True)),
        ("SLIDING_TO_LEFT", ("sliding", 1, 0, False)),
        ("DOUBLE_DOOR_SLIDING", ("sliding", 2, 0, False)),
        ("", ("single", 1, 0, False)),
    ],
)
def test_leaves_by_the_words_of_the_schema(operation: str, leaf: tuple[str, int, int, bool]) -> None:
    assert leaf_of(operation) == leaf


def test_facts_that_are_not_whole_are_refused() -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        from_json('{"schema": "IFC4"}')
    with pytest.raises(ValueError, match="NaN is no number"):
        from_json('{"unit_m": NaN}')


def test_outlines_there_and_back() -> None:
    ring = Polygon(SQUARE, [[(1, 1), (2, 1), (2, 2)]])
    (one,) = outlines(ring)
    assert polygon(one).equals(ring)
