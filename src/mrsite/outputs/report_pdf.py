"""The report as a tagged PDF: the same content as the HTML, set by typst."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mrsite.checks.finding import Outcome
from mrsite.outputs import plan_svg, typeset
from mrsite.outputs.mark import Box
from mrsite.outputs.order import numbered
from mrsite.outputs.pictures import Pictures
from mrsite.outputs.report_model import report

_COLOUR = {"fail": "#9b1021", "warn": "#7a4a00", "not-assessed": "#3d3d8f", "pass": "#1b5e20"}
#: Pictures of a place: as many as help, and no more than a page can bear.
_MOST_PLACES = 24


def render(outcome: Outcome, pictures: Pictures | None = None, notes: Sequence[str] = ()) -> bytes:
    """Return the report; the same outcome gives the same bytes."""
    pictures = pictures or Pictures(outcome)
    data = report(outcome, pictures.drawings, notes)
    places = _places(outcome, pictures)
    data["pictures"] = _pictures(outcome, pictures)
    data["findings"] = [_finding(f, places.get(f["number"], "")) for f in data["findings"]]
    data["tally"] = (
        ", ".join(f"{n} {status}" for status, n in data["counts"].items())
        + ". A verdict is on one requirement and one subject; measured figures are rounded up, clearances down."
    )
    data["short_warning"] = "MAGNET DATA UNVERIFIED" if any("UNVERIFIED" in w for w in data["warnings"]) else ""
    data["risk_rows"] = [["hazard", "who", "place", "control drawn or stated", "open question", "owner"]] + [
        [row[key] or "none found" for key in ("hazard", "who", "place", "control", "open", "owner")]
        for row in data["risks"]
    ]
    lost = typeset.not_covered(_texts(data))
    if lost:
        data["notes"] = [
            *data["notes"],
            f"characters that the PDF's font lacks, printed by number: {', '.join(lost[:40])}",
        ]
    return typeset.pdf("report.typ", data)


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [t for part in value.values() for t in _texts(part)]
    if isinstance(value, list | tuple):
        return [t for part in value for t in _texts(part)]
    return [value] if isinstance(value, str) else []


def _finding(f: dict[str, Any], picture: str) -> dict[str, Any]:
    figures = []
    if f["measured"] != "-":
        figures.append(f"measured {f['measured']}")
    if f["limit"] != "-":
        figures.append(f"limit {f['limit']}")
    if f["margin"] != "-":
        figures.append(f["margin"])
    rule = f["rule"] + (f"; also {', '.join(f['also'])}" if f["also"] else "")
    return {
        **f,
        "figures": ", ".join(figures),
        "colour": _COLOUR[f["status"]],
        "picture": picture,
        "rule": rule,
        "basis": "somebody's word" if f["basis"] == "attested" else "computed",
    }


def _pictures(outcome: Outcome, pictures: Pictures) -> list[dict[str, str]]:
    made = []
    for name, drawing in pictures.drawings.items():
        svg = plan_svg.render(drawing, pictures.linework(name)).decode("utf-8")
        legend = "; ".join(f"{s.meaning}" for s in drawing.styles.values() if s.meaning)
        made.append(
            {
                "name": f"Plan: {name}",
                "svg": svg,
                "caption": legend,
                "alt": f"Plan of {name} with field lines, zones, equipment and findings",
            }
        )
    for section, drawing in pictures.sections:
        svg = plan_svg.render(drawing).decode("utf-8")
        made.append(
            {
                "name": f"{drawing.name} through {section.standing.id}",
                "svg": svg,
                "caption": "; ".join([f"{section.field_of}; heights from the site datum", *drawing.notes]),
                "alt": f"{drawing.name}: floors, magnet and field lines",
            }
        )
    return made


def _places(outcome: Outcome, pictures: Pictures) -> dict[str, str]:
    made: dict[str, str] = {}
    for number, finding in numbered(outcome.findings):
        shape = finding.location
        if finding.status not in ("fail", "warn") or shape is None or shape.is_empty or len(made) >= _MOST_PLACES:
            continue
        if finding.storey not in pictures.drawings:
            continue
        made[number] = plan_svg.place(
            pictures.drawings[finding.storey], pictures.linework(finding.storey), _window(shape.bounds)
        ).decode("utf-8")
    return made


def _window(bounds: Box) -> Box:
    cx, cy = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
    half = max(4.0, 0.9 * (bounds[2] - bounds[0]), 0.9 * (bounds[3] - bounds[1]))
    return cx - half, cy - 0.62 * half, cx + half, cy + 0.62 * half
