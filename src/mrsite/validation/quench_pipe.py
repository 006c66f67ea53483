"""Case quantities of the pipe: whole routes, changes of bore, vendor tables."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from mrsite.base.errors import InputError
from mrsite.validation import quench_gas
from mrsite.validation.grammar import VALUE, Handler, NotUnderstood, Words, si
from mrsite.venting import catalogue, helium, sizing
from mrsite.venting.catalogue import Loss
from mrsite.venting.pipe import Ambient, PipeResult, march_down, solve_pipe
from mrsite.venting.route import Insulation, Piece, Route, chained
from mrsite.venting.search import Inlet, enlarge
from mrsite.venting.transient import cool_down

#: Roughness of a piece that states none, m (welded stainless).
DEFAULT_ROUGHNESS = 4.5e-5


def parse_route(text: str) -> Route:
    """Read ``pipe D=0.2 L=1 rise_per_m=1 eps=4.5e-05 | fit K=0.3 D=0.2 | ...``.

    Pieces: ``pipe``, ``hose`` (friction 4 times), ``fit``, ``bend`` (angle, form or r_over_D), ``mesh`` (phi),
    ``expand``/``enlargement`` and ``contract``/``contraction`` (D1, D2, K). Lengths in m unless a unit says otherwise.
    A bore that changes without a piece of its own is a sudden change.
    """
    pieces: list[Piece] = []
    for number, part in enumerate(text.split("|"), 1):
        words = Words(part.strip())
        kind = words.pattern(r"^\s*[A-Za-z_-]+")
        if kind is None:
            raise NotUnderstood(f"piece {number} of the route has no name")
        try:
            pieces += _piece(kind.group().strip().lower(), words, pieces)
            words.finish()
        except NotUnderstood as error:
            raise NotUnderstood(f"piece {number} of the route ({part.strip()!r}): {error}") from None
    if not pieces:
        raise NotUnderstood("the route is empty")
    return Route(chained(pieces))


def _bore(words: Words, before: list[Piece], *keys: str) -> float:
    bore = words.maybe(*keys, "D", "d", dimension="length")
    if bore is None:
        if not before:
            raise NotUnderstood("D is not given")
        return before[-1].diameter
    return bore


def _piece(kind: str, words: Words, before: list[Piece]) -> list[Piece]:
    if kind in ("pipe", "straight", "hose", "flexible", "bellows"):
        bore = _bore(words, before)
        length = words.number("L", "length", dimension="length")
        rise = words.maybe("rise_per_m", "slope")
        if rise is None:
            total = words.maybe("rise", "dz", dimension="length")
            angle = words.maybe("angle", "inclination", dimension="angle")
            rise = total / length if total is not None else math.sin(math.radians(angle)) if angle is not None else 0.0
        times = 1.0 if kind in ("pipe", "straight") else float(catalogue.table("fittings")["flexible"]["value"])
        times = words.number("f_times", "times", default=times)
        return [
            Piece(
                "pipe",
                bore,
                length,
                rise,
                words.number("eps", "roughness", dimension="length", default=DEFAULT_ROUGHNESS),
                friction=words.maybe("f_darcy", "f"),
                friction_times=times,
                name=kind,
            )
        ]
    if kind in ("fit", "fitting", "bend", "elbow", "mesh", "hood", "gooseneck", "tee", "disc", "valve"):
        named = words.pattern(r"(?<![\w=])type\s*=\s*(?P<id>[a-z0-9-]+)")
        angle = words.maybe("angle", dimension="angle")
        ratio = words.maybe("r_over_D", "r/D")
        form = next((f for f in ("smooth", "short", "segmented", "mitre") if words.phrase(f)), None)
        phi = words.maybe("phi")
        k = words.maybe("K", "k")
        bore = _bore(words, before)
        if k is not None:
            loss = Loss(k, k, k, "case file")
        elif phi is not None:
            loss = catalogue.mesh_loss(phi)
        elif kind in ("bend", "elbow"):
            loss = catalogue.bend_loss(90.0 if angle is None else angle, ratio, form)
        elif named or kind in ("hood", "gooseneck"):
            loss = catalogue.fitting_loss(named["id"] if named else kind)
        else:
            raise NotUnderstood("K is not given")
        return [Piece("fitting", bore, loss=loss, name=kind)]
    if kind in (
        "expand",
        "expansion",
        "enlarge",
        "enlargement",
        "contract",
        "contraction",
        "reduce",
        "reducer",
        "change",
        "sudden_expansion",
        "sudden_contraction",
        "sudden_enlargement",
        "widening",
        "narrowing",
        "area",
        "step",
    ):
        small = words.maybe("D1", "from", dimension="length")
        bore = words.number("D2", "to", "D", dimension="length")
        k = words.maybe("K")
        if small is not None and before and abs(small - before[-1].diameter) > 1e-9:
            raise NotUnderstood(f"D1={small:g} is not the bore before it, {before[-1].diameter:g}")
        if small is None and not before:
            raise NotUnderstood("D1 is not given")
        own = None if k is None else Loss(k, k, k, "case file")
        first = (
            [] if before or small is None else [Piece("fitting", small, loss=Loss(0, 0, 0, "case file"), name="inlet")]
        )
        if k is not None and (small or before[-1].diameter) < bore:
            # an enlargement with a K of its own (a diffuser) loses by its momentum balance and by this K
            return [*first, Piece("area", bore, name=kind), Piece("fitting", bore, loss=own, name=kind)]
        return [*first, Piece("area", bore, loss=own, name=kind)]
    raise NotUnderstood(f"piece {kind!r} is not known (pipe, hose, fit, bend, mesh, expand, contract)")


@dataclass(frozen=True)
class _Heat:
    kind: str
    wall: float | None = None
    exponent: float = 0.0
    film: float | None = None
    material: str = "stainless"
    thickness: float = 0.002
    insulation: Insulation | None = None


def _heat(words: Words) -> _Heat:
    ratio = r"(?:\s*times \(T_?w(?:all)?/T_?b(?:ulk)?\)\^-(?P<n>[\d.]+))?"
    match = words.pattern(rf"heat\s*=\s*wall (?:held )?at {VALUE}\s*(?:with )?Gnielinski{ratio}")
    if match:
        return _Heat("warm", si(match["number"], match["unit"], "temperature"), float(match["n"] or 0.0))
    match = words.pattern(rf"heat\s*=\s*wall (?:held )?at {VALUE}\s*(?:with )?h\s*=\s*(?P<h>[\d.eE+]+) ?W/m2/?K")
    if match:
        return _Heat("film", si(match["number"], match["unit"], "temperature"), film=float(match["h"]))
    match = words.pattern(
        r"heat\s*=\s*transient wall (?P<what>304|316L?|stainless|aluminium|copper)(?: stainless)?(?: steel)? "
        r"(?P<mm>[\d.]+) ?mm "
        rf"starting at {VALUE}"
    )
    if match:
        material = "stainless" if match["what"][0] in "3s" else match["what"]
        exponent = words.pattern(r"property-ratio exponent (?P<n>[\d.]+)")
        return _Heat(
            "transient",
            si(match["number"], match["unit"], "temperature"),
            float(exponent["n"]) if exponent else 0.0,
            material=material,
            thickness=float(match["mm"]) * 1e-3,
        )
    match = words.pattern(r"heat\s*=\s*insulated (?P<mm>[\d.]+) ?mm,? k\s*=\s*(?P<k>[\d.]+) ?W/m/?K")
    if match:
        return _Heat("insulated", insulation=Insulation(float(match["mm"]) * 1e-3, float(match["k"])))
    if words.pattern(r"heat\s*=\s*(?:worse|worst|both|larger)(?: of (?:cold|both)(?: and warm)?(?: bounds?)?)?"):
        return _Heat("worse", words.maybe("T_wall", dimension="temperature"))
    if words.pattern(r"heat\s*=\s*(?:adiabatic|none|cold)") or words.phrase("adiabatic"):
        return _Heat("cold")
    if words.pattern(r"heat\s*=\s*warm"):
        return _Heat("warm", words.maybe("T_wall", dimension="temperature"))
    if "heat" in words.left:
        raise NotUnderstood(
            "the heat of the wall is not one of: adiabatic, wall at ... with Gnielinski, transient wall ..."
        )
    raise NotUnderstood("heat is not given (adiabatic, or a wall)")


def _route(words: Words) -> Route:
    match = words.pattern(r"route\s*=\s*(?P<route>[^;]+)")
    if match is not None:
        text = match["route"].strip()
        tail = re.search(r"\s+(?:expect .*)$", text)
        if tail:
            words.left += ";" + tail.group()
            text = text[: tail.start()]
        return parse_route(text)
    bore = words.number("D", dimension="length")
    friction = words.maybe("f_darcy", "f")
    rise = words.maybe("rise_per_m")
    if rise is None:
        total = words.maybe("rise", "height", dimension="length")
        rise = 0.0
        length = words.number("L", dimension="length")
        if total is not None:
            rise = total / length
    else:
        length = words.number("L", dimension="length")
    words.allow("horizontal")
    rough = words.number("eps", "roughness", dimension="length", default=DEFAULT_ROUGHNESS)
    return Route(chained([Piece("pipe", bore, length, rise, rough, friction=friction, name="pipe")]))


def _inlet(words: Words) -> Inlet:
    if words.phrase(
        "saturated liquid or quality below 1 at the inlet",
        "saturated liquid",
        "quality below 1 at the inlet",
        "quality below 1",
        "two-phase",
        "wet",
    ):
        return Inlet(4.2, quality=0.0)
    quality = words.maybe("quality", "x_in")
    enthalpy = words.maybe("h_in", dimension="specific energy")
    stagnation = words.maybe("T0_in", "T0", dimension="temperature")
    temperature = words.maybe("T_in", "T1", "T", dimension="temperature")
    at_rest = words.phrase("stagnation") or stagnation is not None
    words.allow("static")
    return Inlet(
        stagnation if stagnation is not None else temperature, enthalpy, at_rest, 1.0 if quality is None else quality
    )


def _solve(words: Words) -> PipeResult:
    words.allow("helium", "steady", "real gas")
    expected = words.pattern(r"expect CHOKED(?: ?\(M ?= ?1\))?(?: at (?:the )?(?:outlet|exit))?")
    free = words.pattern(r"expect (?:not choked|NOT CHOKED|unchoked)")
    heat = _heat(words)
    # the wall's own phrases, before the general keys
    time = words.maybe("t", dimension="time")
    step = words.number("dt", dimension="time", default=1.0)
    outside = not words.phrase("no outside heat")
    if heat.kind != "transient" and (time is not None or not outside):
        raise NotUnderstood("t and outside heat belong to a transient wall")
    route = _route(words)
    p1 = words.maybe("p1", "p_in", dimension="pressure")
    mach = words.maybe("M1", "M_in")
    inlet = _inlet(words)
    out = words.number("p_amb", "p_out", "p_ambient", dimension="pressure", default=helium.ATMOSPHERE)
    air = words.number("T_amb", "Ta", dimension="temperature", default=293.15 if heat.wall is None else heat.wall)
    ambient = Ambient(air, out)
    if p1 is not None and inlet.temperature is not None:
        gas = helium.state_pt(p1, inlet.temperature)
        area = 0.25 * math.pi * route.inlet_diameter**2
        flow = (
            mach * gas.density * gas.sound_speed * area
            if mach is not None
            else words.number("mdot", dimension="mass flow")
        )
        wall = {"cold": "cold", "warm": "warm"}.get(heat.kind)
        if wall is None:
            raise NotUnderstood("a march from a known inlet pressure takes an adiabatic or a warm wall")
        return march_down(route, flow, gas, ambient, wall, property_exponent=heat.exponent)  # type: ignore[arg-type]
    flow = words.number("mdot", dimension="mass flow")
    result = _with_heat(route, flow, inlet, ambient, heat, time, step, outside)
    if (expected and not result.choked) or (free and result.choked):
        raise InputError("the route is choked" if free else "the route is not choked, as the case expects")
    return result


def _with_heat(
    route: Route,
    flow: float,
    inlet: Inlet,
    ambient: Ambient,
    heat: _Heat,
    time: float | None,
    step: float,
    outside: bool,
) -> PipeResult:
    if heat.kind == "cold":
        return solve_pipe(route, flow, inlet, ambient, "cold")
    if heat.kind == "warm":
        return solve_pipe(route, flow, inlet, ambient, "warm", property_exponent=heat.exponent)
    if heat.kind == "worse":
        both = [solve_pipe(route, flow, inlet, ambient, wall) for wall in ("cold", "warm")]  # type: ignore[arg-type]
        return max(both, key=lambda r: r.drop)
    if heat.kind == "film":
        from mrsite.venting import pipe

        cells, _ = pipe.cells_of(route, "warm", ambient)
        return solve_pipe(
            route, flow, inlet, ambient, "warm", cells=pipe.with_film(cells, heat.film or 0.0, heat.wall or 0.0)
        )
    if heat.kind == "insulated":
        from dataclasses import replace

        wrapped = replace(route, pieces=tuple(replace(p, insulation=heat.insulation) for p in route.pieces))
        return solve_pipe(wrapped, flow, inlet, ambient, "insulated")
    if time is None:
        raise NotUnderstood("a transient wall needs t, the time after the start")
    return cool_down(
        route,
        flow,
        inlet,
        ambient,
        duration=time,
        step=step,
        wall_thickness=heat.thickness,
        wall_start=heat.wall,
        material=heat.material,
        outside_heat=outside,
        property_exponent=heat.exponent,
    ).last


def _route_quantity(quantity: str, words: Words) -> float:
    if quantity == "T_out" and "route" not in words.left and re.search(r"(?<!\w)h\s*=", words.left):
        return quench_gas.heated_outlet(quantity, words)
    if quantity == "dp" and re.search(r"column of helium", words.left):
        return _head(words)
    if quantity == "p_in" and words.maybe("R") is not None:
        raise NotUnderstood("p_in of an ideal gas: ask for p1")
    r = _solve(words)
    values = {
        "dp_in_to_ambient": r.drop,
        "dp": r.drop,
        "pressure_drop": r.drop,
        "dp_stagnation": r.drop_stagnation,
        "p_inlet": r.inlet.pressure,
        "p_in": r.inlet.pressure,
        "p_exit": r.exit.pressure,
        "p_out": r.exit.pressure,
        "T_exit": r.exit.temperature,
        "T_out": r.exit.temperature,
        "u_exit": r.exit_velocity,
        "u_out": r.exit_velocity,
        "v_exit": r.exit_velocity,
        "rho_exit": r.exit.density,
        "rho_out": r.exit.density,
        "M_exit": r.exit_mach,
        "M_out": r.exit_mach,
        "mach_out": r.exit_mach,
        "mach_exit": r.exit_mach,
        "u_in": float(r.v[0]),
        "M_in": float(r.M[0]),
        "rho_in": r.inlet.density,
        "M_max": float(r.M.max()),
        "u_max": float(r.v.max()),
        "choked": float(r.choked),
        "thrust": r.thrust,
        "h_exit": r.exit.enthalpy,
    }
    return values[quantity]


def _head(words: Words) -> float:
    words.allow(
        "column of helium at", "column of helium", "adiabatic no flow", "no flow", "at rest", "(adiabatic no flow)"
    )
    return quench_gas.static_head(
        words.number("T", dimension="temperature"),
        words.number("height", "H", dimension="length"),
        words.number("p_top", "p", dimension="pressure", default=helium.ATMOSPHERE),
    )


def _enlargement(quantity: str, words: Words) -> float:
    words.allow("sudden expansion", "sudden enlargement", "low Mach", "helium", "adiabatic")
    flow = words.number("mdot", dimension="mass flow")
    d1, d2 = words.number("D1", dimension="length"), words.number("D2", dimension="length")
    gas = helium.state_pt(words.number("p1", dimension="pressure"), words.number("T", "T1", dimension="temperature"))
    after = enlarge(gas, d1, d2, flow)
    g1, g2 = (flow / (0.25 * math.pi * d * d) for d in (d1, d2))
    if quantity == "static_pressure_recovery":
        return after.pressure - gas.pressure
    return gas.pressure + 0.5 * g1**2 / gas.density - after.pressure - 0.5 * g2**2 / after.density


def _vendor_sum(_quantity: str, words: Words) -> float:
    words.maybe("D", dimension="length")
    straight = words.pattern(r"straight (?P<v>[\d./]+) (?P<u>mbar|Pa|hPa)/m x (?P<n>[\d./]+) m")
    bends = words.pattern(r"bends (?P<v>[\d./]+) (?P<u>mbar|Pa|hPa)")
    if straight is None and bends is None:
        raise NotUnderstood("a vendor's table needs 'straight a/b/... mbar/m x c/d/... m' or 'bends a/b/... mbar'")
    rows: list[tuple[float, float]] = []
    if straight:
        each, counts = straight["v"].split("/"), straight["n"].split("/")
        if len(each) != len(counts):
            raise NotUnderstood(f"{len(each)} values a metre but {len(counts)} lengths")
        rows += [(si(v, straight["u"], "pressure"), float(n)) for v, n in zip(each, counts)]
    if bends:
        rows += [(si(v, bends["u"], "pressure"), 1.0) for v in bends["v"].split("/")]
    return sizing.table_sum(rows)


def _vendor_limit(_quantity: str, words: Words) -> float:
    if not words.phrase("max pressure drop along line"):
        raise NotUnderstood("limit: only 'max pressure drop along line' (Bruker BioSpec) is known")
    return float(catalogue.entry("limits", "vendor", "bruker-biospec")["max_drop_Pa"])


def _bend_equivalent(_quantity: str, words: Words) -> float:
    words.allow("same ratio in all three bands")
    match = words.pattern(r"(?P<b>[\d.]+) (?P<bu>mbar|Pa) per bend / (?P<s>[\d.]+) (?P<su>mbar|Pa) per m")
    if match is None:
        raise NotUnderstood("a bend's equivalent length needs '... mbar per bend / ... mbar per m'")
    return si(match["b"], match["bu"], "pressure") / si(match["s"], match["su"], "pressure")


def _required(_quantity: str, words: Words) -> float:
    words.allow("helium")
    limit = words.number("dp_max", "dp_limit", dimension="pressure")
    route = _route(words)
    inlet = _inlet(words)
    ambient = Ambient(pressure=words.number("p_amb", dimension="pressure", default=helium.ATMOSPHERE))
    found = sizing.required_diameters(
        route, words.number("mdot", dimension="mass flow"), inlet, limit, ambient, accuracy=1e-5
    )
    return math.nan if found.uniform is None else found.uniform


def _refused(_quantity: str, words: Words) -> float:
    """1 where the room refuses the inputs with InputError, else 0."""
    try:
        if "route" in words.left:
            _solve(words)
        else:
            p = words.number("p", "p_in", "p_amb", dimension="pressure", default=helium.ATMOSPHERE)
            helium.state_pt(p, _inlet(words).temperature or 0.0)
    except InputError:
        words.left = ""  # refused before every word was asked for
        return 1.0
    return 0.0


HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(
        (
            "dp_in_to_ambient",
            "dp",
            "pressure_drop",
            "dp_stagnation",
            "p_inlet",
            "p_in",
            "p_exit",
            "p_out",
            "T_exit",
            "T_out",
            "u_exit",
            "u_out",
            "v_exit",
            "rho_exit",
            "rho_out",
            "M_exit",
            "M_out",
            "mach_out",
            "mach_exit",
            "u_in",
            "M_in",
            "rho_in",
            "M_max",
            "u_max",
            "choked",
            "thrust",
            "h_exit",
        ),
        _route_quantity,
    ),
    **dict.fromkeys(("static_pressure_recovery", "total_pressure_loss"), _enlargement),
    "sum_of_listed_rows": _vendor_sum,
    "limit": _vendor_limit,
    "bend_equivalent_length": _bend_equivalent,
    "required_diameter": _required,
    "error": _refused,
}
