"""The overlay alone: the host's own declaration, a second file where that is wrong, the reason where it comes alone."""

import io
import re

import ezdxf
import numpy as np
import pytest

from mrsite.base.errors import InputError
from mrsite.outputs import annotated_dxf
from mrsite.outputs.dxf_ours import untouched
from mrsite.outputs.marks import overlay_drawing
from tests.outputs.build import host_bytes, plan_of, regions, settings, standing


def made(path, unit="mm", declared=None, host=True, main=None, origin=(0.0, 0.0), **changes):
    plan = plan_of(path, unit, origin, declared)
    at = (origin[0] + 5.0, origin[1] + 4.0)
    drawing = overlay_drawing(plan, [standing(at, **changes)], regions("Plan", at, 30.0), settings())
    return annotated_dxf.drawing_files(drawing, plan, path.read_bytes() if host else None, "plan", main=main)


def read(data):
    return ezdxf.read(io.StringIO(data.decode()))


@pytest.fixture
def host(tmp_path):
    def make(*args, **options):
        path = tmp_path / "host.dxf"
        path.write_bytes(host_bytes(*args, **options))
        return path

    return make


def test_a_host_that_declares_right_gives_two_files(host):
    files = made(host()).files
    assert sorted(files) == ["plan-annotated.dxf", "plan-overlay.dxf"]
    overlay = read(files["plan-overlay.dxf"])
    assert overlay.header["$INSUNITS"] == 4
    assert overlay.dxfversion == "AC1024"
    assert not overlay.audit().errors


def test_a_host_that_declares_wrong_gives_a_third_whose_name_says_so(host):
    path = host(unit="m", declared=1)
    result = made(path, "m", declared=1)
    assert sorted(result.files) == [
        "plan-annotated.dxf",
        "plan-overlay-as-declared-inch.dxf",
        "plan-overlay-true-units-m.dxf",
    ]
    wrong, true = (read(result.files[f"plan-overlay-{n}.dxf"]) for n in ("as-declared-inch", "true-units-m"))
    assert wrong.header["$INSUNITS"] == 1
    assert true.header["$INSUNITS"] == 6
    assert any("declares inch but is drawn in m" in note for note in result.notes)
    for document in (wrong, true):  # both are drawn in the host's own numbers
        (line,) = [e for e in document.modelspace().query("LWPOLYLINE") if e.dxf.layer == "X-MRIS-B-0P5MT-CUT"]
        x = [p[0] for p in line.get_points("xy")]
        assert 1.9 < min(x) < max(x) < 8.1


@pytest.mark.parametrize("declared", [0, None])
def test_a_unitless_host_gives_a_unitless_overlay(host, declared):
    path = host(unit="inch", declared=0)
    files = made(path, "inch", declared=0).files
    assert read(files["plan-overlay.dxf"]).header["$INSUNITS"] == 0


def test_at_national_grid_coordinates_no_millimetre_is_lost(host):
    origin = (530_208.0, 179_367.0)
    files = made(host("R2010", "m", origin), "m", origin=origin).files
    (line,) = [
        e
        for e in read(files["plan-overlay.dxf"]).modelspace().query("LWPOLYLINE")
        if e.dxf.layer == "X-MRIS-B-0P5MT-CUT"
    ]
    points = np.array(line.get_points("xy")) - np.array(origin) - (5.0, 4.0)
    t = np.deg2rad(30)
    u, v = points @ [np.cos(t), np.sin(t)], points @ [-np.sin(t), np.cos(t)]
    assert np.abs(np.hypot(u / 3.0, v / 2.2) - 1).max() * 3.0 < 1e-8


def test_where_it_comes_alone_it_says_why(host):
    path = host()
    path.write_bytes(path.read_bytes().replace(b"AC1024", b"AC1014"))
    result = made(path, main="out.dxf")
    assert sorted(result.files) == ["out.dxf"]
    assert any("overlay alone" in note and "AC1014" in note for note in result.notes)
    assert read(result.files["out.dxf"]).modelspace().query("LWPOLYLINE")


def test_the_name_the_caller_chose_is_the_annotated_host(host):
    path = host()
    result = made(path, main="my plan.dxf")
    assert result.main == "my plan.dxf"
    assert untouched(path.read_bytes(), result.files["my plan.dxf"])


def test_a_host_that_changed_since_it_was_read_is_refused(host):
    path = host()
    plan = plan_of(path)
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(InputError, match="changed while mrsite was at work"):
        annotated_dxf.host_bytes(plan)
    path.unlink()
    with pytest.raises(InputError, match="cannot be read again"):
        annotated_dxf.host_bytes(plan)


def test_unverified_data_are_said_in_every_label_and_in_the_notice(host):
    for verified in (False, True):
        changes = {"id": "m", "grade": "read"} if verified else {}
        space = read(made(host(), **changes).files["plan-overlay.dxf"]).modelspace()
        labels = [t.dxf.text for t in space.query("TEXT") if re.search("-B-.*-TEXT$", t.dxf.layer)]
        # Four lines of two levels, and their cuts lie on their envelopes: one label says both heights.
        assert len(labels) == 4
        assert all(", at 1 m and 0 to 2.1 m" in label for label in labels)
        assert all(("UNVERIFIED" in text) is not verified for text in labels)
        # the notice is drawn where a row of the title block carries it
        shown = " ".join(t.dxf.text for t in space.query("TEXT"))
        assert ("MAGNET DATA UNVERIFIED" in shown) is not verified


def test_the_patient_end_arrow_points_along_the_bearing(host):
    space = read(made(host()).files["plan-overlay.dxf"]).modelspace()
    (text,) = [t for t in space.query("TEXT") if t.dxf.text == "PATIENT END"]
    dx, dy = text.dxf.align_point.x - 5000, text.dxf.align_point.y - 4000
    assert np.rad2deg(np.arctan2(dy, dx)) == pytest.approx(30.0, abs=0.01)


def test_the_check_bar_is_ten_metres_and_the_crosses_are_the_hosts_corners(host):
    space = read(made(host(unit="inch"), "inch").files["plan-overlay.dxf"]).modelspace()
    lines = [e for e in space.query("LINE") if e.dxf.layer == "X-MRIS-CHECK"]
    lengths = sorted((e.dxf.end - e.dxf.start).magnitude * 0.0254 for e in lines)
    assert lengths[-1] == pytest.approx(10.0)
    middles = {
        (round((e.dxf.start.x + e.dxf.end.x) / 2 * 0.0254, 6), round((e.dxf.start.y + e.dxf.end.y) / 2 * 0.0254, 6))
        for e in lines
    }
    assert (0.0, 0.0) in middles
    assert (10.0, 8.0) in middles


@pytest.mark.parametrize("slow_way", [False, True])
def test_our_own_marks_are_no_part_of_a_plan_that_is_read_again(host, tmp_path, slow_way, monkeypatch):
    from mrsite.plans import read_plan

    if slow_way:  # through ezdxf, as damaged or binary files go
        from mrsite.plans import tape

        def refuse(*_):
            raise tape.TapeError("for the test")

        monkeypatch.setattr("mrsite.plans.tape._cut", refuse)
    path = host()
    annotated = tmp_path / "annotated.dxf"
    annotated.write_bytes(made(path).files["plan-annotated.dxf"])
    before, after = (read_plan(p, units="mm") for p in (path, annotated))
    assert after.extent == before.extent
    assert [t.text for t in after.texts] == [t.text for t in before.texts]
    assert np.array_equal(after.line_points, before.line_points)
