"""What the model says at points of a survey, with its band."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mrsite.fields import flux_density_and_jacobian, gradient_of_magnitude
from mrsite.magnets import banded_values
from mrsite.site.project import Project, Scanner
from mrsite.site.total_field import placed

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Prediction:
    """|B| of the model with the background, its band (T), and the magnitude of its gradient (T/m); each (n,)."""

    value: Array
    lower: Array
    upper: Array
    slope: Array


def predict(project: Project, scanner: Scanner, points: Array, background: Array) -> Prediction:
    """Return the prediction at points.

    Parameters
    ----------
    points : (n, 3), m
        Site frame.
    background : (3,), T
        Field of everything but the magnet, site frame.
    """
    pose = scanner.poses[0]
    b, jac = flux_density_and_jacobian(placed(scanner, pose), points)
    b = b + background
    value = np.linalg.norm(b, axis=1)
    alone, lower, upper = banded_values(
        scanner.magnet,
        pose.to_magnet(points),
        site_spread=scanner.magnet.site_spread,
        extra_m=project.position_tolerance_m,
    )
    return Prediction(
        value, np.maximum(value - (alone - lower), 0.0), value + (upper - alone), gradient_of_magnitude(b, jac)
    )
