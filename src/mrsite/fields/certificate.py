"""What is known of a certified source's error at each point, and by which route it comes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .evaluate import evaluate
from .interpolant import Interpolant, Square, errors_of_terms
from .packing import unpacked, winding_leaf
from .source import COILS, Array, Leaf, pack

ROUTES = ("interpolant", "windings", "series", "closed form")
INTERPOLANT, WINDINGS, SERIES, EXACT = ROUTES


@dataclass(frozen=True)
class Certificate:
    """How a certified source does each point, and how far off it may be.

    Parameters
    ----------
    route : (n,) of str
        ``"interpolant"`` (a polynomial near by), ``"windings"`` (quadrature of thick coils, or of their ends),
        ``"series"`` (multipoles), ``"closed form"``. With several sources, the first of these that any of them takes.
    order : (n,) int
        Of the series, zero elsewhere.
    bound_B, bound_J : (n,) float64
        Relative error bounds: B by max(|B|, 1e-3 sum of the coils' |B_i|), the jacobian likewise with floor |B| / 1 m,
        B being that of each source by itself; the largest of the sources. All are proven, what is divided by being
        evaluated at the points themselves, but for one allowance that is measured: the rounding of an interpolant's
        node values (4e-15). Rounding of the sum (some 1e-15) comes on top.
    """

    route: NDArray[np.str_]
    order: NDArray[np.int64]
    bound_B: Array
    bound_J: Array


@dataclass
class _Draft:
    """Route, order and bounds as they gather over the leaves."""

    route: Any
    order: Any
    bound_b: Array
    bound_j: Array

    def note(self, here: Any, route: str, bound_b: Any, bound_j: Any, order: int = 0) -> None:
        taken = self.route[here]
        self.route[here] = np.where(np.isin(taken, ROUTES[ROUTES.index(route) :]), route, taken)
        self.order[here] = np.maximum(self.order[here], order)
        self.bound_b[here] = np.fmax(self.bound_b[here], bound_b)
        self.bound_j[here] = np.fmax(self.bound_j[here], bound_j)


Part = tuple[Leaf, "Interpolant | None", "Mapping[int, Square]"]


def certificate_of(parts: Sequence[Part], points: Array) -> Certificate:
    """The certificate of leaves, each with its interpolant and the squares that this call uses."""
    n = len(points)
    draft = _Draft(np.full(n, EXACT, dtype="<U11"), np.zeros(n, dtype=np.int64), np.zeros(n), np.zeros(n))
    for leaf, interpolant, squares in parts:
        if leaf.kind == COILS:
            _note_leaf(leaf, interpolant, squares, points, draft)
    return Certificate(draft.route, draft.order, draft.bound_b, draft.bound_j)


def _note_leaf(
    leaf: Leaf, interpolant: Interpolant | None, squares: Mapping[int, Square], points: Array, draft: _Draft
) -> None:
    from ._kernels import series

    k: Any = series
    centre, radius = leaf.numbers[1], 1.0 / leaf.numbers[2]
    bands, windings = unpacked(leaf)
    windings = np.ascontiguousarray(windings[windings[:, 4] != 0.0])
    local = (points - np.asarray(leaf.position)) @ np.reshape(leaf.rotation, (3, 3))
    r2 = np.einsum("ij,ij->i", local, local - [0.0, 0.0, 2.0 * centre]) + centre * centre
    band = np.searchsorted(bands[:, 0], r2, side="right") - 1
    far = np.flatnonzero(band >= 0)
    if len(far):
        c = k.multipoles(windings, centre, radius)
        for i in np.unique(band[far]):
            here = far[band[far] == i]
            errors = k.errors_at(c, windings, centre, radius, int(bands[i, 1]), np.sqrt(r2[here]))
            draft.note(here, SERIES, *_relative(leaf, windings, local[here], *errors.T), int(bands[i, 1]) - 2)
    near = np.flatnonzero(band < 0)
    if interpolant is not None and squares:
        number = interpolant.square_at(np.hypot(local[near, 0], local[near, 1]), local[near, 2])
        for name, square in squares.items():
            draft.note(near[number == name], INTERPOLANT, square.bound_b, square.bound_j)
        near = near[~np.isin(number, list(squares))]
    if len(near) and bool(np.any(windings[:, 0] != windings[:, 1])):
        draft.note(near, WINDINGS, *_winding_bounds(leaf, windings, np.ascontiguousarray(local[near])))


def _winding_bounds(leaf: Leaf, windings: Array, local: Array) -> tuple[Array, Array]:
    """Relative bounds of the rules over thick coils, at points in the leaf's own frame."""
    from ._kernels import quadrature

    k: Any = quadrature
    rho = np.hypot(local[:, 0], local[:, 1])
    terms = np.empty((len(local), 4))
    k.errors_at(leaf.numbers, windings, rho, local[:, 2].copy(), terms)
    return _relative(leaf, windings, local, *errors_of_terms(terms.T, rho))


def _relative(leaf: Leaf, windings: Array, local: Array, error_b: Array, error_j: Array) -> tuple[Array, Array]:
    """Absolute bounds over what they are measured by: the field as it is computed, less what it may be wrong by."""
    b, jac = evaluate(pack([Leaf(leaf.kind, leaf.count, leaf.numbers)]), local)
    moduli = np.zeros(len(local))
    for row in windings:
        moduli += np.linalg.norm(evaluate(pack([winding_leaf([tuple(row)])]), local)[0], axis=1)
    size_b = np.maximum(np.linalg.norm(b, axis=1), 1e-3 * moduli)
    size_j = np.fmax(np.linalg.norm(jac, axis=(1, 2)), size_b)
    with np.errstate(divide="ignore"):
        return error_b / np.maximum(size_b - error_b, 0.0), error_j / np.maximum(
            size_j - np.maximum(error_b, error_j), 0.0
        )
