"""Building models in site files and commands: the storey chosen, heights compared, the overlay alone."""

from __future__ import annotations

from pathlib import Path

import ezdxf
import pytest

import mrsite
from mrsite.base.errors import InputError
from mrsite.cli.run import run
from tests.plans.modelled import Habits, write_ward

pytest.importorskip("ifcopenshell", reason="the extra ifc is not installed")

SITE = """schema = 1
[site]
name = "Ward"
[[storey]]
name = "Ground"
plan = "ward.ifc"
model_storey = "Level 1"
elevation = 10.0
[[storey]]
name = "Level 2"
plan = "ward.ifc"
elevation = {second}
[[scanner]]
id = "MR1"
magnet = "generic-1t5"
storey = "Ground"
isocentre = [8.7, -0.2]
isocentre_height = 1.0
bearing_deg = 0.0
[[room]]
number = "1.02"
zone = "IV"
"""


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ward") / "ward.ifc"
    write_ward(path, Habits(storeys=2, north=(0.0, 1.0)))
    return path


def _site(ward: Path, text: str) -> Path:
    path = ward.with_name("site.toml")
    path.write_text(text)
    return path


def test_storeys_of_one_model_lie_on_one_another(ward: Path) -> None:
    project = mrsite.load_site(_site(ward, SITE.format(second=13.2))).project
    assert [s.plan.rooms[0].number for s in project.storeys if s.plan] == ["1.01", "2.01"]
    assert project.storeys[1].registered == "storeys of one building model"
    assert len([s for s in project.spaces if not s.is_area]) == 14
    assert next(s for s in project.spaces if s.number == "1.02").zone == "IV"
    assert len(project.doors) == 14
    (window, _) = project.windows
    assert (window.sill, window.head) == pytest.approx((0.9, 2.1))
    assert any("Ground: read from storey 'Level 1' of the model" in n for n in project.notes)
    assert not any("correct elevation" in n for n in project.notes)


def test_heights_that_disagree_are_told(ward: Path) -> None:
    project = mrsite.load_site(_site(ward, SITE.format(second=14.0))).project
    assert any("puts it 4.000 m above Ground, the model 3.200 m" in n for n in project.notes)


def test_a_storey_is_found_by_a_stated_elevation_and_not_by_chance(ward: Path) -> None:
    text = SITE.format(second=13.2)
    by_height = text.replace('model_storey = "Level 1"\nelevation = 10.0', "elevation = 0.0").replace("13.2", "3.2")
    assert mrsite.load_site(_site(ward, by_height)).project.storeys[0].plan.rooms[0].number == "1.01"  # type: ignore[union-attr]
    unsaid = text.replace('model_storey = "Level 1"\nelevation = 10.0\n', "")
    with pytest.raises(InputError, match=r"no storey of the model is 'Ground'; say which by storey \(model_storey"):
        mrsite.load_site(_site(ward, unsaid))


def test_model_storey_of_a_drawing_and_storey_of_a_dxf_are_refused(ward: Path) -> None:
    ezdxf.new().saveas(ward.with_name("plan.dxf"))
    with pytest.raises(InputError, match="is a drawing, not a building model"):
        mrsite.load_site(_site(ward, SITE.format(second=13.2).replace("ward.ifc", "plan.dxf")))
    with pytest.raises(InputError, match="this is a drawing; use window"):
        mrsite.read_plan(ward.with_name("plan.dxf"), storey="Level 1")


def test_commands_ask_for_the_storey(ward: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in (
        ["overlay", str(ward), "--magnet", "generic-1t5", "--at", "8.7,-0.2", "--bearing", "0"],
        ["new", str(tmp_path / "new"), "--plan", str(ward), "--magnet", "generic-1t5", "--at", "1.02"],
    ):
        assert run(command) == 2
        said = capsys.readouterr().err
        assert "has 2 storeys ('Level 1' at 0.000 m, 7 spaces; 'Level 2' at 3.200 m, 7 spaces): choose one" in said
        assert said.count("\n") == 1


def test_overlay_of_a_model_comes_alone_in_metres(
    ward: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "o.dxf"
    call = ["overlay", str(ward), "--magnet", "generic-1t5", "--at", "1.02", "--bearing", "0", "-o", str(out)]
    assert run([*call, "--storey", "level 1"]) == 0
    assert "is a building model: the marks come as an overlay alone, in metres" in capsys.readouterr().out
    assert [p.name for p in tmp_path.iterdir()] == ["o.dxf"]
    doc = ezdxf.readfile(out)
    assert doc.header["$INSUNITS"] == 6
    assert any(layer.dxf.name == "X-MRIS-B-0P5MT-CUT" for layer in doc.layers)


def test_new_writes_what_the_model_says(ward: Path, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    call = ["new", str(folder), "--plan", str(ward), "--magnet", "generic-1t5", "--at", "2.02", "--storey", "Level 2"]
    assert run(call) == 0
    text = (folder / "site.toml").read_text()
    for line in ('name = "Level 2"', 'plan = "ward.ifc"', "model_storey = ", "elevation = 3.200", "north_deg = 90.000"):
        assert f"\n{line}" in text
    project = mrsite.load_site(folder / "site.toml").project
    assert project.north_deg == pytest.approx(90.0)
    assert {s.number for s in project.spaces} == {f"2.{k:02d}" for k in (1, 2, 3, 4, 5, 6, 10)}


def test_rooms_of_a_model_as_geojson(ward: Path, tmp_path: Path) -> None:
    import json

    assert run(["rooms", str(ward), "--storey", "3.2", "-o", str(tmp_path / "rooms.geojson")]) == 0
    data = json.loads((tmp_path / "rooms.geojson").read_text())
    assert data["unit"] == "m"
    assert sum(f["geometry"]["type"] == "Polygon" for f in data["features"]) == 7
    assert {f["properties"]["storey"] for f in data["features"]} == {"Level 2"}
    assert (tmp_path / "rooms.png").stat().st_size > 5000
