"""Numbers that know where they come from, and numbers that know how sure they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["read", "second-hand", "inferred", "recalled", "unread", "unverified"]
Grade = Literal["read", "second-hand", "unverified", "borrowed", "assumed"]

#: From the strongest evidence to the weakest (DESIGN section 6: a finding bears the weakest).
GRADES: tuple[Grade, ...] = ("read", "second-hand", "borrowed", "unverified", "assumed")


def weakest(*grades: Grade) -> Grade:
    """Return the weakest of some evidence grades; ``"read"`` where there are none."""
    return max(grades, key=GRADES.index, default="read")


@dataclass(frozen=True, slots=True)
class Cited:
    """A number (or word) from the world with its unit and source.

    Parameters
    ----------
    value : float, str or bool
    unit : str
        Empty for a pure number or a word.
    source : str
        Document, section, year, or an address. Never empty.
    status : str
        How far the source was read.
    """

    value: float | str | bool
    unit: str
    source: str
    status: Status = "read"

    def __post_init__(self) -> None:
        if not self.source.strip():
            raise ValueError("a cited value needs a source")


@dataclass(frozen=True, slots=True)
class Banded:
    """A computed quantity with the edges of its band; ``lower <= value <= upper``."""

    value: float
    lower: float
    upper: float
    unit: str = ""

    def __post_init__(self) -> None:
        if not self.lower <= self.value <= self.upper and self.value == self.value:
            raise ValueError(f"band {self.lower}..{self.upper} does not hold its value {self.value}")
