"""Odd but plausible site files: each is refused with its line, or read as it was meant; none passes in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from mrsite.base.errors import InputError
from mrsite.site.load import load_project
from mrsite.site.project import Project
from mrsite.site.schema import read_site_file

SITE = """schema = 1
[site]
name = "s"
ground_level = 0.0
[[storey]]
name = "G"
height = 3.5
elevation = 0.0
[[scanner]]
id = "MR1"
magnet = "generic-1t5"
isocentre = [5.0, 4.0]
isocentre_height = 1.1
bearing_deg = 0.0
[[room]]
name = "Scan"
zone = "IV"
polygon = [[1, 1], [9, 1], [9, 7], [1, 7]]
"""
SECOND = """[[scanner]]
id = "MR2"
magnet = "generic-1t5"
isocentre = [5.2, 4.1]
isocentre_height = 1.1
bearing_deg = 0.0
"""


def _load(folder: Path, data: str | bytes) -> Project:
    path = folder / "site.toml"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return load_project(*read_site_file(path))


@pytest.mark.parametrize(
    ("was", "now", "words"),
    [
        ("isocentre = [5.0, 4.0]", "isocentre = [1e308, 4.0]", r"line 12.*isocentre\[1\]"),
        ("isocentre = [5.0, 4.0]", "isocentre = [nan, 4.0]", r"line 12.*finite number \(it says nan\)"),
        ("elevation = 0.0", "elevation = inf", r"line 8.*elevation.*it says inf"),
        ("elevation = 0.0", "elevation = -1e300", r"line 8.*elevation"),
        ("isocentre_height = 1.1", "isocentre_height = 1100.0", r"line 13.*isocentre_height.*1100"),
        ("isocentre_height = 1.1", "isocentre_height = -1.1", r"line 13.*isocentre_height"),
        ("height = 3.5", "height = 0.0", r"line 7.*height"),
        ("height = 3.5", "height = 3500.0", r"line 7.*height.*3500"),
        ("height = 3.5", "height = 3.5\nheight = 4.0", r"line 8.*broken TOML"),
        ("height = 3.5", "height = 3.5\nceiling = 1.05", r"line 14.*'MR1' lies 1.1 m above the floor.*1.05 m high"),
        ("height = 3.5", 'height = 3.5\nplan = "."', r"line 8.*a folder"),
        ("bearing_deg = 0.0", "bearing_deg = 1e308", r"line 14.*bearing_deg"),
        ("ground_level", "position_tolerance_m = 50.0\nground_level", r"line 4.*position_tolerance_m"),
        ("[9, 1], [9, 7], [1, 7]", "[1e200, 1], [9, 7]", r"line 18.*polygon"),
        ("[[room]]", SECOND + "[[room]]", r"line 15.*'MR2' stands 0.22 m from 'MR1' .*line 9.*inside it"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_line(tmp_path: Path, was: str, now: str, words: str) -> None:
    assert SITE.count(was) == 1
    with pytest.raises(InputError, match=words):
        _load(tmp_path, SITE.replace(was, now))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ('[[quench_pipe]]\nscanner = "MR9"\npoints = [[5, 4, 2], [5, 4, 9]]\n', r"line 19.*no scanner 'MR9'"),
        ('[[survey]]\nscanner = "MR9"\nreadings = "none.csv"\n', r"line 19.*no scanner 'MR9'"),
        ('[[survey]]\nreadings = "none.csv"\n', r"line 20.*no file 'none.csv'"),
        ('[[operator]]\nat = [8, 8]\nstorey = "H"\n', r"line 19.*no storey is called 'H'"),
        ("[[window]]\nfrom = [3, 3]\nto = [3, 3]\n", r"line 19.*one point"),
        ("[[window]]\nfrom = [3, 3]\nto = [4, 3]\nsill = 2.1\nhead = 0.9\n", r"line 19.*must rise"),
        ("[[door]]\nat = [1, 4]\nclear_width_mm = 1.2\n", r"line 21.*clear_width_mm"),
        ("[[quench_pipe]]\npoints = [[5, 4, 2], [5, 4, 9]]\ndiameter_mm = 0.2\n", r"line 21.*diameter_mm"),
        ("[drawing]\nplot_scale = 1e-300\n", r"line 20.*plot_scale"),
        ('[[room]]\nname = "Scan"\nzone = "I"\n', r"'Scan' is stated twice"),
    ],
)
def test_what_names_nothing_or_is_in_another_unit_is_refused(tmp_path: Path, more: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        _load(tmp_path, SITE + more)


def test_rooms_that_lie_in_one_another_are_told(tmp_path: Path) -> None:
    more = '[[room]]\nname = "Wait"\npolygon = [[1, 1], [9, 1], [9, 7], [1, 7]]\n'
    more += '[[room]]\nname = "Next"\npolygon = [[9, 1], [12, 1], [12, 7], [9, 7]]\n'
    notes = [n for n in _load(tmp_path, SITE + more).notes if "overlap" in n]
    assert len(notes) == 1
    assert "Scan and Wait overlap by 48.0 m2" in notes[0]


def test_a_magnet_that_goes_makes_room_for_the_next(tmp_path: Path) -> None:
    project = _load(tmp_path, SITE.replace("[[room]]", SECOND + 'status = "removed"\n[[room]]'))
    assert [s.status for s in project.scanners] == ["proposed", "removed"]


def test_line_ends_marks_and_letters_of_any_kind_are_read(tmp_path: Path) -> None:
    text = SITE.replace('"Scan"', '"Prüfraum 扫描室"').replace("\n", "\r\n")
    project = _load(tmp_path, b"\xef\xbb\xbf" + text.encode())
    assert project.spaces[0].name == "Prüfraum 扫描室"


def test_a_bearing_of_more_than_a_turn_is_the_same_direction(tmp_path: Path) -> None:
    (pose,) = _load(tmp_path, SITE.replace("bearing_deg = 0.0", "bearing_deg = 725.0")).scanners[0].poses
    assert pose.bearing_deg == pytest.approx(5.0)
