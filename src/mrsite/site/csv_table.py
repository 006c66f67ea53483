"""A table somebody kept in a spreadsheet: encoding and separator recognised or refused, lines counted."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from mrsite.base.errors import InputError
from mrsite.base.text import inert

_LARGEST = 100_000_000


@dataclass(frozen=True)
class CsvTable:
    """Cells of a table as text.

    Parameters
    ----------
    file : str
        Its name, for messages.
    header : tuple of str
    header_line : int
    rows : tuple of (line, cells)
        Rows that are not empty, with the line of the file on which each ends.
    delimiter : str
    """

    file: str
    header: tuple[str, ...]
    header_line: int
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    delimiter: str


def read_csv(path: Path | str, what: str = "table") -> CsvTable:
    """Read a CSV with a header: UTF-8, UTF-16 or Windows-1252; columns apart by comma, semicolon or tab.

    Parameters
    ----------
    what : str
        What the file is, for messages.

    Raises
    ------
    InputError
        No such file, not text, nothing in it.
    """
    path = Path(path)
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError(f"{path.name} has more than {_LARGEST // 1_000_000} MB: split it")
        text = _decoded(path.read_bytes(), path.name)
    except FileNotFoundError:
        raise InputError(f"there is no {what} {inert(str(path))}: check the name") from None
    except OSError as error:
        raise InputError(f"{path.name} cannot be read: {error.strerror}") from None
    delimiter = _delimiter(next((line for line in text.splitlines() if line.strip()), ""))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    kept = []
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                kept.append((reader.line_num, tuple(row)))
    except csv.Error as error:
        raise InputError(f"{path.name}, line {reader.line_num}: {error}") from None
    if not kept:
        raise InputError(f"{path.name} is empty: its first line must be the headers")
    line, header = kept[0]
    return CsvTable(path.name, header, line, tuple(kept[1:]), delimiter)


def _decoded(data: bytes, name: str) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings: tuple[str, ...] = ("utf-16",)
    elif b"\0" in data:
        raise InputError(f"{name} is not a text file: save the table as CSV")
    else:
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(f"{name} cannot be decoded: save it as CSV (UTF-8)")


def _delimiter(header: str) -> str:
    """The separator that the header line has most of; a comma where the table has one column."""
    return max((",", ";", "\t"), key=header.count)
