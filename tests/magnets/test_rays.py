"""Outermost crossings and extents on lines whose shape is known."""

from __future__ import annotations

import numpy as np
import pytest

from mrsite.fields import Dipole
from mrsite.magnets.rays import extents, outermost, source_magnitude
from mrsite.magnets.record import weighted_band


def test_a_dipole_line_has_its_known_axes() -> None:
    # |B| = mu0 m / (4 pi r^3) sqrt(1 + 3 cos^2): axial over radial distance is the cube root of two.
    source = Dipole(moment=(0.0, 0.0, 1e5), position=(0.0, 0.0, 0.0))
    radii = np.geomspace(0.5, 20.0, 400)
    angles = np.radians([0.0, 90.0])
    axial, radial = outermost(source_magnitude(source, angles, radii), radii, 5e-4)[0]
    assert radial == pytest.approx((1e-7 * 1e5 / 5e-4) ** (1 / 3), rel=1e-6)
    assert axial / radial == pytest.approx(2 ** (1 / 3), rel=1e-6)


def test_the_outermost_of_several_crossings_counts() -> None:
    radii = np.geomspace(1.0, 8.0, 400)
    magnitude = np.where(radii < 2.0, 1.0, np.where(radii < 3.0, 0.1, np.where(radii < 4.0, 1.0, 0.01)))
    assert outermost(magnitude[None], radii, 0.5)[0] == pytest.approx(4.0, rel=0.01)


def test_no_crossing_is_nan_and_a_line_beyond_the_table_is_its_end() -> None:
    radii = np.geomspace(1.0, 8.0, 50)
    assert np.isnan(outermost(0.1 * radii**-3.0, radii, 1.0))
    assert outermost(10.0 * radii**-1.0, radii, 0.1) == 8.0


def test_extents_of_a_circle_off_the_axes() -> None:
    angles = np.radians(np.linspace(0, 180, 181))
    ahead, behind, across = extents(np.full((1, 181), 2.5), angles)
    assert (ahead[0], behind[0], across[0]) == pytest.approx((2.5, 2.5, 2.5))


def test_the_band_is_the_stretched_range_of_the_members() -> None:
    values = np.linspace(0.0, 1.0, 1001)[:, None]
    low, high = weighted_band(values, np.full(1001, 1 / 1001), stretch=1.0)
    assert (low[0], high[0]) == pytest.approx((0.025, 0.975), abs=2e-3)
    low, high = weighted_band(values, np.full(1001, 1 / 1001), stretch=1.3, floor=0.005)
    assert (low[0], high[0]) == pytest.approx((0.5 - 1.3 * 0.475 - 0.005, 0.5 + 1.3 * 0.475 + 0.005), abs=3e-3)


def test_weights_move_the_band() -> None:
    values = np.array([[1.0], [2.0], [3.0]])
    low, high = weighted_band(values, np.array([0.98, 0.01, 0.01]), stretch=1.0)
    assert high[0] < 2.6
    assert low[0] == pytest.approx(1.0)
