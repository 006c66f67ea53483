"""Records of symbol tables that our marks need: linetypes, layers, a text style, a block for data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mrsite.outputs.dxf_entities import LINETYPES, PATTERN_MM, STYLE, Dialect, xdata
from mrsite.outputs.dxf_text import (
    DxfText,
    NotSpliceable,
)
from mrsite.outputs.layers import r12_name
from mrsite.outputs.mark import Drawing, LayerStyle

Tags = Iterator[tuple[int, str]]


def holds(text: DxfText, table: str, name: str, r12: bool) -> bool:
    """Say whether the host has a record of a name."""
    wanted = (r12_name(name) if r12 else name).upper()
    return table in text.tables and any(text.name_of(record) == wanted for record in text.tables[table].records)


def table_record(
    kind: str,
    name: str,
    subclass: str,
    text: DxfText,
    dialect: Dialect,
    rest: Iterable[tuple[int, str]],
    handle: str | None = None,
) -> Tags:
    """Give a table record with its mark of origin (but for APPID, which is known by its name)."""
    yield 0, kind
    handle = handle or dialect.handle()
    if handle is not None:
        yield 5, handle
    if not dialect.r12:
        owner = text.first(text.tables[kind].head, 5) if kind in text.tables else None
        if owner:
            yield 330, owner.decode("latin-1")
        yield 100, "AcDbSymbolTableRecord"
        yield 100, subclass
    yield 2, name
    yield from rest
    if kind != "APPID":
        yield from xdata(dialect, ())


def linetype_records(text: DxfText, drawing: Drawing, dialect: Dialect, into: list[tuple[int, str]]) -> None:
    """Add the linetypes that the drawing uses and the host lacks; note how long their patterns are."""
    for name in sorted({style.linetype for style in drawing.styles.values()} - {"CONTINUOUS"}):
        dashes = LINETYPES[name]
        whole = sum(map(abs, dashes))
        factor = 1.0
        if dialect.r12:
            # No scale of one's own in R12: the pattern itself gets the right length.
            factor = PATTERN_MM * 1e-3 * drawing.plot_scale / dialect.unit_m / whole / dialect.ltscale
        held = (
            next((r for r in text.tables["LTYPE"].records if text.name_of(r) == name), None)
            if "LTYPE" in text.tables
            else None
        )
        if held is not None:
            try:
                dialect.linetype_length[name] = abs(float(text.first(held, 40) or b"0"))
            except ValueError:
                dialect.linetype_length[name] = 0.0
            continue
        dialect.linetype_length[name] = whole * factor
        rest = [(70, "0"), (3, ""), (72, "65"), (73, str(len(dashes))), (40, repr(whole * factor))]
        for dash in dashes:
            rest.append((49, repr(dash * factor)))
            if not dialect.r12:
                rest.append((74, "0"))
        into += table_record("LTYPE", name, "AcDbLinetypeTableRecord", text, dialect, rest)


def layer_records(
    text: DxfText, styles: Iterable[LayerStyle], dialect: Dialect, drawing: Drawing, into: list[tuple[int, str]]
) -> list[str]:
    """Add the layers that the host lacks; return what a person must know of those that it has."""
    held = {text.name_of(r): r for r in text.tables["LAYER"].records} if "LAYER" in text.tables else {}
    zero = held.get("0")
    borrowed = []
    if zero is not None and not dialect.r12:
        # Plot style and material as the host's own layer 0 has them.
        borrowed = [(code, v.decode("latin-1")) for code in (390, 347) if (v := text.first(zero, code))]
    notes = []
    written: dict[str, str] = {}
    for style in styles:
        name = dialect.layer(style)
        if written.setdefault(name.upper(), style.item) != style.item:
            raise NotSpliceable(f"the layers of {written[name.upper()]} and {style.item} would both be called {name}")
        record = held.get(name.upper())
        if record is not None:
            if int(text.first(record, 62) or b"7") < 0 or int(text.first(record, 70) or b"0") & 1:
                notes.append(f"layer {name} is off or frozen in the host: what lies on it is not seen")
            continue
        rest = [(70, "0"), (62, str(style.aci)), (6, style.linetype)]
        if not dialect.r12:
            # Weight by default: offices plot by colour, and LibreCAD multiplies a stated weight by the print
            # scale (a 0.5 mm line of a plan drawn in metres came out 4 mm wide and hid the plan).
            rest += [(370, "-3"), *borrowed]
        into += table_record("LAYER", name, "AcDbLayerTableRecord", text, dialect, rest)
    return notes


def style_record(text: DxfText, dialect: Dialect, drawing: Drawing) -> Tags:
    """Give the text style of our marks."""
    name = r12_name(STYLE) if dialect.r12 else STYLE
    font = "txt" if dialect.r12 else "arial.ttf"
    rest = [
        (70, "0"),
        (40, "0.0"),
        (41, "1.0"),
        (50, "0.0"),
        (71, "0"),
        (42, dialect.length(drawing.paper(2.5))),
        (3, font),
        (4, ""),
    ]
    return table_record("STYLE", name, "AcDbTextStyleTableRecord", text, dialect, rest)


def data_block(text: DxfText, drawing: Drawing, dialect: Dialect, add: object) -> list[tuple[int, str]]:
    """Write the block record; return the block itself, for the section BLOCKS."""
    base, count = dialect.block, 1
    taken = {text.name_of(r) for r in text.records.get("BLOCKS", ()) if r.kind == b"BLOCK"}
    while (r12_name(dialect.block) if dialect.r12 else dialect.block).upper() in taken:
        count += 1
        dialect.block = f"{base}-{count}"
    name = r12_name(dialect.block) if dialect.r12 else dialect.block
    owner = dialect.handle()
    if not dialect.r12:
        if "BLOCK_RECORD" not in text.tables:
            raise NotSpliceable("it has no table BLOCK_RECORD")
        rest = [(340, "0"), *([(70, "0"), (280, "1"), (281, "0")] if text.version >= "AC1021" else [])]
        record = table_record("BLOCK_RECORD", name, "AcDbBlockTableRecord", text, dialect, rest, owner)
        add(text.offset(text.tables["BLOCK_RECORD"].end), record)  # type: ignore[operator]

    def head(kind: str, subclass: str) -> Tags:
        yield 0, kind
        handle = dialect.handle()
        if handle is not None:
            yield 5, handle
        if not dialect.r12:
            yield from ((330, owner or "0"), (100, "AcDbEntity"))
        yield 8, "0"
        if not dialect.r12:
            yield 100, subclass

    arm = drawing.paper(1.0)
    tags = [
        *head("BLOCK", "AcDbBlockBegin"),
        (2, name),
        (70, "2"),
        (10, "0.0"),
        (20, "0.0"),
        (30, "0.0"),
        (3, name),
        (1, ""),
        *xdata(dialect, ()),
    ]
    for dx, dy in ((arm, 0.0), (0.0, arm)):
        tags += [
            *head("LINE", "AcDbLine"),
            (10, dialect.length(-dx)),
            (20, dialect.length(-dy)),
            (30, "0.0"),
            (11, dialect.length(dx)),
            (21, dialect.length(dy)),
            (31, "0.0"),
        ]
    tags += [*head("ENDBLK", "AcDbBlockEnd"), *xdata(dialect, ())]
    return tags
