"""Field maps as netCDF (CF-like): one file a storey, coordinates in plan metres, units in attributes."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import numpy as np

from mrsite.base.data import version
from mrsite.base.text import inert
from mrsite.checks.finding import Outcome
from mrsite.outputs.pictures import Pictures
from mrsite.outputs.views import FieldMap


def render(outcome: Outcome, pictures: Pictures | None = None) -> bytes:
    """Return the maps of all storeys in one file, a group a storey; the same outcome, the same bytes."""
    pictures = pictures or Pictures(outcome)
    title = {
        "title": outcome.project.name,
        "source": f"mrsite {version()}",
        "Conventions": "CF-1.11",
        "comment": "central model of the magnets; for display and further calculation, no verdict rests on it",
    }
    return of_maps({pictures.slugs[name]: field_map for name, field_map in pictures.maps.items()}, title)


def of_maps(maps: Mapping[str, FieldMap], attributes: Mapping[str, str]) -> bytes:
    """Return maps of |B| as groups of one file."""
    groups = {}
    for name, field_map in maps.items():
        ny, nx = field_map.values.shape
        groups[name] = {
            "x": (("x",), field_map.x0 + field_map.spacing * np.arange(nx), {"units": "m", "axis": "X"}),
            "y": (("y",), field_map.y0 + field_map.spacing * np.arange(ny), {"units": "m", "axis": "Y"}),
            "height": ((), np.float64(field_map.height), {"units": "m", "long_name": "height above finished floor"}),
            "B": (("y", "x"), field_map.values, {"units": "T", "long_name": "magnitude of flux density"}),
        }
    return _written(groups, attributes)


def of_dataset(dataset: Any) -> bytes:
    """Return an xarray.Dataset (as `Site.field_map` gives) as netCDF bytes."""
    variables = {
        str(name): (tuple(map(str, variable.dims)), np.asarray(variable.values), dict(variable.attrs))
        for name, variable in dataset.variables.items()
    }
    return _written({"": variables}, {str(k): str(v) for k, v in dataset.attrs.items()})


def _written(groups: Mapping[str, Mapping[str, Any]], attributes: Mapping[str, str]) -> bytes:
    import h5netcdf
    import h5py

    buffer = io.BytesIO()
    # HDF5 stamps objects with the time unless told not to: the same map must give the same bytes.
    with h5py.File(buffer, "w", track_order=False) as raw, h5netcdf.File(raw, "w") as file:
        for key, value in attributes.items():
            file.attrs[key] = inert(value, 400)
        for group_name, variables in groups.items():
            group = file.create_group(group_name) if group_name else file
            sizes = {d: s for dims, values, _ in variables.values() for d, s in zip(dims, np.shape(values))}
            group.dimensions = sizes
            for name, (dims, values, attrs) in variables.items():
                values = np.asarray(values)
                if values.dtype.kind not in "fiub":
                    continue
                options = {"compression": "gzip", "compression_opts": 4, "shuffle": True} if values.ndim == 2 else {}
                made = group.create_variable(name, dims, values.dtype, data=values, track_times=False, **options)
                for key, value in attrs.items():
                    made.attrs[key] = value if isinstance(value, int | float) else inert(str(value), 400)
    return buffer.getvalue()
