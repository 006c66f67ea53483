"""The site file at the door."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mrsite.base.errors import InputError
from mrsite.site.schema import SiteFile, read_site_file

GOOD = """schema = 1
[site]
name = "x"
[[storey]]
name = "G"
[[scanner]]
id = "MR1"
magnet = "m"
isocentre = [1, 2]
bearing_deg = 90
"""


def site(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "site.toml"
    path.write_text(text)
    return path


def test_a_minimal_site_reads_and_a_folder_finds_its_file(tmp_path: Path) -> None:
    parsed, _ = read_site_file(site(tmp_path, GOOD))
    assert parsed.scanner[0].isocentre == (1.0, 2.0)
    assert read_site_file(tmp_path)[0] == parsed


@pytest.mark.parametrize(
    ("was", "now", "words"),
    [
        (
            "bearing_deg = 90",
            "bering_deg = 90",
            "line 10, column 1: unknown key 'scanner[1].bering_deg'; did you mean 'bearing_deg'?",
        ),
        ("isocentre = [1, 2]", "isocentre = [1, 2, 3]", "line 9"),
        ("isocentre = [1, 2]", 'isocentre = ["1", 2]', "line 9"),
        ("isocentre = [1, 2]", "isocentre = [nan, 2]", "line 9"),
        ("bearing_deg = 90", "", "give bearing_deg or patient_end_towards"),
        ("bearing_deg = 90", "bearing_deg = 90\npatient_end_towards = [3, 4]", "give only one of"),
        ('name = "G"', 'name = "G"\nheight = -1', "line 6"),
        ('name = "G"', 'name = "G"\noccupied = [2, 1]', "occupied must rise"),
        ('name = "G"', 'name = "G"\nunits = "cubit"', "use one of"),
        ('name = "x"', 'name = "x"\nposition_tolerance_m = true', "line 4"),
        ("schema = 1", "schema = 2", "line 1"),
        ('[[storey]]\nname = "G"\n', "", "storey"),
    ],
)
def test_each_fault_is_named_with_its_line(tmp_path: Path, was: str, now: str, words: str) -> None:
    assert was in GOOD
    with pytest.raises(InputError) as caught:
        read_site_file(site(tmp_path, GOOD.replace(was, now)))
    assert "site.toml" in caught.value.message
    assert words in caught.value.message


def test_the_schema_is_json_and_names_the_tables() -> None:
    text = json.dumps(SiteFile.model_json_schema(by_alias=True))
    for table in ("storey", "scanner", "quench_pipe", "attestation"):
        assert f'"{table}"' in text


def test_the_clinic_of_the_shared_plans_reads(shared: Path) -> None:
    parsed, _ = read_site_file(shared / "plans_with_key" / "clinic.site.toml")
    assert len(parsed.room) == 11
    assert len(parsed.door) == 12


def test_the_shipped_json_schema_is_that_of_the_model() -> None:
    from mrsite.base.data import data_folder
    from mrsite.site.schema_json import NAME, text

    assert (data_folder("schemas") / NAME).read_text(encoding="utf-8") == text()


def test_the_example_is_valid_by_the_json_schema(example: Path) -> None:
    import tomllib

    import jsonschema

    from mrsite.site.schema_json import site_schema

    jsonschema.validate(tomllib.loads(example.read_text()), site_schema())
