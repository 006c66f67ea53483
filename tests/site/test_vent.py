"""The quench of a site: route from the file or a layer, rooms crossed, neighbours of the outlet, the room."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from mrsite.base.errors import InputError
from mrsite.face.site import Site
from mrsite.site import vent_words
from mrsite.site.vent import vent_site
from mrsite.site.vent_places import storey_at

from .quench_site import OUTSIDE, THROUGH_THE_WARD, VENTED, building


def vent(folder: Path, **more):
    return vent_site(Site.from_dict(building(folder, **more), relative_to=folder).project)[0]


def test_a_stated_route_is_computed(tmp_path):
    v = vent(tmp_path, pipe=OUTSIDE)
    assert v.refused is None
    assert v.unknown == ()
    assert v.route.length == pytest.approx(0.8 + math.hypot(4.0, 0.1) + 7.3)
    assert len(v.route.bends) == 2
    assert v.drop.stated
    assert 0 < v.drop.cold.drop < v.drop.warm.drop == v.drop.drop.value < v.helium.limit
    assert v.sizing.uniform < 0.2
    assert v.outlet.direction == "up"
    # ambient pressure at the outlet, 10 m up: 12 Pa a metre
    assert v.drop.cold.ambient.pressure == pytest.approx(101325 - 120, abs=3)


def test_the_ward_that_is_crossed_is_found_with_its_length(tmp_path):
    v = vent(tmp_path, pipe=THROUGH_THE_WARD)
    assert [(c.space.name, c.storey, c.length, c.bare) for c in v.crossings] == [
        ("Ward", "First", pytest.approx(4.0), pytest.approx(4.0))
    ]
    assert not v.crossings[0].service
    assert v.floors == ("First",)
    assert vent(tmp_path, pipe=OUTSIDE).crossings == ()


def test_a_level_run_over_a_room_is_measured_in_plan(tmp_path):
    pipe = {
        "points": [[3.5, 3.0, 2.0], [3.5, 3.0, 2.9], [9.0, 3.0, 2.8], [9.0, 3.0, 10.0]],
        "insulation": {"material": "mineral-wool", "thickness_mm": 40, "length_m": 5.0},
    }
    v = vent(tmp_path, pipe=pipe)
    control = next(c for c in v.crossings if c.space.name == "Control")
    # 7.2 to 9.0 m level, then up from 2.8 to 4.0 m inside it
    assert control.length == pytest.approx(1.8 * math.hypot(1, 0.1 / 5.5) + 1.2, abs=0.01)
    assert control.nearest_floor == pytest.approx(2.8, abs=0.01)
    # insulated for 0.9 m up and 4.1 m along: to x = 7.6 m
    assert control.bare == pytest.approx(control.length - 0.4, abs=0.01)


def test_turning_the_frame_of_a_storey_moves_the_crossings_with_it(tmp_path):
    """The first floor drawn turned and shifted, tied by two points: the same room is crossed by the same length."""
    plain = vent(tmp_path, pipe=THROUGH_THE_WARD)
    site = building(tmp_path, pipe=THROUGH_THE_WARD)
    here = [[100.0, 50.0], [100.0, 60.0]]  # site (0,0) and (10,0), turned by 90 degrees
    site["storey"][1]["tie"] = {"here": here, "site": [[0.0, 0.0], [10.0, 0.0]]}
    site["room"][2]["polygon"] = [[100 - y, 50 + x] for x, y in [[0, 0], [10, 0], [10, 6], [0, 6]]]
    turned = vent_site(Site.from_dict(site, relative_to=tmp_path).project)[0]
    assert [(c.space.name, round(c.length, 6)) for c in turned.crossings] == [
        (c.space.name, round(c.length, 6)) for c in plain.crossings
    ]
    assert turned.crossings[0].line.centroid.coords[0] == pytest.approx((97.0, 53.5), abs=1e-6)


def test_neighbours_of_the_outlet(tmp_path):
    v = vent(
        tmp_path,
        pipe=OUTSIDE,
        opening=[
            {"at": [4.5, 7.5, 10.5], "kind": "intake", "name": "AHU"},
            {"at": [300.0, 7.5, 10.5], "kind": "intake"},
        ],
        window=[{"from": [2.0, 6.0], "to": [5.0, 6.0], "storey": "First", "sill": 0.9, "head": 2.1}],
        area=[
            {
                "name": "path",
                "polygon": [[-5, 8], [15, 8], [15, 10], [-5, 10]],
                "level": 0.0,
                "use": "pavement",
                "occupancy": "public",
            }
        ],
    )
    near = {n.name: n for n in v.neighbours}
    assert set(near) == {"AHU", "window 1 of First", "path"}
    assert near["window 1 of First"].at == pytest.approx((3.5, 6.0, 6.1))  # nearest point, at the head, 4.0 + 2.1
    assert near["path"].at == pytest.approx((3.5, 8.0, 2.1))
    worst = v.conflicts[0]
    assert worst.neighbour.name == "AHU"
    assert worst.margin == pytest.approx(math.hypot(1.0, 0.5) - 3.05)
    assert any(c.margin < 0 for c in v.plume)


def test_vendor_data_missing_are_asked_for_and_a_span_is_run(tmp_path):
    v = vent(tmp_path, pipe=OUTSIDE, helium={"sealed": "false"})
    assert not v.drop.stated
    assert len([u for u in v.unknown if "vendor" in u]) == 3
    assert v.sizing is None


def test_nothing_known_of_the_helium(tmp_path):
    v = vent(tmp_path, pipe=None, helium={})
    assert v.entry is None
    assert any("helium data" in u for u in v.unknown)
    assert any("quench pipe" in u for u in v.unknown)


def test_a_sealed_magnet_has_no_pipe_and_a_residual_release(tmp_path):
    v = vent(tmp_path, pipe=None, helium={"sealed": "true", "inventory_L": 7.0})
    assert v.route is None
    assert v.sealed.volume == pytest.approx(7 * 6 * 3)
    assert v.sealed.oxygen[0] == pytest.approx(0.2095 * (1 - 7e-3 * 749.6 / 126), rel=1e-3)
    assert v.sealed.least_volume == pytest.approx((75.8, 37.3), abs=0.1)


def test_two_phase_gas_is_refused_with_its_reason_and_the_rest_goes_on(tmp_path):
    v = vent(tmp_path, pipe=OUTSIDE, helium={**VENTED, "inlet_temperature_K": 4.3})
    assert v.drop is None
    assert "two-phase" in v.refused
    assert v.route is not None
    assert v.room is not None


def test_the_room_if_the_pipe_fails(tmp_path):
    v = vent(tmp_path, pipe=None)
    assert v.room.volume == pytest.approx(126.0)
    assert v.room.release.duration == pytest.approx(1.7 * 124.67 / 2, rel=1e-3)
    assert v.room.isothermal.time_below(0.18) == pytest.approx(126 / 12.026 * math.log(0.2095 / 0.18), rel=1e-2)
    assert v.room.way_out == pytest.approx(math.hypot(7.1, 3.0))
    assert v.room.stated


@pytest.mark.parametrize(
    ("pipe", "word"),
    [
        ({**OUTSIDE, "material": "bamboo"}, "bamboo"),
        ({**OUTSIDE, "insulation": {"material": "mineral-wool"}}, "thickness_mm"),
        ({**OUTSIDE, "insulation": {"thicknes_mm": 40}}, "thickness_mm"),
        ({**OUTSIDE, "insulation": "felt"}, "felt"),
        ({**OUTSIDE, "outlet": {"direction": "upp"}}, "did you mean 'up'"),
        ({**OUTSIDE, "outlet": {"cap": "hat"}}, "hat"),
        ({**OUTSIDE, "fittings": ["hod"]}, "hood"),
        ({**OUTSIDE, "fittings": {"bends": "gentle"}}, "smooth"),
        ({**OUTSIDE, "diameter_mm": [200.0, 200.0]}, "2 diameters"),
    ],
)
def test_a_wrong_word_is_an_error_that_names_the_pipe(tmp_path, pipe, word):
    project = Site.from_dict(building(tmp_path, pipe=pipe), relative_to=tmp_path).project
    with pytest.raises(InputError, match=word) as caught:
        vent_site(project)
    assert "[[quench_pipe]] of MR1" in caught.value.message


@pytest.mark.parametrize(
    ("change", "word"), [({"diameter_mm": None}, "diameter_mm"), ({"points": None, "layer": "M-QUENCH"}, "no polyline")]
)
def test_a_fact_that_lacks_leaves_the_pipe_unassessed(tmp_path, change, word):
    site = building(tmp_path, pipe=OUTSIDE)
    site["quench_pipe"][0] = {k: v for k, v in {**site["quench_pipe"][0], **change}.items() if v is not None}
    found = vent_site(Site.from_dict(site, relative_to=tmp_path).project)[0]
    assert found.drop is None
    assert word in found.refused


def test_a_pipe_without_a_scanner_on_a_site_of_two_is_ambiguous(tmp_path):
    site = building(tmp_path, pipe=OUTSIDE)
    del site["quench_pipe"][0]["scanner"]
    site["scanner"].append({**site["scanner"][0], "id": "MR2", "isocentre": [30.0, 3.0]})
    with pytest.raises(InputError, match="several scanners"):
        vent_site(Site.from_dict(site, relative_to=tmp_path).project)
    site["quench_pipe"][0]["scanner"] = "MR1, MR2"
    both = vent_site(Site.from_dict(site, relative_to=tmp_path).project)
    assert [v.shared_with for v in both] == [("MR2",), ("MR1",)]


def test_an_outlet_that_points_down_has_no_computed_cloud(tmp_path):
    down = {"points": [[3.5, 3.0, 2.0], [3.5, 3.0, 9.0], [3.5, 8.0, 9.0], [3.5, 8.0, 8.0]]}
    v = vent(tmp_path, pipe=down)
    assert v.outlet.direction == "down"
    assert v.envelopes == ()
    hooded = vent(tmp_path, pipe={**OUTSIDE, "outlet": "hood"})
    assert hooded.outlet.direction == "hooded"
    assert any(p.name == "hood" for p in hooded.route.pieces)


def test_a_route_on_a_layer_of_the_drawing(tmp_path):
    """A 3-D polyline and a line in millimetres on a layer: joined, scaled, started at the lower end."""
    ezdxf = pytest.importorskip("ezdxf")
    document = ezdxf.new("R2010", units=4)
    space = document.modelspace()
    for a, b in (((0, 0), (7000, 0)), ((7000, 0), (7000, 6000)), ((7000, 6000), (0, 6000)), ((0, 6000), (0, 0))):
        space.add_line(a, b, dxfattribs={"layer": "A-WALL"})
    space.add_polyline3d(
        [(3500, 7000, 10000), (3500, 7000, 2700), (3500, 3000, 2800)], dxfattribs={"layer": "M-QUENCH"}
    )
    space.add_line((3500, 3000, 2000), (3500, 3000, 2800), dxfattribs={"layer": "M-QUENCH"})
    document.saveas(tmp_path / "ground.dxf")
    site = building(tmp_path, pipe={"layer": "M-QUENCH", "storey": "Ground", "fittings": {"bends": "smooth"}})
    site["storey"][0] |= {"plan": "ground.dxf", "units": "mm"}
    v = vent_site(Site.from_dict(site, relative_to=tmp_path).project)[0]
    assert v.refused is None
    assert v.points[0] == pytest.approx((3.5, 3.0, 2.0))
    assert v.points[-1] == pytest.approx((3.5, 7.0, 10.0))
    assert len(v.route.bends) == 2


def test_a_point_is_shown_on_the_storey_of_its_level(tmp_path):
    project = Site.from_dict(building(tmp_path, pipe=OUTSIDE), relative_to=tmp_path).project
    assert storey_at(project, (1.0, 2.0, 0.5)) == ("Ground", (1.0, 2.0))
    assert storey_at(project, (1.0, 2.0, 10.0))[0] == "First"
    assert storey_at(project, (1.0, 2.0, -3.0))[0] == "Ground"


@pytest.mark.parametrize(
    ("words", "read"),
    [
        ("hood", {"type": "hood"}),
        ("weather cowl", {"type": "hood"}),
        ("swan neck", {"type": "gooseneck"}),
        ("tee, branch", {"type": "tee-branch"}),
        ("long radius elbow", {"bends": "smooth", "counted": True}),
        ("90 degree bend", {"counted": True}),
        ("bird mesh", {"counted": True}),
        ("bellows", {"counted": True}),
        ("widget", {}),
    ],
)
def test_fittings_in_words(words, read):
    assert vent_words.fitting(words).values == read


@pytest.mark.parametrize(
    ("words", "read"),
    [
        ("40 mm mineral wool, first 15 m", {"material": "mineral-wool", "thickness_mm": 40.0, "length_m": 15.0}),
        ("Rockwool 50mm", {"material": "mineral-wool", "thickness_mm": 50.0}),
        ("uninsulated", {"material": "none"}),
        ("armaflex 19 mm", {"material": "elastomer", "thickness_mm": 19.0}),
        ("mineral-wool", {"material": "mineral-wool", "thickness_mm": 40.0}),
        ("felt", {}),
    ],
)
def test_insulation_in_words(words, read):
    assert vent_words.insulation(words).values == read


@pytest.mark.parametrize(
    ("words", "direction"),
    [
        ("vertical, above the roof", "up"),
        ("horizontal through the wall", "level"),
        ("turned down", "down"),
        ("rain cap", "hooded"),
    ],
)
def test_an_outlet_in_words(words, direction):
    assert vent_words.outlet(words).values["direction"] == direction


def test_an_outlet_in_unknown_words_is_taken_as_drawn_and_said(tmp_path):
    v = vent(tmp_path, pipe={**OUTSIDE, "outlet": "somewhere"})
    assert v.outlet.direction == "up"
    assert any("somewhere" in u for u in v.unknown)


def test_fittings_by_number_are_compared_with_the_geometry(tmp_path):
    v = vent(tmp_path, pipe={**OUTSIDE, "fittings": {"bend_90": 4, "tee-through": 1}})
    assert any("4 bends as stated, or 2" in u for u in v.unknown)
    assert sum(p.name == "tee-through" for p in v.route.pieces) == 1
    v = vent(tmp_path, pipe={**OUTSIDE, "fittings": ["bend-90-smooth", 0.8, "widget"]})
    assert "widget" in v.refused
    v = vent(tmp_path, pipe={**OUTSIDE, "fittings": ["90 degree bend", 0.8]})
    assert any(p.loss and p.loss.value == 0.8 for p in v.route.pieces)
