"""Published figures as the fit sees them: distances, fields, gradients, force products."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from mrsite.base.errors import InputError
from mrsite.magnets.classes import Dimensions
from mrsite.magnets.model import Array, MagnetModel
from mrsite.magnets.rays import extents

Direction = Literal["axial", "radial"]


@dataclass(frozen=True)
class LineFigure:
    """The distance of one line in one direction: axial or radial, to +-``half`` m.

    ``sign_z`` is +1 for the patient end, -1 for the service end, 0 where the ends are alike.
    """

    name: str
    direction: Direction
    level: float
    distance: float
    half: float
    extent: bool
    sign_z: int
    number: int

    def quoted(self, angles: Array, distance: Array) -> Array:
        """Return what the source would have quoted for lines of these distances.

        Parameters
        ----------
        angles : (a,) float64, rad
            Of the rays, from +z.
        distance : (..., a) float64, m

        Returns
        -------
        (...) float64, m
        """
        if self.extent:
            ahead, behind, across = extents(distance, angles)
            if self.direction == "radial":
                return across
            return behind if self.sign_z < 0 else ahead
        if self.direction == "radial":
            return np.asarray(distance[..., int(np.argmin(np.abs(angles - 0.5 * np.pi)))])
        return np.asarray(distance[..., -1 if self.sign_z < 0 else 0])


@dataclass(frozen=True)
class PointFigure:
    """A magnitude at a point of the meridian half-plane: |B|, its gradient or the force product.

    ``z`` None: the largest value on the cylinder of radius ``rho``.
    """

    name: str
    quantity: Literal["B", "gradient", "force_product"]
    rho: float
    z: float | None
    value: float
    tolerance: float
    number: int


@dataclass(frozen=True)
class Figures:
    """All figures of a fit."""

    lines: tuple[LineFigure, ...]
    points: tuple[PointFigure, ...]
    ends_differ: bool

    @property
    def names(self) -> tuple[str, ...]:
        """Name of each figure."""
        return tuple(f.name for f in self.lines) + tuple(p.name for p in self.points)

    def without(self, name: str) -> Figures:
        """Return the figures but one."""
        return Figures(
            tuple(f for f in self.lines if f.name != name),
            tuple(f for f in self.points if f.name != name),
            self.ends_differ,
        )


def figures_of(model: MagnetModel, use: str = "fit") -> Figures:
    """Return the figures of a magnet that take part in its fit (or are held back as checks)."""
    lines: list[LineFigure] = []
    points: list[PointFigure] = []
    for number, p in enumerate(model.published):
        if p.use != use or p.quantity == "transient":
            continue
        sign_z = {"patient": 1, "service": -1, None: 0}[p.end]
        if p.quantity == "isofield":
            extent = (p.reading or model.distances) == "extent"
            level = float(p.level_T or 0.0)
            end = f" {p.end} end" if p.end else ""
            half = 0.5 * p.rounding_m
            if p.axial_m is not None:
                name = f"{level * 1e3:g} mT axial{end} {p.axial_m:g} m"
                lines.append(LineFigure(name, "axial", level, p.axial_m, half, extent, sign_z, number))
            # A cylinder's field is the same upwards as sideways: the vertical figure serves where no radial one is.
            across = p.radial_m if p.radial_m is not None else p.vertical_m
            if across is not None:
                name = f"{level * 1e3:g} mT radial {across:g} m"
                lines.append(LineFigure(name, "radial", level, across, half, extent, 0, number))
        elif p.quantity in ("field_on_axis", "field_at"):
            rho = float(np.hypot(p.x_m or 0.0, p.y_m or 0.0))
            value = float(p.value or 0.0)
            points.append(PointFigure(p.name, "B", rho, p.z_m, value, 0.5 * p.rounding_value, number))
        else:
            quantity = "force_product" if p.quantity == "force_product_max" else "gradient"
            value = float(p.value or 0.0)
            # A contour read from a plot is a position: its error moves the value along the slope, which near
            # a bore is about a factor of e in 0.15 m (published 1 and 2 T/m contours lie 0.1 m apart).
            if p.quantity == "gradient_on_cylinder":
                tolerance = max(0.5 * p.rounding_value, (0.02 + 0.5 * p.rounding_m / 0.15) * value)
            else:
                tolerance = max(0.5 * p.rounding_value, 0.02 * value)
            z = p.z_m
            if z is not None and sign_z:
                z = sign_z * abs(z)
            points.append(PointFigure(p.name, quantity, float(p.r_m or 0.0), z, value, tolerance, number))  # type: ignore[arg-type]
    differ = any(f.sign_z for f in lines) or any(p.end for p in model.published if p.use == use)
    return Figures(tuple(lines), tuple(points), differ)


def refuse_other_magnets(model: MagnetModel) -> None:
    """Refuse magnets that coaxial air coils cannot stand for, with the reason."""
    from mrsite.magnets.refusals import not_air_coils

    reason = not_air_coils(model.shielding, model.geometry, model.field_axis)
    if reason:
        raise InputError(f"{model.path.name if model.path else model.id}: {reason}")


def refuse_nonsense(model: MagnetModel, figures: Figures, size: Dimensions) -> None:
    """Refuse what cannot be fitted before any fit is tried.

    Raises
    ------
    InputError
        No B0; no far figure; a line inside the cryostat; distances that do not fall as the level
        rises; axial shorter than radial for a cylinder.
    """
    from mrsite.magnets.refusals import what_to_ask

    name = model.path.name if model.path else model.id

    def where(number: int) -> str:
        line = model.published[number].line
        return f"{name}, line {line}" if line else name

    if model.B0_T is None:
        raise InputError(f"{name}: B0_T is missing: without the field at the isocentre nothing can be fitted; add it")
    far = [
        p for p in figures.points if p.quantity == "B" and (p.z is None or np.hypot(p.rho, p.z) > size.magnet_length_m)
    ]
    if not figures.lines and not far and not figures.points and not model.class_prior:
        ask = what_to_ask(model.B0_T, model.bore_diameter_m, model.magnet_length_m, model.cryostat_diameter_m)
        raise InputError(f"{name}: {ask}")
    for f in figures.lines:
        limit = 0.5 * (size.magnet_length_m if f.direction == "axial" else size.cryostat_diameter_m)
        # Levels near B0 lie in the bore; a far line does not.
        if f.distance + f.half <= limit and f.level < 0.25 * model.B0_T:
            raise InputError(
                f"{where(f.number)}: the {f.name} lies inside the cryostat, which reaches {limit:g} m from the "
                "isocentre: check that the distance is from the isocentre and in metres"
            )
    _refuse_order(figures, where)
    by_level: dict[tuple[float, bool], dict[str, LineFigure]] = {}
    for f in figures.lines:
        by_level.setdefault((f.level, f.extent), {})[f.direction] = f
    farthest = min((f.level for f in figures.lines), default=0.0)
    for pair in by_level.values():
        # Inner lines of a magnet whose axis field turns sign may be longer across; the far one of a cylinder is not.
        if len(pair) < 2 or not pair["axial"].level == farthest <= 1e-3:
            continue
        if pair["axial"].distance < pair["radial"].distance:
            raise InputError(
                f"{where(pair['axial'].number)}: the {pair['axial'].name} is shorter than the {pair['radial'].name}, "
                "which no cylindrical magnet's far line is: are the two swapped? Axial is along the bore"
            )


def _refuse_order(figures: Figures, where: Callable[[int], str]) -> None:
    groups: dict[tuple[str, int], list[LineFigure]] = {}
    for f in figures.lines:
        groups.setdefault((f.direction, f.sign_z), []).append(f)
    for group in groups.values():
        group.sort(key=lambda f: f.level)
        for low, high in pairwise(group):
            if (
                low.level == high.level
                and low.extent == high.extent
                and abs(low.distance - high.distance) > low.half + high.half
            ):
                raise InputError(f"{where(high.number)}: the {low.name} and the {high.name} contradict one another")
            if high.level > low.level and high.distance - high.half > low.distance + low.half:
                raise InputError(
                    f"{where(high.number)}: the {high.name} lies outside the {low.name}, but the field falls outwards: "
                    "check the two levels and distances"
                )
