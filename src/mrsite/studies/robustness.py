"""How likely each check passes, and what that hangs on, over everything that is not known for certain.

One sample is one building as it may turn out: windings drawn from the ensemble, a field that is stronger or weaker at
this site, an isocentre set down off its mark, walls off where the drawing has them. It is assessed by the same checks
as the site itself, with no band left: what the band covers is in the sample.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsite.base.errors import InputError
from mrsite.base.pose import Pose
from mrsite.base.quantity import Cited
from mrsite.checks.finding import Finding, Outcome
from mrsite.checks.run import assess
from mrsite.fields import Coil
from mrsite.magnets.model import Ensemble, MagnetModel
from mrsite.magnets.windings import merge_cells
from mrsite.site.load import load_project
from mrsite.site.project import Project, Scanner
from mrsite.site.schema import read_site_file
from mrsite.studies.measures import measures
from mrsite.studies.sensitivity import first_order, share_interval

Array = NDArray[np.float64]
Progress = Callable[[str, float], None]

_NO_SPREAD = Cited(0.0, "", "sampled instead", "read")
#: Measures that a spread is told of: areas, and by how much the least margin is kept.
_MEASURED = ("area_0p5mT_m2", "area_3mT_m2", "exceedance_m2", "worst_margin")


@dataclass(frozen=True)
class Uncertain:
    """One thing that is not known for certain, as it is sampled."""

    name: str
    says: str
    sampled: bool


@dataclass(frozen=True)
class Spread:
    """What a number does over the samples: 5, 50 and 95 % of them, and what it hangs on.

    Parameters
    ----------
    index, error : tuple of float
        First-order Sobol' index of every input and its standard error.
    """

    low: float
    middle: float
    high: float
    index: tuple[float, ...]
    error: tuple[float, ...]


@dataclass(frozen=True)
class Robust:
    """One finding over the samples.

    Parameters
    ----------
    finding : Finding
        That of the site as drawn, with its band.
    shares : mapping
        Share of the samples by status.
    passes : (share, low, high)
        Of the samples in which it passes, with its 95 % interval.
    within : (share, low, high) or None
        Of those in which its figure is within its limit, whatever the evidence; None where it has no figure.
    margin : Spread or None
        In the unit of its limit.
    """

    finding: Finding
    shares: dict[str, float]
    passes: tuple[float, float, float]
    within: tuple[float, float, float] | None
    margin: Spread | None


@dataclass(frozen=True)
class Robustness:
    """A finished study."""

    outcome: Outcome
    count: int
    seed: int
    inputs: tuple[Uncertain, ...]
    findings: tuple[Robust, ...]
    measures: dict[str, Spread]
    conclusions: dict[str, tuple[float, float, float]]


def robustness(
    path: Path | str,
    count: int = 200,
    *,
    seed: int = 0,
    drawing_m: float | None = None,
    progress: Progress | None = None,
) -> Robustness:
    """Assess a site over its uncertainties.

    Parameters
    ----------
    path : path of a site file
    count : int
        Samples (a Latin hypercube); at least 20.
    seed : int
        The same seed gives the same samples.
    drawing_m : float, m
        How far off the drawing's walls may be, as a whole, against where the magnet is set out; by default the
        largest ``plan_tolerance_m`` of a storey.

    Raises
    ------
    InputError
        A site that cannot be read, too few samples, or no magnet with a field model.
    """
    from scipy.stats import qmc

    if count < 20:
        raise InputError(f"{count} samples say next to nothing: ask for at least 20")
    project = load_project(*read_site_file(path))
    sampled = [s for s in project.scanners if s.status != "removed" and s.magnet.coils]
    if not sampled:
        raise InputError("no magnet of this site has a field model: there is nothing to sample")
    if drawing_m is None:
        drawing_m = max(storey.plan_tolerance_m for storey in project.storeys)
    tell = progress or (lambda _what, _share: None)
    outcome = assess(project)
    inputs = tuple(u for scanner in sampled for u in _inputs(project, scanner, drawing_m, len(sampled) > 1))
    unit = qmc.LatinHypercube(d=len(inputs), seed=seed).random(count)
    unit[:, [not u.sampled for u in inputs]] = 0.5  # what is taken as exact explains nothing
    seen = []
    for k, row in enumerate(unit):
        tell(f"{k} of {count} samples", k / count)
        seen.append(_seen(assess(_drawn(project, sampled, drawing_m, row))))
    return Robustness(
        outcome, count, seed, inputs,
        tuple(_robust(finding, [s.findings.get(finding.id) for s in seen], unit) for finding in outcome.findings),
        {name: spread for name in _MEASURED
         if (spread := _spread([s.measures[name] for s in seen], unit)) is not None},
        {word: _share([s.conclusion == word for s in seen]) for word in ("clear", "open", "fails")},
    )  # fmt: skip


# What is sampled ---------------------------------------------------------------------------------


def _inputs(project: Project, scanner: Scanner, drawing_m: float, several: bool) -> tuple[Uncertain, ...]:
    mark = f"{scanner.id}: " if several else ""
    at = f"within {project.position_tolerance_m * 1e3:g} mm either way"
    plan = f"within {drawing_m * 1e3:g} mm either way, the building as a whole" if drawing_m else "taken as exact"
    given = scanner.magnet.ensemble is None
    windings = "as the magnet file gives them: not sampled" if given else "one of the equally good, by their weights"
    return tuple(
        Uncertain(mark + name, says, sampled)
        for name, says, sampled in (
            ("windings", windings, not given),
            ("site to site", f"|B| within {scanner.magnet.site_spread:.0%} either way", scanner.magnet.site_spread > 0),
            *((f"isocentre {axis}", at, project.position_tolerance_m > 0) for axis in ("x", "y", "height")),
            *((f"drawing {axis}", plan, drawing_m > 0) for axis in ("x", "y")),
        )
    )


def _drawn(project: Project, sampled: Sequence[Scanner], drawing_m: float, row: Array) -> Project:
    """Return one building as it may turn out; every number of the row lies in 0 to 1."""
    made = {}
    for scanner, u in zip(sampled, row.reshape(len(sampled), -1)):
        # A stated limit of error says no more than that: evenly within it (JCGM 100:2008, 4.3.7).
        even = 2.0 * u - 1.0
        off = project.position_tolerance_m * even[2:5]
        off[:2] -= drawing_m * even[5:7]
        made[scanner.id] = replace(
            scanner,
            magnet=_magnet(scanner.magnet, float(u[0]), 1.0 + scanner.magnet.site_spread * float(even[1])),
            poses=tuple(_moved(pose, off) for pose in scanner.poses),
            isocentre_height=scanner.isocentre_height + float(off[2]),
        )
    # what is sampled must not be counted again as a band
    scanners = tuple(made.get(s.id, s) for s in project.scanners)
    storeys = tuple(replace(s, plan_tolerance_m=0.0) for s in project.storeys)
    return replace(project, scanners=scanners, storeys=storeys, position_tolerance_m=0.0)


def _moved(pose: Pose, off: Array) -> Pose:
    x, y, z = pose.position
    return replace(pose, position=(x + float(off[0]), y + float(off[1]), z + float(off[2])))


def _magnet(model: MagnetModel, u: float, strength: float) -> MagnetModel:
    """Return a magnet as it may be: one member of the ensemble, its field stronger or weaker as a whole."""
    member = None if model.ensemble is None else _member(model.ensemble, u)
    if member is None or model.ensemble is None:
        coils = tuple(_stronger(coil, strength) for coil in model.coils)
    else:
        rows = merge_cells(model.ensemble.loops_of(member))
        coils = tuple(_stronger(Coil(*map(float, row)), strength) for row in rows)
    # lines are remembered by the hash of a magnet's file: another magnet needs another one
    known_as = f"{model.sha256}/{member}/{strength!r}"
    return replace(
        model, coils=coils, ensemble=None, siting={**model.siting, "site_spread": _NO_SPREAD}, sha256=known_as
    )


def _stronger(winding: Any, strength: float) -> Any:
    name = "current" if hasattr(winding, "current") else "current_density"
    return dataclasses.replace(winding, **{name: getattr(winding, name) * strength})


def _member(ensemble: Ensemble, u: float) -> int:
    """Return the member at a share of the weight, the members in the order of their moments: near ones are alike."""
    rows = [ensemble.loops_of(k) for k in range(len(ensemble.weights))]
    moments = [abs(float((r[:, 4] * (r[:, 3] - r[:, 2]) * (r[:, 1] ** 3 - r[:, 0] ** 3)).sum())) for r in rows]
    order = np.argsort(moments, kind="stable")
    reached = np.cumsum(ensemble.weights[order])
    return int(order[min(int(np.searchsorted(reached, u * reached[-1], side="right")), len(order) - 1)])


# What is seen of it ------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Seen:
    """What is kept of one sample's assessment."""

    conclusion: str
    findings: dict[str, tuple[str, float | None]]
    measures: dict[str, Any]


def _seen(outcome: Outcome) -> _Seen:
    return _Seen(outcome.conclusion, {f.id: (f.status, f.margin) for f in outcome.findings}, measures(outcome))


def _robust(finding: Finding, seen: Sequence[tuple[str, float | None] | None], unit: Array) -> Robust:
    """A finding that does not arise in a sample counts there as not assessed."""
    states = ["not-assessed" if s is None else s[0] for s in seen]
    margins = [None if s is None else s[1] for s in seen]
    known = [m for m in margins if m is not None]
    return Robust(
        finding,
        {word: states.count(word) / len(states) for word in sorted(set(states))},
        _share([s == "pass" for s in states]),
        _share([m >= 0.0 for m in known]) if len(known) == len(margins) else None,
        _spread(margins, unit),
    )


def _share(hits: Sequence[bool]) -> tuple[float, float, float]:
    return (sum(hits) / len(hits), *share_interval(sum(hits), len(hits)))


def _spread(values: Sequence[float | None], unit: Array) -> Spread | None:
    """None where a sample has no number."""
    if any(v is None for v in values):
        return None
    numbers = np.array(values, dtype=np.float64)
    low, middle, high = (float(v) for v in np.quantile(numbers, (0.05, 0.5, 0.95)))
    index, error = first_order(unit, numbers)
    return Spread(low, middle, high, tuple(map(float, index)), tuple(map(float, error)))
