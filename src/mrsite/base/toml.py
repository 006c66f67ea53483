"""TOML in, with the line and column of every key, and pydantic's complaints in plain words."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from mrsite.base.errors import InputError
from mrsite.base.text import inert, nearest

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

Key = tuple[str | int, ...]
M = TypeVar("M", bound="BaseModel")

_MAX_BYTES = 64 * 1024 * 1024
_TOKEN = re.compile(
    r"(?P<space>[ \t]+)|(?P<newline>\r?\n)|(?P<comment>#[^\n]*)"
    r'|(?P<multi>"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5})'
    r'|(?P<string>"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\')'
    r"|(?P<punct>\[\[|\]\]|[\[\]{}=,.])"
    r'|(?P<bare>[^\s\[\]{}=,.#"\']+)',
    re.DOTALL,
)


@dataclass(frozen=True)
class Document:
    """A TOML file as data, and where each key stands in it.

    ``places`` maps a path of keys and list indices to (line, column), both from 1; ``origins`` says in words
    where a key stands that came from another file (``rooms.csv, line 4, column 2``), and ``files`` are those.
    """

    path: Path
    data: dict[str, Any]
    places: dict[Key, tuple[int, int]] = field(default_factory=dict, repr=False)
    origins: dict[Key, str] = field(default_factory=dict, repr=False)
    files: tuple[Path, ...] = ()

    def knows(self, *keys: str | int) -> bool:
        """Whether that very key has a place."""
        return keys in self.places or keys in self.origins

    def where(self, *keys: str | int) -> str:
        """Say ``file, line N`` for a key, or for the nearest enclosing key that has a line."""
        for stop in range(len(keys), 0, -1):
            if keys[:stop] in self.origins:
                return self.origins[keys[:stop]]
            place = self.places.get(tuple(keys[:stop]))
            if place is not None:
                return f"{self.path.name}, line {place[0]}, column {place[1]}"
        return self.path.name


def read_toml(path: Path | str) -> Document:
    """Read a TOML file.

    Raises
    ------
    InputError
        No such file, not a regular file, not UTF-8, or broken TOML (with the line).
    """
    path = Path(path)
    if path.is_dir():
        raise InputError(f"{path.name} is a folder: name the TOML file in it")
    if not path.is_file():
        raise InputError(f"there is no file {inert(str(path))}: check the name")
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise InputError(f"{path.name} is larger than {_MAX_BYTES // 2**20} MB: this is not a file written by hand")
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path.name}: byte {error.start} is not UTF-8: save the file as UTF-8") from None
    except OSError as error:
        raise InputError(f"{path.name} cannot be read: {error.strerror}") from None
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        told = str(error) or "nested too deeply"
        line = re.search(r"at line (\d+), column (\d+)", told)
        place = f"line {line[1]}, column {line[2]}" if line else f"line {text.rstrip().count(chr(10)) + 1}, its last"
        reason = re.sub(r"\s*\(at .*\)$", "", told)
        raise InputError(f"{path.name}, {place}: broken TOML: {inert(reason)}; mend that line") from None
    return Document(path, data, _locate(text))


def _locate(text: str) -> dict[Key, tuple[int, int]]:
    places: dict[Key, tuple[int, int]] = {}
    try:
        for key, place in _places(text):
            places.setdefault(key, place)
    except IndexError:  # a form the locator does not know: keep the places found so far
        pass
    return places


def _places(text: str) -> Iterator[tuple[Key, tuple[int, int]]]:
    """Yield (key path, (line, column)) for every key of a text that tomllib accepts."""
    starts = [0, *(m.end() for m in re.finditer("\n", text))]
    tokens = [m for m in _TOKEN.finditer(text) if m.lastgroup not in ("space", "comment")]
    lists: dict[Key, int] = {}
    position = 0

    def place(offset: int) -> tuple[int, int]:
        import bisect

        line = bisect.bisect_right(starts, offset)
        return line, offset - starts[line - 1] + 1

    def skip_newlines() -> None:
        nonlocal position
        while position < len(tokens) and tokens[position].lastgroup == "newline":
            position += 1

    def dotted() -> tuple[list[str], int]:
        nonlocal position
        parts: list[str] = []
        offset = tokens[position].start()
        while position < len(tokens) and tokens[position].group() not in ("=", "]", "]]"):
            token = tokens[position]
            if token.group() != ".":
                text_ = token.group()
                parts.append(text_[1:-1] if token.lastgroup == "string" else text_)
            position += 1
        return parts, offset

    def resolve(parts: list[str]) -> Key:
        # A table under an array of tables belongs to the array's last element so far.
        path: Key = ()
        for part in parts:
            path = (*path, part)
            if path in lists:
                path = (*path, lists[path])
        return path

    def value(path: Key) -> Iterator[tuple[Key, tuple[int, int]]]:
        nonlocal position
        skip_newlines()
        opener = tokens[position].group()
        if opener == "{":
            position += 1
            while True:
                skip_newlines()
                if tokens[position].group() == "}":
                    break
                if tokens[position].group() == ",":
                    position += 1
                    continue
                parts, offset = dotted()
                position += 1
                inner = (*path, *parts)
                yield inner, place(offset)
                yield from value(inner)
            position += 1
        elif opener in ("[", "[["):
            # "[[" inside a value is two openers; split it.
            depth = len(opener)
            position += 1
            index = 0
            if depth == 2:
                yield (*path, 0), place(tokens[position - 1].start() + 1)
                yield from rest_of_list((*path, 0))
                index = 1
            yield from rest_of_list(path, index)
        else:
            while (
                position < len(tokens)
                and tokens[position].lastgroup != "newline"
                and tokens[position].group() not in (",", "]", "]]", "}")
            ):
                position += 1

    pending = 0  # a "]]" token inside values closes two lists

    def rest_of_list(path: Key, index: int = 0) -> Iterator[tuple[Key, tuple[int, int]]]:
        nonlocal position, pending
        while True:
            if pending:
                pending -= 1
                return
            skip_newlines()
            token = tokens[position].group()
            if token == "]":
                position += 1
                return
            if token == "]]":
                position += 1
                pending = 1
                return
            if token == ",":
                position += 1
                continue
            yield (*path, index), place(tokens[position].start())
            yield from value((*path, index))
            index += 1

    table: Key = ()
    while True:
        skip_newlines()
        if position >= len(tokens):
            return
        token = tokens[position]
        if token.group() in ("[", "[["):
            offset = token.start()
            position += 1
            parts, _ = dotted()
            position += 1
            parent = resolve(parts[:-1])
            table = (*parent, parts[-1])
            if token.group() == "[[":
                lists[table] = lists.get(table, -1) + 1
                yield table, place(offset)
                table = (*table, lists[table])
            yield table, place(offset)
            continue
        parts, offset = dotted()
        position += 1
        for stop in range(1, len(parts)):
            yield (*table, *parts[:stop]), place(offset)
        key = (*table, *parts)
        yield key, place(offset)
        yield from value(key)


def validate(model: type[M], document: Document, data: Any = None, *, at: Key = ()) -> M:
    """Check a document against a pydantic model; all faults at once, each with its line.

    Parameters
    ----------
    model : pydantic model class
    document : Document
        For the places of the keys.
    data : optional
        The part to check, where it is not the whole document.
    at : tuple
        The path of that part in the document.

    Raises
    ------
    InputError
        One line a fault: file, line and column, key, what is wrong, the nearest known key.
    """
    from pydantic import ValidationError

    try:
        return model.model_validate(document.data if data is None else data)
    except ValidationError as error:
        raise InputError("\n".join(_complaints(model, document, at, error))) from None


def _complaints(model: type[BaseModel], document: Document, at: Key, error: ValidationError) -> Iterator[str]:
    for fault in error.errors(include_url=False):
        path = tuple(part for part in fault["loc"] if not (isinstance(part, str) and part.startswith("function-")))
        while (
            len(path) > 1
            and not document.knows(*at, *path)
            and document.knows(*at, *path[:-1])
            and fault["type"] not in ("missing",)
        ):
            path = path[:-1]  # pydantic adds the branch of a union; the file has no such key
        where = document.where(*at, *path)
        if fault["type"] == "too_short" and fault.get("input"):
            continue  # pydantic says this of a list whose entries were refused; those have their own lines
        name = _spell((*at, *path))
        if fault["type"] == "extra_forbidden":
            known = sorted(_known_keys(model, fault["loc"][:-1]))
            near = nearest(str(fault["loc"][-1]), known)
            hint = f"did you mean {near!r}?" if near else f"known here: {', '.join(known)}"
            yield f"{where}: unknown key {name!r}; {hint}"
        elif fault["type"] == "missing":
            yield f"{where}: key {name!r} is missing; add it"
        else:
            given = fault.get("input")
            shown = "" if isinstance(given, dict | list) else f" (it says {inert(repr(given), 60)})"
            message = fault["msg"]
            message = message.removeprefix("Value error, ").removeprefix("Assertion failed, ")
            message = message[:1].lower() + message[1:] if not message[:2].isupper() else message
            yield f"{where}: {name + ': ' if name else ''}{inert(message, 400)}{shown}"


def _spell(path: Key) -> str:
    return "".join(f"[{p + 1}]" if isinstance(p, int) else f".{p}" for p in path).lstrip(".")


def _known_keys(model: type[BaseModel], path: Key) -> set[str]:
    """Return the keys known at a path of a model, following lists, optionals and unions."""
    import typing

    def models(annotation: Any) -> Iterator[Any]:
        if hasattr(annotation, "model_fields"):
            yield annotation
        for part in typing.get_args(annotation):
            yield from models(part)

    here: list[Any] = [model]
    for part in path:
        if isinstance(part, int):
            continue
        following: list[Any] = []
        for candidate in here:
            for name, info in candidate.model_fields.items():
                if part in (name, info.alias):
                    following.extend(models(info.annotation))
        if following:
            here = following
    return {info.alias or name for candidate in here for name, info in candidate.model_fields.items()}
