"""What a plan shows of a quench: the pipe where it passes this storey, and the exclusion zone of its outlet."""

from __future__ import annotations

import math
from typing import Any

from mrsite.base.text import inert
from mrsite.outputs.label import Label, around
from mrsite.outputs.mark import Circle, Mark, Polyline
from mrsite.outputs.site_marks import pipe_marks
from mrsite.venting.outlet import exclusion_zones


def marks(vents: Any, storey: Any, letter: float) -> list[Mark | Label]:
    """Return the marks of all computed quenches on one storey.

    Pipes given by points are drawn by :func:`mrsite.outputs.site_marks.pipe_marks` already; those read from a layer
    are drawn here.
    """
    made: list[Mark | Label] = []
    for vent in vents:
        if vent.route is None or vent.outlet is None:
            continue
        if vent.entry.points is None:
            points = [(*storey.to_site.back((x, y)), z) for x, y, z in vent.points.tolist()]
            made += pipe_marks([(vent.scanner, points)], letter)
        made += _here(vent, storey)
        made += _zone(vent, storey, letter)
    return made


def _here(vent: Any, storey: Any) -> list[Mark]:
    """The rooms that the pipe crosses on this storey: its line inside them, drawn once more."""
    found: list[Mark] = []
    for crossing in vent.crossings:
        if crossing.storey != storey.name:
            continue
        note = (
            f"quench pipe of {inert(vent.scanner, 40)} through {inert(crossing.space.label, 60)}, "
            f"{crossing.length:.2f} m"
        )
        for part in getattr(crossing.line, "geoms", [crossing.line]):
            ring = part.exterior.coords if part.geom_type == "Polygon" else part.coords
            closed = part.geom_type == "Polygon"
            found.append(Polyline("QUENCH", tuple((float(x), float(y), 0.0) for x, y, *_ in ring), closed, note))
    return found


def _zone(vent: Any, storey: Any, letter: float) -> list[Mark | Label]:
    x, y, z = vent.outlet.at
    zones = exclusion_zones(vent.helium.exclusion, "magnet file")
    zone = zones[0] if vent.helium.exclusion is not None else max(zones, key=lambda q: q.side)
    top = storey.elevation + (storey.height if storey.height is not None else 3.0)
    if z + zone.above < storey.elevation or z - zone.below > top:
        return []
    at = storey.to_site.back((x, y))
    note = f"quench outlet of {inert(vent.scanner, 40)}: {inert(zone.label, 160)}"
    made = [Circle("QUENCH", at, zone.side, note)]
    rows = [
        f"quench outlet of {inert(vent.scanner, 30)}, level {z:.2f} m",
        f"nobody within {zone.side:g} m, {zone.above:g} m above, {zone.below:g} m below",
    ]
    cloud = next((e for e in vent.envelopes if e.name.startswith("18 %")), None)
    if cloud is not None:
        rows.append(f"computed cloud below 18 % O2 reaches {math.ceil(cloud.reach)} m (wind to 5 m/s)")
    # Beside the circle, not in it.
    reach = 0.71 * zone.side
    box = (at[0] - reach, at[1] - reach, at[0] + reach, at[1] + reach)
    forms = (around(box, rows, 0.7 * letter), around(box, rows[:1], 0.7 * letter, penalty=40.0))
    return [*made, Label("QUENCH", at, 0.7 * letter, forms, 5, note)]
