"""What the field does to the site, computed once: hop 6 of the walk.

A check says what it wants to know (`Wanted`), `gather` finds it out, and checks and drawings
read the same `Evidence`: the drawn line and the judged number are one object.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from mrsite.base.quantity import Banded

Quantity = Literal["B", "gradient", "force_product"]
Kind = Literal["cut", "envelope"]


@dataclass(frozen=True, slots=True)
class WantedRegion:
    """Where a quantity reaches a level on a storey; level in T, T/m or T2/m."""

    storey: str
    level: float
    kind: Kind = "envelope"
    quantity: Quantity = "B"
    heights: tuple[float, float] | None = None  #: m above floor; None: the storey's occupied heights


@dataclass(frozen=True, slots=True)
class WantedVolume:
    """The worst of a quantity over an upright prism."""

    id: str
    storey: str
    footprint: Any = field(compare=False)  #: shapely geometry, plan metres of the storey
    heights: tuple[float, float] = (0.0, 2.1)  #: m above floor
    quantity: Quantity = "B"


@dataclass(frozen=True, slots=True)
class WantedWalk:
    """The field along a way that somebody goes at a stated speed."""

    id: str
    points: Any = field(compare=False)  #: (n, 3) float64, site metres, at the height of the body's middle
    speed_m_s: float = 1.0


@dataclass(frozen=True)
class Wanted:
    """All that the rules of a project will ask for."""

    regions: tuple[WantedRegion, ...] = ()
    volumes: tuple[WantedVolume, ...] = ()
    walks: tuple[WantedWalk, ...] = ()
    vents: tuple[str, ...] = ()
    surroundings: tuple[tuple[str, str], ...] = ()  #: (topic, id): "moving-metal", "traction", ...

    def __add__(self, other: Wanted) -> Wanted:
        seen: dict[tuple[Any, ...], WantedVolume] = {}
        for volume in (*self.volumes, *other.volumes):
            seen.setdefault((volume.id, volume.quantity), volume)
        return Wanted(
            tuple(dict.fromkeys((*self.regions, *other.regions))),
            tuple(seen.values()),
            tuple({walk.id: walk for walk in (*other.walks, *self.walks)}.values()),
            tuple(dict.fromkeys((*self.vents, *other.vents))),
            tuple(dict.fromkeys((*self.surroundings, *other.surroundings))),
        )


@dataclass(frozen=True)
class Region:
    """The part of a storey where a quantity is at or above a level.

    ``central``, ``lower`` and ``upper`` are shapely (multi)polygons in plan metres of the
    storey's own drawing, nested: lower in central in upper. Their boundaries are the lines that
    are drawn. Empty where the level does not reach this storey.
    """

    storey: str
    level: float  #: T, T/m or T2/m
    kind: Kind
    quantity: Quantity
    heights: tuple[float, float]  #: m above floor (equal for a cut)
    central: Any
    lower: Any
    upper: Any
    shares_m: Mapping[str, float]  #: what the band is made of: largest share of each cause, m
    tolerance_m: float  #: largest distance of a drawn vertex or chord from the computed line
    incomplete: str | None = None  #: why this region may be too small, in words
    #: ``central`` were the earth's field to add to each magnet's with its whole strength: shown, never judged or added
    with_earth: Any = None

    @property
    def earth_m(self) -> float | None:
        """How far the earth's field could move the line outwards at most, m; None where that is not known."""
        if self.with_earth is None or self.with_earth.is_empty or self.central.is_empty:
            return None
        import shapely

        corners = shapely.points(shapely.get_coordinates(self.with_earth))
        return float(shapely.distance(corners, self.central).max())

    @property
    def level_mT(self) -> float:
        """The level as it is printed, for a region of B."""
        return self.level * 1e3


@dataclass(frozen=True)
class VolumeResult:
    """The worst value over a prism, and where."""

    id: str
    quantity: Quantity
    worst: Banded  #: SI
    at: tuple[float, float, float]  #: plan x, y and height above floor, m
    gradient_T_per_m: float  #: |grad|B|| there, to turn a margin in T into metres
    share: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Evidence:
    """All that was computed for a project."""

    regions: tuple[Region, ...] = ()
    volumes: Mapping[tuple[str, str], VolumeResult] = field(default_factory=dict)  #: by (id, quantity)
    vents: Mapping[str, Any] = field(default_factory=dict)
    walks: Mapping[str, Any] = field(default_factory=dict)
    surroundings: Mapping[tuple[str, str], Any] = field(default_factory=dict)  #: by (topic, id)
    modelled: tuple[str, ...] = ()  #: what the numbers take into account
    not_modelled: tuple[str, ...] = ()  #: and what they leave out
    caution: str | None = None  #: why no field finding may be better than warn
    unknown: str | None = None  #: why there is no field at all (magnet not modelled)

    def region(
        self,
        storey: str,
        level: float,
        kind: Kind = "envelope",
        quantity: Quantity = "B",
        heights: tuple[float, float] | None = None,
    ) -> Region | None:
        """Return the region asked for, or None where it was not computed."""
        for region in self.regions:
            if (
                (region.storey, region.kind, region.quantity) == (storey, kind, quantity)
                and abs(region.level - level) <= 1e-9 * level
                and (heights is None or heights == region.heights)
            ):
                return region
        return None

    def volume(self, id_: str, quantity: Quantity = "B") -> VolumeResult | None:
        """Return the worst value over a volume, or None where it was not computed."""
        return self.volumes.get((id_, quantity))
