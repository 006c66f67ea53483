"""A text DXF as a tape of tags, cut into records without building objects: the fast way in.

ezdxf builds an object with validated attributes for each entity, which takes three quarters of the
time of reading a large plan. Here the file is split once into codes and values; the common
entities are read from slices of those two lists, and the rare ones are handed to ezdxf one by one.
Whatever does not look as expected raises ``TapeError``, and the file goes the slow way.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

#: What our own marks are registered under in a drawing that we annotated before.
OWN_APPID = "MRSITE"


class TapeError(Exception):
    """The file is not laid out as expected; read it with ezdxf instead."""


@dataclass(slots=True)
class Record:
    """One entity: its kind, its tags ``codes[a:b]``, ``values[a:b]``, and what follows it (vertices, attributes)."""

    kind: str
    a: int
    b: int
    parts: list[Record] = field(default_factory=list)


@dataclass(slots=True)
class TapeBlock:
    """A block definition."""

    name: str
    base: tuple[float, float, float]
    flags: int
    xref: str
    records: list[Record] = field(default_factory=list)


@dataclass(slots=True)
class Tape:
    """A drawing file in records."""

    codes: list[int]
    values: list[str]
    version: str
    encoding: str
    header: dict[str, float]
    hidden_layers: list[str]
    dimstyles: dict[str, tuple[float, int]]
    blocks: dict[str, TapeBlock]
    modelspace: list[Record]
    geodata: Record | None

    def tags(self, r: Record) -> dict[int, str]:
        """Return the last value of each group code of a record."""
        return dict(zip(self.codes[r.a : r.b], self.values[r.a : r.b], strict=True))

    def text_of(self, r: Record) -> str:
        """Return a record as DXF text, for ezdxf."""
        lines = []
        for code, value in zip(self.codes[r.a - 1 : r.b], self.values[r.a - 1 : r.b], strict=True):
            lines.append(f"{code}\n{value}")
        return "\n".join(lines) + "\n"


_FOLLOW = {"POLYLINE": "VERTEX", "INSERT": "ATTRIB"}


def read_tape(path: Path, encoding: str | None = None) -> Tape:
    """Split a text DXF into records.

    Raises
    ------
    TapeError
        It is not laid out as expected: binary, odd line count, a code that is no number, R13 or R14.
    """
    data = path.read_bytes()
    version, page = _version(data)
    encoding = encoding or page
    try:
        text = data.decode(encoding, errors="surrogateescape")
    except LookupError:
        raise TapeError(f"code page {encoding}") from None
    del data
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.removeprefix("\ufeff").split("\n")
    del text
    while lines and not lines[-1].strip("\x00\x1a \t"):
        lines.pop()
    if len(lines) % 2:
        raise TapeError("odd number of lines")
    try:
        codes = list(map(int, lines[0::2]))
    except ValueError:
        raise TapeError("a group code is no number") from None
    values = lines[1::2]
    del lines
    tape = Tape(codes, values, version, encoding, {}, [], {}, {}, [], None)
    _cut(tape)
    return tape


def _version(data: bytes) -> tuple[str, str]:
    head = data[:60_000].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    at = head.find(b"$ACADVER")
    version = "AC1009"
    if at >= 0:
        words = head[at : at + 60].split(b"\n")
        if len(words) > 2:
            version = words[2].strip().decode("ascii", "replace")
    if version not in ("AC1009", "AC1015", "AC1018", "AC1021", "AC1024", "AC1027", "AC1032"):
        raise TapeError(f"version {version}")
    if version >= "AC1021":
        return version, "utf-8"
    at = head.find(b"$DWGCODEPAGE")
    page = "ANSI_1252"
    if at >= 0:
        words = head[at : at + 80].split(b"\n")
        if len(words) > 2:
            page = words[2].strip().decode("ascii", "replace")
    from ezdxf.tools.codepage import toencoding

    return version, str(toencoding(page))


def _cut(tape: Tape) -> None:
    """Find the sections and their records."""
    codes, values = tape.codes, tape.values
    n = len(codes)
    marks = [i for i, c in enumerate(codes) if c == 0]
    if not marks or values[marks[-1]].strip() != "EOF":
        raise TapeError("no EOF")
    marks.append(n)
    section = ""
    block: TapeBlock | None = None
    last: Record | None = None
    for k in range(len(marks) - 1):
        i, stop = marks[k], marks[k + 1]
        kind = values[i].strip()
        if kind == "SECTION":
            if codes[i + 1] != 2:
                raise TapeError("a section without a name")
            section = values[i + 1].strip()
            if section == "HEADER":
                _header(tape, i + 2, stop)
            continue
        if kind == "ENDSEC":
            section, last, block = "", None, None
            continue
        if section == "ENTITIES" or (section == "BLOCKS" and block is not None and kind not in ("BLOCK", "ENDBLK")):
            if kind == "SEQEND":
                last = None
                continue
            record = Record(kind, i + 1, stop)
            if last is not None:
                if _FOLLOW[last.kind] == kind:
                    last.parts.append(record)
                    continue
                last = None
            if kind in _FOLLOW:
                last = record if _has_followers(tape, record) else None
            if kind in ("VERTEX", "ATTRIB"):
                raise TapeError(f"{kind} out of place")
            if block is not None:
                block.records.append(record)
            elif not _on_paper(tape, record) and not _own_mark(tape, record):
                tape.modelspace.append(record)
        elif section == "BLOCKS":
            if kind == "BLOCK":
                block = _block(tape, i + 1, stop)
                tape.blocks.setdefault(block.name.casefold(), block)
            else:
                block = None
            last = None
        elif section == "TABLES":
            _table(tape, kind, i + 1, stop)
        elif section == "OBJECTS" and kind == "GEODATA" and tape.geodata is None:
            tape.geodata = Record(kind, i + 1, stop)
    for special in ("*model_space", "$model_space"):
        if special in tape.blocks:  # R2000 and later keep it empty here, but it may hold entities
            tape.modelspace.extend(r for r in tape.blocks[special].records if not _on_paper(tape, r))


def _has_followers(tape: Tape, r: Record) -> bool:
    if r.kind == "POLYLINE":
        return True
    for code, value in zip(tape.codes[r.a : r.b], tape.values[r.a : r.b], strict=True):
        if code == 66:
            return value.strip() == "1"
    return False


def _on_paper(tape: Tape, r: Record) -> bool:
    head = tape.codes[r.a : min(r.b, r.a + 14)]
    return 67 in head and tape.values[r.a + head.index(67)].strip() == "1"


def _own_mark(tape: Tape, r: Record) -> bool:
    """Whether a record is a mark of an earlier run: it bears our extended data and is no part of the building."""
    codes = tape.codes[r.a : r.b]
    return 1001 in codes and tape.values[r.a + codes.index(1001)].strip() == OWN_APPID


def _header(tape: Tape, a: int, b: int) -> None:
    wanted = {"$INSUNITS", "$MEASUREMENT", "$LUNITS", "$DIMSCALE", "$DIMLUNIT", "$DIMLFAC", "$DIMUNIT"}
    for i in range(a, b - 1):
        if tape.codes[i] == 9 and tape.values[i].strip() in wanted:
            try:
                tape.header[tape.values[i].strip()] = float(tape.values[i + 1])
            except ValueError:
                continue


def _block(tape: Tape, a: int, b: int) -> TapeBlock:
    d = dict(zip(tape.codes[a:b], tape.values[a:b], strict=True))
    if 2 not in d and 3 not in d:
        raise TapeError("a block without a name")
    base = (float(d.get(10, 0)), float(d.get(20, 0)), float(d.get(30, 0) or 0))
    return TapeBlock(d.get(2, d.get(3, "")).strip(), base, int(float(d.get(70, "0"))), d.get(1, "").strip())


def _table(tape: Tape, kind: str, a: int, b: int) -> None:
    if kind not in ("LAYER", "DIMSTYLE"):
        return
    d = dict(zip(tape.codes[a:b], tape.values[a:b], strict=True))
    name = d.get(2)
    if name is None:
        return
    try:
        if kind == "LAYER":
            if int(float(d.get(62, "7"))) < 0 or int(float(d.get(70, "0"))) & 1:
                tape.hidden_layers.append(name.strip())
        else:
            tape.dimstyles[name.strip().casefold()] = (
                float(d.get(144, "1")) or 1.0,
                int(float(d.get(277, d.get(270, "2")))),
            )
    except ValueError:
        return


def entity_of(tape: Tape, r: Record) -> Any:
    """Hand one record to ezdxf and return its entity, outside any document."""
    from ezdxf.entities import factory
    from ezdxf.lldxf.extendedtags import ExtendedTags

    return factory.load(ExtendedTags.from_text(tape.text_of(r)))
