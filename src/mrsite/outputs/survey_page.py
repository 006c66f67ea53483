"""A survey as a page, tables, and the updated magnet."""

from __future__ import annotations

import csv
import io
from typing import Any

from mrsite.base.text import cell, inert
from mrsite.checks.finding import Outcome
from mrsite.magnets import write_model
from mrsite.outputs import plan_svg
from mrsite.outputs.marks import storey_drawing
from mrsite.outputs.survey_marks import Place, with_places
from mrsite.studies.survey.run import Survey

_COLUMNS = (
    "point",
    "x_m",
    "y_m",
    "height_m",
    "space",
    "reading_mT",
    "U_mT",
    "predicted_mT",
    "lower_mT",
    "upper_mT",
    "agreement",
    "line_shift_m",
    "compliance",
)

#: More places than these hide the plan; all are in the table.
_MOST_PLACES = 400


def files(survey: Survey) -> dict[str, bytes]:
    """Return ``survey.html``, ``survey.csv``, and ``magnet-updated.toml`` where the readings support one."""
    made = {"survey.html": _page(survey), "survey.csv": _csv(survey)}
    if survey.update.model is not None:
        made["magnet-updated.toml"] = write_model(survey.update.model).encode()
    return made


def rows(survey: Survey) -> list[dict[str, Any]]:
    """Return one row a reading."""
    r, v = survey.readings, survey.verdicts
    return [
        {
            "point": name,
            "x_m": float(r.at[k, 0]),
            "y_m": float(r.at[k, 1]),
            "height_m": float(r.height[k]),
            "space": survey.spaces[k],
            "reading_mT": r.B[k] * 1e3,
            "U_mT": v.uncertainty[k] * 1e3,
            "predicted_mT": v.predicted[k] * 1e3,
            "lower_mT": v.lower[k] * 1e3,
            "upper_mT": v.upper[k] * 1e3,
            "agreement": "agrees" if v.agrees[k] else "differs",
            "line_shift_m": v.shift_m[k],
            "compliance": v.compliance[k],
        }
        for k, name in enumerate(r.names)
    ]


def summary(survey: Survey) -> list[str]:
    """Return what a person must know, in lines."""
    v, u = survey.verdicts, survey.update
    count = len(survey.readings.B)
    judged = {
        c: v.compliance.count(c) for c in ("fail", "warn", "pass", "not-limited", "not-assessed") if c in v.compliance
    }
    said = [
        f"{count} readings: {count - v.disagreeing} agree with the prediction, {v.disagreeing} differ",
        "on the readings themselves: " + ", ".join(f"{n} {c}" for c, n in judged.items()),
        *(f"suspicion: {s.says}" for s in survey.suspicions),
    ]
    if u.model is None:
        said.append(f"the prediction is not updated: {u.why}")
    else:
        said.append(f"the prediction is updated from {len(u.used)} readings (mean square residual {u.chi2:.2f})")
        assert survey.after is not None
        said.append(
            f"conclusion before: {survey.before.conclusion}; with the updated magnet: {survey.after.conclusion}"
        )
        said += _changes(survey)
    if survey.next_points:
        places = "; ".join(f"({x:.2f}, {y:.2f})" for x, y in survey.next_points)
        said.append(f"readings that would narrow the 0.5 mT line most: {places}")
    return [*said, *survey.said]


def _changes(survey: Survey) -> list[str]:
    assert survey.after is not None
    old = {f.id: f for f in survey.before.findings}
    return [
        f"{f.rule} {f.subject}: {old[f.id].status} before, {f.status} now"
        for f in survey.after.findings
        if f.id in old and old[f.id].status != f.status
    ]


def _page(survey: Survey) -> bytes:
    from jinja2 import Environment, PackageLoader
    from markupsafe import Markup

    plans = [("Readings on the prediction", _plan(survey, survey.before))]
    if survey.after is not None:
        plans.append(
            ("Readings on the updated magnet: right at this site and nowhere else", _plan(survey, survey.after))
        )
    environment = Environment(loader=PackageLoader("mrsite", "data/outputs"), autoescape=True)
    page = environment.get_template("survey.html.j2").render(
        site=survey.project.name,
        scanner=survey.scanner.id,
        summary=[inert(s, 500) for s in summary(survey)],
        columns=_COLUMNS,
        rows=[[_shown(row[c]) for c in _COLUMNS] for row in rows(survey)[:2000]],
        left_out=max(len(survey.readings.B) - 2000, 0),
        plans=[(name, Markup(svg)) for name, svg in plans],
    )
    return page.encode()


def _plan(survey: Survey, outcome: Outcome) -> str:
    storey = outcome.project.storey(survey.scanner.storey)
    r = survey.readings
    places = [
        Place(name, (float(r.at[k, 0]), float(r.at[k, 1])), not survey.verdicts.agrees[k])
        for k, name in enumerate(r.names)
        if r.storeys is None or r.storeys[k] == storey.name
    ]
    drawing = with_places(storey_drawing(outcome, storey.name), places[:_MOST_PLACES])
    linework = storey.plan.linework if storey.plan is not None else ()
    x0, y0, x1, y1 = drawing.extent
    if places:
        xs, ys = zip(*(place.at for place in places))
        x0, y0, x1, y1 = min(xs) - 2, min(ys) - 2, max(xs) + 2, max(ys) + 2
    return plan_svg.place(drawing, linework, (x0, y0, x1, y1)).decode().split("?>", 1)[-1]


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else f"{value:.4g}"


def _csv(survey: Survey) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for row in rows(survey):
        writer.writerow([cell(v) if isinstance(v, str) else repr(float(v)) for v in (row[c] for c in _COLUMNS)])
    return text.getvalue().encode()
