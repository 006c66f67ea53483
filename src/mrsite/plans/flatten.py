"""Unfolding blocks: count first, then each block once as arrays, then a matrix product a reference."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mrsite.base.errors import InputError
from mrsite.plans.damage import damaged
from mrsite.plans.dimensions import read_dimension
from mrsite.plans.drawing import (
    TYPE_ID,
    Affine,
    Array,
    Drawing,
    Fill,
    Ints,
    Placed,
    RawText,
    Tags,
    affine_of,
    compose,
    transform_strokes,
)
from mrsite.plans.entities import gather_entity, is_harmless
from mrsite.plans.geodata import RawGeodata, raw_geodata
from mrsite.plans.limits import Limits
from mrsite.plans.sink import Sink, handle_of
from mrsite.plans.tape import OWN_APPID
from mrsite.plans.text_entities import text_of

# Beyond any drawing in any unit: 10^12 mm is a million kilometres. Larger numbers are errors.
_FAR = 1e12


@dataclass(frozen=True, eq=False)
class _Content:
    """A block, its own references unfolded, in its own coordinates."""

    strokes: Array
    owner: Ints
    layer: Ints
    type: Ints
    handle: Ints
    closed: Any
    top: Ints
    texts: tuple[RawText, ...]
    fills: tuple[Fill, ...]
    inserts: tuple[Placed, ...]


_Placement = tuple[_Content, Affine, int, int, str, Tags, tuple[float, float]]


class Unfolder:
    """Unfolds one document; holds each block's content once."""

    def __init__(
        self, document: Any, limits: Limits, name: str, progress: Callable[[int, int], None] | None = None
    ) -> None:
        self.document, self.limits, self.name, self.progress = document, limits, name, progress
        self.layers: dict[str, int] = {"0": 0}
        self.layer_names: list[str] = ["0"]
        self.contents: dict[str, _Content] = {}
        self.leaves: dict[str, int] = {}
        self.skipped: dict[str, int] = {}
        self.bad: list[tuple[str, str, str]] = []
        self.notes: dict[str, None] = {}
        self.incomplete: dict[str, None] = {}
        self.dimensions: list[Any] = []
        self.cut: set[tuple[str, str]] = set()

    def layer_index(self, name: str) -> int:
        """Return the index of a layer, added when new; names are compared without case as CAD does."""
        index = self.layers.get(name)
        if index is None:
            key = name.casefold()
            index = self.layers.get(key)
            if index is None:
                index = len(self.layer_names)
                self.layer_names.append(name)
                self.layers[key] = index
            self.layers[name] = index
        return index

    # -- what a source must answer; the tape answers the same ------------------------------------

    def kind(self, e: Any) -> str:
        """Kind of an entity."""
        return str(e.dxftype())

    def block(self, name: str) -> Any:
        """The definition of that name, or None."""
        return self.document.blocks.get(name)

    def entities(self, block: Any) -> Any:
        """The entities of a block or of modelspace, without the marks of an earlier run of ours."""
        return [e for e in block if not e.has_xdata(OWN_APPID)]

    def xref(self, block: Any) -> str | None:
        """Path of an external reference; None for an ordinary block."""
        head = block.block
        if head is None or not head.dxf.get("flags", 0) & 4:
            return None
        return str(head.dxf.get("xref_path", "") or "?")

    def reference(self, e: Any) -> dict[str, Any]:
        """The facts of a block reference."""
        return dict(e.dxf.__dict__)

    def matrix(self, e: Any, ns: dict[str, Any], block: Any) -> list[tuple[float, float]]:
        """Columns of the map from the block into the place of the reference."""
        m = e.matrix44()
        return [(float(m[i, 0]), float(m[i, 1])) for i in (0, 1, 3)]

    def base(self, block: Any) -> tuple[float, float]:
        """The point of a block that comes to lie on the insertion point."""
        point = block.block.dxf.get("base_point", (0.0, 0.0, 0.0)) if block.block is not None else (0.0, 0.0)
        return float(point[0]), float(point[1])

    def attributes(self, e: Any, sink: Sink, handle: int) -> Tags:
        """Gather the visible attributes of a reference as texts; return all of them, seen or not."""
        tags = []
        for attrib in e.attribs:
            flags = attrib.dxf.__dict__
            words = attrib.plain_mtext() if attrib.has_embedded_mtext_entity else attrib.plain_text()
            tags.append((str(flags.get("tag", "")), " ".join(str(words).split())))
            if not flags.get("flags", 0) & 1 and not flags.get("invisible"):
                text_of(attrib, flags, sink, f"attribute {flags.get('tag', '')}", handle)
        return tuple(tags)

    def gather(self, e: Any, sink: Sink) -> None:
        """Read one entity into the sink."""
        gather_entity(e, sink)

    def run(self, space: Any) -> _Content:
        """Count, then unfold modelspace."""
        total = self.count_leaves(space, ())
        if total > self.limits.leaves:
            raise InputError(
                f"{self.name}: the drawing unfolds to {total:,} entities, over the limit leaves = "
                f"{self.limits.leaves:,}; crop it or raise the limit"
            )
        return self.content(space, "")

    # -- counting ------------------------------------------------------------------------------

    def count_leaves(self, block: Any, chain: tuple[str, ...]) -> int:
        """Multiply down the block tree without unfolding anything; cut rings and over-deep nesting."""
        total = 0
        for e in self.entities(block):
            if self.kind(e) != "INSERT":
                total += 1
                continue
            ns = self.reference(e)
            name = str(ns.get("name", ""))
            key = name.casefold()
            if key in chain:
                ring = " > ".join((*chain[chain.index(key) :], key))
                self.cut.add((chain[-1] if chain else "", key))
                self.incomplete[f"block {name!r} contains itself ({ring}); that reference is left out"] = None
                continue
            if len(chain) >= self.limits.depth:
                shown = " > ".join(chain[1:4]) + " > ... > " + key
                self.cut.add((chain[-1], key))
                self.incomplete[
                    f"blocks are nested deeper than the limit depth = {self.limits.depth} ({shown}); "
                    "the rest is left out"
                ] = None
                continue
            child = self.block(name)
            if child is None or self.xref(child) is not None:
                continue
            if key not in self.leaves:
                self.leaves[key] = self.count_leaves(child, (*chain, key))
            total += self.leaves[key] * _copies(ns)
            if total > self.limits.leaves and not chain:
                raise InputError(
                    f"{self.name}: block {name!r} unfolds to {self.leaves[key] * _copies(ns):,} entities, "
                    f"over the limit leaves = {self.limits.leaves:,}; purge it from the drawing or raise the limit"
                )
        return total

    # -- unfolding -----------------------------------------------------------------------------

    def content(self, block: Any, key: str) -> _Content:
        """Return a block (or modelspace) with its references unfolded."""
        if key in self.contents:
            return self.contents[key]
        sink = Sink(self.layer_index)
        references = []
        records = self.entities(block)
        total = len(records) if self.progress else 0
        for i, e in enumerate(records):
            kind = self.kind(e)
            if kind == "INSERT":
                references.append(e)
            elif kind in ("DIMENSION", "ARC_DIMENSION", "LARGE_RADIAL_DIMENSION"):
                self.dimension(e, sink, key == "")
            else:
                self.gather(e, sink)
            if self.progress and i % 2000 == 0:
                self.progress(i, total)
        parts: list[tuple[Any, ...]] = [(*sink.arrays(), np.full(len(sink.counts), -1, dtype=np.int64))]
        texts: list[RawText] = []
        fills = list(sink.fills)
        placed: list[Placed] = []
        ents = len(sink.counts)
        for e in references:
            if self.cut and (key, str(self.reference(e).get("name", "")).casefold()) in self.cut:
                continue
            for child, matrix, layer, handle, name, tags, at in self._placements(e, sink):
                index = len(placed)
                m = len(child.layer)
                strokes, owner = transform_strokes(child.strokes, child.owner, matrix)
                own_layer = np.where(child.layer == 0, layer, child.layer)
                top = np.full(m, index, dtype=np.int64)
                parts.append((strokes, owner + ents, own_layer, child.type, child.handle, child.closed, top))
                placed.append(Placed(name, layer, handle, matrix, ents, ents + m, 0, tags, at))
                placed.extend(
                    Placed(
                        p.name,
                        layer if p.layer == 0 else p.layer,
                        p.handle,
                        compose(matrix, p.matrix),
                        p.first + ents,
                        p.last + ents,
                        p.depth + 1,
                    )
                    for p in child.inserts
                )
                texts.extend(_move_text(t, matrix, layer) for t in child.texts)
                fills.extend(
                    Fill(
                        f.kind,
                        f.pattern,
                        layer if f.layer == 0 else f.layer,
                        f.handle,
                        tuple(affine_of(r, matrix) for r in f.rings),
                    )
                    for f in child.fills
                )
                ents += m
        texts = sink.texts + texts  # attributes were gathered with their references
        for kind, n in sink.skipped.items():
            self.skipped[kind] = self.skipped.get(kind, 0) + n
        self.bad.extend(sink.bad)
        joined = [np.concatenate([p[i] for p in parts]) for i in range(7)]
        result = _Content(
            joined[0],
            joined[1],
            joined[2],
            joined[3],
            joined[4],
            joined[5],
            joined[6],
            tuple(texts),
            tuple(fills),
            tuple(placed),
        )
        self.contents[key] = result
        return result

    def dimension(self, e: Any, sink: Sink, read: bool) -> None:
        """Gather a dimension's facts and its picture."""
        if read:
            found = read_dimension(e, self.document)
            if found is not None:
                self.dimensions.append(found)
        layer, handle = e.dxf.__dict__.get("layer", "0"), handle_of(e.dxf.__dict__)
        try:
            block = e.get_geometry_block()
        except damaged():
            block = None
        if block is None:
            sink.skip("DIMENSION without its picture")
            return
        sub = Sink(self.layer_index)
        for part in block:
            if part.dxftype() not in ("INSERT", "TEXT", "MTEXT", "POINT"):
                gather_entity(part, sub)
        sink.add_picture(sub, layer, handle)

    def _placements(self, e: Any, sink: Sink) -> list[_Placement]:
        ns = self.reference(e)
        name, layer, handle = str(ns.get("name", "")), self.layer_index(ns.get("layer", "0")), handle_of(ns)
        if ns.get("invisible"):
            sink.skip("invisible")
            return []
        tags = self.attributes(e, sink, handle)
        block = self.block(name)
        if block is None:
            self.incomplete[f"block {name!r} is referred to but not in the file: walls may be missing"] = None
            return []
        target = self.xref(block)
        if target is not None:
            self.incomplete[
                f"external reference {name!r} ({_leaf(target)}) is not bound into the file: walls may be missing"
            ] = None
            return []
        try:
            base = self.matrix(e, ns, block)
        except damaged():
            self.bad.append((str(ns.get("handle") or "?"), str(ns.get("layer", "0")), f"INSERT of {name!r}"))
            return []
        matrix: Affine = (*base[0], *base[1], *base[2])
        if not all(math.isfinite(v) and abs(v) < _FAR for v in matrix):
            self.bad.append((str(ns.get("handle") or "?"), str(ns.get("layer", "0")), f"INSERT of {name!r}"))
            return []
        child = self.content(block, name.casefold())
        out = []
        bx, by = self.base(block)
        for dx, dy in _grid(ns):
            here: Affine = (*matrix[:4], matrix[4] + dx, matrix[5] + dy)
            at = (here[0] * bx + here[2] * by + here[4], here[1] * bx + here[3] * by + here[5])
            out.append((child, here, layer, handle, name, tags, at))
        return out


def _leaf(path: str) -> str:
    return path.replace("\\", "/").rsplit("/", 1)[-1] or path


def _copies(ns: dict[str, Any]) -> int:
    return max(1, int(ns.get("row_count", 1) or 1)) * max(1, int(ns.get("column_count", 1) or 1))


def _grid(ns: dict[str, Any]) -> list[tuple[float, float]]:
    rows, columns = max(1, int(ns.get("row_count", 1) or 1)), max(1, int(ns.get("column_count", 1) or 1))
    if rows == columns == 1:
        return [(0.0, 0.0)]
    dx, dy = float(ns.get("column_spacing", 0.0)), float(ns.get("row_spacing", 0.0))
    a = math.radians(float(ns.get("rotation", 0.0) or 0.0))
    extrusion = ns.get("extrusion")
    mirror = -1.0 if extrusion is not None and extrusion[2] < 0 else 1.0
    cos, sin = math.cos(a), math.sin(a)
    return [
        (mirror * (c * dx * cos - r * dy * sin), c * dx * sin + r * dy * cos)
        for r in range(rows)
        for c in range(columns)
    ]


def _move_text(t: RawText, m: Affine, layer: int) -> RawText:
    at = (m[0] * t.at[0] + m[2] * t.at[1] + m[4], m[1] * t.at[0] + m[3] * t.at[1] + m[5])
    anchor = (m[0] * t.anchor[0] + m[2] * t.anchor[1] + m[4], m[1] * t.anchor[0] + m[3] * t.anchor[1] + m[5])
    scale = math.sqrt(abs(m[0] * m[3] - m[1] * m[2]))
    turn = math.degrees(math.atan2(m[1], m[0]))
    return RawText(
        t.text,
        at,
        anchor,
        t.height * scale,
        t.rotation + turn,
        layer if t.layer == 0 else t.layer,
        t.handle,
        t.source,
        t.group,
    )


def unfold(document: Any, limits: Limits, name: str, progress: Callable[[int, int], None] | None = None) -> Drawing:
    """Return modelspace with all blocks unfolded, within the limits.

    Parameters
    ----------
    document : ezdxf Drawing
    limits : Limits
        ``leaves`` and ``depth`` are checked before anything is unfolded.
    name : str
        File name for messages.
    progress : callable(done, total), optional

    Raises
    ------
    InputError
        More entities than the limit.
    """
    unfolder = Unfolder(document, limits, name, progress)
    content = unfolder.run(document.modelspace())
    hidden = set()
    for layer in document.layers:
        try:
            if layer.is_off() or layer.is_frozen():
                hidden.add(unfolder.layer_index(str(layer.dxf.name)))
        except damaged():
            unfolder.notes["a layer record is damaged: that layer is taken as visible"] = None
    return finish(unfolder, content, frozenset(hidden), _header(document), _geodata(document))


def finish(
    unfolder: Unfolder, c: _Content, hidden: frozenset[int], header: dict[str, float], geodata: RawGeodata | None
) -> Drawing:
    """Leave out what has no usable coordinates, take the local origin off, and say what was not read."""
    finite = np.isfinite(c.strokes).all(axis=1) & (np.abs(c.strokes[:, :4]) < _FAR).all(axis=1)
    bad = list(unfolder.bad)
    if not finite.all():
        from mrsite.plans.drawing import TYPES

        for i in np.unique(c.owner[~finite]):
            bad.append((f"{int(c.handle[i]):X}", unfolder.layer_names[int(c.layer[i])], TYPES[int(c.type[i])]))
    # The whole entity goes, not the one edge: half a wall outline would be read as another wall.
    keep = finite if finite.all() else ~np.isin(c.owner, np.unique(c.owner[~finite]))
    strokes, owner = c.strokes[keep], c.owner[keep]
    shown = c.type[owner] != TYPE_ID["DIMENSION"] if len(owner) else np.zeros(0, dtype=bool)
    base = strokes[shown] if shown.any() else strokes
    origin = (
        (float(np.floor(np.median(base[:, 0]))), float(np.floor(np.median(base[:, 1])))) if len(base) else (0.0, 0.0)
    )
    # National-grid plans sit 10^6 m from zero: subtract the origin first, or the millimetres are gone.
    shift: Affine = (1.0, 0.0, 0.0, 1.0, -origin[0], -origin[1])
    strokes = strokes - np.array([origin[0], origin[1], origin[0], origin[1], 0.0])
    incomplete = dict(unfolder.incomplete)
    notes = dict(unfolder.notes)
    for kind, n in sorted(unfolder.skipped.items()):
        if (
            kind in ("ACAD_PROXY_ENTITY", "3DSOLID", "BODY", "REGION", "SURFACE", "ACAD_TABLE", "OLE2FRAME")
            or "PROXY" in kind
        ):
            incomplete[f"{n} {kind} entities cannot be read: walls may be missing"] = None
        elif kind in ("IMAGE", "PDFUNDERLAY", "DWFUNDERLAY", "DGNUNDERLAY"):
            incomplete[f"{n} {kind} pictures are not read: walls drawn in them are missing"] = None
        elif not is_harmless(kind):
            notes[f"{n} {kind} entities were not read"] = None
    if bad:
        handles = ", ".join(f"{h} ({what} on {layer})" for h, layer, what in bad[:5])
        incomplete[
            f"{len(bad)} entities have coordinates that are no usable numbers and were left out: {handles}"
            + (" ..." if len(bad) > 5 else "")
        ] = None
    return Drawing(
        origin=origin,
        strokes=np.ascontiguousarray(strokes),
        owner=owner,
        ent_layer=c.layer,
        ent_type=c.type,
        ent_handle=c.handle,
        ent_insert=c.top,
        ent_closed=c.closed,
        layer_names=tuple(unfolder.layer_names),
        hidden_layers=hidden,
        texts=tuple(_move_text(t, shift, t.layer) for t in c.texts),
        fills=tuple(
            Fill(f.kind, f.pattern, f.layer, f.handle, tuple(r - np.array(origin) for r in f.rings)) for f in c.fills
        ),
        inserts=tuple(
            replace(p, matrix=compose(shift, p.matrix), at=(p.at[0] - origin[0], p.at[1] - origin[1]))
            for p in c.inserts
        ),
        dimensions=tuple(unfolder.dimensions),
        header=header,
        geodata=geodata,
        skipped=dict(unfolder.skipped),
        notes=tuple(notes),
        incomplete=tuple(incomplete),
        bad=tuple(bad),
    )


def _header(document: Any) -> dict[str, float]:
    out: dict[str, float] = {}
    for name in ("$INSUNITS", "$MEASUREMENT", "$LUNITS", "$DIMSCALE", "$DIMLUNIT", "$DIMLFAC"):
        try:
            value = document.header.get(name)
            if value is not None:
                out[name] = float(value)
        except (TypeError, ValueError):
            continue
    return out


def _geodata(document: Any) -> RawGeodata | None:
    try:
        found = document.modelspace().get_geodata()
    except damaged():  # no geodata, or broken: it is evidence only
        return None
    return None if found is None else raw_geodata(found)
