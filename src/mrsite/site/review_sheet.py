"""The commissioning review as it comes back: one row a rule, answered by a person with a role and a date.

The sheet is written by ``mrsite review`` and filled in by hand; what it says is somebody's word, like
``[[attestation]]``, and goes through the same gate.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mrsite.base.errors import InputError
from mrsite.base.text import inert, nearest
from mrsite.site.cells import yes_or_no
from mrsite.site.csv_table import CsvTable, read_csv
from mrsite.site.schema import AttestationEntry

#: Columns that are filled in, and the one that ties the answers to drawings and magnets.
FILLED = ("answer", "who", "date", "expires", "remark")
COLUMNS = ("rule", "document", "what", "mrsite_says", *FILLED, "covers")


def read_review(path: Path, stated: Sequence[AttestationEntry] = ()) -> tuple[AttestationEntry, ...]:
    """Read the answers of a review sheet; rows without an answer are open and left out.

    Parameters
    ----------
    path : Path
    stated : sequence of AttestationEntry
        Those of the site file: a rule answered in both places is an error.

    Raises
    ------
    InputError
        No such file or column, an answer without a role or a date, one that is neither yes nor no, a
        rule answered twice; each with its line.
    """
    table = read_csv(path, "review sheet")
    column = _columns(table)
    elsewhere = {entry.rule for entry in stated}
    found: dict[str, tuple[int, AttestationEntry]] = {}
    for line, row in table.rows:
        cells = {name: row[k].strip() if k < len(row) else "" for name, k in column.items()}
        if not cells["answer"]:
            continue
        where = f"{table.file}, line {line}"
        entry = _entry(cells, where)
        if entry.rule in found:
            raise InputError(f"{where}: {inert(entry.rule)} is answered twice, first in line {found[entry.rule][0]}")
        if entry.rule in elsewhere:
            raise InputError(
                f"{where}: {inert(entry.rule)} is answered here and by [[attestation]] in the site file: keep one"
            )
        found[entry.rule] = (line, entry)
    return tuple(entry for _, entry in found.values())


def _columns(table: CsvTable) -> dict[str, int]:
    there = {name.strip().casefold(): k for k, name in enumerate(table.header)}
    for name in ("rule", "answer", "who", "date", "expires", "covers"):
        if name not in there:
            near = nearest(name, there)
            hint = f"; is it {near!r}?" if near else ""
            raise InputError(f"{table.file}, line {table.header_line}: no column {name!r}{hint}")
    return there


def _entry(cells: dict[str, str], where: str) -> AttestationEntry:
    said = yes_or_no(cells["answer"])
    if said is None:
        raise InputError(
            f"{where}: answer is {inert(cells['answer'], 40)!r}: write yes or no, and the rest under remark"
        )
    for name in ("rule", "who", "date"):
        if not cells[name]:
            raise InputError(f"{where}: an answer needs {name}")
    remark = cells.get("remark", "")
    return AttestationEntry(
        rule=cells["rule"],
        answer=said and (remark or True),
        who=cells["who"],
        date=cells["date"],
        covers=cells["covers"] or None,
        expires=cells["expires"] or None,
    )
