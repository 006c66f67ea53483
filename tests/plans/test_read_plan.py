"""Reading real drawings: the unit with its evidence, and refusal where it is not certain."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from mrsite.base.errors import InputError, UnitsError
from mrsite.plans import read_plan

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared drawings are not beside this checkout")

FLOORPLANS, KEYED = SHARED / "floorplans", SHARED / "plans_with_key"


def test_unitless_drawing_is_refused_with_its_evidence() -> None:
    with pytest.raises(UnitsError) as caught:
        read_plan(FLOORPLANS / "apartments_R2004_unitless.dxf")
    text = str(caught.value)
    assert "175'-0\"" in text
    assert "--units inch" in text
    assert caught.value.decision.candidates[0].unit == "inch"  # type: ignore[attr-defined]


def test_declared_right_is_accepted() -> None:
    plan = read_plan(FLOORPLANS / "pavilion_plan_R2013.dxf")
    assert (plan.unit, plan.unit_m, plan.unit_decision.source) == ("m", 1.0, "evidence")
    x0, y0, x1, y1 = plan.extent
    assert x1 - x0 == pytest.approx(50.32, abs=0.01)
    assert y1 - y0 == pytest.approx(21.42, abs=0.01)


@pytest.mark.parametrize(
    ("name", "unit"),
    [("pavilion_all_views_R2000", "m"), ("house_R2007", "cm"), ("wipeout_door_R2018", "mm")],
)
def test_declared_wrong_is_refused(name: str, unit: str) -> None:
    with pytest.raises(UnitsError) as caught:
        read_plan(FLOORPLANS / f"{name}.dxf")
    assert caught.value.decision.candidates[0].unit == unit  # type: ignore[attr-defined]
    assert "declares inch" in str(caught.value)


@pytest.mark.parametrize("path", sorted(KEYED.glob("*.dxf")), ids=lambda p: p.stem)
def test_unit_of_keyed_plans_is_right_or_refused(path: Path) -> None:
    import json

    key = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    try:
        plan = read_plan(path)
    except UnitsError as error:
        assert error.decision.candidates[0].unit == key["unit"]  # type: ignore[attr-defined]  # noqa: PT017
        plan = read_plan(path, units=key["unit"])
    assert plan.unit == key["unit"]
    assert plan.unit_m == key["unit_m"]
    x = [s["extent_m"] for s in key["storeys"]]
    assert plan.extent[0] <= min(e[0] for e in x) + 0.05
    assert plan.extent[2] >= max(e[2] for e in x) - 0.05


def test_given_unit_wins_and_keeps_what_speaks_against_it() -> None:
    plan = read_plan(FLOORPLANS / "pavilion_plan_R2013.dxf", units="foot")
    assert plan.unit == "foot"
    assert any("door swings says m" in c for c in plan.unit_decision.conflicts)
    assert any("declares m" in w for w in plan.warnings)


def test_the_same_building_in_two_files_has_one_size() -> None:
    a = read_plan(FLOORPLANS / "pavilion_plan_R2013.dxf")
    b = read_plan(FLOORPLANS / "pavilion_all_views_R2000.dxf", units="m", window=[[-2, -2], [53, 23]])
    assert np.ptp(a.wall_segments.reshape(-1, 2), axis=0) == pytest.approx(
        np.ptp(b.wall_segments.reshape(-1, 2), axis=0), abs=0.02
    )


def test_national_grid_coordinates_are_not_shifted() -> None:
    plan = read_plan(KEYED / "duplex_l2_bs1192_m_grid.dxf", units="m")
    assert plan.extent[0] == pytest.approx(412345.6, abs=0.001)


def test_plan_pickles() -> None:
    plan = read_plan(FLOORPLANS / "pavilion_plan_R2013.dxf")
    again = pickle.loads(pickle.dumps(plan))
    assert again.extent == plan.extent
    assert np.array_equal(again.line_points, plan.line_points)
    assert len(plan.linework) == len(plan.line_layers) > 1000


def test_unknown_unit_and_layer_are_named() -> None:
    with pytest.raises(InputError, match="use mm, cm"):
        read_plan(FLOORPLANS / "house_R2007.dxf", units="furlong")
    with pytest.raises(InputError, match="fits no layer"):
        read_plan(FLOORPLANS / "house_R2007.dxf", units="cm", layers={"walls": ["A-WALL*"]})
