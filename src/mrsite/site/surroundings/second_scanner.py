"""Two magnets on one site: what each does to the other, with the signs of their fields.

Fields add as vectors, so whether a common line shrinks or grows is a matter of polarity. While
one ramps or quenches, the other loses its field as seen from afar: it must not scan.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mrsite.base.pose import Pose
from mrsite.fields import flux_density_and_jacobian, magnitude
from mrsite.site.project import Scanner
from mrsite.site.total_field import placed

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Influence:
    """What one magnet does at the isocentre of another, worst over both their positions.

    Parameters
    ----------
    field_T : float
        |B| of the first at the isocentre of the second.
    along_T : float
        Its component along the second's bore, for the first's stated direction.
    shift_ppm : float
        Static shift of the second's frequency, along/B0, ppm: taken up at the ramp.
    gradient_T_per_m : float
        Largest d(B along)/dx_i there: what shims must take up once.
    shift_over_m_ppm : float
        The same over half a metre, ppm.
    """

    of: str
    on: str
    distance_m: float
    field_T: float
    along_T: float
    shift_ppm: float
    gradient_T_per_m: float
    shift_over_half_m_ppm: float


@dataclass(frozen=True)
class Pair:
    """Two scanners and what they do to one another.

    Parameters
    ----------
    distance_m : float
        Between isocentres, least over all positions.
    at : (Pose, Pose)
        The two poses that are nearest.
    signs_known : bool
        Whether the field directions of both are stated.
    same : str
        Effect of polarity half way between: ``"adds"`` or ``"cancels"`` for the stated (or first) directions.
    """

    ids: tuple[str, str]
    distance_m: float
    at: tuple[Pose, Pose]
    signs_known: bool
    same: str
    influences: tuple[Influence, Influence]


def influence(of: Scanner, on: Scanner, pose_of: Pose, pose_on: Pose) -> Influence:
    """Return what one magnet does at another's isocentre."""
    sign = 1.0 if of.field_directions[0] == "+z" else -1.0
    centre = np.asarray([pose_on.position], dtype=float)
    b, jac = flux_density_and_jacobian(placed(of, pose_of, sign), centre)
    axis = pose_on.rotation[:, 2] * (1.0 if on.field_directions[0] == "+z" else -1.0)
    along = float(b[0] @ axis)
    slope = float(np.linalg.norm(jac[0].T @ axis))
    b0 = on.magnet.B0_T or float("nan")
    distance = float(np.linalg.norm(np.subtract(pose_on.position, pose_of.position)))
    return Influence(
        of.id, on.id, distance, float(magnitude(b)[0]), along, 1e6 * along / b0, slope, 1e6 * 0.5 * slope / b0
    )


def pair(a: Scanner, b: Scanner) -> Pair:
    """Return what two scanners do to one another at their nearest positions."""
    nearest = min(itertools.product(a.poses, b.poses), key=lambda p: math.dist(p[0].position, p[1].position))
    middle = 0.5 * (np.asarray(nearest[0].position) + np.asarray(nearest[1].position))[None, :]
    fields = [
        placed(s, pose, 1.0 if s.field_directions[0] == "+z" else -1.0).flux_density(middle)[0]
        for s, pose in zip((a, b), nearest)
    ]
    influences = (influence(a, b, *nearest), influence(b, a, nearest[1], nearest[0]))
    return Pair(
        (a.id, b.id),
        influences[0].distance_m,
        nearest,
        len(a.field_directions) == 1 and len(b.field_directions) == 1,
        "adds" if float(fields[0] @ fields[1]) > 0 else "cancels",
        influences,
    )


def pairs(scanners: Sequence[Scanner]) -> tuple[Pair, ...]:
    """Return every pair of scanners."""
    return tuple(pair(a, b) for a, b in itertools.combinations(scanners, 2))
