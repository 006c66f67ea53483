"""Equipment against its limit: the worst field over each item's sensitive volume.

The item's own label comes first, then a limit stated for it, then the default of its class; what
other sources say is shown. An item that is MR Unsafe or unlabelled and can move is also loose
steel. A tethered item is judged over all that its tether lets it reach.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from mrsite.base.quantity import Banded, Grade
from mrsite.checks import supply
from mrsite.checks.enclosure import floor_of, scan_rooms
from mrsite.checks.fall import clearance_m
from mrsite.checks.finding import Finding, Severity, Status
from mrsite.checks.judge import (
    apart,
    field_up,
    magnet_grade,
    millitesla,
    no_field,
    rules_of,
    sound,
    state,
    temper,
    unsafe,
)
from mrsite.guidance.packs import EquipmentLimit, Rule
from mrsite.site.evidence import Evidence, VolumeResult, Wanted, WantedVolume
from mrsite.site.project import Equipment, Project

KINDS = ("equipment-limit", "equipment-label")

#: The rule whose number is the class's default, so that a finding cites its own source.
_PROJECTILE_MT = 3.0
#: Classes that roll or hang: unlabelled, they are loose steel as well (guidance of 3 mT).
MOVABLE = frozenset(
    (
        "loose_steel",
        "infusion_pump",
        "ventilator",
        "anaesthesia",
        "power_injector",
        "defibrillator",
        "patient_monitor",
        "mobile_c_arm",
        "ultrasound",
    )
)


@dataclass(frozen=True)
class Limit:
    """The limit by which an item is judged."""

    value_mT: float
    basis: str  #: in words
    source: str
    grade: Grade
    severity: Severity
    rivals: tuple[EquipmentLimit, ...] = ()

    @property
    def may_fail(self) -> bool:
        """Whether exceeding it is a failure, or only a warning."""
        return self.severity != "advice" and sound(self.grade)


def wants(project: Project) -> Wanted:
    """Ask for the worst field over every item and all that its tether reaches."""
    volumes = []
    for item in project.equipment:
        if item.footprint is None:
            continue
        volumes.append(WantedVolume(f"equipment/{item.id}", item.storey, reach_of(item), item.heights))
        if item.label_max_gradient_T_per_m is not None:
            volumes.append(WantedVolume(f"equipment/{item.id}", item.storey, reach_of(item), item.heights, "gradient"))
    return Wanted(volumes=tuple(volumes))


def reach_of(item: Equipment) -> Any:
    """Return all the floor that an item can cover: its footprint, widened by its tether."""
    return item.footprint.buffer(item.tether_m) if item.tether_m else item.footprint


def limit_of(item: Equipment, rules: tuple[Rule, ...]) -> Limit | str:
    """Return the limit of an item, or say why there is none."""
    rivals = item.class_.limits if item.class_ else ()
    if item.label_max_field_mT is not None:
        return Limit(
            item.label_max_field_mT,
            "its own label",
            item.source or "label as stated in the site file",
            "read",
            "vendor",
            rivals,
        )
    if item.max_field_mT is not None:
        return Limit(
            item.max_field_mT,
            "the limit stated for it",
            item.source or "stated in the site file",
            "read",
            "professional",
            rivals,
        )
    if item.label == "unsafe":
        return Limit(
            _PROJECTILE_MT, "the 3 mT line, as it is MR Unsafe", _source(rules), "second-hand", "professional", rivals
        )
    if item.label == "conditional":
        return "it is MR Conditional and the field on its label is not stated"
    if item.class_ is None:
        return "it has no class, no label and no limit"
    judged = [limit for limit in rivals if limit.quantity == "static" and limit.is_limit]
    if not judged:
        return f"a {item.class_.label.lower()} has no common limit: its own label decides"
    first = judged[0]
    severity: Severity = "professional" if sound(first.grade) else "advice"
    return Limit(
        first.max_field_mT,
        f"the default of its class ({first.condition or first.basis})",
        first.source,
        first.grade,
        severity,
        tuple(r for r in rivals if r is not first),
    )


def _source(rules: tuple[Rule, ...]) -> str:
    return next((r.source for r in rules if r.limits == (_PROJECTILE_MT,)), rules[0].source)


def check(project: Project, evidence: Evidence) -> list[Finding]:
    """Judge every item."""
    limits, labels = rules_of(project, "equipment-limit"), rules_of(project, "equipment-label")
    rules = (*limits, *labels)
    if not rules:
        return []
    findings: list[Finding] = []
    for item in project.equipment:
        findings.append(_item(project, evidence, item, rules))
        if (
            item.label is None
            and item.max_field_mT is None
            and item.label_max_field_mT is None
            and item.class_ is not None
            and item.class_.id in MOVABLE
            and item.class_.id != "loose_steel"
        ):
            findings.append(_loose(project, evidence, item))
    findings += _bays(project, labels or rules)
    if not project.equipment and labels:
        findings.append(
            state(
                "equipment",
                labels,
                "equipment",
                "not-assessed",
                "No equipment is stated: what stands or is wheeled near the magnet was not judged.",
                remedy="Add [[equipment]] with class or label for monitors, pumps, injector, ventilator, trolleys.",
                supply=supply.entry(
                    "department",
                    "equipment",
                    "[[equipment]]",
                    'id = "ITEM"',
                    'class = "patient_monitor"  # see the equipment table',
                    "at = [0.0, 0.0]",
                ),
            )
        )
    return findings


def _bays(project: Project, rules: tuple[Rule, ...]) -> list[Finding]:
    """Name the preparation and induction bays of which nobody says what stands in them."""
    findings = []
    for space in project.spaces:
        if space.use not in ("preparation", "induction"):
            continue
        held = [
            e
            for e in project.equipment
            if e.storey == space.storey
            and e.footprint is not None
            and space.polygon is not None
            and space.polygon.intersects(e.footprint)
        ]
        if not held:
            findings.append(
                state(
                    "equipment",
                    rules,
                    f"equipment of {space.label}",
                    "not-assessed",
                    f"Nobody says what equipment stands in {space.label} ({space.use} bay).",
                    remedy=f'Add [[equipment]] with room = "{space.name or space.label}" for what is used there.',
                    supply=supply.entry(
                        "department",
                        f"equipment of {space.label}",
                        "[[equipment]]",
                        'id = "ITEM"',
                        'class = "infusion_pump"  # see the equipment table',
                        f"room = {supply.quoted(space.name or space.label)}",
                    ),
                    storey=space.storey,
                    location=space.polygon,
                )
            )
    return findings


def _rules_for(item: Equipment, limit: Limit, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """Return the rules an item's finding cites: those whose number is its limit, else those on labels."""
    same = tuple(
        r for r in rules if r.kind == "equipment-limit" and any(abs(v - limit.value_mT) < 1e-12 for v in r.limits)
    )
    labels = tuple(r for r in rules if r.kind == "equipment-label")
    if item.label is not None or item.label_max_field_mT is not None or not same:
        return (*labels, *same) or rules
    return (*same, *labels)


def _item(project: Project, evidence: Evidence, item: Equipment, rules: tuple[Rule, ...]) -> Finding:
    name = f"{item.id} ({item.class_.label})" if item.class_ else item.id
    labels = tuple(r for r in rules if r.kind == "equipment-label") or rules
    common: dict[str, Any] = {"storey": item.storey, "kind": "equipment", "location": item.footprint}
    if item.label == "safe" and item.label_max_field_mT is None and item.max_field_mT is None:
        return state("equipment", labels, item.id, "pass", f"{name} is labelled MR Safe: no field limits it.", **common)
    limit = limit_of(item, rules)
    result = evidence.volume(f"equipment/{item.id}")
    if isinstance(limit, str):
        return state(
            "equipment",
            labels,
            item.id,
            "not-assessed",
            f"{name}: {limit}.{_seen(result)}",
            measured=millitesla(result.worst) if result else None,
            remedy="Give label_max_field_mT from the item's own label or manual (ask its vendor).",
            supply=supply.entry(
                "vendor",
                f"label of {item.id}",
                f"# in the [[equipment]] {item.id}: {item.where}",
                "label_max_field_mT = 0.0  # from its label or manual",
            ),
            **common,
        )
    cited = _rules_for(item, limit, rules)
    common["limit"] = (limit.value_mT, "mT")
    if item.footprint is None:
        return state(
            "equipment",
            cited,
            item.id,
            "not-assessed",
            f"{name}: where it stands is not known.",
            remedy="Give at = [x, y], or a room with an outline.",
            **common,
        )
    if result is None:
        return state("equipment", cited, item.id, "not-assessed", f"{name}: {no_field(evidence)}.", **common)
    untied = project.untied(item.storey)
    if untied is not None:
        remedy, missing = supply.tie(untied)
        says = f"{name}: {apart(untied)}."
        return state("equipment", cited, item.id, "not-assessed", says, remedy=remedy, supply=missing, **common)
    return _judge(project, evidence, item, name, limit, cited, common)


def _seen(result: Any) -> str:
    return "" if result is None else f" The field there reaches {field_up(result.worst.upper * 1e3)} mT."


def _judge(
    project: Project,
    evidence: Evidence,
    item: Equipment,
    name: str,
    limit: Limit,
    rules: tuple[Rule, ...],
    common: dict[str, Any],
) -> Finding:
    result = evidence.volume(f"equipment/{item.id}")
    assert result is not None
    band: Banded = millitesla(result.worst)
    margin = limit.value_mT - band.upper
    margin_m = _clearance(project, item, result, limit.value_mT * 1e-3)
    x, y, z = result.at
    where = f"at ({x:.2f}, {y:.2f}), {z:.2f} m above the floor"
    over = f"within reach of its {item.tether_m:g} m tether " if item.tether_m else ""
    anywhere = " anywhere in its room" if item.placed_by == "room" else ""
    status: Status
    if band.upper < limit.value_mT:
        status, verb = "pass", "stays below"
    elif band.value >= limit.value_mT:
        status, verb = "fail", "reaches"
    else:
        status, verb = "warn", "may reach, by the outer edge of its band,"
    if status == "fail" and not limit.may_fail:
        status = "warn"
    soft = "" if limit.may_fail else " This limit is advice: no source for it was read."
    message = (
        f"{name}: {field_up(band.upper)} mT {over}{where}{anywhere} {verb} {limit.value_mT:g} mT, {limit.basis}.{soft}"
        f"{_gradient(item, evidence)}{_rivals(limit)}"
    )
    if item.label_max_gradient_T_per_m is not None:
        steep = evidence.volume(f"equipment/{item.id}", "gradient")
        if steep is None and status == "pass":
            status = "not-assessed"
        elif steep is not None and steep.worst.value >= item.label_max_gradient_T_per_m:
            status = "fail" if limit.may_fail else "warn"
        elif steep is not None and steep.worst.upper >= item.label_max_gradient_T_per_m and status == "pass":
            status = "warn"
    if status == "pass" and item.label == "conditional" and item.tether_m is None:
        # Its label lets it in under a condition: nothing says what keeps it where the condition holds.
        status = "not-assessed"
        message += " It is MR Conditional, and nobody says what keeps it there."
    remedy = None
    if status != "pass":
        if status == "not-assessed":
            remedy = "Give tether_m, or 0 where it is fixed."
        step = f" by about {unsafe(-margin_m, 1)} m" if margin_m is not None and margin_m < 0 else ""
        remedy = (
            remedy or f"Move {item.id} or the magnet{step}, shield, or show a higher limit by the item's own label."
        )
    status, message = temper(evidence, status, message)
    rule = rules[0]
    from mrsite.base.quantity import weakest

    return Finding(
        check="equipment",
        rule=rule.id,
        subject=item.id,
        status=status,
        message=message,
        severity=limit.severity,
        source=limit.source,
        also=tuple(r.id for r in rules[1:]),
        measured=band,
        margin=margin,
        margin_m=margin_m,
        remedy=remedy,
        grade=weakest(limit.grade, magnet_grade(project)),
        **common,
    )


def _clearance(project: Project, item: Equipment, result: VolumeResult, limit_T: float) -> float | None:
    """Return how far the worst place of an item is outside the line of its limit, m; negative inside it."""
    storey = project.storey(item.storey)
    x, y, z = result.at
    here = (*storey.to_site.point((x, y)), storey.elevation + z)
    centres = [pose.position for s in project.scanners if s.magnet.modelled for pose in s.poses]
    reach = min((math.dist(here, centre) for centre in centres), default=0.0)
    return clearance_m(reach, result.worst.value, result.gradient_T_per_m, result.worst.upper, limit_T)


def _gradient(item: Equipment, evidence: Evidence) -> str:
    if item.label_max_gradient_T_per_m is None:
        return ""
    steep = evidence.volume(f"equipment/{item.id}", "gradient")
    if steep is None:
        limit = f"{item.label_max_gradient_T_per_m:g} T/m"
        return f" Its label also limits the gradient to {limit}, which was not computed there."
    word = "reaches" if steep.worst.upper >= item.label_max_gradient_T_per_m else "stays below"
    return (
        f" The gradient, {steep.worst.upper:.3g} T/m, {word} the {item.label_max_gradient_T_per_m:g} T/m of its label."
    )


def _rivals(limit: Limit) -> str:
    other = sorted(
        {
            f"{r.max_field_mT:g} mT ({r.basis})"
            for r in limit.rivals
            if r.is_limit and r.quantity == "static" and abs(r.max_field_mT - limit.value_mT) > 1e-12
        }
    )
    return f" Other sources: {', '.join(other)}." if other else ""


def _loose(project: Project, evidence: Evidence, item: Equipment) -> Finding:
    """Judge an unlabelled item that moves as what it also is: loose steel."""
    rules = rules_of(project, "projectile-3mT") or rules_of(project, "equipment-label")
    subject = f"{item.id} as loose steel"
    common: dict[str, Any] = {
        "storey": item.storey,
        "kind": "equipment",
        "location": item.footprint,
        "limit": (_PROJECTILE_MT, "mT"),
    }
    result = evidence.volume(f"equipment/{item.id}")
    if result is None:
        return state(
            "equipment", rules, subject, "not-assessed", f"{item.id} bears no label: {no_field(evidence)}.", **common
        )
    band = millitesla(result.worst)
    status: Status = "pass" if band.upper < _PROJECTILE_MT else "fail" if band.value >= _PROJECTILE_MT else "warn"
    inside = _in_scan_room(project, item)
    if inside and status == "pass":
        status = "warn"
    message = (
        f"{item.id} moves and bears no MR label, so it counts as loose steel: {field_up(band.upper)} mT "
        "where it may stand, against 3 mT."
    )
    if inside:
        message += " It stands in the scan room (zone IV)."
    return state(
        "equipment",
        rules,
        subject,
        status,
        message,
        evidence=evidence,
        measured=band,
        margin=_PROJECTILE_MT - band.upper,
        grades=(magnet_grade(project),),
        remedy=None if status == "pass" else "Keep it outside the 3 mT line and zone IV, or state its label.",
        **common,
    )


def _in_scan_room(project: Project, item: Equipment) -> bool:
    rooms = [s for s in scan_rooms(project).values() if s is not None and s.storey == item.storey]
    rooms += [s for s in floor_of(project, project.storey(item.storey)).spaces if s.zone == "IV"]
    return item.footprint is not None and any(r.polygon.intersects(item.footprint) for r in rooms)
