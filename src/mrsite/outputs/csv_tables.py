"""Tables as CSV: a cell that a spreadsheet would take for a formula gets a leading apostrophe."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mrsite.base.text import cell
from mrsite.checks.finding import Outcome
from mrsite.outputs.order import numbered
from mrsite.outputs.schedules import door_rows, equipment_rows

FINDING_COLUMNS = (
    "number", "id", "check", "rule", "also", "severity", "status", "basis", "kind", "subject", "storey",
    "measured", "measured_lower", "measured_upper", "measured_unit", "limit", "limit_unit", "margin", "margin_m",
    "message", "remedy", "source", "grade", "depends_on",
)  # fmt: skip


def render(outcome: Outcome) -> dict[str, bytes]:
    """Return the tables by file name."""
    project = outcome.project
    return {
        "findings.csv": table(FINDING_COLUMNS, findings_rows(outcome)),
        "doors.csv": sheet(door_rows(project.doors, outcome)),
        "equipment.csv": sheet(equipment_rows(project.equipment, outcome)),
    }


def findings_rows(outcome: Outcome) -> list[dict[str, Any]]:
    """Return one mapping a finding, keys as `FINDING_COLUMNS`."""
    rows = []
    for number, f in numbered(outcome.findings):
        measured = f.measured
        rows.append({
            "number": number, "id": f.id, "check": f.check, "rule": f.rule, "also": " ".join(f.also),
            "severity": f.severity, "status": f.status, "basis": f.basis, "kind": f.kind, "subject": f.subject,
            "storey": f.storey, "measured": measured and measured.value, "measured_lower": measured and measured.lower,
            "measured_upper": measured and measured.upper, "measured_unit": measured and measured.unit,
            "limit": f.limit and f.limit[0], "limit_unit": f.limit and f.limit[1], "margin": f.margin,
            "margin_m": f.margin_m, "message": f.message, "remedy": f.remedy, "source": f.source, "grade": f.grade,
            "depends_on": " ".join(f.depends_on),
        })  # fmt: skip
    return rows


def table(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Return rows under a heading; numbers stay numbers, None is an empty cell."""
    return sheet([list(columns), *([row.get(c) for c in columns] for row in rows)])


def sheet(rows: Iterable[Sequence[Any]]) -> bytes:
    """Return rows as UTF-8 CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for row in rows:
        writer.writerow([_written(value) for value in row])
    return out.getvalue().encode("utf-8", "replace")


def _written(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return repr(value)
    # No control characters: a stray ESC or NUL in a name must not reach a terminal through `cat`.
    return cell("".join(c if c.isprintable() or c in "\t\n\r" else "\N{REPLACEMENT CHARACTER}" for c in str(value)))
