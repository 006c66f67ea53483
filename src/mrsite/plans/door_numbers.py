"""Door numbers: attributes of door blocks, texts on door layers, and tags such as D1.07 beside a door."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from mrsite.base.data import data_folder
from mrsite.plans.drawing import Array, Drawing
from mrsite.plans.layers import classify_name
from mrsite.plans.leaves import Doorway
from mrsite.plans.plan import LayerDecision
from mrsite.plans.tags import fold

# A number stands within this of the opening or of the middle of what a leaf sweeps, m; in units of its letters' height.
REACH_M = 0.9
REACH_LETTERS = 3.0
# Two doors as near as this to one number leave it open which one bears it.
CLEAR_OF_NEXT = 1.2
# Where a prefix stands away from doors more often than this, it numbers rooms or other things.
BESIDE_DOORS = 0.7
_NUMBER = re.compile(r"^(?=\S*\d)[^\W_]{0,6}(?:[.\-/ ]?[^\W_]{1,5}){0,3}$")


@dataclass(frozen=True)
class DoorText:
    """A text that may number a door, ``at`` in local metres.

    ``rank`` is 0 for a door's attribute, 1 for a text on a door layer, 2 elsewhere.
    """

    words: str
    at: tuple[float, float]
    height: float
    rank: int
    prefix: str
    source: str


@cache
def _table() -> dict[str, frozenset[str]]:
    import tomllib

    with open(data_folder("plans") / "doors.toml", "rb") as stream:
        return {key: frozenset(words) for key, words in tomllib.load(stream).items()}


def door_texts(drawing: Drawing, decisions: Sequence[LayerDecision], scale: float) -> list[DoorText]:
    """Gather the texts that may number doors, in local metres."""
    in_door_block = {p.handle for p in drawing.inserts if _names_door(p.name)}
    out = []
    for t in drawing.texts:
        words = " ".join(t.text.split())
        if t.layer in drawing.hidden_layers or len(words) > 14 or not _NUMBER.match(words):
            continue
        prefix = re.match(r"[^\W\d_]*", fold(words)).group()  # type: ignore[union-attr]
        on_door = decisions[t.layer].kind == "door" or (t.group and t.group in in_door_block)
        tag = re.sub(r"[\W_]+", "", fold(t.source.removeprefix("attribute"))) if t.group else ""
        source = t.source if t.group else f"text on layer {decisions[t.layer].name}"
        if tag in _table()["number_tags"] or (tag in _table()["bare_tags"] and on_door):
            rank = 0
        elif on_door and not t.group:
            rank = 1
        elif prefix in _table()["prefixes"] and decisions[t.layer].kind in ("label", "unknown", "zero", "area"):
            rank = 2
        else:
            continue
        out.append(DoorText(words, (t.at[0] * scale, t.at[1] * scale), t.height * scale, rank, prefix, source))
    return out


@cache
def _names_door(name: str) -> bool:
    kind, score, _ = classify_name(name)
    return kind == "door" and score >= 0.6


def number_doors(
    ways: Sequence[Doorway], texts: Sequence[DoorText]
) -> tuple[list[Doorway], frozenset[tuple[float, float]]]:
    """Give each doorway the number that stands at it.

    A number goes to the nearest door and a door takes the surest, then the nearest number; where two
    doors are as near, neither takes it. A doorless opening with a number is a door whose leaf is not drawn.

    Returns
    -------
    ways : list of Doorway
    taken : set of points
        Where the texts stand that number doors: they name no room.
    """
    out = list(ways)
    index = [k for k, w in enumerate(ways) if w.kind != "window"]
    if not index or not texts:
        return out, frozenset()
    near = [_reached(t, [ways[k] for k in index]) for t in texts]
    share: dict[str, list[bool]] = {}
    for t, found in zip(texts, near, strict=True):
        if t.rank == 2:
            share.setdefault(t.prefix, []).append(bool(found))
    pairs = []
    for i, (t, found) in enumerate(zip(texts, near, strict=True)):
        if not found or (t.rank == 2 and np.mean(share[t.prefix]) < BESIDE_DOORS):
            continue
        if t.rank == 1 and _is_width(t.words, ways[index[found[0][1]]].width):
            continue
        pairs += [(t.rank, d, i, index[k]) for d, k in found]
    bears: dict[int, int] = {}
    used: dict[int, float] = {}
    for _, d, i, k in sorted(pairs):
        if i not in used and k not in bears:
            bears[k], used[i] = i, d
    taken = set()
    for k, i in bears.items():
        rivals = [d for d, j in near[i] if index[j] not in bears]
        if rivals and min(rivals) < CLEAR_OF_NEXT * used[i]:
            continue
        t, way = texts[i], ways[k]
        taken.add(t.at)
        out[k] = replace(way, number=t.words, number_from=t.source)
        if way.kind == "opening":
            out[k] = replace(out[k], kind="single", source="a door number at a wall gap, no leaf drawn", sure=2.0)
    return out, frozenset(taken)


def _reached(text: DoorText, ways: Sequence[Doorway]) -> list[tuple[float, int]]:
    """Doorways within reach of a text, nearest first."""
    p = np.array(text.at)
    reach = (REACH_M if text.rank else 2.0 * REACH_M) + REACH_LETTERS * text.height
    out = []
    for k, way in enumerate(ways):
        if abs(way.at[0] - p[0]) + abs(way.at[1] - p[1]) < way.width + 2.0 * reach:
            places = [way.at, *(np.array(s) for s in way.swing_points)]
            d = min(_to_segment(p, way.start, way.end), *(float(np.hypot(*(p - q))) for q in places))
            if d < reach:
                out.append((d, k))
    return sorted(out)


def _to_segment(p: Array, a: Array, b: Array) -> float:
    v: Any = b - a
    t = min(max(float((p - a) @ v) / max(float(v @ v), 1e-12), 0.0), 1.0)
    return float(np.hypot(*(p - a - t * v)))


def _is_width(words: str, width_m: float) -> bool:
    """Whether a bare number on a door layer is the width of the leaf: 885 at a door of 0.9 m, or 36 (inches)."""
    if not words.isdigit():
        return False
    value = float(words)
    return any(abs(value * m - width_m) < 0.13 for m in (0.001, 0.01, 0.0254) if value * m > 0.4)
