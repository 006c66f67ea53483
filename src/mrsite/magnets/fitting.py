"""From published figures to windings: an ensemble of equally good designs and a central model."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from mrsite.base.errors import InputError
from mrsite.magnets.branches import Pattern, patterns
from mrsite.magnets.classes import Dimensions, dimensions, prior
from mrsite.magnets.extremes import extremes
from mrsite.magnets.figures import Figures, figures_of, refuse_nonsense, refuse_other_magnets
from mrsite.magnets.model import Array, Branch, Ensemble, FitRecord, MagnetModel
from mrsite.magnets.sampling import Problem

Progress = Callable[[float], None]

_PILOT = 12  # tries of each pattern before the weights are known
_PILOT_TOTAL = 60  # and of all patterns together, where there are many
_PILOT_LIMIT = 110  # tries after which a tier that finds too little is given up
_LAST_PILOT = 110
_RARE_TRIES = 60  # tries before a possible hypothesis of some prior weight is dropped for want of a design
_RARE_PRIOR = 0.05
_LEAST_SHARE = 0.06  # of the pilot tries accepted: below it the prior is widened
_MOST_TRIES = 13  # for each member wanted
_ENOUGH = 0.7  # of the members wanted: a tier that finds fewer is left for a wider one
_FEWEST = 10  # members below which a tier counts as failed
_NEGLIGIBLE = 0.01  # weight of a pattern that gets no members
_METHOD = "linear-programme designs, tier {tier}"


@dataclass
class _Tally:
    """How the tries of one pattern went."""

    pattern: Pattern
    tries: int = 0
    feasible: int = 0
    accepted: list[Array] | None = None
    given: int = 0  # of the tries: windings that were no draws

    def add(self, problem: Problem, rng: np.random.Generator) -> None:
        outcome = problem.attempt(rng, self.pattern)
        self.tries += 1
        self.feasible += outcome.feasible
        if outcome.currents is not None:
            self.members.append(outcome.currents)

    def add_all(self, windings: list[Array]) -> None:
        """Take windings that are known to meet the figures."""
        self.tries += len(windings)
        self.feasible += len(windings)
        self.members.extend(windings)
        self.given += len(windings)

    @property
    def members(self) -> list[Array]:
        if self.accepted is None:
            self.accepted = []
        return self.accepted

    @property
    def evidence(self) -> float:
        """Prior times the share of designs that can meet the figures."""
        return self.pattern.prior * (self.feasible / self.tries if self.tries and self.members else 0.0)


def fit(
    data: MagnetModel | Path | str, *, seed: int = 0, members: int = 50, progress: Progress | None = None
) -> MagnetModel:
    """Fit windings to the published figures of a magnet.

    Parameters
    ----------
    data : MagnetModel, Path or str
        A magnet whose windings, if any, are replaced; or the path of its file.
    seed : int
        The same seed and figures give the same magnet, to the byte of its file.
    members : int
        Designs in the ensemble; 50 fix the band to 10-20 %.
    progress : callable, optional
        Called with the share done, 0 to 1.

    Returns
    -------
    MagnetModel
        With central coils, ensemble and the residual at every figure.

    Raises
    ------
    InputError
        Figures that cannot be fitted: too few, contradictory (naming the one whose removal cures it).

    Notes
    -----
    Method and acceptance are those of a measured study on synthetic magnets; see
    ``docs/explanation/magnet-models.md``.
    """
    from mrsite.magnets.central import central_coils
    from mrsite.magnets.contradictions import explain
    from mrsite.magnets.modelfile import read_model
    from mrsite.magnets.record import residuals

    if not isinstance(data, MagnetModel):
        data = read_model(Path(data))
    if members < 1:
        raise InputError(f"members is {members}: an ensemble needs at least one, and 50 for a band")
    refuse_other_magnets(data)
    size = dimensions(data)
    figures = figures_of(data)
    refuse_nonsense(data, figures, size)
    notes = list(size.warnings)
    told = progress or (lambda share: None)
    tier, problem, tallies, said = _designs(data, figures, size, seed, members, told)
    notes += said
    if not any(t.members for t in tallies):
        raise InputError(explain(data, figures, size, seed))
    ensemble = _ensemble(problem, tallies, tier)
    windings = central_coils(problem, ensemble)
    widening = 1.5 if size.defaults_used else 1.0
    notes += _notes(figures, size, ensemble, tallies)
    from mrsite.fields import Coil

    fitted = replace(
        data,
        coils=tuple(Coil(*map(float, row)) for row in windings),
        ensemble=ensemble,
        modelled=True,
        not_modelled_why="",
        defaults_used=size.defaults_used,
        design={},
    )
    record = FitRecord(
        seed=seed,
        members=len(ensemble.weights),
        method=_METHOD.format(tier=tier),
        residuals=(),
        notes=tuple(notes),
        widening=widening,
        magnet_length_m=size.magnet_length_m,
        cryostat_diameter_m=size.cryostat_diameter_m,
        figures_sha256=figures_hash(data),
        refused=tuple(_refused(data)),
    )
    return residuals(replace(fitted, fit=record), size)


def _designs(
    data: MagnetModel, figures: Figures, size: Dimensions, seed: int, members: int, told: Progress
) -> tuple[str, Problem, list[_Tally], list[str]]:
    """Draw members tier by tier, with the bounds where no tier serves: tier, problem, tallies, notes."""
    hypotheses = patterns(figures, data.shielding, data.geometry)
    notes: list[str] = []
    found = None
    tiers = _tiers(figures)
    for tier in tiers:
        problem = _problem(data, figures, size, tier)
        rng = np.random.default_rng(np.random.SeedSequence([seed, ord(tier)]))
        tallies = _sample(problem, hypotheses, rng, members, told)
        number = sum(len(t.members) for t in tallies)
        enough = _ENOUGH * members if tier != tiers[-1] else min(members, _FEWEST)
        if number >= enough or (number and tier == tiers[-1] and found is None):
            found = tier, problem, tallies
            break
        if found is None or number > sum(len(t.members) for t in found[2]):
            found = tier, problem, tallies
        if tier != tiers[-1]:
            tried = sum(t.tries for t in tallies)
            notes.append(f"prior {tier} met the figures in {number} of {tried} designs: a wider one was drawn")
    assert found is not None
    tier, problem, tallies = found
    few = sum(len(t.members) for t in tallies) < min(members, _FEWEST)
    if few:
        tier, problem = "bounds", _problem(data, figures, size, "F")
        tallies = [_Tally(p) for p in hypotheses]
        notes.append("hardly a random design met the figures: the band is that of any winding in the room for it")
    elif _cross_checked(figures) and not _measured(data):
        tier += " and bounds"
        notes.append(
            "the prior of this class was not checked on magnets: the band holds any winding in the room for it"
        )
    if sum(t.evidence for t in tallies if t.pattern.rare) > 0.5 * sum(t.evidence for t in tallies):
        tier += " with strong nulls"
        notes.append(
            "hardly a usual magnet meets the figures, only one whose field turns on the axis or the mid-plane within a "
            "strong line: check the figures"
        )
    if "bounds" in tier:
        rng = np.random.default_rng(np.random.SeedSequence([seed, 3]))
        for tally in tallies:
            tally.add_all(extremes(problem, tally.pattern, rng, tally.members))
    return tier, problem, tallies, notes


def _tiers(figures: Figures) -> tuple[str, ...]:
    """Priors to try in turn: the less the figures say, the more a narrow one is worth; two lines need none."""
    return ("W", "F") if _cross_checked(figures) else ("T", "W")


def _cross_checked(figures: Figures) -> bool:
    """Whether more is told than one line."""
    return len({f.level for f in figures.lines}) > 1 or bool(figures.points)


def _measured(data: MagnetModel) -> bool:
    """Whether the priors of the magnet's class were checked on magnets of known windings."""
    return data.geometry == "whole-body" and data.shielding == "active"


def figures_hash(model: MagnetModel) -> str:
    """Return a hash of all that a fit depends on: figures, dimensions, shielding, field."""
    parts = [
        repr(getattr(model, k))
        for k in (
            "B0_T",
            "shielding",
            "geometry",
            "bore_diameter_m",
            "magnet_length_m",
            "cryostat_diameter_m",
            "imaging_diameter_m",
            "distances",
            "class_prior",
        )
    ]
    parts += [repr(replace(p, line=0, note="", source="", grade="read")) for p in model.published if p.use == "fit"]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _problem(data: MagnetModel, figures: Figures, size: Dimensions, tier: str) -> Problem:
    assert data.B0_T is not None
    return Problem(data.B0_T, size, prior(data.geometry, tier, data.shielding), data.shielding, figures)


def _sample(
    problem: Problem, hypotheses: tuple[Pattern, ...], rng: np.random.Generator, members: int, told: Progress
) -> list[_Tally]:
    """Draw designs: a pilot of every hypothesis that is possible, then as many of each as its weight asks for."""
    tallies = [_Tally(p) for p in hypotheses if len(hypotheses) == 1 or problem.possible(p)]
    if not tallies:
        return []
    pilot = max(_PILOT // 2, min(_PILOT, _PILOT_TOTAL // len(tallies)))
    for k in range(_LAST_PILOT):
        for tally in tallies:
            tally.add(problem, rng)
        # A rare hypothesis that finds nothing says nothing about the prior.
        tries = sum(t.tries for t in tallies if t.members or not t.pattern.rare)
        found = sum(len(t.members) for t in tallies)
        if k + 1 >= pilot and (found > _LEAST_SHARE * tries or tries >= _PILOT_LIMIT):
            break
    if found <= _LEAST_SHARE * tries:
        return tallies
    for tally in tallies:
        # A hypothesis that is possible at all is not dropped because its designs are rare.
        while not tally.members and tally.tries < _RARE_TRIES and tally.pattern.prior >= _RARE_PRIOR:
            tally.add(problem, rng)
    told(min(found / members, 1.0))
    for _ in range(_MOST_TRIES * members):
        total = sum(t.evidence for t in tallies)
        lacking = [
            (t.evidence / total - len(t.members) / members, -k)
            for k, t in enumerate(tallies)
            if t.evidence / total >= _NEGLIGIBLE
        ]
        shortfall, k = max(lacking)
        if shortfall * members < 0.5:
            break
        tally = tallies[-k]
        tally.add(problem, rng)
        told(min(sum(len(t.members) for t in tallies) / members, 1.0))
    return tallies


def _ensemble(problem: Problem, tallies: list[_Tally], tier: str) -> Ensemble:
    total = sum(t.evidence for t in tallies)
    currents: list[Array] = []
    weights: list[float] = []
    lobes: list[str] = []
    for t in tallies:
        share = t.evidence / total
        if share < _NEGLIGIBLE:
            continue
        for row in t.members:
            currents.append(row)
            weights.append(share / len(t.members))
            lobes.append(" lobe" if t.pattern.name.endswith("lobe") else "")
    stacked = np.array(currents)
    weight = np.array(weights) / np.sum(weights)
    names = [sign + lobe for sign, lobe in zip(signs_of(problem, stacked), lobes, strict=True)]
    order = sorted(set(names), key=lambda n: -float(weight[[m == n for m in names]].sum()))
    index = np.array([order.index(n) for n in names], dtype=np.int64)
    branches = tuple(
        Branch(
            signs=name,
            weight=round(min(1.0, float(weight[index == k].sum())), 6),
            tries=int(sum(t.tries for t in tallies)),
            accepted=int((index == k).sum()),
        )
        for k, name in enumerate(order)
    )
    drawn, met = sum(t.tries - t.given for t in tallies), sum(t.feasible - t.given for t in tallies)
    used = np.flatnonzero(np.abs(stacked).max(axis=0) > 0.0)
    rounded = np.array([[float(f"{v:.7g}") for v in row] for row in stacked[:, used]])
    return Ensemble(
        cells=np.round(problem.lattice.cells[used], 6),
        mirrored=problem.lattice.mirrored,
        currents=rounded,
        branch=index,
        weights=np.array([float(f"{w:.12g}") for w in weight]),
        branches=branches,
        prior=tier,
        infeasible_share=round(1.0 - met / drawn, 6) if drawn else 0.0,
    )


def signs_of(problem: Problem, currents: Array) -> list[str]:
    """Return which way Bz points at the farthest quoted line, on the axis and on the mid-plane."""
    rays, level = problem.rays, min((f.level for f in problem.figures.lines), default=0.5e-3)
    magnitude = rays.magnitude(currents)
    names = []
    middle = int(np.argmin(np.abs(rays.angles - 0.5 * np.pi)))
    for k in range(len(currents)):
        signs = ""
        for ray in (0, middle):
            above = np.flatnonzero(magnitude[k, ray] >= level)
            place = int(above[-1]) if len(above) else 0
            signs += "+" if rays.bz[ray, place] @ currents[k] > 0 else "-"
        names.append(signs)
    return names


def _notes(figures: Figures, size: Dimensions, ensemble: Ensemble, tallies: list[_Tally]) -> list[str]:
    notes = []
    if size.defaults_used:
        notes.append(f"class default for {', '.join(size.defaults_used)}: the ensemble's band is drawn 1.5 times wider")
    levels = {f.level for f in figures.lines}
    if len(levels) == 1 and not figures.points:
        notes.append("one line only: the figures are not cross-checked, and swapped axes or a wrong B0 would pass")
    if not levels:
        notes.append("no line is published: the far lines rest on the design prior and the near-field figures alone")
    if len(ensemble.branches) > 1:
        told = ", ".join(f"({b.signs[0]},{b.signs[1]}){b.signs[2:]} {100 * b.weight:.0f} %" for b in ensemble.branches)
        notes.append(
            "the figures do not settle the sign of Bz on the axis and on the mid-plane at the far line, nor whether "
            f"it bulges in a lobe between them: {told}"
        )
    return notes


def _refused(data: MagnetModel) -> list[str]:
    return [f"{p.name}: a transient envelope is never fitted" for p in data.published if p.quantity == "transient"]
