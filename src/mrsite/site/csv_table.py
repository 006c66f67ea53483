"""Tables somebody kept in a spreadsheet: encoding and separator recognised or refused, lines counted."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mrsite.base.errors import InputError
from mrsite.base.text import inert

#: Of any table, bytes; points of a field come in their millions.
LARGEST = 1_000_000_000
#: Of a table that is held whole, bytes.
_HELD = 100_000_000
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
#: Where a header line has as many of each, the first: one column without any has no separator, so that 1,5 stays whole.
_SEPARATORS = ("\t", ";", ",")


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


def read_csv(
    path: Path | str,
    what: str = "table",
    *,
    encoding: str | None = None,
    fallback: str | None = "cp1252",
    largest: int = _HELD,
) -> CsvTable:
    """Read a CSV with a header: columns apart by comma, semicolon or tab, as its first line shows.

    Parameters
    ----------
    what : str
        What the file is, for messages.
    encoding, fallback
        As for `read_text`.
    largest : int
        Bytes; a larger file is refused.

    Raises
    ------
    InputError
        No such file, not text, nothing in it.
    """
    path = Path(path)
    delimiter, lines = csv_rows(read_text(path, what, encoding=encoding, fallback=fallback, largest=largest), path.name)
    kept = [(line, tuple(row)) for line, row in lines]
    if not kept:
        raise InputError(f"{path.name} is empty: its first line must be the headers")
    line, header = kept[0]
    return CsvTable(path.name, header, line, tuple(kept[1:]), delimiter)


def csv_rows(text: str, name: str) -> tuple[str, Iterator[tuple[int, list[str]]]]:
    """Return the separator of a table and its rows that are not empty, each with the line on which it ends.

    A first line ``sep=;``, as spreadsheets write it, is no row.
    """
    first, _, rest = text.partition("\n")
    skipped = 1 if first.strip().casefold().startswith("sep=") else 0
    body = rest if skipped else text
    header = next((line for line in body.splitlines() if line.strip()), "") if len(body) < _HELD else first
    delimiter = max(_SEPARATORS, key=header.count)
    return delimiter, _rows(body, delimiter, skipped, name)


def _rows(body: str, delimiter: str, skipped: int, name: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num + skipped, row
    except csv.Error as error:
        raise InputError(f"{name}, line {reader.line_num + skipped}: {error}; save it as CSV again") from None


def read_text(
    path: Path,
    what: str = "table",
    *,
    encoding: str | None = None,
    fallback: str | None = None,
    largest: int = LARGEST,
) -> str:
    """Return the text of a table: as its byte order mark says, else as stated, else UTF-8.

    Parameters
    ----------
    encoding : str, optional
        As its owner states it.
    fallback : str, optional
        What it is taken for where it is not UTF-8 and nobody states what it is: where letters decide nothing.

    Raises
    ------
    InputError
        No such file, too large, not decodable, no text.
    """
    name = path.name
    try:
        if path.stat().st_size > largest:
            raise InputError(f"{name} has more than {largest / 1e6:.0f} MB: this is no {what}, or split it")
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"there is no {what} {inert(str(path))}: check the name") from None
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror}") from None
    marked = next((word for mark, word in _BOMS if data.startswith(mark)), None)
    said, at = "UTF-8", 0
    for tried in (marked or encoding,) if marked or encoding else ("utf-8", fallback):
        if tried is None:
            break
        try:
            text = data.decode(tried)
        except LookupError:
            raise InputError(f"{name}: {inert(tried, 40)!r} is no encoding; for example cp1252") from None
        except UnicodeDecodeError as error:
            said, at = tried, error.start
            continue
        if "\0" in text:
            raise InputError(f'{name} is no text in UTF-8: save it as "CSV UTF-8"')
        return text
    or_state = "" if fallback else ', or say encoding = "cp1252" (or what it is) in [schedules]'
    raise InputError(f'{name}: byte {at} is not {said.replace("utf", "UTF")}: save it as "CSV UTF-8"{or_state}')
