"""One reader for every table: what spreadsheets write is read, what is no table is refused by name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mrsite.base.errors import InputError
from mrsite.site.csv_table import read_csv
from mrsite.site.points import read_points


def _file(folder: Path, data: bytes) -> Path:
    path = folder / "t.csv"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("data", "header", "first"),
    [
        (b"a,b\n1,2\n", ("a", "b"), (2, ("1", "2"))),
        (b"\xef\xbb\xbfa;b\r\n\r\n1,5;2\r\n", ("a", "b"), (3, ("1,5", "2"))),
        ("a\tb\n1\tö\n".encode("utf-16"), ("a", "b"), (2, ("1", "ö"))),
        (b"sep=;\na;b\n1;2\n", ("a", "b"), (3, ("1", "2"))),
        ("a,b\n1,Büro\n".encode("cp1252"), ("a", "b"), (2, ("1", "Büro"))),
        (b"uT\n1,5\n", ("uT",), (2, ("1,5",))),  # one column: a decimal comma is no separator
        (b'a,b\n"1\n2",3\n', ("a", "b"), (3, ("1\n2", "3"))),
    ],
)
def test_what_spreadsheets_write(
    tmp_path: Path, data: bytes, header: tuple[str, ...], first: tuple[int, tuple[str, ...]]
) -> None:
    table = read_csv(_file(tmp_path, data))
    assert table.header == header
    assert table.rows[0] == first


@pytest.mark.parametrize(
    ("data", "more", "words"),
    [
        (b"", {}, "t.csv is empty"),
        (b"\n ; \n", {}, "t.csv is empty"),
        (b"PK\x03\x04\0\0", {}, "no text"),
        (b"a,b\n\x81\n", {}, "byte 4 is not cp1252"),
        (b"a,b\n\xe4\n", {"fallback": None}, r"byte 4 is not UTF-8.*\[schedules\]"),
        (b"a,b\n", {"encoding": "klingon"}, "'klingon' is no encoding"),
        (b"a" * 200, {"largest": 100}, "has more than"),
    ],
)
def test_what_is_no_table(tmp_path: Path, data: bytes, more: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_csv(_file(tmp_path, data), **more)  # type: ignore[arg-type]


def test_a_folder_and_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_csv(tmp_path)
    with pytest.raises(InputError, match=r"there is no list of things .*none\.csv"):
        read_csv(tmp_path / "none.csv", "list of things")


def test_points_are_read_from_the_same_spellings(tmp_path: Path) -> None:
    for data in (b"x,y,z\n1,2,3\n", "name;Z;x;Y\n\na;3;1;2\n".encode("utf-16"), b"sep=;\nx;y;z\n1;2;3\n"):
        np.testing.assert_array_equal(read_points(_file(tmp_path, data)), [[1.0, 2.0, 3.0]])
    for data, words in (
        (b"x,y\n1,2\n", "line 1: columns x, y and z"),
        (b"\nx,y,z\n1,2,here\n", "line 3: x, y and z must be numbers"),
        (b"x,y,z\n1,2,nan\n", "line 2: a coordinate is not finite"),
        (b"x,y,z\n", "holds no points"),
    ):
        with pytest.raises(InputError, match=words):
            read_points(_file(tmp_path, data))
