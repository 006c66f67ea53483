"""A small scorer of our own: rooms by overlap, doors by distance, adjacency by pairs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from shapely.geometry import Polygon

from mrsite.plans.plan import Plan


@dataclass(frozen=True)
class Score:
    """Shares between 0 and 1, and how many rooms were made up."""

    rooms: float
    labels: float
    doors: float
    adjacency: float
    false_rooms: int


def score(plan: Plan, key: dict[str, Any]) -> Score:
    """Compare a plan with the key of a drawn one."""
    truth = {r["id"]: Polygon(r["polygon"], r["holes"]) for r in key["rooms"]}
    label = {r["id"]: (r["label"], r["number"]) for r in key["rooms"]}
    match: dict[str, str] = {}
    false_rooms = 0
    for room in plan.rooms:
        best = max(truth, key=lambda t: _overlap(truth[t], room.polygon))
        value = _overlap(truth[best], room.polygon)
        if value >= 0.8:
            match[best] = room.id
        elif value < 0.5:
            false_rooms += 1
    of = {room: t for t, room in match.items()}
    named = {r.id: (r.name, r.number) for r in plan.rooms}
    right = sum(named[room] == label[t] for t, room in match.items())
    used: set[int] = set()
    doors = edges = 0
    for d in key["doors"]:
        near = [(math.dist(p.at, d["at"]), k) for k, p in enumerate(plan.doors) if k not in used]
        if not near or min(near)[0] > 0.3:
            continue
        k = min(near)[1]
        used.add(k)
        doors += 1
        ends = {of.get(i, i) for i in plan.doors[k].room_ids}
        edges += ends == set(d["rooms"])
    n, m = len(truth), max(len(key["doors"]), 1)
    return Score(len(match) / n, right / n, doors / m, edges / m, false_rooms)


def _overlap(a: Any, b: Any) -> float:
    if not a.intersects(b):
        return 0.0
    common = float(a.intersection(b).area)
    return common / (float(a.area) + float(b.area) - common)
