"""Case quantities of the room: oxygen, outflow, pressure, doors and fans."""

from __future__ import annotations

import math
import re

from mrsite.validation import quench_gas
from mrsite.validation.grammar import VALUE, Handler, NotUnderstood, Words, si
from mrsite.venting import helium, relief, room
from mrsite.venting.room import Fan, Release, RoomHistory


def _start(words: Words) -> float | None:
    match = words.pattern(rf"O2 ambient {VALUE}")
    if match:
        return si(match["number"], match["unit"], "share")
    return words.maybe("C0", "O2_ambient", dimension="share")


def _spill(_quantity: str, words: Words) -> float:
    return room.spill_rate(
        words.number("mdot", dimension="mass flow"),
        words.number("T_room", "T", dimension="temperature", default=293.15),
        words.number("p", dimension="pressure", default=helium.ATMOSPHERE),
    )


def _fan(words: Words) -> tuple[float, Fan]:
    flow = words.number("Q", dimension="volume flow", default=0.0)
    supply = words.phrase("blowing fresh air in", "blowing in", "supplying", "supply")
    extract = words.phrase("extracting", "extract", "extraction")
    if flow and not (supply or extract):
        raise NotUnderstood("the fan must be 'extracting' or 'blowing fresh air in'")
    if supply and extract:
        raise NotUnderstood("the fan cannot extract and blow in")
    return flow, "supply" if supply else "extract"


def _isothermal(quantity: str, words: Words) -> float:
    words.allow("isothermal well mixed", "isothermal", "well mixed", "no ventilation", "no fan")
    after = words.pattern(rf"then fan runs {VALUE} more") if quantity == "O2_after" else None
    c0 = _start(words)
    volume = words.number("V", dimension="volume")
    time = words.number("t", dimension="time")
    if quantity == "O2_no_ventilation":
        fan, mode = 0.0, "extract"
    else:
        fan, mode = _fan(words)
    spill = words.maybe("R", dimension="volume flow")
    if quantity == "O2_after":
        if after is None:
            raise NotUnderstood("O2_after needs 'then fan runs ... s more, R=0'")
        again = words.maybe("R", dimension="volume flow")
        if again not in (None, 0.0):
            raise NotUnderstood("after the release R must be 0")
    if spill is None:
        spill = room.spill_rate(
            words.number("mdot", dimension="mass flow"), words.number("T_room", dimension="temperature", default=293.15)
        )
    end = room.oxygen_isothermal(time, volume, spill, fan, mode, c0)  # type: ignore[arg-type]
    if after is None:
        return end
    return room.oxygen_after(si(after["number"], after["unit"], "time"), volume, fan, end, c0)


def _fatality(_quantity: str, words: Words) -> float:
    words.allow("mole fraction", "sea level")
    return room.fatality_factor(words.number("O2", "C", dimension="share"))


def _instant(_quantity: str, words: Words) -> float:
    words.allow("air lost not helium", "air displaced", "instant release")
    continuous = words.phrase("continuous mixing", "mixed")
    gas = words.number("liquid", "inventory", dimension="volume") * words.number(
        "expansion", default=helium.expansion_ratio(293.15)
    )
    pair = room.oxygen_instant(gas, words.number("V", dimension="volume"), _start(words))
    return pair[1] if continuous else pair[0]


def _recovery(quantity: str, words: Words) -> float:
    level = _level(quantity.removeprefix("time_to_"))
    words.left = words.left.replace("air changes", "air_changes").replace("start O2", "start_O2")
    start = words.maybe("start_O2", "O2_start", dimension="share")
    c0 = _start(words)
    rate = words.maybe("air_changes", "ach", dimension="rate")
    if rate is None:
        flow, _mode = _fan(words)
        rate = flow / words.number("V", dimension="volume")
    return room.recovery_time(level, rate, 0.0 if start is None else start, c0)


def _level(text: str) -> float:
    match = re.fullmatch(r"(?:O2_)?([\d.]+)%?", text)
    if match is None:
        raise NotUnderstood(f"{text!r} is no oxygen level")
    return float(match[1]) / 100.0


def _flow(_quantity: str, words: Words) -> float:
    match = words.pattern(VALUE)
    if match is None or not match["unit"]:
        raise NotUnderstood("a flow with its unit is wanted")
    return si(match["number"], match["unit"], "volume flow")


def _release(words: Words) -> tuple[Release, float]:
    t_in = words.number("T_in", dimension="temperature")
    t_room = words.number("T_room", dimension="temperature", default=293.15)
    pressure = words.number("p", dimension="pressure", default=helium.ATMOSPHERE)
    duration = words.maybe("duration", "t_release", dimension="time")
    return Release(words.number("mdot", dimension="mass flow"), t_in, duration, pressure), t_room


def _outflow(quantity: str, words: Words) -> float:
    words.allow(
        "start of release", "start", "adiabatic walls but isothermal", "adiabatic walls", "isothermal", "adiabatic"
    )
    release, t_room = _release(words)
    if quantity == "isothermal_outflow":
        return room.spill_rate(release.mass_flow, t_room, release.pressure)
    return room.first_outflow(release, t_room)


def _history(words: Words) -> RoomHistory:
    words.allow("well mixed", "adiabatic walls", "enthalpy model")
    # T_room=T_wall=293.15 K: each key takes its own part of the chain
    t_wall = words.maybe("T_wall", dimension="temperature")
    release, t_room = _release(words)
    conductance = words.number("UA", dimension="conductance", default=0.0)
    fan, mode = _fan(words)
    return room.room_oxygen(
        release,
        words.number("V", dimension="volume"),
        until=words.number("t", dimension="time"),
        fan=fan,
        mode=mode,
        wall_conductance=conductance,
        room_temperature=t_room,
        wall_temperature=t_wall,
        supply_temperature=words.number("T_supply", dimension="temperature", default=t_room),
        start=_start(words),
        step=0.01,
    )


def _room(quantity: str, words: Words) -> float:
    if quantity == "O2":
        mixed = quench_gas.mixture_oxygen(words)
        if mixed is not None:
            return mixed
    at = _history(words)
    if at.ended:
        return math.nan
    series = {
        "O2": at.oxygen,
        "T": at.temperature,
        "T_room": at.temperature,
        "outflow_at_Troom": at.outflow,
        "X_He": at.helium,
    }
    return float(series[quantity][-1])


def _orifice(words: Words) -> tuple[float, float]:
    words.allow("of air", "leakage area", "extract", "same fan", "fan", "extracting", "orifice", "hatch", "relief area")
    return words.number("Cd", default=relief.discharge()), words.number(
        "rho", dimension="density", default=relief.AIR_DENSITY
    )


def _overpressure(_quantity: str, words: Words) -> float:
    cd, rho = _orifice(words)
    flow = words.number("Q", dimension="volume flow")
    return relief.orifice_pressure(flow, words.number("A", dimension="area"), cd, rho)


def _relief(_quantity: str, words: Words) -> float:
    cd, rho = _orifice(words)
    pressure = words.number("dp_max", "dp", dimension="pressure")
    flow = words.number("Q", dimension="volume flow")
    return relief.orifice_area(flow, pressure, cd, rho)


def _handle(_quantity: str, words: Words) -> float:
    words.allow("hinged", "pull at the edge", "push at the edge")
    pressure = words.number("dp", dimension="pressure")
    grip = words.maybe("grip", dimension="length")
    leaf = words.pattern(r"leaf (?P<w>[\d.]+) m x (?P<h>[\d.]+) m")
    if leaf is None:
        raise NotUnderstood("a door needs 'leaf ... m x ... m'")
    return relief.handle_force(pressure, float(leaf["w"]), float(leaf["h"]), grip)


def _sealed(_quantity: str, words: Words) -> float:
    words.allow("sealed adiabatic", "sealed", "adiabatic", "start")
    volume = words.number("V", dimension="volume")
    release, t_room = _release(words)
    return room.sealed_rate(release, volume, t_room)


def _least_volume(quantity: str, words: Words) -> float:
    level = _level(quantity.removeprefix("min_room_volume_"))
    words.allow("instant release", "air displaced")
    displaced = not words.phrase("continuous mixing")
    c0 = _start(words)
    ratio = words.number("expansion", default=helium.expansion_ratio(293.15))
    return room.least_room_volume(
        words.number("inventory", "liquid", dimension="volume") * ratio, level, c0, displaced=displaced
    )


def _time_below(quantity: str, words: Words) -> float:
    found = _history(words).time_below(_level(quantity.removeprefix("time_below_")))
    return math.inf if found is None else found


def _layer(_quantity: str, words: Words) -> float:
    words.allow("ceiling layer")
    return room.layer_time(
        words.number("A_floor", "A", dimension="area"),
        words.number("H", dimension="length"),
        words.number("R", dimension="volume flow"),
        words.number("level", "z", dimension="length", default=1.5),
    )


HANDLERS: dict[str, Handler] = {
    "R_spill": _spill,
    **dict.fromkeys(("O2_no_ventilation", "O2_exhaust", "O2_supply", "O2_after"), _isothermal),
    "fatality_factor": _fatality,
    "O2_percent": _instant,
    "flow": _flow,
    **dict.fromkeys(("outflow", "isothermal_outflow"), _outflow),
    **dict.fromkeys(("O2", "T", "T_room", "outflow_at_Troom"), _room),
    **dict.fromkeys(("room_overpressure", "room_underpressure"), _overpressure),
    **dict.fromkeys(("relief_area", "makeup_area"), _relief),
    "handle_force": _handle,
    "dp_dt": _sealed,
    "layer_time": _layer,
}
PREFIXES: dict[str, Handler] = {
    "time_to_": _recovery,
    "min_room_volume_": _least_volume,
    "time_below_": _time_below,
}
