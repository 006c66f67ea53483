"""Contours of a source that has no compiled form: a grid of seeds, then refinement on the source itself, in batches."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mrsite.fields import FieldSource, flux_density_and_jacobian, magnitude

from .plane import Plane
from .quantity import Quantity, values, values_and_slope

Array = NDArray[np.float64]
_NAMES: tuple[Quantity, ...] = ("B", "gradient", "force_product", "B")
HEIGHTS = 22  # samples over the heights of an envelope before the highest is refined


def traced_in_batches(
    source: FieldSource,
    level: float,
    plane: Plane,
    window: tuple[float, float, float, float],
    tolerance: float,
    code: int,
    heights: tuple[float, float],
) -> tuple[tuple[Array, ...], tuple[bool, ...], float, int, int, float, tuple[int, int]]:
    """Pieces of one contour. Those smaller than the grid's spacing (a hundredth of the window, at most 0.1 m) may be
    missed.

    Returns
    -------
    paths, closed, error_m, skipped, unsettled, evaluations
        As in ``Contours``; the last two are zero: nothing is proven here.
    """
    import contourpy

    sampler = _Sampler(source, plane, code, heights, 0.01 * tolerance)
    u0, v0, u1, v1 = window
    nu = int(np.clip((u1 - u0) / 0.1, 100, 400)) + 1
    nv = int(np.clip((v1 - v0) / 0.1, 100, 400)) + 1
    u, v = np.linspace(u0, u1, nu), np.linspace(v0, v1, nv)
    grid = np.stack(np.meshgrid(u, v), axis=-1)
    q = sampler.values(grid.reshape(-1, 2)).reshape(nv, nu)
    skipped = int(np.count_nonzero(~np.isfinite(q)))
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(np.maximum(q, 1e-30))  # the field falls as a power: its logarithm is nearer to linear
    lines = contourpy.contour_generator(u, v, np.ma.masked_invalid(logs)).lines(np.log(level))
    paths, closed, worst = [], [], 0.0
    for line in lines:
        uv, error = _refined(sampler, level, np.asarray(line, dtype=float), tolerance)
        if len(uv) < 2:
            continue
        is_closed = len(line) > 3 and bool(np.array_equal(line[0], line[-1]))
        if is_closed:
            uv[-1] = uv[0]
        paths.append(uv)
        closed.append(is_closed)
        worst = max(worst, error)
    return tuple(paths), tuple(closed), worst, skipped, 0, float(np.hypot(u[1] - u[0], v[1] - v[0])), (0, 0)


class _Sampler:
    """One quantity of a source on a plane, with its slope."""

    def __init__(self, source: FieldSource, plane: Plane, code: int, heights: tuple[float, float], step: float) -> None:
        self.source, self.plane, self.quantity, self.step = source, plane, _NAMES[code], step
        self.heights = heights if code == 3 else None

    def values(self, uv: Array) -> Array:
        if self.heights is None:
            return values(self.source, self.plane, uv, self.quantity)
        return self._highest(uv)[0]

    def values_and_slope(self, uv: Array) -> tuple[Array, Array]:
        if self.heights is None:
            return values_and_slope(self.source, self.plane, uv, self.quantity, self.step)
        best, at = self._highest(uv)
        normal = np.cross(self.plane.u, self.plane.v)
        b, jac = flux_density_and_jacobian(self.source, self.plane.at(uv) + at[:, None] * normal)
        with np.errstate(invalid="ignore", divide="ignore"):
            grad = np.einsum("nij,ni->nj", jac, b) / best[:, None]
        return best, np.stack([grad @ np.asarray(self.plane.u), grad @ np.asarray(self.plane.v)], axis=1)

    def _highest(self, uv: Array) -> tuple[Array, Array]:
        assert self.heights is not None
        low, high = self.heights
        normal = np.cross(self.plane.u, self.plane.v)
        base = self.plane.at(uv)
        samples = np.linspace(low, high, HEIGHTS)
        m = np.stack([magnitude(self.source.flux_density(base + h * normal)) for h in samples])
        k = np.argmax(np.where(np.isfinite(m), m, -1.0), axis=0)
        gap = samples[1] - samples[0]
        at = samples[k]
        best = np.take_along_axis(m, k[None], axis=0)[0]
        inner = (k > 0) & (k < HEIGHTS - 1)
        if inner.any() and gap > 0.0:  # the parabola through the three highest
            i = np.flatnonzero(inner)
            y0, y1, y2 = m[k[i] - 1, i], m[k[i], i], m[k[i] + 1, i]
            with np.errstate(invalid="ignore", divide="ignore"):
                shift = np.nan_to_num(0.5 * (y0 - y2) / (y0 - 2.0 * y1 + y2))
            at[i] += np.clip(shift, -0.5, 0.5) * gap
            better = magnitude(self.source.flux_density(base[i] + at[i, None] * normal))
            keep = better > best[i]
            best[i] = np.where(keep, better, best[i])
            at[i] = np.where(keep, at[i], samples[k[i]])
        return best, at


def _refined(sampler: _Sampler, level: float, line: Array, tolerance: float) -> tuple[Array, float]:
    """Put vertices on the contour by Newton steps, then halve chords until their middles are near it."""
    uv = _projected(sampler, level, line, tolerance)
    for _ in range(12):
        distance = _distance(sampler, level, 0.5 * (uv[1:] + uv[:-1]))
        bad = ~(distance <= 0.5 * tolerance)
        if not bad.any():
            break
        new = _projected(sampler, level, 0.5 * (uv[1:] + uv[:-1])[bad], tolerance)
        uv = np.insert(uv, np.flatnonzero(bad) + 1, new, axis=0)
    return uv, float(np.nanmax(_distance(sampler, level, 0.5 * (uv[1:] + uv[:-1])), initial=0.0))


def _distance(sampler: _Sampler, level: float, uv: Array) -> Array:
    q, slope = sampler.values_and_slope(uv)
    out: Array = np.abs(q - level) / np.hypot(slope[:, 0], slope[:, 1])
    return out


def _projected(sampler: _Sampler, level: float, uv: Array, tolerance: float) -> Array:
    uv = uv.copy()
    cap = 0.1 if len(uv) < 2 else max(0.5 * float(np.median(np.hypot(*np.diff(uv, axis=0).T))), 1e-3)
    for _ in range(30):
        q, slope = sampler.values_and_slope(uv)
        s2 = (slope**2).sum(axis=1)
        # Newton on the logarithm converges from further away on a power law
        with np.errstate(divide="ignore", invalid="ignore"):
            move = (np.log(level / q) * q / s2)[:, None] * slope
        move = np.nan_to_num(move, nan=0.0, posinf=0.0, neginf=0.0)
        length = np.hypot(move[:, 0], move[:, 1])
        move *= np.minimum(1.0, cap / np.maximum(length, 1e-300))[:, None]
        uv += move
        if length.max(initial=0.0) < 1e-4 * tolerance:
            break
    return uv
