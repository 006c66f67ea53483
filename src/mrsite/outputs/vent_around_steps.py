"""Steps of the quench calculation outside the pipe: the outlet's surroundings, rooms passed, the room itself."""

from __future__ import annotations

import math
from typing import Any

from mrsite.outputs.vent_step import Rows, Step, figure
from mrsite.site.vent import VentResult
from mrsite.venting import catalogue, room


def zones(vent: VentResult) -> Step:
    """Return what stands within the exclusion zone of the outlet, and how near."""
    rows: Rows = [["neighbour", "kind", "beside, m", "above (+) or below (-), m", "zone", "clear by, m"]]
    for c in vent.conflicts[:24]:
        rows.append(
            [
                c.neighbour.name,
                c.neighbour.kind,
                f"{c.horizontal:.2f}",
                f"{c.above_outlet:+.2f}",
                c.zone.label,
                f"{c.margin:.2f}",
            ]
        )
    assert vent.outlet is not None
    o = vent.outlet
    words: tuple[str, ...] = (f"outlet at x {o.at[0]:.3f}, y {o.at[1]:.3f}, level {o.at[2]:.2f} m, {o.direction}",)
    if len(rows) == 1:
        words = (*words, "no opening, door, window or walkway near it is known")
    return Step(
        "",
        "Exclusion at the outlet",
        "inside where beside < side and -below < height < above",
        "the vendors' distances, see zone",
        words,
        tuple(map(tuple, rows)),
        "A negative clearance lies inside.",
    )


def cloud(vent: VentResult) -> Step:
    """Return how far the cold cloud reaches from the outlet."""
    row = catalogue.table("limits")["plume"]
    if not vent.envelopes:
        return Step(
            "", "Cloud at the outlet", words=("Not computed: downward and hooded outlets are beyond the model.",)
        )
    rows: Rows = [["level", "reach from the outlet, m", "highest, m", "lowest, m"]]
    for e in vent.envelopes:
        rows.append([e.name, f"{math.ceil(e.reach * 10) / 10:.1f}", f"{e.top:.1f}", f"{e.bottom:.1f}"])
    words = [f"{c.neighbour.name}: {c.margin:.1f} m from the surface of {c.level}" for c in vent.plume[:12]]
    return Step(
        "",
        "Cloud at the outlet (warning only)",
        "dm/ds = 2 pi b [alpha sqrt(rho rho_a) |u - U cos th| + beta rho_a |U sin th|];  dPz/ds = (rho_a - "
        "rho) g pi b^2",
        row["source"],
        (
            f"alpha {row['alpha_jet']} (jet) to {row['alpha_plume']} (plume), beta {row['beta']}, lambda "
            f"{row['lambda']}; winds 0, 2 and "
            f"5 m/s from 8 sides, outlet gas of both bounds; distances times {row['margin']}",
            *words,
        ),
        tuple(map(tuple, rows)),
        "Free jet: no building, no ground, dry air. Heights are levels from the site datum.",
    )


def passed(vent: VentResult) -> Step:
    """Return the rooms that the pipe goes through."""
    rows: Rows = [["room", "storey", "length inside, m", "of that bare, m", "lowest above floor, m"]]
    for c in vent.crossings:
        rows.append([c.space.label, c.storey, f"{c.length:.2f}", f"{c.bare:.2f}", f"{max(c.nearest_floor, 0):.2f}"])
    assert vent.route is not None
    low = vent.route.low_points()
    words = [
        f"floors passed: {', '.join(vent.floors) or 'none'}",
        f"low points: {', '.join(f'level {p[2]:.2f} m' for p in low) or 'none'}",
        f"runs that fall towards the magnet: {sum(p.length for p in vent.route.falls_to_magnet()):.2f} m; level runs: "
        f"{sum(p.length for p in vent.route.level_runs()):.2f} m",
    ]
    if len(rows) == 1:
        words.append("no known room is passed")
    return Step(
        "", "What the pipe passes", rows=tuple(map(tuple, rows)), words=tuple(words), source="drawings and site file"
    )


def room_oxygen(vent: VentResult) -> Step:
    """Return the oxygen in the room if the pipe fails, over time."""
    assert vent.room is not None
    r = vent.room
    spill = room.spill_rate(r.release.mass_flow)
    rows: Rows = [["time, s", "isothermal, % O2", "enthalpy, % O2", "enthalpy, K", "enthalpy with exhaust, % O2"]]
    for t in (2.0, 5.0, 10.0, 20.0, 30.0, 60.0):
        beyond = bool(r.enthalpy.ended) and t > r.enthalpy.time[-1]
        rows.append(
            [
                f"{t:g}",
                f"{100 * r.isothermal.oxygen_at(t):.1f}",
                "-" if beyond else f"{100 * r.enthalpy.oxygen_at(t):.1f}",
                "-" if beyond else f"{_at(r.enthalpy, t):.0f}",
                "" if r.with_exhaust is None else f"{100 * r.with_exhaust.oxygen_at(t):.1f}",
            ]
        )
    words = [
        f"R = m/rho(293 K) = {spill:.3g} m3/s into V = {r.volume:.1f} m3 ({r.volume_from}); C = C0 exp(-R t/V)",
        f"outflow at the first moment: {room.first_outflow(r.release):.3g} m3/s by the enthalpy balance, "
        f"{spill:.3g} m3/s isothermal",
        *(
            f"below {100 * level:g} % after {_when(r.isothermal.time_below(level))} (isothermal), "
            f"{_when(r.enthalpy.time_below(level))} (enthalpy)"
            for level in (0.195, 0.18)
        ),
        f"a warm layer under the ceiling is at 1.5 m after {r.layer:.1f} s; helium colder than 40 K falls instead",
        "way out: not known" if r.leave is None else f"way out: {r.way_out:.1f} m at 1 m/s = {r.leave:.0f} s",
    ]
    if r.recovery is not None:
        words.append(f"from no oxygen to 19.5 % with the exhaust: {r.recovery / 60:.1f} min")
    if r.enthalpy.ended:
        words.append(r.enthalpy.ended)
    basis = "" if r.stated else " Flow and temperature are assumed."
    return Step(
        "",
        "The room if the pipe fails: oxygen",
        "dn_air/dt = s - o (1 - x);  dn_He/dt = w - o x;  p V = n R T",
        "FESHM 4240 (isothermal); molar and enthalpy balance at constant pressure (best estimate)",
        tuple(words),
        tuple(map(tuple, rows)),
        f"Well mixed; walls give {5:g} W/m2K.{basis}",
    )


def _at(history: Any, time: float) -> float:
    import numpy as np

    return float(np.interp(time, history.time, history.temperature))


def _when(time: float | None) -> str:
    return "never within the minute" if time is None else f"{time:.1f} s"


def room_pressure(vent: VentResult) -> Step:
    """Return the pressure in the room if the pipe fails."""
    assert vent.room is not None
    r, p = vent.room, vent.room.pressure
    words = [
        f"relief opening stated: {'none stated' if r.relief_area is None else f'{r.relief_area:g} m2'}",
        f"over-pressure {figure(p.over.value)} Pa (enthalpy) to {figure(p.over.upper)} Pa (isothermal)",
        f"limit: 133 N at the handle of a leaf of 1.2 x 2.1 m: dp = 2 F / A = {p.limit:.0f} Pa",
        f"opening wanted for the limit: {p.relief_wanted.value:.2f} m2 (enthalpy) to "
        f"{p.relief_wanted.upper:.2f} m2 (isothermal)",
        f"without any opening the pressure rises {p.sealed_rate / 1e3:.2f} kPa/s: w (h_in + R T)/(2.5 V)",
    ]
    if r.fan:
        words.append(
            f"under-pressure of the exhaust alone, {r.fan:.3g} m3/s: {figure(p.under)} Pa; "
            f"{p.makeup_wanted:.3f} m2 keep it within 50 Pa"
        )
    return Step(
        "",
        "The room if the pipe fails: pressure",
        "Q = Cd A sqrt(2 dp/rho),  F = dp A_leaf/2",
        "orifice, Cd 0.6; NFPA 101, 7.2.1.4.5 (recalled)",
        tuple(words),
    )
