"""Scanners: each magnet with its place, bearing and height."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from mrsite.base.errors import InputError
from mrsite.base.pose import Pose
from mrsite.base.text import inert
from mrsite.base.toml import Document
from mrsite.magnets import load_model
from mrsite.plans.plan import Plan
from mrsite.site.defaults import default_value
from mrsite.site.placed import block_called
from mrsite.site.project import Scanner, Storey
from mrsite.site.schema import ScannerEntry
from mrsite.site.spaces import find_storey

Point = tuple[float, float]

#: Two isocentres nearer than this are of two magnets in one another, m: less than the length of any.
_BODY = 0.8
#: A point this far outside what is drawn is still taken, m: a magnet may stand beside a small plan.
_OUTSIDE = 1.0


def resolve_scanners(
    storeys: Sequence[Storey],
    entries: Sequence[ScannerEntry],
    catalogues: Sequence[Path],
    document: Document,
) -> tuple[Scanner, ...]:
    """Load the magnets and put them in the site frame.

    Raises
    ------
    InputError
        Unknown magnet or storey, an id twice, a place outside the drawing (with the likely reading).
    """
    seen: dict[str, str] = {}
    faults = []
    result = []
    for index, entry in enumerate(entries):
        where = document.where("scanner", index)
        try:
            if entry.id in seen:
                raise InputError(
                    f"{where}: scanner {inert(entry.id)!r} is there twice, first at {seen[entry.id]}; rename one"
                )
            seen[entry.id] = where
            result.append(_scanner(storeys, entry, catalogues, document, index))
        except InputError as error:
            faults.append(error.message)
    faults += _in_one_another([s for s in result if s.status != "removed"])
    if faults:
        raise InputError("\n".join(faults))
    return tuple(result)


def _in_one_another(scanners: Sequence[Scanner]) -> list[str]:
    """Say which magnets stand in one another wherever they move: no field of both can be computed."""
    found = []
    for a, b in itertools.combinations(scanners, 2):
        apart = min(math.dist(p.position, q.position) for p in a.poses for q in b.poses)
        if apart < _BODY and len(a.poses) == len(b.poses) == 1:
            found.append(
                f"{b.where}: {inert(b.id)!r} stands {apart:.2f} m from {inert(a.id)!r} ({a.where}), inside it: "
                'correct the place, or give status = "removed" for the one that goes'
            )
    return found


def check_inside(plan: Plan, at: Point, where: str, what: str = "isocentre") -> None:
    """Refuse a point that lies outside everything drawn, and name the likely reading.

    Raises
    ------
    InputError
    """
    x0, y0, x1, y1 = plan.extent
    if x0 - _OUTSIDE <= at[0] <= x1 + _OUTSIDE and y0 - _OUTSIDE <= at[1] <= y1 + _OUTSIDE:
        return
    likely = ""
    for name, metres in (("millimetres", 1e-3), ("centimetres", 1e-2), ("drawing units", plan.unit_m)):
        x, y = at[0] * metres, at[1] * metres
        if metres != 1.0 and x0 <= x <= x1 and y0 <= y <= y1:
            likely = f"; read as {name} it would be ({x:.3f}, {y:.3f}) m, which is inside: write it in metres"
            break
    else:
        if x0 <= at[1] <= x1 and y0 <= at[0] <= y1:
            likely = "; with x and y exchanged it would be inside"
    raise InputError(
        f"{where}: {what} ({at[0]:g}, {at[1]:g}) m lies outside the drawing, which spans ({x0:.2f}, {y0:.2f}) to "
        f"({x1:.2f}, {y1:.2f}) m{likely or '; give a point inside'}"
    )


def _scanner(
    storeys: Sequence[Storey], entry: ScannerEntry, catalogues: Sequence[Path], document: Document, index: int
) -> Scanner:
    where = document.where("scanner", index)
    storey = find_storey(storeys, entry.storey, where)
    try:
        magnet = load_model(entry.magnet, relative_to=document.path.parent, catalogues=catalogues)
    except InputError as error:
        raise InputError(f"{document.where('scanner', index, 'magnet')}: {error.message}") from None
    assumed = []
    height = entry.isocentre_height
    if height is None:
        cited = magnet.siting.get("isocentre_height_m")
        if cited is not None:
            height = float(cited.value)
            assumed.append(f"{entry.id}: isocentre {height:g} m above floor from the magnet file ({cited.source})")
        else:
            height = default_value("isocentre_height_m")
            assumed.append(f"{entry.id}: isocentre taken {height:g} m above floor; give isocentre_height")
    top = min((h for h in (storey.ceiling, storey.height) if h is not None), default=math.inf)
    if height >= top:
        raise InputError(
            f"{document.where('scanner', index, 'isocentre_height')}: the isocentre of {inert(entry.id)!r} lies "
            f"{height:g} m above the floor of {inert(storey.name)!r}, which is {top:g} m high: correct one of them"
        )
    places = _places(storey, entry, document, index)
    poses = tuple(storey.to_site.pose(Pose((x, y, storey.elevation + height), bearing)) for x, y, bearing in places)
    directions: tuple[Literal["+z", "-z"], ...] = (
        ("+z", "-z") if entry.field_direction is None else (entry.field_direction,)
    )
    return Scanner(entry.id, magnet, storey.name, poses, height, directions, entry.status, tuple(assumed), where)


def _places(storey: Storey, entry: ScannerEntry, document: Document, index: int) -> list[tuple[float, float, float]]:
    """Return (x, y, bearing) for each position, in the storey's own frame."""
    if entry.positions is not None:
        if storey.plan is not None:
            for k, (x, y, _) in enumerate(entry.positions):
                check_inside(storey.plan, (x, y), document.where("scanner", index, "positions", k), "position")
        return list(entry.positions)
    if entry.at_block is not None:
        return [_at_block(storey, entry, document.where("scanner", index, "at_block"))]
    assert entry.isocentre is not None
    x, y = entry.isocentre
    if storey.plan is not None:
        check_inside(storey.plan, (x, y), document.where("scanner", index, "isocentre"))
    return [(x, y, _bearing(entry, (x, y), document.where("scanner", index)))]


def _bearing(entry: ScannerEntry, at: Point, where: str) -> float:
    if entry.bearing_deg is not None:
        return math.remainder(entry.bearing_deg, 360.0) if abs(entry.bearing_deg) > 360.0 else entry.bearing_deg
    assert entry.patient_end_towards is not None
    dx, dy = entry.patient_end_towards[0] - at[0], entry.patient_end_towards[1] - at[1]
    if math.hypot(dx, dy) < 0.1:
        raise InputError(f"{where}: patient_end_towards is the isocentre itself; name a point along the bore")
    return math.degrees(math.atan2(dy, dx))


def _at_block(storey: Storey, entry: ScannerEntry, where: str) -> tuple[float, float, float]:
    """The insertion point of the block, and the bearing: its own turn unless stated (see `site.placed`)."""
    assert entry.at_block is not None
    _, block = block_called((storey,), entry.at_block, entry.id, where)
    return *block.at, _bearing(entry, block.at, where)
