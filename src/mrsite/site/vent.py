"""The quench of a site: for every scanner the pipe, the outlet and the room, as numbers; verdicts are the checks'."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mrsite.base.errors import InputError
from mrsite.base.quantity import Cited
from mrsite.site.project import Project, Scanner, Space
from mrsite.site.remembered import remembered
from mrsite.site.schema import QuenchPipeEntry
from mrsite.site.vent_places import Crossing, crossings, floors_crossed, neighbours
from mrsite.site.vent_route import Lacking, Outlet, pipes_of, route_of, served
from mrsite.venting import catalogue, helium
from mrsite.venting.drop import Drop, vent_drop
from mrsite.venting.jet import Envelope, clearance, envelopes
from mrsite.venting.outlet import Conflict, Neighbour, exclusion_zones, outlet_exclusion
from mrsite.venting.pipe import Ambient, ambient_pressure
from mrsite.venting.relief import RoomPressure, room_pressure
from mrsite.venting.room import (
    Release,
    RoomHistory,
    isothermal_history,
    layer_time,
    least_room_volume,
    oxygen_instant,
    recovery_time,
    room_oxygen,
    spill_rate,
)
from mrsite.venting.route import Route
from mrsite.venting.search import Inlet
from mrsite.venting.sizing import Sizing, TableResult, required_diameters, sizing_table

#: s, how long the room is followed after a failure of the pipe
ROOM_TIME = 60.0
#: W/m2K between room gas and walls: the low edge of 5 to 15, so that the room stays colder and the check safe
_WALL_FILM = 5.0


@dataclass(frozen=True)
class Helium:
    """What the magnet file says of its helium. None: it does not say."""

    sealed: bool | None
    inventory_m3: float | None
    mass_flow: float | None  #: kg/s, peak
    temperature: float | None  #: K at the flange
    limit: float | None  #: Pa, allowed back pressure
    flange: float | None  #: m
    exclusion: float | None  #: m
    table: str | None
    cited: Mapping[str, Cited] = field(default_factory=dict)

    @property
    def mass(self) -> float | None:
        """Mass of the liquid, kg."""
        if self.inventory_m3 is None:
            return None
        return self.inventory_m3 * helium.saturated(helium.ATMOSPHERE)[0].density


@dataclass(frozen=True)
class PlumeConflict:
    """A neighbour against one computed envelope."""

    neighbour: Neighbour
    level: str
    margin: float  #: m, negative inside


@dataclass(frozen=True)
class RoomVent:
    """The scan room if the pipe fails."""

    space: Space
    volume: float  #: m3
    volume_from: str  #: where the height came from
    release: Release
    stated: bool  #: flow and temperature came from the magnet file
    isothermal: RoomHistory
    enthalpy: RoomHistory
    with_exhaust: RoomHistory | None  #: enthalpy model with the stated fan
    fan: float | None  #: m3/s
    pressure: RoomPressure
    relief_area: float | None  #: m2 as stated
    recovery: float | None  #: s from no oxygen to 19.5 % with the fan
    layer: float  #: s until a ceiling layer is at 1.5 m
    way_out: float | None  #: m, from the far corner to the nearest door
    leave: float | None  #: s to walk it


@dataclass(frozen=True)
class SealedRelease:
    """Everything a sealed magnet holds, let into its room at once."""

    space: Space | None
    volume: float | None  #: m3
    gas: float  #: m3 at 20 degC
    oxygen: tuple[float, float] | None  #: displaced, and mixed on
    least_volume: tuple[float, float]  #: m3 for 19.5 and 18 %


@dataclass(frozen=True)
class VentResult:
    """All that was computed for one scanner's quench."""

    scanner: str
    helium: Helium
    entry: QuenchPipeEntry | None = None
    route: Route | None = None
    outlet: Outlet | None = None
    drop: Drop | None = None
    refused: str | None = None  #: why the route could not be computed
    sizing: Sizing | None = None
    table: TableResult | None = None
    crossings: tuple[Crossing, ...] = ()
    floors: tuple[str, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    envelopes: tuple[Envelope, ...] = ()
    plume: tuple[PlumeConflict, ...] = ()
    room: RoomVent | None = None
    sealed: SealedRelease | None = None
    shared_with: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()  #: what to ask for, in words

    @property
    def points(self) -> Any:
        """Axis of the pipe, (n, 3) m in the site frame, or None."""
        return None if self.route is None else self.route.points


def helium_of(scanner: Scanner) -> Helium:
    """Read a magnet's helium data.

    Raises
    ------
    InputError
        A figure that is not a number where one is wanted.
    """
    cited = scanner.magnet.helium

    def number(key: str, scale: float = 1.0) -> float | None:
        row = cited.get(key)
        if row is None:
            return None
        if isinstance(row.value, bool) or not isinstance(row.value, int | float):
            raise InputError(f"magnet {scanner.magnet.id}: [helium] {key} must be a number, it says {row.value!r}")
        return float(row.value) * scale

    sealed = cited.get("sealed")
    table = cited.get("sizing_table")
    return Helium(
        None if sealed is None else bool(sealed.value),
        number("inventory_L", 1e-3),
        number("peak_flow_kg_s"),
        number("inlet_temperature_K"),
        number("max_back_pressure_kPa", 1e3),
        number("flange_diameter_mm", 1e-3),
        number("outlet_exclusion_m"),
        None if table is None else str(table.value),
        dict(cited),
    )


def vent_site(project: Project) -> tuple[VentResult, ...]:
    """Compute the quench of every scanner that stands or will stand.

    A route that lacks a fact or cannot be computed (two-phase gas) does not stop the others: its reason is in
    ``refused``.

    Raises
    ------
    InputError
        A wrong word or number in a ``[[quench_pipe]]``, or a pipe whose scanner is not named where several stand.
    """
    return tuple(vent_scanner(project, s) for s in project.scanners if s.status != "removed")


def vent_scanner(project: Project, scanner: Scanner) -> VentResult:
    """Compute the quench of one scanner."""
    gas = helium_of(scanner)
    room = _own_room(project, scanner)
    unknown: list[str] = []
    if gas.sealed:
        if gas.inventory_m3 is None:
            unknown.append("helium inventory of the sealed magnet (inventory_L in the magnet file)")
        return VentResult(scanner.id, gas, sealed=_sealed(project, gas, room), unknown=tuple(unknown))
    if gas.sealed is None and not gas.cited:
        unknown.append("helium data of the magnet (sealed or vented, inventory, flow, temperature, back pressure)")
    for value, words in (
        (gas.mass_flow, "peak mass flow of the quench, kg/s"),
        (gas.temperature, "gas temperature at the magnet flange, K"),
        (gas.limit, "allowed back pressure at the magnet, kPa"),
    ):
        if value is None:
            unknown.append(f"{words} (from the magnet's vendor)")
    in_room = _room(project, gas, room)
    if room is None:
        unknown.append("the outline of the scan room")
    pipes = pipes_of(project, scanner)
    if not pipes:
        return VentResult(scanner.id, gas, room=in_room, unknown=(*unknown, "the quench pipe ([[quench_pipe]])"))
    entry = pipes[0]
    if len(pipes) > 1:
        unknown.append(f"which of {len(pipes)} quench pipes of {scanner.id} carries the flow: the first is computed")
    shared = tuple(s for s in served(entry) if s != scanner.id)
    base: dict[str, Any] = {
        "scanner": scanner.id,
        "helium": gas,
        "entry": entry,
        "room": in_room,
        "shared_with": shared,
    }
    try:
        route, outlet = route_of(project, entry)
    except Lacking as error:
        return VentResult(**base, refused=error.message, unknown=tuple(unknown))
    unknown += route.unknown
    base |= {
        "route": route,
        "outlet": outlet,
        "crossings": crossings(project, route, room.id if room is not None else None),
        "floors": floors_crossed(project, route),
        "table": _table(route, gas),
    }
    near = neighbours(project, outlet.at)
    base |= {
        "neighbours": near,
        "conflicts": outlet_exclusion(outlet.at, near, exclusion_zones(gas.exclusion, "magnet file")),
    }
    try:
        drop, sizing, clouds, conflicts = _flow(route, outlet, gas, near, project.ground_level or 0.0)
    except InputError as error:
        return VentResult(**base, refused=error.message, unknown=tuple(unknown))
    base |= {"drop": drop, "sizing": sizing}
    return VentResult(**base, envelopes=clouds, plume=conflicts, unknown=tuple(dict.fromkeys(unknown)))


@remembered(32)
def _flow(
    route: Route, outlet: Outlet, gas: Helium, near: tuple[Neighbour, ...], ground_level: float
) -> tuple[Drop, Sizing | None, tuple[Envelope, ...], tuple[PlumeConflict, ...]]:
    """What flows through the pipe and out of it: no matter where in its room the magnet stands."""
    ambient = Ambient(pressure=ambient_pressure(max(0.0, outlet.at[2] - ground_level)))
    drop = vent_drop(route, gas.mass_flow, gas.temperature, ambient)
    clouds = _plumes(outlet, drop, gas)
    conflicts = (PlumeConflict(n, e.name, clearance(e, n.at)) for e in clouds for n in near)
    return drop, _sizing(route, gas, ambient), clouds, tuple(sorted(conflicts, key=lambda c: c.margin))


def _own_room(project: Project, scanner: Scanner) -> Space | None:
    import shapely

    storey = project.storey(scanner.storey)
    at = shapely.Point(storey.to_site.back(scanner.poses[0].position[:2]))
    for space in project.spaces:
        if (
            space.storey == scanner.storey
            and not space.is_area
            and space.polygon is not None
            and space.status != "withheld"
            and space.polygon.covers(at)
        ):
            return space
    return None


def _volume(project: Project, space: Space) -> tuple[float, str] | None:
    storey = project.storey(space.storey)
    for height, source in (
        (space.ceiling, "ceiling of the room"),
        (storey.ceiling, "ceiling of the storey"),
        (storey.height, "floor to floor height: no ceiling is stated, so the room may be smaller"),
    ):
        if height is not None:
            return float(space.polygon.area) * height, source
    return None


def _room(project: Project, gas: Helium, space: Space | None) -> RoomVent | None:
    measured = None if space is None else _volume(project, space)
    return None if space is None or measured is None else _room_vent(space, *measured, gas, _way_out(project, space))


@remembered(32)
def _room_vent(space: Space, volume: float, source: str, gas: Helium, way: float | None) -> RoomVent:
    spans = catalogue.table("limits")["span"]
    flow = gas.mass_flow if gas.mass_flow is not None else float(spans["mass_flow_kg_s"][1])
    temperature = gas.temperature if gas.temperature is not None else float(spans["temperature_K"][1])
    duration = None if gas.mass is None else gas.mass / flow
    release = Release(flow, temperature, duration)
    height = volume / space.polygon.area
    surface = 2 * space.polygon.area + space.polygon.length * height
    fan = None if space.exhaust_m3_h is None else space.exhaust_m3_h / 3600
    films = {"wall_conductance": _WALL_FILM * surface}
    limits = catalogue.table("limits")
    return RoomVent(
        space,
        volume,
        source,
        release,
        gas.mass_flow is not None and gas.temperature is not None,
        isothermal_history(release, volume, until=ROOM_TIME),
        room_oxygen(release, volume, until=ROOM_TIME, **films),
        None if not fan else room_oxygen(release, volume, until=ROOM_TIME, fan=fan, **films),
        fan,
        room_pressure(release, volume, relief_area=space.relief_area_m2 or 0.0, fan=fan or 0.0),
        space.relief_area_m2,
        None if not fan else recovery_time(limits["oxygen"]["alarm_low"], fan / volume),
        layer_time(float(space.polygon.area), height, spill_rate(flow)),
        way,
        None if way is None else way / limits["walking"]["speed_m_s"],
    )


def _way_out(project: Project, space: Space) -> float | None:
    doors = [
        d.at
        for d in project.doors
        if d.storey == space.storey and d.at is not None and d.spaces and space.id in d.spaces
    ]
    if not doors:
        return None
    corners = list(space.polygon.exterior.coords)
    return max(min(math.dist(c[:2], d) for d in doors) for c in corners)


def _sealed(project: Project, gas: Helium, space: Space | None) -> SealedRelease | None:
    if gas.inventory_m3 is None:
        return None
    volume_of_gas = gas.inventory_m3 * helium.expansion_ratio(293.15)
    measured = None if space is None else _volume(project, space)
    levels = catalogue.table("limits")["oxygen"]
    return SealedRelease(
        space,
        None if measured is None else measured[0],
        volume_of_gas,
        None if measured is None else oxygen_instant(volume_of_gas, measured[0]),
        (least_room_volume(volume_of_gas, levels["alarm_low"]), least_room_volume(volume_of_gas, levels["alarm"])),
    )


def _table(route: Route, gas: Helium) -> TableResult | None:
    if gas.table is not None:
        return sizing_table(route, gas.table)
    return None


def _sizing(route: Route, gas: Helium, ambient: Ambient) -> Sizing | None:
    if gas.limit is None or gas.mass_flow is None or gas.temperature is None:
        return None
    return required_diameters(route, gas.mass_flow, Inlet(gas.temperature), gas.limit, ambient)


def _plumes(outlet: Outlet, drop: Drop, gas: Helium) -> tuple[Envelope, ...]:
    if outlet.elevation_deg is None:
        return ()
    flow = drop.warm.mass_flow
    return envelopes(
        flow,
        outlet.diameter,
        [drop.cold.exit.temperature, drop.warm.exit.temperature],
        elevation_deg=outlet.elevation_deg,
        azimuth_deg=outlet.azimuth_deg,
        at=outlet.at,
        release_time=None if gas.mass is None else gas.mass / flow,
        margin=float(catalogue.table("limits")["plume"]["margin"]),
    )
