"""The earth's field by place and date: the International Geomagnetic Reference Field."""

from __future__ import annotations

import math
from datetime import date
from functools import cache

import numpy as np
from numpy.typing import NDArray

from mrsite.base.data import data_folder
from mrsite.base.errors import InputError

Array = NDArray[np.float64]
_RADIUS = 6371.2e3  # m, the model's reference sphere
_A2, _B2 = 6378137.0**2, 6356752.314245**2  # m2, WGS 84


def earth_field(latitude: float, longitude: float, when: date | float, height: float = 0.0) -> Array:
    """The earth's flux density at a place and date.

    Parameters
    ----------
    latitude, longitude : float, degrees
        Geodetic (WGS 84); north and east positive.
    when : date or decimal year
        1900 to 2030.
    height : float, m
        Above the ellipsoid.

    Returns
    -------
    (3,) float64, T
        East, north, up. Fields of the crust and of the building, some 0.1 to 10 uT, are not in it.

    Raises
    ------
    InputError
        The place is not on earth or the date is outside the model.

    References
    ----------
    .. [1] IAGA, International Geomagnetic Reference Field, 14th generation, 2024, doi:10.5281/zenodo.14012302.
    .. [2] Winch et al., Geophys. J. Int. 160 (2005) 487: Schmidt semi-normalised functions and their recurrence.
    """
    if not (-90.0 <= latitude <= 90.0 and -360.0 <= longitude <= 360.0):
        raise InputError(f"earth: latitude {latitude}, longitude {longitude} is no place on earth: give degrees")
    year = _decimal(when)
    epochs, degrees, orders, table = _model()
    if not epochs[0] <= year <= epochs[-1]:
        raise InputError(f"earth: {year:.1f} is outside the model, which runs from {epochs[0]:.0f} to {epochs[-1]:.0f}")
    i = min(int(np.searchsorted(epochs, year, side="right")) - 1, len(epochs) - 2)
    t = (year - epochs[i]) / (epochs[i + 1] - epochs[i])
    gauss = (1.0 - t) * table[:, i] + t * table[:, i + 1]

    phi = math.radians(latitude)
    sin, cos = math.sin(phi), math.cos(phi)
    normal = _A2 / math.sqrt(_A2 * cos * cos + _B2 * sin * sin)
    across = (normal + height) * cos
    along = (normal * _B2 / _A2 + height) * sin
    r = math.hypot(across, along)
    ct, st = along / r, max(across / r, 1e-12)  # of the geocentric colatitude; at a pole the limit along the meridian
    n_max = int(degrees.max())
    p, dp = _legendre(n_max, ct, st)
    radial = south = east = 0.0
    lam = math.radians(longitude)
    for n, m, value in zip(degrees, orders, gauss):
        k = abs(int(m))
        angle = k * lam
        wave, slope = (math.cos(angle), -math.sin(angle)) if m >= 0 else (math.sin(angle), math.cos(angle))
        scale = value * (_RADIUS / r) ** (int(n) + 2)
        radial += (n + 1) * scale * wave * p[n, k]
        south -= scale * wave * dp[n, k]
        east -= scale * k * slope * p[n, k] / st
    # from geocentric to geodetic directions
    tilt_c, tilt_s = st * cos + ct * sin, st * sin - ct * cos
    north = -south * tilt_c - radial * tilt_s
    up = radial * tilt_c - south * tilt_s
    return 1e-9 * np.array([east, north, up])


def earth_in_plan(east_north_up: Array, north_deg: float) -> Array:
    """Turn a field given east, north and up into the plan frame.

    Parameters
    ----------
    east_north_up : (3,), T
    north_deg : float
        Direction of true north in plan, anticlockwise from plan +x.

    Returns
    -------
    (3,) float64, T
        Plan x, y, z.
    """
    c, s = math.cos(math.radians(north_deg)), math.sin(math.radians(north_deg))
    east, north, up = (float(v) for v in east_north_up)
    return np.array([north * c + east * s, north * s - east * c, up])


def _decimal(when: date | float) -> float:
    if isinstance(when, date):
        first = date(when.year, 1, 1).toordinal()
        return when.year + (when.toordinal() - first) / (date(when.year + 1, 1, 1).toordinal() - first)
    return float(when)


@cache
def _model() -> tuple[Array, NDArray[np.int64], NDArray[np.int64], Array]:
    text = (data_folder("earth") / "igrf14.shc").read_text(encoding="ascii")
    lines = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    epochs = np.array(lines[1], dtype=float)
    rows = np.array(lines[2:], dtype=float)
    return epochs, rows[:, 0].astype(np.int64), rows[:, 1].astype(np.int64), rows[:, 2:]


def _legendre(n_max: int, ct: float, st: float) -> tuple[Array, Array]:
    """Schmidt semi-normalised P_n^m(cos) and their derivatives by colatitude."""
    p = np.zeros((n_max + 1, n_max + 1))
    d = np.zeros_like(p)
    p[0, 0] = 1.0
    for n in range(1, n_max + 1):
        k = 1.0 if n == 1 else math.sqrt((2.0 * n - 1.0) / (2.0 * n))
        p[n, n] = k * st * p[n - 1, n - 1]
        d[n, n] = k * (st * d[n - 1, n - 1] + ct * p[n - 1, n - 1])
        for m in range(n):
            a = (2.0 * n - 1.0) / math.sqrt(n * n - m * m)
            b = math.sqrt(((n - 1.0) ** 2 - m * m) / (n * n - m * m)) if n - 1 > m else 0.0
            before = p[n - 2, m] if n >= 2 else 0.0
            slope = d[n - 2, m] if n >= 2 else 0.0
            p[n, m] = a * ct * p[n - 1, m] - b * before
            d[n, m] = a * (ct * d[n - 1, m] - st * p[n - 1, m]) - b * slope
    return p, d
