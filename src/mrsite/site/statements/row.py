"""A statement and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["misses", "look", "holds"]


@dataclass(frozen=True)
class Row:
    """A statement and what became of it.

    Parameters
    ----------
    verdict : str
        ``misses``: it no longer means what it meant; ``look``: it does, but what it speaks of changed;
        ``holds``.
    subject : str
        What the statement is about, as the site file calls it.
    where : str
        File and line.
    said, remedy : str
        What happened, and what to write.
    """

    verdict: Verdict
    table: str
    subject: str
    where: str
    said: str
    remedy: str = ""
