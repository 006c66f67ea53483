"""The quench route: straight lengths, fittings and changes of bore, from points in space."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mrsite.base.errors import InputError
from mrsite.venting import catalogue
from mrsite.venting.catalogue import Loss

Array = NDArray[np.float64]
PieceKind = Literal["pipe", "fitting", "area"]

#: Turns of the axis below this are drafting noise, not bends.
LEAST_BEND_DEG = 3.0


@dataclass(frozen=True, slots=True)
class Insulation:
    """What lies around the pipe wall."""

    thickness: float  #: m
    conductivity: float  #: W/m K
    combustible: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """One straight length of pipe, one fitting, or one sudden change of bore."""

    kind: PieceKind
    diameter: float  #: m, inside; of a change of bore: the bore behind it
    length: float = 0.0  #: m
    rise: float = 0.0  #: m up per m along
    roughness: float = 4.5e-5  #: m
    friction: float | None = None  #: fixed Darcy factor, where a case states one
    friction_times: float = 1.0  #: corrugated hose: 3 to 5
    loss: Loss | None = None  #: of a fitting, or of the contraction
    name: str = ""
    start: float = 0.0  #: m along the route
    at: tuple[float, float, float] | None = None  #: where it begins, plan and height
    insulation: Insulation | None = None
    material: str = "stainless"
    wall: float | None = None  #: m, thickness

    @property
    def area(self) -> float:
        """Flow area, m2."""
        return 0.25 * math.pi * self.diameter**2


@dataclass(frozen=True)
class Route:
    """A quench pipe from the magnet flange to the outlet.

    Attributes
    ----------
    pieces : tuple of Piece
        In the order of the flow.
    points : (n, 3) float64, m, or None
        Axis of the pipe, where the route was drawn.
    unknown : tuple of str
        What a check must ask for, in words.
    """

    pieces: tuple[Piece, ...]
    points: Array | None = field(default=None, compare=False)
    unknown: tuple[str, ...] = ()
    outlet_elevation_deg: float | None = None  #: above the horizontal; -90 is downwards
    outlet_azimuth_deg: float | None = None  #: anticlockwise from plan +x

    def __post_init__(self) -> None:
        if not any(piece.kind == "pipe" for piece in self.pieces):
            raise InputError("a quench route needs at least one length of pipe")
        for piece in self.pieces:
            _sound(piece)

    @property
    def length(self) -> float:
        """Length of pipe, m."""
        return sum(p.length for p in self.pieces if p.kind == "pipe")

    @property
    def rise(self) -> float:
        """Height of the outlet above the flange, m."""
        return sum(p.length * p.rise for p in self.pieces if p.kind == "pipe")

    @property
    def bends(self) -> tuple[Piece, ...]:
        """The fittings that turn the pipe."""
        return tuple(p for p in self.pieces if p.kind == "fitting" and "bend" in p.name)

    @property
    def inlet_diameter(self) -> float:
        """Bore at the magnet flange, m."""
        return self.pieces[0].diameter

    @property
    def outlet_diameter(self) -> float:
        """Bore at the outlet, m."""
        return self.pieces[-1].diameter

    def with_diameter(self, diameter: float | Mapping[float, float]) -> Route:
        """Return the route with another bore: one for all, or old bore -> new bore."""
        if isinstance(diameter, Mapping):
            swap = dict(diameter)
            return replace(
                self, pieces=tuple(replace(p, diameter=swap.get(p.diameter, p.diameter)) for p in self.pieces)
            )
        kept = tuple(replace(p, diameter=diameter) for p in self.pieces if p.kind != "area")
        return replace(self, pieces=kept)

    def with_losses(self, loss: Literal["lower", "value", "upper"], friction: float = 1.0) -> Route:
        """Return the route with every K at one edge of its band and friction scaled."""

        def moved(piece: Piece) -> Piece:
            if piece.kind == "pipe":
                return replace(piece, friction_times=piece.friction_times * friction)
            if piece.loss is None:
                return piece
            k = getattr(piece.loss, loss)
            return replace(
                piece, loss=replace(piece.loss, value=k, lower=min(k, piece.loss.lower), upper=max(k, piece.loss.upper))
            )

        return replace(self, pieces=tuple(moved(p) for p in self.pieces))

    def narrowings(self) -> tuple[Piece, ...]:
        """Return the pieces whose bore is smaller than the one before: a fault of design."""
        return tuple(
            after
            for before, after in zip(self.pieces, self.pieces[1:])
            if after.diameter < before.diameter * (1 - 1e-9)
        )

    def low_points(self) -> tuple[tuple[float, float, float], ...]:
        """Return the places where water or liquid would stand: lower than both neighbours (siphons)."""
        if self.points is None:
            return ()
        z = self.points[:, 2]
        found = []
        i = 1
        while i < len(z) - 1:
            j = i
            while j < len(z) - 1 and abs(z[j + 1] - z[i]) < 1e-6:
                j += 1
            if z[i] < z[i - 1] - 1e-6 and j < len(z) - 1 and z[j + 1] > z[j] + 1e-6:
                found.append((float(self.points[i, 0]), float(self.points[i, 1]), float(z[i])))
            i = j + 1
        return tuple(found)

    def falls_to_magnet(self) -> tuple[Piece, ...]:
        """Return the level or near-level runs that fall towards the magnet (liquid would run into it)."""
        return tuple(p for p in self.pieces if p.kind == "pipe" and 1e-3 < p.rise < 0.2)

    def level_runs(self) -> tuple[Piece, ...]:
        """Return the horizontal runs without any fall."""
        return tuple(p for p in self.pieces if p.kind == "pipe" and abs(p.rise) <= 1e-3)

    def point_at(self, station: float) -> tuple[float, float, float]:
        """Return the point of the axis at a distance along it from the flange, m."""
        if self.points is None:
            raise InputError("this route has no points in space: it was given by lengths only")
        steps = np.linalg.norm(np.diff(self.points, axis=0), axis=1)
        along = np.concatenate(([0.0], np.cumsum(steps)))
        x, y, z = (float(np.interp(station, along, self.points[:, i])) for i in range(3))
        return x, y, z


def _sound(piece: Piece) -> None:
    name = piece.name or piece.kind
    if not (math.isfinite(piece.diameter) and 0.005 <= piece.diameter <= 5.0):
        raise InputError(f"quench route, {name}: diameter {piece.diameter:g} m is not between 5 mm and 5 m")
    if piece.kind == "pipe":
        if not (math.isfinite(piece.length) and 0.0 < piece.length <= 2000.0):
            raise InputError(f"quench route, {name}: length {piece.length:g} m is not between 0 and 2000 m")
        if not -1.0 - 1e-9 <= piece.rise <= 1.0 + 1e-9:
            raise InputError(f"quench route, {name}: it rises {piece.rise:g} m per m along, which is more than upright")
        if not 0.0 <= piece.roughness < 0.5 * piece.diameter:
            raise InputError(
                f"quench route, {name}: roughness {piece.roughness:g} m does not fit a bore of {piece.diameter:g} m"
            )
        if piece.friction is not None and not 0.0 <= piece.friction < 10.0:
            raise InputError(f"quench route, {name}: a friction factor of {piece.friction:g} is not plausible")
    elif piece.kind == "fitting" and piece.loss is None:
        raise InputError(f"quench route, {name}: a fitting needs its K")


def chained(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Put pieces one behind the other: stations, and a change of bore wherever two bores differ.

    A contraction is followed by its loss K = 0.5 (1 - A2/A1) on the small side; an enlargement loses by its own
    momentum balance, so it takes no K.
    """
    done: list[Piece] = []
    station = 0.0
    for piece in pieces:
        before = done[-1].diameter if done else piece.diameter
        if piece.kind == "area":
            done.append(replace(piece, start=station))
            _contraction_loss(done, before, piece, station)
            continue
        if abs(piece.diameter - before) > 1e-9:
            done.append(Piece("area", piece.diameter, name="change of bore", start=station, at=piece.at))
            _contraction_loss(done, before, piece, station)
        done.append(replace(piece, start=station))
        if piece.kind == "pipe":
            station += piece.length
    return tuple(done)


def _contraction_loss(done: list[Piece], before: float, piece: Piece, station: float) -> None:
    if piece.diameter >= before - 1e-12:
        return
    if piece.kind == "area" and piece.loss is not None:
        loss = piece.loss
    else:
        row = catalogue.table("fittings")["contraction"]
        k = row["sharp"] * (1 - (piece.diameter / before) ** 2)
        loss = Loss(k, 0.7 * k, 1.3 * k, row["source"], row["status"])
    done.append(Piece("fitting", piece.diameter, loss=loss, name="contraction", start=station, at=piece.at))


def route_from_points(
    points: Any,
    diameter_m: float | Sequence[float],
    fittings: Sequence[Mapping[str, Any]] = (),
    *,
    roughness_m: float | None = None,
    bend_form: str | None = None,
    radius_ratio: float | None = None,
    insulation: Insulation | None = None,
    insulated_to_m: float | None = None,
    material: str = "stainless",
    wall_m: float | None = None,
    end_fittings: Sequence[tuple[str, Loss]] = (),
) -> Route:
    """Build a route from the points of its axis; bends are counted from the geometry.

    Parameters
    ----------
    points : (n, 3), m
        Axis from the magnet flange to the outlet; repeated points are dropped.
    diameter_m : float or sequence of n - 1 floats
        Inside diameter of all, or of each leg.
    fittings : sequence of mappings
        Extra fittings: ``{"type": "hood"}`` (an id of the table) or ``{"K": 0.8, "name": "disc"}``; where it
        sits by ``"at"`` (number of a point, from 0), ``"station_m"``, or ``"outlet"`` (default). A ``type`` of
        ``"mesh"`` takes ``free_area`` (over the pipe's), ``"flexible"`` takes ``station_m`` and ``length_m``;
        a ``bend-...`` with ``at`` replaces the bend counted there.
    bend_form, radius_ratio : optional
        How the bends are made; where neither is said K = 1 a right angle is taken.
    insulation, insulated_to_m : optional
        Insulation of the first ``insulated_to_m`` of the route, or of all of it.

    Raises
    ------
    InputError
        Fewer than two points, wrong number of diameters, an unknown fitting.
    """
    axis = np.asarray(points, dtype=np.float64)
    if axis.ndim != 2 or axis.shape[1] != 3 or not np.all(np.isfinite(axis)):
        raise InputError("quench route: points must be finite [x, y, z] triples in metres")
    legs = len(axis) - 1
    many = isinstance(diameter_m, (list, tuple, np.ndarray))
    bores = list(diameter_m) if many else [float(diameter_m)] * max(legs, 0)  # type: ignore[arg-type]
    if legs >= 1 and len(bores) != legs:
        raise InputError(f"quench route: {legs} legs between {len(axis)} points, but {len(bores)} diameters")
    keep = [0]
    used: list[float] = []
    for i in range(1, len(axis)):
        if np.linalg.norm(axis[i] - axis[keep[-1]]) > 1e-6:
            used.append(float(bores[i - 1]))
            keep.append(i)
    if len(keep) < 2:
        raise InputError("quench route: it needs two points that differ")
    numbers = {original: new for new, original in enumerate(keep)}
    axis = axis[keep]
    rough = (
        catalogue.roughness_of(catalogue.table("pipes")["default"]["roughness"]) if roughness_m is None else roughness_m
    )

    steps = np.diff(axis, axis=0)
    lengths = np.linalg.norm(steps, axis=1)
    along = np.concatenate(([0.0], np.cumsum(lengths)))
    named, cuts, flexible = _place(fittings, numbers, along, axis)
    insulated_end = (float(along[-1]) if insulated_to_m is None else insulated_to_m) if insulation else 0.0
    if insulation and 0 < insulated_end < along[-1]:
        cuts.append(insulated_end)

    pieces: list[Piece] = []
    described = bend_form is not None or radius_ratio is not None
    unknown = []
    for leg, (step, length) in enumerate(zip(steps, lengths)):
        if leg > 0:
            bend = _bend(steps[leg - 1], step, used[leg], axis[leg], bend_form, radius_ratio)
            override = [f for f in named if f.name.startswith("bend") and abs(f.start - along[leg]) < 1e-6]
            pieces += [replace(f, diameter=used[leg]) for f in override] or ([bend] if bend is not None else [])
            if bend is not None and not override and not described:
                unknown.append("form of the bends (K = 1 a right angle is assumed)")
        pieces += [
            replace(f, diameter=used[leg])
            for f in named
            if abs(f.start - along[leg]) < 1e-6 and not f.name.startswith("bend")
        ]
        inside = sorted({c for c in cuts if along[leg] + 1e-6 < c < along[leg + 1] - 1e-6})
        stations = [along[leg], *inside, along[leg + 1]]
        for a, b in itertools.pairwise(stations):
            if a > along[leg]:
                pieces += [replace(f, diameter=used[leg]) for f in named if abs(f.start - a) < 1e-6]
            where = axis[leg] + step * (a - along[leg]) / length
            times = max((m for lo, hi, m in flexible if lo - 1e-9 <= a and b <= hi + 1e-9), default=1.0)
            pieces.append(
                Piece(
                    "pipe",
                    used[leg],
                    float(b - a),
                    float(step[2] / length),
                    rough,
                    friction_times=times,
                    name="flexible pipe" if times > 1 else "pipe",
                    at=(float(where[0]), float(where[1]), float(where[2])),
                    insulation=insulation if insulation and b <= insulated_end + 1e-9 else None,
                    material=material,
                    wall=wall_m,
                )
            )
    last = (float(axis[-1, 0]), float(axis[-1, 1]), float(axis[-1, 2]))
    pieces += [replace(f, diameter=used[-1], at=last) for f in named if abs(f.start - along[-1]) < 1e-6]
    pieces += [Piece("fitting", used[-1], loss=loss, name=name, at=last) for name, loss in end_fittings]
    final = steps[-1] / lengths[-1]
    return Route(
        chained(pieces),
        axis,
        tuple(dict.fromkeys(unknown)),
        outlet_elevation_deg=math.degrees(math.asin(max(-1.0, min(1.0, float(final[2]))))),
        outlet_azimuth_deg=math.degrees(math.atan2(float(final[1]), float(final[0])))
        if abs(final[2]) < 1 - 1e-9
        else None,
    )


def turn_deg(before: Array, after: Array) -> float:
    """Return the angle in degrees through which the axis turns between two legs."""
    cosine = float(before @ after / (np.linalg.norm(before) * np.linalg.norm(after)))
    return math.degrees(math.acos(max(-1.0, min(1.0, cosine))))


def _bend(before: Array, after: Array, bore: float, at: Array, form: str | None, ratio: float | None) -> Piece | None:
    angle = turn_deg(before, after)
    if angle < LEAST_BEND_DEG:
        return None
    return Piece(
        "fitting",
        bore,
        loss=catalogue.bend_loss(angle, ratio, form),
        name=f"bend {angle:.0f} degrees",
        at=(float(at[0]), float(at[1]), float(at[2])),
    )


def _place(
    fittings: Sequence[Mapping[str, Any]], numbers: Mapping[int, int], along: Array, axis: Array
) -> tuple[list[Piece], list[float], list[tuple[float, float, float]]]:
    named: list[Piece] = []
    cuts: list[float] = []
    flexible: list[tuple[float, float, float]] = []
    for number, item in enumerate(fittings, 1):
        station = _station(item, number, numbers, along)
        kind = str(item.get("type", "")) or ("flexible" if "length_m" in item else "fitting")
        extra = set(item) - {"type", "K", "name", "at", "station_m", "free_area", "length_m", "times", "source"}
        if extra:
            raise InputError(
                f"quench route, fitting {number}: unknown key {sorted(extra)[0]!r}; known: type, K, name, at, "
                "station_m, free_area, length_m, times, source"
            )
        if kind == "flexible":
            row = catalogue.table("fittings")["flexible"]
            end = station + float(item.get("length_m", 0.0))
            if not station < end <= along[-1] + 1e-6:
                raise InputError(
                    f"quench route, fitting {number}: a flexible length needs length_m that ends on the route"
                )
            flexible.append((station, end, float(item.get("times", row["value"]))))
            cuts += [station, end]
            continue
        if "K" in item:
            loss = catalogue.stated_loss(float(item["K"]), str(item.get("source", "stated in the site file")))
        elif kind == "mesh":
            loss = catalogue.mesh_loss(float(item.get("free_area", 0.0)))
        elif kind == "fitting":
            raise InputError(f"quench route, fitting {number}: give type (an id of the table) or K")
        else:
            loss = catalogue.fitting_loss(kind)
        i = int(np.clip(np.searchsorted(along, station), 1, len(along) - 1))
        share = (station - along[i - 1]) / (along[i] - along[i - 1])
        where = axis[i - 1] + share * (axis[i] - axis[i - 1])
        name = str(item.get("name", kind))
        if kind.startswith("bend") and not name.startswith("bend"):
            name = f"bend ({name})"
        named.append(
            Piece(
                "fitting",
                1.0,
                loss=loss,
                name=name,
                start=station,
                at=(float(where[0]), float(where[1]), float(where[2])),
            )
        )
        cuts.append(station)
    return named, cuts, flexible


def _station(item: Mapping[str, Any], number: int, numbers: Mapping[int, int], along: Array) -> float:
    if "station_m" in item:
        station = float(item["station_m"])
        if not 0.0 <= station <= along[-1] + 1e-6:
            raise InputError(
                f"quench route, fitting {number}: station_m {station:g} is not on the route of {along[-1]:.2f} m"
            )
        return station
    at = item.get("at", "outlet")
    if at == "outlet":
        return float(along[-1])
    if at in ("inlet", "flange"):
        return 0.0
    if isinstance(at, bool) or not isinstance(at, int) or at not in numbers:
        raise InputError(
            f'quench route, fitting {number}: at = {at!r} must be the number of a point (from 0), "inlet" or "outlet"'
        )
    return float(along[numbers[at]])
