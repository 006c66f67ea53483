"""For each check three small sites: one passes, one fails by a margin computed by hand, one lacks the data.

``python -m benchmarks.checks`` prints the table and the time that the checks take; the tests hold
every row. The field is a spheroid (see ``check_sites``), so the numbers in ``why`` are paper work.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import shapely

from benchmarks import check_sites as small
from benchmarks.check_sites import Spheroid, department, item
from mrsite.checks.finding import Finding, Outcome
from mrsite.checks.run import run_checks, wanted
from mrsite.site.project import Project, Space
from mrsite.site.schema import (
    AbsentEntry,
    AmbientEntry,
    AttestationEntry,
    CableEntry,
    MovingMetalEntry,
    PathwayEntry,
    StaticSteelEntry,
    TractionTable,
)

#: The field of most sites.
PLAIN = Spheroid()


@dataclass(frozen=True)
class Case:
    """A small site and what must come out."""

    check: str
    status: str
    subject: str
    build: Callable[[], Project]
    why: str
    margin_m: float | None = None  #: hand-computed, m
    margin: float | None = None  #: hand-computed, in the limit's unit
    rule: str = ""
    field: Spheroid = PLAIN

    def outcome(self) -> Outcome:
        """Run the checks on the site."""
        project = self.build()
        return run_checks(project, self.field.evidence(project, wanted(project)))

    def findings(self) -> list[Finding]:
        """Return the findings on the subject of this case."""
        return [
            f
            for f in self.outcome().findings
            if f.check == self.check and f.subject == self.subject and self.rule in ("", f.rule, *f.also)
        ]


def _beside(name: str, box: small.Box, **facts: Any) -> dict[str, Any]:
    return {name: (box, {"zone": "I", "occupancy": "public", "workstation": False, **facts})}


def _area(**facts: Any) -> Space:
    return Space(
        **{
            "id": "Ground/soil",
            "name": "soil",
            "number": None,
            "storey": "Ground",
            "polygon": shapely.box(-9, -9, 20, 20),
            "from_plan": False,
            "status": "stated",
            "is_area": True,
            "level": -2.4,
            "occupancy": "none",
            "stated": True,
            **facts,
        }
    )


def _soil(project: Project) -> Project:
    return replace(project, spaces=(*project.spaces, _area()))


def _attest(rule: str = "UK-FLD-03", **facts: Any) -> Project:
    from mrsite.checks.attested import cover_hash
    from mrsite.site.schema import IssueTable

    base = department(issue=IssueTable(date="2026-03-01"))
    values = {
        "rule": rule,
        "answer": True,
        "who": "MR responsible person",
        "date": "2026-01-10",
        "covers": cover_hash(base),
        "expires": "2027-01-10",
        **facts,
    }
    return replace(base, attestations=(AttestationEntry(**values),))


_TEAM = PathwayEntry(kind="crash-team", **{"from": "CORRIDOR", "to": "BAY"})
_TO_BAY = {"spaces": ("Ground/BAY", "Ground/CORRIDOR"), "jambs": ((12.0, 9.15), (13.2, 9.15)), "at": (12.6, 9.15)}


def _metal(**facts: Any) -> dict[str, Any]:
    return {"moving_metal": (MovingMetalEntry(**{"id": "M1", "kind": "car", **facts}),)}


def _two(apart: float, **more: Any) -> Project:
    """Return the department with two magnets that have windings, side by side."""
    from mrsite.base.pose import Pose
    from mrsite.fields import Coil

    model = replace(small.magnet(), coils=(Coil(0.5, 0.6, -0.5, 0.5, 2e6),))
    base = department(model=model, **more)
    other = replace(base.scanners[0], id="MR2", poses=(Pose((4.2, 3.0 + apart, 1.05), 0.0),))
    return replace(base, scanners=(*base.scanners, other))


def _surroundings() -> Iterator[Case]:
    """Yield what the building does to the magnet. The isocentre is at (4.2, 3.0), 1.05 m up; its axis along x."""
    d = department
    # A car's middle is 0.85 m up, 0.2 m below the axis: the ellipse of 4.72 by 6.40 m about the axis.
    yield Case(
        "moving_metal",
        "fail",
        "M1",
        lambda: d(**_metal(path=((4.2, 7.5), (4.2, 7.5001)), heights=(0.0, 2.1))),
        "4.5 m across the axis against 4.72 m",
        margin_m=-0.22,
        rule="VEN-GE-05",
    )
    yield Case(
        "moving_metal",
        "pass",
        "M1",
        lambda: d(**_metal(path=((-8.0, 13.0), (20.0, 13.0)), heights=(0.0, 2.1), mass_kg=1500.0)),
        "10.0 m across the axis: 5.28 m beyond 4.72 m",
        margin_m=5.28,
        rule="VEN-GE-05",
    )
    yield Case(
        "moving_metal",
        "pass",
        "M1",
        lambda: d(**_metal(kind="bus", path=((16.2, 3.0),), heights=(0.0, 2.1))),
        "12.0 m along the axis: 4.53 m beyond 7.47 m",
        margin_m=4.53,
        rule="VEN-GE-06",
    )
    yield Case(
        "moving_metal",
        "fail",
        "M1",
        lambda: d(**_metal(kind="lift", path=((14.2, 3.0),), measured_uT=0.643, mass_kg=1000.0)),
        "0.643 uT measured, 0.2 uT over 0.443",
        margin=-0.2,
        rule="VEN-GE-07",
    )
    yield Case(
        "moving_metal",
        "not-assessed",
        "M1",
        lambda: d(**_metal(kind="lift", path=((14.2, 3.0),))),
        "no mass, nothing measured",
    )
    yield Case(
        "moving_metal",
        "not-assessed",
        "M1",
        lambda: d(**_metal(kind="thing", path=((0.0, 9.0),))),
        "a kind in no table, no mass",
    )
    # A pair of 1000 A, 1 m apart, at 30 m: 2e-7 * 1000 (1/29.5 - 1/30.5) = 0.2223 uT; leakage of 10 A: 0.0667 uT.
    rail = {"kind": "train", "mass_kg": 40000.0}
    for y, leak, status, why in (
        (33.0, 10.0, "pass", "0.2223 + 0.0667 = 0.289 uT under 0.443"),
        (33.0, 100.0, "fail", "a leakage of 100 A alone makes 0.667 uT"),
        (33.0, 40.0, "warn", "0.2223 + 0.2667 = 0.489 uT: each alone is under 0.443, both are not"),
    ):
        yield Case(
            "traction",
            status,
            "traction current of M1",
            lambda y=y, leak=leak: d(
                **_metal(
                    path=((0.0, y), (9.0, y)),
                    traction=TractionTable(current_A=1000.0, spacing_m=1.0, leakage_A=leak),
                    **rail,
                )
            ),
            why,
            margin=0.443 - 0.2 * (1000 * (1 / (_RAIL - 0.5) - 1 / (_RAIL + 0.5)) + leak / _RAIL),
        )
    yield Case(
        "traction",
        "not-assessed",
        "traction current of M1",
        lambda: d(**_metal(path=((0.0, 33.0), (9.0, 33.0)), **rail)),
        "no currents",
    )
    # 20 X^2/S: at 3 m and 0.1 m 1800 A make 4 uT; the exact pair is 1/(1 - (S/2X)^2) more.
    yield Case(
        "traction",
        "fail",
        "cable C1",
        lambda: d(
            cables=(
                CableEntry(
                    id="C1", path=((0.0, 6.0), (9.0, 6.0)), height=1.05, current_A=2000.0, spacing_m=0.1, net_A=0.0
                ),
            )
        ),
        "2000 A: 4.4457 uT",
        margin=4 - 0.2 * 2000 * (1 / 2.95 - 1 / 3.05),
    )
    yield Case(
        "traction",
        "pass",
        "cable C1",
        lambda: d(
            cables=(
                CableEntry(
                    id="C1", path=((0.0, 6.0), (9.0, 6.0)), height=1.05, current_A=1000.0, spacing_m=0.1, net_A=10.0
                ),
            )
        ),
        "2.22 + 0.67 uT",
        margin=4 - 0.2 * (1000 * (1 / 2.95 - 1 / 3.05) + 10 / 3),
    )
    yield Case(
        "traction",
        "not-assessed",
        "cable C1",
        lambda: d(cables=(CableEntry(id="C1", path=((0.0, 6.0),)),)),
        "no current",
    )
    yield Case(
        "floor",
        "fail",
        "beams",
        lambda: d(static_steel=(StaticSteelEntry(id="beams", kg_per_m2=20.0, below_isocentre_m=(1.2, 1.3)),)),
        "20 kg/m2 where 14.7 is allowed",
        margin=-5.3,
    )
    yield Case(
        "floor",
        "pass",
        "beams",
        lambda: d(static_steel=(StaticSteelEntry(id="beams", kg_per_m2=20.0, below_isocentre_m=(1.33, 1.5)),)),
        "20 kg/m2 where 39.2 is allowed",
        margin=19.2,
    )
    yield Case(
        "floor",
        "not-assessed",
        "vibration at MR1",
        lambda: d(ambient=(AmbientEntry(kind="vibration", spectrum=((80.0, 0.01),)),)),
        "a reading beyond the table",
    )
    yield Case(
        "neighbour_scanner",
        "pass",
        "MR1 and MR2",
        lambda: _two(12.0),
        "moments of 1.9e6 A m2 do not meet at 0.3 mT 6 m off",
    )
    yield Case("neighbour_scanner", "fail", "MR1 and MR2", lambda: _two(5.0), "both reach 0.3 mT half way, 2.5 m off")
    yield Case(
        "neighbour_scanner",
        "not-assessed",
        "MR1 and MR2",
        lambda: replace(d(), scanners=(*d().scanners, replace(d().scanners[0], id="MR2"))),
        "no field model",
    )
    yield Case(
        "exposure",
        "pass",
        "walk: to the bore of MR1",
        lambda: d(model=_two(5.0).scanners[0].magnet),
        "0.2 T at the mouth",
    )
    yield Case("exposure", "not-assessed", "walk: to the bore of MR1", d, "no field model")
    yield Case(
        "exposure",
        "warn",
        "walk: to the bore of MR1",
        lambda: d(
            model=replace(
                _two(5.0).scanners[0].magnet,
                coils=(_two(5.0).scanners[0].magnet.coils[0].__class__(0.5, 0.6, -1.4, 1.4, 6e7),),
            )
        ),
        "windings out to 1.4 m hold several tesla at the mouth",
    )
    bed = {"from": "BAY", "to": "SCAN"}
    yield Case(
        "pathways",
        "pass",
        "bed from BAY to SCAN",
        lambda: d(pathways=(PathwayEntry(kind="bed", width_m=1.0, length_m=2.2, **bed),)),
        "1.2 m doors for 1.0 m",
        margin=0.2,
    )
    yield Case(
        "pathways",
        "fail",
        "bed from BAY to SCAN",
        lambda: d(pathways=(PathwayEntry(kind="bed", width_m=1.3, length_m=2.2, **bed),)),
        "1.2 m doors for 1.3 m",
    )
    yield Case(
        "pathways",
        "not-assessed",
        "bed from BAY to SCAN",
        lambda: d(
            doors={"D5": {"clear_width_m": None}, "D1": {}},
            pathways=(PathwayEntry(kind="bed", width_m=1.0, length_m=2.2, **bed),),
        ),
        "the door of BAY has no width",
    )
    yield Case(
        "pathways",
        "not-assessed",
        "staff from BAY to MR9",
        lambda: d(pathways=(PathwayEntry(kind="staff", **{"from": "BAY", "to": "MR9"}),)),
        "no such place",
    )


#: From the isocentre at (3.0, 1.05) to a rail at y = 33 on the floor.
_RAIL = (30.0**2 + 1.05**2) ** 0.5
_LAND = shapely.box(-3.0, -3.0, 20.0, 20.0)


def cases() -> Iterator[Case]:
    """Yield the table."""
    d = department
    # 0.5 mT reaches 2.5 m across and 4.0 m along the axis; SCREENING begins at y = 6.3.
    yield Case(
        "containment",
        "pass",
        "whole storey",
        d,
        "radial 3.0 + 2.5 = 5.5 m, 0.8 m before SCREENING at 6.3 m",
        margin_m=0.8,
    )
    yield Case(
        "containment",
        "fail",
        "SCREENING",
        lambda: d(isocentre=(4.2, 4.0)),
        "4.0 + 2.5 = 6.5 m, 0.2 m past 6.3 m",
        margin_m=-0.2,
    )
    yield Case(
        "containment",
        "pass",
        "whole storey",
        lambda: d(isocentre=(4.2, 3.75)),
        "3.75 + 2.5 = 6.25 m ends in the wall from 6.0 to 6.3 m",
        margin_m=0.05,
    )
    yield Case(
        "containment",
        "warn",
        "SCREENING",
        lambda: d(isocentre=(4.2, 3.75)),
        "the band's outer edge, 3.75 + 2.75 = 6.5 m, is 0.2 m past 6.3 m",
        margin_m=-0.2,
        field=Spheroid(band=0.1),
    )
    yield Case(
        "containment",
        "not-assessed",
        "SCREENING",
        lambda: d(isocentre=(4.2, 4.0), rooms={"SCREENING": {"occupancy": None, "zone": None}}),
        "nobody says who may be in SCREENING",
    )
    yield Case(
        "containment",
        "not-assessed",
        "outside the known spaces",
        lambda: d(isocentre=(4.2, 2.1)),
        "2.1 - 2.5 = -0.4 m, 0.1 m past the outer face at -0.3 m, into no known space",
        margin_m=-0.1,
    )
    yield Case("containment", "not-assessed", "below the building", d, "1.05 - 2.5 = -1.45 m, below the slab of 0.3 m")
    yield Case(
        "containment", "pass", "below the building", lambda: _soil(d()), "the soil is stated, and nobody is in it"
    )
    # 3 mT reaches 0.5 mT's distance times (1/6)^(1/6) = 0.7418: 1.8546 m across.
    yield Case("projectile", "pass", "whole storey", d, "3.0 + 1.855 = 4.855 m stays in SCAN")
    yield Case(
        "projectile",
        "fail",
        "SCREENING",
        lambda: d(isocentre=(4.2, 4.6)),
        "4.6 + 1.8546 = 6.4546 m, 0.1546 m past 6.3 m",
        margin_m=-0.1546,
    )
    yield Case(
        "projectile",
        "not-assessed",
        "SCREENING",
        lambda: d(isocentre=(4.2, 4.6), rooms={"SCREENING": {"occupancy": None, "zone": None}}),
        "nobody says who may be in SCREENING",
    )
    # B = 0.5 mT · (ρ/2.5)^-6 across the axis: at 5.0 m 0.5/64 = 0.0078 mT; 0.1 mT at 2.5 · 5^(1/6) = 3.269 m.
    yield Case(
        "equipment",
        "pass",
        "CT1",
        lambda: d(equipment=(item("CT1", "ct", (3.2, 8.0, 5.2, 8.8)),)),
        "5 m across the axis: 0.5/64 = 0.0078 mT against 0.1 mT",
        margin=0.1 - 0.5 / 64,
    )
    yield Case(
        "equipment",
        "fail",
        "CT1",
        lambda: d(equipment=(item("CT1", "ct", (3.2, 5.5, 5.2, 5.9)),)),
        "2.5 m across the axis: 0.5 mT against 0.1 mT",
        margin=-0.4,
    )
    yield Case(
        "equipment",
        "not-assessed",
        "V1",
        lambda: d(equipment=(item("V1", "ventilator", (3.2, 8.0, 5.2, 8.8)),)),
        "a ventilator's limit is on its label, which is not given",
    )
    yield Case(
        "equipment",
        "fail",
        "P1",
        lambda: d(
            equipment=(
                item("P1", None, (4.1, 8.0, 4.3, 8.2), label="conditional", label_max_field_mT=1.0, tether_m=3.0),
            )
        ),
        "its tether reaches from 8.0 to 5.0 m, 2.0 m from the axis: 0.5 · 1.25^6 = 1.907 mT against 1 mT",
        margin=1 - 0.5 * 1.25**6,
    )
    yield Case(
        "neighbours",
        "pass",
        "a lift",
        lambda: d(absent=(AbsentEntry(kind="lift", within_m=15, stated_by="architect"),)),
        "stated absent",
    )
    yield Case("neighbours", "not-assessed", "a lift", d, "nobody says")
    yield Case(
        "neighbours",
        "not-assessed",
        "a CT scanner in CT ROOM",
        lambda: d(boxes=_beside("CT ROOM", (-5.0, 9.3, -0.3, 11.8))),
        "a room of that name without an entry",
    )
    yield Case("zones", "pass", "whole storey", d, "I-II-III-IV in order")
    yield Case(
        "zones",
        "fail",
        "door D4 BAY / CORRIDOR",
        lambda: d(doors={"D4": _TO_BAY}),
        "the door joins zone III with zone I",
    )
    yield Case(
        "zones",
        "not-assessed",
        "zone order",
        lambda: d(rooms={"LOBBY": {"zone": None}}),
        "the zone of LOBBY is not stated",
    )
    yield Case("access", "pass", "lock of door D3 LOBBY / SCREENING", d, "lock = true")
    yield Case(
        "access",
        "fail",
        "lock of door D3 LOBBY / SCREENING",
        lambda: d(doors={"D3": {"lock": False}}),
        "lock = false from zone II into III",
    )
    yield Case(
        "access",
        "not-assessed",
        "lock of door D3 LOBBY / SCREENING",
        lambda: d(doors={"D3": {"lock": None}}),
        "lock not stated",
    )
    yield Case("access", "pass", "signs of door D1 SCAN / CONTROL", d, "signs on both sides")
    yield Case(
        "access",
        "fail",
        "signs of door D1 SCAN / CONTROL",
        lambda: d(doors={"D1": {"signs": ("inside",)}}),
        "no sign outside",
    )
    yield Case(
        "access",
        "not-assessed",
        "signs of door D1 SCAN / CONTROL",
        lambda: d(doors={"D1": {"signs": None}}),
        "signs not stated",
    )
    yield Case("egress", "pass", "exit by door D1 SCAN / CONTROL", d, "free_egress = true")
    yield Case(
        "egress",
        "fail",
        "exit by door D1 SCAN / CONTROL",
        lambda: d(doors={"D1": {"free_egress": False}}),
        "free_egress = false",
    )
    yield Case(
        "egress",
        "not-assessed",
        "exit by door D1 SCAN / CONTROL",
        lambda: d(doors={"D1": {"free_egress": None}}),
        "not stated",
    )
    yield Case("sight", "pass", "view of door D1 SCAN / CONTROL from operator", d, "the operator sits in CONTROL")
    yield Case(
        "sight",
        "fail",
        "view of door D1 SCAN / CONTROL from operator",
        lambda: d(operators=(small.operator(at=(3.0, 7.5)),)),
        "from SCREENING a wall lies between",
    )
    yield Case(
        "sight",
        "fail",
        "view of the bore of MR1 from operator",
        lambda: d(windows=()),
        "no window between CONTROL and SCAN",
    )
    yield Case("sight", "not-assessed", "view of door D1 SCAN / CONTROL", lambda: d(operators=()), "no operator stated")
    yield Case(
        "detection", "pass", "ferromagnetic detection", lambda: d(("usa",)), "detector on the door from II into III"
    )
    yield Case(
        "detection",
        "fail",
        "ferromagnetic detection",
        lambda: d(("usa",), doors={"D3": {"detector": False}}),
        "none anywhere",
    )
    yield Case(
        "detection",
        "not-assessed",
        "ferromagnetic detection",
        lambda: d(("usa",), doors={"D3": {"detector": None}}),
        "not stated",
    )
    yield Case("scan_room", "pass", "door pressure of SCAN", d, "the door opens outward")
    inward = {"D1": {"opens": "inward", "opens_into": "Ground/SCAN"}}
    yield Case(
        "scan_room",
        "fail",
        "door pressure of SCAN",
        lambda: d(doors=inward, rooms={"SCAN": {"relief_area_m2": 0.0}}),
        "inward and no relief opening",
    )
    yield Case(
        "scan_room", "not-assessed", "door pressure of SCAN", lambda: d(doors=inward), "inward, relief not stated"
    )
    yield Case("scan_room", "pass", "oxygen monitor of SCAN", d, "stated")
    yield Case(
        "scan_room",
        "fail",
        "oxygen monitor of SCAN",
        lambda: d(rooms={"SCAN": {"oxygen_monitor": False}}),
        "stated: none",
    )
    yield Case(
        "scan_room",
        "not-assessed",
        "oxygen monitor of SCAN",
        lambda: d(rooms={"SCAN": {"oxygen_monitor": None}}),
        "not stated",
    )
    italy = ("italy",)
    yield Case(
        "scan_room",
        "pass",
        "emergency exhaust of SCAN",
        lambda: d(italy),
        "2400 m3/h in 7 · 6 · 3 = 126 m3: 19.05 against 18 an hour",
        margin=2400 / 126 - 18,
    )
    yield Case(
        "scan_room",
        "fail",
        "emergency exhaust of SCAN",
        lambda: d(italy, rooms={"SCAN": {"exhaust_m3_h": 2039.0}}),
        "2039/126 = 16.18 against 18 an hour",
        margin=2039 / 126 - 18,
    )
    yield Case(
        "scan_room",
        "not-assessed",
        "emergency exhaust of SCAN",
        lambda: d(italy, rooms={"SCAN": {"exhaust_m3_h": None}}),
        "not stated",
    )
    yield Case("scan_room", "pass", "air changes of SCAN", lambda: d(italy), "8 against 6 an hour", margin=2.0)
    yield Case(
        "scan_room",
        "fail",
        "air changes of SCAN",
        lambda: d(italy, rooms={"SCAN": {"air_changes": 4.0}}),
        "4 against 6 an hour",
        margin=-2.0,
    )
    yield Case(
        "scan_room",
        "not-assessed",
        "air changes of SCAN",
        lambda: d(italy, rooms={"SCAN": {"air_changes": None}}),
        "not stated",
    )
    no_quench = {"SCAN": {"switches": ("exhaust fan",)}, "CONTROL": {"switches": ("exhaust fan",)}}
    yield Case(
        "scan_room", "pass", "field shut-down switch of SCAN", lambda: d(("iec-ed4",)), "a quench switch in SCAN"
    )
    yield Case(
        "scan_room",
        "fail",
        "field shut-down switch of SCAN",
        lambda: d(("iec-ed4",), rooms=no_quench),
        "switches stated, none of the field",
    )
    yield Case(
        "scan_room",
        "not-assessed",
        "field shut-down switch of SCAN",
        lambda: d(("iec-ed4",), rooms={"SCAN": {"switches": None}}),
        "not stated",
    )
    ihfg = ("international",)
    yield Case("widths", "pass", "patient door of SCAN", lambda: d(ihfg), "5.2 - 3.8 = 1.4 m clear", margin=0.0)
    yield Case(
        "widths",
        "fail",
        "patient door of SCAN",
        lambda: d(ihfg, doors={"D1": {"clear_width_m": 1.3}}),
        "1.3 against 1.4 m",
        margin=-0.1,
    )
    yield Case(
        "widths",
        "not-assessed",
        "patient door of SCAN",
        lambda: d(ihfg, doors={"D1": {"clear_width_m": None}}),
        "not known",
    )
    yield Case("widths", "pass", "CORRIDOR", lambda: d(("usa",)), "11.8 - 9.3 = 2.5 m against 2.44 m", margin=0.06)
    narrow = {"CORRIDOR": {"polygon": shapely.box(0.0, 9.3, 14.3, 11.3)}}
    yield Case("widths", "fail", "CORRIDOR", lambda: d(("usa",), rooms=narrow), "2.0 against 2.44 m", margin=-0.44)
    yield Case(
        "widths", "not-assessed", "corridors", lambda: d(("usa",), rooms={"CORRIDOR": None}), "no corridor is known"
    )
    yield Case("resuscitation", "pass", "resuscitation bay BAY", d, "BAY begins 6.4 m along and 3.3 m across the axis")
    near = {"BAY": {"use": None}, "SCREENING": {"use": "resuscitation"}}
    yield Case(
        "resuscitation",
        "fail",
        "resuscitation bay SCREENING",
        lambda: d(isocentre=(4.2, 4.0), rooms=near),
        "the 0.5 mT line is 0.2 m inside",
    )
    yield Case(
        "resuscitation", "not-assessed", "resuscitation bay", lambda: d(rooms={"BAY": {"use": None}}), "no bay stated"
    )
    yield Case(
        "resuscitation",
        "pass",
        "crash team's way to BAY",
        lambda: d(pathways=(_TEAM,), doors={"D6": _TO_BAY}),
        "straight from CORRIDOR into BAY",
    )
    yield Case("resuscitation", "not-assessed", "crash team's way to BAY", d, "no way stated")
    yield Case(
        "boundary",
        "pass",
        "property line at 0.1 mT",
        lambda: d(italy, boundary=_LAND),
        "axially 4.2 - 4 · 1.3077 = -1.03 m, the line is at -3 m",
        margin_m=1.969,
    )
    yield Case(
        "boundary",
        "fail",
        "property line at 0.1 mT",
        lambda: d(italy, boundary=shapely.box(-0.5, -3, 20, 20)),
        "-1.031 m is 0.531 m past -0.5 m",
        margin_m=-0.531,
    )
    yield Case("boundary", "not-assessed", "property line at 0.1 mT", lambda: d(italy), "no property line stated")
    yield Case(
        "boundary",
        "fail",
        "workstations at 0.1 mT",
        lambda: d(italy, rooms={"CONTROL": {"workstation": True}}),
        "0.1 mT reaches 9.43 m along the axis, into CONTROL",
    )
    yield Case(
        "boundary",
        "not-assessed",
        "workstations at 0.1 mT",
        lambda: d(italy, rooms={"CONTROL": {"workstation": None}}),
        "not stated",
    )
    yield Case("field_volumes", "pass", "200 mT volume", d, "0.3684 of 4.0 m and of 2.5 m: inside SCAN")
    yield Case(
        "field_volumes",
        "warn",
        "200 mT volume",
        lambda: d(isocentre=(6.2, 3.0)),
        "6.2 + 1.47 = 7.67 m, past CONTROL's face at 7.3 m",
    )
    yield Case("field_volumes", "not-assessed", "200 mT volume", lambda: d(rooms={"SCAN": None}), "no scan room known")
    vendor = ("vendor",)
    yield Case("transients", "warn", "fault of MR1", lambda: d(vendor), "6 m across reaches 9.0 m, into SCREENING")
    fenced = {n: {"occupancy": "restricted"} for n in small.ROOMS}
    garden = {
        "garden": (
            (-9.0, -9.0, 30.0, 30.0),
            {"occupancy": "none", "is_area": True, "from_plan": False, "status": "stated"},
        )
    }
    yield Case(
        "transients", "pass", "fault of MR1", lambda: d(vendor, rooms=fenced, boxes=garden), "no other space near"
    )
    yield Case(
        "transients",
        "not-assessed",
        "fault of MR1",
        lambda: d(vendor, rooms={"SCREENING": {"occupancy": None}, "CORRIDOR": {"occupancy": "restricted"}}),
        "nobody says",
    )
    yield from _surroundings()
    yield Case("attested", "pass", "UK-FLD-03", _attest, "attested, covers these drawings, not expired")
    yield Case("attested", "fail", "UK-FLD-03", lambda: _attest(answer=False), "attested: not so")
    yield Case("attested", "not-assessed", "UK-FLD-03", lambda: _attest(covers="another"), "covers another drawing")
    yield Case(
        "attested",
        "not-assessed",
        "UK-FLD-03",
        lambda: _attest(expires="2026-02-01"),
        "expired before the issue of 2026-03-01",
    )
    from benchmarks import check_quench  # its rows are of the class above

    yield from check_quench.cases()


def main() -> int:
    """Print the table; 1 where a row misses."""
    missed = 0
    print(f"{'check':14} {'expected':13} {'got':13} {'margin by hand':>15} {'got':>9}  subject: why")
    for case in cases():
        found = case.findings()
        got = found[0].status if found else "no finding"
        hand, value = "", ""
        if found and case.margin_m is not None:
            hand, value = f"{case.margin_m:.3f} m", f"{found[0].margin_m:.3f}"
        elif found and case.margin is not None:
            hand, value = f"{case.margin:.4f} {found[0].limit[1] if found[0].limit else ''}", f"{found[0].margin:.4f}"
        wrong = got != case.status
        missed += wrong
        print(
            f"{case.check:14} {case.status:13} {got:13} {hand:>15} {value:>9}  {case.subject}: "
            f"{case.why}{'   <-- MISSED' if wrong else ''}"
        )
    project = department(("uk", "usa", "italy"))
    evidence = Spheroid().evidence(project, wanted(project))
    start = time.perf_counter()
    run_checks(replace(project), evidence)
    print(f"checks alone, six rooms, three packs: {time.perf_counter() - start:.3f} s")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
