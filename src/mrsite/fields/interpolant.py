"""Polynomials that stand for windings near by: squares in (rho, z), each with a proven bound on its error.

A call with many points near a winding set pays for the exact field again and again in one neighbourhood. Where a square
of the half plane holds more of the call's points than it takes to tabulate, the four terms from which B and the
jacobian follow are interpolated at Chebyshev points, of which the a-priori error is bounded from the field's size in
the complex neighbourhood (``majorants``); then the polynomial is cut to the total degree at which the coefficients
left out, summed in modulus, are small enough. That sum is a bound as well, and so is the rounding of the evaluation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, NamedTuple

import numpy as np

from .evaluate import NO_TABLE, evaluate
from .packing import unpacked, winding_leaf
from .source import COILS, Array, Leaf, Params, pack

LEVELS = 7  # the finest cells are a 128th of the grid's height
CLOSEST = 2.0  # a square keeps this many half sides away from windings
DEGREES = (14, 18, 22, 26, 30)  # of the interpolation
HIGHEST = 22  # total degree kept, at most
LEAST_RTOL = 1e-11  # below it the node values' own errors leave no room
WORTH = 25  # loops, or their equal in thick coils: fewer cost less than a square
SAMPLE = 20_000  # points of a call that are looked at to find this out
FROM_POINTS = 4000  # fewer in a call cannot repay one square
ROUNDING = 4e-15  # of the exact field at the nodes, over the sum of what its windings can bring


class Square(NamedTuple):
    """One polynomial with its bounds: absolute errors over the least |B| and jacobian of the square."""

    row: Array
    bound_b: float
    bound_j: float


@dataclass(frozen=True)
class Grid:
    """Cells of a leaf: ``square[cell]`` numbers the square that covers it, -1 none."""

    radial: int
    axial: int
    low: float
    per_width: float
    square: Any
    centre: Array
    half: Array


class Interpolant:
    """The squares of one leaf, made as calls need them.

    A square depends on the leaf and its place alone, so that two threads which make the same one at once do no harm.
    """

    def __init__(self, leaf: Leaf, rtol: float) -> None:
        self.leaf = leaf
        self.rtol = rtol
        self.made: dict[int, Square | None] = {}

    @cached_property
    def windings(self) -> Array:
        """Those with a current."""
        rows = unpacked(self.leaf)[1]
        return np.ascontiguousarray(rows[rows[:, 4] != 0.0])

    @cached_property
    def pays(self) -> float:
        """Points of a call in one square that make up for tabulating it."""
        return 450.0 + 27_000.0 / cost(self.windings)

    @cached_property
    def exact(self) -> Params:
        """The windings to rounding."""
        return pack([winding_leaf([tuple(row) for row in self.windings], 1e-15)])

    @cached_property
    def grid(self) -> Grid:
        """The squares' places: halved until they are small beside their distance from the windings."""
        bands, w = unpacked(self.leaf)[0], self.windings
        centre, radius = self.leaf.numbers[1], 1.0 / self.leaf.numbers[2]
        side = float(np.sqrt(bands[0, 0])) if len(bands) else 1.5 * radius
        cells = 2**LEVELS
        width = side / cells
        low = float(centre - side)
        number = np.full((cells, 2 * cells), -1, dtype=np.int64)
        places, halves, count = [], [], 0
        corners = np.array([[0, 0], [0, cells]])
        size = cells
        while size >= 1 and len(corners):
            half = 0.5 * size * width
            middle = (corners + 0.5 * size) * width + [0.0, low]
            gap = np.min(
                np.hypot(
                    np.maximum(np.maximum(w[:, 0] - middle[:, :1], middle[:, :1] - w[:, 1]) - half, 0.0),
                    np.maximum(np.maximum(w[:, 2] - middle[:, 1:], middle[:, 1:] - w[:, 3]) - half, 0.0),
                ),
                axis=1,
            )
            near = (
                np.hypot(corners[:, 0], np.maximum(np.abs(corners[:, 1] + 0.5 * size - cells) - 0.5 * size, 0)) < cells
            )
            done = near & (gap >= CLOSEST * half)
            for (i, k), place in zip(corners[done], middle[done]):
                number[i : i + size, k : k + size] = count
                places.append(place)
                halves.append(half)
                count += 1
            size //= 2
            quarters = np.array([[0, 0], [0, size], [size, 0], [size, size]])
            corners = (corners[near & ~done][:, None] + quarters).reshape(-1, 2)
        return Grid(
            cells, 2 * cells, low, 1.0 / width, number.ravel(), np.array(places).reshape(-1, 2), np.array(halves)
        )

    def square_at(self, rho: Array, z: Array) -> Any:
        """Number of the square at each point of the leaf's half plane, -1 where none is."""
        grid = self.grid
        u, w = rho * grid.per_width, (z - grid.low) * grid.per_width
        inside = (u < grid.radial) & (w >= 0.0) & (w < grid.axial)
        cell = np.where(inside, u, 0.0).astype(np.int64) * grid.axial + np.where(inside, w, 0.0).astype(np.int64)
        return np.where(inside, grid.square[cell], -1)

    def wanted(self, start: int, params: Params, points: Array) -> Any:
        """Numbers of the squares that the points repay."""
        from ._kernels import patches

        k: Any = patches
        grid = self.grid
        g = (grid.radial, grid.axial, grid.low, grid.per_width, grid.square, len(grid.half))
        return np.flatnonzero(k.count_points(params[1], start, *g, points, SAMPLE) >= self.pays)

    def squares(self, numbers: Any) -> dict[int, Square]:
        """These squares, made where they are not yet; those whose bound cannot be kept are left out."""
        for number in numbers:
            if number not in self.made:
                self.made[number] = self._make(int(number))
        return {n: square for n in numbers if (square := self.made[n]) is not None}

    def _make(self, number: int) -> Square | None:
        from ._kernels import majorants

        k: Any = majorants
        (rc, zc), half = self.grid.centre[number], float(self.grid.half[number])
        b, jac = evaluate(self.exact, np.array([[rc, 0.0, zc]]))
        size_b = float(np.linalg.norm(b))
        size_j = max(float(np.linalg.norm(jac)), size_b)
        bounds = np.empty(10)
        for degree in DEGREES:
            k.interpolation_bound(self.windings, rc, zc, half, degree, np.empty(6), bounds)
            # a first look, before much is known of the field: no more than a third of what may be lost
            if _within(3.0 * bounds, rc + half, size_b, size_j, self.rtol):
                square = _square(self.exact, rc, zc, half, degree, bounds, self.rtol)
                if square is not None:
                    return square
        return None


def _square(exact: Params, rc: float, zc: float, half: float, degree: int, bounds: Array, rtol: float) -> Square | None:
    """Interpolate, then cut as far as the tolerance lets; None where it lets nothing."""
    n = degree + 1
    theta = (np.arange(n) + 0.5) * np.pi / n
    rho, z = np.meshgrid(rc + half * np.cos(theta), zc + half * np.cos(theta), indexing="ij")
    b, jac = evaluate(exact, np.stack([rho, np.zeros_like(rho), z], axis=-1))
    terms = np.stack([jac[..., 1, 1], b[..., 2], jac[..., 0, 2] / rho, jac[..., 2, 2]])
    to_series = 2.0 / n * np.cos(np.outer(np.arange(n), theta))
    to_series[0] *= 0.5
    c = to_series @ terms @ to_series.T

    size = np.abs(c)
    norm = (1.0 + 2.0 / np.pi * np.log(n)) ** 2
    given = bounds[:4] + ROUNDING * norm * bounds[4:8]
    # the least |B| and jacobian of the square: that of the nodes, less what either can fall on the way from the nearest
    way = half * np.sqrt(2.0) * np.pi / (2.0 * n)
    rise = float(_jacobian_size(size.sum(axis=(1, 2)) + given, rc + half))
    least_b = float(np.linalg.norm(b, axis=-1).min()) - way * rise
    least_j = float(np.linalg.norm(jac, axis=(-2, -1)).min()) - way * np.sqrt(3.0) * bounds[8]
    if least_b <= 0.0:
        return None
    least_j = max(least_j, least_b)
    order = np.add.outer(np.arange(n), np.arange(n)).ravel()
    by_order = np.stack([np.bincount(order, row.ravel()) for row in size])
    left_out = by_order.sum(axis=1)
    for cut in range(min(degree, HIGHEST) + 1):
        left_out = left_out - by_order[:, cut]
        if not _within(given + left_out, rc + half, least_b, least_j, rtol):
            continue
        to_powers = _powers()[: cut + 1, : cut + 1]
        kept = c[:, : cut + 1, : cut + 1] * (order.reshape(n, n)[: cut + 1, : cut + 1] <= cut)
        powers = to_powers.T @ kept @ to_powers
        # Horner's rounding, and that of the change of basis
        spread = (np.abs(to_powers).T @ np.abs(kept) @ np.abs(to_powers)).sum(axis=(1, 2))
        error = given + left_out + 2.3e-16 * (4 * cut + 8) * spread
        if _within(error, rc + half, least_b, least_j, rtol):
            eb, ej = errors_of_terms(error, rc + half)
            flat = [powers[:, i, cut - i :: -1].T.ravel() for i in range(cut, -1, -1)]
            row = np.concatenate([[rc, zc, 1.0 / half, float(cut)], *flat])
            return Square(row, float(eb) / least_b, float(ej) / least_j)
    return None


def errors_of_terms(error: Any, rho: Any) -> tuple[Any, Any]:
    """Of B and, in Frobenius's norm, of the jacobian, from those of the four terms at or within a radius."""
    return np.hypot(rho * error[0], error[1]), _jacobian_size(error, rho)


def _jacobian_size(terms: Any, rho: Any) -> Any:
    f, _, g, h = terms[:4]
    return np.sqrt(f * f + (f + h) ** 2 + h * h + 2.0 * (rho * g) ** 2)


def _within(error: Array, rho: float, least_b: float, least_j: float, rtol: float) -> bool:
    eb, ej = errors_of_terms(error, rho)
    return bool(eb <= rtol * least_b and ej <= 10.0 * rtol * least_j)


@cache
def _powers() -> Array:
    """Chebyshev polynomials in powers: row a holds T_a."""
    out = np.zeros((HIGHEST + 1, HIGHEST + 1))
    out[0, 0] = out[1, 1] = 1.0
    for a in range(2, HIGHEST + 1):
        out[a, 1:] = 2.0 * out[a - 1, :-1]
        out[a] -= out[a - 2]
    return out


def cost(windings: Array) -> int:
    """Of one exact point, in loops."""
    return int(np.where(windings[:, 0] == windings[:, 1], 1, 12).sum())


def worth(leaf: Leaf) -> bool:
    """Whether a leaf costs more than a square does."""
    if leaf.kind != COILS:
        return False
    rows = unpacked(leaf)[1]
    return cost(rows[rows[:, 4] != 0.0]) >= WORTH


def squares_of_call(
    interpolants: Sequence[Interpolant | None], params: Params, points: Array
) -> dict[int, dict[int, Square]]:
    """By leaf, the squares that a call with these points uses: what came before has no say in it."""
    if len(points) < FROM_POINTS:
        return {}
    out = {}
    for leaf, interpolant in enumerate(interpolants):
        if interpolant is not None:
            out[leaf] = interpolant.squares(interpolant.wanted(int(params[0][2 + 4 * leaf]), params, points))
    return out


def table_of(interpolants: Sequence[Interpolant | None], params: Params, points: Array) -> Params:
    """The squares of a call, laid out as the kernels read them."""
    where = [np.full(len(interpolants), -1, dtype=np.int64)]
    pieces: list[Array] = []
    at_where, at_pieces = len(interpolants), 0
    for leaf, squares in squares_of_call(interpolants, params, points).items():
        interpolant = interpolants[leaf]
        if interpolant is None or not squares:
            continue
        grid = interpolant.grid
        ordinal = np.full(len(grid.half) + 1, len(squares), dtype=np.int64)  # the last entry is that of cells with none
        ordinal[list(squares)] = np.arange(len(squares))
        head = [grid.radial, grid.axial, at_pieces, len(squares)]
        pieces.append(np.array([grid.low, grid.per_width]))
        at_pieces += 2
        for square in squares.values():
            head.append(at_pieces)
            pieces.append(square.row)
            at_pieces += len(square.row)
        where[0][leaf] = at_where
        where += [np.array(head), ordinal[grid.square]]
        at_where += len(head) + len(grid.square)
    return (np.concatenate(where), np.concatenate(pieces)) if pieces else NO_TABLE
