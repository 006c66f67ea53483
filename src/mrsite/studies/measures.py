"""An outcome in numbers: what tables of studies compare."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mrsite.checks.finding import Outcome

#: Names of the measures with what they mean and their unit, in table order.
MEASURES: Mapping[str, str] = {
    "fail": "findings that fail",
    "warn": "findings that warn",
    "not_assessed": "findings not assessed",
    "pass": "findings that pass",
    "area_0p5mT_m2": "area inside the 0.5 mT envelope on the scanner's storey, centre line, m2",
    "area_0p5mT_outer_m2": "the same inside the outer edge of its band, m2",
    "area_3mT_m2": "area inside the 3 mT envelope, centre line, m2",
    "area_3mT_outer_m2": "the same inside the outer edge of its band, m2",
    "exceedance_m2": "area inside the outer 0.5 mT edge that lies in spaces not restricted, all storeys, m2",
    "worst_margin": "least margin of any equipment against its limit, as a share of the limit",
}


def measures(outcome: Outcome) -> dict[str, Any]:
    """Return the measures of an outcome; None where one was not computed."""
    counts = outcome.counts
    found: dict[str, Any] = {
        "fail": counts["fail"],
        "warn": counts["warn"],
        "not_assessed": counts["not-assessed"],
        "pass": counts["pass"],
    }
    storey = outcome.project.scanners[0].storey
    for level, name in ((0.5e-3, "0p5mT"), (3e-3, "3mT")):
        region = outcome.evidence.region(storey, level)
        found[f"area_{name}_m2"] = None if region is None else round(float(region.central.area), 6)
        found[f"area_{name}_outer_m2"] = None if region is None else round(float(region.upper.area), 6)
    found["exceedance_m2"] = _exceedance(outcome)
    margins = [
        f.margin / f.limit[0]
        for f in outcome.findings
        if f.check == "equipment" and f.margin is not None and f.limit is not None and f.limit[0] > 0
    ]
    found["worst_margin"] = round(min(margins), 9) if margins else None
    return {name: found[name] for name in MEASURES}


def _exceedance(outcome: Outcome) -> float | None:
    from shapely import union_all

    total, computed = 0.0, False
    for storey in outcome.project.storeys:
        region = outcome.evidence.region(storey.name, 0.5e-3)
        if region is None:
            continue
        computed = True
        open_to_others = [
            s.polygon
            for s in outcome.project.spaces
            if s.storey == storey.name and s.polygon is not None and s.occupancy not in ("restricted", "none")
        ]
        if open_to_others and not region.upper.is_empty:
            total += float(region.upper.intersection(union_all(open_to_others)).area)
    return round(total, 6) if computed else None
