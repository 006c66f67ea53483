"""What a field source is, and how the engine's own sources are packed for the kernels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mrsite.base.errors import InputError

Array = NDArray[np.float64]
Params = tuple[NDArray[np.int64], Array]
Output = tuple[Array, Array] | None

MU0 = 4e-7 * np.pi  # T m/A, the conventional value; CODATA's of 2022 is 1.3e-10 smaller
COILS, DIPOLE, UNIFORM, ZONAL = 0, 1, 2, 3  # as in the kernels


@runtime_checkable
class FieldSource(Protocol):
    """Anything that gives its flux density and the jacobian of it at points: sources of any origin add."""

    def flux_density(self, points: ArrayLike) -> Array:
        """Flux density in T, (n, 3), at points (n, 3) in m."""
        ...

    def jacobian(self, points: ArrayLike) -> Array:
        """J[:, i, j] = dB_i/dx_j in T/m, (n, 3, 3), at points (n, 3) in m."""
        ...


@dataclass(frozen=True, eq=False)
class Leaf:
    """One elementary source in its pose: what the kernels know of.

    Parameters
    ----------
    kind : int
        ``COILS``, ``DIPOLE``, ``UNIFORM`` or ``ZONAL``.
    count : int
        Windings of a coil set, orders of a zonal series.
    numbers : (k,) float64
        The payload, laid out as the kernel of that kind says.
    position, rotation : (3,), (3, 3)
        Origin in the outer frame, m, and the leaf's axes as columns.
    """

    kind: int
    count: int
    numbers: Array
    position: tuple[float, float, float] = (0.0, 0.0, 0.0)
    rotation: tuple[float, ...] = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)

    def moved(self, position: Array, rotation: Array) -> Leaf:
        """Return the leaf seen from an outer frame."""
        r = rotation @ np.reshape(self.rotation, (3, 3))
        p = rotation @ np.asarray(self.position) + position
        return Leaf(
            self.kind, self.count, self.numbers, (float(p[0]), float(p[1]), float(p[2])), tuple(r.ravel().tolist())
        )


def pack(leaves: Sequence[Leaf]) -> Params:
    """Lay leaves out in two flat arrays: (kind, start, count, turned?) each, and all numbers."""
    index = [len(leaves)]
    numbers: list[Array] = []
    start = 0
    for leaf in leaves:
        turned = leaf.rotation != (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
        index += [leaf.kind, start, leaf.count, int(turned)]
        numbers += [np.array([*leaf.position, *leaf.rotation]), leaf.numbers]
        start += 12 + len(leaf.numbers)
    return np.asarray(index, dtype=np.int64), np.concatenate(numbers) if numbers else np.zeros(1)


def as_points(points: ArrayLike) -> Array:
    """Return points as a C-contiguous (..., 3) float64 array.

    Raises
    ------
    InputError
        The last axis is not three coordinates.
    """
    array = np.ascontiguousarray(points, dtype=np.float64)
    if array.ndim == 0 or array.shape[-1] != 3:
        raise InputError(f"points: shape {array.shape} given, (n, 3) needed: x, y, z in metres in each row")
    return array


def output_for(points: Array, out: tuple[Array, Array]) -> None:
    """Refuse arrays that B and jacobian at these points cannot be written into.

    Raises
    ------
    InputError
        Their shape, type or layout is another, they are read-only, or they share memory with the points.
    """
    for array, shape in zip(out, (points.shape, (*points.shape, 3)), strict=True):
        if not isinstance(array, np.ndarray) or array.shape != shape or array.dtype != np.float64:
            raise InputError(f"out: a float64 array of shape {shape} needed for points of shape {points.shape}")
        if not (array.flags.c_contiguous and array.flags.writeable):
            raise InputError("out: the arrays must be contiguous and writeable")
        if np.may_share_memory(array, points):
            raise InputError("out: the arrays must not share memory with the points")


def finite(name: str, *values: float) -> None:
    """Refuse a number that is not finite.

    Raises
    ------
    InputError
        One of the values is NaN or infinite.
    """
    for value in values:
        if not np.isfinite(value):
            raise InputError(f"{name}: {value} is not a finite number: give one in SI units")
