"""A digitised line of the field, as readings: every point of it says that |B| is the level there."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mrsite.base.errors import InputError
from mrsite.base.text import inert
from mrsite.plans import read_plan
from mrsite.studies.survey.readings import Readings, read_readings

Array = NDArray[np.float64]

#: Points nearer to one another than this say the same: the hand that drew the line was the same.
_SPACING_M = 0.4
#: Shorter pieces are lettering or hatching, not a line of the field.
_SHORTEST_M = 0.2


@dataclass(frozen=True)
class Contour:
    """What a digitised line is.

    Parameters
    ----------
    level_T : float
        |B| along it.
    height : float, m
        Above the storey's floor, at which it was measured or is valid.
    layer : str, optional
        Its layer, ``*`` allowed; needed where the drawing has several.
    units : str, optional
        Unit of the drawing, where it does not say.
    """

    level_T: float
    height: float = 1.0
    layer: str | None = None
    units: str | None = None


def read_contour(path: Path | str, contour: Contour) -> Readings:
    """Read a line of the field from a drawing or a table of its points.

    Parameters
    ----------
    path : path
        DXF in the frame of the storey's own drawing, or CSV with columns x, y in m.

    Raises
    ------
    InputError
        No such file or layer, several layers to choose from, nothing that is a line, as `read_plan`.
    """
    path = Path(path)
    if path.suffix.lower() != ".dxf":
        return read_readings(path, {"B": contour.level_T, "height": contour.height})
    pieces, name = _pieces(path, contour.layer, contour.units)
    at = np.concatenate([_spaced(piece) for piece in pieces])
    count = len(at)
    return Readings(
        path.name,
        at,
        np.full(count, contour.height),
        np.full(count, contour.level_T),
        np.full(count, np.nan),
        None,
        tuple(str(k) for k in range(1, count + 1)),
        (0,) * count,
        (f"{count} points, {_SPACING_M:g} m apart, of the {contour.level_T * 1e3:g} mT line on layer {inert(name)}",),
    )


def _pieces(path: Path, layer: str | None, units: str | None) -> tuple[list[Array], str]:
    lines = read_plan(path, units=units).linework
    there = sorted({line.layer for line in lines})
    chosen = [name for name in there if layer is None or fnmatchcase(name.casefold(), layer.casefold())]
    if len(chosen) != 1:
        wanted = f"no layer is called {inert(layer)!r}" if layer and not chosen else "say which layer bears the line"
        raise InputError(f"{path.name}: {wanted}; there are {inert(', '.join(there), 200)}")
    pieces = [
        np.asarray(line.points)
        for line in lines
        if line.layer == chosen[0] and np.hypot(*np.diff(line.points, axis=0).T).sum() >= _SHORTEST_M
    ]
    if not pieces:
        raise InputError(f"{path.name}: layer {inert(chosen[0])} holds no line of {_SHORTEST_M:g} m or more")
    return pieces, chosen[0]


def _spaced(points: Array) -> Array:
    """Points along a polyline at even distances; both ends of an open one."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    closed = bool(np.allclose(points[0], points[-1], atol=1e-6))
    count = max(int(along[-1] / _SPACING_M), 1) + 1
    places = np.linspace(0.0, along[-1], count)[: -1 if closed else None]
    return np.column_stack([np.interp(places, along, points[:, k]) for k in (0, 1)])
