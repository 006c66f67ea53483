"""What a stated way asks for: how wide, long and high what goes there is, and from which place to which."""

from __future__ import annotations

from mrsite.site.project import Project
from mrsite.site.schema import PathwayEntry
from mrsite.site.surroundings.tables import body_value, way_needs
from mrsite.site.surroundings.walkable import (
    OUTSIDE,
    covers,
    walkable_spaces,
)
from mrsite.site.surroundings.way import Needs, Point

End = tuple[str, str, Point | None]  # storey, space id or "outside", point


def needs_of(project: Project, entry: PathwayEntry) -> Needs | str:
    """Return what an entry needs, or what to supply where that is not known."""
    table = way_needs(entry.kind)
    assumed = []
    width, length, height = entry.width_m, entry.length_m, entry.height_m
    if entry.kind in ("delivery", "removal"):
        size = _crate(project, entry, float(table["clearance_m"]))
        if size is None and (width is None or length is None):
            return "Give width_m and length_m of the magnet on its way (its vendor's rigging drawing)"
        if size is not None:
            if width is None or length is None:
                assumed.append(f"{size[0]:.2f} m by {size[1]:.2f} m, {table['source'].split(':')[0].lower()}")
            width, length, height = width or size[0], length or size[1], height or size[2]
        height = height or 0.0
    else:
        for name, given in (("width_m", width), ("length_m", length)):
            if given is None and table[name]:
                assumed.append(f"{name} {table[name]:g}")
        width = width if width is not None else float(table["width_m"])
        length = length if length is not None else float(table["length_m"])
        height = height if height is not None else float(table["height_m"])
    speed = entry.speed_m_s
    if speed is None:
        speed = body_value(str(table["speed"]))
        assumed.append(f"speed {speed:g} m/s")
    assert width is not None
    assert length is not None
    narrow, long = min(width, length) if length else width, max(width, length)
    return Needs(
        kind=entry.kind,
        width_m=narrow,
        length_m=long if length else 0.0,
        height_m=height,
        speed_m_s=speed,
        stairs=entry.stairs if entry.stairs is not None else bool(table["stairs"]),
        lifts=entry.lifts if entry.lifts is not None else bool(table["lifts"]),
        around_magnets=entry.kind not in ("delivery", "removal"),
        assumed=tuple(assumed),
    )


def _crate(project: Project, entry: PathwayEntry, clearance: float) -> tuple[float, float, float] | None:
    """Return the size of the magnet that an entry speaks of: the one it names, else the largest."""
    ends = [e for e in (entry.start, entry.end) if isinstance(e, str)]
    named = [s for s in project.scanners if s.id in ends] or list(project.scanners)
    sizes = [size for size in (covers(s.magnet) for s in named) if size is not None]
    if not sizes:
        return None
    long, round_ = max(sizes, key=lambda p: p[0] * p[1])
    return min(long, round_) + clearance, max(long, round_) + clearance, round_ + clearance


def end_of(project: Project, word: str | Point, storey_name: str | None) -> End | str:
    """Return the place an end names: outside, a scanner, a room, an item of equipment or a point."""
    if isinstance(word, str):
        if word.casefold() in (OUTSIDE, "outdoors", "street"):
            return ("", OUTSIDE, None)
        scanner = next((s for s in project.scanners if s.id == word), None)
        if scanner is not None:
            return _couch(project, word)
        item = next((e for e in project.equipment if e.id == word), None)
        if item is not None and item.footprint is not None:
            middle = item.footprint.centroid
            return _at(project, (middle.x, middle.y), item.storey)
        return _room(project, word, storey_name)
    return _at(project, word, storey_name)


def _couch(project: Project, id_: str) -> End | str:
    """Return the place in front of a scanner's patient end."""
    scanner = next(s for s in project.scanners if s.id == id_)
    storey = project.storey(scanner.storey)
    pose = storey.to_site.pose_back(scanner.poses[0])
    out = 0.5 * (scanner.magnet.magnet_length_m or 1.7) + 0.8
    axis = pose.rotation[:, 2]
    return _at(project, (pose.position[0] + out * axis[0], pose.position[1] + out * axis[1]), storey.name)


def _room(project: Project, word: str, storey_name: str | None) -> End | str:
    folded = " ".join(word.casefold().split())

    def same(text: str | None) -> bool:
        return text is not None and " ".join(text.casefold().split()) == folded

    pool = [s for s in project.spaces if storey_name in (None, s.storey)]
    for key in ("number", "name", "id", "use"):
        found = [s for s in pool if same(getattr(s, key))]
        if len(found) > 1:
            names = ", ".join(f"{s.label} on {s.storey}" for s in found[:4])
            return f"Say which {word!r} is meant ({names}): use its number, or storey and to_storey"
        if found:
            space = found[0]
            if space.polygon is None or space.polygon.is_empty or space.status == "withheld":
                return f"The outline of {space.label} was not read: give polygon, or a point as the end of the way"
            return (space.storey, space.id, None)
    return f"No room, scanner or equipment is called {word!r}: use a number, a name, a point or 'outside'"


def _at(project: Project, point: Point, storey_name: str | None) -> End | str:
    from shapely import Point as P

    here = P(point)
    found = [
        (s.polygon.area, s)
        for storey in project.storeys
        if storey_name in (None, storey.name)
        for s in walkable_spaces(project, storey)
        if s.polygon.covers(here)
    ]
    if not found:
        return (
            f"The point ({point[0]:g}, {point[1]:g}) lies in no room that was read: move it, or give the room's polygon"
        )
    storeys = {s.storey for _, s in found}
    if len(storeys) > 1:
        return f"The point ({point[0]:g}, {point[1]:g}) lies in rooms of {len(storeys)} storeys: give storey"
    space = min(found, key=lambda row: row[0])[1]
    return (space.storey, space.id, point)
