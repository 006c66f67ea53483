"""How the drawings of the storeys lie on one another: by what is stated, by what both show, else not at all.

The first drawing's frame is the site's, unless a tie puts that drawing somewhere itself: then the site's frame is the
one that the ties speak of, and a drawing without a tie has to be shown to lie on one that is placed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mrsite.base.text import inert
from mrsite.base.toml import Document
from mrsite.plans.plan import Plan
from mrsite.site.frames import SAME_FRAME, Similarity, from_georeference, from_tie, laid_on
from mrsite.site.schema import StoreyEntry

#: A tie may miss what grid lines or shafts show by so much: points are read off a screen (m).
_MISS_M = 0.1
#: Two buildings, or wings at one height, cannot stand in one another: so much of the smaller may, of boxes around them.
_IN_ONE_ANOTHER = 0.2


@dataclass(frozen=True)
class Registered:
    """How one storey's drawing lies on the site.

    Parameters
    ----------
    to_site : Similarity
    how : str or None
        What shows it, in words; None where nothing does.
    note : str
        What contradicts it, in words; empty where nothing does.
    miss_m : float
        How far it may be out by what contradicts it, m.
    """

    to_site: Similarity = SAME_FRAME
    how: str | None = None
    note: str = ""
    miss_m: float = 0.0


def register(
    entries: Sequence[StoreyEntry], plans: Sequence[Plan | None], document: Document
) -> tuple[Registered, ...]:
    """Put the drawings of all storeys on the site.

    Raises
    ------
    InputError
        A tie whose points coincide or do not fit.
    """
    placed: dict[int, Registered] = {}
    first = next((k for k, plan in enumerate(plans) if plan is not None), None)
    for k, (entry, plan) in enumerate(zip(entries, plans)):
        if entry.tie is not None:
            where = document.where("storey", k, "tie")
            placed[k] = Registered(from_tie(entry.tie.here, entry.tie.site, where), "tie points")
        elif plan is None:
            placed[k] = Registered(how="no drawing: stated in site coordinates")
        elif k == first:
            placed[k] = Registered(how="reference drawing")
    waiting = [k for k in range(len(entries)) if k not in placed]
    while found := [(k, laid) for k in waiting if (laid := _shown(k, placed, entries, plans)) is not None]:
        placed.update(found)
        waiting = [k for k in waiting if k not in placed]
    for k, entry in enumerate(entries):
        if entry.tie is not None:
            others = {j: r for j, r in placed.items() if j != k and r.how is not None}
            placed[k] = _doubted(placed[k], _shown(k, others, entries, plans), plans[k])
    return tuple(placed.get(k, Registered()) for k in range(len(entries)))


def _shown(
    k: int, placed: dict[int, Registered], entries: Sequence[StoreyEntry], plans: Sequence[Plan | None]
) -> Registered | None:
    """How a drawing lies on one that is placed: the same model, both georeferences, grid lines or shafts."""
    plan = plans[k]
    if plan is None:
        return None
    others = [(j, other) for j in sorted(placed) if (other := plans[j]) is not None]
    for j, other in others:
        if plan.storeys and plan.sha256 == other.sha256:
            return Registered(placed[j].to_site, "storeys of one building model")
    for j, other in others:
        if (laid := from_georeference(plan, other)) is not None:
            return Registered(laid.then(placed[j].to_site), "the georeferences of both drawings")
    for j, other in others:
        shown = laid_on(plan, other)
        if shown is not None and (_over(entries[j], entries[k]) or _beside(plan, other, shown[0])):
            how = shown[1] if j == others[0][0] else f"{shown[1]} (with {inert(entries[j].name)})"
            return Registered(shown[0].then(placed[j].to_site), how)
    return None


def _over(a: StoreyEntry, b: StoreyEntry) -> bool:
    """Whether two storeys lie over one another: of one building, and not at one height."""
    return a.building == b.building and a.elevation != b.elevation


def _beside(plan: Plan, other: Plan, to_other: Similarity) -> bool:
    """Whether two drawings, one laid on the other, show two places: each building may have its own grid line A."""
    from shapely import box

    mine, theirs = to_other.geometry(box(*plan.extent)), box(*other.extent)
    return bool(mine.intersection(theirs).area <= _IN_ONE_ANOTHER * min(mine.area, theirs.area))


def _doubted(tied: Registered, shown: Registered | None, plan: Plan | None) -> Registered:
    """Return what a tie says, with a note where what the drawings show says otherwise."""
    if shown is None or plan is None:
        return tied
    x0, y0, x1, y1 = plan.extent
    miss = max(math.dist(tied.to_site.point(p), shown.to_site.point(p)) for p in ((x0, y0), (x1, y1)))
    if miss <= _MISS_M:
        return tied
    return Registered(
        tied.to_site,
        tied.how,
        f"its tie puts it up to {miss:.2f} m from where it lies by {shown.how}: one of them is wrong; the tie is used, "
        "and every line from or to another storey may be out by as much",
        miss,
    )
