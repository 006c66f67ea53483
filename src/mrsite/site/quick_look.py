"""A project without a site file: one drawing, one magnet, one place."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mrsite.base.errors import InputError
from mrsite.base.pose import Pose
from mrsite.base.text import inert, nearest
from mrsite.base.units import parse_length
from mrsite.magnets.model import MagnetModel
from mrsite.plans.plan import Plan
from mrsite.site.defaults import default_value
from mrsite.site.evidence import Quantity, Wanted, WantedRegion
from mrsite.site.project import Project, Scanner, Storey
from mrsite.site.scanners import check_inside
from mrsite.site.spaces import resolve_spaces


def project_of_plan(
    plan: Plan, magnet: MagnetModel, at: str, bearing_deg: float, isocentre_height: float | None = None
) -> Project:
    """Return the project of one magnet on one drawing.

    Parameters
    ----------
    at : str
        ``"12.4,8.15"`` in metres, with a suffix ``mm``, ``in``, ``ft`` or ``du`` (drawing units), or a room's name.

    Raises
    ------
    InputError
        A place outside the drawing (with the likely reading named), a room that is not there.
    """
    from mrsite.base.toml import Document

    for what, value in (("bearing", bearing_deg), ("isocentre height", isocentre_height)):
        if value is not None and not math.isfinite(value):
            raise InputError(f"{what} {value} is no number that can be drawn: give degrees, and a height in metres")
    one_storey(plan)
    x, y = place(plan, at)
    assumed = []
    height = isocentre_height
    if height is None:
        cited = magnet.siting.get("isocentre_height_m")
        height = float(cited.value) if cited is not None else default_value("isocentre_height_m")
        assumed.append(
            f"isocentre taken {height:g} m above floor"
            + (f" ({cited.source})" if cited else "; give --isocentre-height")
        )
    occupied = (default_value("occupied_low_m"), default_value("occupied_high_m"))
    storey = Storey("Plan", 0.0, None, None, None, plan, None, None, occupied, None, registered="reference drawing")
    scanner = Scanner(
        "MR", magnet, "Plan", (Pose((x, y, height), bearing_deg),), height, ("+z",), "proposed", tuple(assumed)
    )
    spaces = resolve_spaces([storey], (), (), Document(Path(plan.path), {}))
    return Project(
        name=Path(plan.path).stem,
        path=plan.path,
        inputs={Path(plan.path).name: plan.sha256, f"magnet {magnet.id}": magnet.sha256},
        north_deg=None,
        ground_level=None,
        position_tolerance_m=0.0,
        packs=(),
        equipment_table={},
        storeys=(storey,),
        scanners=(scanner,),
        spaces=spaces,
        notes=tuple(assumed),
    )


def one_storey(plan: Plan) -> None:
    """Refuse a plan of several storeys of a building model, which lie on one another in it."""
    read = [s for s in plan.storeys if s.read]
    if len(read) > 1:
        named = "; ".join(f"{inert(s.name)!r} at {s.elevation:.3f} m, {s.rooms} spaces" for s in read)
        raise InputError(f"{Path(plan.path).name}: the model has {len(read)} storeys ({named}): choose one by --storey")


def place(plan: Plan, at: str) -> tuple[float, float]:
    """Read a place: two lengths, or the name or number of a room (its middle)."""
    parts = at.split(",")
    if len(parts) == 2:
        try:
            x, y = (parse_length(part, drawing_unit_m=plan.unit_m) for part in parts)
        except InputError:
            if any(c.isdigit() for c in parts[0]):
                raise
        else:
            check_inside(plan, (x, y), "--at")
            return x, y
    word = " ".join(at.casefold().split())
    found = [r for r in plan.rooms if word in (" ".join(r.name.casefold().split()), r.number.casefold())]
    if len(found) == 1 and not found[0].polygon.is_empty:
        middle = found[0].polygon.representative_point()
        centre = found[0].polygon.centroid
        point = centre if found[0].polygon.contains(centre) else middle
        return float(point.x), float(point.y)
    if len(found) > 1:
        places = "; ".join(f"{r.label_at[0]:.2f},{r.label_at[1]:.2f}" for r in found if r.label_at)
        raise InputError(f"--at {inert(at)!r} names {len(found)} rooms, at {places}: give the point instead")
    known = [w for r in plan.rooms for w in (r.number, r.name) if w]
    near = nearest(at, known)
    hint = f"did you mean {near!r}?" if near else "give X,Y in metres"
    raise InputError(f"--at {inert(at)!r} is neither two lengths nor a room of the drawing; {hint}")


def quick_wanted(
    project: Project,
    levels_mT: Sequence[float],
    gradients: Sequence[float] = (),
    height: float | None = None,
    envelope: bool = False,
) -> Wanted:
    """Return the lines of a quick look: cuts at a height (default the isocentre's), or envelopes.

    Raises
    ------
    InputError
        A level that is not a positive finite number.
    """
    scanner = project.scanners[0]
    at = scanner.isocentre_height if height is None else height
    heights: Any = None if envelope else (at, at)
    regions = []
    kinds: tuple[tuple[Sequence[float], Quantity, float], ...] = ((levels_mT, "B", 1e-3), (gradients, "gradient", 1.0))
    for values, quantity, scale in kinds:
        for level in values:
            if not 0 < level < float("inf"):
                raise InputError(
                    f"a line at {level:g} {'mT' if scale < 1 else 'T/m'} cannot be drawn: give a positive number"
                )
            regions.append(
                WantedRegion(
                    scanner.storey,
                    level * scale,
                    "envelope" if envelope else "cut",
                    quantity,
                    heights,
                )
            )
    return Wanted(regions=tuple(regions))
