"""``read_plan``: a drawing file in, a ``Plan`` out; each step is a module of this room."""

from __future__ import annotations

import contextlib
import gc
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from mrsite.base.errors import InputError
from mrsite.plans import cache as kept
from mrsite.plans.assemble import Parts, assemble
from mrsite.plans.drawing import TYPE_ID, Array, Drawing, Ints, chords
from mrsite.plans.dxf_file import Opened, open_drawing, sha256_of, sniff
from mrsite.plans.fixtures import find_grid, find_lifts, find_stairs
from mrsite.plans.flatten import unfold
from mrsite.plans.layers import classify_layers, classify_name
from mrsite.plans.limits import Limits
from mrsite.plans.lookup import ambiguous
from mrsite.plans.plan import Cull, Dimension, LayerDecision, Plan, Text, UnitDecision
from mrsite.plans.spaces import Reading, read_spaces
from mrsite.plans.tags import TagText
from mrsite.plans.texts import suspicion
from mrsite.plans.unit_evidence import gather
from mrsite.plans.units import decide_units, unit_metres

# Arcs become chords within 5 mm of the circle.
SAGITTA_M = 0.005
# What is read sooner than this is not kept.
WORTH_KEEPING_S = 0.4


def read_plan(
    path: str | os.PathLike[str],
    *,
    units: str | None = None,
    window: Sequence[Sequence[float]] | Sequence[float] | None = None,
    layers: Mapping[str, Sequence[str]] | None = None,
    limits: Limits | Mapping[str, float] | None = None,
    require_unit: bool = True,
    encoding: str | None = None,
    progress: Callable[[int, int], None] | None = None,
    cache: bool = True,
) -> Plan:
    """Read an architect's floor plan from a DXF.

    Parameters
    ----------
    path : path
        DXF R12 to R2018, text or binary.
    units : str, optional
        The drawing unit (mm, cm, dm, m, inch, foot, ussurveyfoot) where the file does not say it or
        says it wrong. It always wins; evidence against it is kept and warned of.
    window : ((x0, y0), (x1, y1)), m, optional
        Which part of the modelspace to read, in plan metres.
    layers : mapping, optional
        ``{"walls": ["A-WALL*"], "doors": [...], "labels": [...], "ignore": [...]}``.
    limits : Limits or mapping, optional
        Budgets; see ``Limits``.
    require_unit : bool
        False: return the plan with its best guess where the unit is not certain
        (``plan.unit_decision.certain`` is then False).
    encoding : str, optional
        Code page of the texts where the file declares the wrong one.
    progress : callable(done, total), optional
        Told of entities read.
    cache : bool
        Keep what took long to read, and take it from there the next time; see ``plans.cache``.

    Returns
    -------
    Plan
        In plan metres: drawing coordinates times ``unit_m``, no shift.

    Raises
    ------
    UnitsError
        The unit is not certain; the message holds the evidence and the choices.
    InputError
        The file cannot be used; one sentence says why and what to do.
    """
    budget = Limits.of(dict(limits) if isinstance(limits, Mapping) else limits)
    box = _window(window)
    name = Path(path).name
    key = ""
    if cache and kept.switched_on():
        sniff(Path(path), budget)
        given = {"units": units, "window": box, "layers": dict(layers) if layers else None, "encoding": encoding}
        key = kept.key_of(sha256_of(Path(path)), {**given, "limits": budget, "require_unit": require_unit})
        known = kept.load(key, str(path))
        if known is not None:
            return known
    start = time.perf_counter()
    with _uncollected():
        plan = _read(path, name, budget, units, box, layers, require_unit, encoding, progress)
    if key and time.perf_counter() - start > WORTH_KEEPING_S:
        kept.store(key, plan)
    return plan


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Hold the search for reference cycles: it walks a million tags again and again and finds none."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _read(
    path: str | os.PathLike[str], name: str, budget: Limits, units: str | None, box: tuple[float, float, float, float] | None,
    layers: Mapping[str, Sequence[str]] | None, require_unit: bool, encoding: str | None, progress: Callable[[int, int], None] | None,
) -> Plan:  # fmt: skip
    opened, drawing = load_drawing(path, budget, encoding, progress)
    if not len(drawing.strokes) and not drawing.texts:
        raise InputError(
            f"{name}: nothing is drawn in modelspace; give the drawing whose modelspace holds the plan"
        )
    counts = np.bincount(drawing.ent_layer, minlength=len(drawing.layer_names)).tolist()
    for t in drawing.texts:
        counts[t.layer] += 1
    decisions = classify_layers(drawing.layer_names, counts, layers)
    kinds = effective_kinds(drawing, decisions)
    walls = wall_strokes(drawing, kinds)
    coarse, _ = chords(drawing.strokes[walls], drawing.owner[walls], None)
    findings = gather(drawing, [d.kind for d in decisions], kinds, coarse[:, :4])
    size = float(np.ptp(coarse[:, :4].reshape(-1, 2), axis=0).max()) if len(coarse) else float("nan")
    insunits = int(drawing.header["$INSUNITS"]) if "$INSUNITS" in drawing.header else None
    decision = decide_units(
        findings, insunits=insunits, given=units, name=name, require=require_unit, size=size
    )
    return _build(opened, drawing, decisions, kinds, decision, insunits, walls, box)


def load_drawing(
    path: str | os.PathLike[str], limits: Limits, encoding: str | None = None,
    progress: Callable[[int, int], None] | None = None, *, fast: bool = True,
) -> tuple[Opened, Drawing]:  # fmt: skip
    """Open a file and unfold its modelspace, by the tape where that works and by ezdxf elsewhere."""
    from mrsite.plans.tape_entities import unfold_tape

    name = Path(path).name
    opened = open_drawing(path, limits, encoding, fast=fast)
    if opened.tape is not None:
        try:
            return opened, unfold_tape(opened.tape, limits, name, progress)
        except (ValueError, KeyError, IndexError, TypeError, AttributeError):
            opened = open_drawing(path, limits, encoding, fast=False)
    return opened, unfold(opened.document, limits, name, progress)


def _window(window: Sequence[Sequence[float]] | Sequence[float] | None) -> tuple[float, float, float, float] | None:
    if window is None:
        return None
    try:
        flat = np.asarray(window, dtype=np.float64).reshape(-1)
    except (TypeError, ValueError):
        flat = np.zeros(0)
    if flat.size != 4 or not np.isfinite(flat).all() or flat[0] == flat[2] or flat[1] == flat[3]:
        raise InputError(f"window {window!r}: give two corners in plan metres, [[x0, y0], [x1, y1]]")
    x0, y0, x1, y1 = (float(v) for v in flat)
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def effective_kinds(drawing: Drawing, decisions: Sequence[LayerDecision]) -> list[str]:
    """Kind of each entity: its layer's, or its block's where the block's name says more."""
    layer_kind = np.array([d.kind for d in decisions], dtype=object)
    kinds = layer_kind[drawing.ent_layer] if len(drawing.ent_layer) else np.zeros(0, dtype=object)
    kinds[drawing.ent_type == TYPE_ID["DIMENSION"]] = "dimension"
    kinds[drawing.ent_type == TYPE_ID["LEADER"]] = "dimension"
    for placed in drawing.inserts:
        kind, score, _ = classify_name(placed.name)
        if score < 0.6 or kind not in (
            "door",
            "window",
            "furniture",
            "stair",
            "lift",
            "column",
            "sheet",
            "grid",
            "label",
        ):
            continue
        part = kinds[placed.first : placed.last]
        # A door block on the furniture layer is a door: its own name says more than where it was put.
        sure = kind in ("door", "window", "lift") and score >= 0.6
        part[np.isin(part, ["zero", "unknown", "label", "furniture"] if sure else ["zero", "unknown", "label"])] = kind
    if drawing.hidden_layers:
        kinds[np.isin(drawing.ent_layer, list(drawing.hidden_layers))] = "hidden"
    out: list[str] = kinds.tolist()
    return out


def wall_strokes(drawing: Drawing, kinds: Sequence[str]) -> Ints:
    """Indices of the strokes on wall layers; where no layer says wall, of all that say nothing."""
    of = np.array(kinds, dtype=object)
    if not len(of):
        return np.zeros(0, dtype=np.int64)
    per = of[drawing.owner]
    walls = np.flatnonzero((per == "wall") | (per == "column"))
    if len(walls) >= 4 and (per == "wall").any():
        return walls
    return np.flatnonzero(np.isin(per, ["zero", "unknown", "wall", "column"]))


def _build(
    opened: Opened, drawing: Drawing, decisions: tuple[LayerDecision, ...], kinds: Sequence[str], decision: UnitDecision, insunits: int | None,
    walls: Ints, window: tuple[float, float, float, float] | None,
) -> Plan:  # fmt: skip
    m = unit_metres()[decision.chosen]
    origin = np.array(drawing.origin) * m
    strokes, owner = chords(drawing.strokes, drawing.owner, SAGITTA_M / m)
    metres = strokes[:, :4] * m
    shown = _inside(metres, origin, window)
    points, offsets, first = chain(metres[shown], owner[shown])
    line_layers = drawing.ent_layer[owner[shown][first]] if len(first) else np.zeros(0, dtype=np.int64)
    texts = tuple(
        Text(
            t.text, (t.at[0] * m + origin[0], t.at[1] * m + origin[1]), t.height * m, drawing.layer_names[t.layer],
            f"{t.handle:X}", t.rotation, t.source, suspicion(t.text, opened.encoding),
        )
        for t in drawing.texts
        if t.layer not in drawing.hidden_layers
    )  # fmt: skip
    dimensions = tuple(
        Dimension(d.measured, d.printed, (d.at[0] * m, d.at[1] * m), d.style, f"{d.handle:X}")
        for d in drawing.dimensions
    )
    local = None if window is None else tuple(v - o for v, o in zip(window, (*origin, *origin), strict=True))
    reading = read_spaces(drawing, decisions, kinds, m, _tag_texts(drawing, decisions, m, opened.encoding), local)  # type: ignore[arg-type]
    titles = [(t.text, (t.at[0] * m, t.at[1] * m), t.height * m) for t in drawing.texts if t.layer not in drawing.hidden_layers]
    parts = assemble(reading, origin, titles)
    segments = reading.walls.reshape(-1, 2, 2) + origin
    extent = _extent(segments if len(segments) else (points + origin).reshape(-1, 1, 2))
    suspects = [t for t in texts if t.suspect]
    warnings = [f"unit {decision.chosen}: {c}" for c in decision.conflicts]
    if suspects:
        warnings.append(
            f"{len(suspects)} texts are not decodable as declared ({opened.encoding}), {suspects[0].suspect}; rooms are not matched by them"
        )
    warnings += ambiguous(parts.rooms)
    plans_seen = [v for v in parts.views if v.read]
    if len(plans_seen) > 1:
        shown = "; ".join(f"{v.name or 'a plan'} at [[{v.extent[0]:.1f}, {v.extent[1]:.1f}], [{v.extent[2]:.1f}, {v.extent[3]:.1f}]]" for v in plans_seen[:6])
        warnings.append(f"{len(plans_seen)} plans share this modelspace ({shown}): choose one by window")
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
        warnings=tuple(warnings) + drawing.notes,
        incomplete=drawing.incomplete,
        blocks=tuple(
            (p.name, (p.matrix[4] * m + origin[0], p.matrix[5] * m + origin[1]), float(np.degrees(np.arctan2(p.matrix[1], p.matrix[0]))))
            for p in drawing.inserts
            if p.depth == 0
        ),
    )


def _all_texts(drawing: Drawing, m: float) -> list[TagText]:
    return [TagText(t.text, (t.at[0] * m, t.at[1] * m), t.height * m, t.rotation, t.layer, t.group, False) for t in drawing.texts]


def _guessed(decisions: Sequence[LayerDecision], decision: UnitDecision, reading: Reading, parts: Parts) -> tuple[str, ...]:
    """What was taken to be so without being told."""
    out = []
    if decision.source == "guess":
        out.append(f"the unit: {decision.chosen}")
    if reading.mode != "wall layers":
        out.append("no layer says which lines are walls: they were told by their shape")
    unknown = [d for d in decisions if d.kind == "unknown" and d.entities]
    if unknown:
        out.append("layers whose names say nothing: " + ", ".join(f"{d.name} ({d.entities})" for d in unknown[:8]) + (" ..." if len(unknown) > 8 else ""))
    weak = [d for d in decisions if 0 < d.score < 0.6 and d.entities]
    if weak:
        out.append("layers taken by a weak word: " + ", ".join(f"{d.name} as {d.kind}" for d in weak[:8]) + (" ..." if len(weak) > 8 else ""))
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
        if t.layer in drawing.hidden_layers or decisions[t.layer].kind in ("dimension", "grid", "sheet", "furniture", "services", "door", "window"):
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
