"""Poses, units, quantities and harmless text."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mrsite.base.errors import InputError
from mrsite.base.pose import Pose
from mrsite.base.quantity import Banded, Cited, weakest
from mrsite.base.text import cell, distinct_slugs, inert, nearest, slug
from mrsite.base.units import METRES, parse_length, unit_name


@given(st.floats(-720, 720), st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_a_pose_is_a_proper_rotation_and_comes_back(bearing: float, x: float, y: float) -> None:
    pose = Pose((x, y, 1.0), bearing)
    r = pose.rotation
    assert np.allclose(r @ r.T, np.eye(3), atol=1e-15)
    assert math.isclose(np.linalg.det(r), 1.0, abs_tol=1e-12)
    points = np.array([[0.3, -0.2, 1.7], [4.0, 0.0, 0.0]])
    assert np.allclose(pose.to_magnet(pose.to_plan(points)), points, atol=1e-9)


def test_the_bore_axis_follows_the_bearing_and_up_stays_up() -> None:
    pose = Pose((10.0, 20.0, 1.0), 30.0)
    assert np.allclose(pose.to_plan(np.array([[0.0, 0.0, 1.0]])), [[10 + math.cos(math.pi / 6), 20.5, 1.0]])
    assert np.allclose(pose.to_plan(np.array([[0.0, 1.0, 0.0]])), [[10.0, 20.0, 2.0]])


@pytest.mark.parametrize(
    ("bearing", "words"), [(0, "right"), (90, "up (+y)"), (181, "left (-x)"), (-90, "down (-y)"), (350, "right")]
)
def test_the_patient_end_is_said_in_words(bearing: float, words: str) -> None:
    assert words in Pose((0, 0, 0), bearing).patient_end()


@pytest.mark.parametrize(
    ("text", "metres"),
    [("12.4", 12.4), ("12400mm", 12.4), ("40ft", 12.192), ("10 in", 0.254), ("488du", 12.3952), ("-3.5m", -3.5)],
)
def test_lengths_as_people_type_them(text: str, metres: float) -> None:
    assert math.isclose(parse_length(text, drawing_unit_m=0.0254), metres)


@pytest.mark.parametrize("text", ["", "twelve", "1e999", "12 parsec", "nan"])
def test_what_is_not_a_length_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_length(text)


def test_units_have_one_name_each() -> None:
    assert unit_name(" Inches ") == "inch"
    assert unit_name("US-survey-foot") == "ussurveyfoot"
    assert math.isclose(METRES["inch"] * 12, METRES["foot"])
    with pytest.raises(InputError, match="use one of"):
        unit_name("furlong")


def test_a_cited_number_needs_a_source_and_a_band_holds_its_value() -> None:
    with pytest.raises(ValueError, match="source"):
        Cited(1.0, "m", " ")
    with pytest.raises(ValueError, match="band"):
        Banded(1.0, 1.1, 2.0)
    assert weakest("read", "unverified", "second-hand") == "unverified"
    assert weakest() == "read"


@given(st.text(max_size=300))
def test_inert_text_is_one_short_printable_line(text: str) -> None:
    shown = inert(text)
    assert len(shown) <= 200
    assert shown.isprintable()


@given(st.lists(st.text(max_size=40), max_size=8))
def test_slugs_are_safe_and_distinct(names: list[str]) -> None:
    slugs = distinct_slugs(names)
    assert len(set(slugs)) == len(names)
    for one in slugs:
        assert one
        assert set(one) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
        assert one not in ("con", "nul", "prn", "aux", "com1")


def test_known_traps_for_names_and_cells() -> None:
    assert slug("../../etc/x") == "etc-x"
    assert slug("CON") == "con-x"
    assert slug("...") == "unnamed"
    assert cell("=cmd|' /C calc'!A0").startswith("'=")
    assert cell("plain") == "plain"
    assert nearest("Skan Room", ["Scan Room", "Control"]) == "Scan Room"
    assert nearest("qqqq", ["Scan Room"]) is None
