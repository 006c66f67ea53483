"""A scene in pyvista: in a notebook, in a window, or as a picture without a display (EGL).

pyvista is the extra ``3d``; nothing here is needed by any other output.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mrsite.base.errors import InputError
from mrsite.outputs.scene import Part, Scene

#: Where the camera stands about what it looks at: (azimuth from plan +x, elevation), degrees.
VIEWS = {"south-east": (-50.0, 32.0), "north-west": (130.0, 32.0), "above": (-90.0, 89.0), "front": (-90.0, 8.0)}


def plotter(
    scene: Scene,
    *,
    view: str | tuple[float, float] = "south-east",
    storeys: Sequence[str] | None = None,
    walls_to: float | None = None,
    off_screen: bool | None = None,
    size: tuple[int, int] = (1400, 900),
) -> Any:
    """Return a pyvista plotter with the scene in it.

    Parameters
    ----------
    view : name or (azimuth_deg, elevation_deg)
        ``south-east``, ``north-west``, ``above``, ``front``: as if plan +y were north.
    storeys : sequence of str, optional
        Storeys whose building is shown whole; the walls of others are left out. All by default.
    walls_to : float, m, optional
        Cut walls and windows at this height above their floor, to look in. Whole by default.
    off_screen : bool, optional
        No window: for ``plotter.screenshot(path)``. pyvista's own choice by default.
    size : (width, height), pixels

    Raises
    ------
    InputError
        pyvista is not installed, or the view or a storey is not known.
    """
    try:
        import pyvista
    except ImportError as error:
        raise InputError("3-D views need pyvista: install it by `pip install 'mrsite[3d]'`") from error
    azimuth, elevation = _angles(view)
    known = sorted({p.storey for p in scene.parts if p.storey is not None})
    for name in storeys or ():
        if name not in known:
            raise InputError(f"storeys: {name!r} is not in the scene; it shows {', '.join(known) or 'none'}")
    plot = pyvista.Plotter(off_screen=off_screen, window_size=list(size))
    plot.set_background("white")
    shown = [p for p in scene.parts if storeys is None or p.storey is None or p.storey in storeys]
    for part in shown:
        faces = np.column_stack([np.full(len(part.triangles), 3), part.triangles]).ravel()
        mesh = pyvista.PolyData(_cut(part, walls_to) - scene.origin, faces)
        r, g, b, a = part.colour
        colour = tuple(round(c ** (1.0 / 2.2), 4) for c in (r, g, b))  # linear to what screens expect
        plot.add_mesh(
            mesh,
            name=part.name,
            color=colour,
            opacity=a,
            smooth_shading=part.smooth,
            split_sharp_edges=False,
            ambient=0.32,
            diffuse=0.75,
            show_edges=False,
            lighting=part.kind not in ("finding", "patient-end"),
        )
    framed = [p for p in shown if p.kind not in ("plume", "finding")] or shown
    points = np.concatenate([p.vertices for p in framed]) if framed else np.zeros((1, 3))
    low, high = points.min(axis=0) - scene.origin, points.max(axis=0) - scene.origin
    centre, span = 0.5 * (low + high), max(float(np.linalg.norm(high - low)), 1.0)
    az, el = np.radians(azimuth), np.radians(elevation)
    direction = np.array([np.cos(el) * np.cos(az), np.cos(el) * np.sin(az), np.sin(el)])
    up = (0.0, 0.0, 1.0) if abs(elevation) < 85.0 else (0.0, 1.0, 0.0)
    plot.camera_position = [tuple(centre + 1.5 * span * direction), tuple(centre), up]
    plot.reset_camera_clipping_range()
    plot.add_axes(xlabel="x", ylabel="y", zlabel="up")
    return plot


def _cut(part: Part, walls_to: float | None) -> Any:
    """Vertices of a part; those of walls no higher than asked for: a prism stays one."""
    if walls_to is None or part.kind not in ("wall", "window"):
        return part.vertices
    floor = float(part.extras.get("floor_m", part.vertices[:, 2].min()))
    out = part.vertices.copy()
    out[:, 2] = np.minimum(out[:, 2], floor + walls_to)
    return out


def picture(scene: Scene, **options: Any) -> Any:
    """Return a picture of the scene, (height, width, 3) uint8, drawn without a display; options as for `plotter`."""
    plot = plotter(scene, off_screen=True, **options)
    image = plot.screenshot(return_img=True)
    plot.close()
    return np.asarray(image)


def _angles(view: str | tuple[float, float]) -> tuple[float, float]:
    if isinstance(view, str):
        if view not in VIEWS:
            raise InputError(
                f"view {view!r} is not known: give one of {', '.join(VIEWS)}, or (azimuth, elevation) in degrees"
            )
        return VIEWS[view]
    return float(view[0]), float(view[1])
