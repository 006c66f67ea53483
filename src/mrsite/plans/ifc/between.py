"""What stands between rooms: doors, windows and openings put on their walls, and the rooms on their sides."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mrsite.plans.assemble import references
from mrsite.plans.ifc.facts import FillingFacts, StoreyFacts
from mrsite.plans.ifc.solids import THICKEST_M, Solids
from mrsite.plans.plan import OUTSIDE, Cull, Door, Opening, Room, Segment, Window
from mrsite.plans.rooms import locate

Array = npt.NDArray[np.float64]

# How far past the faces of the wall the space on a side is looked for, m.
_REACH_M = np.array([0.10, 0.22, 0.40])
# Leaves of a cavity wall are one wall across this gap, m.
_CAVITY_M = 0.15
# Spaces that come this near with no wall between are one space for whoever walks, where the way is this wide, m.
_MEET_M = 0.05
_PASSAGE_M = 0.4
# An opening this far above the floor is a hatch, no way through, m.
_SILL_M = 0.3


@dataclass(frozen=True, eq=False)
class Between:
    """Doors, windows and openings of a storey, and what was left out."""

    doors: tuple[Door, ...]
    windows: tuple[Window, ...]
    openings: tuple[Opening, ...]
    culls: tuple[Cull, ...]


@dataclass(frozen=True, eq=False)
class Placed:
    """A filling on its wall: its middle on the centre line, the two ends there, and the room on either side.

    ``sides`` are indices of rooms (-1: none), that of local +y first.
    """

    facts: FillingFacts
    at: Array
    ends: Segment
    wall_m: float
    sides: tuple[int, int]


def standing_in(storey: StoreyFacts, solids: Solids, rooms: Sequence[Room], first: int = 0) -> Between:
    """Place the doors, windows and openings of a storey; doors are numbered on from ``first``."""
    names = references(rooms)
    polygons = [r.polygon for r in rooms]
    doors: list[Door] = []
    windows: list[Window] = []
    openings: list[Opening] = []
    recesses = hatches = inner = 0
    for f in storey.fillings:
        placed = _place(f, solids, polygons)
        if f.kind == "door":
            doors.append(_door(placed, storey, rooms, names, first + len(doors) + 1))
            continue
        if f.kind == "opening":
            if placed.wall_m and f.depth < placed.wall_m - 0.05:
                recesses += 1
                continue
            if f.low > storey.elevation + _SILL_M:
                hatches += 1
                continue
            if placed.sides[0] == placed.sides[1]:
                inner += 1
                continue
            ids = (_called(placed.sides[0], [r.id for r in rooms]), _called(placed.sides[1], [r.id for r in rooms]))
            openings.append(
                Opening(_point(placed.at), f.width, placed.ends, ids, "confirmed", "IfcOpeningElement", storey.name)
            )
            continue
        if placed.sides[0] == placed.sides[1] >= 0:
            inner += 1
            continue
        pair = (_called(placed.sides[0], names), _called(placed.sides[1], names))
        low, high = f.low - storey.elevation, f.high - storey.elevation
        windows.append(
            Window(_point(placed.at), f.width, placed.ends, pair, "confirmed", "IfcWindow", storey.name, low, high)
        )
    windows += _curtains(storey, rooms, names)
    openings += _virtual(storey, solids, rooms)
    culls = [
        Cull("openings and windows", n, why)
        for n, why in (
            (recesses, "not through the wall: recesses, niches"),
            (hatches, "above the floor: hatches, ducts"),
            (inner, "both sides are one space"),
        )
        if n
    ]
    return Between(tuple(doors), tuple(windows), tuple(openings), tuple(culls))


def _place(f: FillingFacts, solids: Solids, polygons: Sequence[Any]) -> Placed:
    middle, axis = np.array(f.middle), np.array(f.axis)
    normal = np.array([-axis[1], axis[0]])
    # What fills no opening is only as deep as its leaf; the wall it stands in is deeper.
    depth = f.depth if f.host else max(f.depth, THICKEST_M)
    low, high, outer_low, outer_high = _across(middle, normal, depth, solids.closed)
    at = middle + 0.5 * (low + high) * normal
    half = 0.5 * f.width * axis
    sides = tuple(
        _room_at(middle, axis * f.width, normal * sign, abs(reach), polygons)
        for sign, reach in ((1.0, outer_high), (-1.0, outer_low))
    )
    return Placed(f, at, (_point(at - half), _point(at + half)), high - low, (sides[0], sides[1]))


def _across(middle: Array, normal: Array, depth: float, closed: Any) -> tuple[float, float, float, float]:
    """Where the wall begins and ends across an opening, from its middle along the normal; and the whole wall's faces.

    The opening may reach further across than its wall, or through one leaf of two.
    """
    import shapely

    far = 1.5
    line = shapely.LineString([middle - far * normal, middle + far * normal])
    pieces = []
    for part in shapely.get_parts(line.intersection(closed)):
        if part.geom_type == "LineString":
            t = sorted(float((np.array(p) - middle) @ normal) for p in part.coords)
            pieces.append((t[0], t[-1]))
    half = 0.5 * depth
    mine = [(max(a, -half), min(b, half)) for a, b in sorted(pieces) if a < half and b > -half]
    if not mine:
        return -half, half, -half, half
    low, high = mine[0][0], mine[-1][1]
    out_low, out_high = low, high
    for a, b in sorted(pieces):
        if a <= out_high + _CAVITY_M and b > out_high and b - a < 0.6:
            out_high = b
    for a, b in sorted(pieces, reverse=True):
        if b >= out_low - _CAVITY_M and a < out_low and b - a < 0.6:
            out_low = a
    return low, high, out_low, out_high


def _room_at(middle: Array, along: Array, toward: Array, reach: float, polygons: Sequence[Any]) -> int:
    """Index of the room on one side: most of nine points past the face; -1 for none."""
    across = (reach + _REACH_M)[:, None] * toward
    points = (middle + np.array([0.0, 0.2, -0.2])[:, None, None] * along + across).reshape(-1, 2)
    usable = [k for k, p in enumerate(polygons) if not p.is_empty]
    hit = locate(points, [polygons[k] for k in usable])
    found = hit[hit >= 0].tolist()
    return usable[max(set(found), key=found.count)] if found else -1


def _door(p: Placed, storey: StoreyFacts, rooms: Sequence[Room], names: Sequence[str], k: int) -> Door:
    f = p.facts
    kind, leaves, hinge_side, both_ways = leaf_of(f.operation)
    a, b = p.sides
    reasons = []
    guids = {s.guid: i for i, s in enumerate(storey.spaces)}
    stated = [guids[g] for g in f.bounds if g in guids]
    if -1 in (a, b) and a != b:
        other = [i for i in stated if i not in (a, b)]
        if len(other) == 1 and len(stated) == 2:
            a, b = (other[0] if a < 0 else a), (other[0] if b < 0 else b)
            reasons.append("one of its rooms by the space boundaries of the model alone")
    elif len(stated) == 2 and set(stated) != {a, b}:
        reasons.append(f"the space boundaries of the model say {' and '.join(names[i] for i in stated)}")
    if a == b:
        reasons.append("no room on either side" if a < 0 else "both sides are one space")
    if not f.host:
        reasons.append("it fills no opening of a wall")
    swings = kind != "sliding" and not both_ways and bool(f.operation)
    if kind != "sliding" and not f.operation:
        reasons.append("the model does not say how it opens")
    status = "proposed" if reasons else "confirmed"
    if f.lining:
        reasons.append(f"lining {f.lining * 1000:.0f} mm: {(f.width - 2 * f.lining) * 1000:.0f} mm clear between")
    ids = [r.id for r in rooms]
    hinge = None
    if swings and hinge_side and leaves == 1:
        normal = np.array([-f.axis[1], f.axis[0]])
        hinge = _point(p.at + hinge_side * 0.5 * f.width * np.array(f.axis) + 0.5 * p.wall_m * normal)
    return Door(
        at=_point(p.at),
        width_m=f.width,
        leaves=leaves,
        hinge_at=hinge,
        swing_to=_called(a, names) if swings else "",
        rooms=(_called(a, names), _called(b, names)),
        status=status,  # type: ignore[arg-type]
        source="IfcDoor" + (f", {f.operation}" if f.operation else ""),
        jambs=p.ends,
        kind=kind,
        reason="; ".join(reasons),
        storey=storey.name,
        id=f"D{k:02d}",
        room_ids=(_called(a, ids), _called(b, ids)),
        wall_m=p.wall_m,
    )


def leaf_of(operation: str) -> tuple[str, int, int, bool]:
    """Read IfcDoorStyleOperationEnum and IfcDoorTypeOperationEnum.

    Returns
    -------
    kind : ``"single"``, ``"double"`` or ``"sliding"``
    leaves : int
    hinge : int
        -1 at the lower end of local x (``LEFT``, seen along +y), 1 at the upper, 0 unknown or two.
    both_ways : bool
        Whether its leaves swing to both sides.
    """
    word = operation.upper()
    double = word.startswith("DOUBLE_DOOR")
    leaves = 2 if double else 1
    if any(k in word for k in ("SLIDING", "FOLDING", "ROLLINGUP", "LIFTING", "REVOLVING")):
        return "sliding", leaves, 0, False
    if double:
        return "double", 2, 0, "DOUBLE_SWING" in word or "OPPOSITE" in word
    side = -1 if word.endswith("LEFT") else 1 if word.endswith("RIGHT") else 0
    return "single", 1, side, word.startswith("DOUBLE_SWING")


def _curtains(storey: StoreyFacts, rooms: Sequence[Room], names: Sequence[str]) -> list[Window]:
    """Give each straight curtain wall as one window along its whole length, one that bends as its panes."""
    import shapely

    from mrsite.plans.ifc.facts import polygon

    out = []
    polygons = [r.polygon for r in rooms]
    whole: dict[str, list[Any]] = {}
    for body in storey.bodies:
        if body.kind == "glazing":
            whole.setdefault(body.guid, []).extend(polygon(o) for o in body.cut)
    for shape in (s for shapes in whole.values() for s in _straight(shapes)):
        frame = shapely.get_coordinates(shapely.oriented_envelope(shape))
        if len(frame) < 4:
            continue
        sides = np.diff(frame[:3], axis=0)
        lengths = np.hypot(sides[:, 0], sides[:, 1])
        long = int(np.argmax(lengths))
        if lengths[long] < 0.1:
            continue
        axis = sides[long] / lengths[long]
        middle = frame[:4].mean(axis=0)
        half, depth = 0.5 * lengths[long] * axis, 0.5 * float(lengths.min())
        normal = np.array([-axis[1], axis[0]])
        pair = tuple(_called(_room_at(middle, 2 * half, sign * normal, depth, polygons), names) for sign in (1.0, -1.0))
        out.append(
            Window(
                _point(middle), float(lengths[long]), (_point(middle - half), _point(middle + half)), pair,  # type: ignore[arg-type]
                "confirmed", "IfcCurtainWall", storey.name, 0.0, None,
            )
        )  # fmt: skip
    return out


def _virtual(storey: StoreyFacts, solids: Solids, rooms: Sequence[Room]) -> list[Opening]:
    """Find where two spaces meet with no wall between them: people walk from one to the other."""
    import shapely

    usable = [r for r in rooms if not r.polygon.is_empty]
    if len(usable) < 2 or not storey.bodies:
        return []
    shapes = np.array([r.polygon for r in usable], dtype=object)
    i, j = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=_MEET_M)
    walls = solids.closed.buffer(0.01)
    out = []
    for a, b in sorted((a, b) for a, b in zip(i.tolist(), j.tolist(), strict=True) if a < b):
        shared = shapes[a].boundary.intersection(shapes[b].buffer(_MEET_M, cap_style="flat", join_style="mitre"))
        free = shapely.line_merge(shapely.unary_union([shared.difference(walls)]))
        for line in shapely.get_parts(free):
            corners = shapely.get_coordinates(line.simplify(1e-4))
            for p, q in itertools.pairwise(corners):
                width = float(np.hypot(*(q - p)))
                if width < _PASSAGE_M:
                    continue
                out.append(
                    Opening(
                        _point(0.5 * (p + q)), width, (_point(p), _point(q)), (usable[a].id, usable[b].id),
                        "confirmed", "two IfcSpaces with no wall between", storey.name,
                    )
                )  # fmt: skip
    return out


def _straight(shapes: list[Any]) -> list[Any]:
    """Return the whole of some shapes where it lies along one line, else the shapes themselves."""
    import shapely

    whole = shapely.unary_union(shapes)
    frame = shapely.get_coordinates(shapely.oriented_envelope(whole))
    sides = np.hypot(*np.diff(frame[:3], axis=0).T) if len(frame) >= 4 else np.zeros(2)
    return [whole] if sides.min() <= THICKEST_M else shapes


def _called(index: int, names: Sequence[str]) -> str:
    return names[index] if index >= 0 else OUTSIDE


def _point(p: Array) -> tuple[float, float]:
    return float(p[0]), float(p[1])
