"""What is assumed of a site where nobody says, each with its source (``data/site/defaults.toml``)."""

from __future__ import annotations

from functools import cache

from mrsite.base.data import data_folder
from mrsite.base.quantity import Cited
from mrsite.base.toml import read_toml


@cache
def default(name: str) -> Cited:
    """Return a default by its name in the data file."""
    return Cited(**read_toml(data_folder("site") / "defaults.toml").data[name])


def default_value(name: str) -> float:
    """Return the number of a default."""
    return float(default(name).value)
