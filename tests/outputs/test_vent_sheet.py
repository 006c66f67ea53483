"""The engineer's sheet: whole, repeatable, inert to foreign words; faults of a route found and drawn."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path

import pytest

from mrsite.face.site import Site
from mrsite.outputs import vent_sheet
from mrsite.outputs.vent_steps import sheet
from mrsite.site.vent import vent_site

_spec = importlib.util.spec_from_file_location("quench_site", Path(__file__).parents[1] / "site" / "quench_site.py")
quench_site = importlib.util.module_from_spec(_spec)
sys.modules["quench_site"] = quench_site
_spec.loader.exec_module(quench_site)
OUTSIDE, VENTED, building = quench_site.OUTSIDE, quench_site.VENTED, quench_site.building

INTAKE = [{"at": [4.5, 7.5, 10.5], "kind": "intake", "name": "<script>alert(1)</script> $x^2$"}]


def made(folder: Path, **more):
    project = Site.from_dict(building(folder, **more), relative_to=folder).project
    return project, vent_site(project)


def test_every_step_has_a_number_and_what_a_check_by_hand_needs(tmp_path):
    _project, vents = made(tmp_path, pipe=OUTSIDE, opening=INTAKE, helium={**VENTED, "sizing_table": "bruker-200"})
    s = sheet("Test", vents[0])
    assert [step.number for step in s.steps] == [f"Q{i}" for i in range(1, len(s.steps) + 1)]
    titles = " | ".join(step.title for step in s.steps)
    for word in (
        "What goes in",
        "route",
        "Losses",
        "Equations",
        "flange",
        "cold wall",
        "warm wall",
        "Pressure at the magnet",
        "bore each section",
        "vendor's table",
        "Forces",
        "Exclusion",
        "Cloud",
        "passes",
        "oxygen",
        "pressure",
        "Not modelled",
    ):
        assert word in titles, word
    for step in s.steps:
        if step.formula:
            assert step.source, step.title
        assert len({len(row) for row in step.rows}) <= 1, step.title
    # the ledger: the parts of each piece add up to its own sum as printed
    table = next(step for step in s.steps if "goes, cold" in step.title).rows
    for row in table[1:]:
        parts = [float(v) for v in row[8:11]]
        assert sum(parts) == pytest.approx(float(row[11]), abs=0.21)
    assert float(table[-1][12]) == pytest.approx(vents[0].drop.cold.drop, abs=0.1)


def test_same_result_same_bytes_and_foreign_words_stay_words(tmp_path):
    project, vents = made(tmp_path, pipe=OUTSIDE, opening=INTAKE)
    first, second = vent_sheet.files_of(project, vents), vent_sheet.files_of(project, vents)
    assert first == second
    html = first["quench-mr1.html"].decode()
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert not re.search(r'(?:src|href)="(?:https?:)?//', html)
    assert first["quench-mr1.pdf"].startswith(b"%PDF")


@pytest.mark.parametrize(
    "helium", [{"sealed": "false"}, {}, {"sealed": "true", "inventory_L": 7.0}, {**VENTED, "inlet_temperature_K": 4.3}]
)
@pytest.mark.parametrize("pipe", [OUTSIDE, None, {**OUTSIDE, "diameter_mm": 80}])
def test_a_sheet_comes_whatever_is_missing(tmp_path, helium, pipe):
    project, vents = made(tmp_path, pipe=pipe, helium=helium)
    files = vent_sheet.files_of(project, vents)
    assert set(files) == {"quench-mr1.html", "quench-mr1.pdf"}
    text = files["quench-mr1.html"].decode()
    for unknown in vents[0].unknown:
        assert unknown.split(",")[0].replace("'", "&#39;") in text
    assert vent_sheet.summary(vents[0])


def test_the_figure_holds_every_point_inside_its_frame(tmp_path):
    _project, vents = made(tmp_path, pipe={**OUTSIDE, "diameter_mm": 80})
    svg = vent_sheet.profile_svg((vents[0].drop.cold, vents[0].drop.warm)).decode()
    assert "M = 1" in svg
    lines = re.findall(r'polyline points="([^"]+)"', svg)
    assert len(lines) == 6
    for line in lines:
        for pair in line.split():
            x, y = map(float, pair.split(","))
            assert 0 <= x <= 760
            assert 0 <= y <= 560


def test_written_into_a_folder_whole(tmp_path):
    project, vents = made(tmp_path, pipe=OUTSIDE)
    lines = vent_sheet.write_sheets(project, vents, tmp_path / "out")
    assert {p.name for p in (tmp_path / "out").iterdir()} >= {"quench-mr1.html", "quench-mr1.pdf"}
    assert any("kPa at the magnet" in line for line in lines)


FAULTS = {
    "too long": (
        {"points": [[3.5, 3.0, 2.0], [3.5, 3.0, 2.8], [3.5, 7.0, 2.7], [3.5, 60.0, 2.6], [3.5, 60.0, 10.0]]},
        "pressure in the",
    ),
    "chokes": ({**OUTSIDE, "diameter_mm": 80}, "pressure in the"),
    "by an intake": (OUTSIDE, "AHU at the quench outlet"),
    "through a ward": ({"points": [[3.5, 3.0, 2.0], [3.5, 3.0, 10.0]]}, "Ward on the way"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_found_and_drawn(tmp_path, fault):
    """A route too long, one that chokes, one whose outlet sits by an intake, one that crosses a ward."""
    from mrsite.outputs.marks import storey_drawing

    pipe, subject = FAULTS[fault]
    helium = {**VENTED, "max_back_pressure_kPa": 20.0}
    site = Site.from_dict(
        building(
            tmp_path, pipe=pipe, helium=helium, opening=[{"at": [4.5, 7.5, 10.5], "kind": "intake", "name": "AHU"}]
        ),
        relative_to=tmp_path,
    )
    outcome = site.assess().outcome
    found = [f for f in outcome.findings if f.subject.startswith(subject) and f.status in ("fail", "warn")]
    assert len(found) == 1, [f.subject for f in outcome.findings if "quench" in f.check]
    finding = found[0]
    assert finding.status == ("warn" if fault == "through a ward" else "fail")
    assert finding.location is not None
    drawing = storey_drawing(outcome, finding.storey)
    notes = [m for m in drawing.marks if finding.id in getattr(m, "note", "")]
    assert notes
    assert any(m.item == "QUENCH" for m in drawing.marks)
