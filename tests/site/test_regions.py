"""Regions and volumes against the field they are made of.

The field engine has its own proofs; here we ask that what a storey gets is the set of points where
that field, over the heights asked for, reaches the level: inside by points drawn at random, at the
edge to the stated tolerance, in the storey's own frame.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from shapely import Point, box, contains_xy

from mrsite.base.pose import Pose
from mrsite.magnets import load_model
from mrsite.site.evidence import Wanted, WantedRegion, WantedVolume
from mrsite.site.frames import Similarity
from mrsite.site.gather import gather
from mrsite.site.project import Project, Scanner, Storey
from mrsite.site.total_field import total_field

MAGNET = "extremity-mgb2-0t5"
HEIGHT = 1.1


def a_project(
    poses: tuple[tuple[float, float, float], ...] = ((12.0, 8.0, 30.0),),
    to_site: Similarity = Similarity(),
    steel: tuple = (),
) -> Project:
    storeys = tuple(
        Storey(
            name,
            z,
            4.0,
            None,
            None,
            None,
            None,
            None,
            (0.0, 2.1),
            None,
            to_site if name == "Up" else Similarity(),
            "tie",
        )
        for name, z in (("Ground", 0.0), ("Up", 4.0))
    )
    scanners = tuple(
        Scanner(
            f"MR{k}", load_model(MAGNET), "Ground", (Pose((x, y, HEIGHT), bearing),), HEIGHT, ("+z", "-z"), "proposed"
        )
        for k, (x, y, bearing) in enumerate(poses, 1)
    )
    return Project("p", "p.toml", {}, None, 0.0, 0.05, (), {}, storeys, scanners, steel=steel)


def regions(project: Project, *wanted: WantedRegion):
    return gather(project, total_field(project), Wanted(regions=wanted)).regions


def highest(project: Project, x: np.ndarray, y: np.ndarray, low: float, high: float) -> np.ndarray:
    """Largest |B| over heights low..high above the datum, by brute force."""
    zs = np.linspace(low, high, 43)
    field = total_field(project)
    points = np.stack([np.repeat(x, len(zs)), np.repeat(y, len(zs)), np.tile(zs, len(x))], axis=1)
    return field.worst_magnitude(points).reshape(len(x), len(zs)).max(axis=1)


@pytest.mark.parametrize("level", [0.5e-3, 3e-3])
def test_the_envelope_is_where_the_field_reaches_the_level(level: float) -> None:
    project = a_project()
    (region,) = regions(project, WantedRegion("Ground", level))
    rng = np.random.default_rng(4)
    x, y = rng.uniform(8.0, 16.0, 1500), rng.uniform(4.0, 12.0, 1500)
    b = highest(project, x, y, 0.0, 2.1)
    clear = abs(b / level - 1) > 0.02  # points in the thin shell at the edge have their own test
    assert (contains_xy(region.central, x, y) == (b >= level))[clear].all()
    assert region.central.covers(region.lower)
    assert region.upper.covers(region.central)
    assert region.upper.area > region.central.area > region.lower.area > 0


def test_every_vertex_of_the_edge_lies_on_the_level_within_the_tolerance() -> None:
    project = a_project()
    (region,) = regions(project, WantedRegion("Ground", 0.5e-3, "cut", heights=(HEIGHT, HEIGHT)))
    edge = np.asarray(region.central.geoms[0].exterior.coords)
    field = total_field(project)
    points = np.column_stack([edge, np.full(len(edge), HEIGHT)])
    b = np.linalg.norm(field.flux_density(points), axis=1)
    step = 1e-4
    slope = (np.linalg.norm(field.flux_density(points + np.array([step, 0, 0])), axis=1) - b) / step
    slope_y = (np.linalg.norm(field.flux_density(points + np.array([0, step, 0])), axis=1) - b) / step
    distance = abs(b - 0.5e-3) / np.hypot(slope, slope_y)
    assert distance.max() < 2e-3
    assert distance.max() < region.tolerance_m + 1e-4


def test_the_magnet_is_symmetric_so_a_half_turn_changes_nothing_and_a_quarter_turn_turns_the_line() -> None:
    (here,) = regions(a_project(((12.0, 8.0, 0.0),)), WantedRegion("Ground", 0.5e-3))
    (half,) = regions(a_project(((12.0, 8.0, 180.0),)), WantedRegion("Ground", 0.5e-3))
    (quarter,) = regions(a_project(((12.0, 8.0, 90.0),)), WantedRegion("Ground", 0.5e-3))
    # the tracer's vertices fall elsewhere on the same line: two chords may each stand off by the tolerance
    assert here.central.hausdorff_distance(half.central) < 2 * here.tolerance_m
    x0, y0, x1, y1 = here.central.bounds
    u0, v0, u1, v1 = quarter.central.bounds
    assert math.isclose(x1 - x0, v1 - v0, abs_tol=4e-3)
    assert math.isclose(y1 - y0, u1 - u0, abs_tol=4e-3)
    assert x1 - x0 > y1 - y0  # the line reaches further along the bore


def test_at_national_grid_coordinates_the_line_is_the_same_to_the_micrometre() -> None:
    from shapely import affinity

    (near,) = regions(a_project(((0.0, 0.0, 21.0),)), WantedRegion("Ground", 3e-3))
    (far,) = regions(a_project(((530208.25, 4179367.5, 21.0),)), WantedRegion("Ground", 3e-3))
    back = affinity.translate(far.central, -530208.25, -4179367.5)
    assert near.central.hausdorff_distance(back) < 2e-6


def test_a_storey_drawn_in_another_frame_gets_its_line_in_that_frame() -> None:
    level = 2e-5
    turn = Similarity(math.pi / 2, (0.0, 0.0), (100.0, 50.0))
    (straight,) = regions(a_project(), WantedRegion("Up", level))
    (turned,) = regions(a_project(to_site=turn), WantedRegion("Up", level))
    assert not straight.central.is_empty
    moved = turn.geometry(turned.central)
    assert moved.hausdorff_distance(straight.central) < 1e-6


def test_two_magnets_add_as_vectors_and_the_worse_sign_is_kept() -> None:
    project = a_project(((10.0, 8.0, 0.0), (15.2, 8.0, 0.0)))
    (region,) = regions(project, WantedRegion("Ground", 0.5e-3))
    rng = np.random.default_rng(5)
    x, y = rng.uniform(6.0, 19.0, 600), rng.uniform(4.0, 12.0, 600)
    b = highest(project, x, y, 0.0, 2.1)
    clear = abs(b / 0.5e-3 - 1) > 0.03
    assert (contains_xy(region.central, x, y) == (b >= 0.5e-3))[clear].all()
    alone = [
        regions(a_project((p,)), WantedRegion("Ground", 0.5e-3))[0].central
        for p in ((10.0, 8.0, 0.0), (15.2, 8.0, 0.0))
    ]
    between = Point(12.6, 8.0)
    assert not any(a.contains(between) for a in alone)
    assert region.central.contains(between)  # 2.6 m from each on the axis: together they exceed 0.5 mT
    assert all(region.upper.covers(a) for a in alone)


def test_the_worst_of_a_box_is_the_largest_value_in_it() -> None:
    project = a_project()
    footprint = box(13.1, 8.9, 14.4, 9.7)
    evidence = gather(
        project, total_field(project), Wanted(volumes=(WantedVolume("item", "Ground", footprint, (0.3, 2.0)),))
    )
    found = evidence.volume("item")
    assert found is not None
    g = [np.linspace(a, b, 61) for a, b in ((13.1, 14.4), (8.9, 9.7), (0.3, 2.0))]
    points = np.stack(np.meshgrid(*g, indexing="ij"), axis=-1).reshape(-1, 3)
    brute = total_field(project).worst_magnitude(points).max()
    assert found.worst.value >= brute * (1 - 1e-9)
    assert found.worst.value <= brute * 1.01
    assert found.worst.lower <= found.worst.value < found.worst.upper
    assert footprint.buffer(1e-9).covers(Point(found.at[:2]))
    assert 0.3 <= found.at[2] <= 2.0


def test_a_removed_magnet_leaves_no_line_and_steel_is_a_caution() -> None:
    from mrsite.site.project import Steel

    project = a_project()
    gone = replace(project, scanners=(replace(project.scanners[0], status="removed"),))
    assert gather(gone, total_field(gone), Wanted(regions=(WantedRegion("Ground", 0.5e-3),))).regions == ()
    shield = Steel("S1", "Ground", (((0.0, 0.0), (1.0, 0.0)),), None, 0.01, "iron")
    steeled = a_project(steel=(shield,))
    evidence = gather(steeled, total_field(steeled), Wanted())
    assert evidence.caution is not None
    assert "S1" in evidence.caution
