"""The duplex as its architect modelled it, against its own property sets and the keys of its drawn plans."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from mrsite.plans import read_plan
from mrsite.plans.plan import Plan
from tests.plans.scoring import score

ifcopenshell = pytest.importorskip("ifcopenshell", reason="the extra ifc is not installed")


@pytest.fixture(scope="module")
def model(shared: Path) -> Path:
    return shared / "floorplans" / "duplex_architecture_IFC2x3.ifc"


@pytest.fixture(scope="module")
def whole(model: Path) -> Plan:
    return read_plan(model, cache=False)


def test_all_spaces_and_all_doors(whole: Plan, model: Path) -> None:
    file = ifcopenshell.open(str(model))
    spaces = {s.Name: s.LongName for s in file.by_type("IfcSpace")}
    assert len(spaces) == 21
    assert {r.number: r.name for r in whole.rooms} == spaces
    assert len(whole.doors) == 14
    assert {d.status for d in whole.doors} == {"confirmed"}
    assert whole.incomplete == ("storey 'Roof' has spaces and no walls at 1.2 m in this model",)


def test_areas_against_the_property_sets(whole: Plan, model: Path) -> None:
    """The stated areas run to the middle of walls; the stated volumes over the height are the outlines' areas."""
    from ifcopenshell.util.element import get_psets

    prisms = 0
    file = ifcopenshell.open(str(model))
    for space in file.by_type("IfcSpace"):
        sets = get_psets(space)["PSet_Revit_Dimensions"]
        room = next(r for r in whole.rooms if r.number == space.Name)
        assert room.printed_area_m2 == pytest.approx(sets["Area"], rel=1e-9)
        assert room.area_m2 < sets["Area"]
        assert "the model states" in room.reason
        if "its stated volume agrees" in room.reason:
            prisms += 1
            assert room.status == "confirmed"
            # The height of a space is its unbounded height less the finish of its floor.
            assert 0.99 < room.area_m2 * sets["Unbounded Height"] / sets["Volume"] < 1.01
    assert prisms == 17


@pytest.mark.parametrize(("storey", "name"), [("Level 1", "duplex_l1_aia_mm"), ("Level 2", "duplex_l2_bs1192_m_grid")])
def test_against_the_keys_of_the_drawn_plans(model: Path, shared: Path, storey: str, name: str) -> None:
    """Every room, label, door, hinge and neighbour of the key; the drawing's frame is turned back to the model's."""
    key = json.loads((shared / "plans_with_key" / f"{name}.json").read_text(encoding="utf-8"))
    turn, (x0, y0) = math.radians(key["frame"]["rotation_deg"]), key["frame"]["origin_m"]

    def back(p: Any) -> Any:
        if p and isinstance(p[0], (list, tuple)):
            return [back(q) for q in p]
        x, y = p[0] - x0, p[1] - y0
        return [x * math.cos(turn) + y * math.sin(turn), y * math.cos(turn) - x * math.sin(turn)] if p else p

    key["rooms"] = [r | {"polygon": back(r["polygon"]), "holes": [back(h) for h in r["holes"]]} for r in key["rooms"]]
    key["doors"] = [d | {"at": back(d["at"]), "hinge_at": back(d["hinge_at"])} for d in key["doors"]]
    plan = read_plan(model, storey=storey, cache=False)
    got = score(plan, key)
    assert (got.rooms, got.labels, got.doors, got.adjacency) == (1.0, 1.0, 1.0, 1.0)
    assert len(plan.rooms) == 10
    by_number = {r["id"]: r["number"] for r in key["rooms"]} | {"outside": "outside"}
    for d in key["doors"]:
        door = min(plan.doors, key=lambda p: math.dist(p.at, d["at"]))
        assert door.width_m == pytest.approx(d["width_m"], abs=1e-3)
        assert door.hinge_at is not None
        assert math.dist(door.hinge_at, d["hinge_at"]) < 2e-3
        assert by_number.get(d["swings_into"], "") in (door.swing_to, "")
