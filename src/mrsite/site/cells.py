"""Text cells as values of the site file's keys: what a schedule's cell or a block's attribute says."""

from __future__ import annotations

import re
import tomllib
import types
import typing
from collections.abc import Iterable
from typing import Any, Literal, Union

_YES = {"yes", "true", "y", "1", "ja", "oui", "si", "sí", "sim"}
_NO = {"no", "false", "n", "0", "nein", "non", "não", "nee"}
_POINT = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?|[+-]?\d+")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+")


def keys_of(model: Any) -> dict[str, Any]:
    """Return the keys of a table as the file spells them, each with the type of its value."""
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def folded(header: str) -> str:
    """Return a header as keys are compared: case, spaces and hyphens count for nothing."""
    return re.sub(r"[\s_-]+", "_", header.strip().casefold()).strip("_")


def holds(annotation: Any, kind: type) -> bool:
    """Whether a value of that kind is allowed (``tuple``, ``bool``, ``float`` or ``str``)."""
    return any(k is kind or (kind is float and k is int) for k in _kinds(annotation))


def yes_or_no(text: str) -> bool | None:
    """Return what a cell answers; None where it is neither yes nor no, in languages that spreadsheets are kept in."""
    word = text.strip().casefold()
    return True if word in _YES else False if word in _NO else None


def value_of(text: str, annotation: Any, comma: bool = False) -> Any:
    """Return what a cell says, as TOML would have it; text where it says nothing else, for the schema to judge.

    Parameters
    ----------
    annotation : type
        Of the key.
    comma : bool
        Numbers are written with a decimal comma.
    """
    text = text.strip()
    if holds(annotation, bool) and (said := yes_or_no(text)) is not None:
        return said
    if holds(annotation, tuple) and (several := _several(text, annotation, comma)) is not None:
        return several
    if holds(annotation, float):
        return number(text, comma)
    return text


def number(text: str, comma: bool = False) -> float | str:
    """Return a number, or the text where it is none."""
    text = text.strip()
    if comma and _COMMA.fullmatch(text):
        return float(text.replace(",", "."))
    return float(text) if _POINT.fullmatch(text) else text


def decimal_comma(cells: Iterable[str]) -> bool | str:
    """Say whether numbers are written with a decimal comma; a sentence where that is not certain.

    Parameters
    ----------
    cells : iterable of str
        The cells under keys that hold numbers.
    """
    commas, doubtful, points = [], [], []
    for cell in cells:
        for word in cell.replace(";", " ").split():
            word = word.strip("[]")
            if _THOUSANDS.fullmatch(word):
                doubtful.append(word)
            elif "," in word and _COMMA.fullmatch(word):
                commas.append(word)
            elif "." in word and _POINT.fullmatch(word):
                points.append(word)
    if commas and points:
        return f"both {commas[0]!r} and {points[0]!r} are there: write all numbers with a point, or all with a comma"
    if doubtful and not commas:
        return f"{doubtful[0]!r} may be a thousand or a fraction: write it without a comma between thousands"
    return bool(commas)


def _several(text: str, annotation: Any, comma: bool) -> Any:
    """Return the list that a cell holds, or None where it is no list."""
    if text.startswith("["):
        try:
            return tomllib.loads(f"x = {text}")["x"]
        except tomllib.TOMLDecodeError:
            return None
    inner = [
        a for branch in _branches(annotation) if typing.get_origin(branch) is tuple for a in typing.get_args(branch)
    ]
    if any(holds(a, float) for a in inner if a is not Ellipsis):
        words = [w for w in re.split(r"[;\s]+" if comma else r"[;,\s]+", text) if w]
        numbers = [number(w, comma) for w in words]
        return numbers if len(words) > 1 and not any(isinstance(n, str) for n in numbers) else None
    if any(typing.get_origin(a) is Literal for a in inner):
        return [w for w in re.split(r"[;,|\s]+", text) if w]
    return [w.strip() for w in re.split(r"[;|]", text) if w.strip()] if any(holds(a, str) for a in inner) else None


def _branches(annotation: Any) -> list[Any]:
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return _branches(typing.get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        return [b for part in typing.get_args(annotation) for b in _branches(part)]
    return [annotation]


def _kinds(annotation: Any) -> list[Any]:
    found: list[Any] = []
    for branch in _branches(annotation):
        origin = typing.get_origin(branch)
        found.append(str if origin is Literal else origin or branch)
    return found
