"""Whether the length unit that a model states can be believed: doors are as high as people need them."""

from __future__ import annotations

import math
from statistics import median

from mrsite.base.units import METRES
from mrsite.plans.ifc.facts import ModelFacts
from mrsite.plans.plan import Candidate, Evidence, UnitDecision
from mrsite.plans.units import DrawingUnitsError

# Heights that doors are made in, and heights of rooms, m: rule of thumb, wide enough for any building.
_DOORS_M = (1.7, 3.6)
_ROOMS_M = (1.9, 12.0)


def decide(model: ModelFacts, *, given: str | None, file: str, require: bool) -> UnitDecision:
    """Decide that a model read in metres is rightly so, or refuse.

    Parameters
    ----------
    given : str, optional
        The caller's name of the model's unit; it wins.
    require : bool
        False: return the decision marked uncertain in place of an error.

    Raises
    ------
    UnitsError
        The doors, or else the rooms, are of no human size in the stated unit, or none is stated.
    """
    kind, values, (low, high) = "doors", model.heights, _DOORS_M
    if not values:
        values = tuple(s.top - s.floor for f in model.storeys for s in f.spaces if s.outline)
        kind, (low, high) = "rooms", _ROOMS_M
    stated = "no length unit" not in " ".join(model.notes)
    evidence = [Evidence("IfcUnitAssignment", model.unit, 3.0, f"the model states {model.unit}, read into metres")]
    if not stated:
        evidence = []
    middle = median(values) if values else math.nan
    fits = low <= middle <= high
    if values:
        weight = 3.0 if fits else -3.0
        evidence.append(
            Evidence(f"heights of {kind}", model.unit, weight, f"half of {len(values)} are over {middle:.3g} m")
        )
    name = given or model.unit
    metres = METRES.get(name, model.unit_m)
    others = [u for u, m in METRES.items() if values and low <= middle * m / metres <= high and u != name]
    candidates = tuple(Candidate(u, 0.0 if k == 0 else -1.0) for k, u in enumerate(dict.fromkeys([name, *others])))
    conflicts: tuple[str, ...] = ()
    if values and not fits:
        conflicts = (f"in {name} {kind} are {middle:.3g} m high; {' or '.join(others) or 'no unit'} would fit",)
    elif not stated and given is None:
        conflicts = ("the model states no length unit; metres are taken",) if values else ()
    certain = given is not None or fits or (stated and not values)
    decision = UnitDecision(
        "m", "given" if given else "evidence" if certain else "guess", tuple(evidence), candidates,
        model.unit if stated else None, certain, conflicts,
    )  # fmt: skip
    if certain or not require:
        return decision
    said = f"states {model.unit}" if stated else "states no length unit"
    raise DrawingUnitsError(
        f"{file}: the model {said}, but then half of its {kind} are over {middle:.3g} m high; "
        + (f"{' or '.join(others)} would fit: " if others else "")
        + f"say which by --units {others[0] if others else 'mm'} (units in Python or in the site file)",
        decision,
    )
