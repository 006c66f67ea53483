"""Room tags: texts that stand together, taken apart into name, number and printed area."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np

from mrsite.base.data import data_folder
from mrsite.plans.unit_evidence import length_of, number_of

_FOOT2 = 0.3048**2
_AREA = re.compile(
    r"(?:^|[^\w.,])(\d[\d.,' ]*?)\s*(m²|m2|m\^2|m\*\*2|sqm|sq\.?\s*m\.?|qm|mq|mtq|"
    r"sq\.?\s*ft\.?|s\.?f\.?|ft²|ft2|sqft|sq\.?\s*feet|square\s+feet|p²)(?![\w])",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"^(?:[A-Za-z]{0,4}[-.\s]?)?\d{1,4}(?:[.\-/]\w{1,4}){0,3}[A-Za-z]{0,2}$")
_LEVEL = re.compile(r"^(?:[+±-]\s?\d+[.,]\d{1,3}|(?:ffl|ssl|okff|okrf|rl|ukd|el\.?)\b.*)$", re.IGNORECASE)
_SCALE = re.compile(
    r"^(?:scale|massstab|maßstab|echelle|escala|scala|schaal|m)?\s*[:=]?\s*1\s*[:/]\s*\d+", re.IGNORECASE
)
_SIZE = re.compile(r"^\s*(.+?)\s*[xX×]\s*(.+?)\s*$")


@dataclass(frozen=True)
class TagText:
    """One text as the tags see it (m, local frame)."""

    text: str
    at: tuple[float, float]
    height: float
    rotation: float
    layer: int
    group: int
    suspect: bool


@dataclass(frozen=True)
class Tag:
    """A room tag: ``at`` is where its first line stands; ``points`` are all its texts."""

    name: str
    number: str
    area_m2: float | None
    at: tuple[float, float]
    points: tuple[tuple[float, float], ...]
    height: float
    layer: int
    texts: tuple[str, ...]


@cache
def word_table() -> dict[str, Any]:
    """Return the table of ``data/plans/rooms.toml``."""
    import tomllib

    with open(data_folder("plans") / "rooms.toml", "rb") as stream:
        return tomllib.load(stream)


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """Lower case without accents."""
    flat = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in flat if not unicodedata.combining(c))


@lru_cache(maxsize=8192)
def area_of(text: str) -> float | None:
    """Read a printed area with its unit, m2; None where there is none."""
    m = _AREA.search(text)
    if not m:
        return None
    value = number_of(m.group(1))
    if value is None or value <= 0:
        return None
    unit = m.group(2).lower()
    metric = unit.startswith(("m", "sqm", "qm")) or re.match(r"sq\.?\s*m", unit) is not None
    return value if metric else value * _FOOT2


@lru_cache(maxsize=8192)
def size_area_of(text: str) -> float | None:
    """Read a room size (``13'8 x 14'``, ``4.20 x 3.10 m``) as an area, m2."""
    m = _SIZE.match(text)
    if not m:
        return None
    sides = []
    for part in m.groups():
        value = length_of(part if not re.search(r"'\s*\d+$", part) else part + '"')
        if value is None:
            n = number_of(re.sub(r"\s*m$", "", part))
            value = n if n is not None and ("." in part or "," in part) and n < 60 else None
        if value is None:
            return None
        sides.append(value)
    return sides[0] * sides[1] if min(sides) > 0.5 else None


@lru_cache(maxsize=8192)
def is_noise(text: str) -> bool:
    """Whether a text can name no room: stair arrows, level marks, scales, long notes."""
    plain = fold(text).strip()
    if not plain or len(plain) > 60 or len(plain.split()) > 7:
        return True
    if plain in word_table()["noise"] or _LEVEL.match(plain) or _SCALE.match(plain):
        return True
    return not any(c.isalnum() for c in plain)


def is_number(text: str) -> bool:
    """Whether a text looks like a room number: A101, 1.03, 10, E-204b."""
    return _NUMBER.match(text.strip()) is not None


def group_texts(texts: Sequence[TagText], face: Sequence[int]) -> list[list[int]]:
    """Put texts together that one tag is made of.

    Texts of one block reference belong together; others where they stand in one face, run the same
    way, and follow line under line within 3.2 letter heights.
    """
    from scipy.spatial import cKDTree

    n = len(texts)
    parent = list(range(n))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    by_insert: dict[int, int] = {}
    for i, t in enumerate(texts):
        if t.group:
            parent[root(i)] = root(by_insert.setdefault(t.group, i))
    if n > 1:
        tree = cKDTree(np.array([t.at for t in texts]))
        reach = 3.3 * float(np.percentile([t.height for t in texts], 90))
        for i, j in sorted(tree.query_pairs(min(reach, 3.0))):
            a, b = texts[i], texts[j]
            if face[i] != face[j] or (a.group and b.group) or max(a.height, b.height) > 2.6 * min(a.height, b.height):
                continue
            turn = math.remainder(a.rotation - b.rotation, 360)
            if abs(turn) > 6:
                continue
            c, s = math.cos(math.radians(a.rotation)), math.sin(math.radians(a.rotation))
            dx, dy = b.at[0] - a.at[0], b.at[1] - a.at[1]
            along, across = abs(dx * c + dy * s), abs(dy * c - dx * s)
            tall = max(a.height, b.height)
            half = 0.4 * (a.height * len(a.text) + b.height * len(b.text))
            if across < 3.2 * tall and (along < max(half, tall) if across > 0.6 * tall else along < half + 1.2 * tall):
                parent[root(i)] = root(j)
    members: dict[int, list[int]] = {}
    for i in range(n):
        members.setdefault(root(i), []).append(i)
    out = []
    for m in members.values():
        r = math.radians(texts[m[0]].rotation)
        c, k = math.cos(r), math.sin(r)
        tall = max(texts[m[0]].height, 1e-6)
        place = {i: (texts[i].at[1] * c - texts[i].at[0] * k, texts[i].at[0] * c + texts[i].at[1] * k) for i in m}
        # From the top line down; within half a letter's height it is one line, read from the left.
        order = sorted(m, key=lambda i, p=place, h=tall: (-round(p[i][0] / h / 0.5), p[i][1]))  # type: ignore[misc]
        out.append(order)
    return out


def tag_of(texts: Sequence[TagText], members: Sequence[int]) -> Tag | None:
    """Take a group of texts apart; None where nothing of it can name a room."""
    lines: list[str] = []
    for i in members:
        if not texts[i].suspect:
            lines += [line.strip() for line in texts[i].text.split("\n") if line.strip()]
    area: float | None = None
    words: list[str] = []
    for line in lines:
        found = area_of(line)
        if found is not None:
            area = found if area is None else area
            rest = _AREA.sub(" ", line).strip(" :=,;-")
            if re.fullmatch(r"(?:a|area|nf|nuf|ngf|bgf|ca\.?|flache|surface|sup\.?|superficie|opp\.?)?", fold(rest)):
                continue
            line = rest
        size = size_area_of(line)
        if size is not None:
            area = size if area is None else area
            continue
        if not is_noise(line):
            words.append(line)
    numbers = [w for w in words if is_number(w)]
    number = ""
    if numbers:
        coded = [w for w in numbers if not w.isdigit() or len(w) > 2]
        number = (coded or numbers)[-1]
        # "Bathroom", "1", "A104": the bare 1 belongs to the name, the code is the number.
        words.pop(len(words) - 1 - words[::-1].index(number))
    name = " ".join(words)
    if not name and number == "" and area is None:
        return None
    first = texts[members[0]]
    points = tuple(texts[i].at for i in members)
    return Tag(name, number, area, first.at, points, first.height, first.layer, tuple(lines))


def guess_use(name: str) -> tuple[str, str, str, str] | None:
    """Guess use, zone and occupancy from a label: ``(use, zone, occupancy, word)``; None where no word is known."""
    plain = " " + re.sub(r"[^\w.]+", " ", fold(name)).strip() + " "
    for entry in word_table()["use"]:
        for word in entry["words"]:
            if f" {word} " in plain or (len(word) > 5 and word in plain):
                return entry["use"], entry["zone"], entry["occupancy"], word
    return None
