"""Schedules: rooms, doors and equipment from CSV files, whose headers are the keys of the site file.

A row becomes an entry, or fills one that the site file has; where both state a key they must agree.
Every value keeps its file, line and column, so that a fault found later is told where it stands.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mrsite.base.errors import InputError
from mrsite.base.text import inert, nearest
from mrsite.base.toml import Document, Key
from mrsite.site.cells import decimal_comma, folded, holds, keys_of, value_of
from mrsite.site.csv_table import read_csv

_TABLES = {"rooms": "room", "doors": "door", "equipment": "equipment"}
#: What tells one entry of a table from another, the first that both have.
_IDENTITY = {"room": ("number", "name", "at"), "door": ("number", "at", "between"), "equipment": ("id",)}
#: A schedule that is larger is something else, bytes.
_MAX_BYTES = 16_000_000


@dataclass(frozen=True)
class Stated:
    """An entry from elsewhere: its values, and in words where each of them stands."""

    values: Mapping[str, Any]
    where: str
    places: Mapping[str, str]


def merged(document: Document, named: Any, models: Mapping[str, Any]) -> Document:
    """Return a document with the rows of its schedules taken in, and without ``[schedules]``.

    Parameters
    ----------
    named : SchedulesTable
    models : mapping
        The schema of each table.

    Raises
    ------
    InputError
        A file that cannot be read, a header that is no key, a key stated twice and differently: all at once.
    """
    faults: list[str] = []
    for key, table in _TABLES.items():
        name = getattr(named, key)
        if name is None:
            continue
        where = document.where("schedules", key)
        path = document.path.parent / name
        if not path.is_file():
            faults.append(f"{where}: there is no file {inert(name)!r} beside the site file; check the name")
            continue
        try:
            rows = read_schedule(path, models[table], named.encoding)
            document = replace(with_stated(document, table, rows), files=(*document.files, path))
        except InputError as error:
            faults.append(error.message)
    if faults:
        raise InputError("\n".join(faults))
    data = {k: v for k, v in document.data.items() if k != "schedules"}
    return replace(document, data=data)


def with_stated(document: Document, table: str, rows: Sequence[Stated]) -> Document:
    """Return a document with entries from elsewhere added to a table, or filled into the entries they name.

    Raises
    ------
    InputError
        A key that both state, differently: both places. An entry that stands twice among the rows.
    """
    data, origins = copy.deepcopy(document.data), dict(document.origins)
    entries = data.setdefault(table, [])
    if not isinstance(entries, list):
        return document  # the schema says so in its own words
    faults: list[str] = []
    own = len(entries)
    seen: dict[int, str] = {}
    for row in rows:
        index = _same_entry(entries, row.values, table)
        if index is None:
            index = len(entries)
            entries.append({})
            origins[(table, index)] = row.where
        elif index in seen:
            faults.append(f"{row.where}: {_called(row.values, table)} is there twice, first at {seen[index]}; keep one")
            continue
        seen[index] = row.where
        for key, value in row.values.items():
            here: Key = (table, index, key)
            if key not in entries[index]:
                entries[index][key] = value
                origins[here] = row.places[key]
            elif not _equal(entries[index][key], value):
                said, other = inert(repr(value), 60), inert(repr(entries[index][key]), 60)
                place = document.where(*here) if index < own else origins.get(here, row.where)
                faults.append(
                    f"{row.places[key]}: {_called(row.values, table)}: {key} is {said} here and {other} at {place}; "
                    "keep one of the two"
                )
    if faults:
        raise InputError("\n".join(faults))
    return replace(document, data=data, origins=origins)


def _same_entry(entries: Sequence[Any], values: Mapping[str, Any], table: str) -> int | None:
    """Return the entry that a row speaks of: the same number, or name, or place, and no other storey."""
    for index, entry in enumerate(entries):
        if not isinstance(entry, dict):
            continue
        if "storey" in entry and "storey" in values and entry["storey"] != values["storey"]:
            continue
        for key in _IDENTITY.get(table, ("id",)):
            if key in entry and key in values:
                if _equal(entry[key], values[key]):
                    return index
                break  # numbers differ: another entry, whatever the names
    return None


def _equal(a: Any, b: Any) -> bool:
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return float(a) == float(b)
    if isinstance(a, str) and isinstance(b, str):
        return " ".join(a.casefold().split()) == " ".join(b.casefold().split())
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_equal, a, b))
    return bool(a == b)


def _called(values: Mapping[str, Any], table: str) -> str:
    word = next((values[k] for k in _IDENTITY.get(table, ("id",)) if k in values), "")
    return f"{table} {inert(str(word), 80)!r}"


def read_schedule(path: Path, model: Any, encoding: str | None = None) -> list[Stated]:
    """Read a CSV whose headers are keys of a table.

    Fields are parted by semicolon, comma or tab, as the header line shows; decimal commas are understood where
    they cannot be mistaken. An empty cell states nothing.

    Parameters
    ----------
    model : pydantic model class
        The schema of the table.
    encoding : str, optional
        Of a file that is not Unicode.

    Raises
    ------
    InputError
        Not decodable, no header, a header that is no key or stands twice, more cells than headers, numbers whose
        comma may mean two things. Types are judged with the site file, at this file's lines.
    """
    table = read_csv(path, "schedule", encoding=encoding, fallback=None, largest=_MAX_BYTES)
    keys = _keys(table.header, model, f"{path.name}, line {table.header_line}")
    types = keys_of(model)
    for number, row in table.rows:
        if any(cell.strip() for cell in row[len(keys) :]):
            raise InputError(
                f"{path.name}, line {number}: {len(row)} cells for {len(keys)} headers; put cells that hold the "
                "separator in quotes"
            )
    numeric = [k for k, key in enumerate(keys) if key and _numbers(types[key])]
    comma = decimal_comma(row[k] for _, row in table.rows for k in numeric if k < len(row))
    if isinstance(comma, str):
        raise InputError(f"{path.name}: {comma}")
    stated = []
    for number, row in table.rows:
        values, places = {}, {}
        for column, (key, cell) in enumerate(zip(keys, row), 1):
            if key and cell.strip():
                values[key] = value_of(cell, types[key], comma)
                places[key] = f"{path.name}, line {number}, column {column}"
        if values:
            stated.append(Stated(values, f"{path.name}, line {number}", places))
    return stated


def _numbers(annotation: Any) -> bool:
    return holds(annotation, float) or (holds(annotation, tuple) and not holds(annotation, str))


def _keys(header: Sequence[str], model: Any, where: str) -> list[str]:
    """Return the key of each header; empty for a column without a header."""
    known = {folded(key): key for key in keys_of(model)}
    faults, keys = [], []
    for name in header:
        key = known.get(folded(name), "")
        if name.strip() and not key:
            near = nearest(folded(name), known)
            hint = f"did you mean {known[near]!r}?" if near else f"known here: {', '.join(sorted(known.values()))}"
            faults.append(f"{where}: header {inert(name.strip(), 60)!r} is no key; {hint}")
        if key and key in keys:
            faults.append(f"{where}: header {key!r} is there twice; keep one")
        keys.append(key)
    if faults:
        raise InputError("\n".join(faults))
    if not any(keys):
        raise InputError(f"{where}: no headers; the first line must name the keys: {', '.join(sorted(known.values()))}")
    return keys
