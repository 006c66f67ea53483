"""``basis.json``: what the findings rest on, for programs: lines and bands, magnets, notes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mrsite.base.data import version
from mrsite.checks.finding import Outcome
from mrsite.outputs.findings_json import dumps, number_or_none, plain, rounded
from mrsite.outputs.marks import standings_on
from mrsite.outputs.report_model import magnet_rows, placement_rows, unit_rows


def render(outcome: Outcome, notes: Sequence[str] = ()) -> bytes:
    """Return the basis of design as JSON, schema 1."""
    issue = outcome.project.issue
    return dumps({
        "schema": 1,
        "site": outcome.project.name,
        "revision": issue.revision,
        "issue": plain(issue.model_dump()),
        "mrsite_version": version(),
        "placements": placement_rows(outcome),
        "magnets": [magnet_rows(s) for s in outcome.project.scanners],
        "units": unit_rows(outcome),
        "drawings": [
            {"storey": s.name, "unit": s.plan.unit, "unit_m": s.plan.unit_m, "insunits": s.plan.declared_insunits or 0}
            for s in outcome.project.storeys if s.plan is not None
        ],
        "layers": {"template": outcome.project.drawing.layers, "prefix": outcome.project.drawing.prefix,
                   "plot_scale": outcome.project.drawing.plot_scale},
        "modelled": list(outcome.evidence.modelled),
        "not_modelled": list(outcome.evidence.not_modelled),
        "caution": outcome.evidence.caution,
        "unknown": outcome.evidence.unknown,
        "lines": line_rows(outcome),
        "notes": [*outcome.project.notes, *notes],
    })  # fmt: skip


def line_rows(outcome: Outcome) -> list[dict[str, Any]]:
    """Return each line with its bounds and how far it reaches in 24 directions from the isocentre.

    By these two results can be compared without their drawings.
    """
    from mrsite.outputs.sheets import _ray

    rows = []
    for region in outcome.evidence.regions:
        standings = standings_on(outcome, region.storey)
        for edge in ("central", "upper"):
            shape = getattr(region, edge)
            if shape is None or shape.is_empty:
                continue
            reach: dict[str, list[float | None]] = {}
            for standing in standings:
                found = [_ray(shape, standing, degrees) for degrees in range(0, 360, 15)]
                reach[standing.id] = [None if f is None else round(f[0], 4) for f in found]
            rows.append({
                "storey": region.storey, "quantity": region.quantity, "level": number_or_none(region.level),
                "kind": region.kind, "heights": list(region.heights), "edge": edge,
                "bounds": rounded(list(shape.bounds)), "area_m2": round(float(shape.area), 4), "reach_m": reach,
                "shares_m": plain(region.shares_m), "earth_m": number_or_none(region.earth_m),
                "incomplete": region.incomplete,
            })  # fmt: skip
    return rows
