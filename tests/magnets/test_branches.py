"""Hypotheses about the sign of the field where lines were quoted."""

from __future__ import annotations

import pytest

from mrsite.magnets.branches import Pattern, patterns
from mrsite.magnets.figures import Figures, figures_of
from tests.magnets.known import data


def figures(*levels: float, reading: str = "on-axis") -> Figures:
    return figures_of(data(*levels, reading=reading))


@pytest.mark.parametrize("levels", [(0.5e-3,), (0.5e-3, 3e-3), (0.5e-3, 1e-3, 3e-3, 5e-3, 10e-3, 20e-3)])
@pytest.mark.parametrize("geometry", ["whole-body", "head"])
def test_weights_sum_to_one_and_no_hypothesis_stands_twice(levels: tuple[float, ...], geometry: str) -> None:
    found = patterns(figures(*levels), "active", geometry)
    assert sum(p.prior for p in found) == pytest.approx(1.0)
    assert len({(p.signs, p.lobes) for p in found}) == len(found)


def test_a_null_within_a_strong_line_is_possible_but_rare() -> None:
    found = patterns(figures(0.5e-3, 3e-3), "active", "whole-body")

    def strong(p: Pattern) -> bool:
        return p.signs[3] == 1  # the 3 mT line on the mid-plane, its field along B0

    assert {p.rare for p in found if strong(p)} == {True}
    assert 0.005 < sum(p.prior for p in found if strong(p)) < 0.03
    assert not any(p.rare for p in patterns(figures(0.5e-3), "active", "whole-body"))


def test_without_a_shield_the_field_is_dipole_like() -> None:
    (only,) = patterns(figures(0.5e-3, 3e-3), "none", "whole-body")
    assert only.signs == (1, -1, 1, -1)


def test_an_extent_touches_on_the_mid_plane_or_on_a_lobe() -> None:
    found = patterns(figures(0.5e-3, reading="extent"), "active", "whole-body")
    assert {p.name for p in found} == {"+-", "+lobe", "-lobe"}
