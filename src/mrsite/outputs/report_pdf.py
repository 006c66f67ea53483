"""The report as a tagged PDF: the same content as the HTML, set by typst."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mrsite.checks.finding import Outcome
from mrsite.outputs import plan_svg, typeset
from mrsite.outputs.magnet_marks import Standing
from mrsite.outputs.mark import Box, Drawing
from mrsite.outputs.marks import standings_on
from mrsite.outputs.order import numbered
from mrsite.outputs.pictures import Pictures
from mrsite.outputs.report_model import report

_COLOUR = {"fail": "#9b1021", "warn": "#7a4a00", "not-assessed": "#3d3d8f", "pass": "#1b5e20"}
#: Room for a picture on an A3 sheet.
_A3_MM = (388.0, 240.0)
#: Pictures of a place: as many as help, and no more than a page can bear.
_MOST_PLACES = 24


def render(outcome: Outcome, pictures: Pictures | None = None, notes: Sequence[str] = ()) -> bytes:
    """Return the report; the same outcome gives the same bytes."""
    pictures = pictures or Pictures(outcome)
    data = report(outcome, pictures.drawings, notes)
    places = _places(outcome, pictures)
    data["pictures"] = _pictures(outcome, pictures)
    sources = list(dict.fromkeys(f["source"] for f in data["findings"] if f["status"] == "pass"))
    data["findings"] = [_finding(f, places.get(f["number"], ""), sources) for f in data["findings"]]
    data["sources"] = [[f"[{k}]", source] for k, source in enumerate(sources, 1)]
    data["tally"] = (
        ", ".join(f"{n} {status.replace('-', ' ')}" for status, n in data["counts"].items())
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


def _finding(f: dict[str, Any], picture: str, sources: Sequence[str]) -> dict[str, Any]:
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
        "ref": f"[{sources.index(f['source']) + 1}]" if f["source"] in sources else "",
        "rule": rule,
        "basis": "somebody's word" if f["basis"] == "attested" else "computed",
    }


def _pictures(outcome: Outcome, pictures: Pictures) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for name, drawing in pictures.drawings.items():
        linework = pictures.linework(name)
        x0, y0, x1, y1 = drawing.extent
        made.append(
            {
                "name": f"Plan: {name}",
                "svg": plan_svg.render(drawing, linework).decode("utf-8"),
                "caption": "",
                "legend": _legend(drawing),
                "tall": (y1 - y0) > 0.62 * (x1 - x0),
                "width_mm": 0,
                "alt": f"Plan of {name} with field lines, zones, equipment and findings",
            }
        )
        for standing in standings_on(outcome, name):
            window = _detail(drawing, standing)
            if standing.storey is None and window is not None:
                width = (window[2] - window[0]) * 1000 / drawing.plot_scale
                made.append(
                    {
                        "name": f"Plan: {name}, about {standing.id}, 1:{drawing.plot_scale:g} on A3",
                        "svg": plan_svg.place(drawing, linework, window).decode("utf-8"),
                        "caption": "",
                        "legend": [],
                        "tall": False,
                        "width_mm": round(width, 2),
                        "alt": f"Part of the plan of {name} about {standing.id}, to scale",
                    }
                )
    for section, drawing in pictures.sections:
        svg = plan_svg.render(drawing).decode("utf-8")
        made.append(
            {
                "name": f"{drawing.name} through {section.standing.id}",
                "svg": svg,
                "caption": "; ".join([f"{section.field_of}; heights from the site datum", *drawing.notes]),
                "legend": [],
                "tall": False,
                "width_mm": 0,
                "alt": f"{drawing.name}: floors, magnet and field lines",
            }
        )
    return made


def _detail(drawing: Drawing, standing: Standing) -> Box | None:
    """Return what of a plan goes on a sheet at its plot scale, or None where the whole does anyhow."""
    half_w, half_h = (0.5e-3 * mm * drawing.plot_scale for mm in _A3_MM)
    x0, y0, x1, y1 = drawing.extent
    if x1 - x0 <= 2 * half_w and y1 - y0 <= 2 * half_h:
        return None
    x, y = standing.at
    return x - half_w, y - half_h, x + half_w, y + half_h


def _legend(drawing: Drawing) -> list[dict[str, Any]]:
    """Return the look of each layer that a picture shows, in the order of the drawing's own legend."""
    return [
        {"meaning": s.meaning, "rgb": s.rgb, "dash": list(plan_svg.DASHES.get(s.linetype, ())), "weight": s.weight_mm}
        for s in drawing.styles.values()
        if s.meaning and s.item not in plan_svg.BESIDE
    ]


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
