"""Neighbours that nobody mentioned: assessed, declared absent, or not assessed, by name.

Two nets: every class of neighbour that can matter must be present as an entry or declared
``[[absent]]``; and a room whose name or use suggests a sensitive thing must have an entry of it.
The table of classes and words is ``data/guidance/neighbours.toml``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from mrsite.base.data import data_folder
from mrsite.base.text import inert
from mrsite.base.toml import read_toml
from mrsite.checks import supply
from mrsite.checks.enclosure import usable
from mrsite.checks.finding import Finding, Missing, Who
from mrsite.checks.judge import rules_of, state
from mrsite.guidance.packs import Rule
from mrsite.site.evidence import Evidence, Wanted
from mrsite.site.project import Project, Space
from mrsite.site.surroundings.tables import kind_of

KINDS = ("neighbour-classes",)

#: A block is the item of an entry where it lies this near to its outline, m.
_SAME_THING_M = 2.0


@dataclass(frozen=True)
class NeighbourClass:
    """A class of neighbour, how it is recognised, and which entries answer for it."""

    id: str
    label: str
    equipment: tuple[str, ...]  #: classes of the equipment table
    moving: tuple[str, ...]  #: kinds of [[moving_metal]]
    words: tuple[str, ...]  #: patterns in names and uses of rooms
    rules: tuple[str, ...]  #: the rules that speak of it, where they are in use
    ask: str


@cache
def classes() -> tuple[NeighbourClass, ...]:
    """Return the shipped classes of neighbour."""
    rows = read_toml(data_folder("guidance") / "neighbours.toml").data["neighbour"]
    return tuple(
        NeighbourClass(
            r["id"],
            r["label"],
            tuple(r.get("equipment", ())),
            tuple(r.get("moving", ())),
            tuple(r["words"]),
            tuple(r.get("rules", ())),
            r["ask"],
        )
        for r in rows
    )


@cache
def plain_uses() -> frozenset[str]:
    """Return the uses of rooms that hold no sensitive thing, as they are folded."""
    return frozenset(_fold(w) for w in read_toml(data_folder("guidance") / "neighbours.toml").data["plain_uses"])


def wants(project: Project) -> Wanted:
    """Ask for nothing: what is here is judged by the checks of its kind."""
    return Wanted()


def check(project: Project, evidence: Evidence) -> list[Finding]:
    """Say of every class of neighbour whether it was assessed, is absent, or was not."""
    findings = _unheard(project)
    for kind in classes():
        rules = _rules(project, kind)
        if not rules:
            continue
        suspects = _suspects(project, kind)
        answered = _answered(project, kind)
        for space in suspects:
            if not _entry_in(project, kind, space):
                findings.append(
                    state(
                        "neighbours",
                        rules,
                        f"{kind.label} in {space.label}",
                        "not-assessed",
                        f"The name or use of {space.label} suggests {kind.label}, and no entry says what stands there.",
                        remedy=_entry(kind, space),
                        supply=_missing(kind, space),
                        storey=space.storey,
                        kind="neighbour",
                        location=space.polygon if usable(space) else None,
                    )
                )
        drawn = [d for d in _drawn(project, kind) if not _held(project, kind, d, suspects)]
        for thing in drawn:
            findings.append(
                state(
                    "neighbours",
                    rules,
                    f"{kind.label} drawn as {thing.name}",
                    "not-assessed",
                    f"The drawing shows {thing.name} at ({thing.at[0]:.1f}, {thing.at[1]:.1f}), which suggests "
                    f"{kind.label}, and no entry says what it is.",
                    remedy=_entry(kind, None),
                    storey=thing.storey,
                    kind="neighbour",
                )
            )
        said = next((a for a in project.absent if _fold(a.kind) in _names(kind)), None)
        hints = [*(s.label for s in suspects), *(d.name for d in drawn)]
        if answered or (hints and said is None):
            continue
        if said is not None and hints:
            findings.append(
                state(
                    "neighbours",
                    rules,
                    kind.label,
                    "warn",
                    f"{kind.label.capitalize()} is declared absent by {said.stated_by}, but {hints[0]} suggests one.",
                    remedy="Correct the declaration or add the entry.",
                    kind="neighbour",
                )
            )
        elif said is not None:
            near = f" within {said.within_m:g} m" if said.within_m else ""
            findings.append(
                state(
                    "neighbours",
                    rules,
                    kind.label,
                    "pass",
                    f"No {kind.label.removeprefix('a ').removeprefix('an ')}{near}, as stated by "
                    f"{said.stated_by}{f' on {said.date}' if said.date else ''}.",
                    basis="attested",
                    kind="neighbour",
                )
            )
        else:
            findings.append(
                state(
                    "neighbours",
                    rules,
                    kind.label,
                    "not-assessed",
                    f"Nobody says whether there is {kind.label} near the magnet.",
                    remedy=f'Add it, or [[absent]] with kind = "{kind.id}", within_m and stated_by (ask {kind.ask}).',
                    supply=_missing(kind, None),
                    kind="neighbour",
                )
            )
    return findings


@dataclass(frozen=True)
class Drawn:
    """A block or fixture of a drawing whose name suggests a neighbour."""

    name: str
    storey: str
    at: tuple[float, float]


def _drawn(project: Project, kind: NeighbourClass) -> list[Drawn]:
    """Return the blocks and lifts that are drawn and suggest this class, one a name and storey."""
    found: dict[tuple[str, str], Drawn] = {}
    for storey in project.storeys:
        if storey.plan is None:
            continue
        for block in storey.plan.blocks:
            if _suggests(kind, block.name):
                drawn = Drawn(f"block {inert(block.name, 60)}", storey.name, block.at)
                found.setdefault((storey.name, block.name), drawn)
        for fixture in storey.plan.lifts if "lift" in kind.moving else ():
            found.setdefault((storey.name, "lift"), Drawn("a lift", storey.name, fixture.at))
    return list(found.values())


def _held(project: Project, kind: NeighbourClass, thing: Drawn, suspects: list[Space]) -> bool:
    """Whether an entry or a suspicious room already speaks of what is drawn there."""
    import shapely

    here = shapely.Point(thing.at)
    moves = any(_fold(m.kind) in {_fold(w) for w in kind.moving} for m in project.moving_metal)
    near = any(
        e.class_ is not None
        and e.class_.id in kind.equipment
        and e.storey == thing.storey
        and e.footprint is not None
        and e.footprint.distance(here) <= _SAME_THING_M
        for e in project.equipment
    )
    named = any(s.storey == thing.storey and usable(s) and s.polygon.covers(here) for s in suspects)
    return moves or near or named


@lru_cache(maxsize=65536)
def _suggests(kind: NeighbourClass, text: str) -> bool:
    folded = f" {_fold(text)} ".replace("-", " ")
    return any(re.search(rf"(?<!\w){pattern}(?!\w)", folded) for pattern in kind.words)


def _rules(project: Project, kind: NeighbourClass) -> tuple[Rule, ...]:
    """Return the rule on this class, then that on completeness; nothing where no pack asks."""
    general = rules_of(project, *KINDS)
    own = [r for pack in project.packs for r in pack.rules if r.id in kind.rules and r.reach == "computed"]
    return (*own, *general) if general else ()


def _fold(word: str) -> str:
    return re.sub(r"[\W_]+", "-", word.casefold()).strip("-")


def _unheard(project: Project) -> list[Finding]:
    """Say which absences are of no class that any rule asks for: they answer nothing."""
    rules = rules_of(project, *KINDS)
    known = {name for kind in classes() for name in _names(kind)}
    return [
        state(
            "neighbours",
            rules,
            f"absence of {entry.kind}",
            "not-assessed",
            f"{entry.kind!r} is declared absent by {entry.stated_by}, but no class of neighbour is called so.",
            remedy=f"Use one of {', '.join(kind.id for kind in classes())}.",
            kind="neighbour",
        )
        for entry in (project.absent if rules else ())
        if _fold(entry.kind) not in known and kind_of(entry.kind) is None
    ]


def _names(kind: NeighbourClass) -> set[str]:
    return {_fold(w) for w in (kind.id, kind.label, *kind.equipment, *kind.moving)}


def _suspects(project: Project, kind: NeighbourClass) -> list[Space]:
    """Return the spaces whose name or use suggests this class, the magnets' own rooms apart.

    Where the file states a use that holds no such thing (a control room, a corridor), the name
    alone suggests nothing: "CT WAITING" stated as waiting is a waiting room.
    """
    return [
        s
        for s in project.spaces
        if _fold(s.use or "") not in plain_uses() and _suggests(kind, f"{s.name or ''} {s.use or ''}")
    ]


def _answered(project: Project, kind: NeighbourClass) -> bool:
    return any(e.class_ is not None and e.class_.id in kind.equipment for e in project.equipment) or any(
        _fold(m.kind) in {_fold(w) for w in kind.moving} for m in project.moving_metal
    )


def _entry_in(project: Project, kind: NeighbourClass, space: Space) -> bool:
    """Whether an entry of this class lies in a space (or, for what moves, is there at all)."""
    if any(_fold(m.kind) in {_fold(w) for w in kind.moving} for m in project.moving_metal):
        return True
    for item in project.equipment:
        if item.class_ is None or item.class_.id not in kind.equipment or item.storey != space.storey:
            continue
        if not usable(space) or item.footprint is None or item.footprint.intersects(space.polygon):
            return True
    return False


def _missing(kind: NeighbourClass, space: Space | None) -> tuple[Missing, ...]:
    who: Who = kind.ask.split()[-1]  # type: ignore[assignment]
    if space is None:
        return supply.entry(
            who,
            f"neighbours ({who})",
            "[[absent]]",
            f'kind = "{kind.id}"',
            "within_m = 20.0",
            'stated_by = "ROLE"',
            'date = "2026-01-01"',
        )
    what = kind.equipment[0] if kind.equipment else kind.moving[0]
    if kind.equipment:
        return supply.entry(
            who,
            space.label,
            "[[equipment]]",
            'id = "ITEM"',
            f'class = "{what}"',
            f"room = {supply.quoted(space.number or space.name or space.id)}",
        )
    return supply.entry(
        who, space.label, "[[moving_metal]]", 'id = "ITEM"', f'kind = "{what}"', "path = [[0.0, 0.0], [1.0, 0.0]]"
    )


def _entry(kind: NeighbourClass, space: Space | None) -> str:
    what: Any = kind.equipment[0] if kind.equipment else kind.moving[0]
    table = "equipment" if kind.equipment else "moving_metal"
    word = "class" if kind.equipment else "kind"
    where = f" in {space.label}, or say what the room holds by use" if space is not None else ""
    return f'Add [[{table}]] with {word} = "{what}"{where} (ask {kind.ask}).'
