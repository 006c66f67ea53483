"""Marks written as the tags of DXF entities, in the dialect that the receiving file speaks."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from mrsite.outputs.layers import r12_name
from mrsite.outputs.mark import Circle, Drawing, Hatch, LayerStyle, Mark, Polyline, Tag, Text, Vertex, flattened

#: Name under which our extended data are registered; what bears it is ours.
APPID = "MRSITE"
STYLE = "MRSITE-TEXT"
#: Fine standard linetypes: dashes and gaps (negative) in units of which the whole pattern is the sum.
LINETYPES: dict[str, tuple[float, ...]] = {
    "DASHEDTINY": (0.5, -0.25),
    "DASHDOTTINY": (0.5, -0.25, 0.0, -0.25),
    "CENTERTINY": (1.25, -0.25, 0.25, -0.25),
    "DIVIDETINY": (0.5, -0.25, 0.0, -0.25, 0.0, -0.25),
    "DOTTINY": (0.0, -0.25),
}
#: Length of one whole pattern on the plotted sheet, mm.
PATTERN_MM = 6.0
#: Of a leader, in hundredths of a millimetre: one of the weights that CAD knows.
LEADER_WEIGHT = 13

Tags = Iterator[tuple[int, str]]


@dataclass
class Dialect:
    r"""How the receiving file writes, and what it holds: the state of one splice.

    Parameters
    ----------
    r12 : bool
        R12 has no LWPOLYLINE, HATCH, subclass markers or per-entity linetype scale.
    unit_m : float
        Metres in one drawing unit.
    next_handle : int or None
        None where the file has no handles.
    owner : str or None
        Handle of the model space.
    linetype_length : dict
        Whole pattern of each linetype in drawing units, as the file defines it.
    ltscale : float
        The file's own linetype scale.
    utf8 : bool
        R2007 and later; else other characters than ASCII are written as ``\U+XXXX``.
    """

    r12: bool
    unit_m: float
    next_handle: int | None
    owner: str | None
    utf8: bool
    version: str = "AC1024"
    linetype_length: dict[str, float] = field(default_factory=dict)
    ltscale: float = 1.0
    block: str = "MRSITE-DATA"
    paper: bool = False
    cleaned: dict[str, str] = field(default_factory=dict, repr=False)

    def handle(self) -> str | None:
        """Return a new handle."""
        if self.next_handle is None:
            return None
        self.next_handle += 1
        return f"{self.next_handle - 1:X}"

    def length(self, metres: float) -> str:
        """Return a length in drawing units, with all the digits that it has."""
        return repr(float(metres) / self.unit_m)

    def text(self, text: str) -> str:
        """Return a text that this file can hold and that no reader takes for a command."""
        known = self.cleaned.get(text)  # provenance is the same on every entity
        if known is None:
            known = self.cleaned[text] = self._clean(text)
        return known

    def _clean(self, text: str) -> str:
        clean = " ".join("".join(c if c.isprintable() else " " for c in text).split())[:240]
        # %% and ^ begin control codes in TEXT; a backslash may begin \\U+ or \\M+.
        # The stroke fonts of some readers have no ellipsis.
        clean = clean.replace("%%", "% %").replace("^", "^ ").replace("\N{HORIZONTAL ELLIPSIS}", "...")
        clean = re.sub(r"\\(?=[UuMm]\+)", r"\\ ", clean)
        if self.utf8:
            return clean
        return "".join(c if ord(c) < 128 else _escaped(c) for c in clean)

    def layer(self, style: LayerStyle) -> str:
        """Return the name of a style's layer."""
        return r12_name(style.name) if self.r12 else style.name

    def linetype_scale(self, linetype: str, plot_scale: float) -> float | None:
        """Return the entity's own scale that makes its dashes right on the plotted sheet."""
        whole = self.linetype_length.get(linetype)
        if self.r12 or linetype == "CONTINUOUS" or not whole:
            return None
        return PATTERN_MM * 1e-3 * plot_scale / self.unit_m / (whole * (self.ltscale or 1.0))


def _escaped(character: str) -> str:
    number = ord(character)
    if number < 0x10000:
        return f"\\U+{number:04X}"
    number -= 0x10000  # two surrogates, as AutoCAD writes them
    return f"\\U+{0xD800 + (number >> 10):04X}\\U+{0xDC00 + (number & 0x3FF):04X}"


def xdata(dialect: Dialect, strings: Iterable[str]) -> Tags:
    """Give the extended data that mark an object as ours."""
    yield 1001, APPID
    for text in strings:
        yield 1000, dialect.text(text)


def mark_tags(mark: Mark, drawing: Drawing, dialect: Dialect) -> Tags:
    """Give the tags of one mark, with provenance in its extended data."""
    style = drawing.style_of(mark)
    lent = getattr(mark, "drawn_as", None)
    own = drawing.styles[mark.item]
    looks: list[tuple[int, str]] = []
    if lent and lent != mark.item:
        looks += [(6, style.linetype)] if style.linetype != own.linetype else []
        looks += [(62, str(style.aci))]
    elif isinstance(mark, Text | Tag) and style.linetype != "CONTINUOUS":
        looks.append((6, "CONTINUOUS"))  # LibreCAD breaks even letters into the dashes of their layer
    elif getattr(mark, "leader", False):
        looks += [(6, "CONTINUOUS")] if style.linetype != "CONTINUOUS" else []
        looks += [] if dialect.r12 else [(370, str(LEADER_WEIGHT))]
        style = replace(style, linetype="CONTINUOUS")
    scale = dialect.linetype_scale(style.linetype, drawing.plot_scale)
    if scale is not None and isinstance(mark, Polyline | Circle):
        looks.append((48, repr(scale)))
    origin = (*((mark.note,) if mark.note else ()), *drawing.provenance)
    layer = dialect.layer(own)
    if isinstance(mark, Polyline):
        yield from _polyline(mark.vertices, mark.closed, layer, looks, origin, dialect)
    elif isinstance(mark, Text):
        yield from _text(mark, layer, looks, origin, dialect)
    elif isinstance(mark, Hatch):
        yield from _hatch(mark, layer, style.aci, origin, dialect)
    elif isinstance(mark, Circle):
        yield from _head("CIRCLE", layer, dialect, "AcDbCircle", looks)
        yield from _point(mark.centre[0], mark.centre[1], dialect)
        yield 40, dialect.length(mark.radius)
        yield from xdata(dialect, origin)
    elif isinstance(mark, Tag):
        yield from _insert(mark, layer, origin, dialect, drawing.paper(2.5))


def _head(
    kind: str,
    layer: str,
    dialect: Dialect,
    subclass: str | None,
    looks: Iterable[tuple[int, str]] = (),
    owner: str | None = None,
) -> Tags:
    yield 0, kind
    handle = dialect.handle()
    if handle is not None:
        yield 5, handle
    if not dialect.r12:
        held_by = owner or dialect.owner
        if held_by:
            yield 330, held_by
        yield 100, "AcDbEntity"
    if dialect.paper:
        yield 67, "1"
    yield 8, layer
    yield from looks
    if subclass and not dialect.r12:
        yield 100, subclass


def _point(x: float, y: float, dialect: Dialect, code: int = 10) -> Tags:
    yield code, dialect.length(x)
    yield code + 10, dialect.length(y)
    yield code + 20, "0.0"


def _polyline(
    vertices: tuple[Vertex, ...],
    closed: bool,
    layer: str,
    looks: list[tuple[int, str]],
    origin: Iterable[str],
    dialect: Dialect,
) -> Tags:
    if len(vertices) == 2 and not closed and vertices[0][2] == 0.0:
        yield from _head("LINE", layer, dialect, "AcDbLine", looks)
        yield from _point(vertices[0][0], vertices[0][1], dialect)
        yield from _point(vertices[1][0], vertices[1][1], dialect, 11)
        yield from xdata(dialect, origin)
        return
    if not dialect.r12:
        yield from _head("LWPOLYLINE", layer, dialect, "AcDbPolyline", looks)
        yield 90, str(len(vertices))
        # 128: the dashes run on over the vertices
        yield 70, str((1 if closed else 0) + 128)
        for x, y, bulge in vertices:
            yield 10, dialect.length(x)
            yield 20, dialect.length(y)
            if bulge:
                yield 42, repr(bulge)
        yield from xdata(dialect, origin)
        return
    yield from _head("POLYLINE", layer, dialect, None, looks)
    yield 66, "1"
    yield 10, "0.0"
    yield 20, "0.0"
    yield 30, "0.0"
    yield 70, str((1 if closed else 0) + 128)
    yield from xdata(dialect, origin)
    for x, y, bulge in vertices:
        yield from _head("VERTEX", layer, dialect, None)
        yield from _point(x, y, dialect)
        if bulge:
            yield 42, repr(bulge)
    yield from _head("SEQEND", layer, dialect, None)


def _text(mark: Text, layer: str, looks: Iterable[tuple[int, str]], origin: Iterable[str], dialect: Dialect) -> Tags:
    horizontal = {"left": 0, "centre": 1, "right": 2}[mark.align]
    yield from _head("TEXT", layer, dialect, "AcDbText", looks)
    yield from _point(mark.at[0], mark.at[1], dialect)
    yield 40, dialect.length(mark.height)
    yield 1, dialect.text(mark.text) or " "
    if mark.rotation_deg:
        yield 50, repr(float(mark.rotation_deg))
    yield 7, _name(STYLE, dialect)
    yield 72, str(horizontal)
    yield from _point(mark.at[0], mark.at[1], dialect, 11)
    if not dialect.r12:
        yield 100, "AcDbText"
    yield 73, "2"
    yield from xdata(dialect, origin)


def _hatch(mark: Hatch, layer: str, aci: int, origin: tuple[str, ...], dialect: Dialect) -> Tags:
    if dialect.r12:
        for a, b in hatch_lines(mark):
            yield from _polyline(((*a, 0.0), (*b, 0.0)), False, layer, [(62, str(aci))], origin, dialect)
        return
    # An explicit colour: ANSI31 with BYLAYER came out black in LibreCAD.
    yield from _head("HATCH", layer, dialect, "AcDbHatch", [(62, str(aci))])
    yield from ((10, "0.0"), (20, "0.0"), (30, "0.0"), (210, "0.0"), (220, "0.0"), (230, "1.0"))
    yield from ((2, "ANSI31"), (70, "0"), (71, "0"), (91, str(len(mark.rings))))
    for number, ring in enumerate(mark.rings):
        yield 92, "3" if number == 0 else "18"  # 2: a polyline; 1: external, 16: outermost
        yield 72, "1" if any(v[2] for v in ring) else "0"
        yield from ((73, "1"), (93, str(len(ring))))
        for x, y, bulge in ring:
            yield 10, dialect.length(x)
            yield 20, dialect.length(y)
            if any(v[2] for v in ring):
                yield 42, repr(bulge)
        yield 97, "0"
    spacing = mark.spacing / dialect.unit_m
    # ANSI31 has a spacing of 3.175 in the metric pattern file, which LibreCAD scales by code 41.
    yield from ((75, "0"), (76, "1"), (52, "0.0"), (41, repr(spacing / 3.175)), (77, "0"), (78, "1"))
    step = spacing * math.sqrt(0.5)
    yield from ((53, "45.0"), (43, "0.0"), (44, "0.0"), (45, repr(-step)), (46, repr(step)), (79, "0"), (98, "0"))
    yield from xdata(dialect, origin)


def hatch_lines(mark: Hatch) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """Return the lines of a hatch one by one, for whoever cannot fill with a pattern."""
    from shapely import LineString, Polygon, affinity, get_parts, make_valid
    from shapely.ops import unary_union

    shape = Polygon()
    for ring in mark.rings:
        points = flattened(ring, True, 5e-3)
        if len(points) >= 4:
            shape = shape.symmetric_difference(make_valid(Polygon(points)))
    if shape.is_empty:
        return []
    anchor = (shape.bounds[0], shape.bounds[1])
    turned = affinity.rotate(affinity.translate(shape, -anchor[0], -anchor[1]), -45, origin=(0, 0))
    x0, y0, x1, y1 = turned.bounds
    rows = [
        LineString([(x0 - 1, k * mark.spacing), (x1 + 1, k * mark.spacing)])
        for k in range(math.ceil(y0 / mark.spacing), math.floor(y1 / mark.spacing) + 1)
    ]
    cut = affinity.rotate(turned.intersection(unary_union(rows)), 45, origin=(0, 0)) if rows else LineString()
    result = []
    for part in get_parts(cut):
        if part.geom_type == "LineString" and not part.is_empty:
            (ax, ay), (bx, by) = part.coords[0], part.coords[-1]
            result.append(((ax + anchor[0], ay + anchor[1]), (bx + anchor[0], by + anchor[1])))
    return result


def _insert(mark: Tag, layer: str, origin: Iterable[str], dialect: Dialect, height: float) -> Tags:
    handles = dialect.next_handle
    yield from _head("INSERT", layer, dialect, "AcDbBlockReference")
    own = None if handles is None else f"{handles:X}"
    yield 66, "1"
    yield 2, _name(dialect.block, dialect)
    yield from _point(mark.at[0], mark.at[1], dialect)
    yield from xdata(dialect, origin)
    for name, value in mark.values:
        yield from _head("ATTRIB", layer, dialect, "AcDbText", owner=own)
        yield from _point(mark.at[0], mark.at[1], dialect)
        yield 40, dialect.length(height)
        yield 1, dialect.text(value) or " "
        yield 7, _name(STYLE, dialect)
        if not dialect.r12:
            yield 100, "AcDbAttribute"
        yield 2, name
        yield 70, "1"  # invisible: some readers never show it, so the value is drawn as text as well
    yield from _head("SEQEND", layer, dialect, None, owner=own)


def _name(name: str, dialect: Dialect) -> str:
    return r12_name(name) if dialect.r12 else name
