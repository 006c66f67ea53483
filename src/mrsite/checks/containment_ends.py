"""What lies above the top storey and below the lowest, where an isofield volume arrives."""

from __future__ import annotations

from typing import Any

from mrsite.checks import supply
from mrsite.checks.containment_storey import area_to_state, level_name
from mrsite.checks.enclosure import NOISE_M, heights_of, usable
from mrsite.checks.finding import Finding, Status
from mrsite.checks.judge import magnet_grade, no_field, state
from mrsite.guidance.packs import Rule
from mrsite.site.evidence import Evidence, Region
from mrsite.site.project import Project, Storey

#: How far past the highest and lowest floors the line is looked for, m: a person's height.
_BEYOND = 2.1


def ends(project: Project) -> list[tuple[str, Storey, tuple[float, float] | None]]:
    """Return what lies past each building: ("above" | "below", storey, heights or None where not known)."""
    found: list[tuple[str, Storey, tuple[float, float] | None]] = []
    for bottom, *rest in project.buildings():
        top = rest[-1] if rest else bottom
        slab = bottom.slab_m or 0.0
        above = None if top.height is None else (top.height, top.height + _BEYOND)
        found += [("above", top, above), ("below", bottom, (-slab - _BEYOND, -slab))]
    return found


def past_the_building(project: Project, evidence: Evidence, rules: tuple[Rule, ...], level: float) -> list[Finding]:
    """Judge what lies above the top storey and below the lowest."""
    findings = []
    for word, storey, heights in ends(project):
        subject = f"{word} the building" if storey.building is None else f"{word} building {storey.building}"
        place = f"above {storey.name}" if word == "above" else f"below {storey.name}"

        def say(status: Status, message: str, subject: str = subject, storey: Storey = storey, **more: Any) -> Finding:
            return state(
                "containment",
                rules,
                subject,
                status,
                message,
                grades=(magnet_grade(project),),
                storey=None,
                kind=f"{level_name(level)} envelope",
                limit=(level * 1e3, "mT"),
                **more,
            )

        region = None if heights is None else evidence.region(storey.name, level, heights=heights)
        if heights is None:
            findings.append(
                say(
                    "not-assessed",
                    f"The height of {storey.name} is not stated, so what lies above it cannot be placed.",
                    remedy=f'Give height for storey "{storey.name}".',
                    supply=supply.storey(storey.name, storey.where, "height"),
                )
            )
        elif region is None:
            findings.append(
                say("not-assessed", f"The {level_name(level)} volume {place} is not known: {no_field(evidence)}.")
            )
        elif region.upper.is_empty and not region.incomplete:
            findings.append(say("pass", f"The {level_name(level)} volume does not arrive {place}.", evidence=evidence))
        else:
            rest = _not_described(project, storey, heights, region)
            if rest.is_empty and not region.incomplete:
                findings.append(
                    say(
                        "pass",
                        f"What the {level_name(level)} volume meets {place} is stated and judged by itself.",
                        evidence=evidence,
                    )
                )
                continue
            where = (
                ""
                if rest.is_empty
                else f", over {rest.area:.1f} m2 about ({rest.centroid.x:.1f}, {rest.centroid.y:.1f})"
            )
            findings.append(
                say(
                    "not-assessed",
                    f"The {level_name(level)} volume arrives {place}{where}, and nobody says what is there.",
                    remedy="Add the storey, or an [[area]] with level, polygon, use (roof, soil, ...) and occupancy.",
                    supply=area_to_state(storey, rest.centroid, storey.elevation + heights[0]),
                    location=None if rest.is_empty else rest,
                )
            )
    return findings


def _not_described(project: Project, storey: Storey, heights: tuple[float, float], region: Region) -> Any:
    """Return the part of a region that no area stated at those heights holds."""
    import shapely

    stated = [
        s.polygon
        for s in project.spaces
        if s.storey == storey.name
        and s.level is not None
        and usable(s)
        and s.occupancy is not None
        and heights_of(project, s)[0] < heights[1]
        and heights_of(project, s)[1] > heights[0]
    ]
    rest = region.upper.difference(shapely.union_all(stated)) if stated else region.upper
    return rest if not rest.buffer(-NOISE_M).is_empty else shapely.Polygon()
