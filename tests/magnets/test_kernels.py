"""The cells' field against the exact engine, its derivatives against differences, and Maxwell's equations."""

from __future__ import annotations

import numpy as np
import pytest

from mrsite.fields import Coil, CoilSet
from mrsite.magnets._kernels import cell_columns, loop_terms


@pytest.mark.parametrize("mirrored", [False, True])
def test_cells_agree_with_the_exact_engine(mirrored: bool) -> None:
    cells = np.array([[0.5, 0.52, 0.1, 0.13], [0.88, 0.9, 0.5, 0.53]])
    density = np.array([1.4e8, -1.1e8])
    coils = [Coil(*map(float, c), float(j)) for c, j in zip(cells, density, strict=True)]
    if mirrored:
        image = cells[:, [0, 1, 3, 2]] * [1, 1, -1, -1]
        coils += [Coil(*map(float, c), float(j)) for c, j in zip(image, density, strict=True)]
    rho = np.array([0.0, 1e-4, 0.3, 0.35, 1.05, 2.0, 0.0, 5.0])
    z = np.array([0.0, 0.2, 0.1, 0.6, 0.5, 1.0, 4.0, 0.0])
    exact = CoilSet(coils).flux_density(np.column_stack([rho, 0 * rho, z]))
    ours = cell_columns(rho, z, cells, mirrored, False) @ density
    size = np.linalg.norm(exact, axis=1)
    # 5e-5: the midpoint and Gauss rules of small cells, a thousandth of the finest published rounding.
    assert np.abs(ours[0] - exact[:, 2]).max() < 5e-5 * size.max()
    assert (np.abs(ours[0] - exact[:, 2]) < 2e-4 * size).all()
    assert (np.abs(ours[1] - exact[:, 0]) < 2e-4 * size).all()


@pytest.mark.parametrize(("rho", "z", "a"), [(0.3, 0.2, 0.5), (3e-4, 0.2, 0.5), (2.0, 1.0, 0.5), (1.0, -3.0, 0.9)])
def test_derivatives_agree_with_differences(rho: float, z: float, a: float) -> None:
    step = 1e-5
    _, _, brr, brz, bzz = loop_terms(rho, z, a)
    up, down = loop_terms(rho, z + step, a), loop_terms(rho, z - step, a)
    scale = abs(bzz) + abs(brz)
    assert (up[1] - down[1]) / (2 * step) == pytest.approx(brz, abs=1e-7 * scale)
    assert (up[0] - down[0]) / (2 * step) == pytest.approx(bzz, abs=1e-7 * scale)
    if rho > step:
        right, left = loop_terms(rho + step, z, a), loop_terms(rho - step, z, a)
        assert (right[1] - left[1]) / (2 * step) == pytest.approx(brr, abs=1e-6 * scale)
        assert (right[0] - left[0]) / (2 * step) == pytest.approx(brz, abs=1e-6 * scale), "curl B is zero in air"


def test_the_series_near_the_axis_meets_the_closed_form() -> None:
    a, z = 0.5, 0.3
    inside, outside = loop_terms(0.9999e-3 * a, z, a), loop_terms(1.0001e-3 * a, z, a)
    for low, high in zip(inside, outside, strict=True):
        assert low == pytest.approx(high, rel=5e-4, abs=1e-12)
