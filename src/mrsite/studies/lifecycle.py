"""A building through a change of magnets: as it is, during the works, as planned.

The statuses of the scanners say which stands when: an *existing* one throughout, one to be *removed*
until it is taken out, a *proposed* one from then on. Each phase is assessed like any site.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mrsite.base.errors import InputError
from mrsite.base.quantity import Banded
from mrsite.checks.finding import STATUSES, Finding, Outcome
from mrsite.checks.run import assess
from mrsite.site.load import load_project
from mrsite.site.project import Project, Scanner
from mrsite.site.schema import read_site_file
from mrsite.site.spaces import space_at

Progress = Callable[[str, float], None]

#: The three states of a building, in their order in time.
NOW, WORKS, PLANNED = "as it is", "during the works", "as planned"
LEVELS_T = (0.5e-3, 3e-3)


@dataclass(frozen=True)
class Phase:
    """One state of the building.

    Parameters
    ----------
    name : str
        `NOW`, `WORKS`, `PLANNED`, or of a magnet that moves ``MR1 at position 2``.
    standing : tuple of str
        Ids of the scanners that stand.
    outcome : Outcome or None
        None where no magnet stands: then there is no field to judge.
    """

    name: str
    standing: tuple[str, ...]
    outcome: Outcome | None


@dataclass(frozen=True)
class LineMove:
    """One line of one storey, before and after.

    Parameters
    ----------
    before, after : Banded, m2
        Area inside the envelope.
    gained, lost : float, m2
        Area inside the outer edge afterwards and not before, and the reverse.
    told_apart : bool
        Whether the two areas differ by more than their bands.
    spaces : tuple of str
        Spaces not restricted that the outer edge newly reaches.
    """

    storey: str
    level_T: float
    before: Banded
    after: Banded
    gained: float
    lost: float
    told_apart: bool
    spaces: tuple[str, ...]


@dataclass(frozen=True)
class Lifecycle:
    """What the change of magnets does.

    Parameters
    ----------
    pairs : tuple of (Scanner, Scanner)
        An old magnet and the new one in its room.
    moves : tuple of LineMove
    changes : tuple of (Finding or None, Finding or None)
        Findings before and after whose status differs, the worst afterwards first; None where there is
        no such finding.
    ways : tuple of Finding
        On the ways by which magnets come and go.
    positions : tuple of Phase
        Each position of a magnet that moves, by itself.
    """

    project: Project
    phases: tuple[Phase, ...]
    pairs: tuple[tuple[Scanner, Scanner], ...]
    moves: tuple[LineMove, ...]
    changes: tuple[tuple[Finding | None, Finding | None], ...]
    ways: tuple[Finding, ...]
    positions: tuple[Phase, ...]

    @property
    def removed(self) -> tuple[Scanner, ...]:
        """The magnets that are taken away."""
        return tuple(s for s in self.project.scanners if s.status == "removed")


def lifecycle(path: Path | str, *, progress: Progress | None = None) -> Lifecycle:
    """Assess a site before, during and after a change of its magnets.

    Parameters
    ----------
    path : path of a site file
    progress : callable, optional
        Told in words what is being done, and the share done, 0 to 1.

    Raises
    ------
    InputError
        The site cannot be read, or nothing in it changes: every scanner stands and none moves.
    """
    return lifecycle_of(load_project(*read_site_file(path)), progress=progress)


def lifecycle_of(project: Project, *, progress: Progress | None = None) -> Lifecycle:
    """Do the same for a project that was read."""
    movers = [s for s in project.scanners if s.status != "removed" and len(s.poses) > 1]
    if not movers and len({s.status for s in project.scanners}) == 1 and project.scanners[0].status != "removed":
        raise InputError(
            f"{Path(project.path).name}: nothing changes here: every scanner is {project.scanners[0].status!r}; "
            'give [[scanner]] status = "existing", "removed" or "proposed", or positions of one that moves'
        )
    tell = progress or (lambda _what, _share: None)
    names = (NOW, WORKS, PLANNED)
    phases = []
    for k, name in enumerate(names):
        tell(name, k / (len(names) + len(movers)))
        phases.append(_phase(name, project))
    positions = []
    for k, scanner in enumerate(movers):
        tell(scanner.id, (len(names) + k) / (len(names) + len(movers)))
        positions += _positions(project, scanner)
    before, after = phases[0].outcome, phases[-1].outcome
    return Lifecycle(
        project,
        tuple(phases),
        _pairs(project),
        _moves(before, after) if before is not None and after is not None else (),
        _changes(before, after) if before is not None and after is not None else (),
        (*_ways(before, "removal"), *_ways(after, "delivery")),
        tuple(positions),
    )


def _phase(name: str, project: Project) -> Phase:
    here = project.scanners
    if name != PLANNED:
        here = tuple(s for s in here if s.status != "proposed")
    if name == NOW:
        here = tuple(replace(s, status="existing") for s in here)
    standing = tuple(s.id for s in here if s.status != "removed")
    return Phase(name, standing, assess(replace(project, scanners=here)) if standing else None)


def _positions(project: Project, scanner: Scanner) -> list[Phase]:
    phases = []
    for k, pose in enumerate(scanner.poses, 1):
        others = tuple(replace(s, poses=(pose,)) if s.id == scanner.id else s for s in project.scanners)
        standing = tuple(s.id for s in others if s.status != "removed")
        phases.append(Phase(f"{scanner.id} at position {k}", standing, assess(replace(project, scanners=others))))
    return phases


def _pairs(project: Project) -> tuple[tuple[Scanner, Scanner], ...]:
    """Old and new magnets that stand in one room."""

    def room(scanner: Scanner) -> Any:
        storey = project.storey(scanner.storey)
        return space_at(project.spaces, storey.name, storey.to_site.back(scanner.poses[0].position[:2]))

    new = [(s, room(s)) for s in project.scanners if s.status == "proposed"]
    return tuple(
        (old, other)
        for old in project.scanners
        if old.status == "removed" and (here := room(old)) is not None
        for other, there in new
        if there is not None and there.id == here.id
    )


def _moves(before: Outcome, after: Outcome) -> tuple[LineMove, ...]:
    found = []
    for storey in after.project.storeys:
        for level in LEVELS_T:
            old, new = before.evidence.region(storey.name, level), after.evidence.region(storey.name, level)
            if old is None or new is None or (old.upper.is_empty and new.upper.is_empty):
                continue
            first, second = _area(old), _area(new)
            reached = tuple(
                s.label
                for s in after.project.spaces
                if s.storey == storey.name
                and s.polygon is not None
                and s.occupancy not in ("restricted", "none")
                and s.polygon.intersects(new.upper)
                and not s.polygon.intersects(old.upper)
            )
            found.append(
                LineMove(
                    storey.name,
                    level,
                    first,
                    second,
                    float(new.upper.difference(old.upper).area),
                    float(old.upper.difference(new.upper).area),
                    first.upper < second.lower or second.upper < first.lower,
                    reached,
                )
            )
    return tuple(found)


def _area(region: Any) -> Banded:
    return Banded(float(region.central.area), float(region.lower.area), float(region.upper.area), "m2")


def _changes(before: Outcome, after: Outcome) -> tuple[tuple[Finding | None, Finding | None], ...]:
    old = {f.id: f for f in before.findings}
    new = {f.id: f for f in after.findings}
    pairs = [(old.get(id_), new.get(id_)) for id_ in dict.fromkeys((*new, *old))]
    return tuple(sorted((p for p in pairs if _status(p[0]) != _status(p[1])), key=lambda p: _rank(p[1])))


def _status(finding: Finding | None) -> str | None:
    return None if finding is None else finding.status


def _rank(finding: Finding | None) -> int:
    return len(STATUSES) if finding is None else STATUSES.index(finding.status)


def _ways(outcome: Outcome | None, kind: str) -> tuple[Finding, ...]:
    return () if outcome is None else tuple(f for f in outcome.findings if f.rule == f"WAY-{kind}")
