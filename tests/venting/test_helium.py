"""The compiled equation of state against CoolProp, which it was copied from, over the range a quench uses."""

from __future__ import annotations

import numpy as np
import pytest

from mrsite.base.errors import InputError
from mrsite.venting import catalogue, helium


def reference(*args):
    return pytest.importorskip("CoolProp.CoolProp").PropsSI(*args, "Helium")


POINTS = [
    (p, t)
    for t in (4.35, 4.8, 5.3, 6.0, 8.0, 13.0, 40.0, 77.0, 150.0, 293.15, 320.0)
    for p in (5e4, 101325.0, 1.4e5, 3e5, 8e5)
    if not (t < 5.1953 and p >= helium.saturation_pressure(t))
]


@pytest.mark.parametrize(("p", "t"), POINTS)
def test_state_is_coolprops(p, t):
    gas = helium.state_pt(p, t)
    wanted = {
        "density": "D",
        "enthalpy": "H",
        "entropy": "S",
        "cv": "CVMASS",
        "cp": "CPMASS",
        "sound_speed": "A",
    }
    for name, key in wanted.items():
        assert getattr(gas, name) == pytest.approx(reference(key, "T", t, "P", p), rel=1e-8, abs=1e-6), name
    assert gas.viscosity == pytest.approx(reference("V", "T", t, "D", gas.density), rel=1e-6)


@pytest.mark.parametrize(("p", "t"), POINTS)
def test_state_is_found_again_from_enthalpy(p, t):
    gas = helium.state_pt(p, t)
    assert helium.state_ph(p, gas.enthalpy).temperature == pytest.approx(t, rel=1e-9)


@pytest.mark.parametrize(("p", "t"), POINTS)
def test_conductivity_with_its_critical_enhancement(p, t):
    gas = helium.state_pt(p, t)
    close = ((1 - t / 5.18992) / 0.2) ** 2 + ((1 - gas.density / 69.158) / 0.25) ** 2 < 1
    assert gas.conductivity == pytest.approx(reference("L", "T", t, "D", gas.density), rel=0.1 if close else 1e-8)


@pytest.mark.parametrize("p", [3e4, 101325.0, 1.6e5, 2.2e5])
def test_saturation_line(p):
    liquid, vapour = helium.saturated(p)
    assert liquid.density == pytest.approx(reference("D", "P", p, "Q", 0), rel=1e-8)
    assert vapour.density == pytest.approx(reference("D", "P", p, "Q", 1), rel=1e-8)
    assert liquid.temperature == pytest.approx(reference("T", "P", p, "Q", 0), rel=1e-9)
    assert helium.saturation_pressure(liquid.temperature) == pytest.approx(p, rel=1e-7)


def test_one_litre_of_liquid_makes_750_of_gas():
    # published: 749.6 at 20 degC, 698.5 at 0 degC; "700" and "754" in print are for other temperatures
    assert helium.expansion_ratio(293.15) == pytest.approx(749.6, rel=2e-4)
    assert helium.expansion_ratio(273.15) == pytest.approx(698.5, rel=2e-4)


@pytest.mark.parametrize(("p", "t"), [(101325.0, 4.2), (101325.0, 3.0), (2.2e5, 5.1), (1.5e5, 4.5)])
def test_liquid_and_boiling_states_are_refused(p, t):
    with pytest.raises(InputError, match="two-phase or liquid"):
        helium.state_pt(p, t)


def test_wet_enthalpy_is_refused():
    liquid, vapour = helium.saturated(101325.0)
    with pytest.raises(InputError, match="two-phase"):
        helium.state_ph(101325.0, 0.5 * (liquid.enthalpy + vapour.enthalpy))


@pytest.mark.parametrize(("p", "t"), [(-1.0, 10.0), (np.nan, 10.0), (1e5, 1.0), (1e5, 5000.0), (0.0, 10.0)])
def test_what_is_no_state_is_refused(p, t):
    with pytest.raises(InputError):
        helium.state_pt(p, t)


def test_critical_flux_is_the_largest_over_the_isentrope():
    # the sonic throat passes more than any other pressure on the same isentrope: no closed form is the reference
    p0, t0 = 1.4e5, 10.0
    rest = helium.state_pt(p0, t0)
    gas, best = rest, 0.0
    for p in np.linspace(0.98, 0.3, 300) * p0:
        gas = helium.state_ps(p, rest.entropy, gas)
        best = max(best, gas.density * np.sqrt(2 * (rest.enthalpy - gas.enthalpy)))
    assert helium.critical_flux(p0, t0) == pytest.approx(best, rel=1e-5)


def test_the_packaged_coefficients_are_what_the_script_writes():
    pytest.importorskip("CoolProp")
    from mrsite.venting.tabulate import coefficients

    fresh = coefficients()
    kept = helium.coefficients()
    np.testing.assert_allclose(kept.eos, np.array(fresh["residual"]), rtol=1e-12)
    np.testing.assert_allclose(kept.saturation, np.array(fresh["saturation"]), rtol=1e-7)


def test_every_packaged_number_has_a_source():
    for name in ("fittings", "pipes", "limits", "species"):
        for kind, value in catalogue.table(name).items():
            for row in value if isinstance(value, list) else [value]:
                if kind == "default":
                    continue
                assert row.get("source") or row.get("least_source"), (name, kind, row)
                if "status" in row:
                    assert row["status"] in ("read", "second-hand", "inferred", "recalled"), (name, kind)
