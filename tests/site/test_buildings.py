"""Two buildings on one site: floors at one height, drawings of their own frames, laid on one another by ties."""

from __future__ import annotations

from pathlib import Path

import pytest

from mrsite.base.errors import InputError
from mrsite.checks.containment_ends import ends
from mrsite.site.load import load_project
from mrsite.site.project import Project
from mrsite.site.schema import read_site_file
from mrsite.site.vent_places import floors_crossed, storey_at
from mrsite.venting.route import route_from_points
from tests.plans.revised import Hand, building, save

SITE = """
[site]
name = "two buildings"
guidance = ["uk"]
[[storey]]
name = "East ground"
building = "East"
plan = "east.dxf"
units = "mm"
height = 4.0
[[storey]]
name = "East first"
building = "East"
plan = "east1.dxf"
units = "mm"
elevation = 4.0
height = 4.0
tie = { here = [[0.0, 0.0], [20.0, 0.0]], site = [[0.0, 0.0], [20.0, 0.0]] }
[[storey]]
name = "West ground"
building = "West"
plan = "west.dxf"
units = "mm"
height = 3.5
tie = { here = [[0.0, 0.0], [10.0, 0.0]], site = [[-6.0, 0.0], [-6.0, 10.0]] }
[[scanner]]
id = "MR1"
magnet = "generic-1t5"
storey = "East ground"
isocentre = [2.0, 2.0]
bearing_deg = 0.0
[[room]]
number = "1.001"
storey = "West ground"
zone = "I"
occupancy = "public"
use = "office"
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("two")
    for name, seed in (("east", 1), ("east1", 2), ("west", 3)):
        save(building(seed), folder / f"{name}.dxf", Hand())
    (folder / "site.toml").write_text(SITE, "utf-8")
    return folder / "site.toml"


@pytest.fixture(scope="module")
def project(site: Path) -> Project:
    return load_project(*read_site_file(site))


def test_storeys_of_two_buildings_may_lie_at_one_height(project: Project) -> None:
    assert [[s.name for s in b] for b in project.buildings()] == [["East ground", "East first"], ["West ground"]]


def test_floors_of_one_building_may_not(site: Path) -> None:
    text = SITE.replace('building = "West"', 'building = "East"')
    (site.parent / "one.toml").write_text(text, "utf-8")
    with pytest.raises(InputError, match=r"have floors 0 m apart"):
        load_project(*read_site_file(site.parent / "one.toml"))


def test_each_building_has_its_own_roof_and_ground(project: Project) -> None:
    found = [(word, s.name, None if h is None else h[0]) for word, s, h in ends(project)]
    assert found == [
        ("above", "East first", 4.0), ("below", "East ground", pytest.approx(-2.1)),
        ("above", "West ground", 3.5), ("below", "West ground", pytest.approx(-2.1)),
    ]  # fmt: skip


def test_the_magnet_lies_where_the_tie_of_the_neighbour_puts_it(project: Project) -> None:
    """The western building is turned by a right angle: the magnet stands 8 m across its x, 2 m along it."""
    pose = project.storey("West ground").to_site.pose_back(project.scanners[0].poses[0])
    assert pose.position[:2] == pytest.approx((2.0, -8.0))
    assert pose.bearing_deg == pytest.approx(-90.0)
    stated = next(s for s in project.spaces if s.stated)
    assert stated.storey == "West ground"


def test_a_pipe_crosses_the_floors_of_its_own_building(project: Project) -> None:
    route = route_from_points([(2.0, 2.0, 2.5), (2.0, 2.0, 9.0)], 0.2)
    assert floors_crossed(project, route) == ("East first",)
    assert storey_at(project, (2.0, 2.0, 2.5))[0] == "East ground"
    name, at = storey_at(project, (-8.0, 2.0, 2.5))
    assert name == "West ground"
    assert at == pytest.approx((2.0, 2.0))
