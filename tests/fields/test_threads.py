"""Results do not depend on threads: the same bits, for every remainder of chunks, time after time."""

from __future__ import annotations

import numba
import numpy as np
import pytest

from mrsite.fields import Coil, CoilSet

MAGNET = CoilSet(
    [
        Coil(0.50, 0.53, -0.6, -0.4, 1.2e8),
        Coil(0.50, 0.53, 0.4, 0.6, 1.2e8),
        Coil(0.90, 0.93, -0.5, -0.3, -9e7),
        Coil(0.90, 0.93, 0.3, 0.5, -9e7),
    ]
)


@pytest.mark.skipif(numba.config.NUMBA_NUM_THREADS < 2, reason="one core")
@pytest.mark.parametrize("count", [20 * 1024, 20 * 1024 + 1, 21 * 1024, 22 * 1024 - 7, 40_961])
def test_two_threads_give_the_bits_of_one(count: int) -> None:
    points = np.random.default_rng(count).uniform(-1.3, 1.3, (count, 3))
    before = numba.get_num_threads()
    try:
        numba.set_num_threads(1)
        b, jac = MAGNET.flux_density_and_jacobian(points)
        numba.set_num_threads(2)
        for _ in range(4):
            again, jac_again = MAGNET.flux_density_and_jacobian(points)
            assert np.array_equal(b, again, equal_nan=True)
            assert np.array_equal(jac, jac_again, equal_nan=True)
    finally:
        numba.set_num_threads(before)
