"""A layout search as a page, a table of all layouts with what became of each, and one plan a kept layout."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from mrsite.base.text import inert
from mrsite.checks.finding import Outcome
from mrsite.outputs import plan_svg
from mrsite.outputs.marks import storey_drawing
from mrsite.studies.pareto import RESPECTS
from mrsite.studies.search import Search
from mrsite.studies.table import rows_csv

#: More losers than these hide the page; all are in the table.
_MOST_ROWS = 400
#: What a picture shows beyond the outer 0.5 mT edge, m: the neighbouring rooms.
_ABOUT_M = 3.0


def files(search: Search, pictured: Sequence[tuple[int, Outcome]]) -> dict[str, bytes]:
    """Return ``search.html``, ``layouts.csv`` and ``search.json``.

    Parameters
    ----------
    pictured : sequence of (row, Outcome)
        The kept layouts to draw.
    """
    rows = [_row(search, k) for k in range(len(search.results))]
    data = {
        "schema": 1,
        "study": search.study.model_dump(by_alias=True, mode="json"),
        "scanner": search.scanner,
        "respects": [{"measure": r.measure, "says": r.words, "unit": r.unit, "grain": r.grain} for r in RESPECTS],
        "notes": list(search.notes),
        "layouts": rows,
    }
    text = json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    return {"search.html": _page(search, pictured, rows), "layouts.csv": rows_csv(rows), "search.json": text.encode()}


def _row(search: Search, k: int) -> dict[str, Any]:
    result, standing = search.results[k], search.standings[k]
    measures = result["measures"]
    return {
        "layout": k,
        "round": search.rounds[k],
        "case": result["case"],
        **{v.key: result["values"].get(v.key) for v in search.study.vary},
        "standing": "kept" if standing.kept else "lost",
        "reason": standing.reason,
        "lost_to": standing.by,
        "fail": measures.get("fail"),
        **{r.measure: measures.get(r.measure) for r in RESPECTS},
    }


def _page(search: Search, pictured: Sequence[tuple[int, Outcome]], rows: Sequence[dict[str, Any]]) -> bytes:
    from jinja2 import Environment, PackageLoader
    from markupsafe import Markup

    keys = [v.key for v in search.study.vary]
    shown = ["fail", *(r.measure for r in RESPECTS)]
    lost = [row for row in rows if row["standing"] == "lost"]
    environment = Environment(loader=PackageLoader("mrsite", "data/outputs"), autoescape=True)
    page = environment.get_template("search.html.j2").render(
        name=inert(search.study.study.name),
        scanner=search.scanner,
        settings=search.study.search,
        count=len(rows),
        notes=search.notes,
        respects=[
            f"{r.words}{f', {r.unit}' if r.unit else ''} ({'more' if r.more else 'less'} is better)" for r in RESPECTS
        ],
        heads=[*(key.removeprefix(f"scanner.{search.scanner}.") for key in keys), "fail",
               *(f"{r.words}{f', {r.unit}' if r.unit else ''}" for r in RESPECTS)],
        kept=[(row["layout"], [_shown(row[name]) for name in (*keys, *shown)]) for row in rows if row not in lost],
        lost=[
            (row["layout"], [_shown(row[key]) for key in keys], inert(row["reason"], 400)) for row in lost[:_MOST_ROWS]
        ],
        left_out=max(len(lost) - _MOST_ROWS, 0),
        plans=[(k, _says(rows[k], keys, search.scanner), Markup(_svg(o, search.scanner))) for k, o in pictured],
    )  # fmt: skip
    return page.encode()


def _says(row: dict[str, Any], keys: Sequence[str], scanner: str) -> str:
    return ", ".join(f"{key.removeprefix(f'scanner.{scanner}.')} {_shown(row[key])}" for key in keys)


def _svg(outcome: Outcome, scanner: str) -> str:
    """The drawing about the magnet, as far as its 0.5 mT line goes: what a layout changes."""
    here = next(s for s in outcome.project.scanners if s.id == scanner)
    storey = outcome.project.storey(here.storey)
    drawing = storey_drawing(outcome, storey.name)
    region = outcome.evidence.region(storey.name, 0.5e-3)
    linework = storey.plan.linework if storey.plan is not None else ()
    if region is None or region.upper.is_empty:
        svg = plan_svg.render(drawing, linework)
    else:
        x0, y0, x1, y1 = region.upper.bounds
        svg = plan_svg.place(drawing, linework, (x0 - _ABOUT_M, y0 - _ABOUT_M, x1 + _ABOUT_M, y1 + _ABOUT_M))
    return svg.decode().split("?>", 1)[-1]


def _shown(value: Any) -> str:
    if value is None:
        return "not known"
    # places at grid coordinates keep their millimetres
    return f"{round(value, 3):.12g}" if isinstance(value, int | float) else inert(str(value), 60)
