"""Sections: one magnet's lines turned about its bore; several magnets' sum traced on the plane itself."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import shapely

from mrsite.base.pose import Pose
from mrsite.checks.finding import Outcome
from mrsite.fields import Coil, gradient_of_magnitude, magnitude
from mrsite.outputs.marks import standings_on
from mrsite.outputs.section_marks import section_drawing
from mrsite.outputs.sections import sections
from mrsite.site.evidence import WantedRegion
from mrsite.site.regions import Regions
from mrsite.site.total_field import total_field
from tests.outputs.build import host_bytes, magnet, outcome_of, renamed

LEVEL = 3e-3


@pytest.fixture(scope="module")
def pair(tmp_path_factory) -> Outcome:
    """Two magnets of one type, 4 m apart across a diagonal, the second turned; their lines at 3 mT run together."""
    path = tmp_path_factory.mktemp("pair") / "ground.dxf"
    path.write_bytes(host_bytes())
    base = outcome_of(path)
    model = magnet(id="coil", grade="read", modelled=True, not_modelled_why="", coils=(Coil(0.5, 0.6, -0.5, 0.5, 4e6),))
    first = replace(base.project.scanners[0], magnet=model, poses=(Pose((3.0, 3.0, 1.0), 30.0),))
    second = replace(first, id="MR2", poses=(Pose((6.0, 5.6, 1.0), 75.0),), field_directions=("+z",))
    project = replace(base.project, scanners=(first, second))
    found = Regions(project, total_field(project)).region(WantedRegion("Ground", LEVEL, "cut", heights=(1.0, 1.0)))
    return replace(base, project=project, evidence=replace(base.evidence, regions=(found,)))


@pytest.mark.parametrize("name", ["A-A", "B-B"])
def test_the_line_of_two_magnets_is_that_of_their_sum_on_the_plane(pair, name):
    standing = next(s for s in standings_on(pair, "Ground") if s.id == "MR1")
    section = next(s for s in sections(pair, standing, "Ground") if s.name == name)
    assert section.field_of == "field of MR1 and MR2 together"
    (central,) = [line.region for line in section.lines if line.edge == "central"]
    (upper,) = [line.region for line in section.lines if line.edge == "upper"]
    along = shapely.get_coordinates(central.boundary)
    angle = math.radians(section.bearing_deg)
    points = np.column_stack([3.0 + along[:, 0] * math.cos(angle), 3.0 + along[:, 0] * math.sin(angle), along[:, 1]])
    field = total_field(pair.project)
    B = field.flux_density(points)
    slope = gradient_of_magnitude(B, field.jacobian(points))
    assert (np.abs(magnitude(B) - LEVEL) / slope).max() < 1.5e-3  # distance from the line, m
    # Not what the first magnet alone would give.
    alone = replace(pair.project, scanners=pair.project.scanners[:1])
    single = magnitude(total_field(alone).flux_density(points))
    assert np.abs(single / LEVEL - 1).max() > 0.2
    assert shapely.covers(upper.buffer(1e-9), central)
    assert upper.area > central.area


def test_one_magnet_alone_has_round_lines_across_its_bore(tmp_path):
    path = tmp_path / "ground.dxf"
    path.write_bytes(host_bytes())
    outcome = outcome_of(path)
    (standing,) = standings_on(outcome, "Ground")
    lengthwise, across = sections(outcome, standing, "Ground")
    assert lengthwise.field_of == "field of MR1"
    wide = {line.level: line.region.bounds for line in lengthwise.lines if line.edge == "central"}
    round_ = {line.level: line.region.bounds for line in across.lines if line.edge == "central"}
    assert wide[0.5e-3] == pytest.approx((-3.0, 1 - 2.2, 3.0, 1 + 2.2), abs=2e-3)
    assert round_[0.5e-3] == pytest.approx((-2.2, 1 - 2.2, 2.2, 1 + 2.2), abs=2e-3)


def test_a_level_that_is_reached_beside_the_middle_alone_has_no_line_across_it(tmp_path):
    """Two pockets before and behind the magnet: along the bore both are cut, across it neither."""
    path = tmp_path / "ground.dxf"
    path.write_bytes(host_bytes())
    outcome = outcome_of(path)
    pockets = shapely.MultiPolygon([shapely.Point(x, 0.0).buffer(0.3) for x in (-2.0, 2.0)])
    (standing,) = standings_on(outcome, "Ground")
    there = shapely.affinity.translate(
        shapely.affinity.rotate(pockets, standing.bearing_deg, origin=(0, 0)), *standing.at
    )
    regions = tuple(replace(r, central=there, upper=there) if r.kind == "cut" else r for r in outcome.evidence.regions)
    changed = replace(outcome, evidence=replace(outcome.evidence, regions=regions))
    along, across = sections(changed, standing, "Ground")
    assert along.lines
    assert not across.lines


def test_a_section_says_heights_title_scale_and_where_it_comes_from(tmp_path):
    path = tmp_path / "ground.dxf"
    path.write_bytes(host_bytes())
    outcome = renamed(outcome_of(path))
    (standing,) = standings_on(outcome, "Ground")
    drawing = section_drawing(outcome, sections(outcome, standing, "Ground")[0])
    words = [m.text for m in drawing.marks if hasattr(m, "text")]
    assert "1.000 m" in words  # isocentre above the floor
    assert "1.700 m" in words  # and below the ceiling at 2.7 m
    assert {"LEGEND", "TITLE", "PATIENT END"} <= set(words)
    assert any("drawn for 1:50" in w for w in words)
    for line in ("0.5 mT", "0.5 mT outer edge", "3 mT", "3 mT outer edge"):  # each bears its label
        assert f"{line}  UNVERIFIED" in words, line
    assert any("MAGNET DATA UNVERIFIED" in w for w in words)
    assert drawing.provenance
    assert any("test-1t5-unverified" in line for line in drawing.provenance)
