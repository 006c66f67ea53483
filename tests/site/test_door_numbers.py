"""Doors of the drawing are meant by the number that the drawing gives them."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from mrsite.base.errors import InputError
from mrsite.site.load import load_project
from mrsite.site.project import Project
from mrsite.site.schema import read_site_file
from tests.plans.drafted import Manner, draft

SITE = """schema = 1
[site]
name = "s"
[[storey]]
name = "Ground"
plan = "plan.dxf"
units = "mm"
[[scanner]]
id = "MR1"
magnet = "extremity-mgb2-0t5"
isocentre = [4.0, 4.0]
bearing_deg = 0.0
isocentre_height = 1.0
"""


def _load(tmp_path: Path, text: str) -> Project:
    path = tmp_path / "site.toml"
    path.write_text(SITE + text, "utf-8")
    return load_project(*read_site_file(path))


def test_a_statement_goes_to_the_door_of_that_number(tmp_path: Path) -> None:
    doc, key = draft(12, Manner(numbers="attrib", rooms=12))
    doc.saveas(tmp_path / "plan.dxf")
    wanted = key.doors[3]
    project = _load(tmp_path, f'[[door]]\nnumber = "{wanted["number"].lower()}"\nlock = true\n')
    locked = [d for d in project.doors if d.lock]
    assert [d.number for d in locked] == [wanted["number"]]
    assert locked[0].at is not None
    assert math.dist(locked[0].at, wanted["at"]) < 0.3
    with pytest.raises(InputError, match=r"no door on the drawing bears the number 'D1.0'; did you mean 'D1\."):
        _load(tmp_path, '[[door]]\nnumber = "D1.0"\nlock = true\n')


def test_doors_of_one_number_keep_ids_of_their_own(tmp_path: Path) -> None:
    doc, key = draft(12, Manner(numbers="text", rooms=12))
    for text in doc.modelspace().query("TEXT"):
        if text.dxf.text == "D1.02":
            text.dxf.text = "D1.01"
    doc.saveas(tmp_path / "plan.dxf")
    project = _load(tmp_path, "")
    assert len({d.id for d in project.doors}) == len(project.doors) == len(key.doors)
    with pytest.raises(InputError, match=r"2 doors bear the number 'D1\.01'"):
        _load(tmp_path, '[[door]]\nnumber = "D1.01"\nlock = true\n')
