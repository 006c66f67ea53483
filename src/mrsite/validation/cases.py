"""Runs the rows of a case file: computed against wanted, each with a verdict. None is skipped in silence."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mrsite.base.errors import InputError
from mrsite.base.text import inert
from mrsite.validation.grammar import NotGiven, NotUnderstood, Words, tolerance, unit_factor, wanted_value

Verdict = Literal["pass", "miss", "not-run"]

COLUMNS = ("case", "quantity", "inputs", "value", "unit", "tolerance")
_MOST_ROWS = 20000


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One row, in the row's own unit."""

    line: int
    case: str
    quantity: str
    computed: float | None
    wanted: float | None
    unit: str
    tolerance: str
    verdict: Verdict
    why: str = ""

    @property
    def id(self) -> str:
        """Case and quantity."""
        return f"{self.case}/{self.quantity}"

    @property
    def error(self) -> float | None:
        """Relative difference from the wanted value."""
        if self.computed is None or not self.wanted:
            return None
        return self.computed / self.wanted - 1.0


@dataclass(frozen=True)
class CaseTable:
    """All rows of a case file."""

    file: str
    rows: tuple[CaseRow, ...]

    def count(self, verdict: Verdict) -> int:
        """How many rows have this verdict."""
        return sum(row.verdict == verdict for row in self.rows)

    @property
    def exit_status(self) -> int:
        """0 where every row passes, 1 where one misses or was not run."""
        return 0 if all(row.verdict == "pass" for row in self.rows) else 1

    @property
    def summary(self) -> str:
        """One line for the end of a run."""
        return (
            f"{len(self.rows)} rows: {self.count('pass')} pass, {self.count('miss')} miss, "
            f"{self.count('not-run')} not run"
        )

    def text(self) -> str:
        """Return the table as plain text: computed, wanted, error, verdict a row."""
        return format_table(self)


def run_case_file(path: Path | str) -> CaseTable:
    """Run every row of a case file.

    Parameters
    ----------
    path : path of a CSV file
        Columns ``case, quantity, inputs, value, unit, tolerance`` and optionally ``basis``; the words are listed in
        ``docs/reference/case-files.md``.

    Returns
    -------
    CaseTable
        A row whose words are not understood is ``not-run`` with the reason, and counts.

    Raises
    ------
    InputError
        No such file, not text, a missing column, or no rows.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"there is no case file {inert(str(path))}: check the name")
    if path.stat().st_size > 64 * 2**20:
        raise InputError(f"{path.name} is larger than 64 MB: this is no case file")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path.name}: byte {error.start} is not UTF-8: save the file as UTF-8") from None
    except OSError as error:
        raise InputError(f"{path.name} cannot be read: {error.strerror}") from None
    reader = csv.DictReader(io.StringIO(text, newline=""))
    names = [name.strip() if name else "" for name in reader.fieldnames or []]
    missing = [column for column in COLUMNS if column not in names]
    if missing:
        raise InputError(f"{path.name}, line 1: column {missing[0]!r} is missing; a case file has {', '.join(COLUMNS)}")
    reader.fieldnames = names
    rows: list[CaseRow] = []
    earlier: dict[str, list[str]] = {}
    try:
        for record in reader:
            if not any((value or "").strip() for value in record.values() if isinstance(value, str)):
                continue
            if len(rows) >= _MOST_ROWS:
                raise InputError(f"{path.name} has more than {_MOST_ROWS} rows: split it")
            name, inputs = str(record.get("case") or "").strip(), str(record.get("inputs") or "")
            rows.append(_run(reader.line_num, record, earlier.setdefault(name, [])))
            earlier[name].insert(0, inputs)
    except csv.Error as error:
        raise InputError(f"{path.name}, line {reader.line_num}: broken CSV: {error}") from None
    if not rows:
        raise InputError(f"{path.name} has no rows: give at least one case")
    return CaseTable(path.name, tuple(rows))


def run_cases() -> CaseTable:
    """Run the cases that ship with mrsite, every file of ``data/validation``."""
    from mrsite.base.data import data_folder

    tables = [run_case_file(path) for path in sorted(data_folder("validation").glob("*.csv"))]
    return CaseTable(", ".join(t.file for t in tables), tuple(row for t in tables for row in t.rows))


def _run(line: int, record: dict[str, str], earlier: list[str]) -> CaseRow:
    from mrsite.validation.quench import compute

    get = {column: str(record.get(column) or "").strip() for column in COLUMNS}
    base = {
        "line": line,
        "case": get["case"],
        "quantity": get["quantity"],
        "unit": get["unit"],
        "tolerance": get["tolerance"],
    }

    def row(verdict: Verdict, computed: float | None, wanted: float | None, why: str = "") -> CaseRow:
        return CaseRow(computed=computed, wanted=wanted, verdict=verdict, why=why, **base)  # type: ignore[arg-type]

    wanted = None
    try:
        if None in record:
            raise NotUnderstood("the row has more fields than columns: quote fields that hold commas")
        wanted = wanted_value(get["value"])
        allowed = tolerance(get["tolerance"])
        factor, offset = unit_factor(get["unit"])
        words = Words(get["inputs"])
        try:
            found = compute(get["quantity"], words)
        except NotGiven:
            # rows of one case share their inputs: what this one leaves out, an earlier one may give
            words = Words(get["inputs"], "; ".join(earlier))
            found = compute(get["quantity"], words)
        words.finish()
        computed = (found - offset) / factor
    except NotUnderstood as error:
        return row("not-run", None, wanted, inert(str(error), 300))
    except InputError as error:
        return row("miss", None, wanted, f"refused: {inert(error.message, 300)}")
    except (ArithmeticError, ValueError) as error:
        return row("miss", None, wanted, f"no result: {inert(str(error), 200)}")
    if math.isnan(computed):
        return row("miss", computed, wanted, "no result (not a number)")
    good = allowed.holds(computed, wanted)
    return row("pass" if good else "miss", computed, wanted, "" if good else "outside its tolerance")


def format_table(table: CaseTable) -> str:
    """Return the rows as aligned plain text, and the counts."""
    head = ("case", "quantity", "computed", "wanted", "unit", "error", "allowed", "verdict")
    lines = [head]
    for r in table.rows:
        error = "" if r.error is None else f"{100 * r.error:+.3f} %"
        lines.append(
            (
                inert(r.case, 40),
                inert(r.quantity, 28),
                _short(r.computed),
                _short(r.wanted),
                inert(r.unit.split("(")[0], 14),
                error,
                inert(r.tolerance, 10),
                r.verdict,
            )
        )
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    right = {2, 3, 5}
    out = []
    for number, line in enumerate(lines):
        cells = [v.rjust(w) if i in right else v.ljust(w) for i, (v, w) in enumerate(zip(line, widths))]
        out.append("  ".join(cells).rstrip())
        if number == 0:
            out.append("  ".join("-" * w for w in widths))
        elif table.rows[number - 1].why:
            out.append(f"    line {table.rows[number - 1].line}: {table.rows[number - 1].why}")
    return "\n".join([*out, "", table.summary])


def _short(value: float | None) -> str:
    return "-" if value is None else f"{value:.6g}"
