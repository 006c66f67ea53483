"""The room: closed forms, an independent simulation, and the limits between the two models."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mrsite.base.errors import InputError
from mrsite.venting import helium, relief, room
from mrsite.venting.room import Release

COLD = Release(2.0, 10.0)


def test_isothermal_forms_satisfy_their_balance():
    """V dC/dt = Q C0 - (Q + R) C for supply, and so on: checked by differences, not by the same formula."""
    volume, spill, fan, c0 = 120.0, 0.2, 0.566, 0.21
    for t in (1.0, 60.0, 300.0):
        h = 1e-3

        def slope(f, t=t, h=h):
            return volume * (f(t + h) - f(t - h)) / (2 * h)

        def supply(t):
            return room.oxygen_isothermal(t, volume, spill, fan, "supply", c0)

        def weak(t):
            return room.oxygen_isothermal(t, volume, spill, 0.1, "extract", c0)

        def strong(t):
            return room.oxygen_isothermal(t, volume, spill, fan, "extract", c0)

        assert slope(supply) == pytest.approx(fan * c0 - (fan + spill) * supply(t), rel=1e-6)
        assert slope(weak) == pytest.approx(-spill * weak(t), rel=1e-6)
        assert slope(strong) == pytest.approx((fan - spill) * c0 - fan * strong(t), rel=1e-6)


def test_enthalpy_model_against_a_constant_volume_simulation():
    """An independent simulation: internal energy at fixed volume with a large hatch, explicit Euler in small steps."""
    gas, m_he = 8.314462618, 0.004002602
    p0, volume, t_room = 101325.0, 120.0, 293.15
    air = p0 * volume / (gas * t_room)
    he = 0.0
    energy = 2.5 * gas * air * t_room
    inflow = 2.0 / m_he
    h_in = COLD.molar_enthalpy
    dt = 2e-4
    hatch = 5.0  # m2: so wide that the pressure stays at ambient to 1e-4
    for _ in range(round(10.0 / dt)):
        n = air + he
        cv = gas * (2.5 * air + 1.5 * he) / n
        t = energy / (n * cv)
        p = n * gas * t / volume
        molar = (air * 0.0289647 + he * m_he) / n
        rho = n * molar / volume
        out = 0.0
        if p > p0:
            out = 0.6 * hatch * math.sqrt(2 * (p - p0) / rho) * n / volume
        out = min(out, 0.3 * n)
        energy += dt * (inflow * h_in - out * (cv + gas) * t)
        air += dt * (-out * air / n)
        he += dt * (inflow - out * he / n)
    n = air + he
    ours = room.room_oxygen(COLD, volume, until=10.0)
    assert ours.oxygen[-1] == pytest.approx(0.2095 * air / n, rel=2e-3)
    assert ours.temperature[-1] == pytest.approx(t, rel=2e-3)


def test_cold_helium_pushes_out_a_third_of_the_isothermal_volume():
    assert room.first_outflow(COLD) / room.spill_rate(2.0) == pytest.approx(0.309, abs=0.002)
    # helium at room temperature stores 2.5/3.5 of the enthalpy: (2.5 + 1)/3.5 = 1, the isothermal flow
    assert room.first_outflow(Release(2.0, 293.15)) == pytest.approx(room.spill_rate(2.0), rel=1e-3)


def test_warm_helium_makes_both_models_one():
    warm = Release(0.5, 293.15)
    mixed = room.room_oxygen(warm, 120.0, until=20.0)
    assert mixed.oxygen[-1] == pytest.approx(room.oxygen_isothermal(20.0, 120.0, room.spill_rate(0.5)), rel=3e-3)
    assert mixed.temperature[-1] == pytest.approx(293.15, abs=0.3)


def test_moles_are_conserved_with_the_fan_and_after_the_release():
    h = room.room_oxygen(Release(2.0, 10.0, duration=20.0), 120.0, until=900.0, fan=0.566, wall_conductance=1500.0)
    assert h.oxygen.min() > 0.0
    assert h.oxygen[-1] > 0.195
    assert h.time_below(0.18) < 10.0
    assert h.temperature[-1] == pytest.approx(293.15, abs=2)
    # well after the release the room is purged at the fan's own rate: d ln(C0 - C)/dt = -Q/V
    late = h.time > 300.0
    slope = np.polyfit(h.time[late], np.log(0.2095 - h.oxygen[late]), 1)[0]
    assert slope == pytest.approx(-0.566 / 120.0, rel=0.02)


def test_the_balance_ends_where_air_condenses():
    h = room.room_oxygen(Release(6.0, 5.0), 60.0, until=60.0)
    assert "condenses" in h.ended
    assert h.time[-1] < 60.0


def test_a_release_without_end_still_flows_at_the_last_moment():
    h = room.room_oxygen(COLD, 120.0, until=10.0)
    assert h.outflow[-1] > 1.0


def test_sealed_low_helium_magnets():
    """7 L: 76 m3 keeps 19.5 %, 38 m3 keeps 18 %; 20 L: 217 and 107 m3."""
    for litres, level, volume in ((7, 0.195, 75.8), (7, 0.18, 37.3), (20, 0.195, 216.6), (20, 0.18, 106.5)):
        gas = litres * 1e-3 * helium.expansion_ratio(293.15)
        assert room.least_room_volume(gas, level) == pytest.approx(volume, rel=2e-3)
        assert room.oxygen_instant(gas, volume)[0] == pytest.approx(level, rel=1e-3)
    displaced, mixed = room.oxygen_instant(500.0, 100.0)
    assert displaced == 0.0
    assert 0.0 < mixed < 0.01


def test_fatality_factor():
    assert room.fatality_factor(0.18) == 0.0
    assert room.fatality_factor(0.088) == 1.0
    assert room.fatality_factor(0.05) == 1.0
    assert room.fatality_factor(0.12) == pytest.approx(10 ** (6.5 - 76 * 0.12))


def test_alarm_layer_and_recovery():
    h = room.isothermal_history(Release(2.0, 10.0, duration=30.0), 120.0, until=300.0, fan=0.566)
    assert room.alarm_time(h, 0.18, delay=5.0) == pytest.approx(h.time_below(0.18) + 5.0)
    assert room.alarm_time(room.isothermal_history(Release(1e-4, 10.0), 120.0, until=10.0), 0.18) is None
    assert room.layer_time(40.0, 3.0, 12.0) == pytest.approx(40 * 1.5 / 12)
    assert room.recovery_time(0.195, 12 / 3600, 0.0, 0.21) == pytest.approx(791.7, rel=1e-3)
    assert room.recovery_time(0.195, 0.0) == math.inf
    assert room.recovery_time(0.18, 1.0, 0.2) == 0.0


@pytest.mark.parametrize("bad", [{"volume": 0.0}, {"volume": -1.0}, {"fan": -1.0}, {"until": -1.0}])
def test_nonsense_is_refused(bad):
    given = {"volume": 100.0, "until": 1.0, "fan": 0.0, **bad}
    with pytest.raises(InputError):
        room.room_oxygen(COLD, given["volume"], until=given["until"], fan=given["fan"])


def test_orifice_and_door():
    assert relief.orifice_pressure(
        relief.orifice_area(3.0, 125.0) * 0 + 3.0, relief.orifice_area(3.0, 125.0)
    ) == pytest.approx(125.0)
    assert relief.orifice_pressure(1.0, 0.0) == math.inf
    assert relief.orifice_pressure(0.0, 0.0) == 0.0
    assert relief.handle_force(125.0, 1.2, 2.1) == pytest.approx(157.5)
    assert relief.pressure_for_handle(133.0, 1.2, 2.1) == pytest.approx(105.6, rel=1e-3)


def test_room_pressure_gives_both_models_and_the_fan_alone():
    r = relief.room_pressure(COLD, 120.0, relief_area=0.36, leakage_area=0.0)
    assert r.over.value == pytest.approx(178, rel=0.01)
    assert r.over.upper == pytest.approx(1865, rel=0.01)
    assert r.under == 0.0
    assert r.limit == pytest.approx(105.6, rel=1e-3)
    assert r.sealed_rate == pytest.approx(4393, rel=1e-3)
    closed = relief.room_pressure(COLD, 120.0, relief_area=0.0, leakage_area=0.02, fan=0.5663369)
    assert closed.under == pytest.approx(1340.9, rel=1e-3)
    assert closed.makeup_wanted == pytest.approx(0.1036, rel=1e-3)
    assert closed.handle_fan > 1000
    sealed = relief.room_pressure(COLD, 120.0, relief_area=0.0)
    assert sealed.over.value == math.inf
