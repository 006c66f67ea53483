"""A small department drawn by hand and a field known in closed form, to try every check on.

The field is a spheroid: |B| = 0.5 mT · s^-n with s² = (z/a)² + (ρ/r)², so that every line is an
ellipse with known axes and every margin can be computed on paper. It stands in for the magnet;
the checks are the real ones.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from shapely import affinity

from mrsite.base.pose import Pose
from mrsite.base.quantity import Banded
from mrsite.guidance import find_class, load_equipment, load_packs
from mrsite.magnets.model import MagnetModel
from mrsite.plans.plan import Opening, Plan, UnitDecision
from mrsite.site.evidence import Evidence, Region, VolumeResult, Wanted, WantedRegion, WantedVolume
from mrsite.site.project import Door, Equipment, Project, Scanner, Space, Storey, Window
from mrsite.site.surroundings import results
from mrsite.site.total_field import total_field
from mrsite.site.vent import vent_site

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Spheroid:
    """A fringe field known in closed form; reach of 0.5 mT along and across the axis, m."""

    axial: float = 4.0
    radial: float = 2.5
    exponent: float = 6.0
    band: float = 0.0  #: share of every reach by which the outer edge lies farther

    def scale(self, level_T: float) -> float:
        """Return how far a level reaches, in units of the 0.5 mT reach."""
        return float((0.5e-3 / level_T) ** (1.0 / self.exponent))

    def evidence(self, project: Project, wanted: Wanted, **more: Any) -> Evidence:
        """Answer what the checks want to know."""
        return Evidence(
            regions=tuple(self._region(project, w) for w in wanted.regions),
            volumes={(w.id, w.quantity): self._volume(project, w) for w in wanted.volumes},
            walks=results.walks(project, total_field(project), wanted),
            surroundings=results.surroundings(project, total_field(project), wanted),
            vents={v.scanner: v for v in vent_site(project)} if wanted.vents else {},
            modelled=("a spheroid",),
            **more,
        )

    def _region(self, project: Project, want: WantedRegion) -> Region:
        storey = project.storey(want.storey)
        heights = want.heights or storey.occupied
        shapes = [
            shapely.union_all(
                [
                    self._ellipse(storey, s, want.level, heights, 1 + b)
                    for s in project.scanners
                    if s.status != "removed"
                ]
            )
            for b in (0.0, -self.band, self.band)
        ]
        return Region(want.storey, want.level, want.kind, want.quantity, heights, *shapes, {}, 0.001)

    def _ellipse(
        self, storey: Storey, scanner: Scanner, level: float, heights: tuple[float, float], grow: float
    ) -> Any:
        pose = storey.to_site.pose_back(scanner.poses[0])
        low, high = (storey.elevation + h for h in heights)
        drop = max(low - pose.position[2], pose.position[2] - high, 0.0)
        radial, axial = (r * self.scale(level) * grow for r in (self.radial, self.axial))
        if drop >= radial:
            return shapely.Polygon()
        shrink = math.sqrt(1 - (drop / radial) ** 2)
        disc = affinity.scale(shapely.Point(0, 0).buffer(1.0, quad_segs=180), axial * shrink, radial * shrink)
        return affinity.translate(affinity.rotate(disc, pose.bearing_deg, origin=(0, 0)), *pose.position[:2])

    def _volume(self, project: Project, want: WantedVolume) -> VolumeResult:
        storey = project.storey(want.storey)
        best = (-1.0, 0.0, (0.0, 0.0, 0.0))
        for scanner in project.scanners:
            pose = storey.to_site.pose_back(scanner.poses[0])
            x0, y0, z0 = pose.position
            low, high = (storey.elevation + h for h in want.heights)
            z = min(max(z0, low), high)
            here = affinity.rotate(affinity.translate(want.footprint, -x0, -y0), -pose.bearing_deg, origin=(0, 0))
            scaled = affinity.scale(here, 1 / self.axial, 1 / self.radial, origin=(0, 0))
            nearest = shapely.shortest_line(scaled, shapely.Point(0, 0)).coords[0]
            s = max(math.hypot(*nearest, (z - z0) / self.radial), 0.05)
            B = 0.5e-3 * s**-self.exponent
            slope = (
                self.exponent
                * B
                / s
                * math.hypot(
                    nearest[0] / s / self.axial, math.hypot(nearest[1], (z - z0) / self.radial) / s / self.radial
                )
            )
            plan = affinity.translate(
                affinity.rotate(
                    shapely.Point(nearest[0] * self.axial, nearest[1] * self.radial), pose.bearing_deg, origin=(0, 0)
                ),
                x0,
                y0,
            )
            best = max(best, (B, slope, (plan.x, plan.y, z - storey.elevation)))
        B, slope, at = best
        value = {"B": B, "gradient": slope, "force_product": B * slope}[want.quantity]
        grow = (1 + self.band) ** self.exponent
        return VolumeResult(want.id, want.quantity, Banded(value, value / grow, value * grow, ""), at, slope)


def magnet(grade: str = "read", **more: Any) -> MagnetModel:
    """Return a magnet without windings: the field comes from the spheroid."""
    facts: dict[str, Any] = {
        "B0_T": 1.5,
        "bore_diameter_m": 0.7,
        "magnet_length_m": 1.7,
        "cryostat_diameter_m": 2.0,
        **more,
    }
    return MagnetModel("spheroid", "Nobody", "Spheroid 1.5", grade=grade, sha256="0" * 64, **facts)  # type: ignore[arg-type]


def plan(
    rooms: Iterable[Any],
    openings: Iterable[tuple[tuple[float, float], tuple[float, float]]] = (),
    wall: float = 0.3,
    incomplete: tuple[str, ...] = (),
) -> Plan:
    """Return a drawing whose walls are the faces of the rooms and one outer face around them."""
    polygons = list(rooms)
    outer = shapely.union_all(polygons).buffer(0.4, join_style="mitre").buffer(-0.4 + wall, join_style="mitre")
    segments = []
    for polygon in (*polygons, *shapely.get_parts(outer)):
        for ring in (polygon.exterior, *polygon.interiors):
            corners = np.array(ring.coords)
            segments += [[a, b] for a, b in itertools.pairwise(corners)]
    decision = UnitDecision("m", "given", (), ())
    return Plan(
        path="small.dxf",
        sha256="1" * 64,
        dxf_version="R2018",
        encoding="utf-8",
        declared_insunits=6,
        unit="m",
        unit_m=1.0,
        unit_decision=decision,
        layers=(),
        texts=(),
        wall_segments=np.array(segments).reshape(-1, 2, 2),
        rooms=(),
        doors=(),
        windows=(),
        openings=tuple(
            Opening(((a[0] + b[0]) / 2, (a[1] + b[1]) / 2), math.dist(a, b), (a, b), ("", ""), "confirmed", "drawn")
            for a, b in openings
        ),
        stairs=(),
        lifts=(),
        views=(),
        extent=tuple(outer.bounds),
        dimensions=(),
        line_points=np.zeros((0, 2)),  # type: ignore[arg-type]
        line_offsets=np.zeros(1, dtype=np.int64),
        line_layers=np.zeros(0, dtype=np.int64),
        incomplete=incomplete,
    )


#: The department: wall faces in m, and what its brief states. Walls are 0.3 m thick.
ROOMS: dict[str, tuple[Box, dict[str, Any]]] = {
    "SCAN": (
        (0.0, 0.0, 7.0, 6.0),
        {
            "zone": "IV",
            "occupancy": "restricted",
            "use": "scan",
            "rf_cage": True,
            "ceiling": 3.0,
            "oxygen_monitor": True,
            "exhaust_m3_h": 2400.0,
            "air_changes": 8.0,
            "switches": ("quench", "exhaust fan"),
            "workstation": False,
        },
    ),
    "CONTROL": (
        (7.3, 0.0, 10.3, 6.0),
        {
            "zone": "III",
            "occupancy": "restricted",
            "use": "control",
            "switches": ("exhaust fan",),
            "workstation": False,
        },
    ),
    "LOBBY": ((7.3, 6.3, 10.3, 9.0), {"zone": "III", "occupancy": "restricted", "workstation": False}),
    "SCREENING": ((0.0, 6.3, 7.0, 9.0), {"zone": "II", "occupancy": "staff", "workstation": False}),
    "CORRIDOR": ((0.0, 9.3, 14.3, 11.8), {"zone": "I", "occupancy": "public", "use": "corridor", "workstation": False}),
    "BAY": (
        (10.6, 6.3, 14.3, 9.0),
        {"zone": "III", "occupancy": "restricted", "use": "resuscitation", "workstation": False},
    ),
}
#: Doors: ends of the opening on the wall's centre line, the two rooms (that of the swing first).
DOORS: dict[str, tuple[tuple[tuple[float, float], tuple[float, float]], tuple[str, str], dict[str, Any]]] = {
    "D1": (((7.15, 3.8), (7.15, 5.2)), ("CONTROL", "SCAN"), {"opens": "outward", "self_closing": True}),
    "D2": (((8.2, 6.15), (9.4, 6.15)), ("LOBBY", "CONTROL"), {}),
    "D3": (((7.15, 7.0), (7.15, 8.2)), ("LOBBY", "SCREENING"), {"detector": True}),
    "D4": (((2.4, 9.15), (3.6, 9.15)), ("SCREENING", "CORRIDOR"), {}),
    "D5": (((10.45, 7.0), (10.45, 8.2)), ("BAY", "LOBBY"), {}),
    "D6": (((14.45, 10.0), (14.45, 11.2)), ("outside", "CORRIDOR"), {}),
}
ISOCENTRE = (4.2, 3.0)
OPERATOR = {"at": (8.8, 2.5), "watches": ("bore",)}


def department(
    packs: tuple[str, ...] = ("uk",),
    isocentre: tuple[float, float] = ISOCENTRE,
    bearing: float = 0.0,
    rooms: Mapping[str, Any] | None = None,
    doors: Mapping[str, Any] | None = None,
    openings: Any = (),
    equipment: tuple[Equipment, ...] = (),
    incomplete: tuple[str, ...] = (),
    grade: str = "read",
    boxes: Mapping[str, tuple[Box, dict[str, Any]]] | None = None,
    **more: Any,
) -> Project:
    """Return the department with some facts changed.

    Parameters
    ----------
    rooms, doors : mapping
        Name -> facts to change, or None to take the thing away.
    boxes : mapping
        Rooms to draw beside those of the department.
    """
    rooms, doors = rooms or {}, doors or {}
    drawn = {**ROOMS, **(boxes or {})}
    spaces = []
    for name, (box, facts) in drawn.items():
        if name in rooms and rooms[name] is None:
            continue
        spaces.append(
            Space(
                **{
                    "id": f"Ground/{name}",
                    "name": name,
                    "number": None,
                    "storey": "Ground",
                    "polygon": shapely.box(*box),
                    "from_plan": True,
                    "status": "confirmed",
                    "stated": True,
                    **facts,
                    **rooms.get(name, {}),
                }
            )
        )
    joined = []
    for number, (jambs, ends, facts) in DOORS.items():
        if number in doors and doors[number] is None:
            continue
        values: dict[str, Any] = {
            "lock": True,
            "free_egress": True,
            "signs": ("outside", "inside"),
            "self_closing": True,
            "detector": False,
            **facts,
            **doors.get(number, {}),
        }
        ids = tuple("outside" if e == "outside" else f"Ground/{e}" for e in ends)
        middle = ((jambs[0][0] + jambs[1][0]) / 2, (jambs[0][1] + jambs[1][1]) / 2)
        joined.append(
            Door(
                **{
                    "id": f"Ground/{number}",
                    "number": number,
                    "storey": "Ground",
                    "at": middle,
                    "jambs": jambs,
                    "spaces": ids,
                    "clear_width_m": math.dist(*jambs),
                    "leaves": 1,
                    "opens_into": ids[0],
                    "status": "confirmed",
                    "wall_m": 0.3,
                    **values,
                }
            )
        )
    ground = Storey(
        name="Ground",
        elevation=0.0,
        height=4.2,
        ceiling=3.0,
        slab_m=0.3,
        occupied=(0.0, 2.1),
        occupancy=None,
        drawing=None,
        revision=None,
        registered="reference drawing",
        plan=plan(
            [shapely.box(*b) for n, (b, f) in drawn.items() if rooms.get(n, 1) is not None and not f.get("is_area")],
            openings,
            incomplete=incomplete,
        ),
    )
    scanner = Scanner(
        "MR1",
        more.pop("model", None) or magnet(grade),
        "Ground",
        (Pose((*isocentre, 1.05), bearing),),
        1.05,
        ("+z",),
        "proposed",
    )
    facts = {
        "storeys": (ground,),
        "scanners": (scanner,),
        "windows": (Window("Ground", ((7.15, 1.5), (7.15, 3.5)), 0.9, 2.1, "observation"),),
        "operators": (operator(),),
    }
    return Project(
        name="small",
        path="small.toml",
        inputs={},
        north_deg=None,
        ground_level=None,
        position_tolerance_m=0.0,
        packs=load_packs(packs),
        equipment_table=load_equipment(),
        **{**facts, "spaces": tuple(spaces), "doors": tuple(joined), "equipment": equipment, **more},
    )


def operator(**facts: Any) -> Any:
    """Return an operator at the usual place, some facts changed."""
    from mrsite.site.schema import OperatorEntry

    return OperatorEntry(**{**OPERATOR, **facts})


def item(id_: str, class_: str | None, box: Box, **facts: Any) -> Equipment:
    """Return an item of equipment that stands in a box."""
    kind = find_class(load_equipment(), class_) if class_ else None
    values: dict[str, Any] = {
        "heights": kind.heights if kind else (0.0, 2.1),
        "heights_from": "class",
        "max_field_mT": None,
        "label": None,
        "label_max_field_mT": None,
        "label_max_gradient_T_per_m": None,
        "tether_m": None,
        "source": None,
        **facts,
    }
    return Equipment(id=id_, storey="Ground", footprint=shapely.box(*box), class_=kind, **values)


def with_storey(project: Project, storey: Storey, spaces: tuple[Space, ...] = ()) -> Project:
    """Return a project with one storey and its spaces more."""
    return replace(project, storeys=(*project.storeys, storey), spaces=(*project.spaces, *spaces))


def upper_storey(name: str = "First", elevation: float = 4.2, **facts: Any) -> Storey:
    """Return a storey without a drawing."""
    values: dict[str, Any] = {
        "height": 4.2,
        "ceiling": 3.0,
        "slab_m": 0.3,
        "plan": None,
        "drawing": None,
        "revision": None,
        "occupied": (0.0, 2.1),
        "occupancy": None,
        "registered": "no drawing: stated in site coordinates",
        **facts,
    }
    return Storey(name=name, elevation=elevation, **values)
