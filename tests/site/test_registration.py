"""Storeys put on one another: by ties, by what both drawings show, and never without either."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from mrsite.plans.plan import Plan
from mrsite.site.registration import Registered, register
from mrsite.site.schema import StoreyEntry, Tie
from mrsite.site.variants import document_of
from tests.plans.test_storeys import _plan

SHIFTED = Tie(here=((0.0, 0.0), (30.0, 0.0)), site=((100.0, 50.0), (100.0, 80.0)))
EQUAL = Tie(here=((0.0, 0.0), (30.0, 0.0)), site=((0.0, 0.0), (30.0, 0.0)))


@pytest.fixture(scope="module")
def gridded(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return _plan(tmp_path_factory.mktemp("grid"), "g")


@pytest.fixture(scope="module")
def turned(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """The same grid in a frame of its own."""
    return _plan(tmp_path_factory.mktemp("grid"), "f", rotation=21.0, origin=(412345.6, 287654.3), unit="m")


def _bare(plan: Plan) -> Plan:
    return replace(plan, grid=(), stairs=(), lifts=(), sha256="another")


def _entry(name: str, elevation: float, tie: Tie | None = None, building: str | None = None) -> StoreyEntry:
    return StoreyEntry(name=name, plan=f"{name}.dxf", elevation=elevation, tie=tie, building=building)


def _register(*rows: tuple[StoreyEntry, Plan | None]) -> tuple[Registered, ...]:
    entries, plans = zip(*rows)
    return register(entries, plans, document_of({}, Path()))


def test_the_first_drawing_is_the_site(gridded: Plan) -> None:
    ground, first = _register((_entry("G", 0.0), _bare(gridded)), (_entry("1", 4.0, SHIFTED), _bare(gridded)))
    assert (ground.how, first.how) == ("reference drawing", "tie points")


@pytest.mark.parametrize("tie", [SHIFTED, EQUAL])
def test_a_drawing_without_a_tie_is_nowhere_where_the_first_is_tied(gridded: Plan, tie: Tie) -> None:
    ground, first = _register((_entry("G", 0.0, tie), gridded), (_entry("1", 4.0), _bare(gridded)))
    assert ground.how == "tie points"
    assert first.how is None


def test_it_is_placed_by_what_it_shares_with_the_tied_one(gridded: Plan, turned: Plan) -> None:
    """By the grid onto the ground drawing, and on with its tie: a grid corner of both lands on one place."""
    ground, first = _register((_entry("G", 0.0, SHIFTED), gridded), (_entry("1", 4.0), turned))
    assert first.how is not None
    assert "grid lines" in first.how
    ends = {g.name: g.ends for g in gridded.grid}
    for line in turned.grid:
        for p in line.ends:
            a, b = ends[line.name]
            x, y = first.to_site.point(p)
            (ax, ay), (bx, by) = map(ground.to_site.point, (a, b))
            off = ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / math.dist(a, b)
            assert abs(off) < 2e-3


def test_a_drawing_may_be_shown_on_one_that_is_not_the_first(gridded: Plan, turned: Plan) -> None:
    """The ground drawing shows no grid; the first floor is tied, and the second shares its grid."""
    ground, first, second = _register(
        (_entry("G", 0.0), _bare(gridded)), (_entry("1", 4.0, EQUAL), gridded), (_entry("2", 8.0), turned)
    )
    assert (ground.how, first.how) == ("reference drawing", "tie points")
    assert second.how is not None
    assert second.how.endswith("(with 1)")


def test_a_chain_is_followed_in_any_order(gridded: Plan, turned: Plan) -> None:
    """The second floor is listed before the one that it is shown by."""
    linked = replace(turned, grid=(*turned.grid, *(replace(g, name=f"x{g.name}") for g in turned.grid)))
    only = replace(turned, grid=tuple(replace(g, name=f"x{g.name}") for g in turned.grid), sha256="third")
    _, second, first = _register((_entry("G", 0.0), gridded), (_entry("2", 8.0), only), (_entry("1", 4.0), linked))
    assert first.how is not None
    assert second.how is not None
    assert math.dist(first.to_site.point((412345.6, 287654.3)), second.to_site.point((412345.6, 287654.3))) < 2e-3


def test_grid_lines_of_another_building_show_nothing(gridded: Plan, turned: Plan) -> None:
    """Each has its own lines A and 1: laid on one another they would stand in one another."""
    east, west = _register(
        (_entry("E", 0.0, building="East"), gridded), (_entry("W", 0.0, building="West"), replace(turned, sha256="w"))
    )
    assert east.how == "reference drawing"
    assert west.how is None
    _, wing = _register((_entry("E", 0.0), gridded), (_entry("W", 0.0), turned))
    assert wing.how is None


def test_a_tie_that_the_drawings_contradict_is_doubted(gridded: Plan) -> None:
    off = Tie(here=((0.0, 0.0), (30.0, 0.0)), site=((0.5, 0.0), (30.5, 0.0)))
    _, first = _register((_entry("G", 0.0), gridded), (_entry("1", 4.0, off), gridded))
    assert first.how == "tie points"
    assert "0.50 m" in first.note
    _, fine = _register((_entry("G", 0.0), gridded), (_entry("1", 4.0, EQUAL), gridded))
    assert not fine.note


def test_a_storey_without_a_drawing_is_in_site_coordinates(gridded: Plan) -> None:
    ground, bare = _register((_entry("G", 0.0), gridded), (StoreyEntry(name="R", elevation=4.0), None))
    assert bare.how == "no drawing: stated in site coordinates"
    assert ground.how == "reference drawing"
