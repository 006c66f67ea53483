"""Force, torque and speed of a small steel object in the field.

Unsaturated, the object's moment grows with the field; saturated, it is its saturation
magnetisation times its volume. Both limits are closed forms, and the speed follows from energy:
it does not depend on mass.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mrsite.site.surroundings.tables import body_value

Array = NDArray[np.float64]

_MU0 = 4e-7 * math.pi
_G = 9.80665  # m/s2, standard gravity (CGPM 1901)


@dataclass(frozen=True)
class Steel:
    """A body of soft steel.

    Parameters
    ----------
    demagnetising : float
        Along the direction in which it lies along the field: 1/3 for a sphere.
    saturation_A_per_m, density_kg_m3 : A/m, kg/m3
    """

    demagnetising: float
    saturation_A_per_m: float
    density_kg_m3: float

    @property
    def saturation_field_T(self) -> float:
        """Applied field N mu_0 M_s at which it saturates, T."""
        return self.demagnetising * _MU0 * self.saturation_A_per_m


def shape(name: str = "sphere") -> Steel:
    """Return a shape of the data file: ``"sphere"`` or ``"cylinder"`` (a long gas cylinder, aligned)."""
    return Steel(body_value(name), body_value("saturation_A_per_m"), body_value("density_kg_m3"))


def magnetisation(body: Steel, B: ArrayLike) -> Array:
    """Return |M|, A/m: B/(N mu_0) up to saturation, then M_s."""
    out: Array = np.minimum(np.asarray(B, dtype=float) / (body.demagnetising * _MU0), body.saturation_A_per_m)
    return out


def force_per_mass(body: Steel, B: ArrayLike, gradient: ArrayLike) -> Array:
    """Return the pull, N/kg: M |grad|B||/rho.

    Notes
    -----
    Unsaturated B grad B/(N mu_0 rho); saturated M_s grad B/rho, 22 g for each T/m.
    """
    out: Array = magnetisation(body, B) * np.asarray(gradient, dtype=float) / body.density_kg_m3
    return out


def in_weights(force_N_per_kg: ArrayLike) -> Array:
    """Return a pull as a multiple of weight."""
    out: Array = np.asarray(force_N_per_kg, dtype=float) / _G
    return out


def torque_per_volume(
    B: ArrayLike, angle_rad: ArrayLike, along: float, across: float, saturation_A_per_m: float
) -> Array:
    """Return the torque on an ellipsoid of revolution turned by an angle out of the field, N m/m3.

    Parameters
    ----------
    B, angle_rad : T, rad
        Angle between the long axis and the field.
    along, across : float
        Demagnetising factors along the long axis and across it (along + 2 across = 1).

    Notes
    -----
    Unsaturated: (B^2/(2 mu_0)) (1/along - 1/across) sin 2a. Once saturated the shape alone resists:
    at most mu_0 M_s^2 (across - along)/2; the smaller of the two is given.
    """
    b = np.asarray(B, dtype=float)
    free = b**2 / (2 * _MU0) * (1 / along - 1 / across) * np.abs(np.sin(2 * np.asarray(angle_rad, dtype=float)))
    out: Array = np.minimum(free, 0.5 * _MU0 * saturation_A_per_m**2 * (across - along))
    return out


def energy_per_volume(body: Steel, B: ArrayLike) -> Array:
    """Return the energy, J/m3, that the body gains on its way from far to a field B.

    Notes
    -----
    B^2/(2 N mu_0) up to saturation, M_s B - N mu_0 M_s^2/2 beyond.
    """
    b = np.asarray(B, dtype=float)
    m, bs = body.saturation_A_per_m, body.saturation_field_T
    out: Array = np.where(b <= bs, b**2 / (2 * body.demagnetising * _MU0), m * b - 0.5 * m * bs)
    return out


def terminal_speed(body: Steel, B: ArrayLike, from_B: ArrayLike = 0.0) -> Array:
    """Return the speed, m/s, after a free flight from rest in ``from_B`` to B, T; zero uphill."""
    gained = energy_per_volume(body, B) - energy_per_volume(body, from_B)
    out: Array = np.sqrt(2 * np.maximum(gained, 0.0) / body.density_kg_m3)
    return out


def speed_bound(body: Steel, B: ArrayLike) -> Array:
    """Return the speed, m/s, that no shape of that steel exceeds: sqrt(2 M_s B/rho)."""
    out: Array = np.sqrt(2 * body.saturation_A_per_m * np.asarray(B, dtype=float) / body.density_kg_m3)
    return out


def weight_product(body: Steel) -> float:
    """Return the force product B grad B, T2/m, at which the pull equals the weight: mu_0 rho g N."""
    return _MU0 * body.density_kg_m3 * _G * body.demagnetising
