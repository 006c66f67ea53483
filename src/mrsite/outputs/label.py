"""A text that must find its place: what it says, in full and in short, and where it might stand."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mrsite.outputs.mark import Box, Point, Text, text_width

Floats = npt.NDArray[np.float64]
#: Directions in which texts are put, the likeliest first.
ROUND = (
    (1, 0), (0, -1), (0, 1), (-1, 0), (1, -1), (-1, 1), (1, 1), (-1, -1),
    (1, -0.5), (1, 0.5), (-1, -0.5), (-1, 0.5), (0.5, -1), (0.5, 1), (-0.5, -1), (-0.5, 1),
)  # fmt: skip
#: From one row to the next, in heights of a letter.
_ROW = 1.6
#: Height of a row's own box, in heights of a letter.
_HIGH = 1.5
#: Between the places tried farther off, in heights of a letter.
_STEP = 2.5


@dataclass(frozen=True, eq=False)
class Form:
    """One wording of a label and the places it might take, the likelier first.

    Parameters
    ----------
    rows : tuple of str
    middle : (k, 2) float64, m
        Middle of the block of rows.
    away : (k,) float64
        How much worse a place is than the first, in letters of distance from what the label speaks of.
    turn_deg : (k,) float64
    lead : (k, 2) float64, m
        Where a leader begins if the label stands there; NaN where it needs none.
    penalty : float
        How much worse this wording is than the first, in the same measure.
    """

    rows: tuple[str, ...]
    middle: Floats
    away: Floats
    turn_deg: Floats
    lead: Floats
    penalty: float = 0.0


@dataclass(frozen=True, eq=False)
class Label:
    """Texts to be put near a place.

    Parameters
    ----------
    item : str
        Layer item of the texts, and of a leader.
    about : (x, y), m
        What it speaks of: it should stay in the room that holds this.
    height : float, m
        Of the letters.
    rank : int
        Labels of lower rank are put first.
    needed : bool
        Whether it is drawn even where it would be hard to read.
    """

    item: str
    about: Point
    height: float
    forms: tuple[Form, ...]
    rank: int
    note: str = ""
    needed: bool = True


def wrapped(rows: Iterable[str], width: int = 40) -> list[str]:
    """Return rows of no more than so many letters where words allow it: a compact block finds room more easily."""
    return [part for row in rows for part in textwrap.wrap(row, width, break_long_words=False)]


def block_size(rows: Sequence[str], height: float) -> tuple[float, float]:
    """Return width and height of a block of rows, m."""
    return max(text_width(row, height) for row in rows), height * (_ROW * (len(rows) - 1) + _HIGH)


def texts_of(label: Label, form: Form, k: int) -> tuple[Text, ...]:
    """Return the rows of a label in one of its places; they are ranged towards what they speak of."""
    x, y = form.middle[k].tolist()
    turn = float(form.turn_deg[k])
    if len(form.rows) == 1:
        return (Text(label.item, form.rows[0], (x, y), label.height, turn, "centre", label.note),)
    wide, _ = block_size(form.rows, label.height)
    right = x + 0.25 * wide < label.about[0]
    left = x + (0.5 if right else -0.5) * wide
    top = y + 0.5 * _ROW * label.height * (len(form.rows) - 1)
    return tuple(
        Text(label.item, row, (left, top - n * _ROW * label.height), label.height, 0.0, "right" if right else "left",
             label.note)
        for n, row in enumerate(form.rows)
    )  # fmt: skip


def listed(
    rows: Iterable[str], places: Sequence[Point], *, turn_deg: float = 0.0, away: Sequence[float] = (),
    lead: Point | None = None, penalty: float = 0.0,
) -> Form:  # fmt: skip
    """Return a form with places given one by one; a leader from ``lead`` to all but the first of them."""
    count = len(places)
    leads = np.full((count, 2), np.nan)
    if lead is not None:
        leads[1:] = lead
    return Form(
        tuple(rows), np.array(places, dtype=float).reshape(-1, 2),
        np.asarray(away if len(away) else range(count), dtype=np.float64),
        np.full(count, float(turn_deg)), leads, penalty,
    )  # fmt: skip


def around(
    box: Box, rows: Sequence[str], height: float, *, reach: float = 35.0, penalty: float = 0.0, first: float = 2.5
) -> Form:
    """Return a form with places round a box: close to it in every direction, then all about it up to a reach.

    Parameters
    ----------
    first, reach : float
        Gap at which it is nearest and farthest, in letters; beyond the nearest it needs a leader.
    """
    size = np.array(block_size(rows, height))
    middle = np.array([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2])
    # From the box's middle to that of a block which touches it.
    half = (np.array([box[2] - box[0], box[3] - box[1]]) + size) / 2
    gaps = np.array([first, first + 2.0, first + 4.0])
    gap = np.repeat(gaps, len(ROUND))
    close = np.tile(np.array(ROUND, dtype=float), (len(gaps), 1)) * (half + gap[:, None] * height)
    steps = [np.arange(-int(n), int(n) + 1) * _STEP * height for n in (half + reach * height) // (_STEP * height)]
    far = np.stack(np.meshgrid(*steps, indexing="ij"), axis=-1).reshape(-1, 2)
    off = np.hypot(*(np.maximum(np.abs(far) - half, 0.0) / height).T)
    kept = (off > gaps[-1]) & (off <= reach)
    places = middle + np.vstack([close, far[kept]])
    away = np.concatenate([gap, off[kept]])
    # The leader runs from the box's nearest point.
    lead = np.clip(places, [box[0], box[1]], [box[2], box[3]])
    lead[away <= first] = np.nan
    return Form(tuple(rows), places, away, np.zeros(len(away)), lead, penalty)


def beside(
    at: Point, rows: Sequence[str], item: str, height: float, note: str, *, short: Sequence[str] = (), rank: int = 6,
    dear: float = 50.0,
) -> Label:  # fmt: skip
    """Return a label near a point; ``short`` is said instead where all of it would cost more than ``dear`` more."""
    box = (*at, *at)
    forms = [around(box, rows, height)]
    if short:
        forms.append(around(box, short, height, penalty=dear))
    return Label(item, at, height, tuple(forms), rank, note)
