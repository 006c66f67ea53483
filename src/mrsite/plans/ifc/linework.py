"""A model's cut as the polylines of a drawing, on layers named after its classes, for a background."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mrsite.plans.ifc.facts import StoreyFacts
from mrsite.plans.ifc.solids import Solids, box_of
from mrsite.plans.plan import Door, LayerDecision

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_LAYERS = (
    ("IfcWall", "wall"),
    ("IfcCurtainWall", "window"),
    ("IfcDoor", "door"),
    ("IfcWindow", "window"),
    ("IfcOpeningElement", "opening"),
    ("IfcStair", "stair"),
    ("IfcTransportElement", "lift"),
    ("IfcSpace", "label"),
)


@dataclass(frozen=True, eq=False)
class Sheet:
    """Polylines as `Plan` holds them."""

    layers: tuple[LayerDecision, ...]
    points: Array
    offsets: Ints
    of_layer: Ints

    @classmethod
    def of(
        cls,
        storeys: Sequence[tuple[StoreyFacts, Solids]],
        doors: Sequence[Door],
        window: tuple[float, float, float, float] | None,
    ) -> Sheet:
        """Draw the storeys, and the doors with their leaves."""
        lines = [(name, xy) for facts, solids in storeys for name, xy in _storey_lines(facts, solids)]
        lines += [("IfcDoor", xy) for d in doors for xy in _leaf(d)]
        if window is not None:
            lines = [(n, xy) for n, xy in lines if _touches(xy, window)]
        names = [name for name, _ in _LAYERS]
        count = {name: sum(n == name for n, _ in lines) for name in names}
        layers = tuple(LayerDecision(name, kind, 1.0, "class of the model", count[name]) for name, kind in _LAYERS)
        points = np.vstack([xy for _, xy in lines]) if lines else np.zeros((0, 2))
        offsets = np.concatenate([[0], np.cumsum([len(xy) for _, xy in lines])]).astype(np.int64)
        return cls(layers, points, offsets, np.array([names.index(n) for n, _ in lines], dtype=np.int64))


def _storey_lines(storey: StoreyFacts, solids: Solids) -> Iterator[tuple[str, Array]]:
    for ring in solids.rings():
        yield "IfcWall", np.asarray(ring.coords)
    for part in getattr(solids.glazing, "geoms", [solids.glazing]):
        if not part.is_empty:
            yield "IfcCurtainWall", np.asarray(part.exterior.coords)
    kinds = {"window": "IfcWindow", "opening": "IfcOpeningElement"}
    for f in storey.fillings:
        if f.kind in kinds:
            yield kinds[f.kind], np.asarray(box_of(f).exterior.coords)
    for t in storey.things:
        if t.extent is not None:
            x0, y0, x1, y1 = t.extent
            name = "IfcStair" if t.kind == "stair" else "IfcTransportElement"
            yield name, np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0), (x1, y1)])


def _leaf(door: Door) -> list[Array]:
    """A single leaf at 90 degrees with its swing; the line of the opening for any other door."""
    jambs = np.array(door.jambs)
    if door.hinge_at is None:
        return [jambs]
    hinge = np.array(door.hinge_at)
    axis = (jambs[1] - jambs[0]) / max(float(np.hypot(*(jambs[1] - jambs[0]))), 1e-9)
    free = -1.0 if float((hinge - np.array(door.at)) @ axis) > 0 else 1.0
    out = hinge - (np.array(door.at) - free * 0.5 * door.width_m * axis)
    length = float(np.hypot(*out))
    normal: Any = out / length if length > 1e-9 else np.array([-axis[1], axis[0]])
    angle = np.linspace(0.0, np.pi / 2, 13)
    swing = hinge + door.width_m * (np.cos(angle)[:, None] * free * axis + np.sin(angle)[:, None] * normal)
    return [np.vstack([hinge, swing[-1]]), swing]


def _touches(xy: Array, window: tuple[float, float, float, float]) -> bool:
    (x0, y0), (x1, y1) = xy.min(axis=0), xy.max(axis=0)
    return bool(x1 >= window[0] and x0 <= window[2] and y1 >= window[1] and y0 <= window[3])
