"""A table of readings, with its units and separators recognised or refused."""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from mrsite.base.errors import InputError
from mrsite.base.text import inert
from mrsite.site.csv_table import read_csv

Array = NDArray[np.float64]

#: Tesla in one of each unit that a gaussmeter shows.
UNITS = {"t": 1.0, "mt": 1e-3, "ut": 1e-6, "nt": 1e-9, "g": 1e-4, "gauss": 1e-4, "mg": 1e-7, "kg": 1e-1}
_NAMES = {"t": "T", "mt": "mT", "ut": "µT", "nt": "nT", "g": "G", "gauss": "G", "mg": "mG", "kg": "kG"}
_LIMIT = 5_000_000


@dataclass(frozen=True, eq=False)
class Readings:
    """Magnitudes of the field read at points.

    Parameters
    ----------
    file : str
    at : (n, 2) float64, m
        In the drawing of the storey.
    height : (n,) float64, m
        Above that storey's floor.
    B : (n,) float64, T
    U : (n,) float64, T
        Expanded uncertainty (k = 2) where the table gives it; NaN where not.
    storeys : tuple of str or None
        One a reading; None where the table has no such column.
    names : tuple of str
        Of the points, as the table calls them.
    read : tuple of str
        How the table was understood, in words.
    """

    file: str
    at: Array
    height: Array
    B: Array
    U: Array
    storeys: tuple[str, ...] | None
    names: tuple[str, ...]
    lines: tuple[int, ...]
    read: tuple[str, ...]


_NOTHING: Mapping[str, float] = MappingProxyType({})


def read_readings(path: Path | str, fixed: Mapping[str, float] = _NOTHING) -> Readings:
    """Read a CSV of readings.

    Columns (in any order, further ones are let be): ``x``, ``y`` in m; ``height`` in m above floor;
    ``B`` with its unit in the header (``B_mT``, ``B (G)``, ...); optionally ``U`` with its unit
    (expanded uncertainty), ``storey``, ``point``.

    Parameters
    ----------
    fixed : mapping
        ``height`` (m) or ``B`` (T) of every row, where the table has no such column: a digitised
        contour has one level and one height.

    Raises
    ------
    InputError
        No such file or columns, no unit, separators that cannot be told apart, a cell that is no
        number (with its line), a column beside a fixed value of the same.
    """
    given = read_csv(path, "file of readings")
    name, header, delimiter = given.file, given.header, given.delimiter
    columns = _Columns(header, name, given.header_line, fixed)
    body = [(line, row) for line, row in given.rows if columns.read(row)]
    if not body:
        raise InputError(f"{name} holds no readings")
    if len(body) > _LIMIT:
        raise InputError(f"{name} holds more than {_LIMIT} readings: split it")
    comma = _decimal_comma(body, columns.numbers, delimiter, name)
    numbers = {what: array("d") for what in columns.numbers}
    for line, row in body:
        for what, column in columns.numbers.items():
            optional = what == "U" and not (column < len(row) and row[column].strip())
            cell = math.nan if optional else _number(row, column, comma, name, line, header[column])
            numbers[what].append(cell)
    b = np.frombuffer(numbers["B"]) * columns.scale["B"] if "B" in numbers else np.full(len(body), fixed["B"])
    height = np.frombuffer(numbers["height"]).copy() if "height" in numbers else np.full(len(body), fixed["height"])
    u = np.frombuffer(numbers["U"]) * columns.scale["U"] if "U" in numbers else np.full(len(b), np.nan)
    if (b < 0).any():
        line = body[int(np.argmax(b < 0))][0]
        raise InputError(f"{name}, line {line}: a magnitude is never negative: give |B|, not one axis")
    said = [
        f"separator {'tab' if delimiter == chr(9) else delimiter!r}, decimal {'comma' if comma else 'point'}",
        f"B in {columns.unit_name}" if "B" in numbers else f"every point lies on the {fixed['B'] * 1e3:g} mT line",
    ]
    if len(given.rows) > len(body):
        said.append(f"{len(given.rows) - len(body)} places of the table have no reading and were left out")
    return Readings(
        name,
        np.column_stack([np.frombuffer(numbers["x"]), np.frombuffer(numbers["y"])]),
        height,
        b,
        u,
        _words(body, columns.words.get("storey")),
        _words(body, columns.words.get("point")) or tuple(str(k) for k in range(1, len(body) + 1)),
        tuple(line for line, _ in body),
        tuple(said),
    )


class _Columns:
    """Which column holds what, by its header."""

    def __init__(self, header: Sequence[str], name: str, line: int, fixed: Mapping[str, float]) -> None:
        self.numbers: dict[str, int] = {}
        self.words: dict[str, int] = {}
        self.scale: dict[str, float] = {}
        self.unit_name = ""
        for k, cell in enumerate(header):
            self._take(k, cell.strip())
        twice = [c for c in fixed if c in self.numbers]
        if twice:
            raise InputError(
                f"{name}, line {line}: {twice[0]} is a column here and was also given for all points: use one"
            )
        missing = [c for c in ("x", "y", "height", "B") if c not in self.numbers and c not in fixed]
        if missing:
            raise InputError(
                f"{name}, line {line}: no column {missing[0]!r}; wanted are x, y, height (m) and B with its unit, "
                f"for example x,y,height,B_mT; it has {inert(', '.join(header), 120)!r}"
            )
        if "B" in self.numbers and "B" not in self.scale:
            raise InputError(
                f"{name}, line {line}: column {header[self.numbers['B']]!r} does not say its unit; "
                "write B_mT, B_uT, B_G or B_T"
            )

    def read(self, row: Sequence[str]) -> bool:
        """Whether a row holds a reading: on a sheet that was walked, some places stay empty."""
        column = self.numbers.get("B")
        return column is None or (column < len(row) and bool(row[column].strip()))

    def _take(self, k: int, cell: str) -> None:
        folded = cell.casefold().replace("µ", "u").replace("μ", "u")
        plain = re.match(r"([a-z|_]+?)[\s_]*[\[(]?\s*(ut|nt|mt|t|gauss|mg|kg|g)?\s*[\])]?$", folded)
        if folded.strip("[]() ") in ("x", "x_m", "x (m", "x [m"):
            self.numbers.setdefault("x", k)
        elif folded.strip("[]() ") in ("y", "y_m", "y (m", "y [m"):
            self.numbers.setdefault("y", k)
        elif folded.split("_")[0].split(" ")[0] in ("height", "h", "hoehe", "höhe"):
            self.numbers.setdefault("height", k)
        elif folded in ("storey", "floor", "level"):
            self.words.setdefault("storey", k)
        elif folded in ("point", "id", "name", "no", "nr"):
            self.words.setdefault("point", k)
        elif plain is not None and plain[1].strip("|_") in ("b", "field", "u", "uncertainty"):
            which = "B" if plain[1].strip("|_") in ("b", "field") else "U"
            self.numbers.setdefault(which, k)
            if plain[2]:
                self.scale.setdefault(which, UNITS[plain[2]])
                if which == "B":
                    self.unit_name = _NAMES[plain[2]]
            elif which == "U":
                self.numbers.pop("U")


def _decimal_comma(
    body: Sequence[tuple[int, Sequence[str]]], columns: dict[str, int], delimiter: str, name: str
) -> bool:
    comma = point = False
    for line, row in body:
        for column in columns.values():
            cell = row[column] if column < len(row) else ""
            if "," in cell and "." in cell:
                raise InputError(
                    f"{name}, line {line}: {inert(cell, 40)!r} holds a comma and a point: no thousands separators"
                )
            comma = comma or "," in cell
            point = point or "." in cell
    if comma and point:
        raise InputError(f"{name}: some numbers have a decimal comma and some a decimal point: use one")
    if comma and delimiter == ",":
        raise InputError(f"{name}: decimal commas need columns apart by semicolons")
    return comma


def _number(row: Sequence[str], column: int, comma: bool, name: str, line: int, title: str) -> float:
    cell = row[column].strip() if column < len(row) else ""
    try:
        value = float(cell.replace(",", ".") if comma else cell)
    except ValueError:
        raise InputError(
            f"{name}, line {line}: {inert(title, 30)} is {inert(cell, 40)!r}, a number is wanted"
        ) from None
    if not math.isfinite(value):
        raise InputError(f"{name}, line {line}: {inert(title, 30)} is not finite")
    return value


def _words(body: Sequence[tuple[int, Sequence[str]]], column: int | None) -> tuple[str, ...] | None:
    if column is None:
        return None
    return tuple(row[column].strip() if column < len(row) else "" for _, row in body)
