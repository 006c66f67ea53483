"""A comparison of magnets as a page, a table and one plan a magnet."""

from __future__ import annotations

import csv
import io
from typing import Any

from mrsite.base.text import cell, distinct_slugs
from mrsite.outputs import plan_svg
from mrsite.outputs.marks import storey_drawing
from mrsite.studies.compare import Candidate, Comparison

_PAGE = """<!doctype html>
<html lang="en-GB"><head><meta charset="utf-8"><title>Magnets compared: {{ c.site }}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:">
<style>
body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:75rem;padding:0 1rem;color:#1a1a1a;background:#fff}
table{border-collapse:collapse;margin:1rem 0}th,td{border:1px solid #767676;padding:.35rem .6rem;text-align:right;vertical-align:top}
th{text-align:left}caption{text-align:left;font-weight:600}
figure{margin:2rem 0;break-inside:avoid}figure svg{width:100%;height:auto;border:1px solid #767676}
.scroll{overflow-x:auto}
</style></head><body><main>
<h1>Magnets compared at {{ c.site }}</h1>
<p>Each magnet stands in the place of scanner {{ c.scanner }}; everything else is as in the site file. Figures in brackets
are the edges of the band. No row says that a site is safe.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Comparison table"><table><caption>Side by side</caption>
<tr><th scope="col">magnet</th>{% for name in columns %}<th scope="col">{{ name }}</th>{% endfor %}</tr>
{% for row in rows %}<tr><th scope="row">{{ row[0] }}</th>{% for v in row[1:] %}<td>{{ v }}</td>{% endfor %}</tr>
{% endfor %}</table></div>
<h2>What can be ranked</h2><ul>{% for s in c.ranking %}<li>{{ s }}</li>{% endfor %}</ul>
{% for name, svg in plans %}<figure><figcaption><h2>{{ name }}</h2></figcaption>{{ svg }}</figure>
{% endfor %}</main></body></html>
"""

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
    from jinja2 import Environment
    from markupsafe import Markup

    plans = []
    slugs = distinct_slugs([c.magnet.id for c in comparison.candidates], "magnet")
    for slug, candidate in zip(slugs, comparison.candidates):
        if candidate.outcome is None:
            continue
        svg = _svg(candidate, comparison.scanner)
        plans.append((f"{candidate.magnet.label} ({slug})", Markup(svg.decode())))
    rows = [_row(c) for c in comparison.candidates]
    template = Environment(autoescape=True).from_string(_PAGE)
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
