"""Other programs read what we wrote: OGR by its own parser, LibreCAD by its picture; on drawings of others too."""

from __future__ import annotations

import io
import os
import re
import subprocess
from pathlib import Path

import ezdxf
import numpy as np
import pytest
from ezdxf import bbox

from mrsite.base.units import METRES
from mrsite.outputs import overlay_dxf
from mrsite.outputs.dxf_ours import untouched
from mrsite.outputs.dxf_splice import splice
from mrsite.outputs.marks import overlay_drawing
from tests.outputs.build import host_bytes, plan_of, regions, settings, standing

pytestmark = pytest.mark.cad

#: Drawings of others: file, unit that a person says it is in, a place within it in metres.
SHARED = [
    ("floorplans/apartments_R2004_unitless.dxf", "inch", (-25.0, 8.0)),
    ("floorplans/house_R2007.dxf", "cm", (139.0, -38.0)),
    ("floorplans/pavilion_all_views_R2000.dxf", "m", (20.0, 5.0)),
    ("floorplans/pavilion_plan_R2013.dxf", "m", (20.0, 5.0)),
    ("floorplans/wipeout_door_R2018.dxf", "mm", (9.0, 3.0)),
    ("floorplans/parliament_georeferenced_R2018.dxf", "inch", (0.0, 0.0)),
    ("plans_with_key/clinic_ground.dxf", "mm", (5.0, 5.0)),
    ("plans_with_key/duplex_both_layer0_inch_r12.dxf", "inch", (2.0, 2.0)),
    ("plans_with_key/duplex_l1_aia_mm.dxf", "mm", (2.0, 2.0)),
    ("plans_with_key/duplex_l1_german_cm_single.dxf", "cm", (2.0, 2.0)),
    ("plans_with_key/duplex_l2_bs1192_m_grid.dxf", "m", (2.0, 2.0)),
]  # fmt: skip


def drawing_for(path: Path, unit: str, origin: tuple[float, float]):
    at = (origin[0] + 5.0, origin[1] + 4.0)
    return overlay_drawing(plan_of(path, unit, origin), [standing(at)], regions("Plan", at, 30.0), settings())


def ogr(program: str, path: Path) -> tuple[dict[str, int], str]:
    """Return the number of features by layer, and what OGR complained of."""
    done = subprocess.run([program, "-ro", "-al", "-geom=NO", path], capture_output=True, check=True)
    counts: dict[str, int] = {}
    for layer in re.findall(r"^  Layer \(String\) = (.*)$", done.stdout.decode("utf-8", "replace"), re.M):
        counts[layer] = counts.get(layer, 0) + 1
    return counts, done.stderr.decode("utf-8", "replace")


@pytest.mark.parametrize(("name", "unit", "origin"), SHARED)
def test_drawings_of_others_take_our_marks_and_stay(shared, tmp_path, ogrinfo, name, unit, origin):
    source = shared / name
    before = source.read_bytes()
    copy = tmp_path / source.name
    copy.write_bytes(before)
    first = splice(before, drawing_for(copy, unit, origin), METRES[unit])
    second = splice(first.data, drawing_for(copy, unit, origin), METRES[unit])
    for new in (first.data, second.data):
        assert untouched(before, new)
    copy.write_bytes(second.data)

    host, mine = ezdxf.readfile(source), ezdxf.readfile(copy)
    old, new = host.audit(), mine.audit()
    assert (len(new.errors), len(new.fixes)) == (len(old.errors), len(old.fixes))
    assert {str(e) for e in host.modelspace()} <= {str(e) for e in mine.modelspace()} or host.dxfversion == "AC1009"
    (line,) = [e for e in mine.modelspace().query("LWPOLYLINE POLYLINE") if e.dxf.layer == "X-MRIS-B-0P5MT-CUT"]
    points = (
        np.array([tuple(v.dxf.location)[:2] for v in line.vertices])
        if line.dxftype() == "POLYLINE"
        else np.array(line.get_points("xy"))
    )
    d = points * METRES[unit] - np.array(origin) - (5.0, 4.0)
    t = np.deg2rad(30)
    off = np.hypot(d @ [np.cos(t), np.sin(t)] / 3.0, d @ [-np.sin(t), np.cos(t)] / 2.2) - 1
    assert np.abs(off).max() * 3.0 < 1e-6

    kept = tmp_path / "host.dxf"
    kept.write_bytes(before)
    (host_counts, host_said), (counts, said) = ogr(ogrinfo, kept), ogr(ogrinfo, copy)
    ours = {layer for layer in counts if layer.startswith("X-MRIS")}
    assert {"X-MRIS-B-0P5MT-CUT", "X-MRIS-B-3MT-ENV", "X-MRIS-MAGNET", "X-MRIS-LEGEND", "X-MRIS-CHECK"} <= ours
    assert {layer: n for layer, n in counts.items() if layer not in ours} == host_counts
    assert counts["X-MRIS-B-0P5MT-CUT"] == 1
    assert sorted(said.splitlines()) == sorted(host_said.splitlines())


@pytest.mark.parametrize("unit", ["mm", "inch", "m"])
def test_ogr_measures_the_line_where_it_was_computed(tmp_path, ogrinfo, unit):
    path = tmp_path / "host.dxf"
    path.write_bytes(host_bytes("R2010", unit))
    overlay = tmp_path / "overlay.dxf"
    overlay.write_bytes(overlay_dxf.render(drawing_for(path, unit, (0.0, 0.0)), METRES[unit], 4))
    said = subprocess.run(
        [ogrinfo, "-ro", "-al", "-where", "Layer='X-MRIS-B-0P5MT-CUT'", overlay],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Warning" not in said.stderr
    numbers = re.search(r"(?:LINESTRING|POLYGON)[^(]*\(+([^)]*)\)", said.stdout)
    assert numbers is not None
    xy = np.array([list(map(float, pair.split()[:2])) for pair in numbers[1].split(",")]) * METRES[unit] - (5.0, 4.0)
    t = np.deg2rad(30)
    r = np.hypot(xy @ [np.cos(t), np.sin(t)] / 3.0, xy @ [-np.sin(t), np.cos(t)] / 2.2)
    assert np.abs(r - 1).max() * 3.0 < 2e-3


def picture(librecad: str, path: Path, corners, scale: float) -> np.ndarray:
    """Return LibreCAD's picture as (h, w, 3); the two corners are marked so that pictures of one place are alike."""
    document = ezdxf.readfile(path)
    document.header["$INSUNITS"] = 4
    document.header["$PLIMMIN"], document.header["$PLIMMAX"] = (0, 0), (420, 297)
    if document.dxfversion != "AC1009":
        layout = document.paperspace().dxf_layout
        layout.dxf.limmin, layout.dxf.limmax = (0, 0), (420, 297)
    for x, y in corners:
        document.modelspace().add_circle((x, y), 1e-3 / scale)
    copy = path.with_name(f"{path.stem}-print.dxf")
    document.saveas(copy)
    subprocess.run(
        [librecad, "dxf2pdf", "-c", "-s", f"{scale:.9f}", "-t", path.parent, copy],
        check=True,
        capture_output=True,
        timeout=120,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    png = copy.with_suffix(".png")
    subprocess.run(
        ["pdftoppm", "-r", "100", "-png", "-singlefile", copy.with_suffix(".pdf"), copy.with_suffix("")],
        check=True,
        capture_output=True,
    )
    from PIL import Image

    return np.asarray(Image.open(png).convert("RGB")).astype(int)


@pytest.mark.parametrize(("version", "unit"), [("R2010", "mm"), ("R12", "inch"), ("R2000", "m")])
def test_librecad_shows_every_kind_of_mark_and_hides_nothing(tmp_path, librecad, version, unit):
    path = tmp_path / "host.dxf"
    path.write_bytes(host_bytes(version, unit))
    new = tmp_path / "new.dxf"
    new.write_bytes(splice(path.read_bytes(), drawing_for(path, unit, (0.0, 0.0)), METRES[unit]).data)
    document = ezdxf.readfile(new)
    box = bbox.extents(document.modelspace())
    pad = 0.05 * max(box.size.x, box.size.y)
    corners = [(box.extmin.x - pad, box.extmin.y - pad), (box.extmax.x + pad, box.extmax.y + pad)]
    width, height = corners[1][0] - corners[0][0], corners[1][1] - corners[0][1]
    scale = min(400 / width, 280 / height)
    host, mine = (picture(librecad, p, corners, scale) for p in (path, new))
    middle = ((corners[0][0] + corners[1][0]) / 2, (corners[0][1] + corners[1][1]) / 2)

    def pixel(x: float, y: float) -> tuple[int, int]:
        k = 100 / 25.4
        return int((210 + (x - middle[0]) * scale) * k), int((148.5 - (y - middle[1]) * scale) * k)

    def near(image, x, y, test, reach=2) -> bool:
        px, py = pixel(x / METRES[unit], y / METRES[unit])
        patch = image[py - reach : py + reach + 1, px - reach : px + reach + 1].reshape(-1, 3)
        return bool(test(patch).any())

    def red(p):
        return (p[:, 0] > 150) & (p[:, 1] < 120) & (p[:, 2] < 120)

    def ink(p):
        return p.sum(axis=1) < 600

    # Nothing of the host is gone: where it had ink there still is.
    dark = host.sum(axis=2) < 300
    assert dark.sum() > 200
    grown = np.zeros_like(dark)
    inked = mine.sum(axis=2) < 700
    for dx in (-1, 0, 1):
        for dy in (-1, 0, 1):
            grown |= np.roll(np.roll(inked, dx, axis=1), dy, axis=0)
    assert (dark & ~grown).sum() == 0
    # The 0.5 mT line runs all the way round, at its place.
    t, turn = np.linspace(0, 2 * np.pi, 48, endpoint=False), np.deg2rad(30)
    u, v = 3.0 * np.cos(t), 2.2 * np.sin(t)
    ring = np.column_stack([5 + u * np.cos(turn) - v * np.sin(turn), 4 + u * np.sin(turn) + v * np.cos(turn)])
    seen = [near(mine, x, y, red) for x, y in ring]
    assert sum(seen) == 48
    # Dashed lines are seen for the greater part, and never vanish over a quarter of the ring.
    u, v = 3.1 * np.cos(t), 2.3 * np.sin(t)
    ring = np.column_stack([5 + u * np.cos(turn) - v * np.sin(turn), 4 + u * np.sin(turn) + v * np.cos(turn)])
    dashed = np.array([near(mine, x, y, red) for x, y in ring])
    assert dashed.mean() > 0.5
    assert max(len(run) for run in "".join("x" if s else "-" for s in np.tile(dashed, 2)).split("x")) < 12
    # Isocentre, arrow, texts: ink where the host had none.
    tip = 0.75 + 8 * 0.125
    for x, y in ((5.0, 4.0), (5 + tip * np.cos(turn), 4 + tip * np.sin(turn)), (0.0, 0.0), (10.0, 8.0)):
        assert near(mine, x, y, ink, 3)
    ours = [e for e in document.modelspace().query("TEXT") if e.dxf.layer.startswith("X-MRIS")]
    assert len(ours) > 20
    for text in ours:
        x, y = text.dxf.align_point.x * METRES[unit], text.dxf.align_point.y * METRES[unit]
        height = text.dxf.height * METRES[unit]
        angle, left = np.deg2rad(text.dxf.get("rotation", 0.0)), text.dxf.halign == 0
        shift = 1.5 * height if left else 0.0
        assert near(mine, x + shift * np.cos(angle), y + shift * np.sin(angle), ink, 5), text.dxf.text


def test_librecad_opens_every_kind_of_file(tmp_path, librecad):
    from mrsite.outputs.folder import files_of
    from tests.outputs.build import outcome_of

    path = tmp_path / "ground.dxf"
    path.write_bytes(host_bytes())
    for name, data in files_of(outcome_of(path)).items():
        if name.endswith(".dxf"):
            document = ezdxf.read(io.StringIO(data.decode()))
            assert not document.audit().errors, name
            assert not document.audit().fixes, name
            (tmp_path / name).write_bytes(data)
            box = bbox.extents(document.modelspace())
            scale = min(400 / box.size.x, 280 / box.size.y)
            image = picture(librecad, tmp_path / name, [(box.extmin.x, box.extmin.y)], scale)
            assert (image.sum(axis=2) < 600).sum() > 500, name
