"""The structure of a text DXF as byte positions, without changing a byte of it.

A DXF is pairs of lines, group code and value. Sections, tables and records begin at code 0; this
module knows where each lies, so that text can be put between them or cut out again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate

#: Versions into which marks are spliced (AutoCAD release by $ACADVER).
VERSIONS = {
    "AC1009": "R12", "AC1015": "R2000", "AC1018": "R2004", "AC1021": "R2007", "AC1024": "R2010",
    "AC1027": "R2013", "AC1032": "R2018",
}  # fmt: skip
#: Brackets around tables or sections that the host lacked and we added, as DXF comments.
BEGIN, END = b"MRSITE BEGIN", b"MRSITE END"


class NotSpliceable(Exception):
    """A host that cannot take our marks as text; the message says why, for the reader."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record: from its code 0 up to the next code 0 (pair numbers)."""

    kind: bytes
    first: int
    end: int


@dataclass(frozen=True)
class Table:
    """A symbol table: its head, its records, and the pair of its ENDTAB."""

    name: str
    head: Record
    records: tuple[Record, ...]
    end: int


@dataclass(frozen=True)
class DxfText:
    """A text DXF taken apart.

    Parameters
    ----------
    data : bytes
    lines : list of bytes
        Split at the line feed, carriage returns kept.
    offsets : list of int
        Where each line begins.
    shift : int
        Number of blank lines before the first group code.
    """

    data: bytes
    lines: list[bytes] = field(repr=False)
    offsets: list[int] = field(repr=False)
    shift: int
    newline: bytes
    version: str
    sections: dict[str, tuple[int, int]]  #: name -> pair of its SECTION and of its ENDSEC
    tables: dict[str, Table]
    records: dict[str, tuple[Record, ...]]  #: of sections ENTITIES and BLOCKS
    header: dict[str, tuple[int, int]]  #: variable -> first pair after its name, and end

    def code(self, pair: int) -> int:
        """Return the group code of a pair."""
        try:
            return int(self.lines[self.shift + 2 * pair])
        except ValueError:
            shown = self.lines[self.shift + 2 * pair].strip()[:20]
            raise NotSpliceable(f"line {self.line_number(pair)} should be a group code but is {shown!r}") from None

    def value(self, pair: int) -> bytes:
        """Return the value of a pair, without its line end."""
        return self.lines[self.shift + 2 * pair + 1].rstrip(b"\r")

    def offset(self, pair: int) -> int:
        """Return the byte at which a pair begins."""
        return self.offsets[self.shift + 2 * pair]

    def line_number(self, pair: int) -> int:
        """Return the line of a pair's group code, from 1."""
        return self.shift + 2 * pair + 1

    def tags(self, record: Record) -> Iterator[tuple[int, bytes]]:
        """Give the pairs of a record."""
        for pair in range(record.first, record.end):
            yield self.code(pair), self.value(pair)

    def first(self, record: Record, code: int) -> bytes | None:
        """Return the first value of that code in a record."""
        for found, value in self.tags(record):
            if found == code:
                return value.strip()
        return None

    def name_of(self, record: Record) -> str:
        """Return the name (code 2) of a table record or block, as it is compared."""
        return (self.first(record, 2) or b"").decode("latin-1").upper()


def parse(data: bytes) -> DxfText:
    """Take a text DXF apart.

    Raises
    ------
    NotSpliceable
        Binary, damaged, cut off, or of a version that is not written.
    """
    if data.startswith(b"AutoCAD Binary DXF"):
        raise NotSpliceable("it is a binary DXF; save it as a text DXF to have the marks inside it")
    if data.startswith(b"AC10"):
        raise NotSpliceable("it is a DWG; save it as a text DXF to have the marks inside it")
    if b"\n" not in data:
        raise NotSpliceable("its lines do not end as DXF lines do")
    lines = data.split(b"\n")
    offsets = [0, *accumulate(len(line) + 1 for line in lines)]
    shift = 0
    while shift < len(lines) and not lines[shift].strip(b" \t\r\xef\xbb\xbf"):
        shift += 1
    head = lines[shift] if shift < len(lines) else b""
    if head.startswith(b"\xef\xbb\xbf"):
        lines[shift] = head[3:]
    zeros = [k for k, line in enumerate(lines[shift::2]) if line.strip() == b"0"]
    pairs = (len(lines) - shift) // 2
    newline = b"\r\n" if lines[shift].endswith(b"\r") else b"\n"
    text = DxfText(data, lines, offsets, shift, newline, "", {}, {}, {}, {})
    _walk(text, zeros, pairs)
    version = "AC1009"
    if "HEADER" in text.sections:
        _read_header(text)
        if "$ACADVER" in text.header:
            version = text.value(text.header["$ACADVER"][0]).strip().decode("latin-1").upper()
    if version not in VERSIONS:
        raise NotSpliceable(f"its version {version[:12]} is none of {', '.join(VERSIONS.values())}")
    if "ENTITIES" not in text.sections:
        raise NotSpliceable("it has no section ENTITIES")
    object.__setattr__(text, "version", version)
    return text


def _walk(text: DxfText, zeros: list[int], pairs: int) -> None:
    """Find sections, tables and records among the pairs of code 0."""
    section: str | None = None
    start = 0
    records: list[Record] = []
    ended = False
    for k, pair in enumerate(zeros):
        kind = text.value(pair).strip() if pair < pairs else b""
        following = zeros[k + 1] if k + 1 < len(zeros) else pairs
        if ended:
            break
        if section is None:
            if kind == b"EOF":
                ended = True
            elif kind == b"SECTION" and pair + 1 < pairs and text.code(pair + 1) == 2:
                section, start, records = text.value(pair + 1).strip().decode("latin-1").upper(), pair, []
                if section in text.sections:
                    raise NotSpliceable(f"line {text.line_number(pair)}: section {section} occurs twice")
            else:
                raise NotSpliceable(f"line {text.line_number(pair)}: {kind[:20]!r} stands outside any section")
        elif kind == b"ENDSEC":
            text.sections[section] = (start, pair)
            if section == "TABLES":
                _read_tables(text, records)
            elif section in ("ENTITIES", "BLOCKS"):
                text.records[section] = tuple(records)
            section = None
        elif kind in (b"SECTION", b"EOF"):
            raise NotSpliceable(f"line {text.line_number(pair)}: section {section} has no end")
        else:
            records.append(Record(kind, pair, following))
    if section is not None:
        raise NotSpliceable(f"the file ends in the middle of section {section}")
    if not ended:
        raise NotSpliceable("the file has no end mark (EOF)")


def _read_tables(text: DxfText, records: list[Record]) -> None:
    head: Record | None = None
    held: list[Record] = []
    for record in records:
        if record.kind == b"TABLE":
            head, held = record, []
        elif record.kind == b"ENDTAB":
            if head is None:
                raise NotSpliceable(f"line {text.line_number(record.first)}: ENDTAB without a table")
            name = text.name_of(head)
            text.tables[name] = Table(name, head, tuple(held), record.first)
            head = None
        else:
            held.append(record)
    if head is not None:
        raise NotSpliceable(f"table {text.name_of(head)} has no end")


def _read_header(text: DxfText) -> None:
    start, end = text.sections["HEADER"]
    name: str | None = None
    begin = 0
    for pair in range(start + 2, end):
        if text.code(pair) == 9:
            if name is not None:
                text.header.setdefault(name, (begin, pair))
            name, begin = text.value(pair).strip().decode("latin-1").upper(), pair + 1
    if name is not None:
        text.header.setdefault(name, (begin, end))


def header_number(text: DxfText, name: str, default: float) -> float:
    """Return a header variable as a number."""
    if name in text.header:
        try:
            return float(text.value(text.header[name][0]))
        except ValueError:
            return default
    return default


def highest_handle(text: DxfText) -> int:
    """Return the highest handle in use (codes 5 and 105)."""
    highest = 0
    lines, shift = text.lines, text.shift
    in_header = text.sections.get("HEADER", (0, 0))
    skip = range(shift + 2 * in_header[0], shift + 2 * in_header[1])
    for k in range(shift, len(lines) - 1, 2):
        code = lines[k].strip()
        if code in (b"5", b"105") and k not in skip:
            try:
                highest = max(highest, int(lines[k + 1], 16))
            except ValueError:
                continue
    return highest
