"""What the site file states of its surroundings, checked at the door: storeys, instrument readings."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from mrsite.base.errors import InputError
from mrsite.base.text import inert
from mrsite.base.toml import Document
from mrsite.site.csv_table import read_csv
from mrsite.site.project import Storey
from mrsite.site.schema import AmbientEntry, SiteFile
from mrsite.site.spaces import find_storey

#: Tables whose entries name a storey or a scanner and are not resolved elsewhere.
_NAMING = (
    *("moving_metal", "cable", "transformer", "static_steel", "ambient", "pathway"),
    *("operator", "quench_pipe", "survey"),
)
_VALUE = {"vibration": "m_s2_rms", "ac-field": "uT", "dc-change": "uT"}


def check_named(storeys: Sequence[Storey], site_file: SiteFile, document: Document) -> None:
    """Refuse storeys and scanners that the entries on the surroundings name and that are not there.

    Raises
    ------
    InputError
        All faults together, each with its line; also an id that stands twice in one table.
    """
    faults = []
    known = [s.id for s in site_file.scanner]
    for table in _NAMING:
        seen: dict[str, str] = {}
        for index, entry in enumerate(getattr(site_file, table)):
            where = document.where(table, index)
            for key in ("storey", "to_storey"):
                name = getattr(entry, key, None)
                if name is not None:
                    try:
                        find_storey(storeys, name, where)
                    except InputError as error:
                        faults.append(error.message)
            scanner = getattr(entry, "scanner", None)
            # one quench pipe may serve several: "MR1, MR2"
            for word in [] if scanner is None or scanner in known else map(str.strip, scanner.split(",")):
                if word not in known:
                    faults.append(f"{where}: there is no scanner {inert(word)!r}; there are: {', '.join(known)}")
            id_ = getattr(entry, "id", None)
            if id_ is not None and id_ in seen:
                faults.append(f"{where}: {table} {inert(id_)!r} is there twice, first at {seen[id_]}; rename one")
            if id_ is not None:
                seen.setdefault(id_, where)
    if faults:
        raise InputError("\n".join(faults))


def resolve_ambient(entries: Sequence[AmbientEntry], document: Document) -> tuple[AmbientEntry, ...]:
    """Return the entries with their readings files taken in: a spectrum, or the largest value.

    Raises
    ------
    InputError
        No such file, no such columns, a cell that is no number (with its line).
    """
    result = []
    for index, entry in enumerate(entries):
        if entry.readings is None:
            result.append(entry)
            continue
        where = document.where("ambient", index, "readings")
        path = document.path.parent / entry.readings
        if not path.is_file():
            raise InputError(f"{where}: no file {inert(entry.readings)!r} lies beside the site file; check the name")
        rows = _readings(path, entry.kind)
        if entry.kind == "vibration":
            result.append(entry.model_copy(update={"spectrum": tuple(rows)}))
        else:
            values = [value for _, value in rows]
            found = max(values) if entry.kind == "ac-field" else max(values) - min(values)
            result.append(entry.model_copy(update={"value_uT": found}))
    return tuple(result)


def _readings(path: Path, kind: str) -> list[tuple[float, float]]:
    """Read (frequency or row number, value) from a CSV with a header."""
    table = read_csv(path, "file of readings")
    header = [h.strip().casefold() for h in table.header]
    wanted = [*(["frequency_hz"] if kind == "vibration" else []), _VALUE[kind].casefold()]
    if any(name not in header for name in wanted):
        there = inert(", ".join(header)) or "none"
        raise InputError(
            f"{path.name}, line {table.header_line}: columns {' and '.join(wanted)} are wanted, it has {there}"
        )
    rows: list[tuple[float, float]] = []
    for line, row in table.rows:
        try:
            numbers = [float(row[header.index(name)]) for name in wanted]
        except (ValueError, IndexError):
            raise InputError(
                f"{path.name}, line {line}: numbers with a decimal point are wanted, it says "
                f"{inert(table.delimiter.join(row), 80)!r}"
            ) from None
        if not all(map(math.isfinite, numbers)) or (kind != "dc-change" and min(numbers) < 0):
            raise InputError(f"{path.name}, line {line}: a value is negative or not finite")
        rows.append((numbers[0] if kind == "vibration" else float(len(rows)), numbers[-1]))
    if not rows:
        raise InputError(f"{path.name} holds no readings")
    return rows
