"""What changed between two results."""

import io
import json
from dataclasses import replace

import ezdxf
import pytest
from shapely import affinity

from mrsite.base.errors import InputError
from mrsite.outputs.diff import compare, read_result, render
from mrsite.outputs.folder import write_folder
from tests.outputs.build import host_bytes, outcome_of


@pytest.fixture
def results(tmp_path):
    path = tmp_path / "ground.dxf"
    path.write_bytes(host_bytes())
    (tmp_path / "site.toml").write_text("")
    outcome = outcome_of(path)
    write_folder(outcome, tmp_path / "old")

    def new(changed):
        write_folder(changed, tmp_path / "new")
        return compare(read_result(tmp_path / "old"), read_result(tmp_path / "new"))

    return outcome, new


def test_nothing_changed(results):
    outcome, new = results
    changes = new(outcome)
    assert changes.none
    assert changes.text() == ["nothing changed"]
    assert sorted(render(changes)) == ["changes.json", "changes.txt"]


def test_findings_that_appeared_vanished_and_turned(results):
    outcome, new = results
    fail, warn, *rest = outcome.findings
    changes = new(
        replace(
            outcome,
            conclusion="open",
            findings=(replace(fail, status="pass"), *rest, replace(warn, subject="another", id="")),
        )
    )
    assert [f["subject"] for f in changes.appeared] == ["another"]
    assert [f["id"] for f in changes.vanished] == [warn.id]
    assert changes.changed[0][2] == ("status",)
    assert "conclusion: fails -> open" in changes.text()
    document = json.loads(render(changes)["changes.json"])
    assert document["changed"][0]["old"]["status"] == "fail"


def test_a_line_that_moved_says_how_far_and_gets_a_cloud(results):
    outcome, new = results
    moved = tuple(
        replace(r, **{e: affinity.translate(getattr(r, e), 0.25, 0.0) for e in ("central", "lower", "upper")})
        for r in outcome.evidence.regions
    )
    changes = new(replace(outcome, evidence=replace(outcome.evidence, regions=moved)))
    assert len(changes.lines) == 8
    for line in changes.lines:
        assert line["outward_m"] == pytest.approx(0.25, abs=2e-3)
        assert line["inward_m"] == pytest.approx(0.25, abs=2e-3)
    files = render(changes)
    document = ezdxf.read(io.StringIO(files["ground-changes.dxf"].decode()))
    assert not document.audit().errors
    clouds = [e for e in document.modelspace().query("LWPOLYLINE") if e.dxf.layer == "X-MRIS-CLOUD"]
    assert clouds
    assert all(any(b for *_, b in e.get_points("xyb")) for e in clouds)


def test_a_pass_with_other_figures_is_told_but_not_clouded_and_a_turned_verdict_is(results):
    outcome, new = results
    passing = outcome.findings[-1]
    assert passing.status == "pass"
    other = replace(passing, margin_m=passing.margin_m - 0.5)
    told = new(replace(outcome, findings=(*outcome.findings[:-1], other)))
    assert any("margin_m" in line for line in told.text())
    assert sorted(render(told)) == ["changes.json", "changes.txt"]
    turned = new(replace(outcome, findings=(*outcome.findings[:-1], replace(passing, status="fail"))))
    document = ezdxf.read(io.StringIO(render(turned)["ground-changes.dxf"].decode()))
    said = [t.dxf.text for t in document.modelspace().query("TEXT")]
    assert said == [f"was pass, now: fail {passing.subject}"]


def test_a_shift_below_the_drawing_tolerance_is_none(results):
    outcome, new = results
    moved = tuple(replace(r, central=affinity.translate(r.central, 0.001, 0.0)) for r in outcome.evidence.regions)
    assert new(replace(outcome, evidence=replace(outcome.evidence, regions=moved))).none


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": 2}', "[" * 100_000])
def test_what_is_no_result_is_refused(tmp_path, text):
    (tmp_path / "findings.json").write_text(text)
    with pytest.raises(InputError, match=r"findings\.json"):
        read_result(tmp_path)
    with pytest.raises(InputError, match="no such file"):
        read_result(tmp_path / "nowhere")


def test_a_room_that_is_another_place_under_its_name_is_told(results):
    outcome, new = results
    (room, *_) = outcome.project.spaces
    away = affinity.translate(room.polygon, 40.0, 0.0)
    spaces = tuple(replace(s, polygon=away) if s.id == room.id else s for s in outcome.project.spaces)
    facts = new(replace(outcome, project=replace(outcome.project, spaces=spaces))).facts
    (said,) = [fact for fact in facts if "another place" in fact]
    assert room.id in said
    assert "mrsite plan-diff" in said
