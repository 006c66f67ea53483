"""From the facts of a model to the `Plan`: the same value, names and statuses as a drawing gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mrsite.plans.ifc.between import Between, standing_in
from mrsite.plans.ifc.facts import CUT_M, ModelFacts, StoreyFacts
from mrsite.plans.ifc.linework import Sheet
from mrsite.plans.ifc.rooms import Found, rooms_of
from mrsite.plans.ifc.solids import Solids, solids_of
from mrsite.plans.lookup import ambiguous
from mrsite.plans.plan import Block, Cull, Fixture, Georeference, ModelStorey, Plan, Room, Text, UnitDecision
from mrsite.plans.tags import guess_use

Window4 = tuple[float, float, float, float]

# Letters of the room names, m: as high as architects print them at 1:50.
_LETTER_M = 0.15


@dataclass(frozen=True, eq=False)
class Floor:
    """One storey put together."""

    facts: StoreyFacts
    solids: Solids
    found: Found
    between: Between


def plan_of_model(
    model: ModelFacts,
    path: Path,
    sha256: str,
    decision: UnitDecision,
    window: Window4 | None = None,
) -> Plan:
    """Put the read storeys of a model together as one plan.

    Parameters
    ----------
    model : ModelFacts
    decision : UnitDecision
        That of `unit.decide`: plans of models are in metres.
    window : (x0, y0, x1, y1), m, optional
        What to keep.
    """
    spaceless = not any(s.rooms for s in model.storeys)
    floors, rooms_before, doors_before = [], 0, 0
    for storey in model.storeys:
        if not storey.read:
            continue
        solids = solids_of(storey)
        found = rooms_of(storey, solids, spaceless=spaceless, first=rooms_before)
        between = standing_in(storey, solids, found.rooms, first=doors_before)
        rooms_before += len(found.rooms)
        doors_before += len(between.doors)
        floors.append(Floor(storey, solids, found, between))
    rooms = tuple(r for f in floors for r in f.found.rooms if _kept(_middle(r), window))
    doors = tuple(d for f in floors for d in f.between.doors if _kept(d.at, window))
    sheet = Sheet.of([(f.facts, f.solids) for f in floors], doors, window)
    segments = _segments(floors, window)
    return Plan(
        path=str(path),
        sha256=sha256,
        dxf_version=model.schema,
        encoding="utf-8",
        declared_insunits=6,
        unit="m",
        unit_m=1.0,
        unit_decision=decision,
        layers=sheet.layers,
        texts=tuple(_label(r) for r in rooms if r.label_at is not None and (r.name or r.number)),
        wall_segments=segments,
        rooms=rooms,
        doors=doors,
        windows=tuple(w for f in floors for w in f.between.windows if _kept(w.at, window)),
        openings=tuple(o for f in floors for o in f.between.openings if _kept(o.at, window)),
        stairs=_fixtures(floors, "stair", window),
        lifts=(*_fixtures(floors, "lift", window), *_lift_rooms(rooms)),
        views=(),
        extent=_extent(segments, rooms),
        dimensions=(),
        line_points=sheet.points,
        line_offsets=sheet.offsets,
        line_layers=sheet.of_layer,
        culls=_culls(model, floors),
        read=_read_notes(model, floors),
        guessed=tuple(note for f in floors for note in f.found.guessed),
        warnings=_warnings(model, decision, floors, rooms),
        incomplete=_incomplete(model, floors),
        blocks=tuple(
            Block(t.name, t.at, t.turn_deg)
            for f in floors
            for t in f.facts.things
            if t.kind == "equipment" and _kept(t.at, window)
        ),
        storeys=_storeys(model),
        georeference=_georeference(model),
    )


def _storeys(model: ModelFacts) -> tuple[ModelStorey, ...]:
    out = []
    for k, s in enumerate(model.storeys):
        above = [t.elevation for t in model.storeys[k + 1 :] if t.elevation > s.elevation + 1.0]
        height = round(min(above) - s.elevation, 6) if above else None
        out.append(ModelStorey(s.name, s.guid, s.elevation, height, s.slab, s.rooms, s.doors, s.read))
    return tuple(out)


def _georeference(model: ModelFacts) -> Georeference | None:
    p = model.place
    north = None if p.north is None else float(np.degrees(np.arctan2(p.north[1], p.north[0])))
    turn = 0.0 if p.x_axis is None else float(np.degrees(np.arctan2(p.x_axis[1], p.x_axis[0])))
    if north is None and p.latitude is None and p.origin is None:
        return None
    return Georeference(north, p.latitude, p.longitude, p.crs, p.origin, turn, p.scale, p.source)


def _label(room: Room) -> Text:
    assert room.label_at is not None
    text = "\n".join(w for w in (room.name, room.number) if w)
    return Text(text, room.label_at, _LETTER_M, "IfcSpace", room.id, source="IfcSpace")


def _segments(floors: Sequence[Floor], window: Window4 | None) -> Any:
    rings = [np.asarray(r.coords) for f in floors for r in f.solids.rings()]
    if not rings:
        return np.zeros((0, 2, 2))
    pieces = np.vstack([np.stack([r[:-1], r[1:]], axis=1) for r in rings])
    if window is not None:
        x, y = pieces[:, :, 0], pieces[:, :, 1]
        keep = (x.max(1) >= window[0]) & (x.min(1) <= window[2]) & (y.max(1) >= window[1]) & (y.min(1) <= window[3])
        pieces = pieces[keep]
    return np.ascontiguousarray(pieces)


def _extent(segments: Any, rooms: Sequence[Room]) -> tuple[float, float, float, float]:
    corners = [segments.reshape(-1, 2)] if len(segments) else []
    corners += [np.array(r.polygon.bounds).reshape(2, 2) for r in rooms if not r.polygon.is_empty]
    if not corners:
        return (0.0, 0.0, 0.0, 0.0)
    xy = np.vstack(corners)
    (x0, y0), (x1, y1) = xy.min(axis=0), xy.max(axis=0)
    return float(x0), float(y0), float(x1), float(y1)


def _fixtures(floors: Sequence[Floor], kind: str, window: Window4 | None) -> tuple[Fixture, ...]:
    source = {"stair": "IfcStair or IfcRamp", "lift": "IfcTransportElement"}[kind]
    return tuple(
        Fixture(kind, t.at, t.extent, "confirmed", source, f.facts.name)
        for f in floors
        for t in f.facts.things
        if t.kind == kind and t.extent is not None and _kept(t.at, window)
    )


def _lift_rooms(rooms: Sequence[Room]) -> list[Fixture]:
    out = []
    for room in rooms:
        guess = guess_use(room.name)
        if guess is not None and guess[0] == "lift" and room.area_m2 < 20 and not room.polygon.is_empty:
            x0, y0, x1, y1 = room.polygon.bounds
            at = ((x0 + x1) / 2, (y0 + y1) / 2)
            out.append(Fixture("lift", at, (x0, y0, x1, y1), room.status, f"label {guess[3]!r}", room.storey))
    return out


def _culls(model: ModelFacts, floors: Sequence[Floor]) -> tuple[Cull, ...]:
    return (
        *(Cull(left.what, left.count, left.why) for left in model.left_out),
        *(c for f in floors for c in (*f.found.culls, *f.between.culls)),
    )


def _read_notes(model: ModelFacts, floors: Sequence[Floor]) -> tuple[str, ...]:
    by = f" by {model.program}" if model.program else ""
    notes = [f"{model.schema}{by}, length unit {model.unit}"]
    for f in floors:
        kinds = [b.kind for b in f.facts.bodies]
        notes.append(
            f"storey {f.facts.name!r}, floor at {f.facts.elevation:.3f} m, cut {CUT_M} m above it: "
            f"{kinds.count('wall')} walls, {kinds.count('column')} columns, {kinds.count('glazing')} parts of curtain "
            f"walls, {len(f.facts.spaces)} spaces, {len(f.facts.fillings)} openings"
        )
    return tuple(notes)


def _warnings(
    model: ModelFacts, decision: UnitDecision, floors: Sequence[Floor], rooms: Sequence[Room]
) -> tuple[str, ...]:
    out = [*(f"unit: {c}" for c in decision.conflicts), *model.notes]
    if len(floors) > 1:
        named = "; ".join(f"{f.facts.name!r} at {f.facts.elevation:.3f} m" for f in floors)
        out.append(f"{len(floors)} storeys of the model lie on one another here ({named}): choose one by storey")
    for s in model.storeys:
        if s.stated_elevation is not None and abs(s.stated_elevation - s.elevation) > 0.005:
            out.append(f"storey {s.name!r} is stated at {s.stated_elevation:.3f} m and placed at {s.elevation:.3f} m")
    out += [w for f in floors for w in f.found.warnings]
    return (*out, *ambiguous(rooms))


def _incomplete(model: ModelFacts, floors: Sequence[Floor]) -> tuple[str, ...]:
    bare = [f.facts for f in floors if f.facts.spaces and not f.facts.bodies]
    return (
        *(f"{left.count} {left.what} could not be read: {left.why}" for left in model.lost),
        *(f"storey {s.name!r} has spaces and no walls at {CUT_M} m in this model" for s in bare),
    )


def _middle(room: Room) -> tuple[float, float] | None:
    if room.polygon.is_empty:
        return room.label_at
    point = room.polygon.representative_point()
    return float(point.x), float(point.y)


def _kept(at: tuple[float, float] | None, window: Window4 | None) -> bool:
    if window is None or at is None:
        return True
    return window[0] <= at[0] <= window[2] and window[1] <= at[1] <= window[3]
