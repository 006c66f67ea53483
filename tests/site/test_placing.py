"""How far a magnet may be from where it is put on a drawing: as stated, and by what contradicts a tie."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import shapely

from mrsite.base.toml import validate
from mrsite.site.evidence import Evidence, Wanted, WantedRegion
from mrsite.site.gather import gather
from mrsite.site.load import load_project
from mrsite.site.project import Project
from mrsite.site.schema import SiteFile, read_site_file
from mrsite.site.total_field import total_field
from mrsite.site.variants import changed

#: T; its line reaches the first floor.
LEVEL = 0.05e-3
OFF = {"here": [[0.0, 0.0], [25.2, 15.0]], "site": [[0.5, 0.0], [25.7, 15.0]]}


def _project(example: Path, values: dict[str, object]) -> Project:
    document = changed(read_site_file(example)[1], values)
    return load_project(validate(SiteFile, document), document)


def _evidence(project: Project) -> Evidence:
    wanted = Wanted(tuple(WantedRegion(s.name, LEVEL) for s in project.storeys))
    return gather(project, total_field(project), wanted)


def _outwards(evidence: Evidence, storey: str) -> float:
    """How far the outer edge of the line lies outside it, m: the least."""
    region = evidence.region(storey, LEVEL)
    assert region is not None
    return float(shapely.distance(region.central, region.upper.boundary))


@pytest.fixture(scope="module")
def as_drawn(example: Path) -> Project:
    return _project(example, {})


def test_what_is_stated_of_the_drawing_widens_every_band_on_its_storey(example: Path, as_drawn: Project) -> None:
    rough = _project(example, {"storey.0.plan_tolerance_m": 0.3})
    assert rough.placing_m("Ground") == pytest.approx(math.hypot(0.05, 0.3))
    assert rough.placing_m("First") == pytest.approx(0.05)
    before, after = _evidence(as_drawn), _evidence(rough)
    assert _outwards(after, "Ground") == pytest.approx(math.hypot(_outwards(before, "Ground"), 0.3), rel=0.01)
    assert _outwards(after, "First") == pytest.approx(_outwards(before, "First"), abs=1e-9)
    region = after.region("Ground", LEVEL)
    assert region is not None
    assert region.shares_m["position and plan"] >= math.hypot(0.05, 0.3)
    assert any("300 mm on Ground" in line for line in after.modelled)
    assert any("taken as exact" in line for line in before.modelled)


def test_a_tie_that_the_drawings_contradict_widens_what_crosses_storeys(example: Path, as_drawn: Project) -> None:
    """Both drawings show the same stairs: the tie says half a metre otherwise, and one of them is wrong."""
    doubted = _project(example, {"storey.1.tie": OFF})
    assert doubted.storey("First").miss_m == pytest.approx(0.5, abs=1e-3)
    assert doubted.placing_m("First") == pytest.approx(math.hypot(0.05, 0.5), abs=1e-3)
    assert doubted.placing_m("Ground") == 0.05  # the magnet's own drawing
    before, after = _evidence(as_drawn), _evidence(doubted)
    assert _outwards(after, "First") > 1.01 * _outwards(before, "First")
    assert any("0.50 m between First and other storeys" in line for line in after.modelled)
    assert any("may be out by as much" in note for note in doubted.notes)
