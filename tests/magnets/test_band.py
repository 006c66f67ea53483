"""The band on lines and values: its shares, its edges, its printing."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest

from mrsite.base.errors import InputError
from mrsite.magnets import MagnetModel, banded_profile, banded_values, fit, load_model, reach, unsafe_side
from tests.magnets.known import data


@pytest.fixture(scope="module")
def fitted() -> MagnetModel:
    return fit(data(0.5e-3), seed=1, members=16)


def test_a_design_given_by_its_windings_has_no_ensemble_share() -> None:
    banded = banded_profile(load_model("extremity-mgb2-0t5"), 0.5e-3, site_spread=0.0)
    assert not banded.shares["ensemble"].any()
    assert "given outright" in banded.ensemble_note
    np.testing.assert_allclose(banded.distance_upper, banded.distance, atol=1e-12)
    np.testing.assert_allclose(banded.distance_lower, banded.distance, atol=1e-12)


def test_shares_add_in_quadrature(fitted: MagnetModel) -> None:
    banded = banded_profile(fitted, 0.5e-3, extra_m=0.05)
    total = np.sqrt(sum(share**2 for share in banded.shares.values()))
    np.testing.assert_allclose(banded.distance_upper - banded.distance, total, rtol=1e-9)
    assert set(banded.shares) == {"ensemble", "site to site", "position and plan"}
    assert (banded.shares["position and plan"] >= 0.05 - 1e-12).all()


def test_the_site_share_is_where_the_field_is_a_tenth_weaker(fitted: MagnetModel) -> None:
    banded = banded_profile(fitted, 0.5e-3, site_spread=0.10)
    edge = (banded.distance + banded.shares["site to site"])[0]
    B = np.linalg.norm(fitted.source().flux_density([[0.0, 0.0, edge]]))
    assert pytest.approx(0.5e-3, rel=2e-3) == 1.1 * B


def test_edges_hold_the_centre_and_face_outwards(fitted: MagnetModel) -> None:
    banded = banded_profile(fitted, 3e-3)
    assert (banded.distance_lower <= banded.distance).all()
    assert (banded.distance <= banded.distance_upper).all()
    for profile in (banded.lower, banded.upper):
        (path,) = profile.paths
        assert path[0, 0] == 0.0
        assert path[-1, 0] == 0.0
        assert path[0, 1] < 0.0 < path[-1, 1], "anticlockwise: the stronger field on the left"


def test_branches_are_reported_apart(fitted: MagnetModel) -> None:
    banded = banded_profile(fitted, 0.5e-3)
    assert fitted.ensemble is not None
    assert [b.signs for b in banded.branches] == [b.signs for b in fitted.ensemble.branches]
    if len(banded.branches) > 1:
        assert np.abs(banded.branches[0].median - banded.branches[1].median).max() > 0.05


def test_values_lie_in_their_band_and_the_band_grows(fitted: MagnetModel) -> None:
    points = np.array([[0.0, 0.0, 2.5], [2.0, 0.3, 1.0], [0.0, -2.2, 0.0], [0.3, 0.0, 0.7]])
    for quantity in ("B", "gradient", "force_product"):
        value, low, high = banded_values(fitted, points, quantity=quantity)  # type: ignore[arg-type]
        assert ((low <= value) & (value <= high)).all()
        wider = banded_values(fitted, points, quantity=quantity, extra_m=0.1)  # type: ignore[arg-type]
        assert (wider[2] > high).all()
        assert (wider[1] <= low).all()


def test_no_band_tells_of_a_stronger_bore_than_any_member_has() -> None:
    """The figures of a class leave open where the bore ends: the field may reach on, and not beyond its own size."""
    model = load_model("generic-7t-unverified")
    z = np.linspace(0.0, 2.0, 41)
    axis = np.column_stack([0.0 * z, 0.0 * z, z])
    _, _, high = banded_values(model, axis, site_spread=0.0)
    strongest = max(np.linalg.norm(one.flux_density(axis), axis=1).max() for one in model.member_sources())
    assert model.B0_T <= high.max() <= 1.01 * strongest
    assert high[20] > 6.0, "1 m out the magnet may still be at its full field"


def test_value_and_line_bands_say_the_same(fitted: MagnetModel) -> None:
    # Along the axis |B| falls: the upper edge of the line is where the upper edge of the value is the level.
    banded = banded_profile(fitted, 3e-3, site_spread=0.0)
    edge = float(banded.distance_upper[0])
    _, _, high = banded_values(fitted, [[0.0, 0.0, edge]], site_spread=0.0)
    assert high[0] == pytest.approx(3e-3, rel=0.15)


def test_reach_has_the_documented_columns(fitted: MagnetModel) -> None:
    (row,) = reach(fitted, [0.5])
    assert list(row) == [
        "level_mT", "axial_m", "axial_lower_m", "axial_upper_m", "radial_m", "radial_lower_m", "radial_upper_m",
    ]  # fmt: skip
    assert row["axial_lower_m"] <= row["axial_m"] <= row["axial_upper_m"]


def test_an_unmodelled_magnet_says_what_to_ask() -> None:
    with pytest.raises(InputError, match="Ask the vendor for"):
        banded_profile(load_model("ge-signa-voyager-1t5"), 0.5e-3)


@pytest.mark.parametrize("level", [0.0, -1.0, math.nan, math.inf])
def test_impossible_levels_are_refused(level: float) -> None:
    with pytest.raises(InputError, match="positive finite"):
        banded_profile(load_model("extremity-mgb2-0t5"), level)


def test_printed_edges_never_read_safer() -> None:
    assert unsafe_side(0.5001) == 0.51
    assert unsafe_side(0.5) == 0.5
    assert unsafe_side(0.4999, up=False) == 0.49
    assert unsafe_side(4.0049, 0.001) == 4.005


def test_models_travel_between_processes(fitted: MagnetModel) -> None:
    again = pickle.loads(pickle.dumps(fitted))
    points = [[0.0, 0.0, 2.0]]
    np.testing.assert_array_equal(again.source().flux_density(points), fitted.source().flux_density(points))
    assert len(again.member_sources()) == len(fitted.member_sources()) > 0


def test_member_sources_are_the_members(fitted: MagnetModel) -> None:
    from mrsite.magnets.members import member_values

    rho, z = np.array([0.0, 2.2, 1.5]), np.array([3.0, 0.0, 1.5])
    values = member_values(fitted, rho, z, "B")
    for k, source in enumerate(fitted.member_sources()[:4]):
        exact = np.linalg.norm(source.flux_density(np.column_stack([rho, 0 * rho, z])), axis=1)
        np.testing.assert_allclose(values[k], exact, rtol=2e-3, atol=1e-6)
