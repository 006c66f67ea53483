"""What the drawing itself states: blocks that place things, and lines on layers that entries name."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from mrsite.base.text import inert
from mrsite.plans.plan import Block, Plan
from mrsite.plans.revision.align import Alignment
from mrsite.plans.revision.lines import Lines
from mrsite.site.cells import folded
from mrsite.site.placed import LIBRARY
from mrsite.site.statements.judge import Judge
from mrsite.site.statements.row import Row

_IN = "in the drawing"


def drawn_rows(judge: Judge) -> list[Row]:
    """Judge what is placed in CAD: by entries that name a block or a layer, and by blocks of the library alone."""
    return [*_named_blocks(judge), *_layers(judge), *_library_blocks(judge)]


def _named_blocks(judge: Judge) -> Iterator[Row]:
    for table in ("scanner", "equipment"):
        for k, entry in judge.entries(table):
            if entry.at_block is None:
                continue
            old, new = (_blocks(plan, entry) for plan in (judge.changes.old, judge.changes.new))
            if len(old) != 1:
                continue
            subject, where = judge.subject(table, k, entry), judge.where(table, k, "at_block")
            if len(new) != 1:
                said = f"the new drawing holds {len(new)} blocks {inert(entry.at_block)!r}"
                yield Row("misses", table, subject, where, said, "ask for the block, or give the place as a point")
                continue
            yield _moved(judge.changes.alignment, table, subject, where, old[0], new[0])
            yield judge.in_rooms(table, k, "at_block", subject, old[0].at)


def _layers(judge: Judge) -> Iterator[Row]:
    for table in ("area", "moving_metal", "cable", "pathway", "quench_pipe"):
        for k, entry in judge.entries(table):
            old, new = (_on_layer(plan, entry.layer) for plan in (judge.changes.old, judge.changes.new))
            if not len(old):
                continue
            subject, where, layer = judge.subject(table, k, entry), judge.where(table, k, "layer"), inert(entry.layer)
            if not len(new):
                said = f"the new drawing has no line on layer {layer!r}"
                yield Row("misses", table, subject, where, said, "ask for it, or give the points themselves")
                continue
            was, now = Lines(judge.changes.alignment.to_new(old)), Lines(new)
            same = not len(was.uncovered(now)[0]) and not len(now.uncovered(was)[0])
            said = "the same line" if same else f"its line on layer {layer!r} was drawn otherwise"
            yield Row("holds" if same else "look", table, subject, where, said)


def _library_blocks(judge: Judge) -> Iterator[Row]:
    found = judge.changes.alignment
    old, new = (_library(plan) for plan in (judge.changes.old, judge.changes.new))
    for key in sorted(old.keys() | new.keys()):
        subject = f"{key[0]} {inert(key[1], 60)}".strip()
        before, after = old.get(key, []), new.get(key, [])
        if len(before) != len(after):
            said = f"the drawing held {len(before)} and holds {len(after)}"
            yield Row("misses", "block", subject, _IN, said, "ask whether that is meant")
            continue
        for was, now in _nearest(before, after, found):
            yield _moved(found, "block", subject, _IN, was, now)


def _nearest(before: Sequence[Block], after: Sequence[Block], found: Alignment) -> Iterator[tuple[Block, Block]]:
    """Pair blocks that nothing but their places tells apart, the nearest first."""
    rank = sorted((math.dist(found.point(a.at), b.at), i, k) for i, a in enumerate(before) for k, b in enumerate(after))
    taken: tuple[set[int], set[int]] = set(), set()
    for _, i, k in rank:
        if i not in taken[0] and k not in taken[1]:
            taken[0].add(i)
            taken[1].add(k)
            yield before[i], after[k]


def _moved(found: Alignment, table: str, subject: str, where: str, was: Block, now: Block) -> Row:
    """Say how a block moved, and which of its attributes were changed."""
    by = math.dist(found.point(was.at), now.at)
    turn = math.remainder(now.rotation_deg - was.rotation_deg - math.degrees(found.turn_rad), 360)
    facts = []
    if by > 0.005 or abs(turn) > 0.05:
        facts.append(f"its block moved by {by:.3f} m and turned by {turn:.1f} degrees: it goes with it")
    before, after = dict(was.attributes), dict(now.attributes)
    facts += [
        f"attribute {inert(tag, 40)} was {inert(before.get(tag, ''), 40)!r} and is {inert(after.get(tag, ''), 40)!r}"
        for tag in sorted(before.keys() | after.keys())
        if before.get(tag, "") != after.get(tag, "")
    ]
    return Row("look" if facts else "holds", table, subject, where, "; ".join(facts) or "its block is where it was")


def _blocks(plan: Plan, entry: Any) -> list[Block]:
    """Return the blocks that an entry may mean: of several of its name those with its id."""
    found = [b for b in plan.blocks if b.name.casefold() == entry.at_block.casefold()]
    own = [b for b in found if _tags(b).get("id", "").casefold() == entry.id.casefold()]
    return own if len(found) > 1 and own else found


def _tags(block: Block) -> dict[str, str]:
    return {folded(tag): text.strip() for tag, text in block.attributes}


def _library(plan: Plan) -> dict[tuple[str, str], list[Block]]:
    """Blocks of the library by name and attribute ID, else NUMBER."""
    found: dict[tuple[str, str], list[Block]] = {}
    for block in plan.blocks:
        if block.name.upper() in LIBRARY:
            tags = _tags(block)
            found.setdefault((block.name.upper(), tags.get("id") or tags.get("number") or ""), []).append(block)
    return found


def _on_layer(plan: Plan, layer: str | None) -> Any:
    pieces = [line.points for line in plan.linework if layer is not None and line.layer.casefold() == layer.casefold()]
    segments = [np.stack([p[:-1], p[1:]], axis=1) for p in pieces if len(p) > 1]
    return np.concatenate(segments) if segments else np.zeros((0, 2, 2))
