"""Every shared drawing, in every unit and every version, updated twice: slow, for a release.

A drawing in another unit is the same drawing declared and taken so (``$INSUNITS`` is changed in its bytes); in another
version it is what a library makes of it. After the second update the host's bytes are still there, the line of 0.5 mT
lies where it was computed within 2 mm, and the audit and OGR find nothing that the host had not.
"""

from __future__ import annotations

import io
import re
from pathlib import Path

import ezdxf
import numpy as np
import pytest

from mrsite.base.units import METRES
from mrsite.outputs import annotated_dxf
from mrsite.outputs.dxf_ours import untouched
from mrsite.outputs.dxf_splice import splice
from mrsite.outputs.dxf_text import VERSIONS, NotSpliceable
from mrsite.outputs.overlay_dxf import with_header
from tests.outputs.build import CODES, plan_of
from tests.outputs.test_cad import SHARED, drawing_for, ogr, picture
from tests.outputs.test_splice import off_ellipse, ring

pytestmark = [pytest.mark.slow, pytest.mark.cad]

UNITS = ("mm", "cm", "m", "inch", "foot", None)  #: None: declares none, and is said to be in inches
LINE = "X-MRIS-B-0P5MT-CUT"


def converted(source: Path, version: str) -> bytes | None:
    """The drawing in a version: its own bytes where it has it, else what the library makes of it; None: it cannot."""
    document = ezdxf.readfile(source)
    if document.dxfversion == version:
        return source.read_bytes()
    document.dxfversion = version
    stream = io.StringIO()
    try:
        document.write(stream)
    except ezdxf.DXFError:
        return None
    return stream.getvalue().encode(document.output_encoding, "dxfreplace")


def declared(data: bytes, code: int) -> bytes:
    return with_header(data, {"$INSUNITS": (code,)})


def measured(path: Path, unit: str, at: tuple[float, float]) -> float:
    """How far the line read back lies from where it was computed, m."""
    document = ezdxf.readfile(path)
    (line,) = [e for e in document.modelspace().query("LWPOLYLINE POLYLINE") if e.dxf.layer == LINE]
    return float(np.abs(off_ellipse(ring(line) * METRES[unit], at, 3.0, 2.2, 30.0)).max())


def complaints(path: Path, program: str) -> tuple[dict[str, int], list[str], tuple[int, int]]:
    counts, said = ogr(program, path)
    document = ezdxf.readfile(path)
    audit = document.audit()
    return counts, sorted(set(said.splitlines())), (len(audit.errors), len(audit.fixes))


@pytest.mark.parametrize(("name", "_unit", "origin"), SHARED)
@pytest.mark.parametrize("version", VERSIONS, ids=VERSIONS.values())
def test_every_drawing_in_every_unit_and_version_after_a_second_update(
    shared, tmp_path, ogrinfo, librecad, name, _unit, origin, version
):
    source = shared / name
    converted_host = converted(source, version)
    if converted_host is None:
        pytest.skip("the library cannot write this drawing in this version")
    path = tmp_path / source.name
    # A large drawing is read for a minute each time: one unit a version there, every unit for the rest.
    units = UNITS if len(converted_host) < 1_000_000 else (UNITS[list(VERSIONS).index(version) % len(UNITS)],)
    for unit in units:
        taken = unit or "inch"
        host = declared(converted_host, CODES[unit] if unit else 0)
        path.write_bytes(host)  # `drawing_for` takes the hash of what lies there
        place = tuple(v * METRES[taken] / METRES[_unit] for v in origin)
        at = (place[0] + 5.0, place[1] + 4.0)
        drawing = drawing_for(path, taken, place)
        first = splice(host, drawing, METRES[taken])
        second = splice(first.data, drawing, METRES[taken])
        assert second.replaced == len(drawing.marks)
        assert untouched(host, second.data)
        path.write_bytes(second.data)
        assert measured(path, taken, at) < 2e-3, unit
        # OGR and the audit once a version; the bytes differ from unit to unit in numbers alone.
        if unit == units[-1]:
            after = complaints(path, ogrinfo)
            path.write_bytes(host)
            before = complaints(path, ogrinfo)
            assert {layer: n for layer, n in after[0].items() if not layer.startswith("X-MRIS")} == before[0]
            assert after[0][LINE] == 1
            assert after[1:] == before[1:]


@pytest.mark.parametrize(("name", "unit", "origin"), SHARED)
def test_librecad_draws_the_line_on_every_shared_drawing(shared, tmp_path, librecad, name, unit, origin):
    """Where the line of 0.5 mT runs there is red ink in LibreCAD's picture of the place, after a second update."""
    source = shared / name
    path = tmp_path / source.name
    drawing = drawing_for(source, unit, origin)
    data = splice(splice(source.read_bytes(), drawing, METRES[unit]).data, drawing, METRES[unit]).data
    path.write_bytes(data)
    document = ezdxf.readfile(path)
    # A picture of the whole may be a hundred metres wide: the place alone is kept, with our line and what is near.
    half = 6.0 / METRES[unit]
    cx, cy = ((origin[k] + (5.0, 4.0)[k]) / METRES[unit] for k in (0, 1))
    # So is nothing of any sheet: LibreCAD draws paper space into the model, and would centre on both.
    for layout in document.layouts:
        for entity in list(layout):
            if layout.name != "Model" or not entity.dxf.layer.startswith("X-MRIS-B-0P5MT"):
                layout.delete_entity(entity)
    document.saveas(path)
    corners = [(cx - half, cy - half), (cx + half, cy + half)]
    scale = 280 / (2 * half)
    image = picture(librecad, path, corners, scale)
    t, turn = np.linspace(0, 2 * np.pi, 36, endpoint=False), np.deg2rad(30)
    u, v = 3.0 * np.cos(t), 2.2 * np.sin(t)
    k = 100 / 25.4 * scale / METRES[unit]
    x, y = u * np.cos(turn) - v * np.sin(turn), u * np.sin(turn) + v * np.cos(turn)
    for px, py in zip((210 / 25.4 * 100 + x * k).astype(int), (148.5 / 25.4 * 100 - y * k).astype(int)):
        patch = image[py - 3 : py + 4, px - 3 : px + 4].reshape(-1, 3)
        assert ((patch[:, 0] > 150) & (patch[:, 1] < 130) & (patch[:, 2] < 130)).any(), (px, py)


@pytest.mark.parametrize("declares", ["inch", "m", "mm"])
def test_a_wrong_declaration_gives_two_overlays_whose_names_say_which(tmp_path, declares):
    """Drawn in millimetres: the overlay to attach bears what the host declares, the other the true unit."""
    from tests.outputs.build import host_bytes

    path = tmp_path / "ground.dxf"
    path.write_bytes(host_bytes("R2010", "mm", declared=CODES[declares]))
    plan = plan_of(path, "mm", declared=CODES[declares])
    made = annotated_dxf.drawing_files(drawing_for(path, "mm", (0.0, 0.0)), plan, path.read_bytes(), "ground")
    names = {n for n in made.files if "overlay" in n}
    if declares == "mm":
        assert names == {"ground-overlay.dxf"}
        return
    assert names == {f"ground-overlay-as-declared-{declares}.dxf", "ground-overlay-true-units-mm.dxf"}
    for overlay in names:
        text = made.files[overlay].decode()
        code = int(re.search(r"\$INSUNITS\s+70\s+(\d+)", text)[1])  # type: ignore[index]
        assert code == CODES["mm" if "true" in overlay else declares]
        (tmp_path / overlay).write_bytes(made.files[overlay])
        assert measured(tmp_path / overlay, "mm", (5.0, 4.0)) < 2e-3  # the same numbers in both


@pytest.mark.parametrize(("name", "unit", "origin"), SHARED)
def test_marks_that_lost_their_mark_of_origin_are_not_doubled(shared, tmp_path, name, unit, origin):
    """Another program saved the file without our extended data: refused, with how many look like ours."""
    source = shared / name
    drawing = drawing_for(source, unit, origin)
    data = splice(source.read_bytes(), drawing, METRES[unit]).data
    lost = re.sub(rb"1001(\r?\n)MRSITE\r?\n(?:1000\r?\n[^\n]*\n)*", b"", data)
    assert b"\nMRSITE\n1000" not in lost.replace(b"\r", b"")
    shown = [m for m in drawing.marks if type(m).__name__ != "Hatch"]
    with pytest.raises(NotSpliceable, match=r"look like marks of an earlier run") as refusal:
        splice(lost, drawing, METRES[unit])
    count = int(re.match(r"(\d+) objects", str(refusal.value))[1])  # type: ignore[index]
    assert count >= len(shown)
