"""Finding a room of a plan by what a person calls it."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from mrsite.base.errors import InputError
from mrsite.plans.plan import Plan, Room


def rooms_called(plan: Plan, reference: str) -> list[Room]:
    """Return the rooms of a number, else of a name, else of an id; several where it is ambiguous."""
    word = _fold(reference)
    for key in ("number", "name", "id"):
        found = [r for r in plan.rooms if word and _fold(getattr(r, key)) == word]
        if found:
            return found
    return [
        r for r in plan.rooms if word and word in (_fold(p) for p in (*r.name.split(" / "), *r.number.split(" / ")))
    ]


def find_room(plan: Plan, reference: str) -> Room:
    """Return the one room of that number, name or id.

    Raises
    ------
    InputError
        There is none (the nearest names are told), or there are several (their places are told).
    """
    found = rooms_called(plan, reference)
    if len(found) == 1:
        return found[0]
    name = plan.path.replace("\\", "/").rsplit("/", 1)[-1]
    if found:
        raise InputError(
            f"{name}: room {reference!r} is there {len(found)} times, {_places(found)}; give at = [x, y] to say which"
        )
    known = [w for r in plan.rooms for w in (r.number, r.name) if w]
    near = difflib.get_close_matches(reference, known, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(repr(n) for n in near)}" if near else f"{len(plan.rooms)} rooms were read"
    raise InputError(f"{name}: no room is called {reference!r}; {hint}, or give at = [x, y]")


def ambiguous(rooms: Sequence[Room]) -> list[str]:
    """Say which rooms cannot be told apart by number or name, with their places."""
    out = []
    seen: dict[tuple[str, str], list[Room]] = {}
    for r in rooms:
        if r.number:
            seen.setdefault(("number", r.number), []).append(r)
        elif r.name:
            seen.setdefault(("name", r.name), []).append(r)
    for (what, word), found in seen.items():
        if len(found) > 1 and len({r.storey for r in found}) < len(found):
            out.append(f"{what} {word!r} is there {len(found)} times, {_places(found)}: use at = [x, y]")
    return out


def _places(rooms: Sequence[Room]) -> str:
    points = [r.polygon.representative_point() for r in rooms[:4]]
    return "at " + " and ".join(f"({p.x:.2f}, {p.y:.2f})" for p in points) + (" ..." if len(rooms) > 4 else "")


def _fold(text: str) -> str:
    return " ".join(text.casefold().split())
