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
from mrsite.base.quantity import Banded
from mrsite.fields import flux_density_and_jacobian, gradient_of_magnitude, magnitude
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
    shift_over_half_m_ppm : float
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
    common: Common | None = None


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


@dataclass(frozen=True)
class Common:
    """How near the lines of two magnets come to meeting.

    Parameters
    ----------
    field_T : Banded
        Largest min(|B_a|, |B_b|) anywhere: the lines of a level meet where it exceeds the level.
    at : (3,), m
        Where, site frame.
    slope_T_per_m : float
        Sum of both gradients there: turns a margin into a change of distance.
    """

    field_T: Banded
    at: tuple[float, float, float]
    slope_T_per_m: float


def common_field(a: Scanner, b: Scanner, extra_m: float, level_T: float, poses: tuple[Pose, Pose]) -> Common | None:
    """Return where both magnets are strongest at once, or None where they are too far apart to matter.

    Parameters
    ----------
    extra_m : float
        Position tolerance of each.
    level_T : float
        Level of interest; where neither reaches a tenth of it between the two, None.

    Notes
    -----
    min(|B_a|, |B_b|) is sampled on a grid over the box about both isocentres and refined by
    shrinking stars about the best places, each magnet alone.
    """
    from mrsite.magnets import banded_values

    p, q = (np.asarray(pose.position, dtype=float) for pose in poses)
    distance = float(np.linalg.norm(q - p))
    middle = 0.5 * (p + q)
    sources = [placed(s, pose) for s, pose in zip((a, b), poses)]

    def least(points: Array) -> Array:
        return np.fmin(*(np.nan_to_num(magnitude(s.flux_density(points)), nan=np.inf) for s in sources))

    # the best place lies nearer to both than they are to one another, about half way between
    half = min(0.5 * distance, 6.0)
    axis = np.linspace(-half, half, 17)
    grid = middle + np.stack(np.meshgrid(axis, axis, axis), axis=-1).reshape(-1, 3)
    values = least(grid)
    if values.max() < 0.1 * level_T:
        return None
    best, best_value = grid[0], -1.0
    star = np.array([s for s in itertools.product((-1.0, 0.0, 1.0), repeat=3) if any(s)])
    for start in grid[np.argsort(values)[::-1][:6]]:
        here, value, step = start, float(least(start[None])[0]), 2 * half / 16
        while step > 1e-4:
            around = here + step * star
            found = least(around)
            k = int(np.argmax(found))
            if found[k] > value:
                here, value = around[k], float(found[k])
            else:
                step *= 0.5
        if value > best_value:
            best, best_value = here, value
    bands, slope = [], 0.0
    for scanner, pose, source in zip((a, b), poses, sources):
        at_best, lower, upper = banded_values(
            scanner.magnet, pose.to_magnet(best[None]), site_spread=scanner.magnet.site_spread, extra_m=extra_m
        )
        bands.append((float(at_best[0]), float(lower[0]), float(upper[0])))
        slope += float(gradient_of_magnitude(*flux_density_and_jacobian(source, best[None]))[0])
    lower_T, upper_T = min(b[1] for b in bands), min(b[2] for b in bands)
    field = Banded(best_value, min(lower_T, best_value), max(upper_T, best_value), "T")
    return Common(field, (float(best[0]), float(best[1]), float(best[2])), slope)
