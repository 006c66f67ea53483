"""A revision against the site file: what a statement meant and means, what it is worth to a finding, the command."""

from __future__ import annotations

import copy
import importlib.util
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from mrsite.base.errors import InputError
from mrsite.cli.run import run
from mrsite.outputs import plan_diff as shown
from mrsite.site.load import load_project
from mrsite.site.schema import read_site_file
from mrsite.studies.revision import Revision, plan_diff

HOSPITAL = Path(__file__).resolve().parents[2] / "floorplans" / "district-hospital"


@pytest.fixture(scope="module")
def drawing() -> ModuleType:
    spec = importlib.util.spec_from_file_location("draw_hospital", HOSPITAL / "draw.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["draw_hospital"] = module
    spec.loader.exec_module(module)
    return module


Change = Callable[[Any, ModuleType], None]


def _room(ground: Any, which: str, /, **facts: Any) -> None:
    ground.rooms = [replace(r, **facts) if r.number == which else r for r in ground.rooms]


def _door(ground: Any, which: str, /, **facts: Any) -> None:
    ground.doors = [replace(d, **facts) if d.number == which else d for d in ground.doors]


def _swap(ground: Any, a: str, b: str) -> None:
    names = {r.number: r.name for r in ground.rooms}
    ground.rooms = [
        replace(r, number={a: b, b: a}[r.number], name=names[{a: b, b: a}[r.number]]) if r.number in (a, b) else r
        for r in ground.rooms
    ]


def ten_edits(ground: Any, module: ModuleType) -> None:
    """The second revision of the example's ground floor."""
    _room(ground, "G04", x1=12.4)  # 1: the wall between changing and WC, with its door
    _room(ground, "G05", x0=12.55)
    _door(ground, "D05", x=12.475)
    _room(ground, "G15", name="LINEN")  # 2
    _swap(ground, "G10", "G11")  # 3
    ground.doors.append(module.Door("D18", 1.5, 7.425, 1.0, "h", 0.15, side=1))  # 4
    ground.doors = [d for d in ground.doors if d.number != "D04"]  # 5
    _door(ground, "D08", width=1.3)  # 6
    _door(ground, "D13", side=1)  # 7
    ground.windows[3] = replace(ground.windows[3], x0=5.6, x1=7.4)  # 8
    _room(ground, "G02", number="G02A")  # 9
    _door(ground, "D09", y=10.0)  # 10


def _revised(folder: Path, drawing: ModuleType, *changes: Change, name: str = "ground-c.dxf") -> Path:
    ground = copy.deepcopy(drawing.GROUND)
    for change in changes:
        change(ground, drawing)
    drawing.draw(ground, folder / name)
    return folder / name


def _diff(folder: Path, drawing: ModuleType, *changes: Change, **more: Any) -> Revision:
    new = _revised(folder, drawing, *changes)
    return plan_diff(HOSPITAL / "ground.dxf", new, HOSPITAL / "site.toml", **more)


def _verdicts(revision: Revision, verdict: str) -> dict[str, str]:
    return {r.subject: r.said for r in revision.rows if r.verdict == verdict}


def test_the_same_drawing_leaves_every_statement(tmp_path: Path, drawing: ModuleType) -> None:
    revision = _diff(tmp_path, drawing)
    assert not revision.changes.edits
    assert {r.verdict for r in revision.rows} == {"holds"}
    assert len(revision.rows) >= 30


def test_ten_edits_and_the_statements_they_leave_empty(tmp_path: Path, drawing: ModuleType) -> None:
    revision = _diff(tmp_path, drawing, ten_edits)
    assert sorted((e.kind, e.what) for e in revision.changes.edits) == sorted([
        ("moved", "wall"), ("renamed", "room"), ("swapped", "label"), ("appeared", "door"), ("vanished", "door"),
        ("changed", "door"), ("changed", "door"), ("moved", "window"), ("renamed", "room"), ("moved", "door"),
    ])  # fmt: skip
    misses = _verdicts(revision, "misses")
    assert set(misses) == {"room G02", "room G10", "room G11", "the door at [4.075, 12.6]"}
    assert "is now G02A WAITING" in misses["room G02"]
    assert "another room" in misses["room G10"]
    look = _verdicts(revision, "look")
    assert "15.3 m²" in look["room G04"]
    assert "1.300 m" in look["the door at [6.75, 7.425]"]
    assert "CT CONTROL" in look["equipment CT-1"]


def test_a_shift_is_told_of_each_statement_that_holds_coordinates(tmp_path: Path, drawing: ModuleType) -> None:
    import ezdxf
    from ezdxf import transform
    from ezdxf.math import Matrix44

    path = _revised(tmp_path, drawing)
    doc = ezdxf.readfile(path)
    transform.inplace(doc.modelspace(), Matrix44.z_rotate(0.5) @ Matrix44.translate(10_000, 5_000, 0))
    doc.saveas(path)
    revision = plan_diff(HOSPITAL / "ground.dxf", path, HOSPITAL / "site.toml")
    assert [(e.kind, e.what) for e in revision.changes.edits] == [("moved", "drawing")]
    rows = {(r.subject, r.remedy) for r in revision.rows if r.verdict == "misses"}
    x, y = revision.changes.alignment.point((11.7, 11.15))
    assert any(
        s == "scanner MR1" and f"isocentre = [{x:.3f}, {y:.3f}]" in r and "bearing_deg = 208.648" in r for s, r in rows
    )
    subjects = {s for s, _ in rows}
    assert {
        "equipment CT-1",
        "door 3",
        "area Car park",
        "quench_pipe MR1",
    } <= subjects
    assert not any(r.table == "room" for r in revision.rows if r.verdict == "misses")  # numbers do not move


def test_equipment_and_scanner_in_another_room(tmp_path: Path, drawing: ModuleType) -> None:
    def wall(ground: Any, module: ModuleType) -> None:  # the CT's wall moves over it
        _room(ground, "G10", x0=18.2)
        _room(ground, "G09", x1=17.95)

    misses = _verdicts(_diff(tmp_path, drawing, wall), "misses")
    assert "lay in G10 CT SCAN ROOM and lies in G09 MR SCAN ROOM" in misses["equipment CT-1"]


def test_a_door_that_opens_the_other_way_than_stated(tmp_path: Path, drawing: ModuleType) -> None:
    misses = _verdicts(_diff(tmp_path, drawing, lambda g, m: _door(g, "D07", side=1)), "misses")
    assert "swings into G09" in misses["the door at [11.7, 7.475]"]


def test_doors_by_number_and_numbers_that_were_exchanged(tmp_path: Path, drawing: ModuleType) -> None:
    def exchanged(ground: Any, module: ModuleType) -> None:
        _door(ground, "D08", number="?")
        _door(ground, "D09", number="D08")
        _door(ground, "?", number="D09")

    new = _revised(tmp_path, drawing, exchanged)
    text = (HOSPITAL / "site.toml").read_text("utf-8")
    text += '\n[[door]]\nnumber = "D08"\nstorey = "Ground"\n[[door]]\nnumber = "D10"\nstorey = "Ground"\n'
    (tmp_path / "site.toml").write_text(text, "utf-8")
    revision = plan_diff(HOSPITAL / "ground.dxf", new, tmp_path / "site.toml", storey="Ground")
    assert [(e.kind, e.what) for e in revision.changes.edits] == [("swapped", "door")]
    row = next(r for r in revision.rows if r.subject == "door D08")
    assert (row.verdict, row.remedy) == ("misses", 'number = "D09"')
    assert next(r for r in revision.rows if r.subject == "door D10").verdict == "holds"


def test_a_label_that_now_stands_twice(tmp_path: Path, drawing: ModuleType) -> None:
    misses = _verdicts(_diff(tmp_path, drawing, lambda g, m: _room(g, "G15", number="G08")), "misses")
    assert "names 2 rooms" in misses["room G08"]
    assert "names nothing" in misses["room G15"]


def test_findings_near_or_named_by_an_edit_and_what_rests_on_them(tmp_path: Path, drawing: ModuleType) -> None:
    def finding(id_: str, **more: Any) -> dict[str, Any]:
        base = {"id": id_, "status": "pass", "rule": "R", "subject": "", "message": "", "storey": "Ground"}
        return {**base, "location": None, "depends_on": [], **more}

    findings = [
        finding("named", subject="lock of door to G15 STORE"),
        finding("near", location={"type": "Point", "coordinates": [18.9, 4.0]}),
        finding("far", location={"type": "Point", "coordinates": [2.0, 12.0]}),
        finding("rests", depends_on=["on it"]),
        finding("on it", depends_on=["named"]),
        finding("elsewhere", subject="G15 STORE", storey="First"),
    ]
    revision = _diff(tmp_path, drawing, lambda g, m: _room(g, "G15", name="LINEN"), findings=findings)
    assert revision.affected is not None
    assert [a.finding["id"] for a in revision.affected] == ["named", "near", "rests", "on it"]


def test_another_building_is_refused(tmp_path: Path, drawing: ModuleType) -> None:
    from tests.plans.revised import building, save

    other = save(building(3), tmp_path / "other.dxf")
    with pytest.raises(InputError, match=r"other.dxf does not show the building of ground.dxf"):
        plan_diff(HOSPITAL / "ground.dxf", other, HOSPITAL / "site.toml", units="mm")


def test_a_storey_must_be_told_where_the_files_do_not(tmp_path: Path, drawing: ModuleType) -> None:
    old = _revised(tmp_path, drawing, lambda g, m: _room(g, "G15", name="A"), name="a.dxf")
    new = _revised(tmp_path, drawing, lambda g, m: _room(g, "G15", name="B"), name="b.dxf")
    with pytest.raises(InputError, match=r"say --storey; there are: Ground, First"):
        plan_diff(old, new, HOSPITAL / "site.toml")
    assert plan_diff(old, new, HOSPITAL / "site.toml", storey="Ground").storey == "Ground"


def test_the_command_its_status_and_its_files(
    tmp_path: Path, drawing: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    new = _revised(tmp_path, drawing, ten_edits)
    old, site, out = HOSPITAL / "ground.dxf", HOSPITAL / "site.toml", tmp_path / "out"
    assert run(["plan-diff", str(old), str(old), str(site)]) == 0
    assert "nothing was changed" in capsys.readouterr().out
    assert run(["plan-diff", str(old), str(new), str(site), "-o", str(out)]) == 1
    said = capsys.readouterr().out
    assert "misses: site.toml, line 62" in said
    assert "4 of 33 statements on Ground no longer hold" in said
    assert {p.name for p in out.iterdir()} >= {
        "plan-diff.html", "plan-diff.json", "plan-diff.svg", "plan-diff-clouds.dxf",
    }  # fmt: skip
    assert run(["plan-diff", str(old), str(new), str(site), "--json"]) == 1
    data = json.loads(capsys.readouterr().out)
    assert data == json.loads((out / "plan-diff.json").read_text("utf-8"))
    assert len(data["edits"]) == 10
    assert run(["plan-diff", str(old), str(tmp_path / "none.dxf"), str(site)]) == 2


def test_a_label_of_a_hostile_drawing_is_shown_as_text(tmp_path: Path, drawing: ModuleType) -> None:
    revision = _diff(tmp_path, drawing, lambda g, m: _room(g, "G15", name="<script>alert(1)</script>"))
    page = shown.files(revision)["plan-diff.html"].decode()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_the_clouds_lie_on_the_new_drawing(tmp_path: Path, drawing: ModuleType) -> None:
    import ezdxf

    revision = _diff(tmp_path, drawing, lambda g, m: _door(g, "D09", y=10.0))
    (tmp_path / "clouds.dxf").write_bytes(shown.files(revision)["plan-diff-clouds.dxf"])
    doc = ezdxf.readfile(tmp_path / "clouds.dxf")
    assert not doc.audit().has_errors
    rings = [e for e in doc.modelspace() if e.dxftype() == "LWPOLYLINE"]
    assert len(rings) == 1
    x = [p[0] for p in rings[0].get_points()]
    assert min(x) < 4075 < max(x)


# -- never silently, when the site is assessed -------------------------------------------------------------


def _site(folder: Path, drawing: ModuleType, change: Change, text: Callable[[str], str]) -> Path:
    import shutil

    shutil.copy(HOSPITAL / "first.dxf", folder)
    _revised(folder, drawing, change, name="ground.dxf")
    (folder / "site.toml").write_text(text((HOSPITAL / "site.toml").read_text("utf-8")), "utf-8")
    return folder / "site.toml"


def test_a_file_that_names_its_drawing_refuses_another(tmp_path: Path, drawing: ModuleType) -> None:
    line = 'plan = "ground.dxf"\n'
    site = _site(tmp_path, drawing, lambda g, m: _swap(g, "G10", "G11"),
                 lambda t: t.replace(line, line + 'plan_sha256 = "0123456789abcdef"\n'))  # fmt: skip
    with pytest.raises(InputError, match=r"not the drawing that this file speaks of.*plan-diff"):
        load_project(*read_site_file(site))
    import hashlib

    own = hashlib.sha256((tmp_path / "ground.dxf").read_bytes()).hexdigest()[:16]
    site.write_text(site.read_text("utf-8").replace("0123456789abcdef", own.upper()), "utf-8")
    load_project(*read_site_file(site))


def test_a_number_and_a_place_that_no_longer_agree_are_refused(tmp_path: Path, drawing: ModuleType) -> None:
    line = 'number = "G10"\n'
    more = 'at = [17.0, 11.0]\nstorey = "Ground"\n'
    site = _site(tmp_path, drawing, lambda g, m: _swap(g, "G10", "G11"), lambda t: t.replace(line, line + more))
    with pytest.raises(InputError, match=r"room 'G10' is at \(23.12, 11.10\).*lies in G11 CT CONTROL.*plan-diff"):
        load_project(*read_site_file(site))
