"""Our marks put into a host drawing as text: every other byte of the host stays as it is.

A library that reads and saves a drawing rewrites it (measured: 171 of 201 lines of one small
plan). Here the host's bytes are never interpreted further than sections, tables and records; our
layers, linetypes, style, block and entities are put between them. Only the value of ``$HANDSEED``
is raised. What bears our extended data is cut out again on the next run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mrsite.outputs.dxf_entities import APPID, LINETYPES, PATTERN_MM, STYLE, Dialect, mark_tags, xdata
from mrsite.outputs.dxf_text import (
    BEGIN,
    END,
    DxfText,
    NotSpliceable,
    Record,
    header_number,
    highest_handle,
    parse,
)
from mrsite.outputs.layers import r12_name
from mrsite.outputs.mark import Drawing, LayerStyle, Tag

Tags = Iterator[tuple[int, str]]
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
    _linetypes(text, paper, dialect, [])
    layers: list[tuple[int, str]] = []
    _layers(text, paper.styles.values(), dialect, paper, layers)
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
    bare, replaced = _without_ours(host)
    text = parse(bare)
    _refuse_strays(text, drawing)
    dialect = _dialect(text, unit_m)
    put: dict[int, list[bytes]] = {}
    notes: list[str] = []

    def add(offset: int, tags: Iterable[tuple[int, str]]) -> None:
        put.setdefault(offset, []).append(_encode(tags, text.newline, dialect.utf8))

    r12 = dialect.r12
    layers = {style.item: style for style in drawing.styles.values()}
    table_tags: dict[str, list[tuple[int, str]]] = {name: [] for name in _BOUND_TABLES}
    _linetypes(text, drawing, dialect, table_tags["LTYPE"])
    notes += _layers(text, layers.values(), dialect, drawing, table_tags["LAYER"])
    if not _has(text, "STYLE", STYLE, r12):
        table_tags["STYLE"] += _style_record(text, dialect, drawing)
    if not _has(text, "APPID", APPID, r12):
        table_tags["APPID"] += _record("APPID", APPID, "AcDbRegAppTableRecord", text, dialect, [(70, "0")])
    for name, tags in table_tags.items():
        if tags and name in text.tables:
            add(text.offset(text.tables[name].end), tags)
            tags.clear()
    with_block = any(isinstance(mark, Tag) for mark in drawing.marks)
    block = _block(text, drawing, dialect, add) if with_block else []
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


def untouched(host: bytes, new: bytes) -> bool:
    """Say whether two files are the same byte for byte but for our marks and ``$HANDSEED``."""
    return not differences(host, new)


def differences(host: bytes, new: bytes) -> tuple[str, ...]:
    """Return where two files differ once our marks are cut out of both; empty where nowhere."""
    first, second = (_without_handseed(_without_ours(data)[0]) for data in (host, new))
    if first == second:
        return ()
    a, b = first.split(b"\n"), second.split(b"\n")
    found = [f"line {k + 1}: {x[:40]!r} became {y[:40]!r}" for k, (x, y) in enumerate(zip(a, b)) if x != y][:5]
    return (*found, *([f"{len(a)} lines became {len(b)}"] if len(a) != len(b) else []))


def _without_handseed(data: bytes) -> bytes:
    text = parse(data)
    if "$HANDSEED" not in text.header:
        return data
    pair = text.header["$HANDSEED"][0]
    start = text.offset(pair)
    return data[:start] + data[text.offset(pair + 1) :]


def _without_ours(host: bytes) -> tuple[bytes, int]:
    """Cut out everything that bears our extended data; say how many marks that were."""
    if APPID.encode() not in host:
        return host, 0
    text = parse(host)
    cuts: list[tuple[int, int]] = []
    marks = 0
    for name in ("BLOCKS", "ENTITIES"):
        inside = False
        followers = False
        for record in text.records.get(name, ()):
            ours = _is_ours(text, record)
            if record.kind == b"BLOCK":
                inside, followers = ours, False
            elif record.kind in (b"VERTEX", b"ATTRIB", b"SEQEND"):
                ours = ours or followers  # they go where their head went
            else:
                followers = ours
                marks += ours and not inside
            if ours or inside:
                cuts.append((record.first, record.end))
            if record.kind == b"ENDBLK":
                inside = False
    gone = {first for first, _ in cuts}
    used = _names_in_use(text, gone)
    for table in text.tables.values():
        for record in table.records:
            unused = (table.name, text.name_of(record)) not in used
            registers = table.name == "APPID" and text.name_of(record) == APPID
            if (_is_ours(text, record) and unused) or registers:
                cuts.append((record.first, record.end))
    cuts += _bracketed(text) + _own_properties(text)
    result, at = [], 0
    for first, end in _merged(cuts):
        result.append(host[at : text.offset(first)])
        at = text.offset(end)
    return b"".join((*result, host[at:])), marks


def _merged(cuts: list[tuple[int, int]]) -> list[tuple[int, int]]:
    result: list[tuple[int, int]] = []
    for first, end in sorted(cuts):
        if result and first <= result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], end))
        else:
            result.append((first, end))
    return result


def _is_ours(text: DxfText, record: Record) -> bool:
    own, pairs = APPID.encode(), range(record.first, record.end)
    return any(text.value(pair).strip() == own and text.code(pair) == 1001 for pair in pairs)


def _names_in_use(text: DxfText, gone: set[int]) -> set[tuple[str, str]]:
    """Return names of layers, linetypes, styles and blocks that remaining objects refer to."""
    tables = {8: "LAYER", 6: "LTYPE", 7: "STYLE", 2: "BLOCK_RECORD"}
    used: set[tuple[str, str]] = set()
    for name in ("BLOCKS", "ENTITIES"):
        for record in text.records.get(name, ()):
            if record.first not in gone:
                for code, value in text.tags(record):
                    if code in tables:
                        used.add((tables[code], value.strip().decode("latin-1").upper()))
    for record in text.tables["LAYER"].records if "LAYER" in text.tables else ():
        if not _is_ours(text, record):
            used.add(("LTYPE", (text.first(record, 6) or b"").decode("latin-1").upper()))
    return used


def _bracketed(text: DxfText) -> list[tuple[int, int]]:
    """Return the stretches between our comments: tables and sections that the host lacked."""
    cuts, begin = [], None
    for pair in range((len(text.lines) - text.shift) // 2):
        value = text.value(pair).strip()
        if value in (BEGIN, END) and text.code(pair) == 999:
            if value == BEGIN:
                begin = pair
            elif begin is not None:
                cuts.append((begin, pair + 1))
                begin = None
    return cuts


def _own_properties(text: DxfText) -> list[tuple[int, int]]:
    if "HEADER" not in text.sections:
        return []
    start, end = text.sections["HEADER"]
    cuts = []
    for pair in range(start, end - 3):
        named = (text.code(pair), text.value(pair).strip()) == (9, b"$CUSTOMPROPERTYTAG")
        if named and text.value(pair + 1).startswith(APPID.encode()):
            cuts.append((pair, pair + 4))
    return cuts


def _refuse_strays(text: DxfText, drawing: Drawing) -> None:
    """Refuse where earlier marks have lost their extended data: two lines would stand there."""
    ours = {name for style in drawing.styles.values() for name in (style.name.upper(), r12_name(style.name))}
    stems = {name.rsplit("-B-", 1)[0] + "-B-" for name in ours if "-B-" in name}
    count = 0
    where: set[str] = set()
    for section in ("ENTITIES", "BLOCKS"):
        for record in text.records.get(section, ()):
            if record.kind in (b"VERTEX", b"SEQEND", b"ATTRIB", b"BLOCK", b"ENDBLK"):
                continue
            layer = (text.first(record, 8) or b"").decode("latin-1").upper()
            if layer in ours or any(layer.startswith(stem) for stem in stems):
                count += 1
                where.add(layer)
    if count:
        raise NotSpliceable(
            f"{count} objects on {', '.join(sorted(where)[:3])}{' ...' if len(where) > 3 else ''} look like marks of "
            "an earlier run that have lost their mark of origin (another program saved the file); delete them, "
            "or give the drawing as it was before, so that no two lines stand for one level"
        )


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


def _has(text: DxfText, table: str, name: str, r12: bool) -> bool:
    wanted = (r12_name(name) if r12 else name).upper()
    return table in text.tables and any(text.name_of(record) == wanted for record in text.tables[table].records)


def _record(
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


def _linetypes(text: DxfText, drawing: Drawing, dialect: Dialect, into: list[tuple[int, str]]) -> None:
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
        into += _record("LTYPE", name, "AcDbLinetypeTableRecord", text, dialect, rest)


def _layers(
    text: DxfText, styles: Iterable[LayerStyle], dialect: Dialect, drawing: Drawing, into: list[tuple[int, str]]
) -> list[str]:
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
        into += _record("LAYER", name, "AcDbLayerTableRecord", text, dialect, rest)
    return notes


def _style_record(text: DxfText, dialect: Dialect, drawing: Drawing) -> Tags:
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
    return _record("STYLE", name, "AcDbTextStyleTableRecord", text, dialect, rest)


def _block(text: DxfText, drawing: Drawing, dialect: Dialect, add: object) -> list[tuple[int, str]]:
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
        record = _record("BLOCK_RECORD", name, "AcDbBlockTableRecord", text, dialect, rest, owner)
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
