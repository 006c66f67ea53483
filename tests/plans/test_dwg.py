"""DWG by a converter of the user's: whatever it does, it is one sentence or a plan that says what was lost."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path

import ezdxf
import pytest

from mrsite.base.errors import InputError
from mrsite.plans import read_plan
from mrsite.plans.dwg import VARIABLE

DWG = b"AC1032" + bytes(2000)


@pytest.fixture
def drawing(tmp_path: Path) -> Path:
    """A file that begins as a DWG does, and beside it the DXF that a good converter would make of it."""
    doc = ezdxf.new("R2010", units=6)
    space = doc.modelspace()
    doc.layers.add("A-WALL")
    for x0, y0, x1, y1 in ((0, 0, 5, 4), (-0.2, -0.2, 5.2, 4.2)):
        space.add_lwpolyline([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], close=True, dxfattribs={"layer": "A-WALL"})
    space.add_text("OFFICE", height=0.2).set_placement((2, 2))
    space.add_text("20.0 m2", height=0.2).set_placement((2, 1.6))
    doc.saveas(tmp_path / "good.dxf")
    path = tmp_path / "ground.dwg"
    path.write_bytes(DWG)
    return path


def _converter(folder: Path, name: str, body: str) -> Path:
    """A shell script called as the real program is; ``$IN`` and ``$OUT`` are the drawing and the DXF to write."""
    find = {
        "dwg2dxf": 'OUT="$3"; IN="$4"',
        "ODAFileConverter": 'IN="$1/$7"; OUT="$2/drawing.dxf"',
        "mine": 'IN="$1"; OUT="$2"',
    }[name]
    bins = folder / "bin"
    bins.mkdir(exist_ok=True)
    path = bins / name
    path.write_text(f"#!/bin/sh\n{find}\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def _only(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Nothing but our converters and the shell's own programs on the path."""
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("PATH", f"{folder / 'bin'}{os.pathsep}/usr/bin{os.pathsep}/bin")


def _refused(path: Path, **limits: float) -> str:
    with pytest.raises(InputError) as caught:
        read_plan(path, units="m", cache=False, limits=limits or None)
    said = str(caught.value)
    assert "\n" not in said
    return said


def test_without_a_converter_it_is_said_how(drawing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(drawing.parent))
    said = _refused(drawing)
    assert "ground.dwg: this is a DWG R2018 file" in said
    assert "dwg2dxf" in said
    assert VARIABLE in said


@pytest.mark.parametrize("name", ["dwg2dxf", "ODAFileConverter", "mine"])
def test_a_drawing_is_converted_and_read(drawing: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    program = _converter(
        drawing.parent, name, f'test "$(head -c 6 "$IN")" = AC1032 && cp {drawing.parent}/good.dxf "$OUT"'
    )
    _only(monkeypatch, drawing.parent)
    monkeypatch.setenv("DISPLAY", ":0")
    if name == "mine":
        monkeypatch.setenv(VARIABLE, str(program))
    plan = read_plan(drawing, units="m", cache=False)
    (room,) = plan.rooms
    assert (room.name, room.area_m2) == ("OFFICE", pytest.approx(20.0))
    assert plan.path == str(drawing)
    assert plan.dxf_version == "AC1024 (from DWG R2018)"
    assert plan.read[0] == f"DWG R2018, converted by {name}"
    assert not plan.incomplete
    import hashlib

    assert plan.sha256 == hashlib.sha256(DWG).hexdigest()


def test_what_is_lost_is_counted_and_makes_the_plan_incomplete(drawing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = "".join(f"echo 'Warning: Unhandled Object AECWALL in handle 0x{k:X}' >&2; " for k in range(7))
    said += "echo 'Warning: dwg version is old' >&2; "
    _converter(drawing.parent, "dwg2dxf", said + f'cp {drawing.parent}/good.dxf "$OUT"')
    _only(monkeypatch, drawing.parent)
    plan = read_plan(drawing, units="m", cache=False)
    assert plan.incomplete == (
        "dwg2dxf: objects may be lost in conversion, 7 complaints: "
        "Warning: Unhandled Object AECWALL in handle # (7 times)",
    )
    assert "dwg2dxf says, 1 complaint: Warning: dwg version is old" in plan.warnings


def test_a_drawing_written_in_spite_of_an_error_is_incomplete(drawing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _converter(drawing.parent, "dwg2dxf", f'cp {drawing.parent}/good.dxf "$OUT"; exit 3')
    _only(monkeypatch, drawing.parent)
    assert read_plan(drawing, units="m", cache=False).incomplete == (
        "dwg2dxf: it ended with status 3, though it wrote a drawing",
    )


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (
            "echo 'ERROR: section not found' >&2; exit 1",
            "did not convert it (it ended with status 1; ERROR: section not",
        ),
        ("exit 0", "did not convert it"),
        (": > $OUT", "did not convert it"),
        ("kill -SEGV $$", "it crashed (SIGSEGV)"),
        ("head -c 5000 /dev/urandom > $OUT", "ground.dwg, converted by dwg2dxf: this is not a DXF drawing"),
        ("head -c 900 {good} > $OUT", "cut off"),
        ("yes 0 > $OUT", "over the limit file_mb"),
    ],
)
def test_what_a_converter_does_wrong_is_one_sentence(
    drawing: Path, monkeypatch: pytest.MonkeyPatch, body: str, says: str
) -> None:
    _converter(drawing.parent, "dwg2dxf", body.replace("{good}", f"{drawing.parent}/good.dxf"))
    _only(monkeypatch, drawing.parent)
    assert says in _refused(drawing, file_mb=5)


def test_a_converter_that_hangs_is_ended_with_all_it_started(drawing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flag = drawing.parent / "alive"
    _converter(drawing.parent, "dwg2dxf", f"(sleep 3; touch {flag}) & sleep 600")
    _only(monkeypatch, drawing.parent)
    start = time.monotonic()
    assert "dwg2dxf takes longer than seconds = 1 to convert it" in _refused(drawing, seconds=1)
    assert time.monotonic() - start < 20
    time.sleep(3)
    assert not flag.exists()


def test_a_converter_that_is_not_there_and_a_file_that_is_none(drawing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "/nowhere/dwg2dxf")
    assert VARIABLE in _refused(drawing)
    monkeypatch.setenv(VARIABLE, "/bin/false")
    drawing.write_bytes(b"nothing of the kind")
    assert "is called DWG but is none" in _refused(drawing)
    with pytest.raises(InputError, match="no such file"):
        read_plan(drawing.with_name("other.dwg"), cache=False)


def test_the_drawing_itself_is_out_of_the_converters_reach(drawing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _converter(drawing.parent, "dwg2dxf", f'echo x > "$IN"; cp {drawing.parent}/good.dxf "$OUT"')
    _only(monkeypatch, drawing.parent)
    read_plan(drawing, units="m", cache=False)
    assert drawing.read_bytes() == DWG


def test_a_site_assessed_on_a_dwg(drawing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The marks come as an overlay alone, and the drawing's hash is that of the DWG."""
    from mrsite.outputs.annotated_dxf import drawing_files, host_bytes
    from mrsite.outputs.mark import Drawing

    _converter(drawing.parent, "dwg2dxf", f'cp {drawing.parent}/good.dxf "$OUT"')
    _only(monkeypatch, drawing.parent)
    plan = read_plan(drawing, units="m", cache=False)
    made = drawing_files(Drawing("ground", (), {}, 50.0, (0.0, 0.0, 5.0, 4.0)), plan, host_bytes(plan), "ground")
    assert list(made.files) == ["ground-overlay.dxf"]
    assert "it is a DWG" in made.notes[0]
