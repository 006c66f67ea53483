"""Storeys laid on one another."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from mrsite.plans import lay_on, read_plan
from mrsite.plans.plan import Fixture, GridLine, Plan, Point
from mrsite.site.frames import laid_on
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
    laid = lay_on(_plan(tmp_path, "g"), _plan(tmp_path, "f"))
    assert laid is not None
    assert (laid.angle_rad, laid.here) == (0.0, laid.there)
    assert "grid lines of the same names coincide within 0 mm" in laid.how
    assert laid.residual_m < 1e-6


@pytest.mark.parametrize("rotation", [21.0, 180.0, -90.0, 0.0])
def test_shifted_and_turned_storey_comes_back(tmp_path: Path, rotation: float) -> None:
    ground = _plan(tmp_path, "g")
    first = _plan(tmp_path, "f", rotation=rotation, origin=(412345.6, 287654.3), unit="m")
    found = laid_on(first, ground)
    assert found is not None
    to_site, how = found
    assert "after a turn" in how
    mine = {r.number: r.polygon.centroid for r in ground.rooms}
    for room in first.rooms:
        c = room.polygon.centroid
        x, y = to_site.point((c.x, c.y))
        assert math.dist((x, y), (mine[room.number].x, mine[room.number].y)) < 0.002
        assert math.dist(to_site.back((x, y)), (c.x, c.y)) < 1e-6


def test_a_grid_of_another_spacing_shows_nothing(tmp_path: Path) -> None:
    ground = _plan(tmp_path, "g")
    wide = replace(ground, grid=tuple(replace(g, ends=_moved(g, 0.3 * i)) for i, g in enumerate(ground.grid)))
    assert lay_on(ground, wide) is None


def test_two_grid_lines_that_do_not_coincide_show_nothing(tmp_path: Path) -> None:
    # Any two crossing lines can be laid on any two others.
    ground = _plan(tmp_path, "g")
    two = replace(ground, grid=tuple(g for g in ground.grid if g.name in ("A", "1")))
    moved = replace(two, grid=tuple(replace(g, ends=_moved(g, 5.0)) for g in two.grid))
    assert lay_on(two, two) is not None
    assert lay_on(two, moved) is None


def _moved(g: GridLine, by: float) -> tuple[Point, Point]:
    (x0, y0), (x1, y1) = g.ends
    return (x0 + by, y0 + by), (x1 + by, y1 + by)


def test_stairs_and_lifts_show_one_frame(tmp_path: Path) -> None:
    ground = replace(_plan(tmp_path, "g"), grid=())
    shafts = tuple(
        Fixture(kind, (x + 1.0, 1.0), (x, 0.0, x + 2.0, 2.0), "proposed", "test")
        for kind, x in (("stair", 0.0), ("stair", 9.0))
    )
    with_stairs = replace(ground, stairs=shafts)
    laid = lay_on(with_stairs, with_stairs)
    assert laid is not None
    assert "stairs and lifts coincide" in laid.how
    assert lay_on(with_stairs, replace(ground, stairs=shafts[:1])) is None
    other = tuple(replace(f, extent=tuple(v + 0.2 for v in f.extent)) for f in shafts)
    assert lay_on(with_stairs, replace(ground, stairs=other)) is None


def test_nothing_in_common_is_not_known(tmp_path: Path) -> None:
    doc, _ = draw(8, Habits(rooms=5, dims=False))
    path = tmp_path / "bare.dxf"
    doc.saveas(path)
    assert lay_on(_plan(tmp_path, "g"), read_plan(path)) is None
