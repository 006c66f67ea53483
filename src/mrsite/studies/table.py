"""The table of a study: one row a case; CSV, and Parquet where pyarrow is installed."""

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


def tables(study: StudyFile, results: Sequence[Mapping[str, Any]]) -> dict[str, bytes]:
    """Return ``table.csv``, and ``table.parquet`` where pyarrow is installed."""
    rows = table_rows(study, results)
    files = {"table.csv": rows_csv(rows)}
    parquet = _parquet(rows)
    return files if parquet is None else {**files, "table.parquet": parquet}


def _parquet(rows: Sequence[Mapping[str, Any]]) -> bytes | None:
    """Return the rows as Parquet; a column of lists, or of numbers and words, is kept as JSON text."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        return None
    columns = {}
    for name in rows[0] if rows else ():
        values = [row[name] for row in rows]
        kinds = {float if type(v) in (int, float) else type(v) for v in values if v is not None}
        if len(kinds) > 1 or kinds & {list, dict}:
            values = [None if v is None else json.dumps(v, sort_keys=True, ensure_ascii=False) for v in values]
        elif kinds == {float} and any(isinstance(v, float) for v in values):
            values = [None if v is None else float(v) for v in values]
        columns[name] = values
    out = io.BytesIO()
    parquet.write_table(pyarrow.table(columns), out)
    return out.getvalue()


def rows_csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Return rows as CSV; text that a spreadsheet would take for a formula gets an apostrophe."""
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
