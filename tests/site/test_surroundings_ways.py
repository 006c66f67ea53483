"""Ways through rooms and doors, over storeys, and round corners: lengths known on paper."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import shapely

from benchmarks.check_sites import department, upper_storey, with_storey
from mrsite.site.evidence import Region
from mrsite.site.project import Project, Space
from mrsite.site.schema import PathwayEntry
from mrsite.site.surroundings import turns, walkable, ways
from mrsite.site.surroundings.tables import body_value
from mrsite.site.surroundings.way import WALK_HEIGHT_M, NoWay, Way, crossings, inside_m, walk_points


def way(project: Project, kind: str, start: object, end: object, **more: object) -> Way:
    found = ways.find_way(project, PathwayEntry(kind=kind, **{"from": start, "to": end}, **more))  # type: ignore[arg-type]
    assert isinstance(found, Way), found
    return found


def none(project: Project, kind: str, start: object, end: object, **more: object) -> NoWay:
    found = ways.find_way(project, PathwayEntry(kind=kind, **{"from": start, "to": end}, **more))  # type: ignore[arg-type]
    assert isinstance(found, NoWay), found
    return found


def test_a_way_in_one_room_bends_about_a_corner_with_half_a_width_between() -> None:
    """An L of two corridors: the shortest way touches the arc about its inner corner."""
    corner = shapely.Polygon([(0, 0), (10, 0), (10, 2), (2, 2), (2, 10), (0, 10)])
    free = walkable.shrunk(corner, 0.4)
    graph = walkable.room_graph(free, [(9.0, 1.0), (1.0, 9.0)])
    # two tangents to the circle of 0.4 m about the corner (2, 2), seen from 7 m along and 1 m off, and the arc between
    reach = math.hypot(7, 1)
    about = 2 * math.pi - (math.pi / 2 + 2 * math.atan2(1, 7))
    exact = 2 * math.sqrt(reach**2 - 0.4**2) + 0.4 * (about - 2 * math.acos(0.4 / reach))
    assert graph.length[0, 1] == pytest.approx(exact, rel=1e-3)  # the arc is cut into chords
    path = graph.path(0, 1)
    assert path[0] == (9.0, 1.0)
    assert min(shapely.LineString(path).distance(corner.boundary), 1.0) == pytest.approx(0.4, abs=0.02)


def test_far_coordinates_keep_their_millimetres() -> None:
    room = shapely.box(5e5, 4e6, 5e5 + 8, 4e6 + 5)
    graph = walkable.room_graph(walkable.shrunk(room, 0.4), [(5e5 + 1, 4e6 + 1), (5e5 + 7, 4e6 + 4)])
    assert graph.length[0, 1] == pytest.approx(math.hypot(6, 3), abs=1e-6)


def test_through_a_door_the_way_goes_straight_along_its_axis() -> None:
    found = way(department(), "staff", [8.8, 1.0], [6.4, 4.5], width_m=0.8)
    # to (7.7, 4.5), 0.4 m before the wall face, then 1.3 m along the axis
    exact = math.hypot(8.8 - 7.7, 4.5 - 1.0) + (7.7 - 6.4)
    assert found.length_m == pytest.approx(exact, abs=0.02)
    assert [p.label for p in found.passages] == ["D1"]
    assert found.spaces == ("Ground/CONTROL", "Ground/SCAN")
    assert found.time_s == pytest.approx(found.length_m / body_value("walk_staff_m_s"))


def test_a_magnet_is_walked_around() -> None:
    """Across the magnet the straight line is barred: the way goes round its covers of 1.7 by 2.0 m."""
    project = department()
    found = way(project, "staff", [4.2, 0.6], [4.2, 5.5], width_m=0.5)
    assert found.length_m > 4.9 + 0.3
    line = shapely.LineString(found.legs[0].points)
    assert line.distance(walkable.obstacles(project, project.storeys[0])) == pytest.approx(0.25, abs=0.02)


def test_a_narrow_door_is_named_and_its_width_given() -> None:
    found = none(department(doors={"D2": {"clear_width_m": 0.9}}), "bed", "BAY", "SCAN", width_m=1.0, length_m=2.0)
    assert found.known
    assert [p.label for p in found.too_narrow] == ["D2"]
    assert "Widen D2 to 1.00 m" in found.supply


def test_a_wider_way_round_is_taken() -> None:
    """A second door between LOBBY and CONTROL, wider and farther off, is used where the near one is too narrow."""
    base = department(doors={"D2": {"clear_width_m": 0.7}})
    near = next(d for d in base.doors if d.label == "D2")
    far = replace(near, id="Ground/D9", number="D9", clear_width_m=1.2)
    far = replace(far, jambs=((9.0, 6.15), (10.2, 6.15)), at=(9.6, 6.15))
    project = replace(base, doors=(*base.doors, far))
    assert "D9" in [p.label for p in way(project, "staff", "LOBBY", "CONTROL", width_m=0.8).passages]
    assert "D2" in [p.label for p in way(project, "staff", "LOBBY", "CONTROL", width_m=0.6).passages]


def test_an_unread_door_is_no_proof_that_there_is_no_way() -> None:
    found = none(department(doors={"D5": None}), "bed", "BAY", "SCAN", width_m=1.0, length_m=2.0)
    assert not found.known


def test_ends_that_are_not_there_say_what_to_supply() -> None:
    entry = PathwayEntry(kind="bed", **{"from": "NOWHERE", "to": "SCAN"})
    assert "NOWHERE" in str(ways.find_way(department(), entry))
    entry = PathwayEntry(kind="bed", **{"from": (99.0, 99.0), "to": "SCAN"})
    assert "lies in no room" in str(ways.find_way(department(), entry))


def _tower(use: str) -> Project:
    project = department(boxes={"CORE": ((14.8, 6.3, 18.8, 9.0), {"zone": "I", "occupancy": "public", "use": use})})
    base = next(s for s in project.spaces if s.name == "CORE")
    bay = next(s for s in project.spaces if s.name == "BAY")
    door = replace(project.doors[0], id="Ground/D8", number="D8", jambs=((14.55, 7.0), (14.55, 8.2)), at=(14.55, 7.6),
                   spaces=(base.id, bay.id), clear_width_m=1.2, wall_m=0.5)  # fmt: skip
    above = Space(**{**base.__dict__, "id": "First/CORE", "storey": "First"})
    ward = Space(**{**base.__dict__, "id": "First/WARD", "name": "WARD", "use": "ward", "storey": "First",
                    "polygon": shapely.box(19.1, 6.3, 24.0, 9.0)})  # fmt: skip
    out = replace(door, id="First/D7", number="D7", storey="First", jambs=((18.95, 7.0), (18.95, 8.2)), at=(18.95, 7.6),
                  spaces=(above.id, ward.id), wall_m=0.3)  # fmt: skip
    project = with_storey(project, upper_storey(), (above, ward))
    return replace(project, doors=(*project.doors, door, out))


def test_over_storeys_by_a_lift() -> None:
    found = way(_tower("lift"), "bed", "BAY", "WARD", width_m=1.0, length_m=2.2)
    assert [leg.mode for leg in found.legs] == ["walk", "lift", "walk"]
    lift = found.legs[1]
    assert (lift.storey, lift.to_storey) == ("Ground", "First")
    assert lift.time_s == pytest.approx(4.2 / body_value("lift_m_s") + body_value("lift_wait_s"))
    assert found.legs[2].storey == "First"


def test_over_storeys_by_a_stair() -> None:
    found = way(_tower("stair"), "patient", "BAY", "WARD")
    stair = found.legs[1]
    assert stair.mode == "stair"
    assert stair.length_m == pytest.approx(4.2 / math.sin(math.radians(body_value("stair_slope_deg"))))
    assert none(_tower("stair"), "bed", "BAY", "WARD", width_m=1.0, length_m=2.2).known is False
    assert none(_tower("lift"), "evacuation", "BAY", "WARD").known is False


# Turning ----------------------------------------------------------------------------------------


def test_the_ladder_problem() -> None:
    assert turns.turning_length(2.0, 2.0, 0.0) == pytest.approx((2 * 2 ** (2 / 3)) ** 1.5, rel=1e-6)
    assert turns.turning_length(1.5, 2.4, 0.0) == pytest.approx((1.5 ** (2 / 3) + 2.4 ** (2 / 3)) ** 1.5, rel=1e-6)
    # a square corner of equal corridors a and a rectangle of width w: 2 (sqrt(2) a - w)
    assert turns.turning_length(2.0, 2.0, 0.5) == pytest.approx(2 * (math.sqrt(2) * 2.0 - 0.5), rel=1e-6)


@pytest.mark.parametrize(("corridor", "width"), [(2.0, 0.9), (1.6, 0.8)])
def test_what_turns_on_the_raster_is_what_the_ladder_problem_says(corridor: float, width: float) -> None:
    """0.2 m shorter than the longest gets round, 0.2 m longer does not: cells are 5 cm, directions 5 degrees."""
    a = corridor
    floor = shapely.Polygon([(0, 0), (9, 0), (9, a), (a, a), (a, 9), (0, 9)])
    longest = turns.turning_length(a, a, width)
    ends = ((7.5, a / 2), (a / 2, 7.5))
    assert turns.turning(floor, width, longest - 0.2).joined(*ends, 0.3)
    assert not turns.turning(floor, width, longest + 0.2).joined(*ends, 0.3)


def test_directions_wrap_round() -> None:
    """In a round room everything that fits turns all round: one part."""
    found = turns.turning(shapely.Point(0, 0).buffer(3.0), 1.0, 3.0)
    assert len(found.parts_at((0.0, 0.0), 0.1)) == 1
    assert (found.labels[:, found.labels.shape[1] // 2, found.labels.shape[2] // 2] > 0).all()


def test_a_bed_that_cannot_turn_into_a_door_is_told_where() -> None:
    """LOBBY 2.7 m deep turns 2.2 m by 1.0 m into a 1.2 m door; 4.2 m by 1.0 m it does not."""
    assert way(department(), "bed", "BAY", "SCAN", width_m=1.0, length_m=2.2).turns_shown
    long = way(department(), "bed", "BAY", "SCAN", width_m=1.0, length_m=4.2)
    assert long.turns_shown is False
    assert long.stuck_at


# Lines --------------------------------------------------------------------------------------------


def test_lines_crossed_and_metres_inside() -> None:
    found = way(department(), "staff", [8.8, 1.0], [6.4, 4.5], width_m=0.8)
    disc = shapely.Point(4.2, 3.0).buffer(3.0)
    region = Region("Ground", 0.5e-3, "envelope", "B", (0.0, 2.1), disc, disc, disc, {}, 0.001)
    (crossing,) = crossings(found, [region])
    assert crossing.entering
    assert math.dist(crossing.at, (4.2, 3.0)) == pytest.approx(3.0, abs=0.01)
    inside = inside_m(found, [region])[0.5e-3]
    assert inside == pytest.approx(found.legs[0].length_m - crossing.along_m, abs=1e-6)
    (points,) = walk_points(department(), found)
    assert np.allclose(points[:, 2], WALK_HEIGHT_M)
