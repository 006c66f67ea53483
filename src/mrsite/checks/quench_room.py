"""The room if the pipe fails: oxygen, pressure on the door, the fan. A perfect pipe does not remove the case."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from mrsite.base.quantity import Banded
from mrsite.checks.finding import Finding, Status
from mrsite.checks.judge import plan_grade, rules_of, scanners, state
from mrsite.checks.quench_pipe import grades_of, kilopascal
from mrsite.guidance.packs import Rule
from mrsite.site.evidence import Evidence, Wanted
from mrsite.site.project import Project
from mrsite.site.vent import RoomVent, VentResult
from mrsite.venting import catalogue

KINDS = ("quench-room",)


def wants(project: Project) -> Wanted:
    """Ask for the quench of every scanner."""
    return Wanted(vents=tuple(s.id for s in scanners(project)))


def check(project: Project, evidence: Evidence) -> list[Finding]:
    """Judge the room of every scanner."""
    rules = rules_of(project, *KINDS)
    if not rules:
        return []
    findings: list[Finding] = []
    for scanner in scanners(project):
        vent = evidence.vents.get(scanner.id)
        name = f"room of {scanner.id} if its helium is let into it"
        if vent is None:
            findings.append(
                _say(rules, name, "not-assessed", "The quench was not computed.", remedy="Run the whole assessment.")
            )
        elif vent.helium.sealed:
            findings.append(_sealed(rules, vent, name))
        elif vent.helium.sealed is None and not vent.helium.cited:
            findings.append(
                _say(
                    rules,
                    name,
                    "not-assessed",
                    f"Nothing is known of the helium of {scanner.id}.",
                    remedy=(
                        "State [helium] in the magnet file: sealed, inventory_L, peak_flow_kg_s, inlet_temperature_K."
                    ),
                )
            )
        elif vent.room is None:
            findings.append(
                _say(
                    rules,
                    name,
                    "not-assessed",
                    f"The room of {scanner.id}, or its height, is not known.",
                    remedy="Supply its outline and ceiling.",
                )
            )
        else:
            findings += [
                _oxygen(rules, vent, vent.room, name),
                _pressure(rules, vent, vent.room, name),
                *_fan(rules, vent, vent.room, name),
            ]
    return findings


def _say(rules: Sequence[Rule], subject: str, status: Status, message: str, **more: Any) -> Finding:
    return state("quench_room", rules, subject, status, message, kind="quench room", **more)


def _oxygen(rules: Sequence[Rule], vent: VentResult, room: RoomVent, name: str) -> Finding:
    levels = catalogue.table("limits")["oxygen"]
    alarm = float(levels["alarm"])
    times = [h.time_below(alarm) for h in (room.isothermal, room.enthalpy)]
    low = [min(h.oxygen_at(t) for h in (room.isothermal, room.enthalpy)) for t in (10.0, 30.0, 60.0)]
    stated = "" if room.stated else " (flow and temperature assumed)"
    more: dict[str, Any] = {
        "limit": (100 * alarm, "% O2"),
        "storey": room.space.storey,
        "grades": (*grades_of(vent), plan_grade(room.space)),
        "location": room.space.polygon,
    }
    known = [t for t in times if t is not None]
    if not known:
        return _say(
            rules,
            f"oxygen in the {name}",
            "pass",
            f"Oxygen stays above {100 * alarm:g} % for a minute{stated}.",
            **{**more, "location": None},
        )
    way = (
        "; the way out is not known"
        if room.leave is None
        else f"; {room.way_out:.0f} m to the door take {room.leave:.0f} s at a walk"
    )
    return _say(
        rules,
        f"oxygen in the {name}",
        "warn",
        f"If the pipe is blocked, {room.release.mass_flow:g} kg/s{stated} bring the {room.volume:.0f} m3 below "
        f"{100 * alarm:g} % oxygen "
        f"after {min(known):.1f} to {max(known):.1f} s; down to {100 * low[0]:.0f} % at 10 s and "
        f"{100 * low[1]:.0f} % at 30 s{way}.",
        remedy=(
            "Oxygen alarm (one sensor high, one at breathing height), a door that cannot be held shut, and a "
            "rule to leave at once."
        ),
        **more,
    )


def _pressure(rules: Sequence[Rule], vent: VentResult, room: RoomVent, name: str) -> Finding:
    p = room.pressure
    subject = f"pressure in the {name}"
    need = f"{p.relief_wanted.value:.2f} to {p.relief_wanted.upper:.2f} m2"
    more: dict[str, Any] = {
        "limit": (p.limit, "Pa"),
        "storey": room.space.storey,
        "grades": (*grades_of(vent), plan_grade(room.space)),
    }
    if room.relief_area is None:
        return _say(
            rules,
            subject,
            "not-assessed",
            f"Nobody says what relief opening the room has. {need} keep the door's handle below "
            f"{catalogue.table('limits')['door']['handle_N']:g} N ({p.limit:.0f} Pa on its leaf); without any the "
            f"pressure rises "
            f"{kilopascal(p.sealed_rate)} kPa a second.",
            remedy="Give relief_area_m2 of the scan room (0 where there is none).",
            **more,
        )
    if p.over.upper <= p.limit:
        return _say(
            rules,
            subject,
            "pass",
            f"The relief opening of {room.relief_area:g} m2 keeps the room below {p.over.upper:.0f} Pa, against "
            f"{p.limit:.0f} Pa.",
            measured=p.over,
            margin=p.limit - p.over.upper,
            **more,
        )
    rise = (
        f"rises {kilopascal(p.sealed_rate)} kPa a second"
        if math.isinf(p.over.upper)
        else f"reaches {p.over.value:.0f} to {p.over.upper:.0f} Pa"
    )
    return _say(
        rules,
        subject,
        "warn",
        f"With a relief opening of {room.relief_area:g} m2 the pressure {rise}, where {p.limit:.0f} Pa hold a "
        f"door against "
        f"{catalogue.table('limits')['door']['handle_N']:g} N.",
        measured=None if math.isinf(p.over.upper) else p.over,
        remedy=f"A relief opening of {need}, into the open and not into a corridor.",
        location=room.space.polygon,
        **more,
    )


def _fan(rules: Sequence[Rule], vent: VentResult, room: RoomVent, name: str) -> list[Finding]:
    if not room.fan:
        return []
    p = room.pressure
    subject = f"under-pressure of the exhaust in the {name}"
    force = float(catalogue.table("limits")["door"]["handle_N"])
    if room.relief_area is None:
        return [
            _say(
                rules,
                subject,
                "not-assessed",
                f"The exhaust of {room.fan * 3600:.0f} m3/h needs a make-up opening of {p.makeup_wanted:.2f} m2 "
                f"to stay within 50 Pa; "
                "none is stated.",
                remedy="Give relief_area_m2; a tight room is held shut by its own fan.",
            )
        ]
    if p.handle_fan <= force:
        return [
            _say(
                rules,
                subject,
                "pass",
                f"The exhaust pulls {p.under:.0f} Pa, {p.handle_fan:.0f} N at the door's handle.",
                measured=Banded(p.handle_fan, p.handle_fan, p.handle_fan, "N"),
                limit=(force, "N"),
            )
        ]
    pull = "holds the door shut" if math.isinf(p.handle_fan) else f"puts {p.handle_fan:.0f} N on the door's handle"
    return [
        _say(
            rules,
            subject,
            "warn",
            f"The exhaust of {room.fan * 3600:.0f} m3/h without a make-up opening {pull}; one of "
            f"{p.makeup_wanted:.2f} m2 keeps it within 50 Pa.",
            remedy="Provide a make-up opening that works in both directions.",
        )
    ]


def _sealed(rules: Sequence[Rule], vent: VentResult, name: str) -> Finding:
    subject = f"oxygen in the {name}"
    sealed = vent.sealed
    if sealed is None or sealed.oxygen is None:
        what = "its helium inventory" if sealed is None else "the volume of its room"
        return _say(
            rules,
            subject,
            "not-assessed",
            f"The magnet is sealed and needs no pipe, but {what} is not known.",
            remedy="State inventory_L in the magnet file, and the room's outline and ceiling.",
        )
    levels = catalogue.table("limits")["oxygen"]
    lowest = min(sealed.oxygen)
    source = vent.helium.cited["sealed"].source if "sealed" in vent.helium.cited else ""
    said = (
        f"The magnet is sealed ({source}): no quench pipe. All its helium at once, {sealed.gas:.1f} m3 of gas in "
        f"{sealed.volume:.0f} m3, leaves {100 * lowest:.1f} % oxygen"
    )
    more: dict[str, Any] = {
        "measured": Banded(100 * lowest, 100 * lowest, 100 * max(sealed.oxygen), "% O2"),
        "limit": (100 * levels["alarm_low"], "% O2"),
        "margin": 100 * (lowest - levels["alarm_low"]),
    }
    if lowest >= levels["alarm_low"]:
        return _say(rules, subject, "pass", f"{said}.", **more)
    return _say(
        rules,
        subject,
        "warn",
        f"{said}; {sealed.least_volume[0]:.0f} m3 would keep {100 * levels['alarm_low']:g} %.",
        remedy="An oxygen alarm, or a larger room.",
        **more,
    )
