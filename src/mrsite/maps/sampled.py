"""A source on a grid, as an xarray dataset with units and provenance, or streamed to a netCDF file in blocks."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mrsite.base.data import version
from mrsite.base.errors import InputError, MachineError
from mrsite.fields import (
    FieldSource,
    flux_density_and_jacobian,
    force_product,
    gradient_of_magnitude,
    magnitude,
)

from .grid import Grid

if TYPE_CHECKING:
    import xarray

Array = NDArray[np.float64]
BLOCK = 1 << 18  # points evaluated at a time: 24 MB of B and jacobian
BUDGET = 2 << 30  # bytes of a dataset held in memory

QUANTITIES: dict[str, tuple[str, str]] = {
    "B": ("T", "magnitude of magnetic flux density"),
    "B_x": ("T", "x component of magnetic flux density"),
    "B_y": ("T", "y component of magnetic flux density"),
    "B_z": ("T", "z component of magnetic flux density"),
    "grad_B": ("T m-1", "magnitude of the gradient of the magnitude of magnetic flux density"),
    "force_product": ("T2 m-1", "magnetic flux density times its spatial gradient"),
}
#: What a map holds unless asked otherwise: all but the jacobian.
USUAL = tuple(QUANTITIES)
#: dB_i/dx_j, row by row.
JACOBIAN = tuple(f"dB{i}_d{j}" for i in "xyz" for j in "xyz")
QUANTITIES |= {
    name: ("T m-1", f"derivative of the {name[2]} component of magnetic flux density along {name[-1]}")
    for name in JACOBIAN
}
_AXES = {
    "x": ("X", "x coordinate"),
    "y": ("Y", "y coordinate"),
    "z": ("Z", "height"),
    "s": ("", "distance along the line"),
}


def field_map(
    source: FieldSource,
    grid: Grid,
    quantities: Sequence[str] = USUAL,
    provenance: dict[str, str] | None = None,
    budget: int = BUDGET,
) -> xarray.Dataset:
    """Sample a source on a grid.

    Parameters
    ----------
    source : field source
    grid : Grid
    quantities : sequence of str
        Of ``QUANTITIES``: ``"B"``, its components ``"B_x"`` to ``"B_z"``, ``"grad_B"``, ``"force_product"``, and the
        jacobian's ``"dBx_dx"``, ``"dBx_dy"`` to ``"dBz_dz"``, which are in no map that does not ask for them.
    provenance : dict, optional
        Global attributes to add, such as the magnet's id and grade.
    budget : int, bytes
        Largest dataset made.

    Returns
    -------
    xarray.Dataset
        Dims as the grid's; units and long names in attrs. Where the field is not defined (on a wire) the value is
        NaN, and
        the attribute ``undefined_points`` counts them.

    Raises
    ------
    InputError
        An unknown quantity, or a dataset larger than the budget: it says which size it would have.
    """
    import xarray

    names = _checked(quantities)
    need = 8 * grid.size * len(names)
    if need > budget:
        raise InputError(
            f"a map of {grid.size} points and {len(names)} quantities needs {need / 1e9:.1f} GB, more than the "
            f"{budget / 1e9:.1f} GB allowed: take a larger spacing, fewer quantities, or write it to a file in blocks"
        )
    data = {name: np.empty(grid.shape) for name in names}
    undefined = 0
    for slab in grid.slabs(BLOCK):
        values = _values(source, grid, slab, names)
        undefined += _undefined(values)
        for name in names:
            data[name][slab] = values[name]
    out = xarray.Dataset(
        {name: (grid.dims, data[name], _attributes(name)) for name in names},
        coords=_coordinates(grid),
        attrs={**_globals(provenance), "undefined_points": undefined},
    )
    for name in grid.dims:
        out[name].attrs.update(_axis_attributes(name))
    for name in ("x", "y", "z"):
        if name in out.coords and name not in grid.dims:
            out[name].attrs.update(_axis_attributes(name, False))
    return out


def write_field_map(
    path: Path | str,
    source: FieldSource,
    grid: Grid,
    quantities: Sequence[str] = USUAL,
    provenance: dict[str, str] | None = None,
    single: bool = False,
) -> int:
    """Sample a source on a grid of any size straight into a netCDF file, a block at a time.

    Memory stays at some tens of megabytes whatever the grid. The file is written beside its place and moved there when
    whole.

    Parameters
    ----------
    path : path
    source, grid, quantities, provenance
        As for :func:`field_map`.
    single : bool
        Store 4-byte floats (seven digits).

    Returns
    -------
    int
        Points where the field is not defined, stored as NaN.

    Raises
    ------
    InputError
        An unknown quantity.
    MachineError
        The file cannot be written.
    """
    import h5netcdf

    names = _checked(quantities)
    target = Path(path)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    undefined = 0
    try:
        with h5netcdf.File(part, "w") as file:
            file.dimensions = dict(zip(grid.dims, grid.shape))
            for name, (dims, values, attributes) in _coordinate_variables(grid).items():
                variable = file.create_variable(name, dims, "f8", data=values)
                variable.attrs.update(attributes)
            kind = "f4" if single else "f8"
            chunks = _chunks(grid.shape)
            made: dict[str, Any] = {}
            for name in names:
                made[name] = file.create_variable(name, grid.dims, kind, chunks=chunks, fillvalue=np.nan)
                made[name].attrs.update(_attributes(name))
                extra = [n for n in ("x", "y", "z") if n not in grid.dims]
                made[name].attrs["coordinates"] = " ".join(extra)
            for slab in grid.slabs(BLOCK):
                values = _values(source, grid, slab, names)
                undefined += _undefined(values)
                for name in names:
                    made[name][slab] = values[name].astype(kind, copy=False)
            file.attrs.update({**_globals(provenance), "undefined_points": undefined})
        os.replace(part, target)
    except OSError as error:
        raise MachineError(f"{target}: cannot be written ({error.strerror or error}): choose another place") from error
    finally:
        part.unlink(missing_ok=True)
    return undefined


def _checked(quantities: Sequence[str]) -> list[str]:
    names = [quantities] if isinstance(quantities, str) else list(quantities)
    for name in names:
        if name not in QUANTITIES:
            raise InputError(f"quantity {name!r} is not known: give some of {', '.join(QUANTITIES)}")
    if not names:
        raise InputError(f"quantities: none given; give some of {', '.join(QUANTITIES)}")
    return names


def _values(source: FieldSource, grid: Grid, slab: slice, names: list[str]) -> dict[str, Array]:
    points = grid.points(slab)
    shape = points.shape[:-1]
    flat = points.reshape(-1, 3)
    out = {name: np.empty(len(flat)) for name in names}
    for start in range(0, len(flat), BLOCK):
        part = slice(start, start + BLOCK)
        b, jac = flux_density_and_jacobian(source, flat[part])
        for name in names:
            if name == "B":
                out[name][part] = magnitude(b)
            elif name == "grad_B":
                out[name][part] = gradient_of_magnitude(b, jac)
            elif name == "force_product":
                out[name][part] = force_product(b, jac)
            elif name in JACOBIAN:
                out[name][part] = jac[:, "xyz".index(name[2]), "xyz".index(name[-1])]
            else:
                out[name][part] = b[:, "xyz".index(name[-1])]
    return {name: values.reshape(shape) for name, values in out.items()}


def _undefined(values: dict[str, Array]) -> int:
    return int(np.count_nonzero(~np.isfinite(next(iter(values.values())))))


def _coordinates(grid: Grid) -> dict[str, Any]:
    return {name: (dims, values) for name, (dims, values, _) in _coordinate_variables(grid).items()}


def _coordinate_variables(grid: Grid) -> dict[str, tuple[tuple[str, ...], Any, dict[str, str]]]:
    """Dimension coordinates, and x, y, z where they are not dimensions."""
    out: dict[str, tuple[tuple[str, ...], Any, dict[str, str]]] = {}
    for name, axis in zip(grid.dims, grid.axes):
        out[name] = ((name,), axis, _axis_attributes(name))
    for i, name in enumerate("xyz"):
        if name in grid.dims:
            continue
        if grid.path is not None:
            out[name] = (("s",), np.ascontiguousarray(grid.path[:, i]), _axis_attributes(name, False))
        else:
            out[name] = ((), grid.origin[i], _axis_attributes(name, False))
    return out


def _axis_attributes(name: str, dimension: bool = True) -> dict[str, str]:
    axis, words = _AXES[name]
    out = {"units": "m", "long_name": words}
    if axis and dimension:
        out["axis"] = axis
    if name == "z":
        out["positive"] = "up"
    return out


def _attributes(name: str) -> dict[str, str]:
    unit, words = QUANTITIES[name]
    return {"units": unit, "long_name": words}


def _globals(provenance: dict[str, str] | None) -> dict[str, str]:
    return {
        "Conventions": "CF-1.11",
        "title": "Magnetic flux density around magnetic resonance scanners",
        "source": f"mrsite {version()}",
        **(provenance or {}),
    }


def _chunks(shape: tuple[int, ...]) -> tuple[int, ...]:
    """About a quarter of a million values, whole along the fastest axes."""
    out = [1] * len(shape)
    room = BLOCK
    for i in reversed(range(len(shape))):
        out[i] = max(1, min(shape[i], room))
        room //= out[i]
    return tuple(out)


def blocks(source: FieldSource, grid: Grid, block: int = BLOCK) -> Iterator[tuple[slice, Array, Array]]:
    """B and jacobian over a grid of any size, a slab at a time: memory stays that of one slab.

    Parameters
    ----------
    source : field source
    grid : Grid
    block : int
        Points in a slab at most, one row at least.

    Yields
    ------
    slab : slice
        Of the grid's first axis.
    B, J : (..., 3) T, (..., 3, 3) T/m
    """
    for slab in grid.slabs(block):
        b, jac = flux_density_and_jacobian(source, grid.points(slab))
        yield slab, b, jac
