"""How far a place is from a limit's line: exact where the field falls as a power of the distance."""

from __future__ import annotations

import pytest

from mrsite.checks.fall import clearance_m


@pytest.mark.parametrize("power", [3.0, 4.2, 5.0])
@pytest.mark.parametrize("at", [1.5, 3.0, 8.0])
def test_the_line_of_a_power_law_is_found(power: float, at: float) -> None:
    limit = 0.5e-3
    line = 4.0  # m, where the field is at the limit

    def field(r: float) -> float:
        return float(limit * (line / r) ** power)

    slope = power * field(at) / at
    assert clearance_m(at, field(at), slope, field(at), limit) == pytest.approx(at - line)


def test_the_outer_edge_of_the_band_counts_and_a_field_that_does_not_fall_says_nothing() -> None:
    assert clearance_m(4.0, 0.5e-3, 3 * 0.5e-3 / 4.0, 0.6e-3, 0.5e-3) == pytest.approx(4.0 * (1 - 1.2 ** (1 / 3)))
    assert clearance_m(4.0, 0.5e-3, 0.0, 0.5e-3, 0.5e-3) is None
