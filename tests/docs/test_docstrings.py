"""Every public name says what goes in and out: parameters, shapes, units, errors, and where a formula is from."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mrsite
from mrsite import fields, maps

#: ``progress`` is one and the same everywhere: the page of Python names says what it is told.
EXPLAINED_ONCE = ("self", "cls", "progress")


def members(owner: Any) -> Iterator[tuple[str, Any]]:
    """Public functions, methods and properties that a class defines itself."""
    for name, value in vars(owner).items():
        if name.startswith("_"):
            continue
        inner = value.__func__ if isinstance(value, (classmethod, staticmethod)) else value
        if isinstance(inner, property):
            inner = inner.fget
        if inspect.isfunction(inner):
            yield name, inner


def public() -> dict[str, Any]:
    """Return every public name with what it stands for."""
    found: dict[str, Any] = {}
    for name in mrsite.__all__:
        if name not in ("fields", "maps"):
            found[f"mrsite.{name}"] = getattr(mrsite, name)
    for module in (fields, maps):
        for name in module.__all__:
            found[f"{module.__name__}.{name}"] = getattr(module, name)
    for name, value in list(found.items()):
        if inspect.isclass(value):
            found |= {f"{name}.{method}": function for method, function in members(value)}
    return found


PUBLIC = public()


def own_doc(thing: Any) -> str:
    doc = thing.__doc__ or ""
    if dataclasses.is_dataclass(thing) and doc.startswith(f"{getattr(thing, '__name__', '')}("):
        return ""  # the signature that dataclass writes where nobody wrote anything
    return inspect.cleandoc(doc)


@pytest.mark.parametrize("name", PUBLIC)
def test_it_says_what_it_is_and_names_every_parameter(name: str) -> None:
    thing = PUBLIC[name]
    doc = own_doc(thing)
    assert len(doc) > 8, f"{name} has no docstring of its own"
    if inspect.isfunction(thing):
        wanted = [p for p in inspect.signature(thing).parameters if p not in EXPLAINED_ONCE]
    elif dataclasses.is_dataclass(thing):
        # a field that is explained beside itself need not be explained twice
        source = inspect.getsource(thing)
        wanted = [
            f.name
            for f in dataclasses.fields(thing)
            if not f.name.startswith("_") and not re.search(rf"^    {f.name}\b[^\n]*#:", source, re.MULTILINE)
        ]
    else:
        wanted = []
    missing = [p for p in wanted if not re.search(rf"\b{re.escape(p)}\b", doc)]
    assert not missing, f"{name} does not say what {', '.join(missing)} is"


def takes_arrays(thing: Any) -> bool:
    if not inspect.isfunction(thing):
        return False
    words = " ".join(str(p.annotation) for p in inspect.signature(thing).parameters.values())
    return "Array" in words


@pytest.mark.parametrize("name", [n for n, t in PUBLIC.items() if takes_arrays(t)])
def test_arrays_have_their_shape_and_unit(name: str) -> None:
    doc = own_doc(PUBLIC[name])
    assert re.search(r"\((n|k|\.\.\.|m|3|2)[,)\s]", doc), f"{name} names no shape"
    assert re.search(r"\b(m|mm|T|T/m|T2/m|degrees|kg|A|Pa)\b", doc), f"{name} names no unit"


def raises_input_error(function: Any) -> bool:
    return "raise InputError" in inspect.getsource(function)


@pytest.mark.parametrize("name", [n for n, t in PUBLIC.items() if inspect.isfunction(t) and raises_input_error(t)])
def test_who_refuses_says_when(name: str) -> None:
    assert "Raises" in own_doc(PUBLIC[name]), f"{name} raises InputError and does not say when"


def _docs_of(path: Path) -> str:
    """All docstrings of a module."""
    return " ".join(re.findall(r'"""(.*?)"""', path.read_text(encoding="utf-8"), re.DOTALL))


def test_formulae_name_their_source() -> None:
    # the kernels hold every formula of the field engine: each module names where it is from, or derives it
    folder = Path(fields.__file__).parent / "_kernels"
    files = sorted(folder.glob("*.py")) if folder.is_dir() else [folder.with_suffix(".py")]
    # files of loops over other kernels, and wiring, hold no formula
    formulae = [f for f in files if re.search(r"\b(sqrt|log|cel)\(", f.read_text(encoding="utf-8"))]
    assert formulae
    grounds = r"\b((19|20)\d\d|Abramowitz|since|so|at most)\b"
    without = [f.name for f in formulae if not re.search(grounds, _docs_of(f), re.IGNORECASE)]
    assert not without, f"neither literature nor a derivation stands in {', '.join(without)}"


def test_a_missing_parameter_is_noticed() -> None:
    def careless(points: np.ndarray, level: float) -> None:
        """Trace something at points (n, 3), m."""

    PUBLIC["careless"] = careless
    try:
        with pytest.raises(AssertionError, match="level"):
            test_it_says_what_it_is_and_names_every_parameter("careless")
    finally:
        del PUBLIC["careless"]
