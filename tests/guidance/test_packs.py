"""Rule packs: all there, cited, validated; names, aliases, paths, rings and doubles."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from mrsite.base.data import data_folder
from mrsite.base.errors import InputError
from mrsite.guidance import find_class, known_packs, load_environment, load_equipment, load_packs, read_equipment
from mrsite.guidance.schema import SCHEMAS, schema_text

OWN = """schema = 1
id = "st-elsewhere"
title = "St Elsewhere"
extends = ["uk"]

[[rule]]
id = "STE-1"
document = "Local rules"
edition = "2026"
section = "3"
topic = "public access"
wording = "Nobody unscreened above 0.5 mT."
kind = "containment-0.5mT"
quantity = "B"
limits = [0.5]
unit = "mT"
severity = "standard"
grade = "read"
source = "Local rules 2026, section 3"
reach = "computed"
"""


def write(folder: Path, text: str = OWN, name: str = "own.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_every_rule_of_the_fact_table_is_in_exactly_one_pack(shared: Path) -> None:
    with (shared / "facts" / "rules.csv").open(encoding="utf-8") as table:
        wanted = [row["rule_id"] for row in csv.DictReader(table)]
    have = [r.id for p in known_packs() for r in p.rules]
    assert len(set(have)) == len(have)
    assert set(wanted) <= set(have)


def test_every_pack_but_the_general_one_rests_on_it() -> None:
    for pack in known_packs():
        assert next(p.id for p in load_packs([pack.id])) == "general"


def test_every_rule_says_where_it_is_from() -> None:
    for rule in (r for p in known_packs() for r in p.rules):
        for word in (rule.document, rule.edition, rule.section, rule.wording, rule.source):
            assert word.strip(), rule.id
        if rule.limits and rule.reach == "computed":
            assert rule.unit or rule.quantity in ("count", "graph"), rule.id


def test_nine_tenths_of_a_millitesla_is_a_line_of_its_own() -> None:
    rule = next(r for p in load_packs(["iec-ed4"]) for r in p.rules if r.id == "IEC-FLD-01")
    assert rule.kind == "containment-0.9mT"
    general = {r.kind for p in load_packs([]) for r in p.rules}
    assert "containment-0.5mT" in general


def test_none_named_is_the_general_pack() -> None:
    assert [p.id for p in load_packs([])] == ["general"]


@pytest.mark.parametrize(
    ("alias", "id_"),
    [("us", "usa"), ("USA", "usa"), ("de", "germany"), ("it", "italy"), ("au", "australia"), ("gb", "uk")],
)
def test_aliases(alias: str, id_: str) -> None:
    assert load_packs([alias])[-1].id == id_


def test_extended_packs_come_first_and_once() -> None:
    assert [p.id for p in load_packs(["italy", "uk", "germany"])] == ["general", "eu", "italy", "uk", "germany"]


def test_a_hospitals_own_pack_by_path_beside_the_site_file(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "site.toml").write_text("", encoding="utf-8")
    for base in (tmp_path, tmp_path / "site.toml"):
        packs = load_packs(["own.toml"], relative_to=base)
        assert [p.id for p in packs] == ["general", "uk", "st-elsewhere"]
        assert packs[-1].rules[0].pack == "st-elsewhere"


def test_a_catalogue_folder_offers_its_packs_by_id(tmp_path: Path) -> None:
    folder = tmp_path / "cat"
    folder.mkdir()
    write(folder)
    (folder / "magnet.toml").write_text('schema = 1\nid = "m"\n', encoding="utf-8")  # no pack: left alone
    assert load_packs(["st-elsewhere"], catalogues=[folder])[-1].id == "st-elsewhere"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('severity = "standard"', 'severity = "strict"'), r"own\.toml, line 17.*severity"),
        (("limits = [0.5]", 'limits = ["0.5"]'), r"line 15"),
        (("topic =", "topik ="), r"line 11.*topik.*did you mean 'topic'"),
        (("[[rule]]", "[[rule]"), r"line 6.*broken TOML"),
        (('reach = "computed"', 'reach = "out-of-reach"'), r"must say why"),
        (("STE-1", "US-ZON-01"), r"US-ZON-01.*pack 'general'"),
        (('id = "st-elsewhere"', 'id = "uk"'), r"'uk'"),
        (('"uk"', '"ukk"'), r"did you mean 'uk'"),
    ],
)
def test_a_broken_pack_is_an_error_that_says_where(tmp_path: Path, change: tuple[str, str], says: str) -> None:
    write(tmp_path, OWN.replace(*change))
    with pytest.raises(InputError, match=says):
        load_packs(["own.toml"], relative_to=tmp_path)


def test_packs_in_a_ring(tmp_path: Path) -> None:
    write(tmp_path, OWN.replace('extends = ["uk"]', 'extends = ["./other.toml"]'))
    write(
        tmp_path,
        OWN.replace('extends = ["uk"]', 'extends = ["./own.toml"]').replace("st-elsewhere", "other"),
        "other.toml",
    )
    with pytest.raises(InputError, match="in a ring"):
        load_packs(["own.toml"], relative_to=tmp_path)


def test_a_missing_pack_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no file"):
        load_packs(["nowhere.toml"], relative_to=tmp_path)


def test_an_id_found_twice_in_catalogues_is_an_error(tmp_path: Path) -> None:
    folder = tmp_path / "cat"
    folder.mkdir()
    write(folder)
    write(folder, OWN.replace("STE-1", "STE-2"), "again.toml")
    with pytest.raises(InputError, match="found twice"):
        load_packs(["uk"], catalogues=[folder])


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_the_shipped_schema_is_that_of_the_code(name: str) -> None:
    text = (data_folder("guidance") / name).read_text(encoding="utf-8")
    assert text == schema_text(SCHEMAS[name]), "run python -m mrsite.guidance.schema"


def test_the_schema_accepts_every_shipped_pack() -> None:
    import tomllib

    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((data_folder("guidance") / "pack.schema.json").read_text(encoding="utf-8"))
    for path in (data_folder("guidance") / "packs").glob("*.toml"):
        jsonschema.validate(tomllib.loads(path.read_text(encoding="utf-8")), schema)


def test_the_equipment_table_holds_every_class_of_the_facts(shared: Path) -> None:
    with (shared / "facts" / "equipment.csv").open(encoding="utf-8") as table:
        rows = list(csv.DictReader(table))
    have = load_equipment()
    assert {r["class"] for r in rows} == set(have)


@pytest.mark.parametrize(
    ("class_", "default"),
    [
        ("gamma_camera", 0.05),
        ("image_intensifier", 0.05),
        ("ct", 0.1),
        ("pet", 0.1),
        ("linac", 0.1),
        ("aimd_bearer", 0.5),
        ("gas_cylinder_store", 0.5),
        ("x_ray_tube", 1.0),
        ("lift_motor", 1.0),
        ("loose_steel", 3.0),
        ("power_injector", 3.0),
        ("lcd", 5.0),
    ],
)
def test_defaults(class_: str, default: float) -> None:
    first = load_equipment()[class_].limits[0]
    assert first.is_limit
    assert (first.max_field_mT, first.quantity) == (default, "static")


def test_life_support_has_no_default() -> None:
    for class_ in ("ventilator", "anaesthesia"):
        assert not [x for x in load_equipment()[class_].limits if x.is_limit]


def test_classes_are_found_by_alias() -> None:
    table = load_equipment()
    for word, class_ in (
        ("PET/CT", "pet_ct"),
        ("computed tomography", "ct"),
        ("SPECT", "gamma_camera"),
        ("crash cart", "defibrillator"),
    ):
        found = find_class(table, word)
        assert found is not None
        assert found.id == class_
    assert find_class(table, "toaster") is None


def test_no_alias_names_two_classes() -> None:
    seen: dict[str, str] = {}
    for kind in load_equipment().values():
        for word in (kind.id, *kind.aliases):
            folded = "".join(c for c in word.casefold() if c.isalnum())
            assert seen.setdefault(folded, kind.id) == kind.id, word


def test_a_class_twice_is_an_error(tmp_path: Path) -> None:
    one = '[[class]]\nid = "x"\nlabel = "X"\nheights = [0.0, 1.0]\nheights_source = "s"\n'
    path = write(tmp_path, "schema = 1\n" + one + one)
    with pytest.raises(InputError, match="class 'x' stands twice"):
        read_equipment(path)


def test_the_environment_table_is_read() -> None:
    rows = load_environment()
    lift = [r.value for r in rows if r.class_ == "lift_train_heavy"]
    assert lift == [0.443, 0.839]
    assert all(r.source for r in rows)


def test_no_number_of_the_tables_lacks_a_source() -> None:
    for kind in load_equipment().values():
        for limit in kind.limits:
            assert limit.source, kind.id
