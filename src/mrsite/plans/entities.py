"""From ezdxf's entities to strokes, texts and fills, one function a kind of entity."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from mrsite.plans.damage import damaged
from mrsite.plans.drawing import TYPE_ID, Fill
from mrsite.plans.sink import Sink, handle_of, ocs_of
from mrsite.plans.strokes import MLineVertex, arc_strokes, as_arc, bulges, mline_strokes
from mrsite.plans.text_entities import mtext_of, text_of


def _line(e: Any, ns: dict[str, Any], sink: Sink) -> None:
    s, t = ns["start"], ns["end"]
    sink.add([(s.x, s.y, t.x, t.y, 0.0)], ns.get("layer", "0"), "LINE", handle_of(ns))


def _lwpolyline(e: Any, ns: dict[str, Any], sink: Sink) -> None:
    if ocs_of(ns) == 0:
        return _by_path(e, ns, sink)
    closed = bool(ns.get("flags", 0) & 1)
    points = [(v[0], v[1], v[4]) for v in e.lwpoints.values.tolist()]
    if len(points) > 2 and points[0][:2] == points[-1][:2]:
        closed, points = True, points[:-1]
    sink.add(bulges(points, closed, ocs_of(ns)), ns.get("layer", "0"), "LWPOLYLINE", handle_of(ns), closed)
    return None


def _polyline(e: Any, ns: dict[str, Any], sink: Sink) -> None:
    flags = ns.get("flags", 0)
    if flags & (16 | 64):
        return sink.skip("POLYLINE mesh")
    if ocs_of(ns) == 0:
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
    mirror = -1 if ocs_of(ns) == -1 and not flags & 8 else 1
    sink.add(bulges(points, closed, mirror), ns.get("layer", "0"), "LWPOLYLINE", handle_of(ns), closed)
    return None


def _arc(e: Any, ns: dict[str, Any], sink: Sink) -> None:
    mirror = ocs_of(ns)
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
    mirror = ocs_of(ns)
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
    mirror = -1 if ocs_of(ns) == -1 and e.dxftype() != "3DFACE" else 1
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
    "MTEXT": mtext_of,
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
