"""The floor under a magnet: steel in it against the vendor's table, and how it shakes."""

from __future__ import annotations

from mrsite.base.quantity import Banded, Grade
from mrsite.checks.criterion import Criterion, combine, soft
from mrsite.checks.finding import Finding, Status
from mrsite.checks.judge import scanners
from mrsite.site.evidence import Evidence, Wanted
from mrsite.site.project import Project, Scanner
from mrsite.site.schema import AmbientEntry, StaticSteelEntry
from mrsite.site.surroundings.floor import steel_limit, worst_line
from mrsite.site.surroundings.tables import limit

KINDS: tuple[str, ...] = ()

#: Whose table a figure is: for magnets of others it is borrowed.
_STEEL_OF, _VIBRATION_OF = "GE", "Siemens"


def wants(project: Project) -> Wanted:
    """Ask for nothing: masses and readings are stated."""
    return Wanted()


def check(project: Project, evidence: Evidence) -> list[Finding]:
    """Judge every layer of steel and every reading of vibration."""
    findings = []
    for scanner in scanners(project):
        for layer in project.static_steel:
            if layer.scanner in (None, scanner.id):
                findings.append(_steel(project, layer, scanner))
        for reading in project.ambient:
            if reading.kind == "vibration" and reading.scanner in (None, scanner.id):
                findings.append(_vibration(reading, scanner))
    return findings


def _grade(vendor: str, scanner: Scanner) -> Grade:
    return "read" if scanner.magnet.vendor.casefold().startswith(vendor.casefold()) else "borrowed"


def _steel(project: Project, layer: StaticSteelEntry, scanner: Scanner) -> Finding:
    near, far = layer.below_isocentre_m
    allowed, source = steel_limit(near), limit("static_steel")
    grade = _grade(_STEEL_OF, scanner)
    status: Status = "pass" if layer.kg_per_m2 <= allowed else "fail"
    whose = " (another vendor's table, borrowed)" if grade == "borrowed" else ""
    depth = f"{near:g} m" if near == far else f"{near:g} to {far:g} m"
    says = (
        f"{layer.id}: {layer.kg_per_m2:g} kg/m2 of steel {depth} below the isocentre of {scanner.id}, where "
        f"{allowed:g} kg/m2 is allowed{whose}."
    )
    one = Criterion(
        source.id,
        soft(status, "vendor", grade),
        says,
        "vendor",
        source.source,
        grade,
        measured=Banded(layer.kg_per_m2, layer.kg_per_m2, layer.kg_per_m2, "kg/m2"),
        limit=(allowed, "kg/m2"),
        margin=allowed - layer.kg_per_m2,
        remedy="Use reinforcement that is not magnetic, lower the steel, or ask the vendor for shim calculations.",
    )
    name = f"{layer.id} under {scanner.id}" if len(scanners(project)) > 1 else layer.id
    return combine("floor", name, [one], storey=scanner.storey, kind="static steel")


def _vibration(reading: AmbientEntry, scanner: Scanner) -> Finding:
    criteria = []
    bound, trigger = limit("vibration"), limit("vibration_trigger")
    grade = _grade(_VIBRATION_OF, scanner)
    cure = "Isolate the sources (pumps, fans, traffic) or the floor; the magnet itself cannot be isolated."
    if reading.spectrum:
        worst = worst_line(reading.spectrum)
        if worst is None:
            says = "No reading lies at a frequency that the vibration limit covers (1 to 50 Hz)."
            criteria.append(
                Criterion(
                    bound.id, "not-assessed", says, "vendor", bound.source, grade, remedy="Measure from 1 to 50 Hz."
                )
            )
        else:
            status: Status = "fail" if worst.ratio > 1 else "pass"
            says = (
                f"Vibration at {scanner.id}: {worst.measured:g} m/s2 rms at {worst.frequency_Hz:g} Hz, against "
                f"{worst.limit:.3g} m/s2, the line nearest to its limit or furthest over it."
            )
            narrow = worst.covered[0] > 2.0 or worst.covered[1] < 30.0
            if narrow and status == "pass":
                status = "warn"
                says += f" Readings cover only {worst.covered[0]:g} to {worst.covered[1]:g} Hz of 1 to 50 Hz."
            if worst.outside:
                says += f" {worst.outside} readings outside 1 to 50 Hz are not judged."
            criteria.append(
                Criterion(
                    bound.id,
                    soft(status, "vendor", grade),
                    says,
                    "vendor",
                    bound.source,
                    grade,
                    measured=Banded(worst.measured, worst.measured, worst.measured, "m/s2"),
                    limit=(worst.limit, "m/s2"),
                    margin=worst.limit - worst.measured,
                    remedy=cure,
                )
            )
    if reading.peak_m_s2 is not None:
        over = reading.peak_m_s2 > trigger.value
        says = (
            f"The largest transient, {reading.peak_m_s2:g} m/s2, {'exceeds' if over else 'stays below'} the "
            f"{trigger.value:g} m/s2 at which it must be analysed."
        )
        criteria.append(
            Criterion(
                trigger.id,
                "warn" if over else "pass",
                says,
                "vendor",
                trigger.source,
                _grade("GE", scanner),
                measured=Banded(reading.peak_m_s2, reading.peak_m_s2, reading.peak_m_s2, "m/s2"),
                limit=(trigger.value, "m/s2"),
                margin=trigger.value - reading.peak_m_s2,
                remedy="Find what causes it; it must not raise the steady level above its limit.",
            )
        )
    return combine("floor", f"vibration at {scanner.id}", criteria, storey=scanner.storey, kind="survey")
