"""Models that are damaged or made to harm: refused with one sentence, in bounded time and memory."""

from __future__ import annotations

import time
import zipfile
from pathlib import Path

import pytest

from mrsite.base.errors import InputError
from mrsite.plans import read_plan
from mrsite.plans.confined import private_folder, run_confined
from tests.plans.modelled import Habits, write_ward

pytest.importorskip("ifcopenshell", reason="the extra ifc is not installed")

HEAD = (
    "ISO-10303-21;\nHEADER;\nFILE_DESCRIPTION((''),'2;1');\nFILE_NAME('','',(''),(''),'','','');\n"
    "FILE_SCHEMA(('{}'));\nENDSEC;\nDATA;\n"
)
TAIL = "ENDSEC;\nEND-ISO-10303-21;\n"


def _refused(path: Path, within_s: float = 60.0, **limits: float) -> str:
    start = time.monotonic()
    with pytest.raises(InputError) as caught:
        read_plan(path, cache=False, limits=limits or None)
    assert time.monotonic() - start < within_s
    said = str(caught.value)
    assert path.name in said
    assert "\n" not in said
    assert "Traceback" not in said
    return said


def _model(tmp_path: Path, data: str, schema: str = "IFC4") -> Path:
    path = tmp_path / "model.ifc"
    path.write_text(HEAD.format(schema) + data + TAIL)
    return path


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ward") / "ward.ifc"
    write_ward(path, Habits())
    return path


def test_a_ring_of_placements_is_named(tmp_path: Path) -> None:
    ring = "#1=IFCLOCALPLACEMENT(#2,$);\n#2=IFCLOCALPLACEMENT(#3,$);\n#3=IFCLOCALPLACEMENT(#1,$);\n"
    said = _refused(_model(tmp_path, ring))
    assert "in a ring" in said
    assert "IFCLOCALPLACEMENT" in said


def test_a_ring_in_a_sound_model_is_found(tmp_path: Path, ward: Path) -> None:
    import re

    text = ward.read_text()
    first = re.search(r"#(\d+)=IFCLOCALPLACEMENT\(\$,", text)
    last = re.findall(r"#(\d+)=IFCLOCALPLACEMENT\(#\d+,", text)[-1]
    assert first is not None
    path = tmp_path / "ring.ifc"
    path.write_text(text.replace(first[0], f"#{first[1]}=IFCLOCALPLACEMENT(#{last},"))
    assert "in a ring" in _refused(path)


def test_a_ring_of_parts_ends(tmp_path: Path, ward: Path) -> None:
    """Relations point both ways through entities of their own, so that no reference runs in a ring."""
    import ifcopenshell

    model = ifcopenshell.open(str(ward))
    storey, building = model.by_type("IfcBuildingStorey")[0], model.by_type("IfcBuilding")[0]
    model.create_entity("IfcRelAggregates", "0" * 22, None, None, None, storey, [building])
    path = tmp_path / "parts.ifc"
    model.write(str(path))
    assert len(read_plan(path, cache=False).rooms) == 7


def test_a_million_entities_are_over_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "many.ifc"
    with open(path, "w") as out:
        out.write(HEAD.format("IFC4"))
        out.writelines(f"#{k}=IFCCARTESIANPOINT((0.,0.));\n" for k in range(1, 1_000_001))
        out.write(TAIL)
    said = _refused(path)
    assert "1000000 entities are over the limit entities = 800000" in said


def test_a_zip_bomb_is_refused_by_what_it_declares_and_by_what_comes_out(tmp_path: Path) -> None:
    path = tmp_path / "bomb.ifczip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("m.ifc", "w") as out:
        out.write(b"ISO-10303-21;\n")
        for _ in range(300):
            out.write(bytes(1 << 20))
    assert path.stat().st_size < 1e6
    assert "315 MB is over the limit file_mb = 64" in _refused(path, 10)
    lying = tmp_path / "lying.ifczip"
    data = bytearray(path.read_bytes())
    at = data.rfind(b"PK\x01\x02")
    data[at + 24 : at + 28] = (1000).to_bytes(4, "little")
    lying.write_bytes(data)
    _refused(lying, 10)


def test_a_zipped_model_is_read_and_others_are_named(tmp_path: Path, ward: Path) -> None:
    path = tmp_path / "ward.ifczip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(ward, "folder/ward.ifc")
    assert len(read_plan(path, cache=False).rooms) == 7
    two = tmp_path / "two.ifczip"
    with zipfile.ZipFile(two, "w") as archive:
        archive.write(ward, "a.ifc")
        archive.write(ward, "b.ifc")
    assert "holds 2 .ifc files" in _refused(two)
    data = bytearray(path.read_bytes())
    data[200:260] = bytes(60)
    damaged = tmp_path / "damaged.ifczip"
    damaged.write_bytes(data)
    assert "damaged" in _refused(damaged)


def test_cut_off_rubbish_and_empty(tmp_path: Path, ward: Path) -> None:
    whole = ward.read_bytes()
    path = tmp_path / "cut.ifc"
    path.write_bytes(whole[: int(0.6 * len(whole))])
    assert "cut off in line" in _refused(path)
    path.write_bytes(bytes(range(256)) * 400)
    assert "no IFC model" in _refused(path)
    path.write_bytes(b"")
    assert "empty" in _refused(path)
    path.write_bytes(b"<?xml version='1.0'?><ifcXML/>")
    assert "XML" in _refused(path)
    path.write_bytes(whole[:2000] + bytes(range(256)) * 40 + whole[2000:])
    with pytest.raises(InputError):
        read_plan(path, cache=False)


@pytest.mark.parametrize("schema", ["IFC9", "AUTOMOTIVE_DESIGN", ""])
def test_a_schema_that_is_not_read(tmp_path: Path, schema: str) -> None:
    said = _refused(_model(tmp_path, "#1=IFCCARTESIANPOINT((0.,0.));\n", schema))
    assert "IFC2X3, IFC4, IFC4X3" in said


def test_a_model_that_lies_about_its_schema(tmp_path: Path) -> None:
    write_ward(tmp_path / "old.ifc", Habits(schema="IFC2X3", space_shape="brep"))
    text = (tmp_path / "old.ifc").read_text()
    path = tmp_path / "lie.ifc"
    path.write_text(text.replace("'IFC2X3'", "'IFC4X3'"))
    assert "not what its schema IFC4X3 says" in _refused(path)


def test_a_class_that_the_schema_has_not_leaves_the_plan_incomplete(tmp_path: Path, ward: Path) -> None:
    path = tmp_path / "odd.ifc"
    path.write_text(ward.read_text().replace("=IFCWALL(", "=IFCWALLISH(", 1))
    assert "1 IFCWALLISH could not be read: no class of IFC4" in read_plan(path, cache=False).incomplete


def test_a_schema_named_without_its_addendum_is_read(tmp_path: Path) -> None:
    path = tmp_path / "plain.ifc"
    write_ward(path, Habits(schema="IFC4X3"))
    path.write_text(path.read_text().replace("IFC4X3_ADD2", "IFC4X3", 1))
    assert len(read_plan(path, cache=False).rooms) == 7


@pytest.mark.parametrize("word", ["1.E300", "-1.E308", "NAN"])
def test_numbers_that_are_none_are_left_out_and_told(tmp_path: Path, ward: Path, word: str) -> None:
    import re

    text = ward.read_text()
    wall = re.search(r"=IFCWALL\('[^']*',\$,'W',\$,\$,#(\d+),", text)
    assert wall is not None
    place = re.search(rf"#{wall[1]}=IFCLOCALPLACEMENT\(#\d+,#(\d+)\)", text)
    assert place is not None
    point = re.search(rf"#{place[1]}=IFCAXIS2PLACEMENT3D\(#(\d+)", text)
    assert point is not None
    path = tmp_path / "numbers.ifc"
    path.write_text(re.sub(rf"#{point[1]}=IFCCARTESIANPOINT\(\([^,]*", f"#{point[1]}=IFCCARTESIANPOINT(({word}", text))
    plan = read_plan(path, cache=False)
    assert any("IfcWall could not be read" in said or "1 NAN" in said for said in plan.incomplete)
    assert max(abs(v) for v in plan.extent) < 1e8


def test_a_number_beyond_all_bounds_is_refused(tmp_path: Path, ward: Path) -> None:
    path = tmp_path / "numbers.ifc"
    path.write_text(ward.read_text().replace("IFCCARTESIANPOINT((0.,", "IFCCARTESIANPOINT((1.E999,", 1))
    assert "cannot be read" in _refused(path)


def test_no_project_and_a_number_given_twice(tmp_path: Path) -> None:
    assert "no IfcProject" in _refused(_model(tmp_path, "#1=IFCCARTESIANPOINT((0.,0.));\n"))
    twice = "#1=IFCCARTESIANPOINT((0.,0.));\n#1=IFCCARTESIANPOINT((1.,0.));\n"
    assert "#1 is there twice" in _refused(_model(tmp_path, twice))


def test_time_and_memory_run_out(tmp_path: Path, ward: Path) -> None:
    path = tmp_path / "ward.ifc"
    path.write_bytes(ward.read_bytes())
    assert "memory_mb" in _refused(path, memory_mb=150)
    start = time.monotonic()
    said = _refused(path, seconds=0.05)
    assert "longer than seconds" in said
    assert time.monotonic() - start < 20


def test_a_crash_is_told_and_an_element_that_crashes_is_left_out(
    tmp_path: Path, ward: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader that dies at one wall is started again without it; one that dies at once is given up."""
    import ifcopenshell

    wall = ifcopenshell.open(str(ward)).by_type("IfcWall")[3].GlobalId
    patch = tmp_path / "sitecustomize.py"
    patch.write_text(
        "import os, sys\n"
        "if any('plans.ifc.worker' in a for a in sys.orig_argv):\n"
        "    import mrsite.plans.ifc.shapes as s\n"
        "    whole = s.Mesher.mesh\n"
        "    def mesh(self, element, **k):\n"
        f"        if element.GlobalId == {wall!r}:\n"
        "            os.kill(os.getpid(), 11)\n"
        "        return whole(self, element, **k)\n"
        "    s.Mesher.mesh = mesh\n"
    )
    import mrsite.plans.ifc.run as run

    both = f"{tmp_path}:{run._ENVIRONMENT['PYTHONPATH']}"
    monkeypatch.setitem(run._ENVIRONMENT, "PYTHONPATH", both)
    plan = read_plan(ward, cache=False)
    assert plan.incomplete == ("1 IfcWall could not be read: its shape crashes the geometry library",)
    patch.write_text(
        "import os, sys\nif any('plans.ifc.worker' in a for a in sys.orig_argv):\n    os.kill(os.getpid(), 11)\n"
    )
    assert "it crashed (SIGSEGV)" in _refused(ward)


def test_without_the_extra_one_sentence_says_so(ward: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.util

    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda n, *a: None if n == "ifcopenshell" else found(n, *a))
    assert _refused(ward) == 'ward.ifc: IFC models are read with an extra: pip install "mrsite[ifc]"'


def test_what_a_confined_program_starts_ends_with_it(tmp_path: Path) -> None:
    flag = tmp_path / "alive"
    script = f"(sleep 2; touch {flag}) & sleep 60"
    with private_folder() as folder:
        start = time.monotonic()
        ended = run_confined(["sh", "-c", script], folder=folder, seconds=0.5, memory_mb=500, disk_mb=1)
        assert ended.status is None
        assert time.monotonic() - start < 10
        time.sleep(2.5)
    assert not flag.exists()
    assert not folder.exists()


def test_a_confined_program_cannot_fill_the_disk(tmp_path: Path) -> None:
    with private_folder() as folder:
        ended = run_confined(["sh", "-c", "yes > big"], folder=folder, seconds=30, memory_mb=500, disk_mb=2)
        assert ended.status not in (0, None)
        assert (folder / "big").stat().st_size <= 2e6
