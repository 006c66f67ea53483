"""Storeys laid on one another."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from mrsite.base.errors import InputError
from mrsite.plans import read_plan, register_storeys
from mrsite.plans.plan import Plan
from tests.plans.drawn import Habits, draw


def _plan(tmp_path: Path, name: str, **habits: object) -> Plan:
    doc, _ = draw(4, Habits(rooms=6, **habits))  # type: ignore[arg-type]
    grid = [((0, -3), (0, 20), "A"), ((8, -3), (8, 20), "B"), ((-3, 2), (20, 2), "1"), ((-3, 9), (20, 9), "2")]
    from tests.plans.drawn import _Pen

    pen = _Pen(Habits(rooms=6, **habits), doc, __import__("random").Random(0))  # type: ignore[arg-type]
    for a, b, word in grid:
        ux, uy = (b[0] - a[0]) / math.dist(a, b), (b[1] - a[1]) / math.dist(a, b)
        pen.line(a, b, "grid")
        pen.space.add_circle(
            pen.at((b[0] + 0.4 * ux, b[1] + 0.4 * uy)), 0.4 * pen.k, dxfattribs={"layer": pen.names["grid"]}
        )
        pen.text(word, (b[0] + 0.4 * ux, b[1] + 0.4 * uy), 0.3, "grid")
    path = tmp_path / f"{name}.dxf"
    doc.saveas(path)
    return read_plan(path)


def test_same_frame_is_shown_by_the_grid(tmp_path: Path) -> None:
    found = register_storeys({"G": _plan(tmp_path, "g"), "1": _plan(tmp_path, "f")})
    assert found["1"].known
    assert "coincide, within 0 mm" in found["1"].how
    assert found["1"].residual_m < 1e-6


def test_shifted_and_turned_storey_comes_back(tmp_path: Path) -> None:
    ground = _plan(tmp_path, "g")
    first = _plan(tmp_path, "f", rotation=21.0, origin=(412345.6, 287654.3), unit="m")
    found = register_storeys({"G": ground, "1": first})["1"]
    assert found.known
    mine = {r.number: r.polygon.centroid for r in ground.rooms}
    for room in first.rooms:
        c = room.polygon.centroid
        site = found.to_site(np.array([[c.x, c.y]]))[0]
        assert math.dist(site, (mine[room.number].x, mine[room.number].y)) < 0.002
        back = found.to_drawing(site[None, :])[0]
        assert math.dist(back, (c.x, c.y)) < 1e-6


def test_nothing_in_common_is_not_known(tmp_path: Path) -> None:
    doc, _ = draw(8, Habits(rooms=5, dims=False))
    path = tmp_path / "bare.dxf"
    doc.saveas(path)
    found = register_storeys({"G": _plan(tmp_path, "g"), "1": read_plan(path)})["1"]
    assert not found.known
    assert "give tie" in found.how


def test_ties(tmp_path: Path) -> None:
    plan = _plan(tmp_path, "g")
    found = register_storeys({"G": plan, "1": plan}, {"1": ([[0, 0], [10, 0]], [[100, 50], [100, 60]])})
    np.testing.assert_allclose(found["1"].to_site(np.array([[5.0, 1.0]])), [[99.0, 55.0]], atol=1e-9)
    assert found["G"].known  # by its grid, through the tied one
    np.testing.assert_allclose(found["G"].to_site(np.array([[5.0, 1.0]])), [[99.0, 55.0]], atol=1e-6)
    with pytest.raises(InputError, match=r"10.000 m apart in the drawing and 12.000 m"):
        register_storeys({"G": plan}, {"G": ([[0, 0], [10, 0]], [[0, 0], [12, 0]])})
    with pytest.raises(InputError, match="no such storey"):
        register_storeys({"G": plan}, {"X": ([[0, 0], [10, 0]], [[0, 0], [10, 0]])})
