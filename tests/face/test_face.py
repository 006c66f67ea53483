"""What people hold: every method does what its docstring says, on the example."""

from __future__ import annotations

from pathlib import Path

import pytest

import mrsite
from mrsite.base.errors import InputError

MINIMAL = {
    "site": {"name": "bare room"},
    "storey": [{"name": "G", "height": 3.5}],
    "scanner": [
        {
            "id": "MR1",
            "magnet": "extremity-mgb2-0t5",
            "isocentre": [5.0, 4.0],
            "isocentre_height": 1.1,
            "bearing_deg": 0.0,
        }
    ],
    "room": [
        {"name": "Scan", "zone": "IV", "occupancy": "restricted", "polygon": [[1, 1], [9, 1], [9, 7], [1, 7]]},
        {"name": "Hall", "zone": "I", "occupancy": "public", "polygon": [[9.2, 1], [12, 1], [12, 7], [9.2, 7]]},
    ],
    "door": [{"between": ["Scan", "Hall"], "lock": True, "number": "D1"}],
}


@pytest.fixture(scope="module")
def bare() -> mrsite.Site:
    return mrsite.Site.from_dict(MINIMAL)


def test_a_site_from_data_has_its_rooms_and_doors(bare: mrsite.Site) -> None:
    assert list(bare.rooms["name"]) == ["Scan", "Hall"]
    assert bare.rooms.loc[0, "area_m2"] == pytest.approx(48.0)
    row = bare.doors.iloc[0]
    assert (row["from"], row["to"], row["lock"]) == ("Scan", "Hall", True)


def test_the_lines_of_a_bare_room_lie_where_the_magnet_card_says(bare: mrsite.Site) -> None:
    lines = bare.contours(levels_mT=[0.5], height=1.1)
    central = lines[lines["edge"] == "central"]["geometry"].iloc[0]
    reach = mrsite.load_magnet("extremity-mgb2-0t5").reach([0.5]).iloc[0]
    _, _, x1, y1 = central.bounds
    assert x1 - 5.0 == pytest.approx(reach["axial_m"], abs=2e-3)
    assert y1 - 4.0 == pytest.approx(reach["radial_m"], abs=2e-3)
    assert set(lines["edge"]) == {"central", "lower", "upper"}


def test_values_are_changed_by_path_and_the_first_site_stays(bare: mrsite.Site) -> None:
    turned = bare.with_values({"scanner.MR1.bearing_deg": 90.0, "room.Hall.occupancy": "staff"})
    assert turned.project.scanners[0].poses[0].bearing_deg == 90.0
    assert turned.project.spaces[1].occupancy == "staff"
    assert bare.project.scanners[0].poses[0].bearing_deg == 0.0
    assert turned.project.inputs != bare.project.inputs  # the hash of what was judged is another


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"scanner.MR2.bearing_deg": 1.0}, "did you mean 'MR1'"),
        ({"scaner.MR1.bearing_deg": 1.0}, "did you mean 'scanner'"),
        ({"scanner.MR1.bering_deg": 1.0}, "did you mean 'bearing_deg'"),
    ],
)
def test_a_path_that_leads_nowhere_is_named(bare: mrsite.Site, values: dict[str, float], words: str) -> None:
    with pytest.raises(InputError, match=words):
        bare.with_values(values)


def test_an_assessment_says_its_conclusion_and_gives_a_table(bare: mrsite.Site) -> None:
    found = bare.assess()
    assert found.conclusion in ("fails", "open")
    frame = found.to_frame()
    assert len(frame) == len(found.findings)
    assert {"check", "rule", "subject", "status", "message"} <= set(frame.columns)


def test_one_site_that_cannot_be_read_is_a_row_that_says_so(example: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("schema = ")
    table = mrsite.assess_many([broken, example])
    assert list(table["conclusion"]) == ["not read", "fails"]
    assert "broken.toml, line 1" in table.loc[0, "error"]
    assert table.loc[1, "fail"] >= 1


def test_a_project_and_an_outcome_survive_pickle(bare: mrsite.Site) -> None:
    import pickle

    outcome = bare.assess().outcome
    again = pickle.loads(pickle.dumps(outcome))
    assert [f.id for f in again.findings] == [f.id for f in outcome.findings]
    assert again.evidence.regions[0].central.equals(outcome.evidence.regions[0].central)


def test_the_catalogue_is_a_table_and_an_unknown_magnet_names_the_nearest() -> None:
    table = mrsite.catalogue()
    assert {"id", "vendor", "model", "B0_T", "grade"} <= set(table.columns)
    with pytest.raises(InputError, match="extremity-mgb2-0t5"):
        mrsite.load_magnet("extremity-mgb2-0t6")


def test_a_map_holds_the_field_in_plan_metres_with_units(bare: mrsite.Site) -> None:
    import numpy as np

    ds = bare.field_map(height=1.1, spacing=0.25)
    assert ds["B"].dims == ("y", "x")
    assert ds["B"].attrs["units"] == "T"
    assert ds["force_product"].attrs["units"] == "T2 m-1"
    at = ds.sel(x=8.0, y=4.0, method="nearest")
    point = np.array([[float(at["x"]), float(at["y"]), 1.1]])
    model = mrsite.load_magnet("extremity-mgb2-0t5").field
    local = np.array([[-(point[0, 1] - 4.0), 0.0, point[0, 0] - 5.0]])
    assert float(at["B"]) == pytest.approx(np.linalg.norm(model.flux_density(local)), rel=1e-9)
    assert float(ds["B"].max()) == pytest.approx(
        float(np.sqrt((ds["B_x"] ** 2 + ds["B_y"] ** 2 + ds["B_z"] ** 2).max()))
    )


def test_a_section_is_the_map_seen_from_the_side(bare: mrsite.Site) -> None:
    ds = bare.section(((1.0, 4.0), (9.0, 4.0)), spacing=0.25, heights=(0.1, 2.1))
    assert ds["B"].dims == ("z", "s")
    plan = bare.field_map(height=1.1, spacing=0.25)
    row = ds.sel(z=1.1, method="nearest")["B"].to_numpy()
    line = plan.sel(y=4.0, method="nearest").sel(x=slice(0.99, 9.01))["B"].to_numpy()
    assert row == pytest.approx(line, rel=1e-9)


@pytest.mark.parametrize(("spacing", "words"), [(0.0, "positive"), (-1.0, "positive"), (1e-4, "GB of output")])
def test_a_map_that_cannot_be_made_is_refused_with_its_size(bare: mrsite.Site, spacing: float, words: str) -> None:
    with pytest.raises(InputError, match=words):
        bare.field_map(spacing=spacing)
