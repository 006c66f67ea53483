"""The quench pipe: pressure at the magnet, speed and bore; how it is built is judged in `quench_pipe_build`.

The pressure is judged on the larger of the cold and the warm wall. Where the vendor's flow, temperature or limit is
not known a range is printed and nothing is judged.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from mrsite.base.quantity import Banded, Grade
from mrsite.checks import quench_pipe_build
from mrsite.checks.doors import named
from mrsite.checks.finding import Finding, Status
from mrsite.checks.judge import place_of, rules_of, scanners, unsafe
from mrsite.checks.quench_pipe_build import say
from mrsite.guidance.packs import Rule
from mrsite.site.evidence import Evidence, Wanted
from mrsite.site.project import Project
from mrsite.site.vent import VentResult
from mrsite.venting import catalogue

KINDS = ("quench-pipe",)

#: Grades of a magnet's helium figures, from how far their source was read.
_GRADES: dict[str, Grade] = {
    "read": "read",
    "second-hand": "second-hand",
    "inferred": "assumed",
    "recalled": "unverified",
    "unread": "unverified",
    "unverified": "unverified",
}


def wants(project: Project) -> Wanted:
    """Ask for the quench of every scanner."""
    return Wanted(vents=tuple(s.id for s in scanners(project)))


def does_not_apply(project: Project) -> dict[str, str]:
    """Name the rules where no magnet here vents."""
    why = "every magnet here is sealed: it has no quench pipe"
    return {r.id: why for r in rules_of(project, *KINDS) if sealed(project)}


def sealed(project: Project) -> bool:
    """Whether no magnet here vents."""
    from mrsite.site.vent import helium_of

    standing = scanners(project)
    return bool(standing) and all(helium_of(s).sealed for s in standing)


def check(project: Project, evidence: Evidence) -> list[Finding]:
    """Judge the pipe of every scanner."""
    rules = rules_of(project, *KINDS)
    if not rules:
        return []
    findings: list[Finding] = []
    for scanner in scanners(project):
        vent = evidence.vents.get(scanner.id)
        if vent is None:
            findings.append(
                say(
                    rules,
                    f"quench pipe of {scanner.id}",
                    "not-assessed",
                    "The quench was not computed.",
                    remedy="Run the whole assessment.",
                )
            )
        elif not vent.helium.sealed:
            findings += _pipe(project, rules, vent)
    return findings


def grades_of(vent: VentResult) -> tuple[Grade, ...]:
    """Return the grades of the helium figures a verdict rests on."""
    keys = ("peak_flow_kg_s", "inlet_temperature_K", "max_back_pressure_kPa")
    return tuple(_GRADES.get(vent.helium.cited[k].status, "assumed") for k in keys if k in vent.helium.cited)


def _pipe(project: Project, rules: Sequence[Rule], vent: VentResult) -> list[Finding]:
    name = f"quench pipe of {vent.scanner}"
    if vent.entry is None:
        said = "vented" if vent.helium.sealed is False else "not said to be sealed"
        return [
            say(
                rules,
                name,
                "not-assessed",
                f"{vent.scanner} is {said}, and no quench pipe is stated.",
                remedy="Give [[quench_pipe]] with points and diameter_mm; or sealed = true in the magnet file.",
            )
        ]
    if vent.route is None:
        return [
            say(
                rules,
                name,
                "not-assessed",
                f"The {name} could not be read: {vent.refused}.",
                remedy="Mend the [[quench_pipe]] entry.",
            )
        ]
    findings = [
        _pressure(rules, vent, name),
        *_speed(rules, vent, name),
        _bore(rules, vent, name),
        quench_pipe_build.drain(project, rules, vent, name),
        quench_pipe_build.cold(rules, vent, name),
        quench_pipe_build.material(rules, vent, name),
        quench_pipe_build.mesh(rules, vent, name),
        *quench_pipe_build.rooms(project, rules, vent, name),
        *quench_pipe_build.shared(rules, vent, name),
    ]
    return [_shown(project, vent, finding) for finding in findings]


def _shown(project: Project, vent: VentResult, finding: Finding) -> Finding:
    """Put a verdict that has no place of its own at the magnet flange, so that the drawing shows it."""
    if finding.location is not None or finding.status not in ("fail", "warn") or vent.points is None:
        return finding
    return replace(finding, id="", **place_of(project, tuple(vent.points[0])))


def _pressure(rules: Sequence[Rule], vent: VentResult, name: str) -> Finding:
    subject = f"pressure in the {name}"
    if vent.drop is None:
        return say(
            rules,
            subject,
            "not-assessed",
            f"The pressure cannot be computed: {vent.refused}.",
            remedy="Correct the state of the gas or the route.",
        )
    drop, limit = vent.drop, vent.helium.limit
    band = Banded(drop.drop.value / 1e3, drop.drop.lower / 1e3, drop.drop.upper / 1e3, "kPa")
    said = (
        f"{kilopascal(drop.cold.drop)} kPa with a cold wall, {kilopascal(drop.warm.drop)} kPa with a warm one"
        f" at {drop.cold.mass_flow:g} kg/s and {drop.cold.inlet.temperature:.3g} K"
    )
    more: dict[str, Any] = {"measured": band if math.isfinite(band.upper) else None, "grades": grades_of(vent)}
    if vent.table is not None:
        more_words = "" if vent.table.applies else " (made for another bore)"
        said += f"; the vendor's table{more_words} gives {kilopascal(vent.table.drop.upper)} kPa"
    if limit is not None:
        more |= {"limit": (limit / 1e3, "kPa"), "margin": (limit - drop.drop.upper) / 1e3}
    against = "" if limit is None else f", against {limit / 1e3:g} kPa"
    if drop.choked and drop.stated:
        where = drop.warm.choked_at if drop.warm.choked else drop.cold.choked_at
        return say(
            rules,
            subject,
            "fail",
            f"The flow is choked {where:.1f} m from the magnet (Mach 1): {said}{against}.",
            remedy=_wider(vent),
            **more,
        )
    if not drop.stated and limit is not None and drop.drop.lower > limit:
        return say(
            rules,
            subject,
            "fail",
            f"Even with the least of the assumed flows the pressure at the magnet is {kilopascal(drop.drop.lower)} kPa"
            f"{against}.",
            remedy=_wider(vent),
            **more,
        )
    if not drop.stated or limit is None:
        missing = [words for words in vent.unknown if "vendor" in words]
        spread = (
            ""
            if drop.stated
            else (
                f" With {drop.flow[0]:g} to {drop.flow[1]:g} kg/s and {drop.temperature[0]:g} to "
                f"{drop.temperature[1]:g} K"
                f" it would be {kilopascal(drop.drop.lower)} to {kilopascal(drop.drop.upper)} kPa."
            )
        )
        if drop.choked:
            spread += f" At {drop.cold.mass_flow:g} kg/s the flow is choked (Mach 1)."
        lead = f"{said[0].upper()}{said[1:]}." if drop.stated else ""
        return say(
            rules,
            subject,
            "not-assessed",
            f"The pressure at the magnet cannot be judged: not known are {named(missing)}. {lead}{spread}".replace(
                "  ", " "
            ).strip(),
            remedy="Ask the magnet's vendor, and state the figures under [helium] of the magnet file.",
            **more,
        )
    if drop.drop.value > limit:
        return say(
            rules,
            subject,
            "fail",
            f"The pressure at the magnet is {said}{against}.",
            remedy=_wider(vent),
            **more,
        )
    if drop.drop.upper > limit:
        return say(
            rules,
            subject,
            "warn",
            f"The pressure at the magnet is {said}: below the limit of {limit / 1e3:g} kPa, but up to "
            f"{kilopascal(drop.drop.upper)} kPa with the losses of fittings at their upper edge.",
            remedy=_wider(vent),
            **more,
        )
    return say(
        rules,
        subject,
        "pass",
        f"The pressure at the magnet is {said}, at most {kilopascal(drop.drop.upper)} kPa{against}.",
        **more,
    )


def _wider(vent: VentResult) -> str:
    if vent.sizing is None or vent.sizing.uniform is None:
        return "Shorten the route, take out bends, or widen the pipe."
    return (
        f"A bore of {math.ceil(vent.sizing.uniform * 1e3)} mm throughout would keep the limit; or shorten the "
        "route, take out bends."
    )


def _speed(rules: Sequence[Rule], vent: VentResult, name: str) -> list[Finding]:
    if vent.drop is None or not vent.drop.stated:
        return []
    recommended = float(catalogue.table("limits")["mach"]["recommended"])
    fastest = max(float(vent.drop.cold.M.max()), float(vent.drop.warm.M.max()))
    status: Status = "pass" if fastest <= recommended else "warn"
    return [
        say(
            rules,
            f"speed in the {name}",
            status,
            f"The gas reaches Mach {unsafe(fastest)}, {'within' if status == 'pass' else 'above'} the recommended "
            f"{recommended:g}.",
            remedy=None if status == "pass" else "Widen the last lengths of the pipe.",
            grades=grades_of(vent),
        )
    ]


def _bore(rules: Sequence[Rule], vent: VentResult, name: str) -> Finding:
    subject = f"bore of the {name}"
    assert vent.route is not None
    narrow = vent.route.narrowings()
    flange = vent.helium.flange
    if narrow:
        return say(
            rules,
            subject,
            "fail",
            f"The pipe narrows {narrow[0].start:.1f} m from the magnet, to {narrow[0].diameter * 1e3:.0f} mm.",
            remedy="Let the bore never decrease towards the outlet.",
        )
    if flange is not None and vent.route.inlet_diameter < flange - 1e-3:
        return say(
            rules,
            subject,
            "fail",
            f"The pipe of {vent.route.inlet_diameter * 1e3:.0f} mm is narrower than the magnet's flange of "
            f"{flange * 1e3:.0f} mm.",
            remedy="Begin with the bore of the flange.",
        )
    words = "" if flange is not None else " The bore of the magnet's flange is not stated."
    return say(rules, subject, "pass", f"The bore nowhere decreases towards the outlet.{words}")


def kilopascal(pascal: float) -> str:
    """Write a pressure in kPa, rounded up to three figures."""
    if not math.isfinite(pascal) or pascal <= 0:
        return f"{pascal / 1e3:g}"
    step = 10.0 ** (math.floor(math.log10(pascal)) - 2)
    return f"{math.ceil(pascal / step - 1e-9) * step / 1e3:.4g}"
