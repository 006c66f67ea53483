"""True north of a site: as stated, else as a georeference says; whatever contradicts or only suggests it is told."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mrsite.base.text import inert
from mrsite.plans import north_arrows
from mrsite.site.frames import north_of
from mrsite.site.project import Scanner, Storey

#: North by two sources may differ so much: magnetic against true, or a hand's turn of the arrow, degrees.
_SAME_DEG = 1.0


def true_north(stated: float | None, storeys: Sequence[Storey]) -> tuple[float | None, list[str]]:
    """Return true north, degrees anticlockwise from site +x, and what is to be said of it.

    Parameters
    ----------
    stated : float or None
        ``[site] north_deg``.

    Returns
    -------
    north, notes
        North is None where nobody states it: a drawn arrow only suggests it.
    """
    north, notes = stated, []
    for storey in storeys:
        said = None if storey.plan is None else north_of(storey.plan, storey.to_site)
        if said is None or storey.plan is None or storey.plan.georeference is None:
            continue
        source = f"{storey.plan.georeference.source} of {inert(storey.name)}"
        if north is None:
            north = said
            notes.append(f"true north: {said:.2f} degrees from plan +x, from {source}")
        elif abs(math.remainder(said - north, 360.0)) > _SAME_DEG:
            notes.append(
                f"north_deg is {north:g}, and {source} says {said:.2f}: one of them is wrong; ask the architect"
            )
    return north, notes + _arrows(north, storeys)


def _arrows(north: float | None, storeys: Sequence[Storey]) -> list[str]:
    notes = []
    for storey in storeys:
        for arrow in north_arrows(storey.plan) if storey.plan is not None else ():
            off = None if north is None else arrow.north_deg + math.degrees(storey.to_site.angle_rad) - north
            words = f"{inert(storey.name)}, {inert(arrow.sentence(), 300)}"
            if off is None:
                notes.append(f"{words}: true north is not stated; give [site] north_deg")
            elif abs(math.remainder(off, 360.0)) > _SAME_DEG and not arrow.own:
                notes.append(f"{words}: north_deg is {north:g}; ask the architect which is right")
    return notes


def compass_notes(north: float | None, scanners: Sequence[Scanner]) -> list[str]:
    """Say where the patient ends point by the compass, where true north is known."""
    if north is None:
        return []
    ends = [
        f"the patient end of {inert(s.id)} points to {(north - s.poses[0].bearing_deg) % 360.0:.0f} degrees"
        for s in scanners
    ]
    return [f"by true north (compass, clockwise): {'; '.join(ends)}"] if ends else []
