"""``read_plan``: a drawing file in, a ``Plan`` out; each step is a module of this room."""

from __future__ import annotations

import contextlib
import gc
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from mrsite.base.errors import InputError
from mrsite.plans import cache as kept
from mrsite.plans.build import build_plan, unit_warnings
from mrsite.plans.damage import damaged
from mrsite.plans.drawing import TYPE_ID, Array, Drawing, Ints, chords
from mrsite.plans.dwg import converted, find_converter, is_dwg, told
from mrsite.plans.dxf_file import Opened, open_drawing, sha256_of, sniff
from mrsite.plans.flatten import unfold
from mrsite.plans.ifc.read import is_model, read_model
from mrsite.plans.layers import classify_layers, classify_name
from mrsite.plans.limits import Limits
from mrsite.plans.plan import LayerDecision, Plan, UnitDecision
from mrsite.plans.swings import find_swings
from mrsite.plans.tags import area_of
from mrsite.plans.unit_evidence import area_text_finding, gather
from mrsite.plans.units import decide_units, unit_metres

# A drawing larger than this is not read on trial to find its unit.
TRIAL_STROKES = 150_000
# With so many arcs the drawing's swings, if it has any, are arcs.
ENOUGH_ARCS = 400
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
    storey: str | float | Sequence[str | float] | None = None,
    converter: str | None = None,
) -> Plan:
    """Read an architect's floor plan from a DXF, a DWG or a building model (IFC).

    Parameters
    ----------
    path : path
        DXF R12 to R2018, text or binary; DWG where a converter is installed (see ``plans.dwg``); IFC 2x3, 4 or
        4x3, also zipped, with the extra ``ifc``.
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
    storey : str or float, optional
        Which storey of a building model: name, GlobalId or elevation (m), or several of these, of which the
        first that fits counts; all storeys without it, one on the other.
    converter : str, optional
        Program that makes a DXF of a DWG; see ``plans.dwg``.

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
    source = Path(path)
    model, dwg = is_model(source), is_dwg(source)
    if storey is not None and not model:
        raise InputError(f"{source.name}: storey chooses from a building model, and this is a drawing; use window")
    program = find_converter(converter) if dwg else None
    key = ""
    if cache and kept.switched_on() and source.is_file():
        if not model and not dwg:
            sniff(source, budget)
        given: dict[str, object] = {"units": units, "window": box, "layers": dict(layers) if layers else None}
        given |= {"encoding": encoding, "storey": storey, "converter": program}
        key = kept.key_of(sha256_of(Path(path)), {**given, "limits": budget, "require_unit": require_unit})
        known = kept.load(key, str(path))
        if known is not None:
            return known
    start = time.perf_counter()
    with _uncollected():
        if model:
            plan = read_model(source, budget, units=units, storey=storey, window=box, require_unit=require_unit)
        elif dwg:
            with converted(source, budget, program) as result:
                drawn = _read(result.dxf, source.name, budget, units, box, layers, require_unit, encoding, progress)
                plan = told(drawn, source, sha256_of(source), result)
        else:
            plan = _read(path, source.name, budget, units, box, layers, require_unit, encoding, progress)
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
    path: str | os.PathLike[str],
    name: str,
    budget: Limits,
    units: str | None,
    box: tuple[float, float, float, float] | None,
    layers: Mapping[str, Sequence[str]] | None,
    require_unit: bool,
    encoding: str | None,
    progress: Callable[[int, int], None] | None,
) -> Plan:
    opened, drawing = load_drawing(path, budget, encoding, progress)
    if not len(drawing.strokes) and not drawing.texts:
        raise InputError(f"{name}: nothing is drawn in modelspace; give the drawing whose modelspace holds the plan")
    counts = np.bincount(drawing.ent_layer, minlength=len(drawing.layer_names)).tolist()
    for t in drawing.texts:
        counts[t.layer] += 1
    decisions = classify_layers(drawing.layer_names, counts, layers)
    kinds = effective_kinds(drawing, decisions)
    walls = wall_strokes(drawing, kinds)
    coarse, _ = chords(drawing.strokes[walls], drawing.owner[walls], None)
    findings = gather(drawing, [d.kind for d in decisions], kinds, coarse[:, :4], _drawn_swings(drawing, kinds))
    size = float(np.ptp(coarse[:, :4].reshape(-1, 2), axis=0).max()) if len(coarse) else float("nan")
    insunits = int(drawing.header["$INSUNITS"]) if "$INSUNITS" in drawing.header else None

    def decide(require: bool) -> UnitDecision:
        return decide_units(findings, insunits=insunits, given=units, name=name, require=require, size=size)

    prints = sum(area_of(t.text) is not None for t in drawing.texts) >= 2 and len(drawing.strokes) < TRIAL_STROKES
    decision = decide(require_unit and not prints)
    plan = build_plan(opened, drawing, decisions, kinds, decision, insunits, box)
    if not prints:
        return plan
    # What the drawing prints in its rooms is a free check of the unit, once there are rooms.
    m = plan.unit_m
    found = area_text_finding(
        [(r.printed_area_m2, r.area_m2 / m**2) for r in plan.rooms if r.printed_area_m2 and " / " not in r.name]
    )
    if found is not None:
        findings.append(found)
    final = decide(require_unit)
    if final.chosen != decision.chosen:
        return build_plan(opened, drawing, decisions, kinds, final, insunits, box)
    warnings = [w for w in plan.warnings if w not in unit_warnings(decision)]
    return replace(plan, unit_decision=final, warnings=(*unit_warnings(final), *warnings))


def _drawn_swings(drawing: Drawing, kinds: Sequence[str]) -> Array | None:
    """Radii of swings drawn in short lines, in drawing units: looked for at the size of a leaf in each unit in turn."""
    if len(drawing.strokes) > TRIAL_STROKES or np.count_nonzero(drawing.strokes[:, 4]) > ENOUGH_ARCS:
        return None  # too many to try, or swings are drawn as arcs
    found = []
    for unit, m in unit_metres().items():
        if unit != "ussurveyfoot":
            swings = find_swings(drawing, kinds, m)
            found += [s.radius / m for s in swings if s.source != "swing arc" and s.leaf >= 0]
    return np.array(found) if found else None


def load_drawing(
    path: str | os.PathLike[str],
    limits: Limits,
    encoding: str | None = None,
    progress: Callable[[int, int], None] | None = None,
    *,
    fast: bool = True,
) -> tuple[Opened, Drawing]:
    """Open a file and unfold its modelspace, by the tape where that works and by ezdxf elsewhere."""
    from mrsite.plans.tape_entities import unfold_tape

    name = Path(path).name
    opened = open_drawing(path, limits, encoding, fast=fast)
    if opened.tape is not None:
        try:
            return opened, unfold_tape(opened.tape, limits, name, progress)
        except damaged():
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
