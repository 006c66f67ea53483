"""What `import mrsite` gives, and what it must not load."""

from __future__ import annotations

import subprocess
import sys

import pytest

import mrsite

HEAVY = [
    "numba",
    "scipy",
    "pandas",
    "xarray",
    "shapely",
    "pydantic",
    "ezdxf",
    "matplotlib",
    "pyvista",
    "CoolProp",
    "networkx",
]


@pytest.mark.parametrize("statement", ["import mrsite", "from mrsite.cli.run import run; run(['--help'])"])
def test_nothing_heavy_is_loaded(statement: str) -> None:
    code = f"{statement}\nimport sys\nprint('LOADED', *[m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1].split() == ["LOADED"]


@pytest.mark.parametrize("name", mrsite.__all__)
def test_every_public_name_is_there_and_documented(name: str) -> None:
    value = getattr(mrsite, name)
    assert value.__doc__


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        mrsite.nonsense  # noqa: B018
