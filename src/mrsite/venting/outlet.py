"""Who and what is too close to the outlet: the vendors' distances."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from mrsite.venting import catalogue

Kind = Literal["window", "door", "intake", "extract", "walkway", "roof", "neighbour"]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A place by the outlet where air or people pass."""

    name: str
    kind: str
    at: tuple[float, float, float]  #: m, in the outlet's frame


@dataclass(frozen=True, slots=True)
class Zone:
    """One source's exclusion zone: an upright cylinder about the outlet."""

    id: str
    label: str
    side: float  #: m
    below: float
    above: float
    applies_to: tuple[str, ...]
    source: str
    rule: str
    status: str

    def margin(self, outlet: tuple[float, float, float], point: tuple[float, float, float]) -> float:
        """Distance in m of a point outside the zone; negative inside (how far it must move to leave it)."""
        side = math.hypot(point[0] - outlet[0], point[1] - outlet[1]) - self.side
        rise = point[2] - outlet[2]
        vertical = rise - self.above if rise >= 0 else -rise - self.below
        if side <= 0 and vertical <= 0:
            return max(side, vertical)
        return math.hypot(max(side, 0.0), max(vertical, 0.0))


@dataclass(frozen=True, slots=True)
class Conflict:
    """One neighbour against one zone."""

    neighbour: Neighbour
    zone: Zone
    distance: float  #: m, straight
    horizontal: float  #: m
    above_outlet: float  #: m, negative below
    margin: float  #: m, negative inside the zone


def exclusion_zones(extra_m: float | None = None, source: str = "magnet file") -> tuple[Zone, ...]:
    """Return the packaged zones, and the magnet's own where its file states a distance."""
    rows: list[Any] = list(catalogue.table("limits")["exclusion"])
    zones = [
        Zone(
            r["id"],
            r["label"],
            r["side_m"],
            r["below_m"],
            r["above_m"],
            tuple(r["applies_to"]),
            r["source"],
            r["rule"],
            r["status"],
        )
        for r in rows
    ]
    if extra_m is not None:
        kinds = tuple(rows[0]["applies_to"])
        zones.insert(
            0, Zone("magnet", f"{extra_m:g} m from the outlet", extra_m, extra_m, extra_m, kinds, source, "", "read")
        )
    return tuple(zones)


def outlet_exclusion(
    outlet: tuple[float, float, float],
    neighbours: Sequence[Neighbour],
    zones: Sequence[Zone] | None = None,
) -> tuple[Conflict, ...]:
    """Measure every neighbour against every zone that names its kind.

    Parameters
    ----------
    outlet : (x, y, z), m
    neighbours : sequence of Neighbour
        In the same frame.

    Returns
    -------
    tuple of Conflict
        All pairs, the worst first; ``margin`` below zero is inside the zone. The verdict is a check's.
    """
    found = []
    for zone in exclusion_zones() if zones is None else zones:
        for neighbour in neighbours:
            if neighbour.kind not in zone.applies_to:
                continue
            gap = [a - b for a, b in zip(neighbour.at, outlet)]
            found.append(
                Conflict(
                    neighbour,
                    zone,
                    math.dist(neighbour.at, outlet),
                    math.hypot(gap[0], gap[1]),
                    gap[2],
                    zone.margin(outlet, neighbour.at),
                )
            )
    return tuple(sorted(found, key=lambda c: c.margin))
