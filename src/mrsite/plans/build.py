"""From an unfolded drawing and its unit to the ``Plan``: plan metres, background lines, notes of what was done."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mrsite.plans.assemble import Parts, assemble
from mrsite.plans.door_numbers import door_texts
from mrsite.plans.drawing import Array, Drawing, Ints, Placed, chords
from mrsite.plans.dxf_file import Opened
from mrsite.plans.fixtures import find_grid, find_lifts, find_stairs
from mrsite.plans.geodata import georeference
from mrsite.plans.lookup import ambiguous
from mrsite.plans.plan import Block, Cull, Dimension, LayerDecision, Plan, Text, UnitDecision
from mrsite.plans.spaces import Reading, read_spaces
from mrsite.plans.tags import TagText
from mrsite.plans.texts import suspicion
from mrsite.plans.units import unit_metres

# Arcs become chords within 5 mm of the circle.
SAGITTA_M = 0.005


def build_plan(
    opened: Opened,
    drawing: Drawing,
    decisions: tuple[LayerDecision, ...],
    kinds: Sequence[str],
    decision: UnitDecision,
    insunits: int | None,
    window: tuple[float, float, float, float] | None,
) -> Plan:
    """Bring an unfolded drawing of a decided unit into plan metres, with its rooms and doors."""
    m = unit_metres()[decision.chosen]
    origin = np.array(drawing.origin) * m
    strokes, owner = chords(drawing.strokes, drawing.owner, SAGITTA_M / m)
    metres = strokes[:, :4] * m
    shown = _inside(metres, origin, window)
    points, offsets, first = chain(metres[shown], owner[shown])
    line_layers = drawing.ent_layer[owner[shown][first]] if len(first) else np.zeros(0, dtype=np.int64)
    texts = tuple(
        Text(
            t.text,
            (t.at[0] * m + origin[0], t.at[1] * m + origin[1]),
            t.height * m,
            drawing.layer_names[t.layer],
            f"{t.handle:X}",
            t.rotation,
            t.source,
            suspicion(t.text, opened.encoding),
        )
        for t in drawing.texts
        if t.layer not in drawing.hidden_layers
    )
    dimensions = tuple(
        Dimension(d.measured, d.printed, (d.at[0] * m, d.at[1] * m), d.style, f"{d.handle:X}")
        for d in drawing.dimensions
    )
    local = None if window is None else tuple(v - o for v, o in zip(window, (*origin, *origin), strict=True))
    tags, numbers = _tag_texts(drawing, decisions, m, opened.encoding), door_texts(drawing, decisions, m)
    reading = read_spaces(drawing, decisions, kinds, m, tags, numbers, local)  # type: ignore[arg-type]
    titles = [
        (t.text, (t.at[0] * m, t.at[1] * m), t.height * m)
        for t in drawing.texts
        if t.layer not in drawing.hidden_layers
    ]
    parts = assemble(reading, origin, titles)
    segments = reading.walls.reshape(-1, 2, 2) + origin
    extent = _extent(segments if len(segments) else (points + origin).reshape(-1, 1, 2))
    warnings = _warnings(opened, decision, texts, parts)
    return Plan(
        path=opened.path,
        sha256=opened.sha256,
        dxf_version=opened.version,
        encoding=opened.encoding,
        declared_insunits=insunits,
        unit=decision.chosen,
        unit_m=m,
        unit_decision=decision,
        layers=decisions,
        texts=texts,
        wall_segments=np.ascontiguousarray(segments),
        rooms=parts.rooms,
        doors=parts.doors,
        windows=parts.windows,
        openings=parts.openings,
        stairs=find_stairs(drawing, kinds, m, origin),
        lifts=find_lifts(drawing, parts.rooms, m, origin),
        grid=find_grid(drawing, kinds, m, origin, _all_texts(drawing, m)),
        views=parts.views,
        extent=extent,
        dimensions=dimensions,
        line_points=np.ascontiguousarray(points + origin),
        line_offsets=offsets,
        line_layers=np.ascontiguousarray(line_layers),
        culls=_culls(drawing) + reading.culls,
        read=_read_notes(opened, drawing, len(segments)),
        repaired=opened.recovered + reading.repaired,
        guessed=_guessed(decisions, decision, reading, parts),
        warnings=(*warnings, *drawing.notes),
        incomplete=(*_damage(opened), *drawing.incomplete),
        blocks=tuple(_block(p, drawing, m, origin) for p in drawing.inserts if p.depth == 0),
        georeference=georeference(drawing.geodata, m),
    )


def _block(p: Placed, drawing: Drawing, m: float, origin: Array) -> Block:
    a, b, c, d, _, _ = p.matrix
    side = 1.0 if a * d - b * c >= 0 else -1.0
    return Block(
        name=p.name,
        at=(float(p.at[0] * m + origin[0]), float(p.at[1] * m + origin[1])),
        rotation_deg=float(np.degrees(np.arctan2(b, a))),
        scale=(float(np.hypot(a, b)), side * float(np.hypot(c, d))),
        attributes=p.tags,
        layer=drawing.layer_names[p.layer],
        handle=f"{p.handle:X}",
    )


def _all_texts(drawing: Drawing, m: float) -> list[TagText]:
    return [
        TagText(t.text, (t.at[0] * m, t.at[1] * m), t.height * m, t.rotation, t.layer, t.group, False)
        for t in drawing.texts
    ]


def _guessed(
    decisions: Sequence[LayerDecision], decision: UnitDecision, reading: Reading, parts: Parts
) -> tuple[str, ...]:
    """What was taken to be so without being told."""
    out = []
    if decision.source == "guess":
        out.append(f"the unit: {decision.chosen}")
    if reading.mode != "wall layers":
        out.append("no layer says which lines are walls: they were told by their shape")
    unknown = [d for d in decisions if d.kind == "unknown" and d.entities]
    if unknown:
        out.append(
            "layers whose names say nothing: "
            + ", ".join(f"{d.name} ({d.entities})" for d in unknown[:8])
            + (" ..." if len(unknown) > 8 else "")
        )
    weak = [d for d in decisions if 0 < d.score < 0.6 and d.entities]
    if weak:
        out.append(
            "layers taken by a weak word: "
            + ", ".join(f"{d.name} as {d.kind}" for d in weak[:8])
            + (" ..." if len(weak) > 8 else "")
        )
    if parts.openings:
        out.append(f"{len(parts.openings)} doorless wall gaps no wider than a door were closed to tell rooms apart")
    unlabelled = sum(not r.name and not r.number for r in parts.rooms)
    if unlabelled:
        out.append(f"{unlabelled} enclosed spaces without a label were taken as rooms because a door leads into them")
    views = [v for v in parts.views if not v.read]
    if views:
        out.append(f"{len(views)} views were taken as no plans: no door swings and no room labels")
    return tuple(out)


def _tag_texts(drawing: Drawing, decisions: Sequence[LayerDecision], m: float, encoding: str) -> list[TagText]:
    """Texts that may stand in rooms, in local metres; what other kinds of layer print names no room."""
    out = []
    for t in drawing.texts:
        if t.layer in drawing.hidden_layers or decisions[t.layer].kind in (
            "dimension",
            "grid",
            "sheet",
            "furniture",
            "services",
            "door",
            "window",
        ):
            continue
        at = (t.at[0] * m, t.at[1] * m)
        out.append(TagText(t.text, at, t.height * m, t.rotation, t.layer, t.group, bool(suspicion(t.text, encoding))))
    return out


def _inside(segments: Array, origin: Array, window: tuple[float, float, float, float] | None) -> Array:
    if window is None:
        return np.ones(len(segments), dtype=bool)
    x = segments[:, 0::2] + origin[0]
    y = segments[:, 1::2] + origin[1]
    return np.asarray(
        (x.max(1) >= window[0]) & (x.min(1) <= window[2]) & (y.max(1) >= window[1]) & (y.min(1) <= window[3])
    )


def chain(segments: Array, owner: Ints) -> tuple[Array, Ints, Ints]:
    """Join consecutive segments of one entity that touch into polylines.

    Returns
    -------
    points (k, 2), offsets (m + 1,), first (m,)
        Piece i is ``points[offsets[i]:offsets[i + 1]]``; ``first[i]`` is its first segment.
    """
    n = len(segments)
    if n == 0:
        return np.zeros((0, 2)), np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int64)
    joined = np.zeros(n, dtype=bool)
    joined[1:] = (owner[1:] == owner[:-1]) & (np.abs(segments[1:, :2] - segments[:-1, 2:]).max(axis=1) < 1e-9)
    first = np.flatnonzero(~joined)
    lengths = np.diff(np.append(first, n)) + 1
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    points = np.empty((int(offsets[-1]), 2))
    piece = np.cumsum(~joined) - 1
    at = np.arange(n) + piece
    points[at] = segments[:, :2]
    points[offsets[1:] - 1] = segments[np.append(first[1:], n) - 1, 2:]
    return points, offsets, first


def _extent(segments: Array) -> tuple[float, float, float, float]:
    if not segments.size:
        return (0.0, 0.0, 0.0, 0.0)
    xy = segments.reshape(-1, 2)
    lo, hi = xy.min(axis=0), xy.max(axis=0)
    return float(lo[0]), float(lo[1]), float(hi[0]), float(hi[1])


def _culls(drawing: Drawing) -> tuple[Cull, ...]:
    out = [
        Cull(kind, n, "not drawn" if kind == "invisible" else "this kind of entity is not read")
        for kind, n in sorted(drawing.skipped.items())
    ]
    if drawing.hidden_layers:
        n = int(np.isin(drawing.ent_layer, list(drawing.hidden_layers)).sum())
        if n:
            out.append(Cull("entities", n, "on layers that are off or frozen"))
    if drawing.bad:
        out.append(Cull("entities", len(drawing.bad), "coordinates that are no usable numbers"))
    return tuple(out)


def _read_notes(opened: Opened, drawing: Drawing, walls: int) -> tuple[str, ...]:
    used = len(np.unique(drawing.ent_layer)) if len(drawing.ent_layer) else 0
    return (
        f"DXF {opened.version}{' binary' if opened.binary else ''}, texts in {opened.encoding}",
        f"{len(drawing.ent_layer)} entities on {used} layers, {len(drawing.inserts)} block references unfolded",
        f"{len(drawing.texts)} texts, {len(drawing.dimensions)} dimensions, {len(drawing.fills)} hatches and fills",
        f"{walls} wall segments",
    )


def _damage(opened: Opened) -> tuple[str, ...]:
    """A file that had to be mended may hold wrong numbers where it reads well."""
    return ("the file is damaged and was mended on reading: walls may be wrong or missing",) if opened.recovered else ()


def unit_warnings(decision: UnitDecision) -> list[str]:
    """What speaks against the unit that was taken."""
    return [f"unit {decision.chosen}: {c}" for c in decision.conflicts]


def _warnings(opened: Opened, decision: UnitDecision, texts: Sequence[Text], parts: Parts) -> list[str]:
    """What a person must know before trusting the plan."""
    out = unit_warnings(decision)
    suspects = [t for t in texts if t.suspect]
    if suspects:
        out.append(
            f"{len(suspects)} texts are not decodable as declared ({opened.encoding}), {suspects[0].suspect}; "
            "rooms are not matched by them"
        )
    out += ambiguous(parts.rooms)
    plans_seen = [v for v in parts.views if v.read]
    if len(plans_seen) > 1:
        shown = "; ".join(
            f"{v.name or 'a plan'} at [[{v.extent[0]:.1f}, {v.extent[1]:.1f}], [{v.extent[2]:.1f}, {v.extent[3]:.1f}]]"
            for v in plans_seen[:6]
        )
        out.append(f"{len(plans_seen)} plans share this modelspace ({shown}): choose one by window")
    return out
