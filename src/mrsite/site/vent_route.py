"""The quench pipe as a route in space: from points or from a layer of the drawing, in the site frame."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsite.base.errors import InputError
from mrsite.base.text import inert, nearest
from mrsite.site import vent_words
from mrsite.site.drawn_lines import joined
from mrsite.site.project import Project, Scanner, Storey
from mrsite.site.schema import QuenchPipeEntry
from mrsite.venting import catalogue
from mrsite.venting.catalogue import Loss
from mrsite.venting.route import Insulation, Route, route_from_points

_OUTLET_KEYS = ("direction", "cap", "mesh_free_area", "drain", "K")
_DIRECTIONS = ("up", "level", "down", "hooded", "as-drawn")
_INSULATION_KEYS = ("material", "thickness_mm", "length_m", "conductivity", "combustible")
_FITTING_KEYS = ("bends", "radius_ratio", "list")


class Lacking(InputError):
    """The entry lacks a fact: the pipe is not assessed. A wrong word in it is a plain `InputError`."""


@dataclass(frozen=True)
class Outlet:
    """The mouth of a quench pipe, as stated and as drawn."""

    at: tuple[float, float, float]  #: site frame, m from the datum
    elevation_deg: float | None  #: None: downward or hooded, not modelled
    azimuth_deg: float | None  #: anticlockwise from site +x; None where upright
    direction: str  #: up | level | slanting | down | hooded
    cap: str | None
    mesh_free_area: float | None  #: over the pipe's area
    drain: bool | None
    diameter: float  #: m


def pipes_of(project: Project, scanner: Scanner) -> tuple[QuenchPipeEntry, ...]:
    """Return the stated pipes of a scanner: by name, shared by several names, or the only one of an only scanner."""
    found = []
    for entry in project.quench_pipes:
        if entry.scanner is None:
            standing = [s for s in project.scanners if s.status != "removed"]
            if len(standing) > 1:
                raise InputError(
                    "[[quench_pipe]]: several scanners stand here; say scanner = the id of the one it serves "
                    '(a shared pipe: scanner = "MR1, MR2")'
                )
            found.append(entry)
        elif scanner.id in served(entry):
            found.append(entry)
    return tuple(found)


def served(entry: QuenchPipeEntry) -> tuple[str, ...]:
    """Return the ids of the scanners that a pipe serves."""
    return tuple(part.strip() for part in (entry.scanner or "").split(",") if part.strip())


def route_of(project: Project, entry: QuenchPipeEntry) -> tuple[Route, Outlet]:
    """Build the route and its outlet.

    Returns
    -------
    Route, Outlet
        Points in the site frame, m; z from the site datum.

    Raises
    ------
    Lacking
        Neither points nor a layer with a polyline, or no diameter.
    InputError
        An unknown fitting, material, insulation or outlet word; numbers that no pipe has.
    """
    name = f"[[quench_pipe]] of {inert(entry.scanner or 'the scanner', 40)}"
    points = _points(project, entry, name)
    if entry.diameter_mm is None:
        raise Lacking(f"{name}: diameter_mm is missing; give the inside diameter, or one for each leg")
    many = isinstance(entry.diameter_mm, tuple)
    bores: Any = [d * 1e-3 for d in entry.diameter_mm] if many else float(entry.diameter_mm) * 1e-3  # type: ignore[union-attr,arg-type]
    fittings = _fittings(entry, name)
    notes = list(fittings.notes)
    stated = _stated_outlet(entry, name, notes)
    ends: list[tuple[str, Loss]] = []
    material = entry.material or "stainless"
    try:
        insulation, covered = _insulation(entry, name, notes)
        if stated.get("cap"):
            ends.append((str(stated["cap"]), catalogue.fitting_loss(str(stated["cap"]))))
        if stated.get("mesh_free_area") is not None:
            ends.append(("mesh", catalogue.mesh_loss(float(stated["mesh_free_area"]))))
        if stated.get("K") is not None:
            ends.append(("outlet", catalogue.stated_loss(float(stated["K"]))))
        catalogue.entry("pipes", "material", material)
        route = route_from_points(
            points,
            bores,
            fittings.extra,
            roughness_m=None if entry.roughness_mm is None else entry.roughness_mm * 1e-3,
            bend_form=fittings.form,
            radius_ratio=fittings.ratio,
            insulation=insulation,
            insulated_to_m=covered,
            material=material,
            wall_m=None if entry.wall_mm is None else entry.wall_mm * 1e-3,
            end_fittings=ends,
        )
    except InputError as error:
        words = error.message.removeprefix("quench route: ").removeprefix(f"{name}: ")
        raise InputError(f"{name}: {words}") from None
    if fittings.bends is not None and fittings.bends != len(route.bends):
        notes.append(
            f"which is right: {fittings.bends} bends as stated, or {len(route.bends)} as the points turn (computed)"
        )
    if notes:
        route = replace(route, unknown=(*route.unknown, *notes))
    return route, _outlet(route, stated, points)


def _points(project: Project, entry: QuenchPipeEntry, name: str) -> NDArray[np.float64]:
    if entry.points is not None:
        return np.asarray(entry.points, dtype=np.float64)
    if entry.layer is None:
        raise Lacking(f"{name}: give points = [[x, y, z], ...] from flange to outlet, or layer")
    storeys = [s for s in project.storeys if entry.storey in (None, s.name) and s.plan is not None]
    if entry.storey is not None and not any(s.name == entry.storey for s in project.storeys):
        raise InputError(f"{name}: there is no storey {inert(entry.storey, 60)!r}")
    for storey in storeys:
        found = points_on_layer(storey, entry.layer)
        if found is not None:
            return found
    where = f"storey {entry.storey}" if entry.storey else "any storey"
    raise Lacking(f"{name}: no polyline with heights lies on layer {inert(entry.layer, 60)!r} of {where}")


def points_on_layer(storey: Storey, layer: str) -> NDArray[np.float64] | None:
    """Read a route drawn as 3-D polyline, lines or flat polylines with elevation on a layer.

    Pieces are joined end to end; the route starts at the end that is lower. Heights are from the site datum.
    """
    assert storey.plan is not None
    import ezdxf

    plan = storey.plan
    try:
        document = ezdxf.readfile(plan.path)  # type: ignore[attr-defined]
    except (OSError, ezdxf.DXFError):  # type: ignore[attr-defined]
        return None
    pieces: list[list[tuple[float, float, float]]] = []
    for entity in document.modelspace().query("LINE POLYLINE LWPOLYLINE"):
        if entity.dxf.layer.casefold() != layer.casefold():
            continue
        if entity.dxftype() == "LINE":
            pieces.append([tuple(entity.dxf.start), tuple(entity.dxf.end)])  # type: ignore[list-item]
        elif entity.dxftype() == "POLYLINE":
            pieces.append([tuple(v.dxf.location) for v in entity.vertices])  # type: ignore[misc]
        else:
            height = float(entity.dxf.elevation)
            pieces.append([(float(x), float(y), height) for x, y in entity.get_points("xy")])
    pieces = [p for p in pieces if len(p) > 1]
    if not pieces:
        return None
    chain = joined(
        [np.asarray(p, dtype=np.float64) * plan.unit_m for p in pieces], f"[[quench_pipe]]: layer {inert(layer, 60)!r}"
    )
    site = [(*storey.to_site.point((x, y)), z) for x, y, z in chain.tolist()]
    points = np.asarray(site, dtype=np.float64)
    return points if points[0, 2] <= points[-1, 2] else points[::-1].copy()


@dataclass
class _Fittings:
    """What the file says of fittings: extra ones, how bends are made, and what was assumed."""

    extra: list[Mapping[str, Any]] = field(default_factory=list)
    form: str | None = None
    ratio: float | None = None
    bends: int | None = None  #: as stated, to compare with the geometry
    notes: list[str] = field(default_factory=list)


def _fittings(entry: QuenchPipeEntry, name: str) -> _Fittings:
    given = entry.fittings
    made = _Fittings()
    if isinstance(given, dict):
        by_number = vent_words.counted(given)
        if by_number is not None:
            made.extra, made.bends, read = list(by_number[0]), by_number[1], by_number[2]
            made.form, made.notes = read.values.get("bends"), read.notes
            return made
        _known(given, _FITTING_KEYS, f"{name}, fittings")
        made.form, made.ratio = given.get("bends"), given.get("radius_ratio")
        if made.form is not None and made.form not in ("smooth", "short", "segmented", "mitre"):
            raise InputError(f"{name}: bends = {inert(str(made.form), 40)!r} is not smooth, short, segmented or mitre")
        given = given.get("list", ())
    for item in given or ():
        if isinstance(item, str):
            _fitting_words(item, made, name)
        elif isinstance(item, dict):
            made.extra.append(item)
        elif isinstance(item, int | float) and not isinstance(item, bool):
            made.extra.append({"K": float(item), "name": f"fitting of K {item:g}"})
        else:
            raise InputError(f"{name}: a fitting is a name, a K or a table, not {inert(repr(item), 40)}")
    return made


def _fitting_words(text: str, made: _Fittings, name: str) -> None:
    read = vent_words.fitting(text)
    if not read.values:
        ids = [row["id"] for row in catalogue.table("fittings")["fitting"]]
        near = nearest(text, ids)
        if near:
            raise InputError(f"{name}: fitting {inert(text, 60)!r} is not in the table; did you mean {near!r}?")
        raise Lacking(f"{name}: fitting {inert(text, 60)!r} is not in the table; give its K: {{ K = ..., name = ... }}")
    if read.values.get("bends"):
        made.form = read.values["bends"]
    if "type" in read.values:
        made.extra.append({"type": read.values["type"]})
    made.notes += read.notes


def _insulation(entry: QuenchPipeEntry, name: str, notes: list[str]) -> tuple[Insulation | None, float | None]:
    given = entry.insulation
    if given is None:
        return None, None
    if isinstance(given, str):
        read = vent_words.insulation(given)
        if not read.values:
            catalogue.entry("pipes", "insulation", given)  # says the nearest
        notes += read.notes
        given = read.values
    _known(given, _INSULATION_KEYS, f"{name}, insulation")
    row = catalogue.entry("pipes", "insulation", str(given.get("material", "mineral-wool")))
    if row["id"] == "none":
        return None, None
    thickness = given.get("thickness_mm")
    if not isinstance(thickness, int | float) or isinstance(thickness, bool) or not thickness > 0:
        raise InputError(f"{name}: insulation needs thickness_mm")
    made = Insulation(
        float(thickness) * 1e-3,
        float(given.get("conductivity", row["conductivity"])),
        bool(given.get("combustible", row["combustible"])),
        row["label"],
    )
    length = given.get("length_m")
    return made, None if length is None else float(length)


def _stated_outlet(entry: QuenchPipeEntry, name: str, notes: list[str]) -> dict[str, Any]:
    given = entry.outlet
    if given is None:
        return {}
    if isinstance(given, str):
        read = vent_words.outlet(given) if given not in ("flap",) else vent_words.Read({"cap": given})
        notes += read.notes
        return read.values
    _known(given, _OUTLET_KEYS, f"{name}, outlet")
    direction = given.get("direction")
    if direction is not None and direction not in _DIRECTIONS:
        near = nearest(str(direction), list(_DIRECTIONS))
        hint = f"did you mean {near!r}?" if near else f"known: {', '.join(_DIRECTIONS)}"
        raise InputError(f"{name}: outlet direction {inert(str(direction), 40)!r} is not known; {hint}")
    return dict(given)


def _outlet(route: Route, stated: Mapping[str, Any], points: NDArray[np.float64]) -> Outlet:
    assert route.points is not None
    at = route.points[-1]
    elevation, azimuth = route.outlet_elevation_deg or 0.0, route.outlet_azimuth_deg
    direction = stated.get("direction")
    cap = stated.get("cap")
    if direction == "up":
        elevation, azimuth = 90.0, None
    elif direction == "level":
        elevation = 0.0
        azimuth = azimuth if azimuth is not None else _last_level(points)
    if direction is None or direction == "as-drawn":
        direction = "up" if elevation > 89 else "down" if elevation < -1 else "level" if elevation < 1 else "slanting"
    if cap in ("hood", "gooseneck") and direction != "down":
        direction = "hooded"
    modelled = direction in ("up", "level", "slanting")
    return Outlet(
        (float(at[0]), float(at[1]), float(at[2])),
        max(elevation, 0.0) if modelled else None,
        azimuth if modelled else None,
        direction,
        None if cap is None else str(cap),
        None if stated.get("mesh_free_area") is None else float(stated["mesh_free_area"]),
        stated.get("drain"),
        route.outlet_diameter,
    )


def _last_level(points: NDArray[np.float64]) -> float:
    for a, b in zip(points[-2::-1], points[:0:-1]):
        if math.hypot(b[0] - a[0], b[1] - a[1]) > 1e-6:
            return math.degrees(math.atan2(b[1] - a[1], b[0] - a[0]))
    return 0.0


def _known(given: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in given:
        if key not in known:
            near = nearest(str(key), list(known))
            hint = f"did you mean {near!r}?" if near else f"known here: {', '.join(known)}"
            raise InputError(f"{where}: unknown key {inert(str(key), 40)!r}; {hint}")
