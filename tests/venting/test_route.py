"""The route from points: what is counted, split, and refused."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mrsite.base.errors import InputError
from mrsite.venting import catalogue
from mrsite.venting.route import Insulation, Piece, Route, route_from_points

POINTS = [[0, 0, 0], [0, 0, 2], [5, 0, 2], [5, 4, 2.2], [5, 4, 8]]


def test_bends_lengths_and_rise_come_from_the_points():
    r = route_from_points(POINTS, 0.2)
    assert len(r.bends) == 3
    assert r.length == pytest.approx(2 + 5 + math.hypot(4, 0.2) + 5.8)
    assert r.rise == pytest.approx(8)
    assert r.outlet_elevation_deg == pytest.approx(90)
    assert r.outlet_azimuth_deg is None
    assert r.unknown  # nobody said how the bends are made
    assert not route_from_points(POINTS, 0.2, bend_form="smooth").unknown


def test_collinear_points_are_no_bend_and_repeated_points_no_leg():
    r = route_from_points([[0, 0, 0], [0, 0, 1], [0, 0, 1], [0, 0, 3]], 0.2)
    assert not r.bends
    assert r.length == pytest.approx(3)


def test_turning_the_building_changes_nothing():
    a = route_from_points(POINTS, 0.2)
    angle = 0.7
    turn = np.array([[math.cos(angle), -math.sin(angle), 0], [math.sin(angle), math.cos(angle), 0], [0, 0, 1]])
    b = route_from_points(np.array(POINTS) @ turn.T + [1e6, 2e6, 30], 0.2)
    for x, y in zip(a.pieces, b.pieces):
        assert x.kind == y.kind
        assert (x.length, x.rise) == pytest.approx((y.length, y.rise), rel=1e-6, abs=1e-8)
        assert (x.loss.value if x.loss else 0) == pytest.approx(y.loss.value if y.loss else 0, rel=1e-6)


def test_bend_losses():
    assert catalogue.bend_loss(90).value == 1.0
    assert catalogue.bend_loss(90, radius_ratio=1.5).value == 0.25
    assert catalogue.bend_loss(45, form="smooth").value == pytest.approx(0.125)
    assert catalogue.bend_loss(90, form="mitre").value == pytest.approx(1.2)
    assert catalogue.bend_loss(45, form="mitre").value < 0.3
    assert catalogue.bend_loss(90).lower < catalogue.bend_loss(90, form="smooth").value + 1e-9


def test_a_change_of_bore_is_found_and_a_narrowing_is_named():
    wide = route_from_points(POINTS, [0.2, 0.2, 0.25, 0.25])
    assert [p.diameter for p in wide.pieces if p.kind == "area"] == [0.25]
    assert not wide.narrowings()
    narrow = route_from_points(POINTS, [0.25, 0.25, 0.2, 0.2])
    assert narrow.narrowings()
    after = [p for p in narrow.pieces if p.name == "contraction"]
    assert after[0].loss.value == pytest.approx(0.5 * (1 - (0.2 / 0.25) ** 2))


def test_insulation_covers_the_first_metres_only():
    r = route_from_points(POINTS, 0.2, insulation=Insulation(0.04, 0.035), insulated_to_m=3.0)
    covered = sum(p.length for p in r.pieces if p.insulation)
    assert covered == pytest.approx(3.0)
    assert r.length == pytest.approx(2 + 5 + math.hypot(4, 0.2) + 5.8)


def test_fittings_sit_where_they_are_said_to():
    r = route_from_points(
        POINTS,
        0.2,
        [
            {"type": "hood"},
            {"K": 0.7, "name": "disc", "at": "inlet"},
            {"type": "bend-90-smooth", "at": 1},
            {"type": "flexible", "station_m": 3.0, "length_m": 1.0},
            {"type": "mesh", "free_area": 0.5},
        ],
    )
    names = [(p.name, round(p.start, 3)) for p in r.pieces if p.kind == "fitting"]
    assert names[0] == ("disc", 0.0)
    assert names[1][0].startswith("bend")
    assert names[-2][0] == "hood"
    assert names[-1][0] == "mesh"
    assert len(r.bends) == 3
    assert r.bends[0].loss.value == 0.25
    assert r.bends[1].loss.value == 1.0
    hose = [p for p in r.pieces if p.friction_times > 1]
    assert sum(p.length for p in hose) == pytest.approx(1.0)
    assert catalogue.mesh_loss(0.5).value == pytest.approx(1.3 * 0.5 + 1)
    assert catalogue.mesh_loss(2.0).value == 0.0


def test_a_siphon_and_a_fall_to_the_magnet_are_seen():
    r = route_from_points([[0, 0, 0], [0, 0, 3], [4, 0, 3], [4, 0, 2.5], [8, 0, 2.5], [8, 0, 5]], 0.2)
    assert r.low_points() == ((4.0, 0.0, 2.5),)
    assert len(r.level_runs()) == 2
    towards_magnet = route_from_points([[0, 0, 0], [0, 0, 3], [10, 0, 3.1]], 0.2)
    assert len(towards_magnet.falls_to_magnet()) == 1
    assert not route_from_points([[0, 0, 0], [0, 0, 3], [10, 0, 2.9]], 0.2).falls_to_magnet()


def test_points_along_the_route():
    r = route_from_points(POINTS, 0.2)
    assert r.point_at(2.0) == pytest.approx((0, 0, 2))
    assert r.point_at(4.5) == pytest.approx((2.5, 0, 2))


@pytest.mark.parametrize(
    ("points", "bore", "fittings", "word"),
    [
        ([[0, 0, 0]], 0.2, [], "two points"),
        ([[0, 0, 0], [0, 0, 0]], 0.2, [], "differ"),
        ([[0, 0], [0, 1]], 0.2, [], "triples"),
        ([[0, 0, 0], [0, 0, math.nan]], 0.2, [], "finite"),
        (POINTS, [0.2, 0.2], [], "2 diameters"),
        (POINTS, 200.0, [], "5 m"),
        (POINTS, -0.2, [], "diameter"),
        (POINTS, 0.2, [{"type": "hod"}], "hood"),
        (POINTS, 0.2, [{"typ": "hood"}], "unknown key"),
        (POINTS, 0.2, [{"type": "hood", "at": 9}], "number of a point"),
        (POINTS, 0.2, [{"type": "hood", "station_m": 99.0}], "not on the route"),
        (POINTS, 0.2, [{"name": "x"}], "give type"),
        (POINTS, 0.2, [{"type": "mesh"}], "free area"),
    ],
)
def test_what_is_no_route_is_refused(points, bore, fittings, word):
    with pytest.raises(InputError, match=word):
        route_from_points(points, bore, fittings)


def test_a_route_without_pipe_or_with_a_vertical_beyond_upright_is_refused():
    with pytest.raises(InputError, match="length of pipe"):
        Route(())
    with pytest.raises(InputError, match="upright"):
        Route((Piece("pipe", 0.2, 1.0, rise=1.5),))
