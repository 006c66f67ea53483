"""What in a drawing is ours: found by its mark of origin, cut out again, and what has lost that mark.

Everything that we write bears extended data under our name. By it a second run takes the marks of the
first one out, and a test can say that nothing else of the host changed.
"""

from __future__ import annotations

from mrsite.outputs.dxf_entities import APPID
from mrsite.outputs.dxf_text import (
    BEGIN,
    END,
    DxfText,
    NotSpliceable,
    Record,
    parse,
)
from mrsite.outputs.layers import r12_name
from mrsite.outputs.mark import Drawing


def untouched(host: bytes, new: bytes) -> bool:
    """Say whether two files are the same byte for byte but for our marks and ``$HANDSEED``."""
    return not differences(host, new)


def differences(host: bytes, new: bytes) -> tuple[str, ...]:
    """Return where two files differ once our marks are cut out of both; empty where nowhere."""
    first, second = (_without_handseed(without_ours(data)[0]) for data in (host, new))
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


def without_ours(host: bytes) -> tuple[bytes, int]:
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


def refuse_strays(text: DxfText, drawing: Drawing) -> None:
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
