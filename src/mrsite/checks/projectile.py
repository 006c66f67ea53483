"""Where 3 mT goes: the line beyond which loose steel may fly.

In a public or staff space it fails; in a restricted space other than the scan room it is a
warning whose line, sign and detector somebody must attest; in the scan room it belongs.
3 mT is an administrative threshold on |B|, and force goes with |B| times its gradient, so the
largest force product found outside the scan room is printed beside it (a steeper magnet is more
dangerous at the same 3 mT).
"""

from __future__ import annotations

from typing import Any

from mrsite.checks import supply
from mrsite.checks.enclosure import NOISE_M, depth_of, floor_of, heights_of, scan_rooms, usable
from mrsite.checks.finding import Finding, Status
from mrsite.checks.judge import (
    apart,
    field_grades,
    magnet_grade,
    no_field,
    rules_of,
    safe,
    scanners,
    state,
    unsafe,
)
from mrsite.guidance.packs import Rule
from mrsite.site.evidence import Evidence, Region, Wanted, WantedRegion, WantedVolume
from mrsite.site.project import Project, Space, Storey

KINDS = ("projectile-3mT",)
LEVEL = 3e-3  #: T
#: A force product is asked for in spaces this near to an isocentre, m.
_NEAR = 8.0


def wants(project: Project) -> Wanted:
    """Ask for the 3 mT envelope on every storey, and the force product in near spaces."""
    if not rules_of(project, *KINDS):
        return Wanted()
    regions = []
    for storey in project.storeys:
        regions.append(WantedRegion(storey.name, LEVEL))
        others = {heights_of(project, s) for s in project.spaces if s.storey == storey.name} - {storey.occupied}
        regions += [WantedRegion(storey.name, LEVEL, heights=h) for h in sorted(others)]
    rooms = [s.id for s in scan_rooms(project).values() if s is not None]
    volumes = [
        WantedVolume(f"force/{s.id}", s.storey, s.polygon, heights_of(project, s), "force_product")
        for s in project.spaces
        if usable(s) and s.id not in rooms and s.occupancy != "none" and _near(project, s)
    ]
    return Wanted(tuple(regions), tuple(volumes))


def _near(project: Project, space: Space) -> bool:
    import shapely

    storey = project.storey(space.storey)
    points = [shapely.Point(storey.to_site.back(p.position[:2])) for s in scanners(project) for p in s.poses]
    return any(space.polygon.distance(point) <= _NEAR for point in points)


def check(project: Project, evidence: Evidence) -> list[Finding]:
    """Judge every storey."""
    rules = rules_of(project, *KINDS)
    findings: list[Finding] = []
    for storey in project.storeys if rules else ():
        region = evidence.region(storey.name, LEVEL, heights=storey.occupied)
        if region is None:
            findings.append(
                _say(
                    project,
                    rules,
                    storey,
                    "whole storey",
                    "not-assessed",
                    f"The 3 mT volume is not known: {no_field(evidence)}.",
                )
            )
        elif (untied := project.untied(storey.name)) is not None and not region.upper.is_empty:
            remedy, missing = supply.tie(untied)
            says = f"The 3 mT line cannot be placed on {storey.name}: {apart(untied)}."
            findings.append(
                _say(project, rules, storey, "whole storey", "not-assessed", says, remedy=remedy, supply=missing)
            )
        else:
            findings += _storey(project, evidence, rules, storey, region)
    return findings


def _say(
    project: Project,
    rules: tuple[Rule, ...],
    storey: Storey,
    subject: str,
    status: Status,
    message: str,
    grades: tuple[Any, ...] = (),
    **more: Any,
) -> Finding:
    return state(
        "projectile",
        rules,
        subject,
        status,
        message,
        storey=storey.name,
        kind="3 mT envelope",
        grades=(magnet_grade(project), *grades),
        limit=(LEVEL * 1e3, "mT"),
        **more,
    )


def _storey(
    project: Project, evidence: Evidence, rules: tuple[Rule, ...], storey: Storey, region: Region
) -> list[Finding]:
    floor = floor_of(project, storey)
    rooms = [s for s in scan_rooms(project).values() if s is not None and s.storey == storey.name]
    findings = []
    levels = [s for s in project.spaces if s.storey == storey.name and s.level is not None and usable(s)]
    for space in (*floor.spaces, *levels):
        if any(space.id == r.id for r in rooms) or space.occupancy == "none":
            continue
        own = evidence.region(storey.name, LEVEL, heights=heights_of(project, space)) or region
        upper = own.upper.intersection(space.polygon)
        if space.is_area and space.level is None:
            upper = upper.difference(floor.walls)
            for other in floor.spaces:
                upper = upper if other.is_area else upper.difference(other.polygon)
        if upper.buffer(-NOISE_M / 2).is_empty:
            continue
        central = not own.central.intersection(upper).buffer(-NOISE_M / 2).is_empty
        findings.append(_entered(project, evidence, rules, storey, space, own, upper, central))
    beyond = floor.beyond(region.upper)
    if not beyond.is_empty and storey.occupancy != "none":
        at = beyond.representative_point()
        findings.append(
            _say(
                project,
                rules,
                storey,
                "outside the known spaces",
                "not-assessed",
                f"The 3 mT volume reaches {beyond.area:.2f} m2 about ({at.x:.1f}, {at.y:.1f}) on "
                f"{storey.name} that no known space holds.",
                remedy="Draw it as [[room]] or [[area]] with polygon and occupancy.",
                location=beyond,
            )
        )
    if region.incomplete and not any(f.status == "fail" for f in findings):
        findings.append(
            _say(
                project,
                rules,
                storey,
                "whole storey",
                "not-assessed",
                f"The 3 mT volume may be too small: {region.incomplete}.",
            )
        )
    if findings:
        return findings
    if region.upper.is_empty:
        message = f"The 3 mT volume does not reach the occupied heights of {storey.name}."
        margin = None
    else:
        margin = min(
            (float(region.upper.distance(r.polygon.boundary)) for r in rooms if r.polygon.covers(region.upper)),
            default=0.0,
        )
        message = f"The 3 mT volume stays in the scan room and its walls, {safe(margin)} m from the wall faces."
    peak = _force(evidence, floor.spaces)
    return [
        _say(
            project,
            rules,
            storey,
            "whole storey",
            "pass",
            message + peak,
            field_grades(project, *rooms),
            evidence=evidence,
            margin_m=margin,
            location=None if region.upper.is_empty else region.upper,
        )
    ]


def _force(evidence: Evidence, spaces: tuple[Space, ...]) -> str:
    found = [v for v in (evidence.volume(f"force/{s.id}", "force_product") for s in spaces) if v is not None]
    if not found:
        return ""
    worst = max(v.worst.upper for v in found)
    return f" Largest force product outside it: {worst:.2g} T2/m."


def _entered(
    project: Project,
    evidence: Evidence,
    rules: tuple[Rule, ...],
    storey: Storey,
    space: Space,
    region: Region,
    upper: Any,
    central: bool,
) -> Finding:
    depth = depth_of(upper, region.upper)
    how = f"by {unsafe(depth)} m over {upper.area:.2f} m2"
    force = _force(evidence, (space,)).replace("outside it", "there")
    more: dict[str, Any] = {"location": upper, "margin_m": -depth, "grades": field_grades(project, space)}
    open_to = space.occupancy or (f"zone {space.zone}" if space.zone in ("I", "II") else None)
    if space.occupancy == "restricted":
        return _say(
            project,
            rules,
            storey,
            space.label,
            "warn",
            f"The 3 mT line enters {space.label} (restricted) {how}.{force}",
            remedy="Mark the line on the floor, hang a sign and place a detector before it, and have them attested.",
            **more,
        )
    if open_to is None:
        return _say(
            project,
            rules,
            storey,
            space.label,
            "not-assessed",
            f"The 3 mT line enters {space.label} {how}, and nobody says who may be there.{force}",
            remedy=f"Give occupancy for {space.label}.",
            supply=supply.room(space, "occupancy"),
            **more,
        )
    if open_to == "maintenance" or not central:
        why = (
            "where maintenance staff carry tools"
            if open_to == "maintenance"
            else "by the outer edge of its band; the central line stays out"
        )
        return _say(
            project,
            rules,
            storey,
            space.label,
            "warn",
            f"The 3 mT line enters {space.label} ({open_to}) {how}, {why}.{force}",
            remedy="Restrict the space and mark the line.",
            **more,
        )
    return _say(
        project,
        rules,
        storey,
        space.label,
        "fail",
        f"The 3 mT line enters {space.label} ({open_to}) {how}: loose steel may fly.{force}",
        remedy=f"Move the magnet by at least {unsafe(depth)} m, or make {space.label} part of the scan room.",
        **more,
    )
