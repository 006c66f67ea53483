"""The whole quick look on drawings of others and at national-grid coordinates: every vertex lies on its level."""

from __future__ import annotations

import ezdxf
import numpy as np
import pytest
from ezdxf import path as dxf_path

from mrsite.base.errors import UnitsError
from mrsite.base.pose import Pose
from mrsite.base.units import METRES
from mrsite.face.quick import overlay
from mrsite.magnets import load_model
from mrsite.outputs.dxf_ours import untouched
from tests.outputs.build import host_bytes

MAGNET, BEARING, HEIGHT = "extremity-mgb2-0t5", 30.0, 1.1
GRID = (530_208.0, 179_367.0)
CASES = [
    ("floorplans/apartments_R2004_unitless.dxf", "inch", "inch", (-20.0, 10.0)),
    ("floorplans/pavilion_plan_R2013.dxf", None, "m", (25.0, 10.0)),
    ("floorplans/pavilion_all_views_R2000.dxf", "m", "m", (25.0, 10.0)),
    ("plans_with_key/duplex_both_layer0_inch_r12.dxf", "inch", "inch", (4.0, -8.0)),
]  # fmt: skip


def departures(drawing, layer: str, level: float, unit: str, at) -> tuple[np.ndarray, np.ndarray]:
    """Distance from the level, m, positive inside: of the vertices, and of points along the arcs."""
    source, pose = load_model(MAGNET).source(), Pose((*at, HEIGHT), BEARING)

    def off(points) -> np.ndarray:
        xyz = np.column_stack([np.asarray(points, dtype=float) * METRES[unit], np.full(len(points), HEIGHT)])
        there = pose.to_magnet(xyz)
        b, j = source.flux_density(there), source.jacobian(there)
        size = np.linalg.norm(b, axis=1)
        slope = np.linalg.norm(np.einsum("ni,nij->nj", b, j) / size[:, None], axis=1)
        return (size - level) / slope

    lines = [e for e in drawing.modelspace().query("LWPOLYLINE POLYLINE") if e.dxf.layer.upper() == layer]
    assert lines
    vertices, between = [], []
    for line in lines:
        if line.dxftype() == "LWPOLYLINE":
            vertices += [tuple(p) for p in line.get_points("xy")]
        else:
            vertices += [tuple(v.dxf.location)[:2] for v in line.vertices]
        between += [(p.x, p.y) for p in dxf_path.make_path(line).flattening(1e-4 / METRES[unit])]
    return off(vertices), off(between)


def check(host, unit, at, out) -> None:
    drawing = ezdxf.readfile(out)
    assert not drawing.audit().errors
    for level, name in ((0.5e-3, "0P5"), (3e-3, "3")):
        vertices, between = departures(drawing, f"X-MRIS-B-{name}MT-CUT", level, unit, at)
        assert np.abs(vertices).max() < 2e-3
        # On the safe side: outside the level by less than the 2 mm that a drawing may be off (of which up to 1.5 mm are
        # chords of the trace where the line is hollow), inside it by no more than a hair.
        assert between.max() < 1e-4
        assert between.min() > -2e-3
    assert untouched(host.read_bytes(), out.read_bytes())


@pytest.mark.parametrize(("name", "units", "unit", "at"), CASES)
def test_lines_on_drawings_of_others(shared, tmp_path, name, units, unit, at):
    out = tmp_path / "o.dxf"
    made = overlay(
        shared / name, magnet=MAGNET, at=at, bearing_deg=BEARING, units=units, isocentre_height=HEIGHT, out=out
    )
    check(shared / name, unit, at, out)
    assert any("patient end points up and right" in line for line in made.said)


@pytest.mark.parametrize("name", ["apartments_R2004_unitless", "pavilion_all_views_R2000"])
def test_no_line_is_drawn_where_the_unit_is_not_certain(shared, tmp_path, name):
    out = tmp_path / "o.dxf"
    with pytest.raises(UnitsError):
        overlay(shared / "floorplans" / f"{name}.dxf", magnet=MAGNET, at=(0, 0), bearing_deg=0, out=out)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("version", "unit"), [("R12", "mm"), ("R2018", "inch")])
def test_lines_at_national_grid_coordinates(tmp_path, version, unit):
    host, out = tmp_path / "host.dxf", tmp_path / "o.dxf"
    host.write_bytes(host_bytes(version, unit, GRID))
    at = (GRID[0] + 5.0, GRID[1] + 4.0)
    overlay(host, magnet=MAGNET, at=at, bearing_deg=BEARING, units=unit, isocentre_height=HEIGHT, out=out)
    check(host, unit, at, out)


def test_a_second_quick_look_on_its_own_result_draws_the_same(tmp_path):
    host, first, second = (tmp_path / f"{n}.dxf" for n in ("host", "first", "second"))
    host.write_bytes(host_bytes())
    options = {"magnet": MAGNET, "at": (5.0, 4.0), "bearing_deg": BEARING, "units": "mm", "isocentre_height": HEIGHT}
    overlay(host, **options, out=first)
    again = overlay(first, **options, out=second)
    assert any("marks of an earlier run were replaced" in line for line in again.said)
    assert untouched(host.read_bytes(), second.read_bytes())

    def places(path):
        space = ezdxf.readfile(path).modelspace()
        return sorted(
            (t.dxf.layer, t.dxf.text, round(t.dxf.align_point.x, 6), round(t.dxf.align_point.y, 6))
            for t in space.query("TEXT")
            if t.dxf.layer.startswith("X-MRIS") and "SHA" not in t.dxf.text
        )

    moved = set(places(first)) ^ set(places(second))
    assert all(len(text) == 64 or text.endswith(".dxf") for _, text, *_ in moved)  # the host's name and hash


def test_gradient_lines_have_layers_of_their_own(tmp_path):
    host, out = tmp_path / "host.dxf", tmp_path / "o.dxf"
    host.write_bytes(host_bytes())
    overlay(host, magnet=MAGNET, at=(5.0, 4.0), bearing_deg=0.0, units="mm", gradient_T_per_m=(1.0, 3.0), out=out)
    layers = {e.dxf.layer for e in ezdxf.readfile(out).modelspace()}
    assert {"X-MRIS-G-1TM-CUT", "X-MRIS-G-3TM-CUT", "X-MRIS-G-1TM-TEXT"} <= layers
