"""The march along the pipe: limits in closed form, an independent code, and choking that is found."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest

from mrsite.base.errors import InputError
from mrsite.validation import closed_forms
from mrsite.venting import helium, pipe
from mrsite.venting.catalogue import Loss
from mrsite.venting.drop import vent_drop
from mrsite.venting.ledger import ledger
from mrsite.venting.pipe import Ambient, march_down, solve_pipe
from mrsite.venting.route import Piece, Route, chained, route_from_points
from mrsite.venting.search import Inlet

from .finite_volume import march as finite_volume


def route(*pieces):
    made = []
    for piece in pieces:
        if piece[0] == "pipe":
            _, bore, length, rise, rough = piece
            made.append(Piece("pipe", bore, length, rise, rough))
        else:
            _, bore, k = piece
            made.append(Piece("fitting", bore, loss=Loss(k, k, k, "test"), name="fit"))
    return Route(chained(made))


A = (
    ("pipe", 0.2, 1, 1, 4.5e-5),
    ("fit", 0.2, 0.3),
    ("pipe", 0.2, 4, 0, 4.5e-5),
    ("fit", 0.2, 0.3),
    ("pipe", 0.2, 5, 1, 4.5e-5),
    ("fit", 0.2, 0.3),
    ("fit", 0.2, 0.5),
)
WIDENING = (("pipe", 0.2, 3, 1, 4.5e-5), ("fit", 0.2, 0.5), ("pipe", 0.25, 6, 0.0, 4.5e-5), ("pipe", 0.3, 4, 1, 1e-4))


@pytest.mark.parametrize("pieces", [A, WIDENING], ids=["A", "widening"])
@pytest.mark.parametrize(
    ("wall", "flow", "temperature"), [("cold", 2.0, 10.0), ("warm", 2.0, 10.0), ("warm", 3.5, 6.5)]
)
def test_an_independent_code_agrees(pieces, wall, flow, temperature):
    """Finite volumes on CoolProp, started from our inlet pressure, must come out at ambient pressure."""
    pytest.importorskip("CoolProp")
    ours = solve_pipe(route(*pieces), flow, Inlet(temperature), wall=wall)
    p, t, u, mach = finite_volume(pieces, flow, ours.inlet.pressure, temperature, None if wall == "cold" else 293.15)
    assert p - 101325.0 == pytest.approx(0.0, abs=1e-3 * ours.drop)
    # conductivity near the critical point is without its enhancement: 1 % of the heat there
    assert t == pytest.approx(ours.exit.temperature, rel=3e-3)
    assert u == pytest.approx(ours.exit_velocity, rel=3e-3)
    assert mach == pytest.approx(ours.exit_mach, rel=3e-3)


def test_incompressible_limit():
    one = Route((Piece("pipe", 0.2, 20.0, friction=0.02),))
    got = solve_pipe(one, 0.02, Inlet(293.15))
    rho = helium.state_pt(101325.0, 293.15).density
    u = 0.02 / (rho * math.pi * 0.01)
    assert got.drop == pytest.approx(0.02 * 20 / 0.2 * 0.5 * rho * u**2, rel=5e-4)


@pytest.mark.parametrize("mach", [0.1, 0.3, 0.6])
def test_fanno_flow_of_a_nearly_ideal_gas(mach):
    """At 300 K and 500 Pa helium is ideal to 3e-6: the march must follow Fanno's closed form almost to M = 1."""
    gamma = 5 / 3
    gas = helium.state_pt(5e2, 300.0)
    to_sonic = closed_forms.fanno_length(mach, gamma)
    for share in (0.5, 0.95, 0.999):
        length = share * to_sonic * 0.1 / 0.02
        one = Route((Piece("pipe", 0.1, length, friction=0.02),))
        got = march_down(one, mach * gas.density * gas.sound_speed * math.pi * 0.0025, gas)
        wanted = closed_forms.fanno_mach((1 - share) * to_sonic, gamma)
        assert got.exit_mach == pytest.approx(wanted, rel=2e-3)
        ratio = closed_forms.fanno_pressure_ratio(wanted, gamma) / closed_forms.fanno_pressure_ratio(mach, gamma)
        assert got.exit.pressure == pytest.approx(5e2 * ratio, rel=3e-3)


def test_beyond_the_sonic_length_the_march_says_choked():
    gas = helium.state_pt(5e2, 300.0)
    length = 1.01 * closed_forms.fanno_length(0.3, 5 / 3) * 0.1 / 0.02
    with pytest.raises(InputError, match=r"chokes 21\.\d+ m down the route"):
        march_down(
            Route((Piece("pipe", 0.1, length, friction=0.02),)),
            0.3 * gas.density * gas.sound_speed * math.pi * 0.0025,
            gas,
        )


def test_isothermal_flow():
    """A film so good that the gas keeps the wall's temperature: the isothermal closed form to 0.5 %."""
    one = Route((Piece("pipe", 0.2, 50.0, friction=0.015),))
    cells, _ = pipe.cells_of(one, "warm", Ambient(293.15, 1.3e5))
    cells = pipe.with_film(cells, 1e5, 293.15)
    got = solve_pipe(one, 2.0, Inlet(293.15), Ambient(293.15, 1.3e5), "warm", cells=cells)
    flux = 2.0 / (math.pi * 0.01)
    gas_constant = float(helium.coefficients().gas[0])
    wanted = closed_forms.isothermal_inlet(1.3e5, flux, gas_constant, 293.15, 0.015 * 50 / 0.2)
    assert got.inlet.pressure - 1.3e5 == pytest.approx(wanted - 1.3e5, rel=5e-3)
    assert got.exit.temperature == pytest.approx(293.15, abs=1.0)


@pytest.mark.parametrize("wall", ["cold", "warm", "insulated"])
def test_halving_the_cell_moves_the_drop_under_one_in_ten_thousand(wall):
    coarse = solve_pipe(route(*A), 2.0, Inlet(10.0), wall=wall)
    fine = solve_pipe(route(*A), 2.0, Inlet(10.0), wall=wall, cells_per_m=2 * pipe.CELLS_PER_M)
    assert fine.drop == pytest.approx(coarse.drop, rel=1e-4)


@pytest.mark.parametrize("pieces", [A, WIDENING], ids=["A", "widening"])
def test_mass_and_total_enthalpy_are_conserved(pieces):
    got = solve_pipe(route(*pieces), 2.0, Inlet(10.0))
    np.testing.assert_allclose(got.rho * got.v * math.pi / 4 * got.diameter**2, 2.0, rtol=1e-10)
    total = got.h + 0.5 * got.v**2 + 9.80665 * got.z
    np.testing.assert_allclose(total, total[0], rtol=1e-8)
    assert got.exit.pressure == pytest.approx(101325.0, rel=1e-8)
    # entropy never falls where no heat leaves
    entropy = [helium.state(r, t).entropy for r, t in zip(got.rho, got.T)]
    assert min(np.diff(entropy)) > -1e-6


def test_marching_the_answer_gives_it_back():
    got = solve_pipe(route(*A), 2.0, Inlet(10.0), wall="warm")
    again = march_down(route(*A), 2.0, got.inlet, wall="warm")
    np.testing.assert_allclose(again.T, got.T, rtol=1e-9)


def test_a_choked_outlet_is_sonic_and_above_ambient():
    got = solve_pipe(route(("pipe", 0.1, 5, 0, 4.5e-5)), 2.0, Inlet(293.15))
    assert got.choked
    assert got.choked_at == pytest.approx(5.0)
    assert got.exit_mach == pytest.approx(1.0, abs=1e-4)
    assert got.exit.pressure > 1.3 * got.ambient.pressure
    # from the throat upstream the length must be Fanno's, with the friction factor along the way nearly constant
    f = float(np.median(pipe_friction(got)))
    assert f * 5 / 0.1 == pytest.approx(closed_forms.fanno_length(float(got.M[0]), 5 / 3), rel=0.01)


def pipe_friction(result):
    from mrsite.venting import _kernels

    c = helium.coefficients()
    g = result.mass_flow / (math.pi / 4 * result.diameter**2)
    return [
        _kernels.darcy(float(gi * d) / _kernels.viscosity(float(r), float(t), c.transport), 4.5e-5 / float(d))
        for gi, d, r, t in zip(g, result.diameter, result.rho, result.T)
    ]


def test_a_flow_just_below_choking_is_not_called_choked():
    one = route(("pipe", 0.1, 5, 0, 4.5e-5))
    flows = np.linspace(1.0, 2.0, 21)
    choked = [solve_pipe(one, float(flow), Inlet(293.15)).choked for flow in flows]
    first = choked.index(True)
    assert all(choked[first:])
    assert not any(choked[:first])
    below = solve_pipe(one, float(flows[first - 1]), Inlet(293.15))
    assert below.exit_mach < 1.0
    assert below.exit.pressure == pytest.approx(101325.0, rel=1e-7)


def test_a_sonic_enlargement_chokes_inside_and_the_rest_meets_ambient():
    narrow = route(("pipe", 0.1, 5, 0, 4.5e-5))
    both = route(("pipe", 0.1, 5, 0, 4.5e-5), ("pipe", 0.2, 5, 0, 4.5e-5))
    alone, got = (solve_pipe(r, 2.0, Inlet(293.15)) for r in (narrow, both))
    assert got.choked
    assert got.choked_at == pytest.approx(5.0)
    assert got.inlet.pressure == pytest.approx(alone.inlet.pressure, rel=1e-6)  # upstream of the throat nothing changes
    assert got.exit.pressure == pytest.approx(101325.0, rel=1e-7)
    assert got.exit_mach < 0.5
    total = got.h + 0.5 * got.v**2
    np.testing.assert_allclose(total, total[0], rtol=1e-6)


def test_a_contraction_chokes_too():
    got = solve_pipe(route(("pipe", 0.2, 5, 0, 4.5e-5), ("pipe", 0.1, 5, 0, 4.5e-5)), 2.0, Inlet(293.15))
    assert got.choked
    assert got.exit_mach == pytest.approx(1.0, abs=1e-4)


def test_warm_wall_decides_most_routes_and_cold_wall_a_tall_riser():
    drop = vent_drop(route(*A), 2.0, 10.0)
    assert drop.worse is drop.warm
    assert drop.drop.value == drop.warm.drop > 10 * drop.cold.drop
    riser = vent_drop(route(("pipe", 0.3, 30, 1, 4.5e-5)), 0.5, 6.5)
    assert riser.worse is riser.cold
    assert riser.drop.value == riser.cold.drop > 4 * riser.warm.drop
    for d in (drop, riser):
        assert d.drop.lower < d.drop.value < d.drop.upper


def test_without_vendor_data_a_span_is_run_and_said():
    drop = vent_drop(route(*A), None, None)
    assert not drop.stated
    assert drop.flow == (1.0, 6.0)
    assert drop.drop.lower < 1000 < 50000 < drop.drop.upper
    assert vent_drop(route(*A), 2.0, 10.0).stated


def test_drop_grows_with_flow_and_falls_with_bore():
    drops = [solve_pipe(route(*A), f, Inlet(10.0), wall="warm").drop for f in (0.5, 1, 2, 4)]
    assert drops == sorted(drops)
    bores = [solve_pipe(route(*A).with_diameter(d), 2.0, Inlet(10.0), wall="warm").drop for d in (0.15, 0.2, 0.3)]
    assert bores == sorted(bores, reverse=True)


@pytest.mark.parametrize("wall", ["cold", "warm"])
def test_two_phase_is_refused_and_not_clipped(wall):
    with pytest.raises(InputError, match="two-phase or liquid"):
        solve_pipe(route(*A), 2.0, Inlet(4.224), wall=wall)
    with pytest.raises(InputError, match="two-phase"):
        solve_pipe(route(*A), 6.0, Inlet(4.6), wall="warm")
    with pytest.raises(InputError, match="two-phase"):
        Inlet(4.5, quality=0.9)


@pytest.mark.parametrize("flow", [0.0, -1.0, math.nan, math.inf])
def test_no_flow_is_refused(flow):
    with pytest.raises(InputError, match="kg/s"):
        solve_pipe(route(*A), flow, Inlet(10.0))


def test_stagnation_inlet():
    """Stagnation temperature stated: the static one lies u^2/2 below it in enthalpy."""
    got = solve_pipe(route(*A), 2.0, Inlet(293.15, stagnation=True))
    assert got.T[0] < 293.15
    rest = helium.state_pt(101325.0 + got.drop_stagnation, 293.15)
    assert rest.enthalpy == pytest.approx(got.h[0] + 0.5 * got.v[0] ** 2, rel=1e-8)
    assert rest.entropy == pytest.approx(got.inlet.entropy, rel=1e-7)


def test_no_force_is_lost_between_flange_and_outlet():
    """Momentum of a straight level pipe: what the gas loses is what friction took (checked by pressures alone)."""
    one = Route((Piece("pipe", 0.2, 10.0, friction=0.0),))
    got = solve_pipe(one, 2.0, Inlet(10.0))
    assert got.drop == pytest.approx(0.0, abs=0.01)


def test_thrust():
    got = solve_pipe(route(*A), 2.0, Inlet(10.0), wall="warm")
    assert got.thrust == pytest.approx(2.0 * got.exit_velocity, rel=1e-3)
    assert got.thrust == pytest.approx(272, rel=0.01)  # the published example: 2 kg/s at 136 m/s


def test_speed_of_a_long_route():
    """60 m with 8 bends under 1 s (compiled code at hand); the limit is loose, since the machine is shared."""
    points = [
        [0, 0, 0],
        [0, 0, 3],
        [10, 0, 3],
        [10, 8, 3],
        [18, 8, 3.2],
        [18, 8, 6],
        [18, 18, 6],
        [25, 18, 6],
        [25, 18, 15],
        [25, 20, 15],
    ]
    long = route_from_points(points, 0.25)
    assert len(long.bends) == 8
    vent_drop(long, 2.5, 10.0)
    start = time.perf_counter()
    vent_drop(long, 2.5, 10.0)
    assert time.perf_counter() - start < 3.0


@pytest.mark.parametrize("wall", ["cold", "warm"])
@pytest.mark.parametrize("pieces", [A, WIDENING], ids=["A", "widening"])
def test_the_ledger_of_a_hand_calculation_closes(pieces, wall):
    """Friction, weight and acceleration by means of each piece add up to the marched drop within 2 %."""
    got = solve_pipe(route(*pieces), 2.0, Inlet(10.0), wall=wall)
    rows = ledger(got)
    assert sum(r.drop for r in rows) == pytest.approx(got.drop, rel=1e-6)
    assert sum(r.by_friction + r.by_weight + r.by_acceleration for r in rows) == pytest.approx(got.drop, rel=0.02)
    assert sum(r.length for r in rows) == pytest.approx(got.route.length)
