"""The three scalars that are contoured, with their slope in a plane, from a source's B and jacobian."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mrsite.base.errors import InputError
from mrsite.fields import (
    FieldSource,
    flux_density_and_jacobian,
    force_product,
    gradient_of_magnitude,
    magnitude,
)

from .plane import Plane

Array = NDArray[np.float64]
Quantity = Literal["B", "gradient", "force_product"]
UNITS = {"B": "T", "gradient": "T/m", "force_product": "T2/m"}


def check_quantity(quantity: str) -> None:
    """Refuse an unknown quantity by name.

    Raises
    ------
    InputError
        It is not one of the three.
    """
    if quantity not in UNITS:
        raise InputError(f"quantity {quantity!r} is not known: give one of {', '.join(UNITS)}")


def values(source: FieldSource, plane: Plane, uv: Array, quantity: Quantity) -> Array:
    """The quantity at plane points (n, 2)."""
    b, jac = flux_density_and_jacobian(source, plane.at(uv))
    return scalar(b, jac, quantity)


def scalar(b: Array, jac: Array, quantity: Quantity) -> Array:
    """The quantity from B and jacobian."""
    if quantity == "B":
        return magnitude(b)
    if quantity == "gradient":
        return gradient_of_magnitude(b, jac)
    return force_product(b, jac)


def values_and_slope(
    source: FieldSource, plane: Plane, uv: Array, quantity: Quantity, step: float
) -> tuple[Array, Array]:
    """The quantity (n,) and its slope along u and v (n, 2).

    The slope of |B| is analytic. That of the other two would need second derivatives of B: it is a
    central difference of the exact values over ``step``, and serves only to steer Newton steps
    and to turn a residual into a distance.
    """
    if quantity == "B":
        b, jac = flux_density_and_jacobian(source, plane.at(uv))
        m = magnitude(b)
        with np.errstate(invalid="ignore", divide="ignore"):
            grad = np.einsum("nij,ni->nj", jac, b) / m[:, None]
        return m, np.stack([grad @ np.asarray(plane.u), grad @ np.asarray(plane.v)], axis=1)
    n = len(uv)
    du, dv = np.array([step, 0.0]), np.array([0.0, step])
    q = values(source, plane, np.concatenate([uv, uv + du, uv - du, uv + dv, uv - dv]), quantity)
    slope = np.stack([q[n : 2 * n] - q[2 * n : 3 * n], q[3 * n : 4 * n] - q[4 * n :]], axis=1) / (2.0 * step)
    return q[:n], slope
