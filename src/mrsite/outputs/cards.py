"""Cards that Jupyter shows for a site, an assessment and its findings. Plain HTML, no script, no outside resource.

Every word that comes from a drawing or a site file is escaped; a verdict is shown in words as well as in colour.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from mrsite.base.text import inert
from mrsite.checks.finding import STATUSES, Finding, Outcome
from mrsite.outputs import printed
from mrsite.site.project import Project

# Contrast with white text is at least 4.5 : 1 (WCAG 2.1, 1.4.3).
_PILLS = {"fail": "#a3140b", "warn": "#8a5a00", "not-assessed": "#555555", "pass": "#00694b"}
_MOST_ROWS = 10
_CELL = "text-align:left;vertical-align:top"
_CONCLUSIONS = {
    "fails": "at least one requirement is not met",
    "open": "no requirement is known to be missed, and something is still to be settled",
    "clear": "every requirement that was asked about is met on evidence that was read",
}


def words(text: object, limit: int = 200) -> str:
    """Foreign text made harmless: no markup, no control characters, cut at a limit."""
    return escape(inert(str(text), limit))


def site_card(project: Project) -> str:
    """Return the card of a site: storeys, magnets, spaces, guidance, what was assumed."""
    storeys = _table(
        ["storey", "floor, m", "drawing", "read as", "rooms", "doors"],
        [_storey_row(project, s) for s in project.storeys],
    )
    magnets = _table(
        ["scanner", "magnet", "evidence", "isocentre, m", "patient end points"],
        [
            [
                s.id,
                s.magnet.label,
                s.magnet.grade,
                ", ".join(f"{c:.2f}" for c in s.poses[0].position),
                s.poses[0].patient_end(),
            ]
            for s in project.scanners
        ],
    )
    packs = ", ".join(words(p.id) for p in project.packs) or "none"
    notes = _list("Assumed, or not read", project.notes)
    return _frame(f"Site: {words(project.name)}", f"{magnets}{storeys}<p>Guidance: {packs}.</p>{notes}")


def _storey_row(project: Project, storey: Any) -> list[object]:
    plan = storey.plan
    rooms = sum(s.storey == storey.name and not s.is_area for s in project.spaces)
    doors = sum(d.storey == storey.name for d in project.doors)
    if plan is None:
        return [storey.name, f"{storey.elevation:g}", "none", "", rooms, doors]
    return [
        storey.name,
        f"{storey.elevation:g}",
        storey.drawing or "",
        f"{plan.unit} ({plan.unit_decision.source})",
        rooms,
        doors,
    ]


def assessment_card(outcome: Outcome) -> str:
    """Return the card of an assessment: conclusion, counts, findings worst first, what the numbers leave out."""
    conclusion = outcome.conclusion
    body = (
        f"<p><b>{words(conclusion)}</b>: {_CONCLUSIONS[conclusion]}.</p><p>{pills(outcome.findings)}</p>"
        f"{findings_table(outcome.findings)}"
        f"{_list('Taken into account', outcome.evidence.modelled)}{_list('Left out', outcome.evidence.not_modelled)}"
    )
    for reason in (outcome.evidence.caution, outcome.evidence.unknown):
        if reason:
            body += f"<p><b>Note:</b> {words(reason, 400)}</p>"
    return _frame(f"Assessment: {words(outcome.project.name)}", body)


def findings_card(findings: Sequence[Finding]) -> str:
    """Return the card of some findings."""
    return _frame(f"{len(findings)} findings", f"<p>{pills(findings)}</p>{findings_table(findings, len(findings))}")


def pills(findings: Iterable[Finding]) -> str:
    """How many of each status, as words on a colour."""
    found = list(findings)
    counts = ((status, sum(f.status == status for f in found)) for status in STATUSES)
    return " ".join(
        f'<span style="background:{_PILLS[status]};color:#fff;border-radius:3px;padding:1px 7px">'
        f"{n} {_said(status)}</span>"
        for status, n in counts
    )


def _said(status: str) -> str:
    return status.replace("-", " ")


def findings_table(findings: Sequence[Finding], most: int = _MOST_ROWS) -> str:
    """Findings as rows: status, what is judged by which rule, what was found against what is allowed, in words."""
    rows = []
    for finding in findings[:most]:
        figures = [words(printed.banded(finding.measured))] if finding.measured else []
        if finding.limit:
            figures.append(f"limit {words(printed.exact(finding.limit[0]))} {words(finding.limit[1])}")
        colour = _PILLS[finding.status]
        where = f"<br>{words(finding.storey)}" if finding.storey else ""
        rows.append(
            f'<tr><td style="{_CELL};color:{colour};font-weight:600;white-space:nowrap">{_said(finding.status)}</td>'
            f'<td style="{_CELL}">{words(finding.subject)}{where}<br><code>{words(finding.rule)}</code></td>'
            f'<td style="{_CELL};min-width:16em">{words(finding.message, 300)}</td>'
            f'<td style="{_CELL};min-width:7em">{"<br>".join(figures)}</td>'
            f'<td style="{_CELL}">{words(finding.grade)}</td></tr>'
        )
    head = ["status", "what", "in words", "found, limit", "evidence"]
    rest = len(findings) - len(rows)
    more = f"<p>and {rest} more: <code>.to_frame()</code> has them all.</p>" if rest > 0 else ""
    return _html_table(head, rows) + more


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    cells = ["<tr>" + "".join(f'<td style="text-align:left">{words(c)}</td>' for c in row) + "</tr>" for row in rows]
    return _html_table(head, cells)


def _html_table(head: Sequence[str], rows: Sequence[str]) -> str:
    top = "".join(f'<th scope="col" style="text-align:left">{escape(h)}</th>' for h in head)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _list(heading: str, lines: Sequence[str]) -> str:
    if not lines:
        return ""
    items = "".join(f"<li>{words(line, 400)}</li>" for line in lines)
    return f"<details><summary>{escape(heading)} ({len(lines)})</summary><ul>{items}</ul></details>"


def _frame(heading: str, body: str) -> str:
    return (
        '<div style="border:1px solid #bbb;border-radius:5px;padding:8px 14px;max-width:70em;overflow-x:auto">'
        f'<div style="font-weight:600;font-size:1.05em">{heading}</div>{body}</div>'
    )
