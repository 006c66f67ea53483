"""TOML with places: the line of every key, and pydantic's faults in plain words."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from mrsite.base.errors import InputError
from mrsite.base.toml import _places, read_toml, validate

TEXT = '''# a comment with = and [brackets]
schema = 1
[site]
name = "a # b"
"quoted.key" = 3
points = [[0, 0],
          [60, 40]]
tie = { here = [[0, 0]], site = [1] }
note = """
x = 1
"""
[[room]]
a.b = 3
[[room]]
name = 'y'
[room.layers]
walls = ["A*",
   "B"]
'''


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "site.toml"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("key", "line"),
    [
        (("schema",), 2),
        (("site", "name"), 4),
        (("site", "quoted.key"), 5),
        (("site", "points", 1, 0), 7),
        (("site", "tie", "site"), 8),
        (("site", "note"), 9),
        (("room", 0, "a", "b"), 13),
        (("room", 1, "name"), 15),
        (("room", 1, "layers", "walls", 1), 18),
    ],
)
def test_every_key_knows_its_line(tmp_path: Path, key: tuple[str | int, ...], line: int) -> None:
    document = read_toml(write(tmp_path, TEXT))
    assert document.places[key][0] == line


def test_a_key_that_is_not_there_has_the_place_of_its_table(tmp_path: Path) -> None:
    document = read_toml(write(tmp_path, TEXT))
    assert document.where("room", 1, "absent") == "site.toml, line 14, column 1"


def _paths(value: object, path: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    found: set[tuple[str | int, ...]] = set()
    if isinstance(value, dict):
        for key, inner in value.items():
            found |= {(*path, key)} | _paths(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            found |= {(*path, index)} | _paths(inner, (*path, index))
    return found


KEYS = st.text("abcdefg_-0123456789", min_size=1, max_size=6)
VALUES = st.recursive(
    st.integers(-5, 5) | st.booleans() | st.text("ab =[]{}#'.,", max_size=6) | st.floats(0.5, 2.0),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)


def _inline(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, list):
        return "[" + ", ".join(map(_inline, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k} = {_inline(v)}" for k, v in value.items()) + "}"
    return repr(value)


@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_the_locator_finds_exactly_the_paths_that_tomllib_reads(data: dict[str, object]) -> None:
    text = "".join(f"{key} = {_inline(value)}\n" for key, value in data.items())
    read = tomllib.loads(text)
    assert {key for key, _ in _places(text)} == _paths(read)


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    bearing_deg: float = 0.0


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid")
    scanner: tuple[Inner, ...] = ()
    name: str


def test_all_faults_are_told_at_once_with_line_and_nearest_key(tmp_path: Path) -> None:
    document = read_toml(
        write(tmp_path, 'nam = "x"\n[[scanner]]\nbering_deg = 3\n[[scanner]]\nbearing_deg = "north"\n')
    )
    with pytest.raises(InputError) as caught:
        validate(Outer, document)
    told = caught.value.message
    assert "line 3, column 1: unknown key 'scanner[1].bering_deg'; did you mean 'bearing_deg'?" in told
    assert "line 5" in told
    assert "line 1, column 1: unknown key 'nam'; did you mean 'name'?" in told
    assert "key 'name' is missing" in told


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a = 1\nb = \n", "line 2"),
        (b"a = '\xff'\n", "not UTF-8"),
        (b"[" * 20000, "broken TOML"),
    ],
)
def test_a_broken_file_is_one_sentence(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "site.toml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"site\.toml") as caught:
        read_toml(path)
    assert words in caught.value.message
    assert "\n" not in caught.value.message


def test_a_folder_and_an_absent_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder"):
        read_toml(tmp_path)
    with pytest.raises(InputError, match="there is no file"):
        read_toml(tmp_path / "none.toml")
