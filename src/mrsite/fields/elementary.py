"""Point dipole, uniform field, zonal multipoles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mrsite.base.errors import InputError

from .evaluate import Packed
from .packing import series_leaf
from .source import DIPOLE, UNIFORM, Leaf, finite

Vector = tuple[float, float, float]


def as_vector(name: str, value: Sequence[float]) -> Vector:
    """Three finite floats.

    Raises
    ------
    InputError
        Not three, or not finite.
    """
    items = tuple(float(v) for v in value)
    if len(items) != 3:
        raise InputError(f"{name}: {len(items)} numbers given, three needed (x, y, z)")
    finite(name, *items)
    return items


@dataclass(frozen=True)
class Dipole(Packed):
    """A magnetic point dipole.

    Parameters
    ----------
    moment : (3,), A m2
    position : (3,), m
    """

    moment: Vector
    position: Vector = (0.0, 0.0, 0.0)

    def __post_init__(self) -> None:
        object.__setattr__(self, "moment", as_vector("Dipole moment", self.moment))
        object.__setattr__(self, "position", as_vector("Dipole position", self.position))

    def leaves(self) -> tuple[Leaf, ...]:
        """One leaf."""
        return (Leaf(DIPOLE, 1, np.array(self.moment), self.position),)


@dataclass(frozen=True)
class Uniform(Packed):
    """The same flux density everywhere, such as the earth's.

    Parameters
    ----------
    B : (3,), T
    """

    B: Vector

    def __post_init__(self) -> None:
        object.__setattr__(self, "B", as_vector("Uniform B", self.B))

    def leaves(self) -> tuple[Leaf, ...]:
        """One leaf."""
        return (Leaf(UNIFORM, 1, np.array(self.B)),)


@dataclass(frozen=True)
class ZonalHarmonics(Packed):
    """Multipoles of an axisymmetric source, seen from outside it.

    Parameters
    ----------
    coefficients : sequence of float, T
        b_1, b_2, ...: on the axis at z > 0, ``B_z = sum_l b_l (reference_radius / z)**(l + 2)``. b_1 is the dipole.
    reference_radius : float, m
    centre : float, m
        z of the expansion's origin.

    Notes
    -----
    The series stands for its source only outside the smallest sphere about the centre that encloses the source.
    It is evaluated wherever it is asked, and is singular at the centre alone.
    """

    coefficients: tuple[float, ...]
    reference_radius: float
    centre: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "coefficients", tuple(float(c) for c in self.coefficients))
        finite("ZonalHarmonics", *self.coefficients, self.reference_radius, self.centre)
        if self.reference_radius <= 0.0:
            raise InputError(f"ZonalHarmonics: reference radius {self.reference_radius} m must be positive")

    def leaves(self) -> tuple[Leaf, ...]:
        """One leaf."""
        scaled = [b / (l + 1) for l, b in enumerate(self.coefficients, start=1)]
        return (series_leaf(scaled, self.reference_radius, self.centre),)
