"""Where a thing stands: from its own frame to the plan frame and back.

Magnet frame: origin at the isocentre, +z along the bore towards the patient end, +y up.
Plan frame: the drawing's x and y in metres, z up from the site datum.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_COMPASS = (
    "right (+x)",
    "up and right",
    "up (+y)",
    "up and left",
    "left (-x)",
    "down and left",
    "down (-y)",
    "down and right",
)


@dataclass(frozen=True, slots=True)
class Pose:
    """A magnet's place and bearing in plan.

    Parameters
    ----------
    position : (x, y, z), m
        Isocentre in the plan frame.
    bearing_deg : float
        Direction of the magnet's +z in plan, anticlockwise from plan +x.
    """

    position: tuple[float, float, float]
    bearing_deg: float

    @property
    def rotation(self) -> Array:
        """(3, 3): columns are the magnet's x, y, z axes in the plan frame."""
        # Whole quarter turns are exact, so that a magnet drawn square to the walls stays square.
        quarters, rest = divmod(self.bearing_deg, 90.0)
        if rest == 0.0:
            c, s = ((1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0))[int(quarters) % 4]
        else:
            angle = np.deg2rad(self.bearing_deg)
            c, s = float(np.cos(angle)), float(np.sin(angle))
        # z_m = (c, s, 0), y_m = (0, 0, 1), x_m = y_m x z_m = (-s, c, 0)
        return np.array([[-s, 0.0, c], [c, 0.0, s], [0.0, 1.0, 0.0]])

    def to_magnet(self, points: Array) -> Array:
        """(n, 3) plan metres to (n, 3) magnet metres."""
        away: Array = np.asarray(points, dtype=np.float64) - np.asarray(self.position)
        return np.asarray(away @ self.rotation)

    def to_plan(self, points: Array) -> Array:
        """(n, 3) magnet metres to (n, 3) plan metres."""
        return np.asarray(np.asarray(points, dtype=np.float64) @ self.rotation.T + np.asarray(self.position))

    def patient_end(self) -> str:
        """Say in words where the patient end points on the drawing."""
        octant = int(np.floor((self.bearing_deg % 360.0) / 45.0 + 0.5)) % 8
        return f"{_COMPASS[octant]}, bearing {self.bearing_deg:g} deg anticlockwise from plan +x"
