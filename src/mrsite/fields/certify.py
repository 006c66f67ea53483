"""The same field by the fastest route whose proven error bound holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from numpy.typing import ArrayLike

from mrsite.base.errors import InputError

from .certificate import Certificate, certificate_of
from .coils import Coil, CoilSet, Loop
from .combined import Placed, Sum
from .evaluate import Packed
from .interpolant import LEAST_RTOL, Interpolant, squares_of_call, table_of, worth
from .packing import winding_leaf
from .source import Array, FieldSource, Leaf, Params, as_points


@dataclass(frozen=True)
class Certified(Packed):
    """A source's windings, with quadrature and series cut to the relative error ``rtol``; see :func:`certified`."""

    source: FieldSource
    rtol: float
    _parts: tuple[Leaf, ...] = field(repr=False)

    def leaves(self) -> tuple[Leaf, ...]:
        """The source's leaves, with the series and rules that the tolerance allows."""
        return self._parts

    def __getstate__(self) -> dict[str, Any]:
        """The source and its leaves: squares are made anew where they are wanted."""
        return {name: self.__dict__[name] for name in ("source", "rtol", "_parts")}

    @cached_property
    def _interpolants(self) -> tuple[Interpolant | None, ...]:
        fits = self.rtol >= LEAST_RTOL
        return tuple(Interpolant(leaf, self.rtol) if fits and worth(leaf) else None for leaf in self._parts)

    def _table(self, points: Array) -> Params:
        return table_of(self._interpolants, self._params, points.reshape(-1, 3))

    def certificate(self, points: ArrayLike) -> Certificate:
        """Say which route serves each point, in a call with just these points, and what its error bound is.

        Parameters
        ----------
        points : (n, 3), m

        Returns
        -------
        Certificate
        """
        flat = as_points(points).reshape(-1, 3)
        squares = squares_of_call(self._interpolants, self._params, flat)
        return certificate_of(
            [(self._parts[i], self._interpolants[i], squares.get(i, {})) for i in range(len(self._parts))], flat
        )


def certified(source: FieldSource, rtol: float = 1e-9) -> FieldSource:
    """Return the same field by the fastest route whose proven error bound holds, point by point.

    Outside the sphere that encloses a coil set its multipole series serves, of the lowest order whose tail, bounded
    term by term and beyond the last computed term by a geometric majorant, is small enough at that radius. Nearer,
    where many points of one call share a neighbourhood in air, a polynomial interpolates the exact field there; else
    thick coils are Gauss rules of the lowest order that suffices, or the closed form of their ends. Loops, dipoles and
    uniform fields are closed forms anyway. The caller sees no switch: on either side the error is below the same bound.
    Which route serves a point depends on the points of the call, not on calls before it.

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
