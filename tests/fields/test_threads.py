"""Results do not depend on threads: the same bits, for every remainder of chunks, time after time."""

from __future__ import annotations

import numba
import numpy as np
import pytest

from mrsite.fields import Coil, CoilSet, Dipole, Sum
from mrsite.fields import _kernels as kernels
from mrsite.fields._kernels.counter import draw
from mrsite.fields.evaluate import NO_TABLE

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


@pytest.mark.skipif(numba.config.NUMBA_NUM_THREADS < 2, reason="one core")
def test_no_iteration_shares_anything_with_another() -> None:
    """Chunks drawn by more hands than there are chunks, and by odd numbers of them, over and over.

    Every row starts as a mark: a chunk that two had drawn would leave another's rows marked.
    """
    source = Sum([MAGNET, Dipole((1.0, 2.0, 3.0), (9.0, 0.0, 0.0))])
    rng = np.random.default_rng(4)
    for chunks, rest in ((1, 1), (2, 1023), (3, 0), (4, 17), (6, 1), (7, 500)):
        n = 1024 * chunks - (1024 - rest if rest else 0)
        points = rng.uniform(2.0, 5.0, (n, 3))
        b, jac = np.empty((n, 3)), np.empty((n, 9))
        kernels.serial(source._params, NO_TABLE, points, b, jac)
        for threads in (2, 3, 5, 7):
            for _ in range(25):
                again, jac_again = np.full((n, 3), -7.0), np.full((n, 9), -7.0)
                kernels.threaded(source._params, NO_TABLE, points, again, jac_again, threads)
                assert np.array_equal(again, b)
                assert np.array_equal(jac_again, jac)


@numba.njit(parallel=True)
def _drawn(counter, got):
    for hand in numba.prange(got.shape[0]):
        for k in range(got.shape[1]):
            got[hand, k] = draw(counter)


def test_no_number_is_drawn_twice() -> None:
    got = np.empty((4, 20_000), dtype=np.int64)
    _drawn(np.zeros(1, dtype=np.int64), got)
    assert np.array_equal(np.sort(got.ravel()), np.arange(got.size))
