"""From records of the tape to strokes, texts and fills; the twin of ``entities`` and ``flatten`` for the fast way."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from mrsite.plans.damage import damaged
from mrsite.plans.drawing import Drawing, Fill, RawDimension
from mrsite.plans.drawing import Tags as Attributes
from mrsite.plans.entities import gather_entity
from mrsite.plans.flatten import Unfolder, finish
from mrsite.plans.geodata import raw_geodata
from mrsite.plans.limits import Limits
from mrsite.plans.sink import Sink
from mrsite.plans.strokes import Stroke, arc_strokes, bulges
from mrsite.plans.tape import Record, Tape, TapeBlock, entity_of
from mrsite.plans.text_entities import decoded, place_text, text_of

Tags = dict[int, str]


def _handle(d: Tags) -> int:
    try:
        value = int(d.get(5, d.get(105, "0")), 16)
    except ValueError:
        return 0
    return value if 0 <= value < 1 << 64 else 0


def _frame(d: Tags) -> int:
    """Return 1 for the world's frame, -1 for the mirrored one, 0 for a tilted plane."""
    if 230 not in d:
        return 1
    if abs(float(d.get(210, "0"))) < 1e-6 and abs(float(d.get(220, "0"))) < 1e-6:
        return 1 if float(d[230]) > 0 else -1
    return 0


def _layer(d: Tags) -> str:
    return d.get(8, "0").strip() or "0"


class TapeUnfolder(Unfolder):
    """Unfolds a tape; each hook answers for a record what the parent asks of an ezdxf entity."""

    def __init__(
        self, tape: Tape, limits: Limits, name: str, progress: Callable[[int, int], None] | None = None
    ) -> None:
        super().__init__(tape, limits, name, progress)
        self.tape = tape

    def kind(self, e: Record) -> str:
        """Kind of a record."""
        return e.kind

    def block(self, name: str) -> Any:
        """The definition of that name, or None."""
        return self.tape.blocks.get(name.casefold())

    def entities(self, block: Any) -> list[Record]:
        """The records of a block, or of modelspace."""
        return block.records if isinstance(block, TapeBlock) else block

    def xref(self, block: TapeBlock) -> str | None:
        """Path of an external reference; None for an ordinary block."""
        return (block.xref or "?") if block.flags & 4 else None

    def reference(self, e: Record) -> dict[str, Any]:
        """The facts of a block reference, named as ezdxf names them."""
        d = self.tape.tags(e)
        ns: dict[str, Any] = {"name": d.get(2, "").strip(), "layer": _layer(d), "handle": d.get(5, "0").strip()}
        if d.get(60, "0").strip() == "1":
            ns["invisible"] = 1
        for code, name in ((70, "column_count"), (71, "row_count")):
            if code in d:
                ns[name] = int(float(d[code]))
        for code, name in ((44, "column_spacing"), (45, "row_spacing"), (50, "rotation")):
            if code in d:
                ns[name] = float(d[code])
        if 230 in d:
            ns["extrusion"] = (float(d.get(210, "0")), float(d.get(220, "0")), float(d[230]))
        ns["tags"] = d
        return ns

    def matrix(self, e: Record, ns: dict[str, Any], block: TapeBlock) -> list[tuple[float, float]]:
        """Columns of the map from the block into the place of the reference."""
        d: Tags = ns["tags"]
        frame = _frame(d)
        if frame == 0:
            return _tilted_columns(d, block)
        sx, sy = float(d.get(41, "1")) or 1.0, float(d.get(42, "1")) or 1.0
        a = math.radians(ns.get("rotation", 0.0))
        c, s = math.cos(a), math.sin(a)
        x, y = float(d.get(10, "0")), float(d.get(20, "0"))
        cols = [(sx * c, sx * s), (-sy * s, sy * c)]
        bx, by = block.base[0], block.base[1]
        t = (x - cols[0][0] * bx - cols[1][0] * by, y - cols[0][1] * bx - cols[1][1] * by)
        return [(frame * p, q) for p, q in (*cols, t)]

    def base(self, block: TapeBlock) -> tuple[float, float]:
        """The point of a block that comes to lie on the insertion point."""
        return block.base[0], block.base[1]

    def attributes(self, e: Record, sink: Sink, handle: int) -> Attributes:
        """Gather the visible attributes of a reference as texts; return all of them, seen or not."""
        tags = []
        for part in e.parts:
            d = self.tape.tags(part)
            tags.append((d.get(2, "").strip(), self._words(part, d)))
            if int(float(d.get(70, "0"))) & 1 or d.get(60, "0").strip() == "1":
                continue
            if 101 in d:  # an embedded MTEXT holds the words
                sub = Sink(sink.layer_index)
                entity = entity_of(self.tape, part)
                text_of(entity, entity.dxf.__dict__, sub, f"attribute {d.get(2, '').strip()}", handle)
                sink.texts.extend(sub.texts)
                continue
            _text(d, sink, f"attribute {d.get(2, '').strip()}", handle, valign=74)
        return tuple(tags)

    def _words(self, part: Record, d: Tags) -> str:
        """The words of an attribute on one line."""
        from ezdxf.tools.text import plain_text

        words = entity_of(self.tape, part).plain_mtext() if 101 in d else plain_text(decoded(d.get(1, "")))
        return " ".join(words.split())

    def gather(self, e: Record, sink: Sink) -> None:
        """Read one record into the sink."""
        reader = _FAST.get(e.kind)
        if reader is None and e.kind not in _SLOW:
            sink.skip(e.kind)
            return
        d = self.tape.tags(e)
        if d.get(60, "0").strip() == "1":
            sink.skip("invisible")
            return
        try:
            if reader is None or reader(self.tape, e, d, sink):
                gather_entity(self._with_parts(e), sink)
        except damaged():
            sink.bad.append((d.get(5, "?").strip(), _layer(d), e.kind))

    def _with_parts(self, e: Record) -> Any:
        entity = entity_of(self.tape, e)
        for part in e.parts:
            entity.vertices.append(entity_of(self.tape, part))
        return entity

    def dimension(self, e: Record, sink: Sink, read: bool) -> None:
        """Gather a dimension's facts and its picture."""
        d = self.tape.tags(e)
        picture = self.tape.blocks.get(d.get(2, "").strip().casefold())
        if read:
            found = self._measure(e, d, picture)
            if found is not None:
                self.dimensions.append(found)
        if picture is None:
            sink.skip("DIMENSION without its picture")
            return
        sub = Sink(self.layer_index)
        for part in picture.records:
            if part.kind not in ("INSERT", "TEXT", "MTEXT", "POINT", "DIMENSION"):
                self.gather(part, sub)
        sink.add_picture(sub, _layer(d), _handle(d))

    def _measure(self, e: Record, d: Tags, picture: TapeBlock | None) -> RawDimension | None:
        from mrsite.plans.dimensions import explicit_text, plain_dimension_text

        kind = int(float(d.get(70, "0"))) & 7
        if kind not in (0, 1):
            return None
        measured = math.nan
        if 13 in d and 14 in d:
            dx, dy = float(d[14]) - float(d[13]), float(d.get(24, "0")) - float(d.get(23, "0"))
            if kind == 0:
                a = math.radians(float(d.get(50, "0")))
                measured = abs(dx * math.cos(a) + dy * math.sin(a))
            else:
                measured = math.hypot(dx, dy)
        if not measured > 0 and 42 in d:
            measured = abs(float(d[42]))
        if not (measured > 0 and math.isfinite(measured)):
            return None
        style = d.get(3, "Standard").strip()
        factor, unit_style = self.tape.dimstyles.get(style.casefold(), (1.0, 2))
        codes, values = self.tape.codes, self.tape.values
        for i in range(e.a, e.b - 1):  # overrides stand in the DSTYLE list of the extended data
            if codes[i] == 1070 and codes[i + 1] in (1040, 1070):
                if values[i].strip() == "144":
                    factor = float(values[i + 1]) or factor
                elif values[i].strip() == "277":
                    unit_style = int(float(values[i + 1]))
        override = d.get(1, "")
        explicit = explicit_text(override)
        printed = plain_dimension_text(override) if explicit else ""
        if not explicit and picture is not None:
            for part in picture.records:
                if part.kind in ("MTEXT", "TEXT"):
                    printed = plain_dimension_text(self._mtext(part))
                    break
        factor = factor if math.isfinite(factor) and factor > 0 else 1.0
        at = (float(d.get(10, "0")), float(d.get(20, "0")))
        return RawDimension(measured, printed, explicit, at, style, unit_style, factor, _handle(d))

    def _mtext(self, r: Record) -> str:
        parts = [v for c, v in zip(self.tape.codes[r.a : r.b], self.tape.values[r.a : r.b], strict=True) if c in (1, 3)]
        return "".join(parts)


def _tilted(d: Tags) -> Any:
    from ezdxf.math import OCS

    return OCS((float(d.get(210, "0")), float(d.get(220, "0")), float(d.get(230, "1"))))


def _tilted_columns(d: Tags, block: TapeBlock) -> list[tuple[float, float]]:
    ocs = _tilted(d)
    sx, sy = float(d.get(41, "1")) or 1.0, float(d.get(42, "1")) or 1.0
    a = math.radians(float(d.get(50, "0")))
    c, s = math.cos(a), math.sin(a)
    ux, uy = ocs.to_wcs((sx * c, sx * s, 0)), ocs.to_wcs((-sy * s, sy * c, 0))
    t = ocs.to_wcs((float(d.get(10, "0")), float(d.get(20, "0")), float(d.get(30, "0"))))
    bx, by = block.base[0], block.base[1]
    return [(ux.x, ux.y), (uy.x, uy.y), (t.x - ux.x * bx - uy.x * by, t.y - ux.y * bx - uy.y * by)]


# -- one function a kind; True means: a tilted plane, let ezdxf do it -------------------------------


def _line(tape: Tape, r: Record, d: Tags, sink: Sink) -> bool:
    sink.add([(float(d[10]), float(d[20]), float(d[11]), float(d[21]), 0.0)], _layer(d), "LINE", _handle(d))
    return False


def _lwpolyline(tape: Tape, r: Record, d: Tags, sink: Sink) -> bool:
    frame = _frame(d)
    if frame == 0:
        return True
    points: list[tuple[float, float, float]] = []
    x = y = None
    b = 0.0
    for code, value in zip(tape.codes[r.a : r.b], tape.values[r.a : r.b], strict=True):
        if code == 10:
            if x is not None and y is not None:
                points.append((x, y, b))
            x, y, b = float(value), None, 0.0
        elif code == 20:
            y = float(value)
        elif code == 42:
            b = float(value)
        elif code >= 1000:
            break
    if x is not None and y is not None:
        points.append((x, y, b))
    closed = bool(int(float(d.get(70, "0"))) & 1)
    if len(points) > 2 and points[0][:2] == points[-1][:2]:
        closed, points = True, points[:-1]
    sink.add(bulges(points, closed, frame), _layer(d), "LWPOLYLINE", _handle(d), closed)
    return False


def _polyline(tape: Tape, r: Record, d: Tags, sink: Sink) -> bool:
    flags = int(float(d.get(70, "0")))
    if flags & (16 | 64):
        sink.skip("POLYLINE mesh")
        return False
    frame = _frame(d)
    if frame == 0:
        return True
    points = []
    for part in r.parts:
        v = tape.tags(part)
        if int(float(v.get(70, "0"))) & 16:
            continue
        points.append((float(v[10]), float(v[20]), float(v.get(42, "0"))))
    closed = bool(flags & 1)
    if len(points) > 2 and points[0][:2] == points[-1][:2]:
        closed, points = True, points[:-1]
    mirror = -1 if frame == -1 and not flags & 8 else 1
    sink.add(bulges(points, closed, mirror), _layer(d), "LWPOLYLINE", _handle(d), closed)
    return False


def _arc(tape: Tape, r: Record, d: Tags, sink: Sink) -> bool:
    frame = _frame(d)
    if frame == 0:
        return True
    radius = float(d[40])
    if not math.isfinite(radius):
        sink.add([(math.nan, 0.0, 0.0, 0.0, 0.0)], _layer(d), "ARC", _handle(d))
        return False
    strokes: list[Stroke] = arc_strokes(
        float(d[10]), float(d[20]), radius, math.radians(float(d.get(50, "0"))), math.radians(float(d.get(51, "360")))
    )
    if frame < 0:
        strokes = [(-a, b, -p, q, -k) for a, b, p, q, k in strokes]
    sink.add(strokes, _layer(d), "ARC", _handle(d))
    return False


def _circle(tape: Tape, r: Record, d: Tags, sink: Sink) -> bool:
    frame = _frame(d)
    if frame == 0:
        return True
    x, y, radius = frame * float(d[10]), float(d[20]), float(d[40])
    sink.add(
        [(x - radius, y, x + radius, y, 1.0), (x + radius, y, x - radius, y, 1.0)],
        _layer(d),
        "CIRCLE",
        _handle(d),
        True,
    )
    return False


def _text(d: Tags, sink: Sink, source: str, group: int = 0, valign: int = 73) -> None:
    from ezdxf.tools.text import plain_text

    raw = decoded(d.get(1, ""))
    words = plain_text(raw).strip() if ("%%" in raw or "^" in raw) else raw.strip()
    if not words:
        return
    h, v = int(float(d.get(72, "0"))), int(float(d.get(valign, "0")))
    use = (h or v) and 11 in d
    if not use and 10 not in d:
        return
    x, y = (float(d[11]), float(d.get(21, "0"))) if use else (float(d[10]), float(d.get(20, "0")))
    place_text(
        sink,
        words,
        (x, y),
        float(d.get(40, "2.5")) or 2.5,
        math.radians(float(d.get(50, "0"))),
        float(d.get(41, "1")) or 1.0,
        h,
        v,
        -1.0 if _frame(d) == -1 else 1.0,
        _layer(d),
        d.get(5, "?").strip(),
        source,
        group,
    )


def _text_record(tape: Tape, r: Record, d: Tags, sink: Sink) -> bool:
    _text(d, sink, "text")
    return False


def _solid(tape: Tape, r: Record, d: Tags, sink: Sink) -> bool:
    frame = _frame(d)
    if frame == 0:
        return True
    corners = [(frame * float(d[10 + k]), float(d[20 + k])) for k in (0, 1, 2, 3) if 10 + k in d]
    if len(corners) == 4:
        corners = [corners[0], corners[1], corners[3], corners[2]]  # a SOLID is drawn 1-2-4-3
    ring = [p for i, p in enumerate(corners) if p != corners[i - 1]]
    if len(ring) < 3:
        return False
    sink.add(bulges([(x, y, 0.0) for x, y in ring], True, 1), _layer(d), "SOLID", _handle(d), True)
    sink.fills.append(
        Fill("solid", "SOLID", sink.layer_index(_layer(d)), _handle(d), (np.array(ring, dtype=np.float64),))
    )
    return False


def _hatch(tape: Tape, r: Record, d: Tags, sink: Sink) -> bool:
    kind = "hatch-solid" if int(float(d.get(70, "1"))) & 1 else "hatch"
    sink.fills.append(Fill(kind, d.get(2, "").strip(), sink.layer_index(_layer(d)), _handle(d), ()))
    return False


_FAST: dict[str, Callable[[Tape, Record, Tags, Sink], bool]] = {
    "LINE": _line,
    "LWPOLYLINE": _lwpolyline,
    "POLYLINE": _polyline,
    "ARC": _arc,
    "CIRCLE": _circle,
    "TEXT": _text_record,
    "HATCH": _hatch,
    "SOLID": _solid,
    "TRACE": _solid,
}
_SLOW = {"ELLIPSE", "SPLINE", "HELIX", "MLINE", "LEADER", "3DFACE", "MPOLYGON", "WIPEOUT", "MTEXT"}


def unfold_tape(tape: Tape, limits: Limits, name: str, progress: Callable[[int, int], None] | None = None) -> Drawing:
    """Return modelspace of a tape with all blocks unfolded, within the limits; see ``flatten.unfold``."""
    unfolder = TapeUnfolder(tape, limits, name, progress)
    content = unfolder.run(tape.modelspace)
    hidden = frozenset(unfolder.layer_index(layer) for layer in tape.hidden_layers)
    geodata = None
    if tape.geodata is not None:
        try:
            geodata = raw_geodata(entity_of(tape, tape.geodata))
        except damaged():  # broken geodata is no evidence
            geodata = None
    return finish(unfolder, content, hidden, dict(tape.header), geodata)
