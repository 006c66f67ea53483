"""What staff meet on their way: the field, its change within three seconds, its fastest change.

Reported, never failed: the limits on movement were not read at source, and the limits on the
static field do not bind the use of patient MRI where exposure is as low as can reasonably be.
The pull on loose steel along the same way is told beside it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from mrsite.base.quantity import Grade
from mrsite.checks.criterion import Criterion, combine, unplaced
from mrsite.checks.finding import Finding, Status
from mrsite.checks.judge import field_up, magnet_grade, scanners, unsafe
from mrsite.checks.pathways import subject_of
from mrsite.guidance.packs import Rule
from mrsite.site.evidence import Evidence, Wanted, WantedWalk
from mrsite.site.project import Project, Scanner, Storey
from mrsite.site.schema import PathwayEntry
from mrsite.site.surroundings.exposure import StrongVolume, Walk
from mrsite.site.surroundings.projectile import shape, speed_bound, terminal_speed, torque_per_volume
from mrsite.site.surroundings.tables import body_value
from mrsite.site.surroundings.way import WALK_HEIGHT_M, Way, walk_points
from mrsite.site.surroundings.ways import find_way

KINDS: tuple[str, ...] = ()

#: Of staff walking in and out; patients lie still on the couch, which moves slowly.
_WALKERS = ("staff", "crash-team")
#: The walk that stands in where none is stated: so far before the bore's mouth, m.
_BEFORE = 4.0
#: What the walk is judged by where no pack has a limit: information only.
_NO_RULE = "ICNIRP-2014-movement"


def wants(project: Project) -> Wanted:
    """Ask for the field along every way of staff; where none is stated, along the axis to each bore."""
    walks = [w for entry in project.pathways if entry.kind in _WALKERS for w in _walks(project, entry)]
    walks += [_axis(s) for s in scanners(project) if not _stated(project)]
    strong = tuple(("strong", s.id) for s in scanners(project))
    return Wanted(walks=tuple(walks), surroundings=strong)


def _stated(project: Project) -> bool:
    return any(e.kind in _WALKERS for e in project.pathways)


def _walks(project: Project, entry: PathwayEntry) -> list[WantedWalk]:
    way = find_way(project, entry)
    if not isinstance(way, Way):
        return []
    return [
        WantedWalk(f"{subject_of(entry)}#{k}", points, way.needs.speed_m_s)
        for k, points in enumerate(walk_points(project, way))
    ]


def _axis(scanner: Scanner) -> WantedWalk:
    """Return the walk towards the patient end of the bore, at the height of the chest."""
    pose = scanner.poses[0]
    mouth = 0.5 * (scanner.magnet.magnet_length_m or 1.7) + 0.3
    low = pose.position[2] - scanner.isocentre_height + WALK_HEIGHT_M
    ends = pose.to_plan(np.array([[0.0, 0.0, mouth + _BEFORE], [0.0, 0.0, mouth]]))
    ends[:, 2] = low
    return WantedWalk(f"{scanner.id} axis#0", ends, body_value("walk_staff_m_s"))


def check(project: Project, evidence: Evidence) -> list[Finding]:
    """Report every walk, and the strong volumes of every magnet."""
    findings = []
    if _stated(project):
        for entry in project.pathways:
            if entry.kind in _WALKERS:
                findings.append(
                    _report(project, evidence, f"walk: {subject_of(entry)}", _of(evidence, subject_of(entry)))
                )
    else:
        for scanner in scanners(project):
            subject = f"walk: to the bore of {scanner.id}"
            note = f"a walk of {_BEFORE:g} m along the axis; state a [[pathway]] of kind staff"
            findings.append(_report(project, evidence, subject, _of(evidence, f"{scanner.id} axis"), note))
    for scanner in scanners(project):
        volumes: tuple[StrongVolume, ...] | None = evidence.surroundings.get(("strong", scanner.id))
        if volumes is not None:
            findings.append(_strong(project, scanner, volumes))
    return findings


def _strong(project: Project, scanner: Scanner, volumes: tuple[StrongVolume, ...]) -> Finding:
    """Tell how large the strong volumes are that a person can enter: information, no limit."""
    says = f"Where a person can be at {scanner.id}: {strong_text(volumes)}. {_torque(scanner)}"
    one = Criterion("mrsite-strong-volumes", "pass", says, "advice", "volumes of revolution of the field model", "read")
    subject = f"strong volumes of {scanner.id}"
    grades = (magnet_grade(project),)
    return combine("exposure", subject, [one], grades=grades, kind="exposure", storey=scanner.storey)


def _torque(scanner: Scanner) -> str:
    """How hard a long piece of steel is turned into the field at its strongest."""
    if scanner.magnet.B0_T is None:
        return ""
    long = shape("cylinder")
    across = 0.5 * (1.0 - long.demagnetising)
    most = torque_per_volume(scanner.magnet.B0_T, 0.25 * np.pi, long.demagnetising, across, long.saturation_A_per_m)
    per_kg = float(most) / long.density_kg_m3
    return f"A long steel object askew in the bore is turned by {unsafe(per_kg, 0)} N m for each kilogram."


def _of(evidence: Evidence, name: str) -> list[Walk]:
    return [w for id_, w in evidence.walks.items() if id_.rpartition("#")[0] == name]


def _rules(project: Project) -> tuple[Rule, ...]:
    """Return the rules whose limit on the head and trunk can be set beside a walk."""
    found = [r for p in project.packs for r in p.rules if r.kind == "exposure-volume" and r.reach == "computed"]
    return tuple(r for r in found if any(abs(v - 2.0) < 1e-9 for v in r.limits))


def _report(project: Project, evidence: Evidence, subject: str, walks: list[Walk], note: str | None = None) -> Finding:
    rules = _rules(project)
    rule, source = (rules[0].id, rules[0].source) if rules else (_NO_RULE, "ICNIRP 2014, Health Physics 106:418")
    grade: Grade = rules[0].grade if rules else "second-hand"
    common: dict[str, Any] = {"kind": "exposure", "grades": (magnet_grade(project),)}
    if not walks:
        why = evidence.unknown or "no way was found, so there is nothing to walk along"
        says = f"What staff meet is not known: {why}."
        one = Criterion(
            rule, "not-assessed", says, "advice", source, grade, remedy="State the way, and see the finding on it."
        )
        return combine("exposure", subject, [one], notes=[note] if note else [], **common)
    untied = next((s for w in walks if (s := project.untied(_storey(project, w).name)) is not None), None)
    if untied is not None:
        blank = Criterion(rule, "not-assessed", "", "advice", source, grade)
        return combine("exposure", subject, [unplaced(blank, untied, "What staff meet")], **common)
    worst = max(walks, key=lambda w: w.peak_T * w.upper_factor)
    peak = worst.banded(worst.peak_T, "T")
    change = max(w.change_3s_T * w.upper_factor for w in walks)
    rate = max(w.peak_rate_T_per_s * w.upper_factor for w in walks)
    x, y, z = worst.peak_at
    says = (
        f"At {worst.speed_m_s:g} m/s the walker meets up to {_tesla(peak.upper)} at ({x:.2f}, {y:.2f}), {z:.2f} m up "
        f"from datum, changes of {_tesla(change)} within 3 s and {_tesla(rate)}/s at most. Limits on movement were not "
        "read at source, so only the static field is set beside one."
    )
    says += f" {_steel(worst)}"
    status: Status = "warn" if peak.upper >= 2.0 else "pass"
    if status == "warn":
        says += (
            " That reaches 2 T, the limit for head and trunk in ordinary work; under controlled conditions 8 T holds."
        )
    one = Criterion(
        rule,
        status,
        says,
        "advice",
        source,
        grade,
        measured=peak,
        limit=(2.0, "T"),
        margin=2.0 - peak.upper,
        remedy="Train staff to move slowly there, and keep the head out of the bore's mouth.",
    )
    storey = _storey(project, worst)
    line = storey.to_site.geometry_back(_line(worst))
    return combine(
        "exposure", subject, [one], notes=[note] if note else [], location=line, storey=storey.name, **common
    )


def _storey(project: Project, walk: Walk) -> Storey:
    """Return the storey a walk is on: the one whose floor lies nearest below it."""
    floor = float(walk.points[0, 2]) - WALK_HEIGHT_M
    return min(project.storeys, key=lambda s: abs(s.elevation - floor))


def _steel(walk: Walk) -> str:
    """How fast loose steel would arrive at the strongest place of the walk."""
    sphere, field = shape("sphere"), walk.peak_T * walk.upper_factor
    v = float(terminal_speed(sphere, field))
    return (
        f"Loose steel let go far away would arrive there at {unsafe(v, 0)} m/s (a sphere; no shape above "
        f"{unsafe(float(speed_bound(sphere, field)), 0)} m/s)."
    )


def _tesla(value: float) -> str:
    return f"{field_up(value * 1e3)} mT" if value < 1.0 else f"{field_up(value)} T"


def _line(walk: Walk) -> Any:
    from shapely import LineString, Point

    if len(walk.points) < 2:
        return Point(walk.points[0][:2])
    return LineString(walk.points[:: max(1, len(walk.points) // 200), :2])


def strong_text(volumes: tuple[StrongVolume, ...]) -> str:
    """Say how large the strong volumes of a magnet are that a person can enter."""
    parts = []
    for v in volumes:
        level = f"{v.level_T * 1e3:g} mT" if v.level_T < 1 else f"{v.level_T:g} T"
        if v.in_bore_m3 + v.outside_m3 == 0.0:
            parts.append(f"{level}: none")
        else:
            parts.append(
                f"{level}: {v.in_bore_m3:.2f} m3 in the bore, {v.outside_m3:.2f} m3 before it, {v.axial_m:.2f} m along"
            )
    return "; ".join(parts)
