"""The 0.5 mT line in a fault or quench, by the vendor's ellipse: reported, never failed.

The figures are one vendor's for one model; for other magnets they are borrowed, and the finding
says so.
"""

from __future__ import annotations

from typing import Any

from mrsite.checks.doors import named
from mrsite.checks.enclosure import floor_of, usable
from mrsite.checks.finding import Finding
from mrsite.checks.judge import rules_of, scanners, state
from mrsite.guidance.packs import Rule
from mrsite.site.evidence import Evidence, Wanted
from mrsite.site.project import Project, Scanner

KINDS = ("transient",)

#: B0 from which the figure of the 3 T model is the nearer one, T.
_STRONG = 2.0


def wants(project: Project) -> Wanted:
    """Ask for nothing: the ellipse is the vendor's, not ours."""
    return Wanted()


def check(project: Project, evidence: Evidence) -> list[Finding]:
    """Report the public and staff spaces that the ellipse takes."""
    exempt = does_not_apply(project)
    return [
        _ellipse(project, rule, scanner)
        for rule in rules_of(project, *KINDS)
        if rule.id not in exempt
        for scanner in scanners(project)
        if _concerns(rule, scanner)
    ]


def _concerns(rule: Rule, scanner: Scanner) -> bool:
    strong = scanner.magnet.B0_T is not None and scanner.magnet.B0_T >= _STRONG
    return strong == ("3.0" in rule.document or "3 T" in rule.document)


def does_not_apply(project: Project) -> dict[str, str]:
    """Name the rules about magnets of another strength than any here."""
    return {
        rule.id: "it is about a magnet of another strength"
        for rule in rules_of(project, *KINDS)
        if not any(_concerns(rule, s) for s in scanners(project))
    }


def _ellipse(project: Project, rule: Rule, scanner: Scanner) -> Finding:
    import shapely
    from shapely import affinity

    radial, axial = rule.limits
    same = rule.document.split()[0].casefold() in scanner.magnet.vendor.casefold()
    met = []
    unsaid = []
    outline = None
    for storey in project.storeys:
        pose = storey.to_site.pose_back(scanner.poses[0])
        low, high = (storey.elevation + h for h in storey.occupied)
        drop = max(low - pose.position[2], pose.position[2] - high, 0.0)
        if drop >= radial:
            continue
        scale = (1 - (drop / radial) ** 2) ** 0.5
        disc = shapely.Point(0.0, 0.0).buffer(1.0, quad_segs=64)
        ellipse = affinity.scale(disc, axial * scale, radial * scale)
        ellipse = affinity.translate(affinity.rotate(ellipse, pose.bearing_deg, origin=(0, 0)), *pose.position[:2])
        outline = ellipse if storey.name == scanner.storey else outline
        for space in project.spaces:
            if space.storey == storey.name and usable(space) and space.polygon.intersects(ellipse):
                if space.occupancy in ("public", "staff"):
                    met.append(space.label)
                elif space.occupancy is None:
                    unsaid.append(space.label)
        if storey.occupancy in ("public", "staff"):
            met.append(f"the rest of {storey.name}")
        elif storey.occupancy is None and not floor_of(project, storey).beyond(ellipse).is_empty:
            unsaid.append(f"what no room of {storey.name} describes")
    subject = f"transient of {scanner.id}"
    grade = "read" if same else "borrowed"
    more: dict[str, Any] = {
        "storey": scanner.storey,
        "kind": "transient 0.5 mT",
        "location": outline,
        "grades": (grade,),
    }
    whose = "" if same else f" (borrowed from {rule.document.split(' preinstallation')[0]})"
    said = f"In a fault or quench the 0.5 mT line of {scanner.id} may for a short time reach {axial:g} m along and {radial:g} m across its axis{whose}"
    if met:
        return state(
            "transient",
            (rule,),
            subject,
            "warn",
            f"{said}, into {named(met)}.",
            remedy="Ask the vendor for this model's figures, and write the event into the local rules.",
            **more,
        )
    if unsaid:
        return state(
            "transient",
            (rule,),
            subject,
            "not-assessed",
            f"{said}; nobody says who may be in {named(unsaid, 'the spaces around')}.",
            remedy="Give occupancy for these rooms.",
            **more,
        )
    return state(
        "transient", (rule,), subject, "pass", f"{said}; no public or staff space that was read lies there.", **more
    )
