"""The earth's field beside the lines: its strength, which way it points, how far it could move a line; never in one."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mrsite
from mrsite.base.errors import InputError
from mrsite.site.earth import resolve_earth
from mrsite.site.schema import EarthTable
from mrsite.site.variants import document_of

DATA: dict[str, Any] = {
    "site": {"name": "earth"},
    "storey": [{"name": "G", "height": 4.0}],
    "scanner": [
        {"id": "MR1", "magnet": "generic-1t5", "isocentre": [0.0, 0.0], "isocentre_height": 1.05, "bearing_deg": 30.0}
    ],
}
VECTOR = [17.0, 9.0, -45.0]


def _site(**tables: Any) -> mrsite.Site:
    return mrsite.Site.from_dict({**DATA, **tables})


def _resolved(north: float | None = None, **keys: Any) -> Any:
    return resolve_earth(EarthTable(**keys), north, document_of({}, Path()))


def test_the_place_gives_strength_and_north_gives_the_direction() -> None:
    """At Greenwich in 2025 the field is about 49 uT, dips 66 degrees and is 19.6 uT to the north."""
    place = {"latitude": 51.48, "longitude": 0.0, "date": "2025-01-01"}
    nowhere, found = _resolved(**place), _resolved(90.0, **place)
    assert nowhere.vector_T is None
    assert "north_deg" in nowhere.sentence()
    assert found.strength_T == pytest.approx(49.0e-6, abs=0.2e-6)
    x, y, z = found.vector_T
    assert math.degrees(math.atan2(-z, math.hypot(x, y))) == pytest.approx(66.4, abs=0.3)
    assert y == pytest.approx(19.6e-6, abs=0.2e-6)  # north is plan +y here
    turned = _resolved(0.0, **place).vector_T
    assert turned == pytest.approx((y, -x, z))


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"vector_uT": (0.017, 0.009, -0.045)}, "microtesla"),
        ({"vector_uT": (17000.0, 9000.0, -45000.0)}, "microtesla"),
        ({"latitude": 51.5, "longitude": 0.0, "date": "last spring"}, "is no date"),
        ({"latitude": 51.5, "longitude": 0.0, "date": "1850-01-01"}, "outside the model"),
    ],
)
def test_what_is_no_field_of_the_earth_is_refused(keys: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        _resolved(**keys)


@pytest.mark.parametrize("earth", [{"vector_uT": VECTOR, "latitude": 51.0}, {"latitude": 51.0, "date": "2025-01-01"}])
def test_half_a_place_and_both_ways_at_once_are_refused(earth: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r"earth.*give vector_uT"):
        _site(earth=earth)


def test_no_line_and_no_finding_changes() -> None:
    bare, stated = (_site(**more).assess() for more in ({}, {"earth": {"vector_uT": VECTOR}}))
    assert [f.id for f in bare.findings] == [f.id for f in stated.findings]
    assert [(f.status, f.measured) for f in bare.findings] == [(f.status, f.measured) for f in stated.findings]
    for a, b in zip(bare.outcome.evidence.regions, stated.outcome.evidence.regions, strict=True):
        assert a.upper.equals(b.upper)
        assert a.central.equals(b.central)
        assert a.earth_m is None
    (said,) = [t for t in stated.outcome.evidence.not_modelled if "earth" in t]
    assert "48.9 uT (9.8% of 0.5 mT" in said
    assert "never added" in said


def test_how_far_the_line_could_move_is_that_of_a_line_so_much_lower() -> None:
    """Were the earth's field to add in full, 0.5 mT is reached where the magnet alone makes 0.451 mT."""
    site = _site(earth={"vector_uT": VECTOR})
    strength = math.hypot(*VECTOR) * 1e-3
    rows = site.contours([0.5], height=1.05).set_index("edge")
    lower = _site().contours([0.5 - strength], height=1.05).set_index("edge")
    assert rows.geometry["with_earth"].hausdorff_distance(lower.geometry["central"]) < 2e-3
    region = next(r for r in site.assess().outcome.evidence.regions if (r.level_mT, r.kind) == (0.5, "cut"))
    assert region.earth_m == pytest.approx(rows.geometry["with_earth"].hausdorff_distance(region.central), abs=2e-3)
    # r falls as the cube root: some 3.6 % of the reach along the axis
    reach = max(np.abs(region.central.bounds))
    assert 0.02 * reach < region.earth_m < 0.06 * reach


def test_a_level_that_the_earth_reaches_alone_has_no_such_line() -> None:
    rows = _site(earth={"vector_uT": VECTOR}).contours([0.04], height=1.05)
    assert "with_earth" not in set(rows["edge"])


def test_maps_hold_the_sum_under_a_name_of_its_own() -> None:
    bare, stated = (_site(**more).field_map(spacing=0.5) for more in ({}, {"earth": {"vector_uT": VECTOR}}))
    assert "B_with_earth" not in bare
    np.testing.assert_array_equal(bare["B"], stated["B"])
    parts = [stated[f"B_{k}"] + 1e-6 * v for k, v in zip("xyz", VECTOR, strict=True)]
    np.testing.assert_allclose(stated["B_with_earth"], np.sqrt(sum(p**2 for p in parts)), rtol=1e-12)
    assert "never added" in stated.attrs["earth"]


def test_on_a_turned_drawing_the_sum_is_the_same_at_the_same_place() -> None:
    """The vector is of the site; a storey's own frame turns neither it nor its sum."""
    earth = {"vector_uT": VECTOR}
    tie = {"here": [[0.0, 0.0], [0.0, 10.0]], "site": [[0.0, 0.0], [10.0, 0.0]]}
    turned = _site(earth=earth, storey=[{**DATA["storey"][0], "tie": tie}])
    turned = turned.with_values({"scanner.MR1.bearing_deg": 120.0})
    a = _site(earth=earth).field_map(spacing=1.0)["B_with_earth"]
    b = turned.field_map(spacing=1.0)["B_with_earth"]
    assert float(b.sel(x=-2.0, y=5.0, method="nearest")) == pytest.approx(
        float(a.sel(x=5.0, y=2.0, method="nearest")), rel=1e-9
    )


def test_the_range_of_the_earths_field_is_that_of_its_model() -> None:
    from mrsite.fields import earth_field
    from mrsite.site.defaults import default_value

    places = [(lat, lon) for lat in range(-90, 91, 6) for lon in range(-180, 180, 10)]
    found = [1e6 * np.linalg.norm(earth_field(lat, lon, year)) for year in (1900.0, 2030.0) for lat, lon in places]
    assert min(found) == pytest.approx(default_value("earth_weakest_uT"), abs=1.0)
    assert max(found) == pytest.approx(default_value("earth_strongest_uT"), abs=1.0)
