"""How far polylines are from their contour, judged without the tracer: chords sampled densely, each sample walked onto
the level along the normal of its chord."""

from __future__ import annotations

import numpy as np

from mrsite import fields

SAMPLES = 16


def chord_distances(magnet, path: np.ndarray, level: float, reach: float) -> tuple[np.ndarray, np.ndarray]:
    """Of each chord of a path (n, 2) in the half plane: the largest distance to the contour along its normal at
    ``SAMPLES`` - 1 inner points, infinite where the contour is not within ``reach`` there; and its length, m.
    """
    a, b = path[:-1], path[1:]
    length = np.linalg.norm(b - a, axis=1)
    keep = length > 0.0
    a, b, length = a[keep], b[keep], length[keep]
    t = np.arange(1, SAMPLES)[:, None, None] / SAMPLES
    at = (a + t * (b - a)).reshape(-1, 2)
    along = np.tile((b - a) / length[:, None], (SAMPLES - 1, 1))
    normal = np.stack([-along[:, 1], along[:, 0]], axis=1)

    def excess(points: np.ndarray) -> np.ndarray:
        x, z = points.T
        return fields.magnitude(magnet.flux_density(np.stack([x, 0.0 * x, z], axis=1))) - level

    here = excess(at)
    out = np.full(len(at), np.inf)
    for side in (-1.0, 1.0):
        # the nearest sign change to this side: steps first, then halved
        low, high = np.zeros(len(at)), np.full(len(at), np.nan)
        for k in range(1, 33):
            d = reach * k / 32
            open_ = np.isnan(high)
            if not open_.any():
                break
            value = excess(at[open_] + side * d * normal[open_])
            turned = (value > 0.0) != (here[open_] > 0.0)
            high[np.flatnonzero(open_)[turned]] = d
            low[np.flatnonzero(open_)[~turned]] = d
        got = np.flatnonzero(~np.isnan(high))
        lo, hi = low[got], high[got]
        for _ in range(20):
            mid = 0.5 * (lo + hi)
            turned = (excess(at[got] + (side * mid)[:, None] * normal[got]) > 0.0) != (here[got] > 0.0)
            hi, lo = np.where(turned, mid, hi), np.where(turned, lo, mid)
        out[got] = np.minimum(out[got], 0.5 * (lo + hi))
    return out.reshape(SAMPLES - 1, -1).max(axis=0), length
