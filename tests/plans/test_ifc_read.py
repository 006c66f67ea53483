"""Building models read into the plan they show, whatever the schema, the unit, the shapes and the placements."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from shapely.geometry import Polygon

from mrsite.base.errors import InputError, UnitsError
from mrsite.plans import read_plan
from mrsite.plans.plan import Plan
from tests.plans.modelled import Habits, Key, write_ward

pytest.importorskip("ifcopenshell", reason="the extra ifc is not installed")


def _overlap(a: Polygon, b: Polygon) -> float:
    both = a.intersection(b).area
    return both / (a.area + b.area - both)


def _agrees(plan: Plan, key: Key, storey: str = "Level 1", named: bool = True) -> None:
    """Every room at its place with its name, every door at its place, of its width, between its rooms, hung right."""
    rooms = [r for r in key.rooms if r[0] == storey]
    assert len(plan.rooms) == len(rooms)
    called: dict[str, str] = {"outside": "outside"}
    for _, number, name, ring in rooms:
        truth = Polygon(ring)
        best = max(plan.rooms, key=lambda r: _overlap(r.polygon, truth))
        assert _overlap(best.polygon, truth) > 0.999
        assert best.area_m2 == pytest.approx(truth.area, rel=1e-4)
        if named and number:
            assert (best.number, best.name) == (number, name)
        called[best.id] = number or best.id
    doors = [d for d in key.doors if d[0] == storey]
    assert len(plan.doors) == len(doors)
    for _, at, width, pair, into, hinge in doors:
        door = min(plan.doors, key=lambda d: math.dist(d.at, at))
        assert math.dist(door.at, at) < 2e-3
        assert door.width_m == pytest.approx(width, abs=1e-4)
        if named:
            assert {called[i] for i in door.room_ids} == set(pair)
            assert door.swing_to == into
            assert door.rooms[0] == into
        if door.leaves == 1:
            assert door.hinge_at is not None
            assert math.dist(door.hinge_at, hinge) < 2e-3
        else:
            assert (door.kind, door.hinge_at) == ("double", None)


@pytest.mark.parametrize(
    "habits",
    [
        Habits(),
        Habits(schema="IFC2X3", unit="foot", turn_deg=33.0, space_shape="brep"),
        Habits(schema="IFC4X3", unit="m", turn_deg=-121.0, shift=(412345.6, 287654.3), space_shape="tessellated"),
        Habits(unit="inch", turn_deg=90.0, wall_shape="clipped", space_shape="mapped", areas="property"),
        Habits(wall_shape="tessellated", space_shape="surface", shift=(-500.0, 900.0), boundaries=False),
        Habits(schema="IFC2X3", wall_shape="brep", space_shape="clipped", areas="none", turn_deg=7.5),
        Habits(space_shape="footprint", turn_deg=45.0),
    ],
    ids=lambda h: f"{h.schema}-{h.unit}-{h.wall_shape}-{h.space_shape}",
)
def test_the_same_ward_in_any_manner(tmp_path: Path, habits: Habits) -> None:
    key = write_ward(tmp_path / "ward.ifc", habits)
    plan = read_plan(tmp_path / "ward.ifc", cache=False)
    _agrees(plan, key)
    assert {r.status for r in plan.rooms} == {"confirmed"}
    assert {d.status for d in plan.doors} == {"confirmed"}
    assert not plan.incomplete
    assert not plan.warnings
    assert (plan.unit, plan.unit_m, plan.declared_insunits) == ("m", 1.0, 6)
    assert [(s.name, s.read) for s in plan.storeys] == [("Level 1", True)]


def test_walls_are_cut_open_at_doors_and_windows(tmp_path: Path) -> None:
    write_ward(tmp_path / "ward.ifc", Habits())
    plan = read_plan(tmp_path / "ward.ifc", cache=False)
    walls = Polygon(plan.walls.convex_hull)
    assert plan.extent == pytest.approx((3 - 0.15, -2 - 0.15, 15.15, 8.15), abs=1e-4)
    assert walls.area == pytest.approx(12.3 * 10.3, rel=1e-4)
    for door in plan.doors:
        at = Polygon.from_bounds(*(v - 0.2 for v in door.at), *(v + 0.2 for v in door.at))
        assert not plan.walls.intersects(at)
    (window,) = plan.windows
    assert (window.sill_m, window.head_m) == pytest.approx((0.9, 2.1))
    assert window.width_m == pytest.approx(1.4)
    assert set(window.rooms) == {"1.01", "outside"}
    assert math.dist(window.at, (5.0, -2.0)) < 1e-3


def test_storeys_one_by_one_and_together(tmp_path: Path) -> None:
    key = write_ward(tmp_path / "ward.ifc", Habits(storeys=2))
    path = tmp_path / "ward.ifc"
    guids = {s.name: s.key for s in read_plan(path, cache=False).storeys}
    for wanted, name in (("level 2", "Level 2"), (3.2, "Level 2"), (guids["Level 1"], "Level 1"), ("0.0", "Level 1")):
        plan = read_plan(path, storey=wanted, cache=False)
        _agrees(plan, key, name)
        assert [s.name for s in plan.storeys if s.read] == [name]
    both = read_plan(path, cache=False)
    assert len(both.rooms) == 14
    assert len({r.id for r in both.rooms}) == 14
    assert {r.storey for r in both.rooms} == {"Level 1", "Level 2"}
    assert any("lie on one another" in w for w in both.warnings)
    assert both.storeys[0].height == pytest.approx(3.2)
    with pytest.raises(
        InputError, match=r"no storey of the model is 'Ground'.*'Level 1' at 0\.000 m \(7 spaces, 7 doors"
    ):
        read_plan(path, storey="Ground", cache=False)


def test_without_spaces_the_walls_are_read(tmp_path: Path) -> None:
    key = write_ward(tmp_path / "ward.ifc", Habits(spaces="none", turn_deg=20.0))
    plan = read_plan(tmp_path / "ward.ifc", cache=False)
    _agrees(plan, key, named=False)
    assert {r.status for r in plan.rooms} == {"proposed"}
    assert {r.source for r in plan.rooms} == {"walls"}
    assert any("has no IfcSpace" in w for w in plan.warnings)


def test_rooms_without_a_space_are_read_from_their_walls(tmp_path: Path) -> None:
    key = write_ward(tmp_path / "ward.ifc", Habits(spaces="some"))
    plan = read_plan(tmp_path / "ward.ifc", cache=False)
    _agrees(plan, key, named=False)
    bare = [r for r in plan.rooms if r.source == "walls"]
    assert len(bare) == 2
    assert all("no IfcSpace" in r.reason and r.status == "proposed" for r in bare)
    assert len([r for r in plan.rooms if r.number]) == 5


def test_broken_spaces_are_withheld_by_name_and_their_walls_read(tmp_path: Path) -> None:
    key = write_ward(tmp_path / "ward.ifc", Habits(space_shape="broken"))
    plan = read_plan(tmp_path / "ward.ifc", cache=False)
    withheld = [r for r in plan.rooms if r.status == "withheld"]
    assert {r.number for r in withheld} == {r[1] for r in key.rooms}
    assert all("no usable outline" in r.reason for r in withheld)
    assert len([r for r in plan.rooms if r.source == "walls" and r.status == "proposed"]) == 7
    assert any("7 spaces have no usable outline" in w for w in plan.warnings)


def test_names_in_any_script_and_none(tmp_path: Path) -> None:
    names = ("Büro Ä", "МРТ", "操作室", "", "a'b", "Lager ☢")
    key = write_ward(tmp_path / "ward.ifc", Habits(names=names))
    _agrees(read_plan(tmp_path / "ward.ifc", cache=False), key)


def test_curved_profiles_within_two_millimetres(tmp_path: Path) -> None:
    write_ward(tmp_path / "ward.ifc", Habits(space_shape="arc", areas="none", wall_shape="extrusion"))
    # The bay reaches out through the south wall, which is then taken off it: only the outline's own area is asked.
    plan = read_plan(tmp_path / "ward.ifc", cache=False)
    room = next(r for r in plan.rooms if r.number == "1.01")
    chord, sagitta = 4.0 - 0.15 - 0.075, 0.6
    radius = (chord**2 / 4 + sagitta**2) / (2 * sagitta)
    angle = 2 * math.asin(chord / (2 * radius))
    segment = radius**2 / 2 * (angle - math.sin(angle))
    assert room.area_m2 == pytest.approx(chord * 3.775 + segment, abs=2e-3 * chord)


def test_north_and_unit_evidence(tmp_path: Path) -> None:
    write_ward(tmp_path / "ward.ifc", Habits(north=(-0.5, math.sqrt(0.75))))
    plan = read_plan(tmp_path / "ward.ifc", cache=False)
    assert plan.georeference is not None
    assert plan.georeference.north_deg == pytest.approx(120.0)
    assert any("mm" in e.says for e in plan.unit_decision.evidence)


def test_a_unit_that_makes_giants_of_us_is_asked(tmp_path: Path) -> None:
    path = tmp_path / "ward.ifc"
    write_ward(path, Habits(unit="mm"))
    text = path.read_text().replace(".MILLI.", ".CENTI.", 1)
    path.write_text(text)
    with pytest.raises(UnitsError, match=r"doors are over 21 m high; mm would fit: say which by --units mm"):
        read_plan(path, cache=False)
    plan = read_plan(path, units="mm", cache=False)
    assert plan.unit_decision.source == "given"
    assert plan.extent[2] - plan.extent[0] == pytest.approx(12.3, abs=1e-3)


def test_overlapping_spaces_and_contradicting_areas_are_told(tmp_path: Path) -> None:
    path = tmp_path / "ward.ifc"
    write_ward(path, Habits(unit="m", areas="property", spaces="all"))
    import ifcopenshell

    model = ifcopenshell.open(str(path))
    spaces = {s.Name: s for s in model.by_type("IfcSpace")}
    spaces["1.02"].ObjectPlacement.RelativePlacement.Location.Coordinates = (-1.0, 0.0, 0.0)
    for p in model.by_type("IfcPropertySingleValue"):
        p.NominalValue.wrappedValue *= 1.5
    model.write(str(path))
    plan = read_plan(path, cache=False)
    assert any("'1.01' and '1.02' overlap by" in w for w in plan.warnings)
    moved = next(r for r in plan.rooms if r.number == "1.02")
    assert moved.status != "confirmed"
    assert "the model states" in moved.reason
    still = next(r for r in plan.rooms if r.number == "1.05")
    assert "the model states" in still.reason
    assert still.printed_area_m2 == pytest.approx(1.5 * still.area_m2)


def test_window_keeps_what_lies_in_it(tmp_path: Path) -> None:
    write_ward(tmp_path / "ward.ifc", Habits())
    plan = read_plan(tmp_path / "ward.ifc", window=((2.0, -3.0), (7.0, 2.2)), cache=False)
    assert [r.number for r in plan.rooms] == ["1.01"]
    assert len(plan.doors) == 1


def test_spaces_modelled_to_the_middle_of_walls_end_at_their_faces(tmp_path: Path) -> None:
    key = write_ward(tmp_path / "ward.ifc", Habits(grow=0.075, areas="property", turn_deg=30.0))
    plan = read_plan(tmp_path / "ward.ifc", cache=False)
    for _, number, _, ring in key.rooms:
        room = next(r for r in plan.rooms if r.number == number)
        truth = Polygon(ring)
        assert _overlap(room.polygon, truth) > 0.999
        assert room.area_m2 == pytest.approx(truth.buffer(0.075, join_style="mitre").area, rel=1e-4)
        assert room.status == "confirmed"
    assert all(len(set(d.room_ids)) == 2 for d in plan.doors)
    assert not plan.openings


def test_doors_that_fill_no_opening_are_proposed_and_still_cut_their_wall(tmp_path: Path) -> None:
    key = write_ward(tmp_path / "ward.ifc", Habits(loose_doors=True, turn_deg=77.0))
    plan = read_plan(tmp_path / "ward.ifc", cache=False)
    for _, at, width, pair, _, _ in key.doors:
        door = min(plan.doors, key=lambda d: math.dist(d.at, at))
        assert math.dist(door.at, at) < 0.02
        assert door.width_m == pytest.approx(width)
        called = {r.id: r.number for r in plan.rooms} | {"outside": "outside"}
        assert {called[i] for i in door.room_ids} == set(pair)
        assert (door.status, "fills no opening" in door.reason) == ("proposed", True)
        near = Polygon([(at[0] + 0.2 * c, at[1] + 0.2 * s) for c, s in ((1, 0), (0, 1), (-1, 0), (0, -1))])
        assert not plan.walls.intersects(near)
    assert len(plan.rooms) == 7


def test_columns_glass_low_walls_stairs_lifts_and_furniture(tmp_path: Path) -> None:
    write_ward(tmp_path / "ward.ifc", Habits(extras=True))
    plan = read_plan(tmp_path / "ward.ifc", cache=False)
    corridor = next(r for r in plan.rooms if r.number == "1.10")
    # The glass cuts the corridor in two, and the column stands in the larger part.
    assert "walls cut it into 2 parts" in corridor.reason
    assert corridor.polygon.area == pytest.approx((9.0 - 0.15) * 2.25 - 0.09, abs=1e-3)
    assert corridor.area_m2 == pytest.approx(11.7 * 2.25, rel=1e-4)
    (glass,) = [w for w in plan.windows if w.source == "IfcCurtainWall"]
    assert glass.width_m == pytest.approx(2.25)
    assert math.dist(glass.at, (3 + 9.03, -2 + 4.075 + 1.125)) < 1e-3
    assert ("walls", 1) in {(c.what, c.count) for c in plan.culls}
    (stair,) = plan.stairs
    assert stair.extent == pytest.approx((12.0, 5.0, 13.2, 7.0))
    (lift,) = plan.lifts
    assert (lift.kind, lift.status) == ("lift", "confirmed")
    (desk,) = plan.blocks
    assert (desk.name, desk.at) == ("IfcFurniture 1", pytest.approx((4.0, -1.0)))
