"""A step of the quench calculation as text, and the sheet of all of them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from mrsite.venting.pipe import PipeResult

Rows = list[list[str]]


@dataclass(frozen=True)
class Step:
    """One numbered step of the calculation."""

    number: str
    title: str
    formula: str = ""
    source: str = ""
    words: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()  #: the first is the heading
    note: str = ""


@dataclass(frozen=True)
class Sheet:
    """The sheet of one scanner."""

    title: str
    scanner: str
    warnings: tuple[str, ...]
    steps: tuple[Step, ...]
    profiles: tuple[PipeResult, ...] = field(default=(), repr=False)


def figure(value: float | None, digits: int = 4) -> str:
    if value is None:
        return "not stated"
    if not math.isfinite(value):
        return "without bound" if value > 0 else "not finite"
    return f"{value:.{digits}g}"
