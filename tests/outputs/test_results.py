"""findings.json, tables, GeoJSON, maps, bundle, folder: forms, harmless cells, same bytes, safe names."""

import csv
import io
import json
import time
import zipfile
from dataclasses import replace

import jsonschema
import pytest
from shapely.geometry import shape

from mrsite.base import files
from mrsite.base.data import data_folder
from mrsite.base.errors import InputError
from mrsite.base.pose import Pose
from mrsite.outputs import basis_json, bundle, csv_tables, findings_json, geojson, marks
from mrsite.outputs.folder import files_of, write_folder
from mrsite.outputs.inputs import inputs_of
from tests.outputs.build import NASTY, host_bytes, outcome_of, renamed, settings

MEMBERS = {
    "schema",
    "site",
    "guidance",
    "mrsite_version",
    "inputs",
    "magnets",
    "conclusion",
    "counts",
    "coverage",
    "findings",
}
FINDING = {
    "id", "check", "rule", "also", "severity", "status", "basis", "kind", "subject", "storey", "measured", "limit", "margin",  # noqa: E501
    "margin_m", "location", "message", "remedy", "source", "grade", "depends_on",
}  # fmt: skip


@pytest.fixture
def plan(tmp_path):
    path = tmp_path / "ground.dxf"
    path.write_bytes(host_bytes())
    (tmp_path / "site.toml").write_text("schema = 1\n")
    return path


def test_findings_have_the_documented_form(plan):
    document = json.loads(findings_json.render(outcome_of(plan)))
    assert set(document) == MEMBERS
    assert document["schema"] == 1
    assert document["conclusion"] == "fails"
    assert document["counts"] == {"fail": 1, "warn": 1, "not-assessed": 1, "pass": 1}
    assert document["magnets"] == [{"id": "test-1t5-unverified", "grade": "unverified"}]
    assert [f["status"] for f in document["findings"]] == ["fail", "warn", "not-assessed", "pass"]
    for finding in document["findings"]:
        assert set(finding) == FINDING
    worst = document["findings"][0]
    assert worst["measured"] == {"value": 0.16, "lower": 0.12, "upper": 0.23, "unit": "mT"}
    assert worst["limit"] == {"value": 0.1, "unit": "mT"}
    assert shape(worst["location"]).bounds == (8.0, 3.0, 9.0, 4.0)
    schema = json.loads((data_folder("outputs") / "findings.schema.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(document)


def test_no_number_that_json_lacks_gets_in(plan):
    outcome = outcome_of(plan)
    first = replace(outcome.findings[0], margin=float("nan"), margin_m=float("inf"))
    document = json.loads(findings_json.render(replace(outcome, findings=(first,))), parse_constant=pytest.fail)
    assert document["findings"][0]["margin"] is None
    assert document["findings"][0]["margin_m"] is None


@pytest.mark.parametrize("word", NASTY)
def test_json_and_geojson_keep_the_exact_text_and_csv_makes_it_harmless(plan, word):
    outcome = outcome_of(plan, words=(word,))
    kept = word.encode("utf-8", "replace").decode()
    assert json.loads(findings_json.render(outcome))["site"] == kept
    rooms = [f for f in json.loads(geojson.render(outcome))["features"] if f["properties"]["what"] == "room"]
    assert rooms[0]["properties"]["name"] == kept
    for name, data in csv_tables.render(outcome).items():
        rows = list(csv.reader(io.StringIO(data.decode(), newline="")))
        assert len({len(row) for row in rows}) == 1, name
        for row in rows:
            for value in row:
                assert not value.startswith(("=", "@", "\t", "\r", "+")), value
                assert not value.startswith("-") or value == "-" or float(value) < 0
                assert "\x1b" not in value
                assert "\x00" not in value


def test_numbers_stay_numbers_in_tables(plan):
    rows = list(csv.DictReader(io.StringIO(csv_tables.render(outcome_of(plan))["findings.csv"].decode())))
    assert float(rows[0]["margin_m"]) == -0.9
    assert float(rows[0]["measured"]) == 0.16
    assert list(rows[0]) == list(csv_tables.FINDING_COLUMNS)


def test_geojson_is_in_metres_and_holds_every_line(plan):
    document = json.loads(geojson.render(outcome_of(plan, origin=(530_208.0, 179_367.0))))
    assert document["unit"] == "m"
    regions = [f for f in document["features"] if f["properties"]["what"] == "region"]
    assert len(regions) == 2 * 2 * 3
    assert shape(regions[0]["geometry"]).bounds[0] > 530_000
    scanner = next(f for f in document["features"] if f["properties"]["what"] == "scanner")
    assert scanner["geometry"]["coordinates"] == [530_213.0, 179_371.0]
    assert scanner["properties"]["bearing_deg"] == 30.0


def test_the_same_inputs_give_the_same_bytes_a_while_later(plan):
    first = files_of(outcome_of(plan))
    time.sleep(1.1)
    second = files_of(outcome_of(plan))
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []
    assert {
        "findings.json",
        "report.html",
        "report.pdf",
        "ground-annotated.dxf",
        "ground-overlay.dxf",
        "ground-sheet.dxf",
        "ground.svg",
        "field.nc",
        "site.geojson",
        "findings.csv",
        "READ-ME-CAD.txt",
        "data-request.pdf",
    } <= first.keys()


def test_no_output_tells_where_the_files_lay(plan):
    for name, data in files_of(outcome_of(plan)).items():
        assert str(plan.parent).encode() not in data, name


def test_no_output_calls_the_site_safe_or_passed(plan):
    outcome = replace(outcome_of(plan, verified=True), conclusion="clear")
    made = files_of(outcome)
    for name in ("report.html", "READ-ME-CAD.txt", "ground.svg", "ground-overlay.dxf"):
        text = made[name].decode().lower()
        assert "is safe" not in text
        assert "site passes" not in text
        assert "passed" not in text
    assert marks.conclusion_words(outcome).startswith("no finding stands against this layout as described")


def test_the_folder_and_its_bundle(plan, tmp_path):
    outcome = outcome_of(plan)
    written = write_folder(outcome, tmp_path / "out", bundle=True)
    assert all(p.is_file() for p in written)
    with zipfile.ZipFile(tmp_path / "out" / "bundle.zip") as archive:
        assert archive.testzip() is None
        manifest = json.loads(archive.read(bundle.MANIFEST))
        names = set(archive.namelist())
        assert names == {bundle.MANIFEST, *manifest["results"], *(f"inputs/{n}" for n in manifest["inputs"])}
        for name, digest in manifest["results"].items():
            assert files.sha256_of(archive.read(name)) == digest
            assert (tmp_path / "out" / name).read_bytes() == archive.read(name)
        assert manifest["inputs"]["ground.dxf"] == files.sha256_of_file(plan)
    inputs = inputs_of(outcome)
    assert bundle.render({"a": b"1"}, inputs) == bundle.render({"a": b"1"}, inputs)


def test_progress_is_told_and_rises(plan):
    told = []
    files_of(outcome_of(plan), progress=lambda what, share: told.append((what, share)))
    shares = [share for _, share in told]
    assert len(told) >= 5
    assert shares == sorted(shares)
    assert 0 <= shares[0] <= shares[-1] <= 1


@pytest.mark.parametrize("word", ["../../etc/x", "CON", "x.", "\u6c34"])
def test_names_of_storeys_become_safe_file_names(plan, tmp_path, word):
    outcome = outcome_of(plan)
    storey = outcome.project.storeys[0]
    twice = (replace(storey, name=word), replace(storey, name=f"{word}."))
    scanner = replace(outcome.project.scanners[0], storey=word, id=word)
    lines = tuple(replace(r, storey=word) for r in outcome.evidence.regions)
    outcome = replace(outcome, findings=(), evidence=replace(outcome.evidence, regions=lines))
    spread = {"storeys": twice, "scanners": (scanner,), "spaces": (), "doors": (), "equipment": ()}
    write_folder(renamed(outcome, **spread), tmp_path / "deep" / "out")
    assert [p.name for p in (tmp_path / "deep").iterdir()] == ["out"]
    made = [p.name for p in (tmp_path / "deep" / "out").iterdir()]
    assert len([n for n in made if n.endswith("-annotated.dxf")]) == 2
    for name in made:
        assert name.isascii()
        assert name.rstrip(". ") == name
        assert name.split(".")[0].lower() not in ("con", "aux", "nul")


def test_an_input_in_the_output_folder_is_refused(plan, tmp_path):
    out = tmp_path / "out"
    write_folder(outcome_of(plan), out)
    inside = out / "ground.dxf"
    inside.write_bytes(plan.read_bytes())
    with pytest.raises(InputError, match=r"ground\.dxf"):
        write_folder(outcome_of(inside), out)


def test_the_basis_says_how_far_each_line_reaches(plan):
    document = json.loads(basis_json.render(outcome_of(plan), ["a note"]))
    cut = next(r for r in document["lines"] if r["kind"] == "cut" and r["level"] == 0.5e-3 and r["edge"] == "central")
    assert cut["reach_m"]["MR1"][0] == pytest.approx(3.0, abs=1e-3)
    assert cut["reach_m"]["MR1"][6] == pytest.approx(2.2, abs=1e-3)
    assert "a note" in document["notes"]


def test_what_an_overlay_alone_had_to_say_is_in_the_report(plan):
    plan.write_bytes(plan.read_bytes().replace(b"AC1024", b"AC1014"))
    made = files_of(outcome_of(plan))
    assert "ground-annotated.dxf" not in made
    for name in ("report.html", "READ-ME-CAD.txt", "basis.json"):
        assert "overlay alone" in made[name].decode()


def test_an_offices_own_layer_template_lies_beside_the_site_file(plan):
    (plan.parent / "office.toml").write_text('pattern = "OFFICE-{item}"\n')
    outcome = renamed(outcome_of(plan), drawing=settings(layers="office.toml"))
    made = files_of(outcome)
    for name in ("ground-annotated.dxf", "ground-overlay.dxf", "ground-sheet.dxf", "section-a-a-mr1.dxf"):
        text = made[name].decode()
        assert "OFFICE-B-0P5MT" in text
        assert "X-MRIS" not in text, name


def test_a_site_without_drawing_lines_or_scanner_is_still_written(plan):
    outcome = outcome_of(plan)
    (storey,) = outcome.project.storeys
    bare = files_of(renamed(outcome, storeys=(replace(storey, plan=None),)))
    assert "ground-overlay-m.dxf" in bare
    assert "ground-annotated.dxf" not in bare
    nothing = replace(
        outcome, evidence=replace(outcome.evidence, regions=(), unknown="MR1 has no field model"), findings=()
    )
    made = files_of(nothing)
    assert "MR1 has no field model" in made["report.html"].decode()
    assert "no line of the levels asked for reaches this storey" in made["READ-ME-CAD.txt"].decode()
    assert "report.pdf" in files_of(renamed(nothing, scanners=()))


def test_two_magnets_one_that_moves_and_one_removed(plan):
    outcome = outcome_of(plan)
    (storey,), (scanner,) = outcome.project.storeys, outcome.project.scanners
    above = replace(storey, name="First", elevation=4.2)
    moving = replace(scanner, poses=(*scanner.poses, Pose((7.0, 5.0, 1.0), 90.0)))
    other = replace(scanner, id="MR2", storey="First", poses=(Pose((3.0, 3.0, 5.2), 0.0),))
    gone = replace(scanner, id="MR3", status="removed")
    made = files_of(renamed(outcome, storeys=(storey, above), scanners=(moving, other, gone)))
    for name in ("ground.svg", "first.svg"):
        text = made[name].decode()
        assert text.count("PATIENT END") == 1
        assert "stands on storey" in text
        assert "MR3" not in text
