"""The jet and plume at the outlet: where the air is short of oxygen, and where it freezes.

A top-hat integral model (Morton, Taylor and Turner's plume joined to Ricou and Spalding's jet) in still air or a level
wind. It knows no building, no ground and no downward outlet: for those the vendor's distance decides.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mrsite.base.errors import InputError
from mrsite.venting import catalogue, helium, mixing

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Entrainment:
    """Constants of the model; the packaged values unless a case says otherwise."""

    alpha_jet: float
    alpha_plume: float
    beta: float
    lam: float
    kappa: float | None = None  #: centreline over mean; (1 + lam^2)/lam^2 where not given

    @property
    def centreline(self) -> float:
        """Centreline mass fraction over the top-hat mean."""
        return (1 + self.lam**2) / self.lam**2 if self.kappa is None else self.kappa


def entrainment(**changed: float) -> Entrainment:
    """Return the packaged constants, some of them changed."""
    row = catalogue.table("limits")["plume"]
    values = {
        "alpha_jet": row["alpha_jet"],
        "alpha_plume": row["alpha_plume"],
        "beta": row["beta"],
        "lam": row["lambda"],
    }
    return Entrainment(**{**values, **changed})


@dataclass(frozen=True)
class Surface:
    """The surface of one level: how far it reaches."""

    name: str
    mass_share: float
    s: float  #: m along the axis
    x: float  #: m downwind or ahead
    z: float  #: m, height
    t: float  #: s from the outlet
    max_radius: float  #: m about the axis
    reached: bool  #: False: the plume's computed length ended first
    axis: Array = field(repr=False, compare=False)  #: (n, 4): s, x, z, radius


@dataclass(frozen=True)
class Plume:
    """The axis of a plume and its surfaces."""

    s: Array  #: m along the axis
    x: Array
    z: Array
    t: Array  #: s
    mass: Array  #: kg/s in the plume
    u: Array  #: m/s, mean
    b: Array  #: m, top-hat radius
    helium_mass: Array  #: mean mass fraction
    source_temperature: float  #: K on the constant c_p scale
    air_temperature: float
    constants: Entrainment
    diameter: float

    def centreline(self) -> Array:
        """Helium mass fraction on the axis."""
        return np.minimum(1.0, self.constants.centreline * self.helium_mass)

    def surface(self, name: str, mass_share: float) -> Surface:
        """Return where the axis falls to a helium mass fraction, and the widest radius of that surface."""
        axis = self.centreline()
        above = np.nonzero(axis >= mass_share)[0]
        last = int(above[-1]) if len(above) else 0
        reached = last < len(axis) - 1

        def meet(values: Array) -> float:
            if not reached:
                return float(values[-1])
            a, b = axis[last], axis[last + 1]
            return float(values[last] + (values[last + 1] - values[last]) * (a - mass_share) / (a - b))

        lam = self.constants.lam
        # the mean does not rise above the core's share: the radius grows from the mouth's own
        ratio = np.maximum(self.constants.centreline * self.helium_mass, 1e-30) / mass_share
        radius = np.where(
            axis >= mass_share,
            lam * self.b / math.sqrt(2) * np.sqrt(np.log(np.maximum(np.minimum(axis / mass_share, ratio), 1.0))),
            0.0,
        )
        return Surface(
            name,
            mass_share,
            meet(self.s),
            meet(self.x),
            meet(self.z),
            meet(self.t),
            float(radius.max()),
            reached,
            np.column_stack((self.s, self.x, self.z, radius))[: last + 2],
        )

    def oxygen_surface(self, oxygen: float) -> Surface:
        """Return the surface of a mole fraction of oxygen."""
        return self.surface(f"{100 * oxygen:g} % O2", mixing.mass_share_at_oxygen(oxygen))

    def temperature_surface(self, temperature: float) -> Surface | None:
        """Return the surface of a temperature; None where the release is warmer."""
        share = mixing.mass_share_at_temperature(temperature, self.source_temperature, self.air_temperature)
        return None if share is None else self.surface(f"{temperature - 273.15:g} degC", share)


def plume(
    mass_flow: float,
    diameter: float,
    temperature: float,
    *,
    elevation_deg: float = 90.0,
    height: float = 0.0,
    wind: float = 0.0,
    velocity: float | None = None,
    real_gas: bool = True,
    air_temperature: float = 293.15,
    pressure: float = helium.ATMOSPHERE,
    constants: Entrainment | None = None,
    length: float = 200.0,
    step: float | None = None,
) -> Plume:
    """March the jet and plume of a helium release.

    Parameters
    ----------
    mass_flow, diameter, temperature : kg/s, m, K
        Of the gas at the outlet.
    elevation_deg : float
        Of the outlet above the horizontal, 0 to 90; a downward outlet is refused.
    height : float, m
        Of the outlet.
    wind : float, m/s
        Along +x, the outlet's own horizontal direction; negative blows against it.
    velocity : float, optional
        At the outlet; by default from flow and density.
    real_gas : bool
        Enthalpy and density of the release from the equation of state (else ideal gas).

    Raises
    ------
    InputError
        A downward outlet, or numbers no outlet has.

    Notes
    -----
    dm/ds = 2 pi b [alpha sqrt(rho rho_a) |u - U cos th| + beta rho_a |U sin th|], dPx/ds = U dm/ds,
    dPz/ds = (rho_a - rho) g pi b^2; alpha blends jet and plume after Priestley and Ball (van Reeuwijk and Craske 2015).
    """
    if not (mass_flow > 0 and diameter > 0 and temperature > 0 and air_temperature > 0):
        raise InputError("a plume needs a positive flow, bore and temperature")
    if not -1e-9 <= elevation_deg <= 90.0 + 1e-9:
        raise InputError(
            "downward and hooded outlets are not modelled (a falling jet reaches the ground or turns back): "
            "the vendor's exclusion distance decides"
        )
    from mrsite.venting import _kernels

    constants = constants or entrainment()
    cp_he, r_he, cp_air, r_air, _ = catalogue.gas_constants()
    if real_gas:
        gas = helium.state_pt(pressure, temperature)
        rho0, t0 = gas.density, helium.cold_gas_temperature_scale(gas)
    else:
        rho0, t0 = pressure / (r_he * temperature), temperature
    area = 0.25 * math.pi * diameter**2
    u0 = mass_flow / (rho0 * area) if velocity is None else velocity
    params = np.array(
        [
            mass_flow,
            0.5 * diameter,
            u0,
            t0,
            rho0,
            math.radians(elevation_deg),
            height,
            air_temperature,
            pressure,
            constants.alpha_jet,
            constants.alpha_plume,
            constants.beta,
        ]
    )
    ds = min(0.1 * diameter, 0.02) if step is None else step
    rows = np.empty((round(length / (5 * ds)) + 2, 8))
    count = _kernels.plume(params, cp_he, r_he, cp_air, r_air, ds, length, wind, rows)
    rows = rows[:count]
    return Plume(
        rows[:, 0],
        rows[:, 1],
        rows[:, 2],
        rows[:, 3],
        rows[:, 4],
        rows[:, 5],
        rows[:, 6],
        mass_flow / rows[:, 4],
        t0,
        air_temperature,
        constants,
        diameter,
    )


@dataclass(frozen=True)
class Envelope:
    """The union of plumes over winds: for one level, how far from the outlet it may be met."""

    name: str
    reach: float  #: m, horizontally from the outlet, radius included
    top: float  #: m, highest point
    bottom: float  #: m, lowest point
    lines: tuple[tuple[float, float, Array], ...] = field(
        repr=False
    )  #: wind speed, direction (deg), (n, 4) x, y, z, radius
    limited_by_release: bool = False


def envelopes(
    mass_flow: float,
    diameter: float,
    temperatures: Sequence[float],
    *,
    elevation_deg: float,
    azimuth_deg: float | None,
    at: tuple[float, float, float],
    winds: Sequence[float] = (0.0, 2.0, 5.0),
    directions: int = 8,
    release_time: float | None = None,
    levels: Mapping[str, float] | None = None,
    air_temperature: float = 293.15,
    constants: Entrainment | None = None,
    margin: float = 1.0,
) -> tuple[Envelope, ...]:
    """Return the 19.5 %, 18 % oxygen and 0 degC envelopes over winds from all sides.

    Parameters
    ----------
    temperatures : sequence of float, K
        Outlet temperatures of the cold and the warm bound: both are run.
    azimuth_deg : float or None
        Direction of a level or slanting outlet, anticlockwise from plan +x; None for an upright one.
    at : (x, y, z), m
        The outlet in plan, and its height.
    release_time : float, optional
        s; the plume is not followed beyond what it travels in this time.
    margin : float
        Factor on distances, for judging (peaks exceed means).

    Notes
    -----
    A wind across a slanting outlet is split: along the outlet's own direction it enters the model as a head or
    tail wind, and the plume is turned towards the wind by its share of entrained air (exact for an upright outlet).
    """
    levels = levels or {"19.5 % O2": 0.195, "18 % O2": 0.18}
    found: dict[str, list[tuple[float, float, Array]]] = {}
    limited: dict[str, bool] = {}
    azimuth = 0.0 if azimuth_deg is None else azimuth_deg
    for temperature in sorted(set(temperatures)):
        for wind in winds:
            for turn in range(directions) if wind > 0 else range(1):
                blow = 360.0 * turn / max(directions, 1)
                relative = math.radians(blow - azimuth)
                upright = azimuth_deg is None or elevation_deg > 89.0
                along = wind if upright else wind * math.cos(relative)
                one = plume(
                    mass_flow,
                    diameter,
                    temperature,
                    elevation_deg=elevation_deg,
                    height=at[2],
                    wind=along,
                    air_temperature=air_temperature,
                    constants=constants,
                )
                heading = math.radians(blow if upright else azimuth)
                drift = 0.0 if upright else wind * math.sin(relative)
                surfaces = [one.surface(name, mixing.mass_share_at_oxygen(level)) for name, level in levels.items()]
                frost = one.temperature_surface(273.15)
                for surface in (*surfaces, *([frost] if frost else [])):
                    line, cut = _in_plan(one, surface, heading, drift, at, release_time, margin)
                    found.setdefault(surface.name, []).append((wind, blow, line))
                    limited[surface.name] = limited.get(surface.name, False) or cut
    result = []
    for name, lines in found.items():
        reach = max(float(np.max(np.hypot(l[:, 0] - at[0], l[:, 1] - at[1]) + l[:, 3])) for _, _, l in lines)
        top = max(float(np.max(l[:, 2] + l[:, 3])) for _, _, l in lines)
        bottom = min(float(np.min(l[:, 2] - l[:, 3])) for _, _, l in lines)
        result.append(Envelope(name, reach, top, bottom, tuple(lines), limited[name]))
    return tuple(result)


def _in_plan(
    one: Plume,
    surface: Surface,
    heading: float,
    drift: float,
    at: tuple[float, float, float],
    release_time: float | None,
    margin: float,
) -> tuple[Array, bool]:
    n = len(surface.axis)
    time = one.t[:n]
    keep = np.ones(n, dtype=bool) if release_time is None else time <= release_time
    cut = bool(not keep.all())
    s = np.linspace(0, np.count_nonzero(keep) - 1, min(60, int(np.count_nonzero(keep)))).astype(int)
    x, z, radius = surface.axis[s, 1], surface.axis[s, 2], surface.axis[s, 3]
    # air entrained so far carries the cross wind: its share of the mass is 1 - helium share
    side = np.cumsum(np.diff(time[s], prepend=0.0) * drift * (1 - one.helium_mass[s]))
    px = at[0] + margin * (x * math.cos(heading) - side * math.sin(heading))
    py = at[1] + margin * (x * math.sin(heading) + side * math.cos(heading))
    return np.column_stack((px, py, at[2] + margin * (z - at[2]), margin * radius)), cut


def clearance(envelope: Envelope, point: tuple[float, float, float]) -> float:
    """Distance in m from a point to the nearest surface of an envelope; negative inside it."""
    best = math.inf
    target = np.asarray(point, dtype=np.float64)
    for _, _, line in envelope.lines:
        axis, radius = line[:, :3], line[:, 3]
        if len(line) == 1:
            best = min(best, float(np.linalg.norm(axis[0] - target) - radius[0]))
            continue
        step = np.diff(axis, axis=0)
        square = np.maximum(np.einsum("ij,ij->i", step, step), 1e-30)
        share = np.clip(np.einsum("ij,ij->i", target - axis[:-1], step) / square, 0.0, 1.0)
        near = axis[:-1] + share[:, None] * step
        wide = radius[:-1] + share * np.diff(radius)
        best = min(best, float((np.linalg.norm(near - target, axis=1) - wide).min()))
    return best
