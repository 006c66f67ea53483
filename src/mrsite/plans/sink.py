"""Where the entities of one block, or of modelspace, are gathered, and what all of them have: handle and frame."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from mrsite.plans.drawing import TYPE_ID, Array, Fill, RawDimension, RawText
from mrsite.plans.strokes import Stroke


class Sink:
    """Where the entities of one block (or of modelspace) are gathered."""

    def __init__(self, layer_index: Callable[[str], int]) -> None:
        self.layer_index = layer_index
        self.strokes: list[Stroke] = []
        self.counts: list[int] = []
        self.layer: list[int] = []
        self.type: list[int] = []
        self.handle: list[int] = []
        self.closed: list[bool] = []
        self.texts: list[RawText] = []
        self.fills: list[Fill] = []
        self.dimensions: list[RawDimension] = []
        self.skipped: dict[str, int] = {}
        self.bad: list[tuple[str, str, str]] = []

    def add(self, strokes: list[Stroke], layer: str, kind: str, handle: int, closed: bool = False) -> None:
        """Add one entity with its strokes."""
        if not strokes:
            return
        self.strokes.extend(strokes)
        self.counts.append(len(strokes))
        self.layer.append(self.layer_index(layer))
        self.type.append(TYPE_ID[kind])
        self.handle.append(handle)
        self.closed.append(closed)

    def add_picture(self, picture: Sink, layer: str, handle: int) -> None:
        """Add the lines of a dimension's picture as lines of the dimension, and what was not read of it."""
        start = 0
        for n in picture.counts:
            self.add(picture.strokes[start : start + n], layer, "DIMENSION", handle)
            start += n
        self.bad.extend(picture.bad)
        for kind, n in picture.skipped.items():
            self.skipped[kind] = self.skipped.get(kind, 0) + n

    def skip(self, kind: str) -> None:
        """Count an entity that is not read."""
        self.skipped[kind] = self.skipped.get(kind, 0) + 1

    def arrays(self) -> tuple[Array, Any, Any, Any, Any, Any]:
        """Return strokes, owner, layer, type, handle, closed."""
        strokes = np.array(self.strokes, dtype=np.float64).reshape(-1, 5)
        owner = np.repeat(np.arange(len(self.counts), dtype=np.int64), np.array(self.counts, dtype=np.int64))
        return (
            strokes,
            owner,
            np.array(self.layer, dtype=np.int64),
            np.array(self.type, dtype=np.int64),
            np.array(self.handle, dtype=np.uint64),
            np.array(self.closed, dtype=bool),
        )


def handle_of(ns: dict[str, Any]) -> int:
    """Return the handle as an integer; 0 where R12 has none."""
    try:
        value = int(ns.get("handle") or "0", 16)
    except ValueError:
        return 0
    return value if 0 <= value < 1 << 64 else 0


def ocs_of(ns: dict[str, Any]) -> int:
    """Return 1 for the world's frame, -1 for the mirrored one (0, 0, -1), 0 for a tilted plane."""
    extrusion = ns.get("extrusion")
    if extrusion is None:
        return 1
    x, y, z = extrusion
    if abs(x) < 1e-6 and abs(y) < 1e-6:
        return 1 if z > 0 else -1
    return 0
