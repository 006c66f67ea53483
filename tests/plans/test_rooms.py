"""Rooms and doors of the drawings with answer keys, and of the real plans beside the checkout."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from mrsite.plans import door_graph, plan_report, read_plan, rooms_geojson

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared drawings are not beside this checkout")
KEYED = SHARED / "plans_with_key"


def _scorer() -> Any:
    spec = importlib.util.spec_from_file_location("score_rooms", KEYED / "score_rooms.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("path", sorted(KEYED.glob("*.dxf")), ids=lambda p: p.stem)
def test_keyed_plan(path: Path) -> None:
    key = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    s = _scorer().score(key, rooms_geojson(read_plan(path, units=key["unit"])))
    assert s["unit_right"]
    assert s["rooms_matched"] == s["rooms"]
    assert s["labels_right"] == s["labels"]
    assert s["false_rooms"] == 0
    assert s["doors_matched"] == s["doors"]
    assert s["false_doors"] == 0
    assert s["door_width_error_m"] <= 0.01
    assert s["adjacency_f1"] == 1


def test_apartments() -> None:
    plan = read_plan(SHARED / "floorplans" / "apartments_R2004_unitless.dxf", units="inch")
    words = " ".join(f"{r.name} {r.number}" for r in plan.rooms)
    flats = [f"A{n}" for n in range(101, 113)]
    for label in [*flats, "LOBBY", "CORRIDOR", "STORAGE", "ELEC. CLOSET", "ELEV", "ST. #1", "ST. #2"]:
        assert label in words, label
    for flat in flats:
        room = next(r for r in plan.rooms if flat in r.number)
        assert room.printed_area_m2
        off = abs(room.area_m2 / room.printed_area_m2 - 1)
        assert off <= 0.05 or (room.status == "withheld" and "prints" in room.reason)
    # The building section to the right is no plan: nothing is read from it.
    assert all(r.polygon.bounds[2] < 15 for r in plan.rooms)
    assert any(not v.read and v.extent[0] > 15 for v in plan.views)


def test_house() -> None:
    plan = read_plan(SHARED / "floorplans" / "house_R2007.dxf", units="cm")
    assert len(plan.rooms) == 9
    assert sum(d.kind == "double" for d in plan.doors) == 4
    assert sum(d.kind == "single" for d in plan.doors) == 8


@pytest.mark.parametrize("name", ["pavilion_plan_R2013", "pavilion_all_views_R2000"])
def test_pavilion(name: str) -> None:
    plan = read_plan(SHARED / "floorplans" / f"{name}.dxf", units="m")
    areas = sorted(r.area_m2 for r in plan.rooms)
    assert areas == pytest.approx([2.8, 2.9, 13.75, 19.7], abs=0.06)


def test_wall_running_through_under_a_wipeout() -> None:
    plan = read_plan(SHARED / "floorplans" / "wipeout_door_R2018.dxf", units="mm")
    assert plan.rooms == ()  # one wall encloses nothing, and nothing is made up


def test_an_outline_is_no_room() -> None:
    plan = read_plan(SHARED / "floorplans" / "parliament_georeferenced_R2018.dxf")
    assert plan.unit == "inch"  # its geodata say so
    assert plan.rooms == ()
    assert any("outlines" in c.why for c in plan.culls)


def test_graph_and_report_of_the_clinic() -> None:
    plan = read_plan(KEYED / "clinic_ground.dxf")
    graph = door_graph(plan)
    by = {r.number: r.id for r in plan.rooms}
    assert graph.has_edge(by["10"], by["9"])  # control to scan room
    assert not graph.has_edge(by["1"], by["9"])
    assert graph.number_of_edges("outside", by["1"]) == 2
    lines = plan_report(plan).lines()
    assert "11 rooms (11 confirmed)" in lines[0]
    assert any("the inside of walls" in line for line in lines)
    assert any(line.startswith("door swings -> mm") for line in lines)
