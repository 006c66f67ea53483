"""Where moving metal goes: every position of every body of an entry, in the site frame."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsite.site.defaults import default_value
from mrsite.site.project import Project, Storey
from mrsite.site.schema import MovingMetalEntry
from mrsite.site.surroundings.tables import MetalClass, MetalKind, kind_of, vendor_rows

Array = NDArray[np.float64]

#: Positions of a lift in its shaft, and most along a road.
_LIFT_POSITIONS = 200
_MOST_POSITIONS = 600
_STEP_M = 0.25


@dataclass(frozen=True, eq=False)
class Track:
    """Every position of a piece of moving metal.

    Parameters
    ----------
    positions : (n, 3) float64, m
        Site frame: middle of the body (of a lift, its car).
    counterweight : (n, 3) float64 or None
        Where the counterweight is at the same moment.
    mass_kg, counterweight_kg : float or None
        None: nobody says, and no default stands for it.
    assumed : tuple of str
        What was taken for want of a statement, in words.
    class_ : str or None
        Row of a vendor's table; None where kind and mass do not tell.
    """

    entry: MovingMetalEntry
    kind: MetalKind | None
    class_: MetalClass | None
    storey: Storey
    positions: Array
    counterweight: Array | None
    mass_kg: float | None
    counterweight_kg: float | None
    mass_stated: bool
    length_m: float
    width_m: float
    lasts_s: float | None
    comes_and_goes: bool
    railway: bool
    assumed: tuple[str, ...]

    @property
    def footprint(self) -> Any:
        """The floor it sweeps, in the plan metres of its storey's drawing (shapely)."""
        from shapely import LineString, Point

        path = self.entry.path
        shape = LineString(path) if len(path) > 1 else Point(path[0])
        half = 0.5 * self.width_m
        return shape.buffer(half, quad_segs=8)

    @property
    def heights(self) -> tuple[float, float]:
        """Heights above its storey's floor that it takes up, m."""
        if self.entry.heights is not None:
            return self.entry.heights
        if self.kind is not None and self.kind.heights_m is not None:
            return self.kind.heights_m
        low, high = float(self.positions[:, 2].min()), float(self.positions[:, 2].max())
        return low - self.storey.elevation, max(high, low + 0.1) - self.storey.elevation


def storey_of(project: Project, name: str | None, outdoors: bool) -> tuple[Storey, str | None]:
    """Return the storey an entry lies on, and what was assumed to find it."""
    if name is not None:
        return project.storey(name), None
    if len(project.storeys) == 1:
        return project.storeys[0], None
    if outdoors and project.ground_level is not None:
        level = project.ground_level
        storey = min(project.storeys, key=lambda s: abs(s.elevation - level))
        return storey, f"taken on {storey.name}, at ground level; give storey"
    here = [s for s in project.scanners if s.status != "removed"]
    storey = project.storey(here[0].storey) if here else project.storeys[0]
    return storey, f"taken on {storey.name}, the scanner's storey; give storey"


def track(project: Project, entry: MovingMetalEntry) -> Track:
    """Return where an entry goes and what it is taken to be."""
    kind = kind_of(entry.kind)
    assumed: list[str] = []
    lift = kind is not None and kind.id == "lift"
    storey, said = storey_of(project, entry.storey, outdoors=not lift and (kind is None or kind.class_ != "light"))
    if said and not lift:
        assumed.append(said)
    mass = entry.mass_kg
    if mass is None and kind is not None and kind.mass_kg is not None:
        mass = kind.mass_kg
        assumed.append(f"mass taken as {mass:g} kg for a {kind.id}; give mass_kg")
    class_ = _class(kind, entry.mass_kg)
    counter: Array | None = None
    counter_kg: float | None = None
    if lift:
        positions, counter, told = _shaft(project, entry, storey)
        assumed += told
        counter_kg = entry.counterweight_kg
        if counter_kg is None and mass is not None:
            counter_kg = mass
            assumed.append(f"counterweight taken as {mass:g} kg, as the car; give counterweight_kg (0: none)")
        if not counter_kg:
            counter = None
    else:
        positions = _along(entry, storey, kind)
    return Track(
        entry=entry,
        kind=kind,
        class_=class_,
        storey=storey,
        positions=positions,
        counterweight=counter,
        mass_kg=mass,
        counterweight_kg=counter_kg,
        mass_stated=entry.mass_kg is not None,
        length_m=entry.length_m or (kind.length_m if kind else 2.0),
        width_m=entry.width_m or (kind.width_m if kind else 0.6),
        lasts_s=entry.lasts_s or (kind.lasts_s if kind else None),
        comes_and_goes=not lift,
        railway=bool(kind and kind.railway) or entry.traction is not None,
        assumed=tuple(assumed),
    )


def _class(kind: MetalKind | None, mass_kg: float | None) -> MetalClass | None:
    """Return the row of a table that kind and stated mass ask for; a heavy thing is never judged as a light one."""
    light = next((r for r in vendor_rows() if r.class_ == "light"), None)
    top = light.to_kg if light is not None and light.to_kg is not None else 0.0
    if kind is None:
        if mass_kg is None:
            return None
        return "light" if mass_kg <= top else "heavy"
    if kind.class_ == "light" and mass_kg is not None and mass_kg > top:
        return "heavy"
    return kind.class_


def _along(entry: MovingMetalEntry, storey: Storey, kind: MetalKind | None) -> Array:
    heights = entry.heights or (kind.heights_m if kind is not None else None) or (0.0, 1.0)
    z = storey.elevation + 0.5 * (heights[0] + heights[1])
    corners = np.array([storey.to_site.point(p) for p in entry.path], dtype=float)
    if len(corners) == 1:
        return np.array([[corners[0, 0], corners[0, 1], z]])
    legs = np.linalg.norm(np.diff(corners, axis=0), axis=1)
    total = float(legs.sum())
    step = max(_STEP_M, total / _MOST_POSITIONS)
    rows = [corners[:1]]
    for start, stop, length in zip(corners[:-1], corners[1:], legs):
        count = max(1, math.ceil(length / step))
        rows.append(start + (np.arange(1, count + 1) / count)[:, None] * (stop - start))
    plan = np.concatenate(rows)
    return np.column_stack([plan, np.full(len(plan), z)])


def _shaft(project: Project, entry: MovingMetalEntry, storey: Storey) -> tuple[Array, Array, list[str]]:
    """Return the positions of a car and its counterweight over the whole shaft."""
    told = []
    if entry.heights is not None:
        low, high = (storey.elevation + h for h in entry.heights)
    else:
        bottom, top = (f(project.storeys, key=lambda s: s.elevation) for f in (min, max))
        low = bottom.elevation
        high = top.elevation + (top.height or default_value("storey_height_m"))
        told.append(f"its shaft taken from {low:g} m to {high:g} m, all storeys known; give heights")
    half = min(1.2, 0.5 * (high - low))  # the middle of a car of ordinary height
    z = np.linspace(low + half, high - half, _LIFT_POSITIONS)
    x, y = (float(np.mean([p[k] for p in entry.path])) for k in (0, 1))
    here = storey.to_site.point((x, y))
    other = here if entry.counterweight_at is None else storey.to_site.point(entry.counterweight_at)
    ones = np.ones(_LIFT_POSITIONS)
    car = np.column_stack([here[0] * ones, here[1] * ones, z])
    weight = np.column_stack([other[0] * ones, other[1] * ones, low + high - z])
    return car, weight, told
