"""The geomagnetic model against an independent implementation of it (ppigrf 2.1.0, MIT), and its turn into the plan."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from mrsite.base.errors import InputError
from mrsite.fields import earth_field, earth_in_plan

# latitude, longitude, height in m, date; north, east, down in nT
VALUES = [
    (51.5, -0.13, 0.0, date(2026, 7, 2), 19557.629339803087, 393.2277960741571, 45047.558663922064),
    (52.5, 13.4, 50.0, date(2020, 1, 1), 18651.411983549377, 1380.784869086215, 46125.611155347375),
    (-33.9, 151.2, 0.0, date(2024, 1, 1), 24032.307706811323, 5440.435621898128, -51423.3891883665),
    (40.7, -74.0, 10.0, date(1987, 1, 1), 19017.664589649616, -4290.896430193297, 51616.37723833017),
    (89.5, 0.0, 0.0, date(2025, 1, 1), 1991.4995066241388, 430.76162222301787, 56766.99962452849),
    (-89.0, -70.0, 2800.0, date(2030, 1, 1), 13632.011689508203, 10228.590678224537, -50680.51188565035),
]


@pytest.mark.parametrize("row", VALUES)
def test_against_another_implementation(row):
    lat, lon, height, when, north, east, down = row
    got = earth_field(lat, lon, when, height) * 1e9
    # within-year dates may be counted a day apart: a hundred nT a year at most
    assert got == pytest.approx([east, north, -down], abs=0.3)


def test_pole_is_finite_and_dates_and_places_are_checked():
    assert np.isfinite(earth_field(90.0, 0.0, 2025.0)).all()
    for bad in ((95.0, 0.0, 2025.0), (0.0, 0.0, 1890.0), (0.0, 0.0, 2031.0)):
        with pytest.raises(InputError):
            earth_field(*bad)


def test_turn_into_the_plan():
    field = np.array([1.0, 2.0, 3.0])
    assert earth_in_plan(field, 90.0) == pytest.approx([1.0, 2.0, 3.0])  # north up the sheet, east to the right
    assert earth_in_plan(field, 0.0) == pytest.approx([2.0, -1.0, 3.0])  # north along +x, so east along -y
