"""The table of a study: one row a case."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from mrsite.base.text import cell
from mrsite.studies.measures import MEASURES
from mrsite.studies.study_file import StudyFile


def table_rows(study: StudyFile, results: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return rows: case, site, each varied key, conclusion, the measures, error."""
    keys = [v.key for v in study.vary]
    rows = []
    for result in results:
        row: dict[str, Any] = {"case": result["case"], "site": result["site"]}
        row.update({key: result["values"].get(key) for key in keys})
        row["conclusion"] = result["conclusion"]
        row.update({name: result["measures"].get(name) for name in MEASURES})
        row["error"] = result["error"]
        rows.append(row)
    return rows


def table_csv(study: StudyFile, results: Sequence[Mapping[str, Any]]) -> bytes:
    """Return the table as CSV; text that a spreadsheet would take for a formula gets an apostrophe."""
    rows = table_rows(study, results)
    header = list(rows[0]) if rows else ["case", "site", "conclusion", "error"]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([cell(name) for name in header])
    for row in rows:
        writer.writerow([_shown(row[name]) for name in header])
    return text.getvalue().encode()


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list | dict):
        return cell(json.dumps(value, sort_keys=True, ensure_ascii=False))
    return cell(str(value))
