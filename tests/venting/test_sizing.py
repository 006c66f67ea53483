"""Diameters, vendor tables, outlet distances, and the cooling wall."""

from __future__ import annotations

import numpy as np
import pytest

from mrsite.base.errors import InputError
from mrsite.venting import outlet, sizing
from mrsite.venting.outlet import Neighbour
from mrsite.venting.pipe import solve_pipe
from mrsite.venting.route import Route, route_from_points
from mrsite.venting.search import Inlet
from mrsite.venting.transient import cool_down, wall_heat

POINTS = [[0, 0, 0], [0, 0, 2], [8, 0, 2], [8, 0, 12]]


def test_the_uniform_bore_is_the_smallest_that_holds_the_limit():
    r = route_from_points(POINTS, 0.15)
    found = sizing.required_diameters(r, 2.0, Inlet(10.0), 20000.0, accuracy=2e-4)
    assert found.drop > 20000.0
    assert found.uniform is not None
    assert sizing.worse_drop(r.with_diameter(found.uniform), 2.0, Inlet(10.0)) <= 20000.0
    assert sizing.worse_drop(r.with_diameter(found.uniform - 5e-4), 2.0, Inlet(10.0)) > 20000.0


def test_each_section_is_sized_with_the_others_as_drawn():
    r = route_from_points(POINTS, [0.15, 0.2, 0.25])
    found = sizing.required_diameters(r, 2.0, Inlet(10.0), 25000.0)
    assert len(found.sections) == 3
    assert sum(s.share for s in found.sections) == pytest.approx(1.0, abs=1e-6)
    for number, section in enumerate(found.sections):
        if section.required is not None:
            groups = sizing._groups(r.pieces)
            changed = sizing._with_section(r, groups, number, section.required)
            assert sizing.worse_drop(changed, 2.0, Inlet(10.0)) <= 25000.0
    with pytest.raises(InputError, match="limit"):
        sizing.required_diameters(r, 2.0, Inlet(10.0), 0.0)


def test_a_limit_that_no_bore_holds():
    # ambient itself at the flange cannot be undercut: a limit below the cold column's weight
    riser = route_from_points([[0, 0, 0], [0, 0, 40]], 0.3)
    assert sizing.required_diameters(riser, 0.5, Inlet(6.5), 100.0).uniform is None


def test_brukers_worked_example_adds_up_to_its_own_rows():
    """0.7+20+2.52+20+4.9+40+5.6+40+11.2+60+16.8 = 221.72 mbar, where the page prints 181.7."""
    mbar = [
        (1.4, 0.5),
        (20, 1),
        (1.4, 1.8),
        (20, 1),
        (1.4, 3.5),
        (40, 1),
        (2.8, 2),
        (40, 1),
        (2.8, 4),
        (60, 1),
        (4.2, 4),
    ]
    assert sizing.table_sum(mbar) == pytest.approx(221.72)
    # as a route: bends at 0.5, 2.3, 5.8, 7.8, 11.8 m; the bands change where the table's own rows do
    points = [[0, 0, 0], [0, 0, 0.5], [1.8, 0, 0.5], [1.8, 3.5, 0.5], [1.8, 3.5, 2.5], [5.8, 3.5, 2.5], [5.8, 3.5, 6.5]]
    applied = sizing.sizing_table(route_from_points(points, 0.2), "bruker-200")
    assert applied.applies
    assert applied.drop.lower == pytest.approx(22172)
    assert applied.drop.upper > applied.drop.lower  # where the bands end is not stated: the wider reading is shown too
    assert applied.limit == 40000
    assert not sizing.sizing_table(route_from_points(points, 0.3), "bruker-200").applies
    with pytest.raises(InputError, match="bruker-200"):
        sizing.sizing_table(route_from_points(points, 0.2), "bruker-20")


def test_the_vendors_distances_are_measured_to_each_neighbour():
    at = (10.0, 5.0, 6.0)
    people = [
        Neighbour("intake", "intake", (12.0, 5.0, 6.5)),
        Neighbour("window above", "window", (10.0, 5.5, 11.0)),
        Neighbour("far window", "window", (20.0, 5.0, 6.0)),
        Neighbour("walkway", "walkway", (10.0, 5.0, 2.0)),
    ]
    found = outlet.outlet_exclusion(at, people)
    margin = {(c.neighbour.name, c.zone.id): c.margin for c in found}
    assert margin["intake", "siemens-mobile"] == pytest.approx(2.0 - 3.05)
    assert margin["window above", "siemens-mobile"] < 0 < margin["window above", "bruker-biospec"]
    assert margin["far window", "siemens-mobile"] == pytest.approx(10 - 3.05)
    assert margin["walkway", "siemens-mobile"] == pytest.approx(4.0 - 3.05)
    assert [c.margin for c in found] == sorted(c.margin for c in found)
    own = outlet.exclusion_zones(5.0, "magnet file")
    assert own[0].side == 5.0
    assert outlet.outlet_exclusion(at, [Neighbour("vent", "gargoyle", at)]) == ()


def test_the_cooling_wall_goes_from_the_warm_to_the_cold_bound():
    r = route_from_points(POINTS, 0.2, wall_m=0.002)
    cold, warm = (solve_pipe(r, 2.0, Inlet(10.0), wall=w) for w in ("cold", "warm"))
    run = cool_down(r, 2.0, Inlet(10.0), duration=60.0, outside_heat=False)
    assert run.drop[0] == pytest.approx(warm.drop, rel=1e-6)
    assert run.drop[-1] == pytest.approx(cold.drop, rel=0.02)
    assert np.all(np.diff(run.drop) < 1.0)
    assert np.all(np.diff(run.exit_temperature) < 0.05)


def test_the_wall_gives_the_gas_the_heat_it_held():
    """Energy: the gas's excess enthalpy over the run is the wall's heat between 293 K and where it ends."""
    r = route_from_points(POINTS, 0.2, wall_m=0.002)
    run = cool_down(r, 2.0, Inlet(10.0), duration=60.0, step=0.5, outside_heat=False)
    cold = solve_pipe(r, 2.0, Inlet(10.0))
    taken = float(np.trapezoid(5193.0 * 2.0 * (run.exit_temperature - cold.exit.temperature), run.time))
    assert taken == pytest.approx(wall_heat(r), rel=0.05)


def test_a_varying_flow_and_a_wall_without_heat_capacity():
    r = route_from_points(POINTS, 0.2)
    run = cool_down(r, lambda t: 2.0 if t < 2 else 0.5, Inlet(10.0), duration=4.0)
    assert run.drop[-1] < 0.3 * run.drop[0]
    with pytest.raises(InputError, match="embrittles"):
        cool_down(r, 2.0, Inlet(10.0), duration=1.0, material="carbon-steel")
    assert isinstance(r, Route)
