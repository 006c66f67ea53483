"""The fast way in gives what ezdxf gives, entity by entity."""

from __future__ import annotations

import math
from pathlib import Path

import ezdxf
import numpy as np
import pytest

from mrsite.plans.limits import Limits
from mrsite.plans.read import load_drawing
from tests.plans.drafted import draft, random_manner
from tests.plans.drawn import draw, random_habits

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
REAL = sorted((SHARED / "floorplans").glob("*.dxf")) + sorted((SHARED / "plans_with_key").glob("*.dxf"))


def _compare(path: Path) -> None:
    opened, fast = load_drawing(path, Limits())
    assert opened.tape is not None
    _, slow = load_drawing(path, Limits(), fast=False)
    assert fast.strokes.shape == slow.strokes.shape
    np.testing.assert_allclose(fast.strokes, slow.strokes, rtol=1e-12, atol=1e-9)
    for name in ("owner", "ent_type", "ent_handle", "ent_insert", "ent_closed"):
        assert np.array_equal(getattr(fast, name), getattr(slow, name)), name
    layers = [[d.layer_names[k] for k in d.ent_layer] for d in (fast, slow)]
    assert layers[0] == layers[1]
    assert [(t.text, t.source) for t in fast.texts] == [(t.text, t.source) for t in slow.texts]
    np.testing.assert_allclose([t.at for t in fast.texts], [t.at for t in slow.texts], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose([t.height for t in fast.texts], [t.height for t in slow.texts])
    assert [d.printed for d in fast.dimensions] == [d.printed for d in slow.dimensions]
    assert [(d.unit_style, d.factor) for d in fast.dimensions] == [(d.unit_style, d.factor) for d in slow.dimensions]
    assert fast.header == slow.header
    assert fast.geodata == slow.geodata
    assert fast.skipped == slow.skipped
    assert fast.incomplete == slow.incomplete


@pytest.mark.parametrize("path", REAL, ids=lambda p: p.stem)
def test_real_drawings(path: Path) -> None:
    _compare(path)


@pytest.mark.parametrize("seed", range(6))
def test_drawn_plans(tmp_path: Path, seed: int) -> None:
    doc, _ = draw(seed, random_habits(seed))
    path = tmp_path / "plan.dxf"
    doc.saveas(path)
    _compare(path)


@pytest.mark.parametrize("seed", [4, 17, 24])
def test_drafted_plans(tmp_path: Path, seed: int) -> None:
    doc, _ = draft(seed, random_manner(seed))
    path = tmp_path / "plan.dxf"
    doc.saveas(path)
    _compare(path)


def test_multilines_and_splines_along_circles(tmp_path: Path) -> None:
    doc = ezdxf.new("R2010")
    space = doc.modelspace()
    space.add_mline([(0, 0), (6, 0), (6, 4)], dxfattribs={"scale_factor": 0.2, "justification": 1})
    space.add_mline([(0, 10), (6, 10), (6, 14)], close=True, dxfattribs={"scale_factor": 0.3, "justification": 0})
    quarter = [(math.cos(a), math.sin(a)) for a in np.linspace(0, math.pi / 2, 7)]
    space.add_spline([(20 + x, y) for x, y in quarter])
    space.add_spline([(30, 0), (31, 1), (32, 0), (33, 1)])
    path = tmp_path / "plan.dxf"
    doc.saveas(path)
    _compare(path)
    _, drawing = load_drawing(path, Limits())
    first = drawing.strokes[drawing.owner == 0, :4] + np.tile(drawing.origin, 2)
    # Both faces of the wall, 0.1 m to each side of the drawn line, mitred at the corner.
    np.testing.assert_allclose(
        sorted(map(tuple, first.round(6))),
        [(-0.0, -0.1, 6.1, -0.1), (0.0, 0.1, 5.9, 0.1), (5.9, 0.1, 5.9, 4.0), (6.1, -0.1, 6.1, 4.0)],
        atol=1e-6,
    )
    assert (drawing.owner == 1).sum() == 6
    assert (drawing.owner == 2).sum() == 1  # an arc
    assert drawing.strokes[drawing.owner == 2, 4] == pytest.approx(math.tan(math.pi / 8), rel=0.01)
    assert (drawing.owner == 3).sum() > 8  # no circle: chords


def test_rare_entities_and_frames(tmp_path: Path) -> None:
    doc = ezdxf.new("R2010")
    space = doc.modelspace()
    down = {"extrusion": (0, 0, -1)}
    space.add_arc((3, 4), 2, 10, 80, dxfattribs=down)
    space.add_circle((3, 4), 1, dxfattribs=down)
    space.add_lwpolyline([(0, 0, 0.5), (4, 0, 0), (4, 3, -0.3)], format="xyb", close=True, dxfattribs=down)
    space.add_ellipse((0, 0), (4, 0), 0.5)
    space.add_spline([(0, 0), (1, 2), (3, 1), (4, 4)])
    space.add_solid([(0, 0), (1, 0), (0, 1), (1, 1)])
    space.add_text("A%%176 m%%178 \\U+00B2", height=1, dxfattribs=down).set_placement((5, 5))
    space.add_mtext("{\\fArial|b1;Room}\\PA1", dxfattribs={"char_height": 1, "insert": (7, 7)})
    block = doc.blocks.new("B", base_point=(1, 2))
    block.add_line((0, 0), (1, 0))
    block.add_arc((0, 0), 1, 0, 90)
    block.add_text("in block", height=0.2).set_placement((0.5, 0.5))
    nest = doc.blocks.new("N")
    nest.add_blockref("B", (3, 1), dxfattribs={"xscale": -2, "yscale": 2, "rotation": 30})
    space.add_blockref("N", (10, 10), dxfattribs={"xscale": 1, "yscale": 3, "rotation": 15})
    space.add_blockref("N", (20, 10), dxfattribs=dict(rotation=15, **down))
    space.add_blockref(
        "B",
        (0, 30),
        dxfattribs={"row_count": 2, "column_count": 3, "row_spacing": 5, "column_spacing": 4, "rotation": 20},
    )
    path = tmp_path / "rare.dxf"
    doc.saveas(path)
    _compare(path)
