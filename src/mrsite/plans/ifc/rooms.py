"""Rooms of a storey: its spaces, and what its walls enclose where no space says anything."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mrsite.plans.faces import sort_faces
from mrsite.plans.ifc.facts import SpaceFacts, StoreyFacts, polygon
from mrsite.plans.ifc.solids import Solids
from mrsite.plans.plan import Cull, Room, Status
from mrsite.plans.rooms import AREA_TOLERANCE, locate, make_spaces

# A stated area within this of the outline confirms it.
_CONFIRMS = 0.01
# What shares more than this of the smaller one's area with another space overlaps it.
_OVERLAP = 0.03
# A face of the walls of which less than this is covered by spaces has none.
_UNCOVERED = 0.5
# A space that loses more than this to the walls in it was not modelled with those walls.
_MOST_CLIPPED = 0.4


@dataclass(frozen=True, eq=False)
class Found:
    """The rooms of a storey, and what is to be said of them."""

    rooms: tuple[Room, ...]
    culls: tuple[Cull, ...]
    guessed: tuple[str, ...]
    warnings: tuple[str, ...]


def rooms_of(storey: StoreyFacts, solids: Solids, *, spaceless: bool, first: int = 0) -> Found:
    """Return the rooms of a storey, numbered on from ``first``.

    Spaces come as they are modelled, less the walls that stand in them. What the walls enclose and no
    space covers is read as a drawing is: proposed where a door leads in, else withheld where the whole
    model is ``spaceless``, else counted and left out.
    """
    faces, small, thin = sort_faces(_enclosed(solids))
    rooms = [_room(s, storey, solids, faces) for s in storey.spaces]
    outlines = [polygon(s.outline) for s in storey.spaces if s.outline]
    bare = _uncovered(faces, outlines)
    doors_at = _doors_at(storey, bare)
    found, culls = make_spaces(bare, {}, doors_at)
    shut = 0
    for s in found:
        if s.status == "withheld" and not spaceless:
            shut += 1
            continue
        reason = "no IfcSpace: read from the walls" + (f"; {s.reason}" if s.status == "withheld" else "")
        at = s.polygon.representative_point()
        rooms.append(
            Room("", "", storey.name, s.polygon, float(s.polygon.area), None, (at.x, at.y), s.status, reason, "walls")
        )
    rooms = [replace(r, id=f"R{first + k:02d}") for k, r in enumerate(rooms, start=1)]
    if shut:
        culls = [*culls[:-1], Cull("enclosed faces", shut, "no IfcSpace and no door leads into them: voids, shafts")]
    if thin:
        culls.append(Cull("faces", len(thin), "between walls: cavities"))
    if small:
        culls.append(Cull("faces", len(small), "smaller than 0.55 m2: columns, shafts, ducts"))
    read = sum(r.source == "walls" for r in rooms)
    guessed = (f"{storey.name}: {read} enclosed areas without an IfcSpace were taken as rooms",) if read else ()
    return Found(tuple(rooms), tuple(culls), guessed, _warnings(storey, rooms, outlines))


def name_and_number(name: str, long_name: str) -> tuple[str, str]:
    """Tell the name of a space from its number.

    By the schema ``Name`` is the number and ``LongName`` the name; a model that has no ``LongName``
    keeps either in ``Name``.
    """
    if long_name and name and long_name != name:
        if any(c.isdigit() for c in name) or (len(name) <= 6 and " " not in name):
            return long_name, name
        return (long_name, "") if name.casefold() in long_name.casefold() else (f"{name} {long_name}", "")
    only = long_name or name
    both = re.fullmatch(r"([A-Za-z]{0,3}[-.]?\d[\w.\-/]*)\s+(\D.*)", only)
    if both:
        return both[2], both[1]
    return ("", only) if re.fullmatch(r"[A-Za-z]{0,3}[-. ]?\d[\w.\-/]*", only) else (only, "")


def _room(space: SpaceFacts, storey: StoreyFacts, solids: Solids, faces: Sequence[Any]) -> Room:
    from shapely import Point, Polygon

    name, number = name_and_number(space.name, space.long_name)
    outline = polygon(space.outline)
    if outline.is_empty:
        at = space.at
        return Room(
            name, number, storey.name, Polygon(), 0.0, _stated(space, 0.0), at, "withheld",
            f"its IfcSpace has no usable outline: {space.fault}", "IfcSpace",
        )  # fmt: skip
    if not outline.is_valid:
        outline = max(getattr(outline.buffer(0), "geoms", [outline.buffer(0)]), key=lambda p: p.area)
    area = float(outline.area)
    clear, clipped = _clear(outline, solids)
    printed = _stated(space, area)
    status, reason = _judge(space, area, printed, clear, faces)
    middle = clear.centroid if clear.contains(clear.centroid) else clear.representative_point()
    reason = "; ".join(r for r in (space.fault, clipped, reason) if r)
    if space.fault and status == "confirmed":
        status = "proposed"
    at = Point(middle)
    return Room(name, number, storey.name, clear, area, printed, (at.x, at.y), status, reason, "IfcSpace")


def _clear(outline: Any, solids: Solids) -> tuple[Any, str]:
    """Take the walls off a space that was modelled to their middle; return what is left, and what to say of it."""
    import shapely

    if solids.closed.is_empty or not outline.intersects(solids.closed):
        return outline, ""
    left = outline.difference(solids.closed)
    parts = sorted((p for p in shapely.get_parts(left) if p.geom_type == "Polygon"), key=lambda p: -p.area)
    if not parts or left.area < (1 - _MOST_CLIPPED) * outline.area:
        return outline, "walls of this storey stand in the space"
    if left.area > 0.9999 * outline.area:
        return outline, ""
    if len(parts) > 1 and parts[1].area > 0.1 * parts[0].area:
        return parts[0], f"walls cut it into {len(parts)} parts, of which the largest is taken"
    return shapely.simplify(parts[0], 1e-5), ""


def _stated(space: SpaceFacts, area: float) -> float | None:
    """Return the stated floor area that is nearest to the outline's."""
    return min(space.areas, key=lambda a: abs(a - area), default=None)


def _judge(
    space: SpaceFacts, area: float, printed: float | None, clear: Any, faces: Sequence[Any]
) -> tuple[Status, str]:
    """Status of an outlined space: confirmed by a stated area, a stated volume, or by walls all around it."""
    height = space.top - space.floor
    by_volume = space.volume / height if space.volume is not None and height > 0.5 else None
    if printed is not None and abs(area / printed - 1) <= _CONFIRMS:
        return "confirmed", ""
    off = ""
    if printed is not None:
        off = f"the model states {printed:.1f} m2, the outline holds {area:.1f} m2 ({area / printed - 1:+.0%})"
    if by_volume is not None and abs(area / by_volume - 1) <= _CONFIRMS:
        return "confirmed", f"{off}; its stated volume agrees with the outline" if off else ""
    enclosed = any(_agree(clear, f) for f in faces)
    if printed is not None and abs(area / printed - 1) <= AREA_TOLERANCE:
        return "confirmed", ""
    if enclosed:
        return "confirmed", off
    return "proposed", off or "neither a stated area nor walls all around confirm it"


def _agree(a: Any, b: Any) -> bool:
    if not a.intersects(b):
        return False
    common = float(a.intersection(b).area)
    return common > 0.95 * (float(a.area) + float(b.area) - common)


def _enclosed(solids: Solids) -> list[Any]:
    """Return what walls and filled openings enclose: the holes in what they cover."""
    import shapely

    if solids.closed.is_empty:
        return []
    x0, y0, x1, y1 = solids.closed.bounds
    ground = shapely.box(x0 - 1.0, y0 - 1.0, x1 + 1.0, y1 + 1.0)
    outer = ground.exterior
    parts = shapely.get_parts(ground.difference(solids.closed))
    return [shapely.simplify(p, 0.0005) for p in parts if not p.intersects(outer)]


def _uncovered(faces: Sequence[Any], outlines: Sequence[Any]) -> list[Any]:
    import shapely

    if not outlines:
        return list(faces)
    tree = shapely.STRtree(list(outlines))
    out = []
    for face in faces:
        near = [outlines[k] for k in tree.query(face)]
        covered = face.intersection(shapely.unary_union(near)).area if near else 0.0
        if covered < _UNCOVERED * face.area:
            out.append(face)
    return out


def _doors_at(storey: StoreyFacts, faces: Sequence[Any]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """How many doors lead into each face."""
    count = np.zeros(len(faces), dtype=np.int64)
    for f in storey.fillings:
        if f.kind != "door":
            continue
        reach = 0.5 * f.depth + np.array([0.10, 0.22, 0.40])
        normal = np.array([-f.axis[1], f.axis[0]])
        for sign in (1.0, -1.0):
            hit = locate(np.array(f.middle) + sign * reach[:, None] * normal, faces)
            if (hit >= 0).any():
                count[int(hit[hit >= 0][0])] += 1
    return count


def _warnings(storey: StoreyFacts, rooms: Sequence[Room], outlines: Sequence[Any]) -> tuple[str, ...]:
    import shapely

    out = []
    if not storey.spaces and (rooms or storey.bodies):
        out.append(f"storey {storey.name!r} has no IfcSpace: its rooms are read from the walls and bear no names")
    broken = [r for r in rooms if r.polygon.is_empty]
    if broken:
        named = ", ".join(r.number or r.name or "unnamed" for r in broken[:6])
        out.append(f"storey {storey.name!r}: {len(broken)} spaces have no usable outline ({named})")
    if len(outlines) > 1:
        named_outlines = [s for s in storey.spaces if s.outline]
        tree = shapely.STRtree(list(outlines))
        i, j = tree.query(list(outlines), predicate="intersects")
        pairs = []
        for a, b in zip(i.tolist(), j.tolist(), strict=True):
            if a < b and _levels_meet(named_outlines[a], named_outlines[b]):
                both = outlines[a].intersection(outlines[b]).area
                if both > _OVERLAP * min(outlines[a].area, outlines[b].area):
                    pairs.append((a, b, both))
        for a, b, both in pairs[:8]:
            names = " and ".join(repr(named_outlines[k].name or named_outlines[k].long_name) for k in (a, b))
            out.append(f"storey {storey.name!r}: spaces {names} overlap by {both:.1f} m2")
        if len(pairs) > 8:
            out.append(f"storey {storey.name!r}: {len(pairs) - 8} more pairs of spaces overlap")
    return tuple(out)


def _levels_meet(a: SpaceFacts, b: SpaceFacts) -> bool:
    return min(a.top, b.top) - max(a.floor, b.floor) > 0.5
