"""Lines and maps of a project that somebody asks for by hand, outside an assessment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mrsite.base.data import version
from mrsite.base.errors import InputError
from mrsite.base.text import inert, nearest
from mrsite.fields import flux_density_and_jacobian, force_product, gradient_of_magnitude, magnitude
from mrsite.site.earth import EarthField
from mrsite.site.evidence import Wanted, WantedRegion
from mrsite.site.gather import gather, require_field
from mrsite.site.project import Project, Storey
from mrsite.site.total_field import TotalField, total_field

if TYPE_CHECKING:
    import xarray

Array = NDArray[np.float64]


def contour_rows(
    project: Project, levels_mT: Sequence[float], storey: str | None = None, height: float | None = None
) -> list[dict[str, Any]]:
    """Return the lines of a storey as rows: level_mT, kind, edge, storey, height_m, geometry.

    Parameters
    ----------
    levels_mT : sequence of float
    storey : str
        The first scanner's by default.
    height : float, m
        Above the floor: cuts. Without it the envelope over the heights people occupy.

    Returns
    -------
    list of dict
        ``edge`` is central, lower or upper, and where the earth's field is stated ``with_earth`` (the central line
        were it to add in full); ``height_m`` a number for a cut, (low, high) for an
        envelope; ``geometry`` a shapely line in plan metres of the storey's drawing.

    Raises
    ------
    InputError
        A level that cannot be drawn, a storey that is not there, a magnet without a field model.
    """
    here = _storey(project, storey)
    if not len(levels_mT):
        raise InputError("levels_mT: none given; give at least one")
    for level in levels_mT:
        if not 0 < level < float("inf"):
            raise InputError(f"levels_mT: {level} cannot be drawn: a level is a positive finite number")
    field = total_field(project)
    require_field(field)
    heights = None if height is None else (float(height), float(height))
    wanted = Wanted(
        regions=tuple(
            WantedRegion(here.name, level * 1e-3, "envelope" if heights is None else "cut", heights=heights)
            for level in levels_mT
        )
    )
    rows = []
    for region in gather(project, field, wanted).regions:
        edges = ("central", "lower", "upper", *(() if region.with_earth is None else ("with_earth",)))
        for edge in edges:
            rows.append(
                {
                    "level_mT": region.level_mT,
                    "kind": region.kind,
                    "edge": edge,
                    "storey": region.storey,
                    "height_m": height if heights is not None else region.heights,
                    "geometry": getattr(region, edge).boundary,
                }
            )
    return rows


def field_map(
    project: Project, storey: str | None = None, height: float | None = None, spacing: float = 0.05
) -> xarray.Dataset:
    """Sample the total field on a horizontal plane of a storey.

    Parameters
    ----------
    storey : str
        The first scanner's by default.
    height : float, m
        Above the storey's floor; by default the isocentre's where the scanner stands on it, else 1 m.
    spacing : float, m

    Returns
    -------
    xarray.Dataset
        dims (y, x) in plan metres of the storey's drawing; B, B_x, B_y, B_z (T), grad_B (T/m),
        force_product (T2/m). Where directions of fields are unknown, their first combination.
        Where the earth's field is stated with its direction, B_with_earth (T) beside them.

    Raises
    ------
    InputError
        A spacing that is not positive, or a map larger than the limit (the message says how large).
    """
    here = _storey(project, storey)
    field = total_field(project)
    require_field(field)
    if height is None:
        height = next((s.isocentre_height for s in field.scanners if s.storey == here.name), 1.0)
    x0, y0, x1, y1 = _window(project, here)
    x, y = _axis(x0, x1, spacing), _axis(y0, y1, spacing)
    _check_size(len(x) * len(y), spacing)
    plane = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    if here.to_site.identity:
        site = plane
    else:
        site = np.array([here.to_site.point((px, py)) for px, py in plane])
    points = np.column_stack([site, np.full(len(site), here.elevation + height)])
    turn = _turn_back(here.to_site.angle_rad)
    dims = {"y": ("y", y, _axis_attrs("y", "northward in plan")), "x": ("x", x, _axis_attrs("x", "rightward in plan"))}
    attrs = {**_provenance(project, field), "storey": here.name, "height_above_floor_m": float(height)}
    return _dataset(field, project.earth, points, turn, ("y", "x"), dims, attrs)


def section_map(
    project: Project,
    line: tuple[tuple[float, float], tuple[float, float]],
    spacing: float = 0.05,
    heights: tuple[float, float] | None = None,
) -> xarray.Dataset:
    """Sample the total field on a vertical section along a line in site metres.

    Parameters
    ----------
    line : ((x0, y0), (x1, y1)), m, site frame
    heights : (low, high), m above the site datum
        From 1 m below the lowest floor to 4 m above the highest by default.

    Returns
    -------
    xarray.Dataset
        dims (z, s): height above the site datum and distance along the line, m; variables as in
        `field_map`.

    Raises
    ------
    InputError
        A line without length, a spacing that is not positive, a map larger than the limit.
    """
    field = total_field(project)
    require_field(field)
    (ax, ay), (bx, by) = line
    length = float(np.hypot(bx - ax, by - ay))
    if not 0 < length < 1e5:
        raise InputError(f"section: the line is {length:g} m long; give two points apart, in site metres")
    levels = [s.elevation for s in project.storeys]
    low, high = heights or (min(levels) - 1.0, max(levels) + 4.0)
    if not low < high:
        raise InputError(f"section: heights ({low:g}, {high:g}) must rise")
    s, z = _axis(0.0, length, spacing), _axis(low, high, spacing)
    _check_size(len(s) * len(z), spacing)
    grid_s, grid_z = np.meshgrid(s, z)
    points = np.stack([ax + (bx - ax) * grid_s / length, ay + (by - ay) * grid_s / length, grid_z], axis=-1).reshape(
        -1, 3
    )
    dims = {
        "z": ("z", z, {"units": "m", "long_name": "height above the site datum", "axis": "Z", "positive": "up"}),
        "s": ("s", s, {"units": "m", "long_name": "distance along the section"}),
    }
    attrs = {**_provenance(project, field), "line": f"({ax!r}, {ay!r}) to ({bx!r}, {by!r}) in site metres"}
    return _dataset(field, project.earth, points, np.eye(3), ("z", "s"), dims, attrs)


#: Points of one map; B and the jacobian of so many take about 1 GB.
_LIMIT = 10_000_000


def _check_size(count: int, spacing: float) -> None:
    if count > _LIMIT:
        need = count * 6 * 8 / 1e9
        raise InputError(
            f"spacing {spacing:g} m gives {count} points, {need:.1f} GB of output; at most {_LIMIT} are computed at "
            "once: use a coarser spacing or a smaller window"
        )


def _axis(low: float, high: float, spacing: float) -> Array:
    if not 0 < spacing < float("inf"):
        raise InputError(f"spacing {spacing!r} must be a positive length in metres")
    return np.asarray(low + spacing * np.arange(int(min((high - low) / spacing + 1e-9, 1e9)) + 1), dtype=np.float64)


def _window(project: Project, storey: Storey) -> tuple[float, float, float, float]:
    """What the drawing shows, or 8 m about the magnets where there is none."""
    if storey.plan is not None:
        return storey.plan.extent
    shapes = [s.polygon.bounds for s in project.spaces if s.storey == storey.name and s.polygon is not None]
    for scanner in project.scanners:
        x, y, _ = storey.to_site.pose_back(scanner.poses[0]).position
        shapes.append((x - 8.0, y - 8.0, x + 8.0, y + 8.0))
    low_x, low_y, high_x, high_y = zip(*shapes)
    return min(low_x), min(low_y), max(high_x), max(high_y)


def _turn_back(angle: float) -> Array:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]])


def _axis_attrs(name: str, words: str) -> dict[str, str]:
    return {"units": "m", "long_name": f"plan {name}, {words}", "axis": name.upper()}


def _provenance(project: Project, field: TotalField) -> dict[str, str]:
    return {
        "title": f"{project.name}: field of {', '.join(s.id for s in field.scanners)}",
        "source": f"mrsite {version()}",
        "Conventions": "CF-1.11",
        "magnets": "; ".join(f"{s.id}: {s.magnet.id} ({s.magnet.grade})" for s in field.scanners),
        "inputs": "; ".join(f"{name} {sha}" for name, sha in project.inputs.items()),
        "comment": "central model, without the earth's field and without building steel",
        **({} if project.earth is None else {"earth": project.earth.sentence()}),
    }


def _dataset(
    field: TotalField,
    earth: EarthField | None,
    points: Array,
    turn: Array,
    dims: tuple[str, str],
    coords: Any,
    attrs: dict[str, Any],
) -> xarray.Dataset:
    import xarray

    shape = tuple(len(coords[d][1]) for d in dims)
    added = None if earth is None or earth.vector_T is None else np.array(earth.vector_T)
    names = ("B", "B_x", "B_y", "B_z", "grad_B", "force_product", *(() if added is None else ("B_with_earth",)))
    data = {name: np.empty(len(points)) for name in names}
    source = field.sources[0]
    for start in range(0, len(points), _BLOCK):
        part = slice(start, start + _BLOCK)
        b, jac = flux_density_and_jacobian(source, points[part])
        turned = b @ turn.T
        data["B"][part] = magnitude(b)
        if added is not None:
            data["B_with_earth"][part] = magnitude(b + added)
        for k, name in enumerate(("B_x", "B_y", "B_z")):
            data[name][part] = turned[:, k]
        data["grad_B"][part] = gradient_of_magnitude(b, jac)
        data["force_product"][part] = force_product(b, jac)
    units = {"grad_B": "T m-1", "force_product": "T2 m-1"}
    words = {
        "B": "magnitude of flux density",
        "B_with_earth": "magnitude of flux density with the earth's field added, as an instrument reads it",
        "grad_B": "spatial field gradient |grad |B||",
        "force_product": "|B| |grad |B||",
    }
    variables = {
        name: (
            dims,
            values.reshape(shape),
            {"units": units.get(name, "T"), "long_name": words.get(name, f"{name} component")},
        )
        for name, values in data.items()
    }
    skipped = int(np.count_nonzero(~np.isfinite(data["B"])))
    return xarray.Dataset(variables, coords=coords, attrs={**attrs, "points_on_a_wire": skipped})


_BLOCK = 200_000


def _storey(project: Project, name: str | None) -> Storey:
    if name is None:
        return project.storey(project.scanners[0].storey)
    for storey in project.storeys:
        if storey.name == name:
            return storey
    names = [s.name for s in project.storeys]
    near = nearest(name, names)
    raise InputError(
        f"no storey is called {inert(name)!r}; "
        + (f"did you mean {near!r}?" if near else f"there are: {', '.join(names)}")
    )
