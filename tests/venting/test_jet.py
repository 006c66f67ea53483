"""Jet and plume: the laws of Ricou and Spalding and of Morton, Taylor and Turner, conservation, refusals."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mrsite.base.errors import InputError
from mrsite.venting import jet, mixing


def test_a_jet_without_buoyancy_entrains_as_ricou_and_spalding_measured():
    """m/m0 grows as 0.32 s/d sqrt(rho_a/rho_0); a fast jet so that buoyancy has no time. The slope is fitted."""
    p = jet.plume(1.0, 0.05, 300.0, elevation_deg=0.0, length=5.0)
    slope = np.polyfit(p.s, p.mass, 1)[0]
    _, r_he, _, r_air = 0, 2077.26, 0, 287.055
    assert slope * 0.05 / math.sqrt(r_he * 300.0 / (r_air * 293.15)) == pytest.approx(0.32, rel=0.01)


def test_a_weak_buoyant_source_becomes_the_plume_of_morton_taylor_and_turner():
    """b = 6/5 alpha z, and u falls as z^(-1/3): the exponent is fitted."""
    p = jet.plume(0.01, 0.2, 293.0, length=200.0)
    far = p.z > 80
    assert np.polyfit(p.z[far], p.b[far], 1)[0] == pytest.approx(1.2 * 0.1333, rel=0.01)
    assert np.polyfit(np.log(p.z[far]), np.log(p.u[far]), 1)[0] == pytest.approx(-1 / 3, abs=0.01)


def test_vertical_momentum_grows_by_buoyancy_and_level_momentum_stays():
    p = jet.plume(2.0, 0.2, 40.0, elevation_deg=0.0)
    level = p.mass * p.u * np.cos(np.arctan2(np.gradient(p.z, p.s), np.gradient(p.x, p.s)))
    np.testing.assert_allclose(level[5:-5], level[5], rtol=1e-3)


def test_wind_bends_the_plume_and_carries_it():
    calm, windy = jet.plume(2.0, 0.2, 40.0), jet.plume(2.0, 0.2, 40.0, wind=3.0)
    assert calm.oxygen_surface(0.18).x == pytest.approx(0.0, abs=1e-9)
    assert windy.oxygen_surface(0.18).x > 5
    assert windy.oxygen_surface(0.18).z < 0.6 * calm.oxygen_surface(0.18).z


@pytest.mark.parametrize(("elevation", "wind"), [(90, 0), (0, 0), (45, 2), (0, -5)])
def test_surfaces_are_nested(elevation, wind):
    p = jet.plume(2.0, 0.2, 40.0, elevation_deg=elevation, wind=wind)
    s = [p.oxygen_surface(level).s for level in (0.10, 0.15, 0.18, 0.195)]
    assert s == sorted(s)
    frost = p.temperature_surface(273.15)
    assert s[2] < frost.s < s[3]  # fog means low oxygen: the 0 degC surface lies at 18.3 to 18.9 %


def test_step_does_not_matter():
    coarse, fine = jet.plume(2.0, 0.2, 40.0, step=0.04), jet.plume(2.0, 0.2, 40.0, step=0.01)
    assert coarse.oxygen_surface(0.195).s == pytest.approx(fine.oxygen_surface(0.195).s, rel=1e-3)


def test_what_is_not_reached_is_said():
    short = jet.plume(2.0, 0.2, 40.0, length=10.0).oxygen_surface(0.195)
    assert not short.reached


@pytest.mark.parametrize("elevation", [-90.0, -30.0, 120.0, math.nan])
def test_a_downward_outlet_is_not_modelled(elevation):
    with pytest.raises(InputError, match="not modelled"):
        jet.plume(2.0, 0.2, 40.0, elevation_deg=elevation)


def test_envelopes_hold_every_wind():
    found = {
        e.name: e
        for e in jet.envelopes(2.0, 0.2, [10.0, 100.0], elevation_deg=0.0, azimuth_deg=30.0, at=(5.0, 7.0, 4.0))
    }
    assert {"18 % O2", "19.5 % O2", "0 degC"} <= set(found)
    assert found["18 % O2"].reach < found["19.5 % O2"].reach
    ahead = (5 + 12 * math.cos(math.radians(30)), 7 + 12 * math.sin(math.radians(30)), 4.3)
    behind = (5 - 12 * math.cos(math.radians(30)), 7 - 12 * math.sin(math.radians(30)), 4.3)
    assert jet.clearance(found["18 % O2"], ahead) < 0
    assert jet.clearance(found["18 % O2"], behind) > 3
    short = jet.envelopes(
        2.0, 0.2, [40.0], elevation_deg=90.0, azimuth_deg=None, at=(0, 0, 0), winds=[0.0], release_time=3.0
    )
    assert short[0].limited_by_release
    assert short[0].top < 30
    wide = jet.envelopes(2.0, 0.2, [40.0], elevation_deg=90.0, azimuth_deg=None, at=(0, 0, 0), winds=[0.0], margin=1.3)
    plain = jet.envelopes(2.0, 0.2, [40.0], elevation_deg=90.0, azimuth_deg=None, at=(0, 0, 0), winds=[0.0])
    assert wide[0].top == pytest.approx(1.3 * plain[0].top)


def test_mixing_line():
    share = mixing.mass_share_at_oxygen(0.18)
    cold = mixing.mix(share, 10.0)
    assert cold.oxygen == pytest.approx(0.18)
    # enthalpy balance by hand
    cp = share * 5193.2 + (1 - share) * 1006
    assert cold.temperature * cp == pytest.approx(share * 5193.2 * 10 + (1 - share) * 1006 * 293.15)
    assert mixing.mass_share_at_temperature(273.15, 280.0) is None
    assert mixing.mix(1.0, 40.0).oxygen == 0.0
    assert mixing.neutral_temperature() == pytest.approx(40.43, abs=0.01)
    with pytest.raises(InputError):
        mixing.mass_share_at_oxygen(0.3)
