"""A new revision of a drawing against the site file: what moved, what no longer holds, which findings could change."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mrsite.base.errors import InputError, UnitsError
from mrsite.base.text import inert
from mrsite.plans import read_plan
from mrsite.plans.plan import Plan
from mrsite.plans.revision.compare import compare_plans
from mrsite.plans.revision.edits import PlanChanges
from mrsite.site.load import model_storey
from mrsite.site.schema import SiteFile, StoreyEntry, read_site_file
from mrsite.site.statements.check import check_statements
from mrsite.site.statements.row import Row

#: A finding this near to an edit may change with it, m.
_NEAR_M = 1.0


@dataclass(frozen=True)
class Affected:
    """A finding of an earlier assessment that could change, and why."""

    finding: Mapping[str, Any]
    why: str


@dataclass(frozen=True, eq=False)
class Revision:
    """What a new drawing means for a site.

    Parameters
    ----------
    storey : str
        The storey whose drawing was revised.
    changes : PlanChanges
        Edits, each told once.
    rows : tuple of Row
        Every statement of the site file on that storey: misses, look, holds.
    affected : tuple of Affected or None
        None where no earlier result was given.
    notes : tuple of str
        What was not compared, or taken to be so.
    """

    site: str
    storey: str
    changes: PlanChanges
    rows: tuple[Row, ...]
    affected: tuple[Affected, ...] | None
    notes: tuple[str, ...]

    @property
    def misses(self) -> int:
        """How many statements no longer hold."""
        return sum(r.verdict == "misses" for r in self.rows)

    def conclusion(self) -> str:
        """Say it in one sentence."""
        edits, look = len(self.changes.edits), sum(r.verdict == "look" for r in self.rows)
        told = "nothing was changed" if not edits else f"{edits} edit{'s' * (edits > 1)}"
        held = f"{self.misses} of {len(self.rows)} statements on {inert(self.storey)} no longer hold, {look} to look at"
        could = "" if self.affected is None else f"; {len(self.affected)} findings could change"
        return f"{told}; {held}{could}"


def plan_diff(
    old: str | Path,
    new: str | Path,
    site: str | Path,
    *,
    storey: str | None = None,
    units: str | None = None,
    findings: Sequence[Mapping[str, Any]] | None = None,
) -> Revision:
    """Compare two revisions of a drawing and judge a site file by them.

    Parameters
    ----------
    old, new : path
        Drawings. Neither need be the one that the site file names now.
    site : path of a site file
    storey : str, optional
        The storey they show; by default the one whose plan is one of the two.
    units : str, optional
        Unit of the new drawing, where it does not say or says it wrong.
    findings : sequence of mapping, optional
        Findings of an earlier assessment, as in ``findings.json``.

    Raises
    ------
    InputError
        A drawing or the site file cannot be read, the storey is not known, or the two drawings do not
        show one building.
    """
    site_file, document = read_site_file(Path(site))
    entry = _storey(site_file, document.path.parent, Path(old), Path(new), storey)
    before = _read(Path(old), entry, entry.units)
    after, notes = _read_new(Path(new), entry, before, units)
    changes = compare_plans(before, after)
    if notes and changes.alignment.scale != 1.0:
        raise InputError(
            f"{Path(new).name}: its unit is not certain, and read as {before.unit} it is "
            f"{changes.alignment.scale:.4g} times the size of {Path(old).name}; say --units"
        )
    rows = check_statements(site_file, document, entry.name, changes)
    affected = None if findings is None else _affected(findings, entry.name, changes, rows)
    return Revision(site_file.site.name, entry.name, changes, rows, affected, (*notes, *changes.notes))


def _storey(site_file: SiteFile, folder: Path, old: Path, new: Path, name: str | None) -> StoreyEntry:
    if name is not None:
        found = [s for s in site_file.storey if s.name == name]
        if not found:
            raise InputError(f"no storey is called {inert(name)!r}; there are: {_names(site_file.storey)}")
        return found[0]
    drawn = [s for s in site_file.storey if s.plan is not None]
    hashes = {_sha256(p) for p in (old, new) if p.is_file()}
    same = [s for s in drawn if (p := folder / str(s.plan)).is_file() and _sha256(p) in hashes]
    called = [s for s in drawn if Path(str(s.plan)).name in (old.name, new.name)]
    for found in (same, called):
        if len(found) == 1:
            return found[0]
    if len(drawn) == 1:
        return drawn[0]
    raise InputError(f"which storey do the drawings show? say --storey; there are: {_names(site_file.storey)}")


def _names(storeys: Sequence[StoreyEntry]) -> str:
    return ", ".join(inert(s.name) for s in storeys)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _read(path: Path, entry: StoreyEntry, units: str | None) -> Plan:
    layers = None
    if entry.layers is not None:
        layers = {kind: patterns for kind, patterns in entry.layers.model_dump().items() if patterns}
    return read_plan(path, units=units, window=entry.window, layers=layers, storey=model_storey(entry, path))


def _read_new(path: Path, entry: StoreyEntry, before: Plan, units: str | None) -> tuple[Plan, tuple[str, ...]]:
    """Read the new drawing by its own evidence; where that is not enough the old one is a scale to measure it by."""
    if units is not None:
        return _read(path, entry, units), ()
    try:
        return _read(path, entry, None), ()
    except UnitsError:
        note = f"the unit of the new drawing is not certain by itself; it was read as {before.unit}, as the old one is"
        return _read(path, entry, before.unit), (note,)


def _affected(
    findings: Sequence[Mapping[str, Any]], storey: str, changes: PlanChanges, rows: Sequence[Row]
) -> tuple[Affected, ...]:
    """Findings that lie where something was changed, speak of it, or rest on one that does."""
    out: dict[str, Affected] = {}
    places = _places(changes)
    words = _words(changes, rows)
    for finding in findings:
        if finding.get("storey") not in (storey, None):
            continue
        why = _why(finding, changes, places, words)
        if why:
            out[str(finding["id"])] = Affected(finding, why)
    known = {str(f["id"]): f for f in findings}
    while True:  # what rests on a finding that could change could change
        more = {
            key: Affected(f, f"it rests on {on}")
            for key, f in known.items()
            if key not in out
            for on in f.get("depends_on", ())
            if on in out
        }
        if not more:
            break
        out.update(more)
    return tuple(out[str(f["id"])] for f in findings if str(f["id"]) in out)


def _places(changes: PlanChanges) -> list[tuple[Any, str]]:
    """Where the edits are, on the old drawing, since there the findings are."""
    import numpy as np
    from shapely import transform

    return [
        (transform(e.shape, lambda xy: np.asarray(changes.alignment.to_old(xy))).buffer(_NEAR_M), e.said)
        for e in changes.edits
        if e.shape is not None
    ]


def _words(changes: PlanChanges, rows: Sequence[Row]) -> list[tuple[re.Pattern[str], str]]:
    """What is spoken of where something changed: rooms of edits, subjects of statements that miss."""
    pairs = [(word, e.said) for e in changes.edits for word in e.rooms]
    pairs += [(r.subject.split(" ", 1)[-1], f"{r.subject}: {r.said}") for r in rows if r.verdict == "misses"]
    return [(re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE), why) for word, why in pairs if word]


def _why(
    finding: Mapping[str, Any],
    changes: PlanChanges,
    places: Sequence[tuple[Any, str]],
    words: Sequence[tuple[re.Pattern[str], str]],
) -> str:
    from shapely.geometry import shape

    if not changes.alignment.same and finding.get("storey") is not None:
        return "the whole drawing was moved"
    if finding.get("location"):
        at = shape(finding["location"])
        near = next((why for place, why in places if place.intersects(at)), "")
        if near:
            return near
    text = f"{finding.get('subject', '')} {finding.get('message', '')}"
    return next((why for pattern, why in words if pattern.search(text)), "")
