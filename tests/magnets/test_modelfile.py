"""The magnet file: round trip, faults with their line, tables beside it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mrsite.base.errors import InputError
from mrsite.magnets import fit, load_model, read_model, write_model
from tests.magnets.known import data

HEAD = 'schema = 1\nid = "mine"\nvendor = "V"\nmodel = "M"\nB0_T = 1.5\n'
LINE = (
    '[[published]]\nquantity = "isofield"\nlevel_mT = 0.5\naxial_m = 4.0\nradial_m = 2.5\n'
    'source = "drawing 12"\ngrade = "read"\n'
)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    return path


def test_a_fitted_model_survives_its_file(tmp_path: Path) -> None:
    model = fit(data(0.5e-3, 3e-3), seed=1, members=12)
    text = write_model(model)
    again = read_model(written(tmp_path, text))
    assert write_model(again) == text
    points = np.array([[0.0, 0.0, 3.0], [2.2, 0.0, 0.5], [0.2, 0.0, 0.4]])
    np.testing.assert_array_equal(again.source().flux_density(points), model.source().flux_density(points))
    assert again.ensemble is not None
    assert model.ensemble is not None
    np.testing.assert_array_equal(again.ensemble.currents, model.ensemble.currents)
    np.testing.assert_array_equal(again.ensemble.cells, model.ensemble.cells)
    assert again.fit == model.fit
    assert again.published[0].level_T == model.published[0].level_T


def test_foreign_text_survives(tmp_path: Path) -> None:
    odd = r'a "quoted" \ back\tslash, µ, and [brackets]'
    path = written(tmp_path, HEAD + LINE)
    model = replace(read_model(path), vendor=odd, note="two\nlines")
    assert read_model(written(tmp_path, write_model(model))).vendor == odd
    assert read_model(tmp_path / "mine.toml").note == "two\nlines"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD + LINE.replace("axial_m", "axail_m"), r"mine.toml, line 9.*axail_m.*axial_m"),
        (HEAD + LINE.replace('source = "drawing 12"\n', ""), r"mine.toml.*source"),
        (HEAD + LINE.replace('"read"', '"good"'), r"line 12.*grade"),
        (HEAD + LINE.replace("4.0", "-4.0"), r"line 9.*axial_m"),
        (HEAD + LINE.replace("level_mT = 0.5\n", ""), r"mine.toml.*level_mT"),
        (HEAD.replace('"mine"', '"Mine 1.5T"') + LINE, r"line 2.*id"),
        (HEAD + "[[published\n", r"mine.toml, line 6.*broken TOML"),
        (
            HEAD + "[[coil]]\ninner_radius = 0.6\nouter_radius = 0.5\nz_min = 0\nz_max = 1\ncurrent_density = 1e8\n",
            "inner_radius",
        ),
        (HEAD + '[[published]]\nquantity = "gradient_max"\nvalue_T_per_m = 5\nsource = "abc"\ngrade = "read"\n', "r_m"),
    ],
)
def test_faults_name_file_line_and_key(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError, match=f"(?s){said}"):
        read_model(written(tmp_path, text))


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_model(written(tmp_path, HEAD + LINE.replace("axial_m", "axail_m").replace('"read"', '"good"')))
    assert "axail_m" in str(caught.value)
    assert "grade" in str(caught.value)


def test_tables_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "axis.csv").write_text("z_m,value_T,remark\n1.5,0.0945,a\n2.0,0.0198,b\n\n# end\n")
    entry = '[[published]]\nquantity = "field_on_axis"\ncsv = "axis.csv"\nsource = "drawing 12"\ngrade = "read"\n'
    path = written(tmp_path, HEAD + entry)
    model = read_model(path)
    assert [(p.z_m, p.value) for p in model.published] == [(1.5, 0.0945), (2.0, 0.0198)]
    text = write_model(model)
    assert text.count("[[published]]") == 1
    assert write_model(read_model(written(tmp_path, text))) == text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("z,value_T\n1,2\n", "column 'z_m' is missing"),
        ("z_m,value_T\n1,\n", "row 2.*numbers"),
        ("z_m,value_T\n1,nan\n", "not finite"),
        ("z_m,value_T\n", "no rows"),
    ],
)
def test_broken_tables_are_refused(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "axis.csv").write_text(content)
    entry = '[[published]]\nquantity = "field_on_axis"\ncsv = "axis.csv"\nsource = "drawing 12"\ngrade = "read"\n'
    with pytest.raises(InputError, match=said):
        read_model(written(tmp_path, HEAD + entry))


def test_a_table_elsewhere_is_never_opened(tmp_path: Path) -> None:
    entry = '[[published]]\nquantity = "field_on_axis"\ncsv = "../axis.csv"\nsource = "drawing 12"\ngrade = "read"\n'
    with pytest.raises(InputError, match="beside the magnet file"):
        read_model(written(tmp_path, HEAD + entry))


def test_a_data_file_without_windings_says_to_fit_it(tmp_path: Path) -> None:
    model = load_model(str(written(tmp_path, HEAD + LINE)))
    with pytest.raises(InputError, match="mrsite magnets fit"):
        model.source()
