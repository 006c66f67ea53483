"""How far a line reaches for a short while: in a quench, under a fault, during a ramp.

Vendors print two lengths, along and across. An ellipse through them is drawn; a field may fill
its corners (a dipole's line does, by 5 %), so what only the box about it reaches is said to be possible.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from mrsite.base.pose import Pose
from mrsite.site.surroundings.tables import Envelope


@dataclass(frozen=True)
class Reached:
    """A transient envelope on one storey, in the plan metres of its drawing.

    ``ellipse`` and ``box`` are shapely polygons, empty where the storey is not reached.
    """

    scanner: str
    storey: str
    envelope: Envelope
    ellipse: Any
    box: Any


def on_storey(
    envelope: Envelope, pose: Pose, low: float, high: float, scanner: str, storey: str, corners: int = 180
) -> Reached:
    """Return the union of an envelope over heights ``low`` to ``high``, m, in the frame of the pose.

    Notes
    -----
    At a height h off the axis the ellipse shrinks by sqrt(1 - h^2/R^2), and the widest is nearest the axis.
    """
    from shapely import MultiPolygon, Polygon, affinity

    off = max(low - pose.position[2], pose.position[2] - high, 0.0)
    if off >= envelope.radial_m:
        return Reached(scanner, storey, envelope, MultiPolygon(), MultiPolygon())
    shrink = math.sqrt(1.0 - (off / envelope.radial_m) ** 2)
    angle = np.linspace(0.0, 2 * np.pi, corners, endpoint=False)
    # corners outside the curve, so that the polygon holds it
    outward = shrink / math.cos(math.pi / corners)
    ring = np.column_stack([envelope.axial_m * np.cos(angle), envelope.radial_m * np.sin(angle)]) * outward
    a, r = envelope.axial_m, envelope.radial_m
    box = Polygon([(-a, -r), (a, -r), (a, r), (-a, r)])
    x, y, _ = pose.position
    placed = [
        affinity.translate(affinity.rotate(shape, pose.bearing_deg, origin=(0, 0)), x, y)
        for shape in (Polygon(ring), box)
    ]
    return Reached(scanner, storey, envelope, placed[0], placed[1])
