"""A part of a scene: its mesh, its colour, its place in the building; and the scene that they make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mrsite.base.text import inert
from mrsite.outputs.solids import Array, Mesh

Colour = tuple[float, float, float, float]
#: Of isosurfaces, in the order of their levels (Okabe and Ito, 2008).
LEVEL_COLOURS: tuple[tuple[float, float, float], ...] = ((0.00, 0.17, 0.45), (0.90, 0.35, 0.00), (0.60, 0.20, 0.40))


@dataclass(frozen=True, eq=False)
class Part:
    """One thing in a scene.

    Parameters
    ----------
    name : str
        Unique in the scene, e.g. ``"Ground / walls"``.
    kind : str
        ``wall``, ``slab``, ``window``, ``magnet``, ``patient-end``, ``isosurface``, ``people``, ``operator``,
        ``quench``, ``plume``, ``equipment`` or ``finding``.
    vertices : (n, 3) float64, m
        Site frame.
    triangles : (m, 3) int32
        Anticlockwise from outside.
    colour : (r, g, b, a)
        Linear, 0 to 1.
    smooth : bool
        Whether neighbouring triangles share one curved surface.
    extras : mapping
        What the thing stands for: level, edge of the band, status, message; words and numbers only.
    """

    name: str
    kind: str
    vertices: Array
    triangles: Any
    colour: Colour
    storey: str | None = None
    smooth: bool = False
    extras: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Scene:
    """All parts of a site.

    Parameters
    ----------
    name : str
    origin : (3,) float64, m
        A point of the site near everything: subtract it before anything is made float32.
    parts : tuple of Part
    notes : tuple of str
        What could not be shown, and what was assumed to show the rest.
    """

    name: str
    origin: Array
    parts: tuple[Part, ...]
    notes: tuple[str, ...] = ()

    def of_kind(self, kind: str) -> tuple[Part, ...]:
        """Return the parts of one kind."""
        return tuple(p for p in self.parts if p.kind == kind)

    @property
    def bounds(self) -> tuple[Array, Array]:
        """Lowest and highest corner, m, site frame."""
        points = np.concatenate([p.vertices for p in self.parts]) if self.parts else np.zeros((1, 3))
        return points.min(axis=0), points.max(axis=0)

    def __repr__(self) -> str:
        kinds = sorted({p.kind for p in self.parts})
        triangles = sum(len(p.triangles) for p in self.parts)
        return f"<Scene of {self.name!r}: {len(self.parts)} parts ({', '.join(kinds)}), {triangles} triangles>"


def part_of(name: str, kind: str, mesh: Mesh, colour: Colour, **more: Any) -> Part:
    """Return a part from a mesh; what else is given goes to it as it is."""
    return Part(inert(name), kind, np.ascontiguousarray(mesh[0], dtype=np.float64), mesh[1], colour, **more)
