"""Drawings that bite: each test makes the fault happen and looks at what a person would see."""

from __future__ import annotations

import io
import math
import os
import resource
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ezdxf
import numpy as np
import pytest

from mrsite.base.errors import InputError, UnitsError
from mrsite.plans import door_graph, find_room, read_plan, rooms_geojson
from tests.plans.drawn import Habits, draw


@pytest.fixture(autouse=True)
def bounded_time() -> Iterator[None]:
    """No fault may hold the reader up: each of these ends within 30 s here, most in a blink."""
    start = time.monotonic()
    yield
    assert time.monotonic() - start < 30


def _plan(tmp_path: Path, seed: int = 3, **habits: Any) -> Path:
    doc, _ = draw(seed, Habits(rooms=5, **habits))
    path = tmp_path / "plan.dxf"
    doc.saveas(path)
    return path


def _sentence(error: InputError) -> str:
    text = str(error)
    assert "Traceback" not in text
    assert "\n" not in text
    return text


# -- 1: cut off ------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.6, 0.9, 0.999])
def test_cut_off_file_is_refused_with_place(tmp_path: Path, share: float) -> None:
    path = _plan(tmp_path)
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    with pytest.raises(InputError) as caught:
        read_plan(path, units="mm")
    text = _sentence(caught.value)
    assert "cut off" in text
    assert ", line " in text
    if share == 0.6:
        assert "section ENTITIES" in text or "section BLOCKS" in text


def test_recovery_that_lost_entities_is_not_trusted(tmp_path: Path) -> None:
    path = _plan(tmp_path)
    lines = path.read_text().split("\n")
    at = next(i for i, line in enumerate(lines) if line.strip() == "ENTITIES")
    # A group code that is no number, in the middle: readfile fails, recover stops there.
    lines[at + 1 + (len(lines) - at) // 3 // 2 * 2] = "garbage"
    path.write_text("\n".join(lines))
    try:
        plan = read_plan(path, units="mm")
    except InputError as error:
        assert "damaged" in _sentence(error)  # noqa: PT017
    else:
        assert any("recover" in note for note in plan.repaired)
        assert len(plan.rooms) >= 5


def test_a_value_that_is_no_number_is_listed(tmp_path: Path) -> None:
    path = _plan(tmp_path)
    doc = ezdxf.readfile(path)
    line = doc.modelspace().add_line((0, 0), (123.456, 1), dxfattribs={"layer": "A-WALL"})
    doc.saveas(path)
    path.write_text(path.read_text().replace("123.456", "garbage"))
    plan = read_plan(path, units="mm")
    assert any(f"{line.dxf.handle} (LINE on A-WALL)" in note for note in plan.incomplete)
    assert len(plan.rooms) >= 5


# -- 2, 3, 4: blocks -------------------------------------------------------------------------------


def test_circular_blocks_are_left_out_and_named(tmp_path: Path) -> None:
    path = _plan(tmp_path)
    doc = ezdxf.readfile(path)
    a, b = doc.blocks.new("A"), doc.blocks.new("B")
    a.add_line((0, 0), (1000, 0))
    a.add_blockref("B", (0, 0))
    b.add_blockref("A", (0, 0))
    doc.modelspace().add_blockref("A", (50_000, 50_000))
    doc.saveas(path)
    plan = read_plan(path, units="mm")
    assert any("a > b > a" in line for line in plan.incomplete)
    assert len(plan.rooms) >= 5


def test_million_leaves_are_counted_not_unfolded(tmp_path: Path) -> None:
    doc = ezdxf.new("R2010")
    doc.header["$INSUNITS"] = 4
    doc.blocks.new("B0").add_line((0, 0), (1, 0))
    for level in range(1, 7):
        block = doc.blocks.new(f"B{level}")
        for k in range(10):
            block.add_blockref(f"B{level - 1}", (k, level))
    doc.modelspace().add_blockref("B6", (0, 0))
    path = tmp_path / "nest.dxf"
    doc.saveas(path)
    start = time.monotonic()
    with pytest.raises(InputError, match="1,000,000 entities") as caught:
        read_plan(path, units="mm")
    assert time.monotonic() - start < 5
    assert "B6" in str(caught.value)
    assert "leaves" in str(caught.value)


def test_minsert_of_a_thousand_million_is_refused(tmp_path: Path) -> None:
    doc = ezdxf.new("R2010")
    doc.blocks.new("TILE").add_line((0, 0), (1, 0))
    doc.modelspace().add_blockref(
        "TILE", (0, 0), dxfattribs={"row_count": 30000, "column_count": 30000, "row_spacing": 1, "column_spacing": 1}
    )
    path = tmp_path / "tiles.dxf"
    doc.saveas(path)
    with pytest.raises(InputError, match="900,000,000"):
        read_plan(path, units="mm")


def test_a_raised_limit_lets_it_through(tmp_path: Path) -> None:
    path = _plan(tmp_path)
    with pytest.raises(InputError, match="over the limit leaves = 10"):
        read_plan(path, units="mm", limits={"leaves": 10})
    assert read_plan(path, units="mm", limits={"leaves": 5000}).rooms
    with pytest.raises(InputError, match="limits are depth, entities, file_mb, leaves"):
        read_plan(path, units="mm", limits={"leafs": 10})


def test_three_thousand_nested_blocks_stop_at_the_depth_limit(tmp_path: Path) -> None:
    path = _plan(tmp_path)
    doc = ezdxf.readfile(path)
    doc.blocks.new("N0").add_line((0, 0), (1, 0))
    for level in range(1, 3000):
        doc.blocks.new(f"N{level}").add_blockref(f"N{level - 1}", (0, 0))
    doc.modelspace().add_blockref("N2999", (0, 0))
    doc.saveas(path)
    plan = read_plan(path, units="mm")
    assert any("depth = 64" in line for line in plan.incomplete)
    assert len(plan.rooms) >= 5


# -- 5: numbers that are none ----------------------------------------------------------------------


@pytest.mark.parametrize("bad", ["nan", "inf", "-inf", "1e300"])
def test_unusable_coordinates_are_left_out_and_listed(tmp_path: Path, bad: str) -> None:
    path = _plan(tmp_path)
    doc = ezdxf.readfile(path)
    space = doc.modelspace()
    line = space.add_line((0, 0), (123.456, 1), dxfattribs={"layer": "A-WALL"})
    space.add_circle((123.456, 0), 5)
    space.add_text("LOST ROOM", height=200, dxfattribs={"layer": "A-AREA-IDEN"}).set_placement((123.456, 5))
    doc.saveas(path)
    path.write_text(path.read_text().replace("123.456", bad))
    plan = read_plan(path, units="mm")
    text = " ".join(plan.incomplete)
    assert f"{line.dxf.handle} (LINE on A-WALL)" in text
    assert np.isfinite(plan.wall_segments).all()
    assert np.isfinite(plan.line_points).all()
    assert all(math.isfinite(v) for v in plan.extent)
    assert len(plan.rooms) >= 5


# -- 6: size ---------------------------------------------------------------------------------------


def test_three_hundred_megabytes_are_refused_beforehand(tmp_path: Path) -> None:
    path = tmp_path / "huge.dxf"
    with open(path, "wb") as stream:
        stream.write(b"  0\nSECTION\n  2\nHEADER\n")
        stream.truncate(300_000_000)  # sparse: no disk is used
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.monotonic()
    with pytest.raises(InputError, match="300 MB is over the limit file_mb") as caught:
        read_plan(path)
    _sentence(caught.value)
    assert time.monotonic() - start < 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kB


def test_progress_is_told(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    read_plan(_plan(tmp_path), units="mm", progress=lambda done, total: told.append((done, total)))
    assert told
    assert all(0 <= done <= total for done, total in told)


# -- 7: versions -----------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["R12", "R2000", "R2004", "R2007", "R2010", "R2013", "R2018"])
def test_every_version_gives_the_same_rooms(tmp_path: Path, version: str) -> None:
    plan = read_plan(_plan(tmp_path, version=version, hatch=False), units="mm")
    assert len(plan.rooms) == 5
    assert len(plan.doors) >= 5


def test_binary_dxf_is_read(tmp_path: Path) -> None:
    doc, key = draw(3, Habits(rooms=5))
    path = tmp_path / "binary.dxf"
    doc.saveas(path, fmt="bin")
    plan = read_plan(path)
    assert len(plan.rooms) == len(key.rooms)
    assert any("binary" in note for note in plan.read)


@pytest.mark.parametrize("version", ["AC1012", "AC1014"])
def test_r13_and_r14_are_read(tmp_path: Path, version: str) -> None:
    path = _plan(tmp_path, version="R2000")
    path.write_bytes(path.read_bytes().replace(b"AC1015", version.encode(), 1))
    plan = read_plan(path, units="mm")
    assert len(plan.rooms) == 5


# -- 8: code pages ---------------------------------------------------------------------------------


def test_gbk_declared_as_ansi_1252_is_flagged(tmp_path: Path) -> None:
    doc, _ = draw(3, Habits(rooms=5, version="R2000", tags_out=0))
    for text in doc.modelspace().query("TEXT"):
        if text.dxf.text == "CORRIDOR":
            text.dxf.text = "XXLABELXX"
    path = tmp_path / "gbk.dxf"
    doc.saveas(path)
    path.write_bytes(path.read_bytes().replace(b"XXLABELXX", "核磁共振扫描室".encode("gbk")))
    plan = read_plan(path, units="mm")
    assert any("try encoding=gbk" in w for w in plan.warnings)
    assert len(plan.rooms) == 5
    assert all("核" not in r.name and "º" not in r.name for r in plan.rooms)  # not matched by a garbled label
    again = read_plan(path, units="mm", encoding="gbk")
    assert any(r.name == "核磁共振扫描室" for r in again.rooms)
    assert not any("encoding" in w for w in again.warnings)


@pytest.mark.parametrize("label", ["Küche", "Größe", "Büro", "Salle d'échographie", "Área de espera", "Ø 200", "m²"])
def test_western_labels_are_not_suspected(label: str) -> None:
    from mrsite.plans.texts import suspicion

    assert suspicion(label, "cp1252") == ""


def test_cyrillic_and_utf8_under_cp1252_are_recognised() -> None:
    from mrsite.plans.texts import suspicion

    assert "cp1251" in suspicion("Кабинет".encode("cp1251").decode("cp1252"), "cp1252")
    assert "utf-8" in suspicion("Büro".encode().decode("cp1252"), "cp1252")


def test_unknown_encoding_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="encoding 'klingon'"):
        read_plan(_plan(tmp_path), units="mm", encoding="klingon")


# -- 9: what is not in the file --------------------------------------------------------------------


def test_unresolved_reference_is_named_and_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _plan(tmp_path)
    secret = tmp_path / "secret.dxf"
    secret.write_text("not to be opened")
    doc = ezdxf.readfile(path)
    doc.add_xref_def(str(secret), "CORE-WALLS")
    doc.modelspace().add_blockref("CORE-WALLS", (0, 0))
    image = doc.add_image_def("../../scan.png", (100, 100))
    doc.modelspace().add_image(image, (0, 0), (1000, 1000))
    doc.saveas(path)
    opened: list[str] = []
    real = io.open

    def watched(file: Any, *args: Any, **more: Any) -> Any:
        opened.append(str(file))
        return real(file, *args, **more)

    monkeypatch.setattr("builtins.open", watched)
    plan = read_plan(path, units="mm")
    text = " ".join(plan.incomplete)
    assert "CORE-WALLS" in text
    assert "secret.dxf" in text
    assert "walls may be missing" in text
    assert "IMAGE" in text
    assert not any("secret" in o or "scan.png" in o for o in opened)


def test_proxies_and_solids_are_counted(tmp_path: Path) -> None:
    path = _plan(tmp_path)
    text = path.read_text()
    proxy = "  0\nACAD_PROXY_ENTITY\n  5\nFFF1\n330\n0\n100\nAcDbEntity\n  8\nA-WALL\n"
    proxy += "100\nAcDbProxyEntity\n 90\n498\n 91\n500\n"
    at = text.index("ENTITIES\n") + len("ENTITIES\n")
    path.write_text(text[:at] + proxy + text[at:])
    plan = read_plan(path, units="mm")
    assert any("ACAD_PROXY_ENTITY" in line for line in plan.incomplete)


# -- 10: units -------------------------------------------------------------------------------------


@pytest.mark.parametrize("declared", [0, 1, 5, 6])
def test_wrong_or_absent_unit_stops_and_asks(tmp_path: Path, declared: int) -> None:
    path = _plan(tmp_path, unit="mm", declared=declared)
    with pytest.raises(UnitsError) as caught:
        read_plan(path)
    text = str(caught.value)
    assert "--units mm" in text
    assert "door swings -> mm" in text
    if declared:
        assert "as the file declares" in text
    assert caught.value.decision.candidates[0].unit == "mm"  # type: ignore[attr-defined]


@pytest.mark.parametrize(("scale", "declared"), [(100, 1), (100, 5), (1 / 0.0254, 1), (1000, 4)])
def test_walls_alone_do_not_tell_inch_from_centimetre(tmp_path: Path, scale: float, declared: int) -> None:
    doc = ezdxf.new("R2010")
    doc.header["$INSUNITS"] = declared
    for x0, y0, x1, y1 in ((0, 0, 12, 8), (0.15, 0.15, 6, 7.85), (6.1, 0.15, 11.85, 7.85)):
        ring = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
        for a, b in zip(ring, ring[1:] + ring[:1], strict=True):
            doc.modelspace().add_line([v * scale for v in a], [v * scale for v in b], dxfattribs={"layer": "A-WALL"})
    path = tmp_path / "walls.dxf"
    doc.saveas(path)
    with pytest.raises(UnitsError):
        read_plan(path)


def test_right_unit_needs_no_asking(tmp_path: Path) -> None:
    plan = read_plan(_plan(tmp_path, unit="mm"))
    assert plan.unit == "mm"
    assert plan.unit_decision.certain
    assert rooms_geojson(plan)["unit"] == "mm"


# -- 11: not a DXF ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"AC1032" + bytes(100), "DWG R2018"),
        (b"AC1015" + bytes(100), "DWG R2000"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"\xff\xd8\xff\xe0" + bytes(50), "a JPEG"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "a PNG"),
        (b"PK\x03\x04" + bytes(50), "a zip archive"),
        (b"ISO-10303-21;\nHEADER;", "an IFC"),
        (b"", "empty"),
        (b"hello world\n" * 20, "not a DXF drawing"),
        (bytes(4096), "not a DXF drawing"),
    ],
)
def test_other_files_are_named(tmp_path: Path, data: bytes, says: str) -> None:
    path = tmp_path / "plan.dxf"
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        read_plan(path)
    assert says in _sentence(caught.value)


def test_folder_pipe_device_and_absence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a folder"):
        read_plan(tmp_path)
    pipe = tmp_path / "pipe.dxf"
    os.mkfifo(pipe)
    start = time.monotonic()
    with pytest.raises(InputError, match="a named pipe"):
        read_plan(pipe)
    with pytest.raises(InputError, match="a device"):
        read_plan("/dev/zero")
    assert time.monotonic() - start < 1
    with pytest.raises(InputError, match="no such file"):
        read_plan(tmp_path / "absent.dxf")


def test_drawing_without_anything_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "blank.dxf"
    ezdxf.new("R2010").saveas(path)
    with pytest.raises(InputError, match="nothing is drawn in modelspace"):
        read_plan(path, units="mm")


# -- 12: many views, far away ----------------------------------------------------------------------


def test_a_millimetre_is_kept_at_500_km(tmp_path: Path) -> None:
    near_doc, key = draw(5, Habits(rooms=5))
    far_doc, _ = draw(5, Habits(rooms=5, origin=(500_000.0, 500_000.0)))
    near, far = tmp_path / "near.dxf", tmp_path / "far.dxf"
    near_doc.saveas(near)
    far_doc.saveas(far)
    a, b = read_plan(near), read_plan(far)
    assert len(a.rooms) == len(b.rooms) == len(key.rooms)
    for r, s in zip(sorted(a.rooms, key=lambda r: r.number), sorted(b.rooms, key=lambda r: r.number), strict=True):
        assert abs(s.polygon.centroid.x - 500_000 - r.polygon.centroid.x) < 1e-3
        assert s.area_m2 == pytest.approx(r.area_m2, abs=1e-3)
    for d, e in zip(sorted(a.doors, key=lambda d: d.at), sorted(b.doors, key=lambda d: d.at), strict=True):
        assert math.dist(d.at, (e.at[0] - 500_000, e.at[1] - 500_000)) < 1e-3


def test_storeys_side_by_side_are_told_apart_and_a_window_chooses(tmp_path: Path) -> None:
    path = _plan(tmp_path, storeys=3)
    plan = read_plan(path)
    assert {r.storey for r in plan.rooms} == {"Level 1", "Level 2", "Level 3"}
    assert any("3 plans share this modelspace" in w for w in plan.warnings)
    second = next(v for v in plan.views if v.name == "Level 2")
    x0, y0, x1, y1 = second.extent
    one = read_plan(path, window=[[x0 - 1, y0 - 1], [x1 + 1, y1 + 1]])
    assert len(one.rooms) == 5
    assert all(x0 - 1 < r.polygon.centroid.x < x1 + 1 for r in one.rooms)


# -- 18: one name twice ----------------------------------------------------------------------------


def test_a_room_there_twice_is_named_with_both_places(tmp_path: Path) -> None:
    doc, _ = draw(3, Habits(rooms=6, tags_out=0))
    texts = [t for t in doc.modelspace().query("TEXT") if t.dxf.layer == "A-AREA-IDEN"]
    for t in texts:
        if t.dxf.text == "CORRIDOR":
            continue
        if t.dxf.text in ("1.01", "1.02"):
            doc.modelspace().delete_entity(t)
    names = [t for t in texts if t.is_alive and t.dxf.text.isupper() and t.dxf.text != "CORRIDOR"]
    for t in texts:
        if t.is_alive and not t.dxf.text[0].isdigit() and t.dxf.text != "CORRIDOR":
            t.dxf.text = "Scan Room"
    assert names
    path = tmp_path / "twice.dxf"
    doc.saveas(path)
    plan = read_plan(path)
    with pytest.raises(InputError, match=r"'Scan Room' is there \d times, at \(") as caught:
        find_room(plan, "Scan Room")
    assert "give at = [x, y]" in _sentence(caught.value)
    assert any("'Scan Room'" in w and "use at" in w for w in plan.warnings)
    # Rooms that share a name are told apart in the door graph and in the doors by their ids.
    assert len(door_graph(plan)) == len(plan.rooms) + 1
    with pytest.raises(InputError, match="no room is called 'Scann Room'; did you mean 'Scan Room'"):
        find_room(plan, "Scann Room")
