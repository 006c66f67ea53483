"""A plane in space with its own coordinates (u, v)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mrsite.base.errors import InputError

Array = NDArray[np.float64]
Vector = tuple[float, float, float]


@dataclass(frozen=True)
class Plane:
    """A plane by a point and two directions in it.

    Parameters
    ----------
    origin : (3,), m
        Where u = v = 0.
    u, v : (3,)
        Orthonormal directions of the plane's axes: points are ``origin + u * s + v * t``.
    """

    origin: Vector
    u: Vector = (1.0, 0.0, 0.0)
    v: Vector = (0.0, 1.0, 0.0)

    def __post_init__(self) -> None:
        for name in ("origin", "u", "v"):
            value = np.asarray(getattr(self, name), dtype=float)
            if value.shape != (3,) or not np.isfinite(value).all():
                raise InputError(f"Plane: {name} must be three finite numbers")
            object.__setattr__(self, name, tuple(value.tolist()))
        u, v = np.asarray(self.u), np.asarray(self.v)
        if abs(u @ u - 1.0) > 1e-9 or abs(v @ v - 1.0) > 1e-9 or abs(u @ v) > 1e-9:
            raise InputError("Plane: u and v must be unit vectors at right angles")

    def at(self, uv: Array) -> Array:
        """Points (n, 3), m, of plane coordinates ``uv`` (n, 2), m."""
        out: Array = np.asarray(self.origin) + uv[..., :1] * np.asarray(self.u) + uv[..., 1:2] * np.asarray(self.v)
        return out
