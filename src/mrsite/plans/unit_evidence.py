"""What in a drawing speaks for its unit: printed dimensions, door swings, walls, stairs, scale bars."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np

from mrsite.plans.drawing import TYPE_ID, Array, Drawing, RawDimension, RawText, arc_of
from mrsite.plans.units import Finding, declared_unit, unit_metres, unit_table

_FEET = re.compile(
    r"""^\s*(?:(\d+(?:\.\d+)?)\s*(?:'|’|ft\.?|feet)\s*-?\s*)?(?:(\d+(?:\.\d+)?)?\s*-?\s*(?:(\d+)\s*/\s*(\d+))?\s*(?:"|”|''|in\.?))?\s*$""",
    re.IGNORECASE,
)
_WITH_UNIT = re.compile(r"^\s*([\d.,]+)\s*(mm|cm|dm|m)\.?\s*$", re.IGNORECASE)
_NUMBER = re.compile(r"^\s*\d[\d.,' ]*\s*$")


def gather(
    drawing: Drawing, layer_kinds: Sequence[str], entity_kinds: Sequence[str], walls: Array, swings: Array | None = None
) -> list[Finding]:
    """Collect all evidence for the unit.

    Parameters
    ----------
    drawing : Drawing
    layer_kinds, entity_kinds : sequences of str
        Kind of each layer of the drawing, and of each entity.
    walls : (n, 4) float64
        Wall segments in drawing units.
    swings : (k,) float64, optional
        Radii of door swings drawn as short lines.
    """
    found: list[Finding | None] = [
        _dimension_text(drawing.dimensions),
        _dimension_numbers(drawing.dimensions),
        _dimension_style(drawing.dimensions),
        _scale_bar(drawing.texts),
        _swings(drawing, entity_kinds, swings),
        _wall_spacing(walls),
        _treads(drawing, layer_kinds),
        _extent(walls),
        _text_height(drawing, layer_kinds),
        _geodata(drawing.geodata.unit_m if drawing.geodata is not None else None),
        _notes(drawing.texts),
        *_header(drawing.header),
    ]
    return [f for f in found if f is not None]


def number_of(text: str) -> float | None:
    """Read a number with a decimal point or comma and any thousands mark; None where it is none."""
    s = text.strip().replace(" ", "").replace("'", "").replace("\u00a0", "")
    if not re.fullmatch(r"\d[\d.,]*", s):
        return None
    if "," in s and "." in s:
        last = max(s.rfind(","), s.rfind("."))
        s = s[:last].replace(",", "").replace(".", "") + "." + s[last + 1 :]
    elif s.count(",") == 1 and len(s) - s.find(",") - 1 != 3:
        s = s.replace(",", ".")
    elif s.count(",") >= 1:
        # One comma before three digits: 1,200 is thousands, 0,125 is not.
        s = s.replace(",", ".") if s.startswith("0") and s.count(",") == 1 else s.replace(",", "")
    elif s.count(".") > 1:
        s = s.replace(".", "")
    try:
        return float(s.rstrip("."))
    except ValueError:
        return None


def length_of(text: str) -> float | None:
    """Read a length that states its unit (feet and inches, or a metric suffix), in metres."""
    m = _WITH_UNIT.match(text)
    if m:
        value = number_of(m.group(1))
        return None if value is None else value * unit_metres()[m.group(2).lower()]
    if not re.search(r"""['"’”]|ft|in""", text):
        return None
    m = _FEET.match(text)
    if not m or not any(m.groups()):
        return None
    feet, inches = float(m.group(1) or 0), float(m.group(2) or 0)
    if m.group(3) and float(m.group(4)) > 0:
        inches += float(m.group(3)) / float(m.group(4))
    return (feet * 12 + inches) * 0.0254


def _near(ratios: Array, spread: float) -> dict[str, float]:
    """Share of measured metres-a-unit that lie within 3 % of each unit."""
    return {u: float(np.mean(np.abs(ratios / m - 1) < spread)) for u, m in unit_metres().items()}


def _dimension_text(dimensions: Sequence[RawDimension]) -> Finding | None:
    rows = [(d, length_of(d.printed)) for d in dimensions if d.printed]
    rows = [(d, m) for d, m in rows if m and m > 0.05]
    if not rows:
        return None
    ratios = np.array([m / d.measured for d, m in rows if m])
    weight = unit_table()["weights"]["dimension_text"] * min(1.0, 0.5 + 0.25 * len(rows))
    d, _ = max(rows, key=lambda row: row[0].measured)
    scores = {u: weight * v for u, v in _near(ratios, 0.03).items()}
    if not any(scores.values()):
        return None
    return Finding(
        "dimension text", scores, f"{len(rows)} dimensions print their unit; {d.measured:.6g} units prints {d.printed}"
    )


def _dimension_numbers(dimensions: Sequence[RawDimension]) -> Finding | None:
    rows = []
    for d in dimensions:
        if d.printed and _NUMBER.match(d.printed):
            value = number_of(d.printed)
            if value and value > 0:
                rows.append((d, value))
    if not rows:
        return None
    values = np.array([v for _, v in rows])
    decimals = sum("." in d.printed or "," in d.printed for d, _ in rows)
    # A number's form tells its unit: 8.80 is metres, 8800 millimetres, 880 centimetres or millimetres.
    forms: dict[str, float] = {}
    top = float(values.max())
    if decimals > 0.3 * len(rows) and top < 300:
        forms = {"m": 0.93, "foot": 0.07}
    elif top >= 3000:
        forms = {"mm": 0.93, "cm": 0.07}
    elif top >= 300:
        forms = {"mm": 0.45, "cm": 0.45, "inch": 0.1}
    else:
        return None
    scale = np.median(np.array([v / d.measured for d, v in rows]))
    metres = unit_metres()
    weight = unit_table()["weights"]["dimension_number"] * min(1.0, 0.4 + 0.2 * len(rows))
    scores = dict.fromkeys(metres, 0.0)
    for printed, p in forms.items():
        for u, m in metres.items():
            if abs(scale * metres[printed] / m - 1) < 0.03:
                scores[u] = max(scores[u], weight * p)
    if not any(scores.values()):
        return None
    d, _ = max(rows, key=lambda row: row[0].measured)
    return Finding("dimension number", scores, f"{len(rows)} dimensions; {d.measured:.6g} units prints {d.printed}")


def _dimension_style(dimensions: Sequence[RawDimension]) -> Finding | None:
    if not dimensions:
        return None
    imperial = [d for d in dimensions if d.unit_style in (3, 4)]
    if len(imperial) < 0.5 * len(dimensions):
        return None
    weight = unit_table()["weights"]["dimension_style"]
    scores = dict.fromkeys(unit_metres(), 0.0)
    scores["inch"] = weight
    return Finding(
        "dimension style",
        scores,
        f"style {imperial[0].style} prints feet and inches (DIMLUNIT {imperial[0].unit_style})",
    )


def _lognormal(sizes: Array, name: str) -> dict[str, float]:
    """Mean log-likelihood of sizes (drawing units) under a table entry, times an effective number, capped."""
    entry = unit_table()[name]
    noise = float(entry.get("outliers", 0.0))
    out = {}
    for u, m in unit_metres().items():
        z = (np.log(sizes * m) - math.log(entry["middle"])) / entry["spread"]
        like = (1 - noise) * np.exp(-0.5 * z * z) + noise * 0.02
        out[u] = float(np.mean(np.log(np.maximum(like, 1e-6))))
    n = min(len(sizes), 6)
    top = max(out.values())
    return {u: max((v - top) * n, -float(entry["cap"])) + float(entry["cap"]) for u, v in out.items()}


def _swings(drawing: Drawing, kinds: Sequence[str], more: Array | None) -> Finding | None:
    s = drawing.strokes
    arcs = np.flatnonzero(s[:, 4] != 0) if len(s) else np.zeros(0, dtype=int)
    radii: list[float] = [float(r) for r in more] if more is not None else []
    on_door = False
    if len(arcs):
        _, radius, _, sweep = arc_of(s[arcs])
        quarter = (np.abs(sweep) > math.radians(55)) & (np.abs(sweep) < math.radians(110)) & (radius > 0)
        circle = drawing.ent_type[drawing.owner[arcs]] == TYPE_ID["CIRCLE"]
        kind = np.array(kinds, dtype=object)[drawing.owner[arcs]]
        ok = (
            quarter
            & ~circle
            & ~np.isin(
                kind, ["furniture", "pattern", "dimension", "grid", "stair", "label", "sheet", "site", "overhead"]
            )
        )
        at_door = ok & (kind == "door")
        on_door = bool(at_door.any())
        use = at_door if on_door else ok
        radii += [float(r) for r in radius[use]]
    if len(radii) < (1 if on_door else 2):
        return None
    sizes = np.array(radii)
    scores = _lognormal(sizes, "swing")
    lo, mid, hi = np.percentile(sizes, [10, 50, 90])
    return Finding(
        "door swings", scores, f"{len(sizes)} quarter circles of radius {mid:.4g} units ({lo:.4g} to {hi:.4g})"
    )


def wall_spacings(walls: Array) -> Array:
    """Distance of each wall segment to the nearest parallel one that overlaps it, in drawing units."""
    from shapely import STRtree, linestrings

    lengths = np.hypot(walls[:, 2] - walls[:, 0], walls[:, 3] - walls[:, 1])
    if not len(lengths):
        return np.zeros(0)
    order = np.argsort(-lengths)[:400]
    order = order[lengths[order] > 0]
    w = walls[order]
    size = float(np.median(lengths[order]))
    lines = linestrings(w.reshape(-1, 2, 2))
    tree = STRtree(lines)
    i, j = tree.query(lines, predicate="dwithin", distance=size)
    keep = i != j
    i, j = i[keep], j[keep]
    d = (w[:, 2:] - w[:, :2]) / lengths[order][:, None]
    cross = np.abs(d[i, 0] * d[j, 1] - d[i, 1] * d[j, 0])
    ok = cross < 0.01
    i, j = i[ok], j[ok]
    rel = w[j, :2] - w[i, :2]
    gap = np.abs(rel[:, 0] * d[i, 1] - rel[:, 1] * d[i, 0])
    t0 = rel[:, 0] * d[i, 0] + rel[:, 1] * d[i, 1]
    rel2 = w[j, 2:] - w[i, :2]
    t1 = rel2[:, 0] * d[i, 0] + rel2[:, 1] * d[i, 1]
    overlap = np.minimum(np.maximum(t0, t1), lengths[order][i]) - np.maximum(np.minimum(t0, t1), 0)
    ok = (gap > 1e-4 * size) & (overlap > np.maximum(1.5 * gap, 0.3 * np.minimum(lengths[order][i], lengths[order][j])))
    best = np.full(len(w), np.inf)
    np.minimum.at(best, i[ok], gap[ok])
    out: Array = best[np.isfinite(best)]
    return out


def _wall_spacing(walls: Array) -> Finding | None:
    gaps = wall_spacings(walls)
    if len(gaps) < max(6, 0.15 * min(len(walls), 400)):
        return None  # few of the lines are faces of walls: what pairs there are may be anything
    lo, mid, hi = np.percentile(gaps, [20, 50, 80])
    return Finding(
        "wall thickness",
        _lognormal(gaps, "wall"),
        f"{len(gaps)} wall faces with a parallel one at {mid:.4g} units ({lo:.4g} to {hi:.4g})",
    )


def _treads(drawing: Drawing, kinds: Sequence[str]) -> Finding | None:
    on = np.array([k == "stair" for k in kinds], dtype=bool)
    if not on.any() or not len(drawing.strokes):
        return None
    s = drawing.strokes[on[drawing.ent_layer[drawing.owner]] & (drawing.strokes[:, 4] == 0)]
    if len(s) < 8:
        return None
    gaps = wall_spacings(s[:, :4])
    if len(gaps) < 6:
        return None
    mid = float(np.median(gaps))
    regular = gaps[np.abs(gaps / mid - 1) < 0.05]
    if len(regular) < 6:
        return None
    return Finding("stair treads", _lognormal(regular[:6], "tread"), f"{len(regular)} steps {mid:.4g} units apart")


def _extent(walls: Array) -> Finding | None:
    if len(walls) < 3:
        return None
    xy = walls.reshape(-1, 2)
    lo, hi = np.percentile(xy, [1, 99], axis=0)
    size = float((hi - lo).max())
    if not size > 0:
        return None
    return Finding(
        "overall size",
        _lognormal(np.array([size]), "extent"),
        f"walls spread over {hi[0] - lo[0]:.5g} x {hi[1] - lo[1]:.5g} units",
    )


def _text_height(drawing: Drawing, kinds: Sequence[str]) -> Finding | None:
    heights = np.array(
        [t.height for t in drawing.texts if t.height > 0 and kinds[t.layer] not in ("sheet", "dimension")]
    )
    if len(heights) < 3:
        return None
    mid = float(np.median(heights))
    return Finding(
        "text height", _lognormal(np.array([mid]), "text"), f"{len(heights)} texts of height {mid:.4g} units"
    )


def _scale_bar(texts: Sequence[RawText]) -> Finding | None:
    """Numbers in even steps along a line, the last with a unit: 0 1 2 3 4 5 m."""
    ends = []
    for t in texts:
        m = re.fullmatch(r"(\d+(?:[.,]\d+)?)\s*(mm|cm|m|metres?|meters?|ft|feet|')\.?", t.text.strip(), re.IGNORECASE)
        if m:
            u = m.group(2).lower()
            u = {"ft": "foot", "feet": "foot", "'": "foot"}.get(u, "m" if u.startswith("met") else u)
            ends.append((t, float(m.group(1).replace(",", ".")), unit_metres()[u]))
    numbers = []
    for t in texts:
        value = number_of(t.text)
        if value is not None:
            numbers.append((t, value))
    best: tuple[int, float, str] | None = None
    for end, value, metres in ends:
        if value <= 0:
            continue
        row = [(t, v) for t, v in numbers if v < value and abs(t.height - end.height) < 0.2 * end.height]
        for start, v0 in row:
            per = (end.anchor[0] - start.anchor[0], end.anchor[1] - start.anchor[1])
            step = math.hypot(*per) / (value - v0)
            if step <= 0:
                continue
            fits = 0
            for t, v in row:
                x = start.anchor[0] + per[0] * (v - v0) / (value - v0)
                y = start.anchor[1] + per[1] * (v - v0) / (value - v0)
                fits += math.hypot(t.anchor[0] - x, t.anchor[1] - y) < 0.12 * step
            if fits >= 2 and (best is None or fits > best[0]):
                best = (fits, metres / step, end.text)
    if best is None:
        return None
    weight = unit_table()["weights"]["scale_bar"]
    scores = {u: weight * (abs(best[1] / m - 1) < 0.08) for u, m in unit_metres().items()}
    if not any(scores.values()):
        return None
    return Finding(
        "scale bar", scores, f"a bar marked up to {best[2]} in {best[0]} even steps, {1 / best[1]:.4g} units a metre"
    )


def _geodata(scale: float | None) -> Finding | None:
    if scale is None:
        return None
    scores = {u: unit_table()["weights"]["geodata"] * (abs(scale / m - 1) < 0.001) for u, m in unit_metres().items()}
    return Finding("geodata", scores, f"horizontal unit scale {scale:g} m") if any(scores.values()) else None


_NOTE = re.compile(
    r"\b(?:dimensions?|dims?|ma(?:ß|ss)e|bema(?:ß|ss)ung|cotes|cotas|quote|maten|medidas|misure|measurements?|units?|einheit|unit[eé]s?)\b[^.;\n]{0,40}?\b(?:in|en|em)\s+"
    r"(mm|millimet\w*|cm|centimet\w*|zentimeter|m|met\w+|inches|inch|feet|foot)\b",
    re.IGNORECASE,
)


def _notes(texts: Sequence[RawText]) -> Finding | None:
    for t in texts:
        m = _NOTE.search(t.text)
        if not m:
            continue
        w = m.group(1).casefold()
        unit = (
            "mm"
            if w.startswith("mi") or w == "mm"
            else "cm"
            if w[0] in "cz"
            else "inch"
            if w.startswith("in")
            else "foot"
            if w[0] == "f"
            else "m"
        )
        scores = dict.fromkeys(unit_metres(), 0.0)
        scores[unit] = unit_table()["weights"]["note"]
        return Finding("note", scores, f"the sheet says {' '.join(t.text.split())[:60]!r}")
    return None


def _header(header: dict[str, float]) -> list[Finding]:
    weights = unit_table()["weights"]
    out = []
    declared = declared_unit(int(header["$INSUNITS"])) if "$INSUNITS" in header else None
    if declared:
        out.append(Finding("declared", {declared: weights["declared"]}, f"$INSUNITS = {int(header['$INSUNITS'])}"))
    if "$MEASUREMENT" in header:
        metric = int(header["$MEASUREMENT"]) == 1
        units = ("mm", "cm", "dm", "m") if metric else ("inch", "foot", "ussurveyfoot")
        out.append(
            Finding(
                "measurement",
                dict.fromkeys(units, weights["measurement"]),
                f"$MEASUREMENT = {int(metric)} ({'metric' if metric else 'imperial'})",
            )
        )
    if int(header.get("$LUNITS", 2)) in (3, 4):
        out.append(
            Finding(
                "length format", {"inch": weights["lunits"]}, f"$LUNITS = {int(header['$LUNITS'])} (feet and inches)"
            )
        )
    return out


def area_text_finding(pairs: Sequence[tuple[float, float]]) -> Finding | None:
    """Printed areas (m2) against areas of the polygons around them (square drawing units)."""
    good = [(p, a) for p, a in pairs if p > 0 and a > 0]
    if len(good) < 2:
        return None
    ratio = np.sqrt(np.array([p / a for p, a in good]))
    middle = float(np.median(ratio))
    tight = float(np.mean(np.abs(ratio / middle - 1) < 0.05))
    if tight < 0.5:
        return None
    weight = unit_table()["weights"]["area_text"] * tight
    scores = {u: weight * (abs(middle / m - 1) < 0.06) for u, m in unit_metres().items()}
    if not any(scores.values()):
        return None
    return Finding(
        "area text", scores, f"{len(good)} printed areas against their outlines: {1 / middle:.4g} units a metre"
    )
