"""``findings.json``: every verdict stored, in the documented form (schema 1)."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from mrsite.base.data import version
from mrsite.checks.finding import Finding, Outcome
from mrsite.outputs.order import numbered

SCHEMA = 1


def render(outcome: Outcome) -> bytes:
    """Return the findings as JSON, GeoJSON places in plan metres of the storey named."""
    return dumps(document(outcome))


def document(outcome: Outcome) -> dict[str, Any]:
    """Return the findings as plain values."""
    project = outcome.project
    return {
        "schema": SCHEMA,
        "site": project.name,
        "guidance": [pack.id for pack in project.packs],
        "mrsite_version": version(),
        "inputs": {_name(name): digest for name, digest in sorted(project.inputs.items())},
        "magnets": [{"id": s.magnet.id, "grade": s.magnet.grade} for s in project.scanners],
        "conclusion": outcome.conclusion,
        "counts": outcome.counts,
        "coverage": plain(outcome.coverage),
        "findings": [_finding(finding) for _, finding in numbered(outcome.findings)],
    }


def _name(path: str) -> str:
    # Where a file lay on somebody's machine is nobody's business, and would change the bytes.
    pure = PurePath(path.replace("\\", "/"))
    return pure.name if pure.is_absolute() else pure.as_posix()


def _finding(finding: Finding) -> dict[str, Any]:
    measured = finding.measured
    return {
        "id": finding.id,
        "check": finding.check,
        "rule": finding.rule,
        "also": list(finding.also),
        "severity": finding.severity,
        "status": finding.status,
        "basis": finding.basis,
        "kind": finding.kind,
        "subject": finding.subject,
        "storey": finding.storey,
        "measured": None if measured is None else {
            "value": number_or_none(measured.value), "lower": number_or_none(measured.lower),
            "upper": number_or_none(measured.upper), "unit": measured.unit,
        },
        "limit": None if finding.limit is None else {
            "value": number_or_none(finding.limit[0]), "unit": finding.limit[1],
        },
        "margin": number_or_none(finding.margin),
        "margin_m": number_or_none(finding.margin_m),
        "location": geometry(finding.location),
        "message": finding.message,
        "remedy": finding.remedy,
        "source": finding.source,
        "grade": finding.grade,
        "depends_on": list(finding.depends_on),
    }  # fmt: skip


def number_or_none(value: float | None) -> float | None:
    """Return a number that JSON can hold."""
    return None if value is None or not math.isfinite(value) else float(value)


def geometry(shape: Any) -> dict[str, Any] | None:
    """Return a shapely geometry as GeoJSON, to a tenth of a millimetre; None where there is none."""
    if shape is None or shape.is_empty:
        return None
    from shapely.geometry import mapping

    return rounded(mapping(shape))  # type: ignore[no-any-return]


def rounded(value: Any, digits: int = 4) -> Any:
    """Return nested coordinates rounded, tuples as lists."""
    if isinstance(value, Mapping):
        return {key: rounded(part, digits) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(part, digits) for part in value]
    return round(value, digits) if isinstance(value, float) else value


def plain(value: Any) -> Any:
    """Return nested mappings and sequences as JSON knows them."""
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(part) for part in value]
    if isinstance(value, float):
        return number_or_none(value)
    return value if value is None or isinstance(value, str | int | bool) else str(value)


def dumps(value: Any) -> bytes:
    """Return JSON as bytes: the text as it is, indented, no numbers that are none."""
    return (json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode("utf-8", "replace")
