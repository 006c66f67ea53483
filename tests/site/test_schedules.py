"""Schedules: rows become entries, a clash names both places, and a cell is never read as something it may not be."""

from __future__ import annotations

from pathlib import Path

import pytest

from mrsite.base.errors import InputError
from mrsite.site.schema import SiteFile, read_site_file

HEAD = """
[site]
name = "s"
[[storey]]
name = "Ground"
[[scanner]]
id = "MR1"
magnet = "x"
isocentre = [1.0, 2.0]
bearing_deg = 0.0
"""


def _site(folder: Path, body: str = "", table: str = "rooms", data: str | bytes = b"", keys: str = "") -> SiteFile:
    raw = data.encode() if isinstance(data, str) else data
    (folder / "list.csv").write_bytes(raw)
    (folder / "site.toml").write_text(f'{HEAD}\n[schedules]\n{table} = "list.csv"\n{keys}\n{body}', "utf-8")
    return read_site_file(folder / "site.toml")[0]


ROOMS = [
    "number,zone,ceiling,workstation\nG01,II,2.7,yes\nG02,IV,,no\n",
    "number;zone;ceiling;workstation\r\nG01;II;2,7;ja\r\nG02;IV;;nein\r\n",
    "Number\tZone\tCeiling\tWorkstation\nG01\tII\t2,7\tTRUE\nG02\tIV\t\tFALSE\n",
    "sep=;\nnumber;zone;ceiling;workstation\nG01;II;2.7;1\nG02;IV;;0\n",
]


@pytest.mark.parametrize("text", ROOMS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_same_schedule_in_many_spellings(tmp_path: Path, text: str, encoding: str) -> None:
    rooms = _site(tmp_path, data=text.encode(encoding)).room
    assert [(r.number, r.zone, r.ceiling, r.workstation) for r in rooms] == [
        ("G01", "II", 2.7, True),
        ("G02", "IV", None, False),
    ]


def test_a_stated_encoding_is_used_and_none_is_guessed(tmp_path: Path) -> None:
    data = "number;name\nG01;Büro für Ärzte\n".encode("cp1252")
    assert _site(tmp_path, data=data, keys='encoding = "cp1252"').room[0].name == "Büro für Ärzte"
    with pytest.raises(InputError, match=r"list.csv: byte \d+ is not UTF-8.*encoding"):
        _site(tmp_path, data=data)


def test_a_row_fills_the_entry_it_names_and_may_repeat_it(tmp_path: Path) -> None:
    site = _site(tmp_path, '[[room]]\nnumber = "g01"\nzone = "II"\n', data="number,zone,ceiling\nG01,II,2.7\nG02,I,\n")
    assert [(r.number, r.zone, r.ceiling) for r in site.room] == [("g01", "II", 2.7), ("G02", "I", None)]


def test_a_clash_names_both_places(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        _site(tmp_path, '[[room]]\nnumber = "G01"\nzone = "III"\n', data="number,zone\nG00,I\nG01,II\n")
    assert "list.csv, line 3, column 2" in error.value.message
    assert "zone is 'II' here and 'III' at site.toml, line 17" in error.value.message


def test_rooms_of_two_storeys_may_share_a_number(tmp_path: Path) -> None:
    rows = "number,storey,zone\n1,Ground,I\n1,First,II\n"
    assert [(r.storey, r.zone) for r in _site(tmp_path, data=rows).room] == [("Ground", "I"), ("First", "II")]


def test_doors_by_place_and_lists_in_cells(tmp_path: Path) -> None:
    rows = "at;lock;signs;clear_width_mm\n12,4 8,15;ja;outside, inside;1400\n"
    door = _site(tmp_path, table="doors", data=rows).door[0]
    assert (door.at, door.lock, door.signs, door.clear_width_mm) == ((12.4, 8.15), True, ("outside", "inside"), 1400)


def test_equipment_with_a_class_and_a_size(tmp_path: Path) -> None:
    rows = 'id,class,at,size,heights\nCT,ct,"12.4, 8.15","[1.0, 2.0]",0.3 2.0\n'
    item = _site(tmp_path, table="equipment", data=rows).equipment[0]
    assert (item.class_, item.at, item.size, item.heights) == ("ct", (12.4, 8.15), (1.0, 2.0), (0.3, 2.0))


@pytest.mark.parametrize(
    ("table", "data", "says"),
    [
        ("rooms", "number,zne\nG01,II\n", r"list.csv, line 1: header 'zne' is no key; did you mean 'zone'"),
        ("rooms", "number,zone,Zone\nG01,II,I\n", r"header 'zone' is there twice"),
        ("rooms", "number,zone\nG01,V\n", r"list.csv, line 2, column 2: room\[1\].zone"),
        ("rooms", "number,ceiling\nG01,2.7 m\n", r"list.csv, line 2, column 2: room\[1\].ceiling: .*2.7 m"),
        ("rooms", "number,ceiling\nG01,-1\n", r"list.csv, line 2, column 2"),
        ("rooms", "number,zone\nG01,I\n\nG01,II\n", r"list.csv, line 4: .*there twice, first at list.csv, line 2"),
        ("rooms", "number,name\nG01,Plant, boiler\n", r"list.csv, line 2: 3 cells for 2 headers"),
        ("rooms", "zone,use\nI,plant\n", r"list.csv, line 2.*number, name or at"),
        ("rooms", "", r"list.csv is empty"),
        ("rooms", "a\0b\n", r"no text"),
        ("doors", "number;clear_width_mm\nD1;1,200\n", r"'1,200' may be a thousand or a fraction"),
        ("rooms", "number;ceiling;relief_area_m2\nG01;2,7;0.25\n", r"both '2,7' and '0.25'"),
        ("equipment", "id,class\nCT,ct\n", r"list.csv, line 2: equipment\[1\]: give at or room or at_block"),
    ],
)  # fmt: skip
def test_what_cannot_be_right_is_refused_where_it_stands(tmp_path: Path, table: str, data: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        _site(tmp_path, table=table, data=data)


def test_a_schedule_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text(f'{HEAD}\n[schedules]\ndoors = "no.csv"\n', "utf-8")
    with pytest.raises(InputError, match=r"site.toml, line 13, column 1: there is no file 'no.csv'"):
        read_site_file(tmp_path / "site.toml")
