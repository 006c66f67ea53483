"""How far a place is from where the field is at a limit, by the field's own fall."""

from __future__ import annotations


def clearance_m(
    distance_m: float, field_T: float, slope_T_per_m: float, upper_T: float, limit_T: float
) -> float | None:
    """Return how far a place is outside the line of a limit, m; negative inside it, None where the field does not fall.

    B is taken to fall with the distance r from the isocentre as r**-n, with the exponent that value and slope give at
    the place. A straight line along the slope would promise too much room inwards and too short a move outwards, since
    the field steepens inwards and flattens outwards.

    Parameters
    ----------
    distance_m : float, m
        Of the place from the nearest isocentre.
    field_T, slope_T_per_m : float
        |B| there, and how steeply it falls.
    upper_T : float
        Upper edge of its band there, which is what has to come down to the limit.
    limit_T : float
    """
    exponent = distance_m * slope_T_per_m / field_T if field_T > 0 else 0.0
    if exponent <= 0.0:
        return None
    return float(distance_m * (1.0 - (upper_T / limit_T) ** (1.0 / exponent)))
