"""Coaxial windings about z: thin loops, thick coils, sets of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mrsite.base.errors import InputError

from .evaluate import Packed
from .packing import winding_leaf
from .source import Leaf, finite


@dataclass(frozen=True)
class Loop(Packed):
    """One circular wire about z.

    Parameters
    ----------
    radius, z : float, m
    current : float, A
        Anticlockwise seen from +z.
    """

    radius: float
    z: float
    current: float

    def __post_init__(self) -> None:
        finite("Loop", self.radius, self.z, self.current)
        if self.radius <= 0.0:
            raise InputError(f"Loop: radius {self.radius} m must be positive")

    def leaves(self) -> tuple[Leaf, ...]:
        """One coil leaf."""
        return (winding_leaf([self.row()]),)

    def row(self) -> tuple[float, float, float, float, float]:
        """Inner and outer radius, both ends, current: as the kernels take it."""
        return (self.radius, self.radius, self.z, self.z, self.current)


@dataclass(frozen=True)
class Coil(Packed):
    """A thick coil about z of rectangular section with uniform azimuthal current density.

    Parameters
    ----------
    inner_radius, outer_radius, z_min, z_max : float, m
    current_density : float, A/m2
        Positive is anticlockwise seen from +z.

    Notes
    -----
    The field is exact inside the winding and on its faces too. Away from it the section is a Gauss
    rule over loops whose order follows the ellipse of convergence [1]_; near it the two ends are
    integrated over the radius with the closed form of a thin solenoid [2]_ on graded panels.

    References
    ----------
    .. [1] L. N. Trefethen, Approximation Theory and Approximation Practice, SIAM 2013, theorem 19.3.
    .. [2] N. Derby, S. Olbert, Am. J. Phys. 78 (2010) 229, equation 4.
    """

    inner_radius: float
    outer_radius: float
    z_min: float
    z_max: float
    current_density: float

    def __post_init__(self) -> None:
        finite("Coil", self.inner_radius, self.outer_radius, self.z_min, self.z_max, self.current_density)
        if not 0.0 <= self.inner_radius < self.outer_radius:
            raise InputError(
                f"Coil: inner radius {self.inner_radius} m and outer radius {self.outer_radius} m: "
                "the outer must be the larger, and neither negative"
            )
        if not self.z_min < self.z_max:
            raise InputError(f"Coil: z_min {self.z_min} m must be less than z_max {self.z_max} m")

    def leaves(self) -> tuple[Leaf, ...]:
        """One coil leaf."""
        return (winding_leaf([self.row()]),)

    def row(self) -> tuple[float, float, float, float, float]:
        """Inner and outer radius, both ends, current density: as the kernels take it."""
        return (self.inner_radius, self.outer_radius, self.z_min, self.z_max, self.current_density)


@dataclass(frozen=True)
class CoilSet(Packed):
    """Coaxial loops and coils about z: a magnet.

    Parameters
    ----------
    coils : sequence of Coil or Loop
    """

    coils: tuple[Coil | Loop, ...]

    def __init__(self, coils: Sequence[Coil | Loop]) -> None:
        object.__setattr__(self, "coils", tuple(coils))
        for coil in self.coils:
            if not isinstance(coil, Coil | Loop):
                raise InputError(f"CoilSet: {type(coil).__name__} given, Coil or Loop needed; Sum takes other sources")

    def leaves(self) -> tuple[Leaf, ...]:
        """One coil leaf with all windings, none where there are none."""
        return (winding_leaf([coil.row() for coil in self.coils]),) if self.coils else ()
