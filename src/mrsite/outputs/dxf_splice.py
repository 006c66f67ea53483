"""Our marks put into a host drawing as text: every other byte of the host stays as it is.

A library that reads and saves a drawing rewrites it (measured: 171 of 201 lines of one small
plan). Here the host's bytes are never interpreted further than sections, tables and records; our
layers, linetypes, style, block and entities are put between them. Only the value of ``$HANDSEED``
is raised. What bears our extended data is cut out again on the next run.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mrsite.outputs.dxf_entities import APPID, STYLE, Dialect, mark_tags
from mrsite.outputs.dxf_ours import refuse_strays, without_ours
from mrsite.outputs.dxf_tables import data_block, holds, layer_records, linetype_records, style_record, table_record
from mrsite.outputs.dxf_text import (
    BEGIN,
    END,
    DxfText,
    NotSpliceable,
    header_number,
    highest_handle,
    parse,
)
from mrsite.outputs.mark import Drawing, Tag

_BOUND_TABLES = ("LTYPE", "LAYER", "STYLE", "APPID")


@dataclass(frozen=True)
class Spliced:
    """A host with our marks in it.

    Parameters
    ----------
    data : bytes
    replaced : int
        How many marks of an earlier run were taken out.
    notes : tuple of str
        What a person must know, for instance that one of our layers is off in the host.
    """

    data: bytes
    replaced: int
    notes: tuple[str, ...]


def with_paper(blank: bytes, model: Drawing, paper: Drawing, unit_m: float) -> bytes:
    """Return a blank sheet of our own with marks in model space (metres) and paper space (millimetres)."""
    first = splice(blank, model, unit_m).data
    text = parse(first)
    space = next(text.first(r, 5) for r in text.tables["BLOCK_RECORD"].records if text.name_of(r) == "*PAPER_SPACE")
    dialect = _dialect(text, 1.0)
    dialect.owner, dialect.paper = (space or b"").decode("latin-1"), True
    put: dict[int, list[bytes]] = {}
    tags: list[tuple[int, str]] = []
    linetype_records(text, paper, dialect, [])
    layers: list[tuple[int, str]] = []
    layer_records(text, paper.styles.values(), dialect, paper, layers)
    if layers:
        put[text.offset(text.tables["LAYER"].end)] = [_encode(layers, text.newline, dialect.utf8)]
    for mark in paper.marks:
        tags += mark_tags(mark, paper, dialect)
    put[text.offset(text.sections["ENTITIES"][1])] = [_encode(tags, text.newline, dialect.utf8)]
    return _joined(text, put, dialect)


def splice(host: bytes, drawing: Drawing, unit_m: float, properties: Iterable[tuple[str, str]] = ()) -> Spliced:
    """Put a drawing's marks into a host.

    Parameters
    ----------
    host : bytes
        Text DXF, R12 or R2000 to R2018.
    drawing : Drawing
        Marks in plan metres.
    unit_m : float
        Metres in one drawing unit of the host.
    properties : (name, value) pairs
        Custom properties of the file (R2004 and later).

    Raises
    ------
    NotSpliceable
        Where it cannot be done without touching the host, or where marks of an earlier run have
        lost their mark of origin, so that two lines of one level would stand side by side.
    """
    bare, replaced = without_ours(host)
    text = parse(bare)
    refuse_strays(text, drawing)
    dialect = _dialect(text, unit_m)
    put: dict[int, list[bytes]] = {}
    notes: list[str] = []

    def add(offset: int, tags: Iterable[tuple[int, str]]) -> None:
        put.setdefault(offset, []).append(_encode(tags, text.newline, dialect.utf8))

    r12 = dialect.r12
    layers = {style.item: style for style in drawing.styles.values()}
    table_tags: dict[str, list[tuple[int, str]]] = {name: [] for name in _BOUND_TABLES}
    linetype_records(text, drawing, dialect, table_tags["LTYPE"])
    notes += layer_records(text, layers.values(), dialect, drawing, table_tags["LAYER"])
    if not holds(text, "STYLE", STYLE, r12):
        table_tags["STYLE"] += style_record(text, dialect, drawing)
    if not holds(text, "APPID", APPID, r12):
        table_tags["APPID"] += table_record("APPID", APPID, "AcDbRegAppTableRecord", text, dialect, [(70, "0")])
    for name, tags in table_tags.items():
        if tags and name in text.tables:
            add(text.offset(text.tables[name].end), tags)
            tags.clear()
    with_block = any(isinstance(mark, Tag) for mark in drawing.marks)
    block = data_block(text, drawing, dialect, add) if with_block else []
    missing: list[tuple[int, str]] = []
    for name, tags in table_tags.items():
        if tags:
            if not r12:
                raise NotSpliceable(f"it has no table {name}")
            missing += [(0, "TABLE"), (2, name), (70, "8"), *tags, (0, "ENDTAB")]
    _missing_parts(text, missing, block, add)
    entities = [tag for mark in drawing.marks for tag in mark_tags(mark, drawing, dialect)]
    add(text.offset(text.sections["ENTITIES"][1]), entities)
    _properties(text, properties, dialect, add)
    return Spliced(_joined(text, put, dialect), replaced, tuple(notes))


def _dialect(text: DxfText, unit_m: float) -> Dialect:
    r12 = text.version == "AC1009"
    entities = text.records.get("ENTITIES", ())
    handled = not r12 or any(text.first(record, 5) for record in entities[:20])
    seed = 0
    if "$HANDSEED" in text.header:
        try:
            seed = int(text.value(text.header["$HANDSEED"][0]), 16)
        except ValueError:
            seed = 0
    start = max(seed, highest_handle(text) + 1, 1)
    if start > 2**64 - 2**24:
        raise NotSpliceable("its handles are used up")
    scale = header_number(text, "$LTSCALE", 1.0)
    return Dialect(
        r12=r12,
        unit_m=unit_m,
        next_handle=start if handled else None,
        owner=None if r12 else _model_space(text),
        utf8=text.version >= "AC1021",
        version=text.version,
        ltscale=scale if scale > 0 else 1.0,
    )


def _model_space(text: DxfText) -> str:
    for record in text.tables["BLOCK_RECORD"].records if "BLOCK_RECORD" in text.tables else ():
        if text.name_of(record) in ("*MODEL_SPACE", "$MODEL_SPACE"):
            handle = text.first(record, 5)
            if handle:
                return handle.decode("latin-1")
    raise NotSpliceable("it has no block record of its model space")


def _missing_parts(text: DxfText, tables: list[tuple[int, str]], block: list[tuple[int, str]], add: object) -> None:
    """Add tables and sections that a small R12 file does without, between comments that name us."""
    begin, end = (999, BEGIN.decode()), (999, END.decode())
    before = text.offset(text.sections["ENTITIES"][0])
    if tables:
        if "TABLES" in text.sections:
            add(text.offset(text.sections["TABLES"][1]), [begin, *tables, end])  # type: ignore[operator]
        else:
            whole = [(0, "SECTION"), (2, "TABLES"), *tables, (0, "ENDSEC")]
            place = text.offset(text.sections["BLOCKS"][0]) if "BLOCKS" in text.sections else before
            add(place, [begin, *whole, end])  # type: ignore[operator]
    if block:
        if "BLOCKS" in text.sections:
            add(text.offset(text.sections["BLOCKS"][1]), block)  # type: ignore[operator]
        else:
            add(before, [begin, (0, "SECTION"), (2, "BLOCKS"), *block, (0, "ENDSEC"), end])  # type: ignore[operator]


def _properties(text: DxfText, properties: Iterable[tuple[str, str]], dialect: Dialect, add: object) -> None:
    if text.version < "AC1018" or "$LASTSAVEDBY" not in text.header:
        return
    tags: list[tuple[int, str]] = []
    for name, value in properties:
        tags += [(9, "$CUSTOMPROPERTYTAG"), (1, f"{APPID} {name}"), (9, "$CUSTOMPROPERTY"), (1, dialect.text(value))]
    if tags:
        add(text.offset(text.header["$LASTSAVEDBY"][1]), tags)  # type: ignore[operator]


def _encode(tags: Iterable[tuple[int, str]], newline: bytes, utf8: bool) -> bytes:
    encoding = "utf-8" if utf8 else "ascii"
    parts = []
    for code, value in tags:
        parts.append(b"%3d" % code + newline + value.encode(encoding, "replace") + newline)
    return b"".join(parts)


def _joined(text: DxfText, put: dict[int, list[bytes]], dialect: Dialect) -> bytes:
    data = text.data
    pieces: list[bytes] = []
    at = 0
    stops = dict(put)
    seed: int | None = None
    if dialect.next_handle is not None and "$HANDSEED" in text.header:
        pair = text.header["$HANDSEED"][0]
        seed = text.offsets[text.shift + 2 * pair + 1]
        stops.setdefault(seed, [])
    for offset in sorted(stops):
        pieces.append(data[at:offset])
        at = offset
        pieces.extend(stops[offset])
        if offset == seed:
            line = data[at : data.index(b"\n", at)]
            end = b"\r" if line.endswith(b"\r") else b""
            indent = line[: len(line) - len(line.lstrip())]
            pieces.append(indent + f"{dialect.next_handle:X}".encode() + end)
            at += len(line)
    pieces.append(data[at:])
    return b"".join(pieces)
