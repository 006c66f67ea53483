"""Storeys that repeat a name or overlap, and rooms of one name: both places are told, at once and in one go."""

from __future__ import annotations

from pathlib import Path

import pytest

from mrsite.base.errors import InputError
from mrsite.site.load import load_project
from mrsite.site.schema import read_site_file
from tests.plans.drawn import Habits, draw

SCANNER = """
[[scanner]]
id = "MR1"
magnet = "generic-1t5"
storey = "Ground"
isocentre = [4.0, 2.0]
bearing_deg = 0.0
"""


def _load(tmp_path: Path, text: str) -> None:
    path = tmp_path / "site.toml"
    path.write_text('schema = 1\n[site]\nname = "s"\n' + text, "utf-8")
    load_project(*read_site_file(path))


def _storey(name: str, elevation: float, height: float = 4.0, plan: str = "") -> str:
    drawing = f'plan = "{plan}"\nunits = "mm"\n' if plan else ""
    return f'[[storey]]\nname = "{name}"\nelevation = {elevation}\nheight = {height}\n{drawing}'


def test_a_storey_name_there_twice_is_named_with_both_places(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"line 9.*storey 'Ground' is there twice, first at .*line 4") as caught:
        _load(tmp_path, _storey("Ground", 0.0) + "\n" + _storey("Ground", 4.0) + SCANNER)
    assert "Traceback" not in str(caught.value)


def test_storeys_that_overlap_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"'Ground'.*'First'|'First'.*'Ground'"):
        _load(tmp_path, _storey("Ground", 0.0, 4.0) + _storey("First", 2.5) + SCANNER)
    with pytest.raises(InputError, match=r"have floors 0 m apart"):
        _load(tmp_path, _storey("Ground", 0.0) + _storey("First", 0.0) + SCANNER)


def test_both_faults_are_told_at_once(tmp_path: Path) -> None:
    text = _storey("Ground", 0.0) + _storey("Ground", 2.0) + _storey("First", 2.0) + SCANNER
    with pytest.raises(InputError) as caught:
        _load(tmp_path, text)
    assert "is there twice" in str(caught.value)
    assert "floors" in str(caught.value)


def test_a_statement_of_a_room_that_is_there_twice_asks_for_a_place(tmp_path: Path) -> None:
    doc, _ = draw(3, Habits(rooms=6, areas="none"))
    for t in list(doc.modelspace().query("TEXT")):
        if t.dxf.layer == "A-AREA-IDEN":
            if t.dxf.text[0].isdigit():
                doc.modelspace().delete_entity(t)
            elif t.dxf.text != "CORRIDOR":
                t.dxf.text = "Scan Room"
    doc.saveas(tmp_path / "plan.dxf")
    room = '[[room]]\nname = "Scan Room"\nzone = "IV"\n'
    with pytest.raises(InputError, match=r"Scan Room") as caught:
        _load(tmp_path, _storey("Ground", 0.0, plan="plan.dxf") + SCANNER + room)
    assert "at =" in str(caught.value)
    assert str(caught.value).count("(") >= 2 or "times" in str(caught.value)  # where they stand
