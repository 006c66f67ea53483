"""What stands on a storey, as areas: walls with and without their openings, and what closes the openings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mrsite.plans.ifc.facts import FillingFacts, StoreyFacts, polygon

# Walls that stop this short of one another are drawn so, not open, m.
GAP_M = 0.035
# An opening that nothing fills is closed for the reading of rooms only where it is as narrow as a door, m.
DOORLESS_M = 1.35
# No wall is thicker, m: an opening may reach further across than its wall.
THICKEST_M = 0.8


@dataclass(frozen=True, eq=False)
class Solids:
    """Areas on a storey at the height of its cut, plan metres.

    Parameters
    ----------
    cut : shapely geometry
        Walls and columns as they stand, openings taken out.
    glazing : shapely geometry
        Curtain walls as they stand.
    closed : shapely geometry
        Everything with its openings filled, wide unfilled ones apart: what bounds a room.
    """

    cut: Any
    glazing: Any
    closed: Any

    def rings(self) -> Iterator[Any]:
        """Give the outlines of the walls as they stand."""
        for part in getattr(self.cut, "geoms", [self.cut]):
            if not part.is_empty:
                yield part.exterior
                yield from part.interiors


def solids_of(storey: StoreyFacts) -> Solids:
    """Put the bodies of a storey together."""
    import shapely

    def union(kinds: tuple[str, ...], which: str) -> Any:
        shapes = [polygon(o) for b in storey.bodies if b.kind in kinds for o in getattr(b, which)]
        return shapely.unary_union([s if s.is_valid else s.buffer(0) for s in shapes], grid_size=1e-6)

    # A wall without its openings fills them; only what stands in none needs a box of its own, and a hole there.
    walls = {b.guid for b in storey.bodies}
    loose = [f for f in storey.fillings if f.kind in ("door", "window") and f.host not in walls]
    boxes = [box_of(f) for f in loose]
    holes = shapely.unary_union([box_of(f, THICKEST_M) for f in loose if f.kind == "door"])
    wide = [box_of(f) for f in storey.fillings if is_wide(f, storey.elevation)]
    closed = shapely.unary_union([union(("wall", "column", "glazing"), "band"), *boxes])
    if wide:
        closed = closed.difference(shapely.unary_union(wide))
    joined = closed.buffer(GAP_M / 2, join_style="mitre").buffer(-GAP_M / 2, join_style="mitre")
    return Solids(
        union(("wall", "column"), "cut").difference(holes), union(("glazing",), "cut"), shapely.union(joined, closed)
    )


def is_wide(filling: FillingFacts, elevation: float) -> bool:
    """Whether rooms on both sides of an opening are one."""
    return filling.kind == "opening" and filling.width > DOORLESS_M and filling.low <= elevation + 0.3


def box_of(filling: FillingFacts, depth: float | None = None) -> Any:
    """Return the rectangle of an opening in plan, as deep as it is, no deeper than any wall, or of a given depth."""
    import shapely

    (x, y), (ax, ay) = filling.middle, filling.axis
    w, d = 0.5 * filling.width, 0.5 * (depth or min(filling.depth, THICKEST_M))
    corners = [(w, d), (-w, d), (-w, -d), (w, -d)]
    return shapely.Polygon([(x + u * ax - v * ay, y + u * ay + v * ax) for u, v in corners])
