"""The quench pipe: pressure at the magnet, bore, drain, insulation, material, and the rooms it passes.

The pressure is judged on the larger of the cold and the warm wall. Where the vendor's flow, temperature or limit is
not known a range is printed and nothing is judged.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from mrsite.base.quantity import Banded, Grade
from mrsite.checks.doors import named
from mrsite.checks.finding import Finding, Status
from mrsite.checks.judge import plan_grade, rules_of, safe, scanners, state, unsafe
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
                _say(
                    rules,
                    None,
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


def _say(
    rules: Sequence[Rule], vent: VentResult | None, subject: str, status: Status, message: str, **more: Any
) -> Finding:
    del vent
    more.setdefault("kind", "quench pipe")
    return state("quench_pipe", rules, subject, status, message, **more)


def _pipe(project: Project, rules: Sequence[Rule], vent: VentResult) -> list[Finding]:
    name = f"quench pipe of {vent.scanner}"
    if vent.entry is None:
        said = "vented" if vent.helium.sealed is False else "not said to be sealed"
        return [
            _say(
                rules,
                None,
                name,
                "not-assessed",
                f"{vent.scanner} is {said}, and no quench pipe is stated.",
                remedy="Give [[quench_pipe]] with points and diameter_mm; or sealed = true in the magnet file.",
            )
        ]
    if vent.route is None:
        return [
            _say(
                rules,
                None,
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
        _drain(project, rules, vent, name),
        _cold(rules, vent, name),
        _material(rules, vent, name),
        _mesh(rules, vent, name),
        *_rooms(project, rules, vent, name),
        *_shared(rules, vent, name),
    ]
    return [_shown(project, vent, finding) for finding in findings]


def _shown(project: Project, vent: VentResult, finding: Finding) -> Finding:
    """Put a verdict that has no place of its own at the magnet flange, so that the drawing shows it."""
    if finding.location is not None or finding.status not in ("fail", "warn") or vent.points is None:
        return finding
    return replace(finding, id="", **place_of(project, tuple(vent.points[0])))


def place_of(project: Project, point: tuple[float, float, float]) -> dict[str, Any]:
    """Return storey and location (plan metres of its drawing) of a point of the site."""
    import shapely

    from mrsite.site.vent_places import storey_at

    storey, here = storey_at(project, point)
    return {"storey": storey, "location": shapely.Point(here)}


def _pressure(rules: Sequence[Rule], vent: VentResult, name: str) -> Finding:
    subject = f"pressure in the {name}"
    if vent.drop is None:
        return _say(
            rules,
            vent,
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
        return _say(
            rules,
            vent,
            subject,
            "fail",
            f"The flow is choked {where:.1f} m from the magnet (Mach 1): {said}{against}.",
            remedy=_wider(vent),
            **more,
        )
    if not drop.stated and limit is not None and drop.drop.lower > limit:
        return _say(
            rules,
            vent,
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
        return _say(
            rules,
            vent,
            subject,
            "not-assessed",
            f"The pressure at the magnet cannot be judged: not known are {named(missing)}. {lead}{spread}".replace(
                "  ", " "
            ).strip(),
            remedy="Ask the magnet's vendor, and state the figures under [helium] of the magnet file.",
            **more,
        )
    if drop.drop.value > limit:
        return _say(
            rules,
            vent,
            subject,
            "fail",
            f"The pressure at the magnet is {said}{against}.",
            remedy=_wider(vent),
            **more,
        )
    if drop.drop.upper > limit:
        return _say(
            rules,
            vent,
            subject,
            "warn",
            f"The pressure at the magnet is {said}: below the limit of {limit / 1e3:g} kPa, but up to "
            f"{kilopascal(drop.drop.upper)} kPa with the losses of fittings at their upper edge.",
            remedy=_wider(vent),
            **more,
        )
    return _say(
        rules,
        vent,
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
        _say(
            rules,
            vent,
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
        return _say(
            rules,
            vent,
            subject,
            "fail",
            f"The pipe narrows {narrow[0].start:.1f} m from the magnet, to {narrow[0].diameter * 1e3:.0f} mm.",
            remedy="Let the bore never decrease towards the outlet.",
        )
    if flange is not None and vent.route.inlet_diameter < flange - 1e-3:
        return _say(
            rules,
            vent,
            subject,
            "fail",
            f"The pipe of {vent.route.inlet_diameter * 1e3:.0f} mm is narrower than the magnet's flange of "
            f"{flange * 1e3:.0f} mm.",
            remedy="Begin with the bore of the flange.",
        )
    words = "" if flange is not None else " The bore of the magnet's flange is not stated."
    return _say(rules, vent, subject, "pass", f"The bore nowhere decreases towards the outlet.{words}")


def _drain(project: Project, rules: Sequence[Rule], vent: VentResult, name: str) -> Finding:
    subject = f"fall and drain of the {name}"
    assert vent.route is not None
    low = vent.route.low_points()
    drained = vent.outlet is not None and vent.outlet.drain is True
    if low and not drained:
        return _say(
            rules,
            vent,
            subject,
            "fail",
            f"Water or liquid air would stand in {len(low)} low point{'s' if len(low) > 1 else ''}, the first at "
            f"level {low[0][2]:.2f} m.",
            remedy="Let every run fall to the outlet or to a drain.",
            **place_of(project, low[0]),
        )
    towards = vent.route.falls_to_magnet()
    level = [p for p in vent.route.level_runs() if p.length > 0.5]
    if towards and not drained:
        return _say(
            rules,
            vent,
            subject,
            "warn",
            f"{sum(p.length for p in towards):.1f} m of the pipe fall towards the magnet, and no drain is stated.",
            remedy="Let the run fall away from the magnet, or give outlet = { drain = true }.",
        )
    if level and not drained:
        return _say(
            rules,
            vent,
            subject,
            "warn",
            f"{sum(p.length for p in level):.1f} m of the pipe are level, and no drain is stated.",
            remedy="Give the runs a fall, or a drain at the low end.",
        )
    if (
        not drained
        and vent.outlet is not None
        and vent.outlet.direction in ("up", "slanting")
        and vent.outlet.cap is None
    ):
        return _say(
            rules,
            vent,
            subject,
            "warn",
            "The outlet is open to the rain, and no cap and no drain are stated.",
            remedy="State outlet = { cap = ..., drain = true }: trapped water freezes and blocks the vent.",
        )
    return _say(rules, vent, subject, "pass", "No low point; runs fall to the outlet or a drain is stated.")


def _cold(rules: Sequence[Rule], vent: VentResult, name: str) -> Finding:
    subject = f"insulation of the {name}"
    assert vent.route is not None
    assert vent.entry is not None
    air = float(catalogue.table("pipes")["condensation"]["air_condenses_K"])
    pipes = [p for p in vent.route.pieces if p.kind == "pipe"]
    burning = [p for p in pipes if p.insulation is not None and p.insulation.combustible]
    if burning:
        return _say(
            rules,
            vent,
            subject,
            "fail",
            f"{sum(p.length for p in burning):.1f} m are covered with combustible insulation.",
            remedy="Use non-combustible insulation: air that condenses on a cold pipe is rich in oxygen.",
        )
    if vent.entry.insulation is None:
        return _say(
            rules,
            vent,
            subject,
            "not-assessed",
            f"Nobody says whether the pipe is insulated. Bare pipe colder than {air:g} K drips air rich in oxygen.",
            remedy='Give insulation = { material = "mineral-wool", thickness_mm = 40 } or "none".',
        )
    inside = sum(c.bare for c in vent.crossings)
    bare = sum(p.length for p in pipes if p.insulation is None)
    if bare == 0:
        return _say(rules, vent, subject, "pass", "The whole pipe is covered with non-combustible insulation.")
    where = f", {inside:.1f} m of it inside rooms" if inside else ""
    return _say(
        rules,
        vent,
        subject,
        "warn",
        f"{bare:.1f} m of the pipe are bare{where}: below {air:g} K air condenses on it and drips, rich in oxygen.",
        remedy="Insulate, or keep people and everything combustible from under it; drip tray.",
        **({"location": vent.crossings[0].line, "storey": vent.crossings[0].storey} if inside else {}),
    )


def _material(rules: Sequence[Rule], vent: VentResult, name: str) -> Finding:
    subject = f"material of the {name}"
    assert vent.entry is not None
    if vent.entry.material is None:
        return _say(
            rules,
            vent,
            subject,
            "not-assessed",
            "The material of the pipe is not stated.",
            remedy='Give material = "stainless", "aluminium" or "copper".',
        )
    row = catalogue.entry("pipes", "material", vent.entry.material)
    if not row["suitable"]:
        return _say(
            rules,
            vent,
            subject,
            "fail",
            f"{row['label'].capitalize()} {row['why_not']}.",
            remedy="Use stainless steel or aluminium.",
        )
    assert vent.route is not None
    shrink = row["contraction_mm_per_m"] * vent.route.length
    return _say(
        rules,
        vent,
        subject,
        "pass",
        f"{row['label'][0].upper()}{row['label'][1:]} stands the cold; it shortens by {shrink:.0f} mm over the route, "
        "for which "
        f"bellows or "
        "sliding supports must be there.",
    )


def _mesh(rules: Sequence[Rule], vent: VentResult, name: str) -> Finding:
    subject = f"cap and mesh of the {name}"
    assert vent.outlet is not None
    row = catalogue.table("fittings")["mesh"]
    least = float(row["least_free_area_ratio"])
    free = vent.outlet.mesh_free_area
    if free is None:
        return _say(
            rules,
            vent,
            subject,
            "not-assessed",
            "Nobody says how the outlet is kept clear of birds, rain and ice.",
            remedy="Give outlet = { cap = ..., mesh_free_area = ... } (free area over the pipe's).",
        )
    if free < least:
        return _say(
            rules,
            vent,
            subject,
            "warn",
            f"The free area of the mesh is {free:g} times that of the pipe, below {least:g}: frost or nests block it.",
            remedy=f"Fit a cage of at least {least:g} times the pipe's area.",
        )
    return _say(
        rules,
        vent,
        subject,
        "pass",
        f"The mesh has {free:g} times the area of the pipe. That it stays clear is a matter of inspection.",
    )


def _rooms(project: Project, rules: Sequence[Rule], vent: VentResult, name: str) -> list[Finding]:
    passed = [c for c in vent.crossings if not c.service]
    floors = (
        f" It passes the floor of {named(vent.floors)}: seal it there as a fire compartment asks."
        if vent.floors
        else ""
    )
    if not passed:
        rooms = named(c.space.label for c in vent.crossings)
        through = f" (it passes {rooms})" if vent.crossings else ""
        unread = [
            s.name
            for s in project.storeys
            if not any(x.storey == s.name and x.polygon is not None for x in project.spaces)
        ]
        if unread:
            return [
                _say(
                    rules,
                    vent,
                    f"rooms on the way of the {name}",
                    "not-assessed",
                    f"No room of {named(unread)} is known, so what the pipe passes there is not known.{floors}",
                    remedy="Supply a drawing or state the rooms.",
                )
            ]
        return [
            _say(
                rules,
                vent,
                f"rooms on the way of the {name}",
                "pass",
                f"The pipe passes no known room in which people stay{through}.{floors}",
                grades=(plan_grade(*(c.space for c in vent.crossings)),),
            )
        ]
    return [
        _say(
            rules,
            vent,
            f"{c.space.label} on the way of the {name}",
            "warn",
            f"The quench pipe passes {c.length:.1f} m through {c.space.label}, {safe(max(c.nearest_floor, 0.0))} "
            f"m above its floor "
            f"at the lowest{', bare' if c.bare else ''}: a leak there fills it with helium.{floors}",
            remedy="Lead the pipe outside, through a shaft, or gas-tight and insulated.",
            storey=c.storey,
            location=c.line,
            grades=(plan_grade(c.space),),
        )
        for c in passed
    ]


def _shared(rules: Sequence[Rule], vent: VentResult, name: str) -> list[Finding]:
    if not vent.shared_with:
        return []
    return [
        _say(
            rules,
            vent,
            f"sharing of the {name}",
            "warn",
            f"The pipe also serves {named(vent.shared_with)}: it is computed for the quench of one magnet at a "
            f"time, and gas may "
            "pass back into the other.",
            remedy="Give each magnet its own pipe, or ask both vendors.",
        )
    ]


def kilopascal(pascal: float) -> str:
    """Write a pressure in kPa, rounded up to three figures."""
    if not math.isfinite(pascal) or pascal <= 0:
        return f"{pascal / 1e3:g}"
    step = 10.0 ** (math.floor(math.log10(pascal)) - 2)
    return f"{math.ceil(pascal / step - 1e-9) * step / 1e3:.4g}"
