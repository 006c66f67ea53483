"""Rooms: faces with their tags, judged against printed areas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mrsite.plans.drawing import Array, Ints
from mrsite.plans.plan import Cull, Status
from mrsite.plans.tags import Tag, TagText, group_texts, tag_of

# A printed area may be rounded to 0.1 m2 or 1 sq ft and exclude a pillar.
AREA_TOLERANCE = 0.05
OPEN_TOLERANCE = 0.12
# Letters smaller than this share of a label's are those of a note.
NOTE_HEIGHT = 0.8
# Without a label or a door, what is larger than this is the outline of a building or a site.
OUTLINE_M2 = 1500.0


@dataclass(frozen=True, eq=False)
class Space:
    """A face taken as a room, in local metres."""

    polygon: Any
    name: str
    number: str
    printed_m2: float | None
    tags: tuple[Tag, ...]
    status: Status
    reason: str
    source: str

    @property
    def labelled(self) -> bool:
        """Whether the drawing names or numbers it."""
        return bool(self.name or self.number)


def locate(points: Array, faces: Sequence[Any]) -> Ints:
    """Index of the face that holds each point, the smallest where several do; -1 for none."""
    from shapely import STRtree, area
    from shapely import points as make

    out = np.full(len(points), -1, dtype=np.int64)
    if not len(points) or not len(faces):
        return out
    i, j = STRtree(list(faces)).query(make(points), predicate="intersects")
    size = area(np.array(list(faces), dtype=object))[j]
    order = np.lexsort((-size, i))
    out[i[order]] = j[order]
    return out


def assign_tags(texts: Sequence[TagText], faces: Sequence[Any]) -> tuple[dict[int, list[Tag]], list[Tag]]:
    """Put tags into faces; return them by face, and the tags that stand in none."""
    if not texts:
        return {}, []
    where = locate(np.array([t.at for t in texts]), faces)
    inside: dict[int, list[Tag]] = {}
    loose: list[Tag] = []
    for members in group_texts(texts, where.tolist()):
        tag = tag_of(texts, members)
        if tag is None:
            continue
        at = [int(where[i]) for i in members if where[i] >= 0]
        if at:
            inside.setdefault(max(set(at), key=at.count), []).append(tag)
        else:
            loose.append(tag)
    return inside, loose


def prefer_layers(inside: dict[int, list[Tag]], label_layers: frozenset[int]) -> dict[int, list[Tag]]:
    """Keep in each face the tags of the layer that labels most faces; others only where it says nothing."""
    votes: dict[int, float] = {}
    for tags in inside.values():
        for layer in {t.layer for t in tags}:
            best = max((2.0 if t.area_m2 else 1.0) for t in tags if t.layer == layer)
            votes[layer] = votes.get(layer, 0.0) + best * (1.5 if layer in label_layers else 1.0)
    order = sorted(votes, key=lambda k: -votes[k])
    out = {}
    for face, tags in inside.items():
        for layer in order:
            mine = [t for t in tags if t.layer == layer]
            if any(t.name for t in mine) or (mine and layer == order[0]):
                out[face] = mine
                break
        else:
            out[face] = tags
    return out


def merge_tags(tags: Sequence[Tag]) -> tuple[str, str, float | None]:
    """Join the tags of one space: names and numbers once each, printed areas added where each has its own."""
    named = _without_notes([t for t in tags if t.name])
    chosen = named or list(tags)
    # A name repeated along a corridor is one label; the same name with another number is another room.
    seen: list[tuple[str, str]] = []
    for t in chosen:
        if (t.name, t.number) not in seen and not (not t.number and any(t.name == n for n, _ in seen)):
            seen.append((t.name, t.number))
    names = [n for n, _ in seen]
    unique = names if len(set(names)) == len(names) or len(seen) > 1 else names[:1]
    areas = [t.area_m2 for t in tags if t.area_m2]
    lonely = [t for t in tags if not t.name and t.area_m2]
    printed: float | None = None
    if areas:
        printed = (
            sum(areas) if len(seen) > 1 and len(areas) >= len(seen) else areas[0] if len(seen) <= 1 or lonely else None
        )
    numbers = [x for _, x in seen if x]
    if not numbers and len(tags) > len(named):
        numbers = list(dict.fromkeys(t.number for t in tags if t.number and not t.name))[:1]
    return " / ".join(n for n in unique if n), " / ".join(numbers), printed


def _without_notes(named: Sequence[Tag]) -> list[Tag]:
    """Leave out notes such as finishes: a name alone, in smaller letters than a label with its number or area."""
    whole = [t.height for t in named if t.number or t.area_m2]
    return [t for t in named if t.number or t.area_m2 or not whole or t.height > NOTE_HEIGHT * min(whole)]


def judge(area: float, printed: float | None, labels: int, labelled: bool) -> tuple[Status, str]:
    """Status of a labelled face from its area against the printed one."""
    if printed is None:
        return "proposed", "no printed area to check against" if labelled else "no label"
    off = area / printed - 1
    slack = 0.06 / printed
    if abs(off) <= (AREA_TOLERANCE if labels == 1 else OPEN_TOLERANCE) + slack:
        return "confirmed", ""
    return "withheld", f"the drawing prints {printed:.1f} m2 and its walls enclose {area:.1f} m2 ({off:+.0%})"


def make_spaces(faces: Sequence[Any], tags: dict[int, list[Tag]], doors_at: Ints) -> tuple[list[Space], list[Cull]]:
    """Turn faces into spaces.

    Parameters
    ----------
    faces : sequence of Polygon
    tags : mapping
        Tags by face.
    doors_at : (n,) int
        How many doors lead into each face; doorless openings do not count.
    """
    out: list[Space] = []
    voids = closed = outlines = 0
    labelled = sum(1 for f in range(len(faces)) if tags.get(f))
    many = labelled >= 3 and labelled >= 0.4 * len(faces)
    for f, polygon in enumerate(faces):
        area = float(polygon.area)
        mine = tags.get(f, [])
        if not mine:
            if doors_at[f] == 0 and (many or area < 6.0):
                voids += 1
                continue
            if doors_at[f] == 0 and area > OUTLINE_M2:
                outlines += 1
                continue
            if doors_at[f] == 0:
                closed += 1
                out.append(Space(polygon, "", "", None, (), "withheld", "no label and no door leads into it", "walls"))
                continue
            out.append(Space(polygon, "", "", None, (), "proposed", "no label", "walls"))
            continue
        name, number, printed = merge_tags(mine)
        labels = max(1, len(name.split(" / ")) if name else 1)
        status, reason = judge(area, printed, labels, bool(name or number))
        if labels > 1:
            reason = "; ".join(r for r in (f"{labels} labels with no wall between them", reason) if r)
        out.append(Space(polygon, name, number, printed, tuple(mine), status, reason, "walls"))
    culls = []
    if voids:
        culls.append(
            Cull("enclosed faces", voids, "no label and no door leads into them: voids, shafts, columns, ducts")
        )
    if outlines:
        culls.append(Cull("enclosed faces", outlines, f"over {OUTLINE_M2:.0f} m2 without label or door: outlines"))
    if closed:
        culls.append(Cull("enclosed faces", closed, "withheld: no label and no door leads into them"))
    return out, culls


def tell_of_suites(spaces: Sequence[Space], joins: Sequence[tuple[int, int]]) -> list[Space]:
    """Add to the reason of a withheld room what it comes to with the unnamed rooms that open off it.

    A label in the living room of a flat prints the area of the whole flat: the outline is right, the
    label speaks of more.
    """
    ways: dict[int, set[int]] = {}
    for a, b in joins:
        if a >= 0 and b >= 0 and a != b:
            ways.setdefault(a, set()).add(b)
            ways.setdefault(b, set()).add(a)
    out = list(spaces)
    for i, s in enumerate(spaces):
        if s.status != "withheld" or not s.printed_m2 or s.polygon.area >= s.printed_m2:
            continue
        suite, edge = {i}, [i]
        while edge:
            for k in ways.get(edge.pop(), ()):
                if k not in suite and not spaces[k].labelled:
                    suite.add(k)
                    edge.append(k)
        if len(suite) > 1:
            total = sum(float(spaces[k].polygon.area) for k in suite)
            share = total / s.printed_m2 - 1
            more = f"with the {len(suite) - 1} unnamed rooms that open off it {total:.1f} m2 ({share:+.0%})"
            out[i] = replace(s, reason=f"{s.reason}; {more}")
    return out


def reference_counts(rooms: Sequence[Any]) -> dict[tuple[str, str], int]:
    """How often each number and each name occurs."""
    out: dict[tuple[str, str], int] = {}
    for r in rooms:
        for key in ("number", "name"):
            value = getattr(r, key)
            if value:
                out[(key, value)] = out.get((key, value), 0) + 1
    return out
