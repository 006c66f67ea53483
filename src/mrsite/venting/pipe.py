"""The pressure a quench raises at the magnet: real helium marched along the route.

Steady one-dimensional flow with friction, fittings, height and heat from the wall; the inlet pressure is sought
that leaves the outlet at ambient pressure. Choking is found: a march that meets M = 1 inside the route says so
instead of stepping across it. Equations in ``docs/explanation/quench.md``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mrsite.base.errors import InputError
from mrsite.venting import catalogue, helium
from mrsite.venting.helium import State
from mrsite.venting.route import Piece, Route
from mrsite.venting.search import Inlet, find_inlet_pressure, stagnation_pressure, starter

Array = NDArray[np.float64]
Wall = Literal["cold", "warm", "insulated"]
CELLS_PER_M = 5.0  #: halving them moves the drop by less than 1e-4 (tests/venting/test_pipe.py)


@dataclass(frozen=True, slots=True)
class Ambient:
    """Outside air at the height of the outlet."""

    temperature: float = 293.15  #: K
    pressure: float = helium.ATMOSPHERE  #: Pa


def ambient_pressure(altitude_m: float, temperature: float = 288.15) -> float:
    """Pressure of the standard atmosphere at an altitude, Pa (ISO 2533, troposphere)."""
    del temperature
    return float(helium.ATMOSPHERE * (1.0 - 2.25577e-5 * altitude_m) ** 5.25588)


@dataclass(frozen=True)
class PipeResult:
    """One solved route. Arrays run along it; a fitting has no length and shows as a step."""

    wall: str
    mass_flow: float  #: kg/s
    ambient: Ambient
    route: Route = field(repr=False)
    x: Array  #: m from the flange
    z: Array  #: m above the flange
    p: Array  #: Pa, static
    T: Array  #: K
    v: Array  #: m/s
    M: Array
    h: Array  #: J/kg
    rho: Array  #: kg/m3
    diameter: Array  #: m
    film: Array  #: W/m2K inside the pipe, zero for an adiabatic wall
    wall_temperature: Array  #: K of the pipe wall
    choked: bool
    choked_at: float | None  #: m from the flange
    inlet: State
    exit: State
    notes: tuple[str, ...] = ()

    @property
    def drop(self) -> float:
        """Static pressure at the flange above ambient, Pa."""
        return self.inlet.pressure - self.ambient.pressure

    @property
    def drop_stagnation(self) -> float:
        """Stagnation pressure at the flange above ambient, Pa."""
        return stagnation_pressure(self.inlet, float(self.v[0])) - self.ambient.pressure

    @property
    def exit_velocity(self) -> float:
        """Speed at the outlet, m/s."""
        return float(self.v[-1])

    @property
    def exit_mach(self) -> float:
        """Mach number at the outlet."""
        return float(self.M[-1])

    @property
    def highest_pressure(self) -> float:
        """Highest static pressure in the pipe above ambient, Pa."""
        return float(self.p.max()) - self.ambient.pressure

    @property
    def thrust(self) -> float:
        """Force of the jet on the outlet, N: mdot u + (p - p_ambient) A."""
        area = 0.25 * math.pi * float(self.diameter[-1]) ** 2
        return self.mass_flow * self.exit_velocity + (self.exit.pressure - self.ambient.pressure) * area

    @property
    def largest_bend_force(self) -> float:
        """Largest force on a right-angled bend anywhere on the route, N: sqrt 2 (mdot u + dp A)."""
        area = 0.25 * math.pi * self.diameter**2
        return float(math.sqrt(2) * np.max(self.mass_flow * self.v + (self.p - self.ambient.pressure) * area))


def cells_of(route: Route, wall: Wall, ambient: Ambient, cells_per_m: float = CELLS_PER_M) -> tuple[Array, Array]:
    """Cut a route into the cells of the march. Returns (n, 11) cells and the (n,) index of their pieces."""
    from mrsite.venting import _kernels as k

    rows: list[list[float]] = []
    owner: list[int] = []
    for index, piece in enumerate(route.pieces):
        base = [
            1.0,
            piece.diameter,
            k.PIPE,
            -1.0,
            piece.roughness,
            0.0,
            0.0,
            k.ADIABATIC,
            ambient.temperature,
            0.0,
            1.0,
        ]
        if piece.kind == "area":
            base[k.KIND] = k.AREA_CHANGE
            count = 1
        elif piece.kind == "fitting":
            base[k.KIND] = k.FITTING
            base[k.LOSS] = piece.loss.value if piece.loss else 0.0
            count = 1
        else:
            count = max(2, math.ceil(piece.length * cells_per_m - 1e-9))
            base[k.DX] = piece.length / count
            base[k.F_FIXED] = -1.0 if piece.friction is None else piece.friction
            base[k.RISE] = piece.rise
            base[k.F_TIMES] = piece.friction_times
            if wall != "cold":
                base[k.HEAT] = k.FILM
                base[k.R_EXTRA] = outside_resistance(piece) if wall == "insulated" else 0.0
        rows += [base] * count
        owner += [index] * count
    return np.array(rows, dtype=np.float64), np.array(owner, dtype=np.int64)


def with_film(cells: Array, film: float, wall_temperature: float) -> Array:
    """Return cells with a film coefficient (W/m2K) and a wall temperature (K) stated outright."""
    from mrsite.venting import _kernels as k

    changed = cells.copy()
    pipe = changed[:, k.KIND] == k.PIPE
    changed[pipe, k.HEAT] = k.FIXED_FILM
    changed[pipe, k.R_EXTRA] = film
    changed[pipe, k.T_WALL] = wall_temperature
    return changed


def outside_resistance(piece: Piece) -> float:
    """Thermal resistance outside the inner surface, m2K/W of inner surface: insulation and outer film."""
    row = catalogue.table("pipes")["outside_film"]
    radius = 0.5 * piece.diameter + (piece.wall or 0.0)
    inner = 0.5 * piece.diameter
    if piece.insulation is None or piece.insulation.thickness <= 0:
        return inner / (radius * float(row["value"]))
    outer = radius + piece.insulation.thickness
    return inner * math.log(outer / radius) / piece.insulation.conductivity + inner / (outer * float(row["value"]))


def solve_pipe(
    route: Route,
    mass_flow: float,
    inlet_state: Inlet,
    ambient: Ambient | None = None,
    wall: Wall = "cold",
    *,
    cells_per_m: float = CELLS_PER_M,
    property_exponent: float = 0.0,
    cells: Array | None = None,
) -> PipeResult:
    """Find the inlet pressure that drives a mass flow through a route, and the profile along it.

    Parameters
    ----------
    route : Route
    mass_flow : float, kg/s
    inlet_state : Inlet
    ambient : Ambient
        Air at the outlet; its temperature is that of the warm wall.
    wall : {"cold", "warm", "insulated"}
        ``"cold"``: the wall has taken the gas's temperature (adiabatic). ``"warm"``: it still has the
        ambient's, as in the first seconds. ``"insulated"``: steady heat leak through insulation and outer film.
    cells_per_m : float
        Cells of the march; each is subdivided further where the state turns fast.
    property_exponent : float
        n of the film correction (T_wall/T)^-n for heated gas (Kays); 0 in the bound.
    cells : (n, 11), optional
        Cells made by the caller (a wall with its own temperatures); ``wall`` then only names them.

    Returns
    -------
    PipeResult

    Raises
    ------
    InputError
        A two-phase state at the inlet or on the way, or numbers that no pipe has.

    Notes
    -----
    Mass, momentum and energy for constant area, with F = f rho u^2/(2D) + rho g r per metre::

        dp + G^2 dv = -F dx;   dh + G^2 v dv = (q' - g r) dx

    Darcy's f by Colebrook (1939), the film by Gnielinski (1976) with the same f. No exit loss is added: the kinetic
    energy is lost outside the pipe.
    """
    ambient = ambient or Ambient()
    if not (math.isfinite(mass_flow) and 0.0 < mass_flow <= 1000.0):
        raise InputError(f"a quench flow of {mass_flow:g} kg/s cannot be vented: give a positive peak mass flow")
    if not (1e3 <= ambient.pressure <= 1e6 and 150.0 <= ambient.temperature <= 400.0):
        raise InputError("ambient must be 0.01 to 10 bar and 150 K to 400 K: check the units (Pa, K)")
    if cells is None:
        cells, _owner = cells_of(route, wall, ambient, cells_per_m)
    flux = mass_flow / (0.25 * math.pi * cells[0, 1] ** 2)
    start, ceiling = starter(inlet_state, flux)
    out, choked, place = find_inlet_pressure(cells, mass_flow, start, ceiling, ambient.pressure, property_exponent)
    return _profile(route, cells, mass_flow, ambient, wall, out, choked, place, property_exponent)


def march_down(
    route: Route,
    mass_flow: float,
    inlet: State,
    ambient: Ambient | None = None,
    wall: Wall = "cold",
    *,
    cells_per_m: float = CELLS_PER_M,
    property_exponent: float = 0.0,
    cells: Array | None = None,
) -> PipeResult:
    """March from a known state at the flange to wherever it leads; the outlet is whatever comes out.

    Raises
    ------
    InputError
        The flow chokes before the outlet (the message says where), or becomes two-phase.
    """
    from mrsite.venting import _kernels as k

    ambient = ambient or Ambient()
    c = helium.coefficients()
    if cells is None:
        cells, _owner = cells_of(route, wall, ambient, cells_per_m)
    out = np.empty((len(cells) + 1, 3))
    status, index, covered = k.march(
        cells, mass_flow, inlet.density, inlet.temperature, property_exponent, c.eos, c.gas, c.transport, out
    )
    if status != k.DONE:
        before = float(np.sum(np.where(cells[:index, k.KIND] == k.PIPE, cells[:index, k.DX], 0.0)))
        raise InputError(
            f"{mass_flow:g} kg/s from {inlet.pressure:.0f} Pa chokes {before + covered:.2f} m down the route: "
            "the inlet pressure is too low for this flow"
        )
    return _profile(route, cells, mass_flow, ambient, wall, out, False, -1, property_exponent)


def _profile(
    route: Route,
    cells: Array,
    mdot: float,
    ambient: Ambient,
    wall: str,
    out: Array,
    choked: bool,
    place: int,
    exponent: float,
) -> PipeResult:
    from mrsite.venting import _kernels as k

    c = helium.coefficients()
    steps = np.where(cells[:, k.KIND] == k.PIPE, cells[:, k.DX], 0.0)
    x = np.concatenate(([0.0], np.cumsum(steps)))
    z = np.concatenate(([0.0], np.cumsum(steps * cells[:, k.RISE])))
    rho, temp, mach = out[:, 0].copy(), out[:, 1].copy(), out[:, 2].copy()
    for r, t in zip(rho, temp):
        if helium.two_phase(float(r), float(t)):
            raise InputError(
                f"the gas becomes two-phase on the way ({t:.3g} K at {r:.3g} kg/m3): liquid carry-over is not "
                "modelled; give a higher inlet temperature"
            )
    values = np.empty((len(rho), 4))
    k.states(rho, temp, c.eos, c.gas, values)
    bore = np.concatenate((cells[:1, k.DIA], cells[:, k.DIA]))
    speed = mdot / (0.25 * math.pi * bore**2) / rho
    films = np.zeros((len(cells), 2))
    k.films(cells, mdot, rho[1:], temp[1:], exponent, c.eos, c.gas, c.transport, films)
    heated = cells[:, k.HEAT] != k.ADIABATIC
    inside = np.where(heated, films[:, 0], 0.0)
    stated = cells[:, k.HEAT] == k.FIXED_FILM
    inside = np.where(stated, cells[:, k.R_EXTRA], inside)
    extra = np.where(stated, 0.0, cells[:, k.R_EXTRA])
    overall = np.where(heated, 1.0 / (1.0 / np.maximum(inside, 1e-12) + extra), 0.0)
    gain = overall * (cells[:, k.T_WALL] - temp[1:])
    surface = np.where(heated, temp[1:] + gain / np.maximum(inside, 1e-12), temp[1:])
    film = np.concatenate((inside[:1], inside))
    return PipeResult(
        wall=wall,
        mass_flow=mdot,
        ambient=ambient,
        route=route,
        x=x,
        z=z,
        p=values[:, 0].copy(),
        T=temp,
        v=speed,
        M=mach,
        h=values[:, 1].copy(),
        rho=rho,
        diameter=bore,
        film=film,
        wall_temperature=np.concatenate((surface[:1], surface)),
        choked=choked,
        choked_at=float(x[place + 1]) if choked else None,
        inlet=helium.state(float(rho[0]), float(temp[0])),
        exit=helium.state(float(rho[-1]), float(temp[-1])),
    )
