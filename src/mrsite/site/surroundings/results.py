"""The surroundings of a project, computed once: what checks judge and drawings show."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsite.base.pose import Pose
from mrsite.fields import magnitude
from mrsite.magnets import banded_values
from mrsite.site.evidence import Wanted, WantedWalk
from mrsite.site.project import Project, Scanner
from mrsite.site.surroundings import exposure, second_scanner, tables, transients
from mrsite.site.surroundings.moving_metal import Body, Disturbance, disturbance, ellipse_distance, ellipse_ratio
from mrsite.site.surroundings.tracks import Track, storey_of, track
from mrsite.site.surroundings.traction import LineField, distance_to_path, line_field
from mrsite.site.total_field import TotalField

Array = NDArray[np.float64]

#: Levels of the strong volumes that are told, T: reach of the bore region, head and trunk, limbs.
STRONG_LEVELS_T = (0.2, 2.0, 8.0)


@dataclass(frozen=True, eq=False)
class MetalResult:
    """Moving metal beside one scanner.

    Parameters
    ----------
    table : Table
        The vendor's row that judges it.
    ellipse_ratio, ellipse_m : float or None
        Smallest ratio to the vendor's ellipse and the distance outside it (negative: inside), over
        all positions of metal and magnet.
    nearest_at : (x, y), m
        Plan metres of its storey: the position that is nearest to (or furthest in) the ellipse,
        or nearest to the isocentre.
    model : Disturbance or None
        None where no mass is known.
    field_known : bool
        False: the magnet has no field model, so what it induces is missing.
    """

    track: Track
    scanner: str
    table: tables.Table
    change: tables.Table
    ellipse_ratio: float | None
    ellipse_m: float | None
    nearest_m: float
    nearest_at: tuple[float, float]
    model: Disturbance | None
    field_known: bool


@dataclass(frozen=True)
class LineResult:
    """A railway's or a cable's current beside one scanner."""

    id: str
    scanner: str
    field: LineField
    nearest_at: tuple[float, float, float]  #: site metres


def metal_key(entry_id: str, scanner_id: str) -> str:
    """Return the id under which a piece of moving metal and a scanner are kept."""
    return f"{entry_id}|{scanner_id}"


def surroundings(project: Project, field: TotalField, wanted: Wanted) -> Mapping[tuple[str, str], Any]:
    """Compute what the checks want to know of the surroundings.

    Returns
    -------
    dict
        By (topic, id): ``moving-metal`` -> `MetalResult`, ``traction`` and ``cable`` ->
        `LineResult`, ``pair`` -> `second_scanner.Pair`, ``transient`` -> tuple of
        `transients.Reached`, ``strong`` -> tuple of `exposure.StrongVolume`.
    """
    makers: Mapping[str, Callable[[Project, TotalField, str], Any]] = {
        "moving-metal": _metal,
        "traction": _traction,
        "cable": _cable,
        "pair": _pair,
        "transient": _transient,
        "strong": _strong,
    }
    found = {}
    for topic, id_ in wanted.surroundings:
        if topic in makers:
            result = makers[topic](project, field, id_)
            if result is not None:
                found[topic, id_] = result
    return found


def walks(project: Project, field: TotalField, wanted: Wanted) -> Mapping[str, exposure.Walk]:
    """Compute every walk that was asked for, worst over the unknown directions of fields."""
    return {walk.id: _walk(project, field, walk) for walk in wanted.walks} if field.scanners else {}


def _walk(project: Project, field: TotalField, wanted: WantedWalk) -> exposure.Walk:
    found = [exposure.walk(source, wanted.points, wanted.speed_m_s) for source in field.sources]
    worst = max(found, key=lambda w: w.peak_T)
    strong = worst.points[worst.field_T >= 0.1 * worst.peak_T]  # what the figures of a walk are made of
    factor = _upper_factor(project, field, strong[:: max(1, len(strong) // 60)])
    return replace(
        worst,
        change_3s_T=max(w.change_3s_T for w in found),
        upper_factor=float(factor.max()),
    )


def _upper_factor(project: Project, field: TotalField, points: Array) -> Array:
    """Return the largest ratio of the upper edge of a magnet's band to its value at points (n, 3), site frame."""
    factor = np.ones(len(points))
    for scanner in field.scanners:
        for pose in scanner.poses:
            value, _, upper = banded_values(
                scanner.magnet,
                pose.to_magnet(points),
                site_spread=scanner.magnet.site_spread,
                extra_m=project.position_tolerance_m,
            )
            with np.errstate(divide="ignore", invalid="ignore"):
                ratio = np.where(value > 1e-6, upper / value, 1.0)
            factor = np.fmax(factor, ratio)
    return factor


def _split(project: Project, key: str) -> tuple[str, Scanner]:
    entry_id, _, scanner_id = key.rpartition("|")
    return entry_id, next(s for s in project.scanners if s.id == scanner_id)


def _metal(project: Project, field: TotalField, key: str) -> MetalResult:
    entry_id, scanner = _split(project, key)
    entry = next(m for m in project.moving_metal if m.id == entry_id)
    return metal_beside(project, field, track(project, entry), scanner)


def metal_beside(project: Project, field: TotalField, path: Track, scanner: Scanner) -> MetalResult:
    """Return what a track does to one scanner, worst over the scanner's positions."""
    change = tables.change_row(scanner.magnet)
    table = tables.row_for(scanner.magnet, path.class_) if path.class_ else tables.Table(None, False, "assumed")
    row = table.row
    best: dict[str, Any] = {"ratio": None, "m": None, "near": math.inf, "at": path.positions[0]}
    model: Disturbance | None = None
    known = any(s.id == scanner.id for s in field.scanners)
    for pose in scanner.poses:
        local = pose.to_magnet(path.positions)
        distance = np.sqrt((local**2).sum(axis=1))
        nearest = int(np.argmin(distance))
        if row is not None and row.criterion == "ellipse":
            assert row.radial_m is not None
            assert row.axial_m is not None
            ratio = ellipse_ratio(local, row.radial_m, row.axial_m)
            metres = [ellipse_distance(local[k], row.radial_m, row.axial_m) for k in np.argsort(ratio)[:20]]
            k = int(np.argsort(ratio)[int(np.argmin(metres))])
            if best["m"] is None or min(metres) < best["m"]:
                best |= {"ratio": float(ratio[k]), "m": float(min(metres)), "at": path.positions[k]}
        elif float(distance[nearest]) < best["near"]:
            best["at"] = path.positions[nearest]
        best["near"] = min(best["near"], float(distance[nearest]))
        found = _disturbance(project, field, path, pose)
        if found is not None and (model is None or found.peak_to_peak_T > model.peak_to_peak_T):
            model = found
    x, y = path.storey.to_site.back((float(best["at"][0]), float(best["at"][1])))
    return MetalResult(path, scanner.id, table, change, best["ratio"], best["m"], best["near"], (x, y), model, known)


def _disturbance(project: Project, field: TotalField, path: Track, pose: Pose) -> Disturbance | None:
    if path.mass_kg is None:
        return None
    bodies = [_body(project, field, pose, path.positions, path.mass_kg)]
    if path.counterweight is not None and path.counterweight_kg:
        bodies.append(_body(project, field, pose, path.counterweight, path.counterweight_kg))
    # a train lies along its track, which is swept whole: what must be far is its cross-section
    size = path.width_m if path.railway else path.length_m
    return disturbance(tuple(bodies), size, path.comes_and_goes)


def _body(project: Project, field: TotalField, pose: Pose, positions: Array, mass_kg: float) -> Body:
    """Return a body in the field of all magnets, raised to the upper edge of its band."""
    local = pose.to_magnet(positions)
    if not field.scanners:
        return Body(local, np.zeros_like(local), mass_kg)
    fields = [source.flux_density(positions) for source in field.sources]
    b = max(fields, key=lambda f: float(magnitude(f).max()))
    # the band is smooth along a track: some of its places stand for those between
    some = np.unique(np.linspace(0, len(positions) - 1, min(len(positions), 40)).astype(int))
    factor = np.interp(np.arange(len(positions)), some, _upper_factor(project, field, positions[some]))
    return Body(local, np.nan_to_num(b @ pose.rotation) * factor[:, None], mass_kg)


def _line(
    project: Project, id_: str, scanner: Scanner, path: Array, current: float, spacing: float, net: float
) -> LineResult:
    best: LineResult | None = None
    for pose in scanner.poses:
        distance, foot = distance_to_path(pose.position, path)
        near = max(distance - project.position_tolerance_m, 1e-3)
        found = LineResult(
            id_, scanner.id, line_field(current, spacing, net, near), (float(foot[0]), float(foot[1]), float(foot[2]))
        )
        if best is None or found.field.total_T > best.field.total_T:
            best = found
    assert best is not None
    return best


def _traction(project: Project, field: TotalField, key: str) -> LineResult | None:
    entry_id, scanner = _split(project, key)
    entry = next(m for m in project.moving_metal if m.id == entry_id)
    data = entry.traction
    if data is None or data.current_A is None or data.spacing_m is None:
        return None
    if data.leakage_A is None and data.leakage_share is None:
        return None
    leak = data.leakage_A if data.leakage_A is not None else (data.leakage_share or 0.0) * data.current_A
    path = track(project, entry)
    z = path.storey.elevation
    corners = np.array([(*path.storey.to_site.point(p), z) for p in entry.path], dtype=float)
    return _line(project, entry_id, scanner, corners, data.current_A, data.spacing_m, leak)


def _cable(project: Project, field: TotalField, key: str) -> LineResult | None:
    entry_id, scanner = _split(project, key)
    entry = next(c for c in project.cables if c.id == entry_id)
    if (entry.current_A is None or entry.spacing_m is None) and entry.net_A is None:
        return None
    storey, _ = storey_of(project, entry.storey, outdoors=False)
    z = storey.elevation + (entry.height if entry.height is not None else scanner.isocentre_height)
    corners = np.array([(*storey.to_site.point(p), z) for p in entry.path], dtype=float)
    pair = entry.current_A if entry.current_A is not None and entry.spacing_m is not None else 0.0
    return _line(project, entry_id, scanner, corners, pair, entry.spacing_m or 0.0, entry.net_A or 0.0)


def _pair(project: Project, field: TotalField, key: str) -> second_scanner.Pair | None:
    first, _, second = key.partition("|")
    known = {s.id: s for s in field.scanners}
    if first not in known or second not in known:
        return None
    found = second_scanner.pair(known[first], known[second])
    level = tables.limit("two_magnets").value
    extra = project.position_tolerance_m
    common = second_scanner.common_field(known[first], known[second], extra, level, found.at)
    return replace(found, common=common)


def _transient(project: Project, field: TotalField, key: str) -> tuple[transients.Reached, ...]:
    scanner = next(s for s in project.scanners if s.id == key)
    found = []
    for envelope in tables.envelopes_of(scanner.magnet):
        for storey in project.storeys:
            low, high = (storey.elevation + h for h in storey.occupied)
            for pose in scanner.poses:
                found.append(
                    transients.on_storey(envelope, storey.to_site.pose_back(pose), low, high, scanner.id, storey.name)
                )
    return tuple(found)


def _strong(project: Project, field: TotalField, key: str) -> tuple[exposure.StrongVolume, ...] | None:
    scanner = next((s for s in field.scanners if s.id == key), None)
    if scanner is None:
        return None
    return exposure.strong_volumes(scanner.magnet, STRONG_LEVELS_T, 0.04)


__all__ = ["LineResult", "MetalResult", "metal_beside", "metal_key", "surroundings", "walks"]
