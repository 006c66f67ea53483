"""The quench pipe as it is built: its fall, insulation, material and mesh, the rooms it passes, what else it serves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mrsite.checks.doors import named
from mrsite.checks.finding import Finding, Status
from mrsite.checks.judge import place_of, plan_grade, safe, state
from mrsite.guidance.packs import Rule
from mrsite.site.project import Project
from mrsite.site.vent import VentResult
from mrsite.venting import catalogue


def say(rules: Sequence[Rule], subject: str, status: Status, message: str, **more: Any) -> Finding:
    """State a finding on a quench pipe."""
    return state("quench_pipe", rules, subject, status, message, **{"kind": "quench pipe", **more})


def drain(project: Project, rules: Sequence[Rule], vent: VentResult, name: str) -> Finding:
    """Judge whether water or liquid air can stand in it."""
    subject = f"fall and drain of the {name}"
    assert vent.route is not None
    low = vent.route.low_points()
    drained = vent.outlet is not None and vent.outlet.drain is True
    if low and not drained:
        return say(
            rules,
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
        return say(
            rules,
            subject,
            "warn",
            f"{sum(p.length for p in towards):.1f} m of the pipe fall towards the magnet, and no drain is stated.",
            remedy="Let the run fall away from the magnet, or give outlet = { drain = true }.",
        )
    if level and not drained:
        return say(
            rules,
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
        return say(
            rules,
            subject,
            "warn",
            "The outlet is open to the rain, and no cap and no drain are stated.",
            remedy="State outlet = { cap = ..., drain = true }: trapped water freezes and blocks the vent.",
        )
    return say(rules, subject, "pass", "No low point; runs fall to the outlet or a drain is stated.")


def cold(rules: Sequence[Rule], vent: VentResult, name: str) -> Finding:
    """Judge its insulation."""
    subject = f"insulation of the {name}"
    assert vent.route is not None
    assert vent.entry is not None
    air = float(catalogue.table("pipes")["condensation"]["air_condenses_K"])
    pipes = [p for p in vent.route.pieces if p.kind == "pipe"]
    burning = [p for p in pipes if p.insulation is not None and p.insulation.combustible]
    if burning:
        return say(
            rules,
            subject,
            "fail",
            f"{sum(p.length for p in burning):.1f} m are covered with combustible insulation.",
            remedy="Use non-combustible insulation: air that condenses on a cold pipe is rich in oxygen.",
        )
    if vent.entry.insulation is None:
        return say(
            rules,
            subject,
            "not-assessed",
            f"Nobody says whether the pipe is insulated. Bare pipe colder than {air:g} K drips air rich in oxygen.",
            remedy='Give insulation = { material = "mineral-wool", thickness_mm = 40 } or "none".',
        )
    inside = sum(c.bare for c in vent.crossings)
    bare = sum(p.length for p in pipes if p.insulation is None)
    if bare == 0:
        return say(rules, subject, "pass", "The whole pipe is covered with non-combustible insulation.")
    where = f", {inside:.1f} m of it inside rooms" if inside else ""
    return say(
        rules,
        subject,
        "warn",
        f"{bare:.1f} m of the pipe are bare{where}: below {air:g} K air condenses on it and drips, rich in oxygen.",
        remedy="Insulate, or keep people and everything combustible from under it; drip tray.",
        **({"location": vent.crossings[0].line, "storey": vent.crossings[0].storey} if inside else {}),
    )


def material(rules: Sequence[Rule], vent: VentResult, name: str) -> Finding:
    """Judge what it is made of."""
    subject = f"material of the {name}"
    assert vent.entry is not None
    if vent.entry.material is None:
        return say(
            rules,
            subject,
            "not-assessed",
            "The material of the pipe is not stated.",
            remedy='Give material = "stainless", "aluminium" or "copper".',
        )
    row = catalogue.entry("pipes", "material", vent.entry.material)
    if not row["suitable"]:
        return say(
            rules,
            subject,
            "fail",
            f"{row['label'].capitalize()} {row['why_not']}.",
            remedy="Use stainless steel or aluminium.",
        )
    assert vent.route is not None
    shrink = row["contraction_mm_per_m"] * vent.route.length
    return say(
        rules,
        subject,
        "pass",
        f"{row['label'][0].upper()}{row['label'][1:]} stands the cold; it shortens by {shrink:.0f} mm over the route, "
        "for which "
        f"bellows or "
        "sliding supports must be there.",
    )


def mesh(rules: Sequence[Rule], vent: VentResult, name: str) -> Finding:
    """Judge what keeps birds and debris out."""
    subject = f"cap and mesh of the {name}"
    assert vent.outlet is not None
    row = catalogue.table("fittings")["mesh"]
    least = float(row["least_free_area_ratio"])
    free = vent.outlet.mesh_free_area
    if free is None:
        return say(
            rules,
            subject,
            "not-assessed",
            "Nobody says how the outlet is kept clear of birds, rain and ice.",
            remedy="Give outlet = { cap = ..., mesh_free_area = ... } (free area over the pipe's).",
        )
    if free < least:
        return say(
            rules,
            subject,
            "warn",
            f"The free area of the mesh is {free:g} times that of the pipe, below {least:g}: frost or nests block it.",
            remedy=f"Fit a cage of at least {least:g} times the pipe's area.",
        )
    return say(
        rules,
        subject,
        "pass",
        f"The mesh has {free:g} times the area of the pipe. That it stays clear is a matter of inspection.",
    )


def rooms(project: Project, rules: Sequence[Rule], vent: VentResult, name: str) -> list[Finding]:
    """Tell the rooms that it passes, and which of them people are in."""
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
                say(
                    rules,
                    f"rooms on the way of the {name}",
                    "not-assessed",
                    f"No room of {named(unread)} is known, so what the pipe passes there is not known.{floors}",
                    remedy="Supply a drawing or state the rooms.",
                )
            ]
        return [
            say(
                rules,
                f"rooms on the way of the {name}",
                "pass",
                f"The pipe passes no known room in which people stay{through}.{floors}",
                grades=(plan_grade(*(c.space for c in vent.crossings)),),
            )
        ]
    return [
        say(
            rules,
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


def shared(rules: Sequence[Rule], vent: VentResult, name: str) -> list[Finding]:
    """Warn where it serves more than one magnet."""
    if not vent.shared_with:
        return []
    return [
        say(
            rules,
            f"sharing of the {name}",
            "warn",
            f"The pipe also serves {named(vent.shared_with)}: it is computed for the quench of one magnet at a "
            f"time, and gas may "
            "pass back into the other.",
            remedy="Give each magnet its own pipe, or ask both vendors.",
        )
    ]
