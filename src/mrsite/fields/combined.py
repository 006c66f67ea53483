"""Sources moved, turned and added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from mrsite.base.errors import InputError

from .evaluate import Packed, evaluate, is_compiled
from .source import Array, FieldSource, Leaf, Output, Params, as_points, output_for, pack

_SAME = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


class _Composite:
    """Sources that may or may not be the engine's own: packed where they are, in batches where not."""

    def is_packed(self) -> bool:
        raise NotImplementedError

    def leaves(self) -> tuple[Leaf, ...]:
        raise NotImplementedError

    def _batched(self, points: Array) -> tuple[Array, Array]:
        raise NotImplementedError

    @cached_property
    def _params(self) -> Params:
        return pack(self.leaves())

    @cached_property
    def _is_packed(self) -> bool:
        return self.is_packed()

    def flux_density(self, points: ArrayLike) -> Array:
        """Flux density (n, 3), T, at points (n, 3), m; NaN in the row of a point on a wire."""
        if self._is_packed:
            return evaluate(self._params, as_points(points), jacobian=False)[0]
        return self._batched(as_points(points))[0]

    def jacobian(self, points: ArrayLike) -> Array:
        """``J[:, i, j] = dB_i/dx_j`` (n, 3, 3), T/m."""
        return self.flux_density_and_jacobian(points)[1]

    def flux_density_and_jacobian(self, points: ArrayLike, out: Output = None) -> tuple[Array, Array]:
        """Flux density (n, 3) in T and jacobian (n, 3, 3) in T/m in one pass; ``out`` as for a packed source."""
        array = as_points(points)
        if self._is_packed:
            return evaluate(self._params, array, out=out)
        found = self._batched(array)
        if out is None:
            return found
        output_for(array, out)
        for target, value in zip(out, found, strict=True):
            target[...] = value
        return out


@dataclass(frozen=True)
class Placed(_Composite):
    """A source moved and turned.

    Parameters
    ----------
    source : field source
    position : (3,), m
        Where its origin goes, outer frame.
    rotation : (3, 3)
        A rotation; its columns are the source's axes in the outer frame.
    """

    source: FieldSource
    position: tuple[float, float, float] = (0.0, 0.0, 0.0)
    rotation: tuple[tuple[float, float, float], ...] = field(default=_SAME)

    def __post_init__(self) -> None:
        position = np.asarray(self.position, dtype=float)
        rotation = np.asarray(self.rotation, dtype=float)
        if position.shape != (3,) or not np.isfinite(position).all():
            raise InputError("Placed: position must be three finite numbers, in metres")
        if rotation.shape != (3, 3) or not np.isfinite(rotation).all():
            raise InputError("Placed: rotation must be a 3 x 3 matrix of finite numbers")
        if abs(rotation @ rotation.T - np.eye(3)).max() > 1e-9 or np.linalg.det(rotation) < 0.0:
            raise InputError("Placed: rotation must be a proper rotation: orthonormal columns, determinant +1")
        object.__setattr__(self, "position", tuple(position.tolist()))
        object.__setattr__(self, "rotation", tuple(tuple(row) for row in rotation.tolist()))

    def is_packed(self) -> bool:
        """Whether the source has a compiled form."""
        return is_compiled(self.source)

    def leaves(self) -> tuple[Leaf, ...]:
        """The source's leaves in the outer frame."""
        inner: Packed = self.source  # type: ignore[assignment]
        r = np.asarray(self.rotation)
        p = np.asarray(self.position)
        return tuple(leaf.moved(p, r) for leaf in inner.leaves())

    def _batched(self, points: Array) -> tuple[Array, Array]:
        r = np.asarray(self.rotation)
        local = (points - np.asarray(self.position)) @ r
        b, jac = flux_density_and_jacobian(self.source, local)
        return np.ascontiguousarray(b @ r.T), np.ascontiguousarray(r @ jac @ r.T)


@dataclass(frozen=True)
class Sum(_Composite):
    """The superposition of sources.

    Parameters
    ----------
    sources : sequence of field sources
    """

    sources: tuple[FieldSource, ...]

    def __init__(self, sources: Sequence[FieldSource]) -> None:
        object.__setattr__(self, "sources", tuple(sources))

    def is_packed(self) -> bool:
        """Whether all sources have a compiled form."""
        return all(is_compiled(source) for source in self.sources)

    def leaves(self) -> tuple[Leaf, ...]:
        """All leaves."""
        out: list[Leaf] = []
        for source in self.sources:
            out += source.leaves()  # type: ignore[attr-defined]
        return tuple(out)

    def _batched(self, points: Array) -> tuple[Array, Array]:
        b = np.zeros(points.shape)
        jac = np.zeros((*points.shape, 3))
        for source in self.sources:
            db, dj = flux_density_and_jacobian(source, points)
            b += db
            jac += dj
        return b, jac


def flux_density_and_jacobian(source: FieldSource, points: ArrayLike) -> tuple[Array, Array]:
    """B and jacobian of any source: in one pass where it can, else by its two methods.

    Parameters
    ----------
    source : field source
    points : (n, 3), m

    Returns
    -------
    (n, 3) float64, T and (n, 3, 3) float64, T/m
        ``J[:, i, j] = dB_i/dx_j``.
    """
    both = getattr(source, "flux_density_and_jacobian", None)
    if both is not None:
        b, jac = both(points)
        return b, jac
    return source.flux_density(points), source.jacobian(points)
