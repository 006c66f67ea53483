"""Numbers go to the unsafe side and never past a hair of rounding."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mrsite.base.quantity import Banded
from mrsite.outputs import printed

NUMBERS = st.floats(min_value=1e-9, max_value=1e9)


@given(NUMBERS)
def test_up_is_never_below_and_down_never_above(value):
    assert float(printed.up(value)) >= value * (1 - 2e-9)
    assert float(printed.down(value)) <= value * (1 + 2e-9)
    assert float(printed.up(value)) <= value * 1.011
    assert float(printed.down(value)) >= value * 0.989


@pytest.mark.parametrize(
    ("value", "text"), [(0.5, "0.5"), (0.50001, "0.501"), (3.0, "3"), (1234.2, "1240"), (0.0, "0")]
)
def test_up(value, text):
    assert printed.up(value) == text


@pytest.mark.parametrize(("metres", "style", "down", "up"), [
    (2.3459, "m", "2.345 m", "2.346 m"), (2.3459, "mm", "2345", "2346"), (3.05, "ft-in", "10'-0\"", "10'-0 1/8\""),
    (2.0, "m", "2.000 m", "2.000 m"), (0.3048, "ft-in", "1'-0\"", "1'-0\""), (-0.3048, "ft-in", "-1'-0\"", "-1'-0\""),
])  # fmt: skip
def test_lengths(metres, style, down, up):
    assert printed.length(metres, style) == down
    assert printed.length(metres, style, unsafe="up") == up


def test_what_is_not_finite_is_said_in_words():
    assert printed.up(math.nan) == "not finite"
    assert "inf" not in printed.up(math.inf)
    assert printed.banded(None) == "-"


def test_a_band_shows_its_outer_edge():
    assert printed.banded(Banded(0.1601, 0.1, 0.2301, "mT")) == "0.161 (outer edge 0.231) mT"
    assert printed.banded(Banded(0.16, 0.16, 0.16, "mT")) == "0.16 mT"


def test_a_line_is_named_by_level_edge_kind_and_height():
    assert printed.line_name("B", 0.5e-3, "cut", "central", (1.0, 1.0)) == "0.5 mT, cut at 1 m"
    assert printed.line_name("B", 3e-3, "envelope", "upper", (0.0, 2.1), ("mT", "G")) == (
        "3 mT (30 G) outer edge, envelope 0 to 2.1 m"
    )
    assert printed.line_name("gradient", 3.0, "cut", "central", (1.0, 1.0)) == "grad 3 T/m, cut at 1 m"
