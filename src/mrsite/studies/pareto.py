"""Which layouts stay, and why each of the others lost.

Violations come first: a layout with more findings that fail loses whatever else it offers. Among the rest one loses
only to another that is as good in every respect and better in one, by more than what a building is built to; so
nothing is ever traded against anything, and no weights are asked for.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Respect:
    """One thing that is better small (or, with ``more``, large)."""

    measure: str
    words: str
    unit: str
    grain: float  #: differences below it do not count
    more: bool = False

    def rank(self, value: float | None) -> float:
        """Return a whole number that is smaller where the layout is better; infinite where nothing is known."""
        if value is None:
            return math.inf
        return round((-value if self.more else value) / self.grain)


RESPECTS = (
    Respect("not_assessed", "findings not assessed", "", 1.0),
    Respect("warn", "findings that warn", "", 1.0),
    Respect("outside_m2", "outer 0.5 mT edge beyond its room", "m2", 0.1),
    Respect("neighbour_m", "distance to neighbours", "m", 0.05, more=True),
    Respect("pipe_m", "length of the quench pipe", "m", 0.05),
)


@dataclass(frozen=True)
class Standing:
    """What became of a layout.

    Parameters
    ----------
    kept : bool
        Whether it belongs to the Pareto set.
    reason : str
        Why it lost; empty where it was kept.
    by : int or None
        Row of the layout it lost to.
    """

    kept: bool
    reason: str = ""
    by: int | None = None


def standings(results: Sequence[Mapping[str, Any]]) -> list[Standing]:
    """Return one standing a result, in order."""
    assessed = [k for k, r in enumerate(results) if r["measures"]]
    fewest = min((violations(results[k]) for k in assessed), default=0)
    contenders = [k for k in assessed if violations(results[k]) == fewest]
    ranks = {k: [respect.rank(results[k]["measures"].get(respect.measure)) for respect in RESPECTS] for k in contenders}
    # best first, so that whoever dominates comes before those it dominates
    front: list[int] = []
    standing: dict[int, Standing] = {}
    for k in sorted(contenders, key=lambda k: (ranks[k], k)):
        better = next((j for j in front if all(a <= b for a, b in zip(ranks[j], ranks[k]))), None)
        if better is None:
            front.append(k)
            standing[k] = Standing(True)
        else:
            standing[k] = Standing(False, _dominated(results[better], results[k], better), better)
    return [
        standing[k] if k in standing else Standing(False, _violates(result, fewest)) for k, result in enumerate(results)
    ]


def violations(result: Mapping[str, Any]) -> int:
    """Return how many findings of an assessed layout fail."""
    return int(result["measures"]["fail"])


def _violates(result: Mapping[str, Any], fewest: int) -> str:
    if not result["measures"]:
        return str(result["error"] or result.get("why") or result["conclusion"])
    named = [f["id"] for f in result["findings"] if f["status"] == "fail"]
    more = f" and {len(named) - 3} more" if len(named) > 3 else ""
    count = "1 finding fails" if len(named) == 1 else f"{len(named)} findings fail"
    return f"{count}, where {fewest or 'none'} need: {'; '.join(named[:3])}{more}"


def _dominated(winner: Mapping[str, Any], loser: Mapping[str, Any], row: int) -> str:
    better = []
    for respect in RESPECTS:
        a, b = (r["measures"].get(respect.measure) for r in (winner, loser))
        if respect.rank(a) < respect.rank(b):
            shown = "not known" if b is None else f"{b:g}"
            better.append(f"{respect.words} {a:g} against {shown} {respect.unit}".strip())
    if not better:
        return f"layout {row} is equal to it in all respects"
    return f"layout {row} is as good in all respects and better in {', '.join(better)}"
