"""A comparison of magnets as a page, a table and one plan a magnet."""

from __future__ import annotations

import csv
import io
from typing import Any

from mrsite.base.text import cell, distinct_slugs
from mrsite.outputs import plan_svg
from mrsite.outputs.marks import storey_drawing
from mrsite.studies.compare import Candidate, Comparison

_COLUMNS = (
    "B0, T",
    "evidence",
    "fail",
    "warn",
    "not assessed",
    "0.5 mT axial, m",
    "0.5 mT radial, m",
    "inside 0.5 mT, m2",
    "inside 3 mT, m2",
    "0.5 mT outer edge in spaces not restricted, m2",
    "mass, kg",
    "minimum room, m",
    "quench pipe",
)


def files(comparison: Comparison) -> dict[str, bytes]:
    """Return ``compare.html`` and ``compare.csv`` by name."""
    from jinja2 import Environment, PackageLoader
    from markupsafe import Markup

    plans = []
    slugs = distinct_slugs([c.magnet.id for c in comparison.candidates], "magnet")
    for slug, candidate in zip(slugs, comparison.candidates):
        if candidate.outcome is None:
            continue
        svg = _svg(candidate, comparison.scanner)
        plans.append((f"{candidate.magnet.label} ({slug})", Markup(svg.decode().split("?>", 1)[-1])))
    rows = [_row(c) for c in comparison.candidates]
    environment = Environment(loader=PackageLoader("mrsite", "data/outputs"), autoescape=True)
    template = environment.get_template("compare.html.j2")
    page = template.render(c=comparison, columns=_COLUMNS, rows=rows, plans=plans)
    return {"compare.html": page.encode(), "compare.csv": _csv(rows)}


def _svg(candidate: Candidate, scanner: str) -> bytes:
    outcome = candidate.outcome
    assert outcome is not None
    storey = next(s.storey for s in outcome.project.scanners if s.id == scanner)
    plan = outcome.project.storey(storey).plan
    return plan_svg.render(storey_drawing(outcome, storey), plan.linework if plan is not None else (), whole=False)


def _row(c: Candidate) -> list[str]:
    m = c.magnet
    head = [m.label, "" if m.B0_T is None else f"{m.B0_T:g}", m.grade]
    if c.outcome is None:
        return [*head, c.why, *[""] * (len(_COLUMNS) - 3)]
    half = next((r for r in c.reach if abs(r["level_mT"] - 0.5) < 1e-9), None)
    return [
        *head,
        str(c.measures["fail"]),
        str(c.measures["warn"]),
        str(c.measures["not_assessed"]),
        "" if half is None else _band(half, "axial"),
        "" if half is None else _band(half, "radial"),
        _area(c, 0.5),
        _area(c, 3.0),
        "not computed" if c.measures["exceedance_m2"] is None else f"{c.measures['exceedance_m2']:.2f}",
        _cited(m.siting, "mass_kg"),
        _cited(m.siting, "minimum_room_m"),
        _pipe(m.helium),
    ]


def _band(row: dict[str, float], way: str) -> str:
    return f"{row[f'{way}_m']:.2f} ({row[f'{way}_lower_m']:.2f} to {row[f'{way}_upper_m']:.2f})"


def _area(c: Candidate, level: float) -> str:
    area = c.areas.get(level)
    return "not computed" if area is None else f"{area.value:.1f} ({area.lower:.1f} to {area.upper:.1f})"


def _cited(table: Any, name: str) -> str:
    cited = table.get(name)
    return "not known" if cited is None else str(cited.value)


def _pipe(helium: Any) -> str:
    sealed = helium.get("sealed")
    if sealed is None:
        return "not known"
    return "none: sealed" if sealed.value else "needed"


def _csv(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["magnet", *_COLUMNS])
    writer.writerows([[cell(v) for v in row] for row in rows])
    return text.getvalue().encode()
