"""What is to be done is said in plain words; the site file's keys come apart from them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mrsite.checks.finding import Finding, Missing
from mrsite.outputs.to_do import to_do

FINDING = Finding("quench_pipe", "R-1", "pipe", "not-assessed", "Nobody says.", "professional", "a source")
ROOM = ("[[room]]", 'number = "110"')


@pytest.mark.parametrize(
    "remedy",
    [
        "Give [[quench_pipe]] with points and diameter_mm; or sealed = true in the magnet file.",
        'Give insulation = { material = "mineral-wool", thickness_mm = 40 } or "none".',
        "Give tether_m, or 0 where it is fixed.",
        "State [helium] in the magnet file: sealed, inventory_L.",
    ],
)
def test_a_remedy_of_keys_becomes_a_question_with_somebody_who_knows(remedy):
    do = to_do(replace(FINDING, remedy=remedy))
    assert do.site_file == remedy
    assert do.whom.startswith("Usually known to ")
    assert not any(sign in do.plain for sign in ("[[", "_", " = ", "{"))


def test_a_plain_remedy_stays_as_it_is():
    do = to_do(replace(FINDING, remedy="Fit a closer."))
    assert (do.plain, do.whom, do.site_file) == ("Fit a closer.", "", "")
    assert to_do(replace(FINDING, remedy=None)).plain == ""


def test_things_of_which_the_same_is_missing_are_named_together():
    gaps = tuple(Missing("department", f"{n} STAIR", ROOM, ('zone = "IV"',)) for n in (110, 111))
    do = to_do(replace(FINDING, remedy="Give zone.", supply=gaps))
    assert do.plain == "Of 110 STAIR, 111 STAIR: its zone (I to IV)."
    assert do.who == "department"
