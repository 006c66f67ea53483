"""A digitised line of the field enters a survey as readings."""

from __future__ import annotations

import math
from pathlib import Path

import ezdxf
import numpy as np
import pytest

from mrsite.base.errors import InputError
from mrsite.studies.survey.contour import Contour, read_contour


def drawing(folder: Path, unit: int = 6, scale: float = 1.0, layers: tuple[str, ...] = ("B-05",)) -> Path:
    """Return a DXF that holds an oval of half-axes 4 and 2.5 m about (10, 5) on each layer, and a wall beside."""
    doc = ezdxf.new("R2010")
    doc.header["$INSUNITS"] = unit
    space = doc.modelspace()
    for name in layers:
        turns = np.linspace(0, 2 * np.pi, 181)[:-1]
        ring = [(scale * (10 + 4 * math.cos(a)), scale * (5 + 2.5 * math.sin(a))) for a in turns]
        space.add_lwpolyline(ring, close=True, dxfattribs={"layer": name})
        space.add_line((0, 0), (0.05 * scale, 0), dxfattribs={"layer": name})  # a stroke of a letter
    path = folder / "contour.dxf"
    doc.saveas(path)
    return path


def off_oval(at: np.ndarray) -> np.ndarray:
    return np.asarray(np.abs(np.hypot((at[:, 0] - 10) / 4, (at[:, 1] - 5) / 2.5) - 1))


@pytest.mark.parametrize(("unit", "scale"), [(6, 1.0), (4, 1000.0)])
def test_points_of_a_drawn_line_stand_on_it_in_metres(tmp_path: Path, unit: int, scale: float) -> None:
    word = {6: "m", 4: "mm"}[unit]
    read = read_contour(drawing(tmp_path, unit, scale), Contour(0.5e-3, 1.2, units=word))
    assert off_oval(read.at).max() < 2e-3
    assert set(read.B) == {0.5e-3}
    assert set(read.height) == {1.2}
    gaps = np.hypot(*np.diff(np.vstack([read.at, read.at[:1]]), axis=0).T)
    assert gaps.min() > 0.35
    assert gaps.max() < 0.45  # all round, the closing gap too
    assert "0.5 mT line on layer B-05" in read.read[0]


def test_one_of_several_layers_must_be_named(tmp_path: Path) -> None:
    path = drawing(tmp_path, layers=("B-05", "B-3"))
    with pytest.raises(InputError, match=r"say which layer bears the line; there are B-05, B-3"):
        read_contour(path, Contour(0.5e-3, units="m"))
    with pytest.raises(InputError, match=r"no layer is called 'B-9'"):
        read_contour(path, Contour(0.5e-3, layer="B-9", units="m"))
    assert len(read_contour(path, Contour(0.5e-3, layer="b-0*", units="m")).B) > 40


def test_a_table_of_points_on_a_line_needs_no_reading_column(tmp_path: Path) -> None:
    path = tmp_path / "line.csv"
    path.write_text("x,y\n6,5\n10,7.5\n", encoding="utf-8")
    read = read_contour(path, Contour(3e-3, 0.9))
    assert read.B.tolist() == [3e-3, 3e-3]
    assert read.height.tolist() == [0.9, 0.9]
    path.write_text("x,y,B_mT\n6,5,0.5\n", encoding="utf-8")
    with pytest.raises(InputError, match="B is a column here and was also given"):
        read_contour(path, Contour(3e-3))
