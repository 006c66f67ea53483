"""Every file of the catalogue: it loads, its fit is of its figures, its evidence is told."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from mrsite.base.data import data_folder
from mrsite.base.errors import InputError
from mrsite.magnets import catalogue_rows, load_model, read_model, write_model
from mrsite.magnets.evidence import grade_of
from mrsite.magnets.fitting import figures_hash

FILES = sorted(data_folder("magnets").glob("*.toml"))
ROWS = {row["id"]: row for row in catalogue_rows()}
SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "facts"
#: Models with B0 and a steady far line, of which every one must have a field.
WITH_A_LINE = (
    "siemens-magnetom-avanto-1t5-unverified",
    "siemens-magnetom-aera-1t5-unverified",
    "siemens-magnetom-sola-1t5-unverified",
    "siemens-magnetom-skyra-3t-unverified",
    "siemens-magnetom-verio-3t-unverified",
    "ge-optima-mr450w-1t5-unverified",
    "ge-signa-hdxt-1t5-unverified",
    "philips-ingenia-cx-1t5",
    "philips-ingenia-cx-3t",
    "extremity-mgb2-0t5",
    "maxwell-3coil-0t15",
    "lee-whiting-4coil-0t15",
    "mckeehan-4coil-sphere-1t5",
    "generic-0t55-unverified",
    "generic-1t5",
    "generic-3t",
    "generic-7t-unverified",
)


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_every_file_loads_and_is_named_after_its_id(path: Path) -> None:
    model = load_model(path.stem)
    assert model.id == path.stem
    assert all(p.source and p.grade for p in model.published)
    if not model.modelled:
        assert model.not_modelled_why
        with pytest.raises(InputError):
            model.source()
        return
    centre = model.source().flux_density(np.zeros((1, 3)))[0, 2]
    assert centre == pytest.approx(model.B0_T, rel=1e-3)
    if model.grade == "unverified":
        assert path.stem.endswith("-unverified")
        assert "UNVERIFIED" in model.label
    else:
        assert not path.stem.endswith("-unverified")


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_every_fit_is_of_the_figures_in_its_file(path: Path) -> None:
    model = read_model(path)
    if model.fit is None:
        pytest.skip("no fit in this file: windings given, a stub, or the fit of another")
    assert model.fit.figures_sha256 == figures_hash(model), "the figures were changed since: fit again"
    missed = [r.figure for r in model.fit.residuals if r.role == "fit" and abs(r.residual) > 1.6 * r.allowed]
    assert missed == []
    assert write_model(model) == path.read_text(encoding="utf-8")
    assert model.ensemble is not None
    assert len(model.ensemble.weights) >= 40


def test_the_models_with_a_line_have_a_field() -> None:
    assert {name for name in WITH_A_LINE if ROWS[name]["modelled"]} == set(WITH_A_LINE)


def test_stubs_name_what_to_ask_best_first() -> None:
    why = load_model("ge-signa-voyager-1t5").not_modelled_why
    assert why.index("0.5 mT") < why.index("3 mT") < why.index("magnet length") < why.index("B(z)")


def test_open_and_permanent_magnets_are_not_air_coils() -> None:
    for name in ("fujifilm-oasis-1t2-unverified", "lumc-halbach-0t05", "hyperfine-swoop-0t064"):
        assert "not modelled by air coils" in load_model(name).not_modelled_why


def test_equal_figures_share_one_fit_and_say_so() -> None:
    sola = load_model("siemens-magnetom-sola-1t5-unverified")
    aera = load_model("siemens-magnetom-aera-1t5-unverified")
    assert sola.same_as == aera.id
    assert sola.coils == aera.coils
    assert sola.model != aera.model


def test_the_extremity_design_has_the_footprint_of_its_paper() -> None:
    from mrsite.maps import meridian_profile, profile_reach

    model = load_model("extremity-mgb2-0t5")
    axial, radial = profile_reach(meridian_profile(model.source(), 0.5e-3))
    assert (axial, radial) == pytest.approx((2.412, 1.880), abs=2e-3)
    points = 0.04 * np.column_stack([np.sin(t := np.linspace(0, np.pi, 181)), 0 * t, np.cos(t)])
    bz = model.source().flux_density(points)[:, 2]
    assert 1e6 * np.ptp(bz) / bz.mean() == pytest.approx(52, abs=3)


@pytest.mark.parametrize("name", ["maxwell-3coil-0t15", "lee-whiting-4coil-0t15", "mckeehan-4coil-sphere-1t5"])
def test_recalled_designs_prove_themselves(name: str) -> None:
    """The error terms on the axis vanish up to the order the design names: z^2, z^4 (and z^6)."""
    source = load_model(name).source()
    z = np.linspace(-0.05, 0.05, 41)
    bz = source.flux_density(np.column_stack([0 * z, 0 * z, z]))[:, 2]
    terms = np.polynomial.polynomial.polyfit(z / 0.5, bz / bz[20] - 1.0, 8)
    assert abs(terms[2]) < 1e-4
    assert abs(terms[4]) < 5e-3


def test_prose_confidence_becomes_a_grade() -> None:
    assert grade_of("high; vendor document page read") == "read"
    assert grade_of("medium; government page read; distances are from the housing surface") == "read"
    assert grade_of("medium; textbook, second-hand") == "second-hand"
    assert grade_of("medium; course slide") == "second-hand"
    assert grade_of("low; unit of ton not stated") == "second-hand"
    assert grade_of("low; second-hand, uncited") == "unverified"
    assert grade_of("medium; inferred") == "unverified"
    assert grade_of("recalled") == "unverified"
    assert grade_of("recalled; self-verifying: error terms vanish as the design says") == "second-hand"
    assert grade_of("") == "unverified"


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared fact tables are not beside this checkout")
def test_the_catalogue_says_what_the_fact_table_says() -> None:
    with (SHARED / "magnets.csv").open(newline="", encoding="utf-8") as stream:
        table = list(csv.DictReader(stream))
    facts = [r for r in table if r["quantity"] == "isofield_distance" and r["vendor"] != "(generic)"]
    assert len(facts) == 14
    for fact in facts:
        row = next(r for r in ROWS.values() if (r["vendor"], r["model"]) == (fact["vendor"], fact["model"]))
        assert row[f"{fact['direction']}_0p5mT_m"] == float(fact["value"])
        assert row["grade"] == grade_of(fact["confidence"])


def test_an_unknown_id_names_the_nearest() -> None:
    with pytest.raises(InputError, match="siemens-magnetom-skyra-3t-unverified"):
        load_model("siemens-magnetom-skyra-3t")


def test_an_id_found_twice_and_a_broken_file_are_errors(tmp_path: Path) -> None:
    (tmp_path / "copy.toml").write_text(FILES[0].read_text())
    with pytest.raises(InputError, match="is in two files"):
        catalogue_rows(catalogues=[tmp_path])
    (tmp_path / "copy.toml").write_text('id = "mine"\nbroken')
    with pytest.raises(InputError, match="broken TOML"):
        catalogue_rows(catalogues=[tmp_path])
    with pytest.raises(InputError, match="not a folder"):
        catalogue_rows(catalogues=[tmp_path / "absent"])


def test_a_path_is_taken_from_the_site_files_folder(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text((data_folder("magnets") / "maxwell-3coil-0t15.toml").read_text())
    assert load_model("./mine.toml", relative_to=tmp_path).coils
    with pytest.raises(InputError, match="no magnet file"):
        load_model("./other.toml", relative_to=tmp_path)


def test_a_borrowed_fit_of_other_figures_is_refused(tmp_path: Path) -> None:
    text = (data_folder("magnets") / "siemens-magnetom-sola-1t5-unverified.toml").read_text()
    (tmp_path / "mine.toml").write_text(text.replace("axial_m = 4.0", "axial_m = 4.1"))
    with pytest.raises(InputError, match="figures or dimensions of the two differ"):
        load_model(tmp_path / "mine.toml")
