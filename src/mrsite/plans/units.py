"""Deciding the drawing unit: all evidence scored over all candidates, and refusal where it is not certain."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from mrsite.base.data import data_folder
from mrsite.base.errors import InputError, UnitsError
from mrsite.plans.plan import Candidate, Evidence, UnitDecision

_ALIAS = {
    "millimetre": "mm", "millimeter": "mm", "millimetres": "mm", "millimeters": "mm",
    "centimetre": "cm", "centimeter": "cm", "centimetres": "cm", "centimeters": "cm",
    "decimetre": "dm", "decimeter": "dm", "decimetres": "dm", "decimeters": "dm",
    "metre": "m", "meter": "m", "metres": "m", "meters": "m",
    "in": "inch", "inches": "inch", '"': "inch", "ft": "foot", "feet": "foot", "'": "foot",
    "us-survey-foot": "ussurveyfoot", "survey foot": "ussurveyfoot", "usft": "ussurveyfoot",
}  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """One kind of evidence: a log-likelihood for each unit, and what was seen."""

    kind: str
    scores: Mapping[str, float]
    detail: str


class DrawingUnitsError(UnitsError):
    """The drawing unit is not certain; ``decision`` holds the evidence and the candidates."""

    def __init__(self, message: str, decision: UnitDecision) -> None:
        super().__init__(message)
        self.decision = decision

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.message, self.decision))


@cache
def unit_table() -> dict[str, Any]:
    """Return the evidence table of ``data/plans/units.toml``."""
    import tomllib

    with open(data_folder("plans") / "units.toml", "rb") as stream:
        return tomllib.load(stream)


@cache
def unit_metres() -> dict[str, float]:
    """Return metres of each candidate unit."""
    return {u["name"]: float(u["metres"]) for u in unit_table()["unit"]}


@cache
def _by_code() -> dict[int, str]:
    return {int(u["insunits"]): str(u["name"]) for u in unit_table()["unit"]}


def declared_unit(insunits: int | None) -> str | None:
    """Return the unit of an ``$INSUNITS`` code; None where it declares none or one we do not draw in."""
    return None if insunits is None else _by_code().get(insunits)


def unit_name(text: str) -> str:
    """Return the one name of a unit given in a person's words.

    Raises
    ------
    InputError
        Not a drawing unit.
    """
    word = str(text).strip().casefold()
    word = _ALIAS.get(word, word)
    if word not in unit_metres():
        raise InputError(f"units {text!r} is not a drawing unit: use {', '.join(unit_metres())}")
    return word


def weigh(findings: Sequence[Finding], declared: str | None) -> tuple[dict[str, float], tuple[Evidence, ...]]:
    """Add the log-likelihoods and word each finding as evidence."""
    units = list(unit_metres())
    total = dict.fromkeys(units, 0.0)
    total["ussurveyfoot"] = -0.7  # differs from the foot by 2 ppm: only a declaration can tell
    rows = []
    for f in findings:
        values = [f.scores.get(u, 0.0) for u in units]
        top = max(values)
        mean = (sum(values) - top) / (len(values) - 1)
        says = [
            u
            for u, v in zip(units, values, strict=True)
            if v > 0.75 * top and not (u == "ussurveyfoot" and declared != u)
        ]
        rows.append(Evidence(f.kind, " or ".join(says), round(top - mean, 2), f.detail))
        for u, v in zip(units, values, strict=True):
            total[u] += v
    return total, tuple(rows)


def decide_units(
    findings: Sequence[Finding],
    *,
    insunits: int | None = None,
    given: str | None = None,
    name: str = "the drawing",
    require: bool = True,
    size: float = math.nan,
) -> UnitDecision:
    """Decide the drawing unit from the evidence, or refuse.

    Certain is what the file declares and the geometry supports, with no other unit near and no
    single strong piece of evidence for another. Everything else is asked: a wrong unit moves a
    0.5 mT line by a factor of 10, 25.4 or 1000 and nothing in the file complains.

    Parameters
    ----------
    findings : sequence of Finding
        From ``unit_evidence.gather``.
    insunits : int or None
        What the file declares; a prior only.
    given : str, optional
        The caller's unit; it wins, and evidence against it is kept in ``conflicts``.
    require : bool
        False: return the best guess, marked uncertain, in place of an error.
    size : float
        Longer side of the building in drawing units, for the lines to choose from.

    Raises
    ------
    UnitsError
        Not certain; the message holds the evidence and the ``--units`` lines.
    """
    table = unit_table()["decision"]
    declared = declared_unit(insunits)
    total, rows = weigh(findings, declared)
    best = max(total, key=lambda u: total[u])
    order = sorted(total, key=lambda u: -total[u])
    if declared != "ussurveyfoot":
        order = [u for u in order if u != "ussurveyfoot"]
    candidates = tuple(Candidate(u, round(total[u] - total[best], 2)) for u in order)
    decision = UnitDecision("", "evidence", rows, candidates, declared)

    def against(unit: str) -> tuple[str, ...]:
        out = []
        for f in findings:
            top = max(f.scores.values(), default=0.0)
            if f.kind != "declared" and top - f.scores.get(unit, 0.0) >= table["conflict"]:
                who = max(f.scores, key=lambda u: f.scores[u])
                out.append(f"{f.kind} says {who}: {f.detail}")
        return tuple(out)

    if given is not None:
        unit = unit_name(given)
        conflicts = against(unit)
        if declared is not None and declared != unit:
            conflicts = (*conflicts, f"the file declares {declared}")
        return replace(decision, chosen=unit, source="given", conflicts=conflicts)
    reason = ""
    if declared is None:
        reason = (
            "the file declares none"
            if not insunits
            else f"the file declares code {insunits}, which no plan is drawn in"
        )
    else:
        support = sum(f.scores.get(declared, 0.0) - _mean(f.scores) for f in findings if f.kind != "declared")
        others = [u for u in order if u != declared and not {u, declared} <= {"foot", "ussurveyfoot"}]
        margin = total[declared] - max(total[u] for u in others)
        if against(declared) or margin < 0:
            other = others[0] if margin < 0 else next((u for u in order if u != declared), "")
            reason = f"the file declares {declared} but the drawing speaks for {other}"
        elif margin < table["margin"]:
            reason = f"the file declares {declared}, but {others[0]} fits the drawing nearly as well"
        elif support < table["support"]:
            reason = f"the file declares {declared}, and nothing in the drawing confirms it"
        elif not any(_decides(f, declared, table) for f in findings):
            reason = (
                f"the file declares {declared}, and no dimension, door, printed area or scale bar confirms it; "
                "sizes of walls and letters alone do not tell inch from cm"
            )
    if not reason:
        assert declared is not None
        return replace(decision, chosen=declared)
    if not require:
        return replace(
            decision,
            chosen=best if best != "ussurveyfoot" else "foot",
            source="guess",
            certain=False,
            conflicts=(reason,),
        )
    raise DrawingUnitsError(
        _refusal(name, reason, decision, size), replace(decision, chosen="", certain=False, conflicts=(reason,))
    )


def _decides(f: Finding, unit: str, table: Mapping[str, Any]) -> bool:
    """Whether a finding is of a kind that tells units apart, and speaks for this one."""
    value = f.scores.get(unit, 0.0)
    return (
        f.kind in table["decisive"]
        and value >= max(f.scores.values()) - 0.5
        and value - _mean(f.scores) >= table["support"] / 2
    )


def _mean(scores: Mapping[str, float]) -> float:
    units = unit_metres()
    return sum(scores.get(u, 0.0) for u in units) / len(units)


def _refusal(name: str, reason: str, decision: UnitDecision, size: float) -> str:
    lines = [f"{name}: the drawing unit is not certain ({reason}); give it with one of the --units lines below."]
    lines += [
        f"  evidence: {e.kind} -> {e.says}: {e.detail}" for e in sorted(decision.evidence, key=lambda e: -e.weight)
    ]
    metres = unit_metres()
    shown = [c for k, c in enumerate(decision.candidates[:5]) if k < 3 or c.score > -12]
    names = [c.unit for c in shown]
    if decision.declared and decision.declared not in names:
        names.append(decision.declared)
    for unit in names:
        extent = f"the building is then {size * metres[unit]:.4g} m long" if math.isfinite(size) and size > 0 else ""
        note = "; as the file declares" if unit == decision.declared else ""
        lines.append(f"  --units {unit:<6} {extent}{note}".rstrip())
    return "\n".join(lines)


def calibrate(first: tuple[float, float], second: tuple[float, float], length_m: float) -> tuple[float, str | None]:
    """Return metres a drawing unit from two points a known length apart, and the named unit if one fits within 2 %.

    Parameters
    ----------
    first, second : (x, y)
        Points in drawing units.
    length_m : float
        Their true distance, m.
    """
    distance = math.hypot(second[0] - first[0], second[1] - first[1])
    if not (distance > 0 and math.isfinite(distance) and length_m > 0 and math.isfinite(length_m)):
        raise InputError(
            "calibration: the two points must lie apart and the length must be positive; give two ends of a known wall"
        )
    unit_m = length_m / distance
    fits = [u for u, m in unit_metres().items() if abs(unit_m / m - 1) <= 0.02]
    return unit_m, (fits[0] if fits else None)
