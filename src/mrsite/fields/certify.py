"""The same field by the fastest route whose proven error bound holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mrsite.base.errors import InputError

from .coils import Coil, CoilSet, Loop
from .combined import Placed, Sum
from .evaluate import Packed
from .packing import unpacked, winding_leaf
from .source import COILS, Array, FieldSource, Leaf, as_points

SERIES, WINDINGS, EXACT = "series", "windings", "closed form"


@dataclass(frozen=True)
class Certificate:
    """How a certified source does each point, and how far off it may be.

    Parameters
    ----------
    route : (n,) of str
        ``"series"`` (multipoles), ``"windings"`` (quadrature of thick coils, or their closed ends), ``"closed form"``.
        With several sources, the least exact.
    order : (n,) int
        Of the series, zero elsewhere.
    bound_B, bound_J : (n,) float64
        Relative error bounds: B by max(|B|, 1e-3 sum of the coils' |B_i|), the jacobian likewise with floor |B| / 1 m.
        Rounding (some 1e-15) comes on top.
    """

    route: NDArray[np.str_]
    order: NDArray[np.int64]
    bound_B: Array
    bound_J: Array


@dataclass(frozen=True)
class Certified(Packed):
    """A source's windings, with quadrature and series cut to the relative error ``rtol``; see :func:`certified`."""

    source: FieldSource
    rtol: float
    _parts: tuple[Leaf, ...] = field(repr=False)

    def leaves(self) -> tuple[Leaf, ...]:
        """The source's leaves, with the series and rules that the tolerance allows."""
        return self._parts

    def certificate(self, points: ArrayLike) -> Certificate:
        """Say which route serves each point and what its error bound is.

        Parameters
        ----------
        points : (n, 3), m

        Returns
        -------
        Certificate
        """
        flat = as_points(points).reshape(-1, 3)
        route = np.full(len(flat), EXACT, dtype="<U11")
        order = np.zeros(len(flat), dtype=np.int64)
        bound_b = np.zeros(len(flat))
        bound_j = np.zeros(len(flat))
        for leaf in self._parts:
            if leaf.kind == COILS:
                _certify(leaf, self.rtol, flat, route, order, bound_b, bound_j)
        return Certificate(route, order, bound_b, bound_j)


def certified(source: FieldSource, rtol: float = 1e-9) -> FieldSource:
    """Return the same field by the fastest route whose proven error bound holds, point by point.

    Outside the sphere that encloses a coil set its multipole series serves, of the lowest order whose tail, bounded
    term by term and beyond the last computed term by a geometric majorant, is small enough at that radius. Nearer,
    thick coils are Gauss rules of
    the lowest order that suffices, or the closed form of their ends. Loops, dipoles and uniform fields are closed
    forms anyway. The
    caller sees no switch: on either side the error is below the same bound.

    Parameters
    ----------
    source : field source
        This package's own, alone, placed or summed. One of another origin is returned as it is: nothing is known of
        its error.
    rtol : float
        Relative error of B; the jacobian's is at most ten times that (for the measure see :class:`Certificate`).

    Returns
    -------
    field source
        A ``Certified`` with the method ``certificate(points)``.

    Raises
    ------
    InputError
        The tolerance is not between 1e-13 and 1e-2.
    """
    if not 1e-13 <= rtol <= 1e-2:
        raise InputError(f"certified: rtol {rtol} must lie between 1e-13 and 1e-2")
    if isinstance(source, Certified):
        return source if source.rtol == rtol else certified(source.source, rtol)
    if isinstance(source, Sum):
        parts = [certified(part, rtol) for part in source.sources]
        if all(isinstance(part, Certified) for part in parts):
            return Certified(source, rtol, tuple(leaf for part in parts for leaf in part.leaves()))  # type: ignore[attr-defined]
        return Sum(parts)
    if isinstance(source, Placed):
        inner = certified(source.source, rtol)
        placed = Placed(inner, source.position, source.rotation)
        return Certified(source, rtol, placed.leaves()) if isinstance(inner, Certified) else placed
    if isinstance(source, Loop | Coil):
        return Certified(source, rtol, (winding_leaf([source.row()], rtol),))
    if isinstance(source, CoilSet):
        rows = [coil.row() for coil in source.coils]
        return Certified(source, rtol, (winding_leaf(rows, rtol),) if rows else ())
    if isinstance(source, Packed):
        return Certified(source, rtol, source.leaves())
    return source


def _certify(leaf: Leaf, rtol: float, points: Array, route: Any, order: Any, bound_b: Array, bound_j: Array) -> None:
    from ._kernels import series

    k: Any = series
    centre, radius = leaf.numbers[1], 1.0 / leaf.numbers[2]
    bands, windings = unpacked(leaf)
    windings = windings[windings[:, 4] != 0.0]
    thick = bool(np.any(windings[:, 0] != windings[:, 1])) if len(windings) else False
    turn = np.reshape(leaf.rotation, (3, 3))
    local = (points - np.asarray(leaf.position)) @ turn - np.array([0.0, 0.0, centre])
    r2 = np.einsum("ij,ij->i", local, local)
    tops = bands[:, 1]
    band = np.searchsorted(bands[:, 0], r2, side="right") - 1
    near = band < 0
    route[near & thick & (route == EXACT)] = WINDINGS
    bound_b[near & thick] = np.maximum(bound_b[near & thick], rtol)
    bound_j[near & thick] = np.maximum(bound_j[near & thick], 10.0 * rtol)
    if not near.all():
        c = k.multipoles(windings, centre, radius)
        for i in np.unique(band[~near]):
            here = band == i
            route[here] = SERIES
            order[here] = np.maximum(order[here], int(tops[i]) - 2)
            # the bound falls with the distance: state that of the nearest point of this order
            eb, ej = k.bound_at(c, windings, centre, radius, int(tops[i]), float(np.sqrt(r2[here].min())))
            bound_b[here] = np.maximum(bound_b[here], eb)
            bound_j[here] = np.maximum(bound_j[here], ej)
