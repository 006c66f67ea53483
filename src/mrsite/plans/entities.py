"""From ezdxf's entities to strokes, texts and fills, one function a kind of entity."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from mrsite.plans.damage import damaged
from mrsite.plans.drawing import TYPE_ID, Array, Fill, RawDimension, RawText, fit_circle

Stroke = tuple[float, float, float, float, float]


class Sink:
    """Where the entities of one block (or of modelspace) are gathered."""

    def __init__(self, layer_index: Callable[[str], int]) -> None:
        self.layer_index = layer_index
        self.strokes: list[Stroke] = []
        self.counts: list[int] = []
        self.layer: list[int] = []
        self.type: list[int] = []
        self.handle: list[int] = []
        self.closed: list[bool] = []
        self.texts: list[RawText] = []
        self.fills: list[Fill] = []
        self.dimensions: list[RawDimension] = []
        self.skipped: dict[str, int] = {}
        self.bad: list[tuple[str, str, str]] = []

    def add(self, strokes: list[Stroke], layer: str, kind: str, handle: int, closed: bool = False) -> None:
        """Add one entity with its strokes."""
        if not strokes:
            return
        self.strokes.extend(strokes)
        self.counts.append(len(strokes))
        self.layer.append(self.layer_index(layer))
        self.type.append(TYPE_ID[kind])
        self.handle.append(handle)
        self.closed.append(closed)

    def add_picture(self, picture: Sink, layer: str, handle: int) -> None:
        """Add the lines of a dimension's picture as lines of the dimension, and what was not read of it."""
        start = 0
        for n in picture.counts:
            self.add(picture.strokes[start : start + n], layer, "DIMENSION", handle)
            start += n
        self.bad.extend(picture.bad)
        for kind, n in picture.skipped.items():
            self.skipped[kind] = self.skipped.get(kind, 0) + n

    def skip(self, kind: str) -> None:
        """Count an entity that is not read."""
        self.skipped[kind] = self.skipped.get(kind, 0) + 1

    def arrays(self) -> tuple[Array, Any, Any, Any, Any, Any]:
        """Return strokes, owner, layer, type, handle, closed."""
        strokes = np.array(self.strokes, dtype=np.float64).reshape(-1, 5)
        owner = np.repeat(np.arange(len(self.counts), dtype=np.int64), np.array(self.counts, dtype=np.int64))
        return (
            strokes,
            owner,
            np.array(self.layer, dtype=np.int64),
            np.array(self.type, dtype=np.int64),
            np.array(self.handle, dtype=np.uint64),
            np.array(self.closed, dtype=bool),
        )


def handle_of(ns: dict[str, Any]) -> int:
    """Return the handle as an integer; 0 where R12 has none."""
    try:
        value = int(ns.get("handle") or "0", 16)
    except ValueError:
        return 0
    return value if 0 <= value < 1 << 64 else 0


def _ocs(ns: dict[str, Any]) -> int:
    """Return 1 for the world's frame, -1 for the mirrored one (0, 0, -1), 0 for a tilted plane."""
    extrusion = ns.get("extrusion")
    if extrusion is None:
        return 1
    x, y, z = extrusion
    if abs(x) < 1e-6 and abs(y) < 1e-6:
        return 1 if z > 0 else -1
    return 0


def bulges(points: list[tuple[float, float, float]], closed: bool, mirror: int) -> list[Stroke]:
    """Return the strokes of a polyline of (x, y, bulge)."""
    n = len(points)
    out: list[Stroke] = []
    for i in range(n if closed and n > 1 else n - 1):
        x0, y0, b = points[i]
        x1, y1, _ = points[(i + 1) % n]
        if x0 == x1 and y0 == y1:
            continue
        out.append((mirror * x0, y0, mirror * x1, y1, mirror * b))
    return out


def arc_strokes(cx: float, cy: float, r: float, a0: float, a1: float) -> list[Stroke]:
    """Return one or more bulged strokes for an anticlockwise arc from a0 to a1 (radians)."""
    sweep = a1 - a0
    if not math.isfinite(sweep):
        return [(math.nan, cy, cx, cy, 0.0)]
    sweep = sweep % (2 * math.pi) or 2 * math.pi
    parts = 1 if sweep <= math.pi * 1.01 else 2
    b = math.tan(sweep / parts / 4)
    angles = [a0 + sweep * k / parts for k in range(parts + 1)]
    pts = [(cx + r * math.cos(a), cy + r * math.sin(a)) for a in angles]
    return [(*pts[k], *pts[k + 1], b) for k in range(parts)]


def _line(e: Any, ns: dict[str, Any], sink: Sink) -> None:
    s, t = ns["start"], ns["end"]
    sink.add([(s.x, s.y, t.x, t.y, 0.0)], ns.get("layer", "0"), "LINE", handle_of(ns))


def _lwpolyline(e: Any, ns: dict[str, Any], sink: Sink) -> None:
    if _ocs(ns) == 0:
        return _by_path(e, ns, sink)
    closed = bool(ns.get("flags", 0) & 1)
    points = [(v[0], v[1], v[4]) for v in e.lwpoints.values.tolist()]
    if len(points) > 2 and points[0][:2] == points[-1][:2]:
        closed, points = True, points[:-1]
    sink.add(bulges(points, closed, _ocs(ns)), ns.get("layer", "0"), "LWPOLYLINE", handle_of(ns), closed)
    return None


def _polyline(e: Any, ns: dict[str, Any], sink: Sink) -> None:
    flags = ns.get("flags", 0)
    if flags & (16 | 64):
        return sink.skip("POLYLINE mesh")
    if _ocs(ns) == 0:
        return _by_path(e, ns, sink)
    closed = bool(flags & 1)
    points = []
    for v in e.vertices:
        vd = v.dxf.__dict__
        if vd.get("flags", 0) & 16:  # frame of a spline-fit polyline
            continue
        p = vd["location"]
        points.append((p.x, p.y, vd.get("bulge", 0.0)))
    if len(points) > 2 and points[0][:2] == points[-1][:2]:
        closed, points = True, points[:-1]
    mirror = -1 if _ocs(ns) == -1 and not flags & 8 else 1
    sink.add(bulges(points, closed, mirror), ns.get("layer", "0"), "LWPOLYLINE", handle_of(ns), closed)
    return None


def _arc(e: Any, ns: dict[str, Any], sink: Sink) -> None:
    mirror = _ocs(ns)
    if mirror == 0:
        return _by_path(e, ns, sink)
    c, r = ns["center"], ns.get("radius", 1.0)
    if not math.isfinite(r):
        sink.add([(math.nan, 0.0, 0.0, 0.0, 0.0)], ns.get("layer", "0"), "ARC", handle_of(ns))
        return None
    a0, a1 = math.radians(ns.get("start_angle", 0.0)), math.radians(ns.get("end_angle", 360.0))
    strokes = arc_strokes(c.x, c.y, r, a0, a1)
    if mirror < 0:
        strokes = [(-a, b, -p, q, -k) for a, b, p, q, k in strokes]
    sink.add(strokes, ns.get("layer", "0"), "ARC", handle_of(ns))
    return None


def _circle(e: Any, ns: dict[str, Any], sink: Sink) -> None:
    mirror = _ocs(ns)
    if mirror == 0:
        return _by_path(e, ns, sink)
    c, r = ns["center"], ns.get("radius", 1.0)
    x = c.x * mirror
    sink.add(
        [(x - r, c.y, x + r, c.y, 1.0), (x + r, c.y, x - r, c.y, 1.0)],
        ns.get("layer", "0"),
        "CIRCLE",
        handle_of(ns),
        True,
    )
    return None


def _by_path(e: Any, ns: dict[str, Any], sink: Sink) -> None:
    """Ellipses, splines and anything in a tilted plane: flattened to 1/400 of its own size."""
    from ezdxf import path

    kind = e.dxftype() if e.dxftype() in TYPE_ID else "OTHER"
    try:
        p = path.make_path(e)
        control = [(v.x, v.y) for v in p.control_vertices()]
        if not all(math.isfinite(x) and math.isfinite(y) for x, y in control):
            raise ValueError("coordinates are not finite")
        xs, ys = [c[0] for c in control], [c[1] for c in control]
        size = max(max(xs) - min(xs), max(ys) - min(ys))
        if size <= 0:
            return
        points = [(v.x, v.y, 0.0) for v in p.flattening(size / 400, segments=8)]
    except damaged():
        sink.bad.append((f"{ns.get('handle') or '?'}", str(ns.get("layer", "0")), e.dxftype()))
        return
    closed = len(points) > 3 and math.dist(points[0][:2], points[-1][:2]) < 1e-6 * size
    round_ = None if closed else as_arc(np.array(points)[:, :2])
    sink.add([round_] if round_ else bulges(points, False, 1), ns.get("layer", "0"), kind, handle_of(ns), closed)


def as_arc(points: Array) -> Stroke | None:
    """Return a curve that runs along a circle, as an exploded door swing does, as one arc; else None."""
    if len(points) < 5:
        return None
    centre, radius, residual = fit_circle(points)
    if not radius > 0 or residual > 0.004 * radius:
        return None
    turn = np.unwrap(np.arctan2(points[:, 1] - centre[1], points[:, 0] - centre[0]))
    sweep = float(turn[-1] - turn[0])
    if not math.pi / 18 < abs(sweep) < math.pi or (np.diff(turn) * sweep < 0).any():
        return None
    (x0, y0), (x1, y1) = points[0].tolist(), points[-1].tolist()
    return x0, y0, x1, y1, math.tan(sweep / 4)


def mline_strokes(vertices: Sequence[MLineVertex], closed: bool) -> list[Stroke]:
    """Return the lines of a multiline.

    Each vertex holds its place, the direction of the line that leaves it, the direction of the mitre,
    and for each element the distances along the mitre, then along the line to where it starts, stops,
    starts again (DXF reference, MLINE, code 41).
    """
    out: list[Stroke] = []
    n = len(vertices)
    for k in range(n if closed else n - 1):
        (x, y), (dx, dy), (mx, my), elements = vertices[k]
        (x1, y1), _, (nx, ny), onward = vertices[(k + 1) % n]
        for mine, theirs in zip(elements, onward, strict=False):
            if not mine or not theirs:
                continue
            px, py = x + mx * mine[0], y + my * mine[0]
            qx, qy = x1 + nx * theirs[0], y1 + ny * theirs[0]
            stops = list(mine[1:]) or [0.0]
            for i in range(0, len(stops), 2):
                start = (px + dx * stops[i], py + dy * stops[i])
                stop = (px + dx * stops[i + 1], py + dy * stops[i + 1]) if i + 1 < len(stops) else (qx, qy)
                if start != stop:
                    out.append((*start, *stop, 0.0))
    return out


MLineVertex = tuple[tuple[float, float], tuple[float, float], tuple[float, float], list[Sequence[float]]]


def _mline(e: Any, ns: dict[str, Any], sink: Sink) -> None:
    vertices: list[MLineVertex] = [
        (
            (v.location.x, v.location.y),
            (v.line_direction.x, v.line_direction.y),
            (v.miter_direction.x, v.miter_direction.y),
            list(v.line_params),
        )
        for v in e.vertices
    ]
    strokes = mline_strokes(vertices, bool(ns.get("flags", 0) & 2))
    if not strokes:
        return sink.skip("MLINE without lines")
    return sink.add(strokes, ns.get("layer", "0"), "MLINE", handle_of(ns))


def _leader(e: Any, ns: dict[str, Any], sink: Sink) -> None:
    points = [(v[0], v[1], 0.0) for v in e.vertices]
    sink.add(bulges(points, False, 1), ns.get("layer", "0"), "LEADER", handle_of(ns))


def _solid(e: Any, ns: dict[str, Any], sink: Sink) -> None:
    mirror = -1 if _ocs(ns) == -1 and e.dxftype() != "3DFACE" else 1
    corners = [ns[k] for k in ("vtx0", "vtx1", "vtx2", "vtx3") if k in ns]
    if len(corners) == 4 and e.dxftype() != "3DFACE":
        corners = [corners[0], corners[1], corners[3], corners[2]]  # a SOLID is drawn 1-2-4-3
    ring = [(v.x * mirror, v.y) for v in corners]
    ring = [p for i, p in enumerate(ring) if p != ring[i - 1]]
    if len(ring) < 3:
        return
    handle, layer = handle_of(ns), ns.get("layer", "0")
    sink.add(bulges([(x, y, 0.0) for x, y in ring], True, 1), layer, "SOLID", handle, True)
    if e.dxftype() != "3DFACE":
        sink.fills.append(Fill("solid", "SOLID", sink.layer_index(layer), handle, (np.array(ring, dtype=np.float64),)))


def _hatch(e: Any, ns: dict[str, Any], sink: Sink) -> None:
    """Patterns are counted and not outlined: the lines that bound them are drawn, or they fill a wall."""
    kind = "hatch-solid" if ns.get("solid_fill", 1) else "hatch"
    layer = sink.layer_index(ns.get("layer", "0"))
    sink.fills.append(Fill(kind, str(ns.get("pattern_name", "")), layer, handle_of(ns), ()))


def _wipeout(e: Any, ns: dict[str, Any], sink: Sink) -> None:
    try:
        ring = np.array([(v.x, v.y) for v in e.boundary_path_wcs()], dtype=np.float64).reshape(-1, 2)
    except damaged():
        return sink.skip("WIPEOUT")
    if len(ring) > 2 and np.isfinite(ring).all():
        sink.fills.append(Fill("wipeout", "", sink.layer_index(ns.get("layer", "0")), handle_of(ns), (ring,)))
    return None


# Share of a text's height that one letter takes on average (Arial and the CAD stroke fonts, 0.6 to 0.9).
_LETTER = 0.75


def text_of(e: Any, ns: dict[str, Any], sink: Sink, source: str, group: int = 0) -> None:
    """TEXT and ATTRIB."""
    try:
        words = e.plain_text()
    except damaged():  # the words with their formatting codes are better than none
        words = str(ns.get("text", ""))
    words = decoded(words).strip()
    if not words:
        return
    height = float(ns.get("height", 2.5) or 2.5)
    halign, valign = int(ns.get("halign", 0) or 0), int(ns.get("valign", 0) or 0)
    anchor = ns.get("align_point") if (halign or valign) and ns.get("align_point") is not None else ns.get("insert")
    if anchor is None:
        return
    place_text(
        sink,
        words,
        (anchor.x, anchor.y),
        height,
        math.radians(float(ns.get("rotation", 0.0) or 0.0)),
        float(ns.get("width", 1.0) or 1.0),
        halign,
        valign,
        -1.0 if _ocs(ns) == -1 else 1.0,
        str(ns.get("layer", "0")),
        str(ns.get("handle") or "?"),
        source,
        group,
    )


def place_text(
    sink: Sink,
    words: str,
    anchor: tuple[float, float],
    height: float,
    angle: float,
    widen: float,
    halign: int,
    valign: int,
    mirror: float,
    layer: str,
    handle: str,
    source: str,
    group: int,
) -> None:
    """Add a one-line text; the middle of its letters is worked out from its alignment (DXF codes 72, 73)."""
    width = _LETTER * height * len(words) * widen
    x, y = anchor
    dx = {0: 0.5, 2: -0.5, 3: 0.5, 5: 0.5}.get(halign, 0.0) * width
    dy = {0: 0.5, 1: 0.5, 2: 0.0, 3: -0.5}.get(valign, 0.5) * height if halign != 4 else 0.0
    cx = x + dx * math.cos(angle) - dy * math.sin(angle)
    cy = y + dx * math.sin(angle) + dy * math.cos(angle)
    ns = {"layer": layer, "handle": handle}
    _text(sink, words, (mirror * cx, cy), (mirror * x, y), height, angle, ns, source, group)


def decoded(words: str) -> str:
    r"""Put the characters in place of the escapes that a writer left: \\U+00B2 is a superscript two."""
    if "\\U+" not in words:
        return words
    from ezdxf.lldxf.encoding import decode_dxf_unicode

    return str(decode_dxf_unicode(words))


def _mtext(e: Any, ns: dict[str, Any], sink: Sink) -> None:
    try:
        words = e.plain_text(fast=False)
    except damaged():
        words = str(e.text)
    words = "\n".join(line.strip() for line in decoded(words).split("\n") if line.strip())
    if not words:
        return
    height = float(ns.get("char_height", 2.5) or 2.5)
    at = ns["insert"]
    direction = ns.get("text_direction")
    angle = (
        math.atan2(direction.y, direction.x)
        if direction is not None
        else math.radians(float(ns.get("rotation", 0.0) or 0.0))
    )
    lines = words.split("\n")
    width = _LETTER * height * max(len(line) for line in lines)
    tall = height * (1.0 + 1.6 * (len(lines) - 1))
    point = int(ns.get("attachment_point", 1) or 1)
    dx = (0.5, 0.0, -0.5)[(point - 1) % 3] * width
    dy = (-0.5, 0.0, 0.5)[min((point - 1) // 3, 2)] * tall + 0.5 * (tall - height)
    x = at.x + dx * math.cos(angle) - dy * math.sin(angle)
    y = at.y + dx * math.sin(angle) + dy * math.cos(angle)
    _text(sink, words, (x, y), (at.x, at.y), height, angle, ns, "mtext")


def _text(
    sink: Sink,
    words: str,
    at: tuple[float, float],
    anchor: tuple[float, float],
    height: float,
    angle: float,
    ns: dict[str, Any],
    source: str,
    group: int = 0,
) -> None:
    if not (
        math.isfinite(at[0])
        and math.isfinite(at[1])
        and math.isfinite(height)
        and abs(at[0]) < 1e12
        and abs(at[1]) < 1e12
    ):
        sink.bad.append((str(ns.get("handle") or "?"), str(ns.get("layer", "0")), f"text {words[:40]!r}"))
        return
    sink.texts.append(
        RawText(
            words,
            at,
            anchor,
            height,
            math.degrees(angle),
            sink.layer_index(ns.get("layer", "0")),
            handle_of(ns),
            source,
            group,
        )
    )


def _text_entity(e: Any, ns: dict[str, Any], sink: Sink) -> None:
    text_of(e, ns, sink, "text")


_READERS: dict[str, Callable[[Any, dict[str, Any], Sink], None]] = {
    "LINE": _line,
    "LWPOLYLINE": _lwpolyline,
    "POLYLINE": _polyline,
    "ARC": _arc,
    "CIRCLE": _circle,
    "ELLIPSE": _by_path,
    "SPLINE": _by_path,
    "HELIX": _by_path,
    "MLINE": _mline,
    "LEADER": _leader,
    "SOLID": _solid,
    "TRACE": _solid,
    "3DFACE": _solid,
    "HATCH": _hatch,
    "MPOLYGON": _hatch,
    "WIPEOUT": _wipeout,
    "TEXT": _text_entity,
    "MTEXT": _mtext,
}
# Not drawn, or drawn without end: nothing of the building is lost when they are not read.
_HARMLESS = {
    "ATTDEF",
    "SEQEND",
    "VERTEX",
    "VIEWPORT",
    "POINT",
    "XLINE",
    "RAY",
    "TOLERANCE",
    "SHAPE",
    "LIGHT",
    "SUN",
    "CAMERA",
}


def gather_entity(e: Any, sink: Sink) -> None:
    """Read one entity other than INSERT and DIMENSION into the sink; what cannot be read is counted."""
    ns = e.dxf.__dict__
    if ns.get("invisible"):
        return sink.skip("invisible")
    kind = e.dxftype()
    reader = _READERS.get(kind)
    if reader is None:
        return sink.skip(kind)
    try:
        reader(e, ns, sink)
    except damaged():
        sink.bad.append((str(ns.get("handle") or "?"), str(ns.get("layer", "0")), kind))
    return None


def is_harmless(kind: str) -> bool:
    """Whether a skipped kind of entity cannot hold walls."""
    return kind in _HARMLESS or kind == "invisible"
