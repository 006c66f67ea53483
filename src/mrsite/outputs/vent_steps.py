"""The quench calculation as numbered steps: formula, source, inputs, values. What the sheet prints, decided once."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mrsite.outputs.vent_around_steps import cloud, passed, room_oxygen, room_pressure, zones
from mrsite.outputs.vent_step import Rows, Sheet, Step, figure
from mrsite.site.vent import VentResult
from mrsite.venting import catalogue, helium
from mrsite.venting.ledger import LedgerRow, ledger
from mrsite.venting.pipe import PipeResult


def sheet(site: str, vent: VentResult) -> Sheet:
    """Return the steps for one scanner, whatever of it could be computed."""
    steps = [_inputs(vent)]
    if vent.sealed is not None or vent.helium.sealed:
        steps.append(_sealed(vent))
    if vent.route is not None:
        steps.append(_route(vent))
        steps.append(_losses(vent))
    profiles: tuple[PipeResult, ...] = ()
    if vent.drop is not None:
        profiles = (vent.drop.cold, vent.drop.warm)
        steps += [_equations(vent), _flange(vent), *(_ledger(vent, r) for r in profiles), _result(vent)]
        if vent.sizing is not None:
            steps.append(_sizing(vent))
        if vent.table is not None:
            steps.append(_table(vent))
        steps.append(_forces(vent))
    if vent.outlet is not None:
        steps += [zones(vent), cloud(vent)]
    if vent.route is not None:
        steps.append(passed(vent))
    if vent.room is not None:
        steps += [room_oxygen(vent), room_pressure(vent)]
    steps.append(_limits())
    warnings = []
    if vent.refused:
        warnings.append(f"Not computed: {vent.refused}")
    if vent.drop is not None and not vent.drop.stated:
        warnings.append(
            "The vendor's flow or gas temperature is not known: the figures are for a stated span and judge nothing."
        )
    if vent.drop is not None and vent.drop.choked:
        warnings.append("The flow is choked: the pressure at the magnet no longer depends on the outlet.")
    warnings += [f"To supply: {text}" for text in vent.unknown]
    return Sheet(
        f"{site}: quench of {vent.scanner}",
        vent.scanner,
        tuple(warnings),
        tuple(_numbered(steps)),
        profiles,
    )


def _numbered(steps: Sequence[Step]) -> list[Step]:
    from dataclasses import replace

    return [replace(step, number=f"Q{i}") for i, step in enumerate(steps, 1)]


def _inputs(vent: VentResult) -> Step:
    gas = vent.helium
    names = (
        ("sealed", "sealed magnet", ""),
        ("inventory_L", "liquid helium", "L"),
        ("peak_flow_kg_s", "peak mass flow", "kg/s"),
        ("inlet_temperature_K", "gas temperature at the flange", "K"),
        ("max_back_pressure_kPa", "allowed back pressure", "kPa"),
        ("flange_diameter_mm", "bore of the flange", "mm"),
        ("outlet_exclusion_m", "exclusion distance at the outlet", "m"),
    )
    rows: Rows = [["input", "value", "unit", "source", "status"]]
    for key, name, unit in names:
        cited = gas.cited.get(key)
        if cited is None:
            rows.append([name, "not stated", unit, "", ""])
        else:
            value = ("yes" if cited.value else "no") if isinstance(cited.value, bool) else str(cited.value)
            rows.append([name, value, cited.unit or unit, cited.source, cited.status])
    if vent.drop is not None:
        a = vent.drop.cold.ambient
        rows.append(
            [
                "ambient pressure at the outlet",
                f"{a.pressure:.0f}",
                "Pa",
                "standard atmosphere (ISO 2533) at its height",
                "",
            ]
        )
        rows.append(["ambient and warm wall", f"{a.temperature:.2f}", "K", "assumed", ""])
    return Step("", "What goes in", rows=tuple(map(tuple, rows)), source="magnet file, [helium]")


def _sealed(vent: VentResult) -> Step:
    s = vent.sealed
    if s is None:
        return Step("", "Sealed magnet", words=("No quench pipe is needed; the inventory is not stated.",))
    ratio = helium.expansion_ratio(293.15)
    words = [
        f"V_gas = V_liquid x {ratio:.1f} = {vent.helium.inventory_m3:.4g} m3 x {ratio:.1f} = {s.gas:.3g} m3 at 20 degC",
        f"room volume for 19.5 % oxygen: V_gas / (1 - 0.195/0.2095) = {s.least_volume[0]:.0f} m3; for 18 %: "
        f"{s.least_volume[1]:.0f} m3",
    ]
    if s.oxygen is not None and s.volume is not None:
        words.append(
            f"in {s.volume:.0f} m3: 20.95 % x (1 - V_gas/V) = {100 * s.oxygen[0]:.2f} %; "
            f"mixed on: 20.95 % x exp(-V_gas/V) = {100 * s.oxygen[1]:.2f} %"
        )
    source = vent.helium.cited["sealed"].source if "sealed" in vent.helium.cited else ""
    return Step(
        "",
        "Sealed magnet: all its helium at once",
        "C = C0 (1 - V_gas/V),  C = C0 exp(-V_gas/V)",
        f"expansion: CoolProp; sealed: {source}",
        tuple(words),
    )


def _route(vent: VentResult) -> Step:
    assert vent.route is not None
    rows: Rows = [["from flange, m", "piece", "length, m", "rise, m", "bore, mm", "K", "roughness, mm", "insulation"]]
    for p in vent.route.pieces:
        rows.append(
            [
                f"{p.start:.2f}",
                p.name or p.kind,
                f"{p.length:.2f}" if p.kind == "pipe" else "",
                f"{p.length * p.rise:+.2f}" if p.kind == "pipe" else "",
                f"{p.diameter * 1e3:.0f}",
                "" if p.loss is None else f"{p.loss.value:.2f} ({p.loss.lower:.2f} to {p.loss.upper:.2f})",
                f"{p.roughness * 1e3:.3f}" if p.kind == "pipe" else "",
                ""
                if p.kind != "pipe"
                else (f"{p.insulation.name}, {p.insulation.thickness * 1e3:.0f} mm" if p.insulation else "none"),
            ]
        )
    words = (
        f"length {vent.route.length:.2f} m, height gained {vent.route.rise:.2f} m, {len(vent.route.bends)} "
        f"bends counted from the geometry",
    )
    return Step("", "The route", rows=tuple(map(tuple, rows)), words=words, source="site file, [[quench_pipe]]")


def _losses(vent: VentResult) -> Step:
    assert vent.route is not None
    seen: dict[str, str] = {}
    for p in vent.route.pieces:
        if p.loss is not None:
            seen.setdefault(p.name, f"{p.loss.source} ({p.loss.status})")
    rows = [("fitting", "source of K"), *seen.items()]
    share = catalogue.table("fittings")["uncertainty"]
    note = f"Band: each K over its own range, friction by {100 * share['friction']:.0f} %."
    return Step(
        "", "Losses", "dp = K rho u^2 / 2 at the fitting's bore", rows=tuple(rows), note=note, source="see the table"
    )


def _equations(vent: VentResult) -> Step:
    del vent
    return Step(
        "",
        "Equations of the march",
        "dp + G^2 dv = -(f/D) G^2 v/2 dx - (g/v) dz;   dh + G^2 v dv + g dz = 4 q''/(D G) dx;   G = m/A = const.",
        "compressible pipe flow, Shapiro (1953); real helium: " + helium.coefficients().source,
        (
            "f: Colebrook, 1/sqrt(f) = -2 log10(e/3.7D + 2.51/(Re sqrt(f))); 64/Re below Re 2040",
            "q'': zero for the cold wall; h (T_wall - T) for the warm one, h = Nu k/D, Gnielinski (1976): "
            "Nu = (f/8)(Re - 1000) Pr / (1 + 12.7 sqrt(f/8) (Pr^(2/3) - 1))",
            "enlargement: p2 = p1 + G2 (G1 v1 - G2 v2) with h + u^2/2 kept; contraction: isentropic, then K "
            "= 0.5 (1 - A2/A1)",
            "the inlet pressure is sought that leaves the outlet at ambient pressure; M = 1 inside the route "
            "is found, not crossed",
        ),
    )


def _flange(vent: VentResult) -> Step:
    assert vent.drop is not None
    rows: Rows = [["at the flange", "symbol", "cold wall", "warm wall", "unit"]]
    pair = (vent.drop.cold, vent.drop.warm)

    def line(name: str, symbol: str, values: Sequence[float], unit: str, digits: int = 4) -> None:
        rows.append([name, symbol, *(figure(v, digits) for v in values), unit])

    line("mass flow", "m", [r.mass_flow for r in pair], "kg/s")
    line(
        "mass flux",
        "G = m / (pi D^2/4)",
        [r.mass_flow / (0.25 * math.pi * float(r.diameter[0]) ** 2) for r in pair],
        "kg/m2 s",
    )
    line("pressure", "p", [r.inlet.pressure for r in pair], "Pa", 7)
    line("temperature", "T", [r.inlet.temperature for r in pair], "K")
    line("density", "rho", [r.inlet.density for r in pair], "kg/m3")
    line("compressibility", "Z = p/(rho R T)", [r.inlet.compressibility for r in pair], "")
    line("viscosity", "mu", [r.inlet.viscosity for r in pair], "Pa s")
    line("speed", "u = G/rho", [float(r.v[0]) for r in pair], "m/s")
    line("Mach number", "M = u/a", [float(r.M[0]) for r in pair], "")
    return Step("", "State at the magnet flange", rows=tuple(map(tuple, rows)), source=helium.coefficients().source)


def _ledger(vent: VentResult, result: PipeResult) -> Step:
    del vent
    rows: Rows = [
        [
            "piece",
            "p in, Pa",
            "T in, K",
            "T out, K",
            "rho, kg/m3",
            "u, m/s",
            "Re",
            "f",
            "friction, Pa",
            "weight, Pa",
            "acceleration, Pa",
            "sum, Pa",
            "march, Pa",
        ]
    ]
    total = [0.0] * 5
    for r in ledger(result):
        rows.append(_ledger_row(r))
        for i, value in enumerate((r.by_friction, r.by_weight, r.by_acceleration, 0.0, r.drop)):
            total[i] += value
    total[3] = total[0] + total[1] + total[2]
    rows.append(["all", *[""] * 7, *(f"{v:.1f}" for v in total)])
    choked = (
        f" Choked {result.choked_at:.2f} m from the flange." if result.choked and result.choked_at is not None else ""
    )
    return Step(
        "",
        f"Where the pressure goes, {result.wall} wall",
        "friction = f L/D G^2 mean(1/rho)/2 or K G^2 mean(1/rho)/2;  weight = rho g dz;  acceleration = G^2 "
        "(1/rho_out - 1/rho_in)",
        "momentum balance of each piece",
        rows=tuple(map(tuple, rows)),
        note=(
            "A change of bore is booked whole under acceleration. Sum and march differ by what the means of "
            "a piece leave over."
        )
        + choked,
    )


def _ledger_row(r: LedgerRow) -> list[str]:
    name = r.name if r.kind != "pipe" else f"{r.name} {r.length:.2f} m"
    return [
        name,
        f"{r.p_in:.0f}",
        f"{r.t_in:.2f}",
        f"{r.t_out:.2f}",
        f"{r.density:.4g}",
        f"{r.speed:.4g}",
        f"{r.reynolds:.3g}",
        f"{r.friction:.4f}" if r.kind == "pipe" else "" if r.loss is None else f"K {r.loss:.2f}",
        f"{r.by_friction:.1f}",
        f"{r.by_weight:.1f}",
        f"{r.by_acceleration:.1f}",
        f"{r.by_friction + r.by_weight + r.by_acceleration:.1f}",
        f"{r.drop:.1f}",
    ]


def _result(vent: VentResult) -> Step:
    assert vent.drop is not None
    d = vent.drop
    rows: Rows = [["result", "cold wall", "warm wall", "steady insulated", "unit"]]
    three = (d.cold, d.warm, d.insulated)

    def line(name: str, values: Sequence[float], unit: str) -> None:
        rows.append([name, *(figure(v) for v in values), unit])

    line("static pressure at the flange above ambient", [r.drop / 1e3 for r in three], "kPa")
    line("stagnation pressure at the flange above ambient", [r.drop_stagnation / 1e3 for r in three], "kPa")
    line("outlet temperature", [r.exit.temperature for r in three], "K")
    line("outlet speed", [r.exit_velocity for r in three], "m/s")
    line("outlet Mach number", [r.exit_mach for r in three], "")
    line("coldest pipe wall", [float(r.wall_temperature.min()) for r in three], "K")
    limit = vent.helium.limit
    words = [
        f"judged: the larger, {d.drop.value / 1e3:.4g} kPa ({d.worse.wall} wall), band {d.drop.lower / 1e3:.4g} to "
        f"{figure(d.drop.upper / 1e3)} kPa, against {'an unknown limit' if limit is None else f'{limit / 1e3:g} kPa'}",
    ]
    words += [f"refused: {text}" for text in d.refused]
    return Step(
        "",
        "Pressure at the magnet",
        "p_flange - p_ambient, the larger of cold and warm wall",
        "the larger of two bounds: the wall is warm at first and cold later",
        tuple(words),
        tuple(map(tuple, rows)),
        "The wall is warm in the first seconds, when the flow peaks; the two bounds can differ twelve-fold.",
    )


def _sizing(vent: VentResult) -> Step:
    assert vent.sizing is not None
    s = vent.sizing
    rows: Rows = [["section, m", "bore as drawn, mm", "share of the drop", "bore needed, others as drawn, mm"]]
    for part in s.sections:
        needed = "no bore of this section alone" if part.required is None else f"{math.ceil(part.required * 1e3)}"
        rows.append(
            [f"{part.start:.1f} to {part.end:.1f}", f"{part.diameter * 1e3:.0f}", f"{100 * part.share:.0f} %", needed]
        )
    one = "none up to 1 m" if s.uniform is None else f"{math.ceil(s.uniform * 1e3)} mm"
    return Step(
        "",
        "The bore each section needs",
        "smallest D with drop <= limit on the worse wall, not choked",
        "this march",
        (f"one bore for the whole route: {one}",),
        tuple(map(tuple, rows)),
    )


def _table(vent: VentResult) -> Step:
    assert vent.table is not None
    assert vent.drop is not None
    t = vent.table
    rows: Rows = [["what", "band", "count or m", "each, Pa", "drop, Pa"]]
    for r in t.rows:
        rows.append([r.what, str(r.band + 1), f"{r.length:g}", f"{r.each:g}", f"{r.drop:.0f}"])
    differ = t.drop.upper / max(vent.drop.drop.value, 1.0)
    words = (
        f"vendor's table: {t.drop.lower / 1e3:.3g} to {t.drop.upper / 1e3:.3g} kPa; computed "
        f"{vent.drop.drop.value / 1e3:.3g} kPa: "
        f"the table is {differ:.2g} times the computed figure. They are compared, never averaged.",
        "" if t.applies else "The table is for another bore than this route's.",
    )
    return Step(
        "",
        f"The vendor's table: {t.label}",
        "sum of (Pa per m x length) + (Pa per bend x bends)",
        t.source,
        tuple(w for w in words if w),
        tuple(map(tuple, rows)),
    )


def _forces(vent: VentResult) -> Step:
    assert vent.drop is not None
    assert vent.route is not None
    warm = vent.drop.warm
    row = catalogue.entry("pipes", "material", vent.route.pieces[0].material)
    shrink = row.get("contraction_mm_per_m", 0.0) * vent.route.length
    words: tuple[str, ...] = (
        f"thrust at the outlet F = m u + (p - p_a) A = {warm.thrust:.0f} N (warm wall)",
        f"largest force on a right-angled bend sqrt(2) (m u + dp A) = "
        f"{max(warm.largest_bend_force, vent.drop.cold.largest_bend_force):.0f} N",
        f"contraction to helium temperature {row.get('contraction_mm_per_m', 0.0):g} mm/m x "
        f"{vent.route.length:.1f} m = {shrink:.0f} mm: "
        "bellows or sliding supports",
    )
    held = None if vent.entry is None else vent.entry.supports_m
    if vent.route.pieces[0].wall is not None:
        bore, wall = vent.route.inlet_diameter, vent.route.pieces[0].wall
        weight = math.pi * (bore + wall) * wall * row["density"]
        words = (
            *words,
            f"weight of the bare pipe pi (D + t) t rho = {weight:.1f} kg/m, without insulation, ice and snow",
        )
    words = (
        *words,
        "supports: "
        + ("not stated" if held is None else f"every {held:g} m as stated; their strength is not computed"),
    )
    return Step(
        "", "Forces and movement", source=f"momentum; {row['label']}: {row['source']} ({row['status']})", words=words
    )


def _limits() -> Step:
    return Step(
        "",
        "Not modelled",
        words=(
            "the quench itself (flow against time comes from the vendor), entrained liquid, air freezing in "
            "the pipe, blockage by frost or nests",
            "strength of pipe and supports, noise, resonance; plume round buildings; flow and layers inside "
            "the room in three dimensions",
            "uncertainty: flow enters with power 1.85 to 2; K +-30 %; friction +-10 %; equation of state below 1 %",
        ),
    )
