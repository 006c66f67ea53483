"""Readings recognised or refused, and what may be wrong with a whole survey."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mrsite.base.errors import InputError
from mrsite.site.earth import EarthField
from mrsite.site.schema import SurveyEntry
from mrsite.studies.survey.assimilate import pattern
from mrsite.studies.survey.readings import read_readings
from mrsite.studies.survey.run import _background
from mrsite.studies.survey.suspicions import suspicions
from mrsite.studies.survey.verdicts import compliance


def table(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "r.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("x,y,height,B_mT\n1.5,2,1,0.5\n", "utf-8"),
        ("\ufeffx;y;height;B (G)\n1,5;2;1;5\n\n", "utf-8"),
        ("point\tx\ty\theight\tB [\u00b5T]\nA\t1,5\t2,0\t1,0\t500\n", "cp1252"),
        ("height;y;x;field_T\n1;2;1,5;0,0005\n", "utf-16"),
    ],
)
def test_separators_units_and_encodings_are_recognised(tmp_path: Path, text: str, encoding: str) -> None:
    readings = read_readings(table(tmp_path, text, encoding))
    assert readings.at[0] == pytest.approx([1.5, 2.0])
    assert readings.height[0] == 1.0
    assert readings.B[0] == pytest.approx(0.5e-3)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x,y,height,B\n1,2,1,0.5\n", "does not say its unit"),
        ("x,y,B_mT\n1,2,0.5\n", "no column 'height'"),
        ("x;y;height;B_mT\n1.000,5;2;1;0\n", "comma and a point"),
        ("x;y;height;B_mT\n1,5;2.5;1;0\n", "use one"),
        ("x,y,height,B_mT\n1,2,1,-0.5\n", "line 2: a magnitude is never negative"),
        ("x,y,height,B_mT\n1,2,1,half\n", "line 2"),
        ("x,y,height,B_mT\n", "holds no readings"),
        ("one column\n1\n", "no column 'x'"),
        ("\n \n", "is empty"),
    ],
)
def test_what_cannot_be_understood_is_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_readings(table(tmp_path, text))


def test_a_reading_is_judged_by_itself() -> None:
    assert compliance(0.51e-3, 0.01e-3, 0.5e-3, True) == "fail"
    assert compliance(0.495e-3, 0.01e-3, 0.5e-3, True) == "warn"
    assert compliance(0.4e-3, 0.01e-3, 0.5e-3, True) == "pass"
    assert compliance(0.5e-3, 0.0, 0.5e-3, True) == "pass"  # at the limit is not above it
    assert compliance(9.0, 0.0, None, True) == "not-limited"
    assert compliance(9.0, 0.0, None, False) == "not-assessed"


def oval(at: np.ndarray) -> np.ndarray:
    """A field longer along x than along y, not symmetric in either, as an off-centre survey sees it."""
    x, y = at[:, 0] - 10.0, at[:, 1] - 5.0
    return 0.5e-3 * ((x / 4.0) ** 2 + (y / 2.5) ** 2 + 0.02 * x + 0.03 * y + 0.05 * x * y / 10) ** -2.4


@pytest.mark.parametrize(
    ("spoil", "kind", "words"),
    [
        (lambda p, b: (p, b * 10), "factor", "10 times"),
        (lambda p, b: (np.column_stack([10 - (p[:, 1] - 5), 5 + (p[:, 0] - 10)]), b), "turned", "turned by"),
        (lambda p, b: (p + [0.8, -0.5], b), "offset", "(-0.8"),
        (lambda p, b: (p, b), None, ""),
    ],
)
def test_a_whole_survey_gone_wrong_is_named(spoil, kind: str | None, words: str) -> None:  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(7)
    angle, radius = rng.uniform(0, 2 * np.pi, 60), rng.uniform(2.0, 5.0, 60)
    at = np.column_stack([10 + radius * np.cos(angle), 5 + 0.7 * radius * np.sin(angle)])
    reading = oval(at) * np.exp(rng.normal(0, 0.01, 60))
    at, reading = spoil(at, reading)
    found = suspicions(at, reading, (10.0, 5.0), 0.0, oval, expected=0.05)
    if kind is None:
        assert found == ()
    else:
        assert found[0].kind == kind
        assert words in found[0].says


def test_order_in_residuals_is_told_from_chance() -> None:
    rng = np.random.default_rng(1)
    at = rng.uniform(0, 8, (60, 2))
    assert pattern(at, rng.normal(size=60)) > 0.05
    bump = np.exp(-((at - [2, 2]) ** 2).sum(axis=1) / 2)
    assert pattern(at, bump + 0.05 * rng.normal(size=60)) < 0.01


def test_the_earth_of_the_site_is_offered_and_a_measured_background_taken() -> None:
    earth = EarthField(50e-6, (2e-6, 18e-6, -44.5e-6), "as stated")
    silent = SurveyEntry(readings="r.csv")
    nothing, (said,) = _background(silent, None)
    offered, (more,) = _background(silent, earth)
    assert not nothing.any()
    assert not offered.any()
    assert "[earth]" not in said
    assert "background = [2.0, 18.0, -44.5] (as stated)" in more
    taken, _ = _background(SurveyEntry(readings="r.csv", background=(1.0, 2.0, 3.0)), earth)
    assert taken == pytest.approx([1e-6, 2e-6, 3e-6])
