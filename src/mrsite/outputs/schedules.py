"""Schedules of equipment and doors as rows of text, for the drawing and the report alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mrsite.checks.finding import Finding, Outcome
from mrsite.outputs import printed
from mrsite.outputs.order import numbered


def finding_of(subject: str, findings: Sequence[Finding]) -> Finding | None:
    """Return the worst finding of an item of equipment."""
    own = [f for _, f in numbered(findings) if f.subject == subject or f.subject.startswith(f"{subject} ")]
    return own[0] if own else None


def equipment_rows(equipment: Sequence[Any], outcome: Outcome) -> list[list[str]]:
    """Return the equipment schedule, heading first."""
    rows = [["item", "class", "storey", "heights above floor", "limit", "worst field", "verdict", "limit from"]]
    for item in equipment:
        finding = finding_of(item.id, outcome.findings)
        limit = "not stated"
        if finding is not None and finding.limit is not None:
            limit = f"{printed.exact(finding.limit[0])} {finding.limit[1]}"
        elif item.max_field_mT is not None:
            limit = f"{printed.exact(item.max_field_mT)} mT"
        rows.append([
            item.id, item.class_.label if item.class_ else "-", item.storey,
            f"{printed.heights(item.heights)} ({item.heights_from})", limit,
            printed.banded(finding.measured) if finding else "-", finding.status if finding else "not-assessed",
            (finding.source if finding else item.source) or "-",
        ])  # fmt: skip
    return rows


def door_rows(doors: Sequence[Any], outcome: Outcome) -> list[list[str]]:
    """Return the door schedule, heading first; what nobody said is called so."""
    rows = [["door", "storey", "between", "clear width", "opens", "lock", "self-closing", "signs", "detector"]]

    def said(value: Any) -> str:
        return "not stated" if value is None else "yes" if value is True else "no" if value is False else str(value)

    labels = {space.id: space.label for space in outcome.project.spaces}
    for door in doors:
        rows.append([
            door.label, door.storey,
            " / ".join(labels.get(s, s) for s in door.spaces) if door.spaces else "not known",
            "not stated" if door.clear_width_m is None
            else printed.length(door.clear_width_m, outcome.project.drawing.lengths),
            said(door.opens), said(door.lock), said(door.self_closing),
            "not stated" if door.signs is None else (" and ".join(door.signs) or "none"), said(door.detector),
        ])  # fmt: skip
    return rows
