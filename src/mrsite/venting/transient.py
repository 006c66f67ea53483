"""The first minute: the pipe wall cools down while the gas flows (best estimate between the two bounds)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mrsite.base.errors import InputError
from mrsite.venting import catalogue
from mrsite.venting.pipe import CELLS_PER_M, Ambient, PipeResult, cells_of, outside_resistance, solve_pipe
from mrsite.venting.route import Route
from mrsite.venting.search import Inlet

Array = NDArray[np.float64]


@dataclass(frozen=True)
class CoolDown:
    """Pressure and outlet state against time."""

    time: Array  #: s
    drop: Array  #: Pa
    exit_temperature: Array  #: K
    exit_velocity: Array  #: m/s
    coldest_wall: Array  #: K
    last: PipeResult


def cool_down(
    route: Route,
    mass_flow: float | Callable[[float], float],
    inlet: Inlet,
    ambient: Ambient | None = None,
    *,
    duration: float = 30.0,
    step: float = 1.0,
    wall_thickness: float = 0.002,
    wall_start: float | None = None,
    material: str = "stainless",
    outside_heat: bool = True,
    property_exponent: float = 0.0,
    cells_per_m: float = CELLS_PER_M,
) -> CoolDown:
    """Let the wall cool from ``wall_start`` while the gas passes quasi-steadily.

    Parameters
    ----------
    mass_flow : float or function of time in s
        kg/s.
    wall_start : float, K
        Default ambient.
    step : float, s
        At most 1 s; explicit, the wall held at or above the gas's own temperature.

    Notes
    -----
    m c(T_w) dT_w/dt = -h pi D (T_w - T) + U pi D (T_a - T_w) per metre, with m = pi D t rho_w. The gas crosses the
    route in under a second, so that its own storage is left out.
    """
    ambient = ambient or Ambient()
    row = catalogue.entry("pipes", "material", material)
    if "heat_T" not in row:
        raise InputError(
            f"no heat capacity is packaged for {row['label']}: {row.get('why_not', 'choose another material')}"
        )
    if not (0 < step <= 1.0 and wall_thickness > 0 and duration >= 0):
        raise InputError("the wall's cooling needs a step of at most 1 s, a wall thickness and a duration")
    from mrsite.venting import _kernels as k

    cells, owner = cells_of(route, "warm", ambient, cells_per_m)
    walled = cells[:, k.KIND] == k.PIPE
    cells[:, k.T_WALL] = ambient.temperature if wall_start is None else wall_start
    outside = np.array(
        [1.0 / outside_resistance(p) if outside_heat and p.kind == "pipe" else 0.0 for p in route.pieces]
    )[owner]
    storage = wall_thickness * (1.0 + wall_thickness / cells[:, k.DIA]) * float(row["density"])  # kg/m2 of bore
    flow = mass_flow if callable(mass_flow) else (lambda _time: float(mass_flow))
    rows: list[tuple[float, float, float, float, float]] = []
    time = 0.0
    while True:
        result = solve_pipe(
            route, flow(time), inlet, ambient, "insulated", cells=cells, property_exponent=property_exponent
        )
        wall = cells[walled, k.T_WALL]
        rows.append((time, result.drop, result.exit.temperature, result.exit_velocity, float(wall.min())))
        if time >= duration - 1e-9:
            break
        dt = min(step, duration - time)
        heat = np.interp(cells[:, k.T_WALL], row["heat_T"], row["heat_c"])
        gas = 0.5 * (result.T[1:] + result.T[:-1])
        rate = (
            -result.film[1:] * (cells[:, k.T_WALL] - gas) + outside * (ambient.temperature - cells[:, k.T_WALL])
        ) / (storage * heat)
        cooled = np.maximum(cells[:, k.T_WALL] + rate * dt, gas)
        cells = cells.copy()
        cells[:, k.T_WALL] = np.where(walled, cooled, cells[:, k.T_WALL])
        time += dt
    table = np.array(rows)
    return CoolDown(table[:, 0], table[:, 1], table[:, 2], table[:, 3], table[:, 4], result)


def wall_heat(route: Route, to_temperature: float = 10.0, from_temperature: float = 293.15) -> float:
    """Heat in J that the whole pipe gives while it cools down; needs wall thickness and material in the route."""
    total = 0.0
    for piece in route.pieces:
        if piece.kind != "pipe" or piece.wall is None:
            continue
        row = catalogue.entry("pipes", "material", piece.material)
        if "heat_T" not in row:
            continue
        t = np.linspace(to_temperature, from_temperature, 400)
        c = np.interp(t, row["heat_T"], row["heat_c"])
        mass = math.pi * (piece.diameter + piece.wall) * piece.wall * float(row["density"]) * piece.length
        total += mass * float(np.trapezoid(c, t))
    return total
