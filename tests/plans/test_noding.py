"""Noding by the meetings alone gives the faces that snap rounding gives."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from mrsite.plans import faces
from mrsite.plans.noding import LARGEST, noded

GRID = 1e-4


def _areas(segments: np.ndarray) -> list[float]:
    return sorted(float(f.area) for f in faces.enclosed_faces(segments, GRID) if f.area > 0.05)


def _snapped(segments: np.ndarray) -> list[float]:
    lines = shapely.unary_union(shapely.linestrings(segments.reshape(-1, 2, 2)), grid_size=GRID)
    return sorted(float(f.area) for f in shapely.get_parts(shapely.polygonize([lines])) if f.area > 0.05)


def _turned(segments: np.ndarray, degrees: float, shift: tuple[float, float]) -> np.ndarray:
    a = np.radians(degrees)
    turn = np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])
    return (segments.reshape(-1, 2) @ turn.T + np.array(shift)).reshape(-1, 4)


@pytest.mark.parametrize("degrees", [0.0, 21.0, 45.0, -37.3])
@pytest.mark.parametrize("seed", range(4))
def test_walls_that_meet_cross_and_lie_on_one_another(seed: int, degrees: float) -> None:
    rng = np.random.default_rng(seed)
    x, y = np.sort(rng.uniform(0, 40, 12)), np.sort(rng.uniform(0, 30, 10))
    lines = [(a, y[0], a, y[-1]) for a in x] + [(x[0], b, x[-1], b) for b in y]
    # Partitions from wall to wall, some a little past it, some drawn over in part.
    for _ in range(30):
        i, j, k = rng.integers(11), rng.integers(9), rng.integers(11)
        at = rng.uniform(y[j], y[j + 1])
        slip = rng.choice([0.0, 0.0, 2e-3])
        lines.append((x[i] - slip, at, x[i + 1] + slip, at))
        lines.append((x[k], y[j] + 0.3, x[k], y[j + 1] - 0.1))
        lines.append((x[i], y[j], x[i + 1], y[j + 1]))
    segments = _turned(np.array(lines), degrees, (412.3, -87.1))
    mine, reference = _areas(segments), _snapped(segments)
    assert len(mine) == len(reference)
    np.testing.assert_allclose(mine, reference, atol=0.01)


def test_ends_a_step_apart_on_either_side_of_a_line_become_one() -> None:
    # A corner whose two lines cross within a step of their ends: noded as drawn, no face would close.
    corner = np.array([[11.1891, 0.05, 11.1897, 0.0489], [11.1896, 0.0489, 11.5683, 0.2358]])
    pieces = noded(corner, GRID)
    assert pieces is not None
    ends = np.round(pieces.reshape(-1, 2) / GRID)
    assert len(np.unique(ends, axis=0)) == 3


def test_what_is_too_large_goes_the_general_way() -> None:
    wide = LARGEST * GRID * 1.1
    assert noded(np.array([[0.0, 0.0, wide, 0.0], [5.0, -5.0, 5.0, 5.0]]), GRID) is None
    square = np.array([[0, 0, 1, 0], [1, 0, 1, 1], [1, 1, 0, 1], [0, 1, 0, 0], [0, 0, wide, wide]], dtype=np.float64)
    assert _areas(square) == pytest.approx([0.5, 0.5])
