"""What a layer holds, scored by the words and codes of its name; the table is data."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache

from mrsite.base.data import data_folder
from mrsite.base.errors import InputError
from mrsite.plans.plan import LayerDecision

# Site files say "walls", "doors", "labels"; the kinds here are singular.
_PLURAL = {
    "walls": "wall", "doors": "door", "windows": "window", "openings": "opening", "columns": "column",
    "stairs": "stair",
    "lifts": "lift", "furniture": "furniture", "labels": "label", "rooms": "area", "areas": "area",
    "dimensions": "dimension",
    "grid": "grid", "ignore": "ignore", "pattern": "pattern",
}  # fmt: skip


@dataclass(frozen=True)
class _Table:
    exact: dict[str, tuple[tuple[str, float], ...]]
    starts: tuple[tuple[str, str, float], ...]
    ends: tuple[tuple[str, str, float], ...]
    codes: tuple[tuple[re.Pattern[str], str, float, str], ...]
    modifiers: dict[str, str]


@cache
def _table() -> _Table:
    import tomllib

    with open(data_folder("plans") / "layers.toml", "rb") as stream:
        data = tomllib.load(stream)
    exact: dict[str, list[tuple[str, float]]] = {}
    starts, ends = [], []
    for kind, entry in data["kind"].items():
        for word, weight in entry["words"]:
            if word.endswith("*"):
                starts.append((word.strip("*"), kind, float(weight)))
            if word.startswith("*"):
                ends.append((word.strip("*"), kind, float(weight)))
            if "*" not in word:
                exact.setdefault(word, []).append((kind, float(weight)))
    codes = tuple((re.compile(c["pattern"]), c["kind"], float(c["weight"]), c["source"]) for c in data["code"])
    return _Table({k: tuple(v) for k, v in exact.items()}, tuple(starts), tuple(ends), codes, dict(data["modifier"]))


def plain_name(name: str) -> str:
    """Strip a bound-reference prefix (``x$0$``, ``x|``), accents and case."""
    short = re.split(r"\$\d+\$|\|", name)[-1]
    flat = unicodedata.normalize("NFKD", short.replace("ß", "ss"))
    return "".join(c for c in flat if not unicodedata.combining(c))


def words_of(name: str) -> list[str]:
    """Split a name at separators, digits and capitals: ``A-F-250-M_IntWall`` gives a, f, m, int, wall, intwall."""
    flat = plain_name(name)
    out: list[str] = []
    for run in re.findall(r"[^\W\d_]+", flat):
        parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_]+", run)
        out.extend(p.casefold() for p in parts)
        if len(parts) > 1:
            out.append(run.casefold())
    return out


@cache
def classify_name(name: str) -> tuple[str, float, str]:
    """Return kind, score (0 to 1) and the reason for a layer's or block's name."""
    table = _table()
    words = words_of(name)
    best: dict[str, tuple[float, str]] = {}

    def note(kind: str, weight: float, why: str) -> None:
        if weight > best.get(kind, (0.0, ""))[0]:
            best[kind] = (weight, why)

    for word in words:
        for kind, weight in table.exact.get(word, ()):
            note(kind, weight, f"word {word!r}")
        if len(word) < 3:
            continue
        for stem, kind, weight in table.starts:
            if word.startswith(stem) and len(stem) >= 3:
                note(kind, weight * (0.95 if len(word) > len(stem) else 1.0), f"word {word!r} begins {stem!r}")
        for stem, kind, weight in table.ends:
            if word.endswith(stem) and len(word) > len(stem) and len(stem) >= 3:
                note(kind, weight * 0.95, f"word {word!r} ends {stem!r}")
    flat = plain_name(name).casefold()
    for pattern, kind, weight, source in table.codes:
        if pattern.search(flat):
            note(kind, weight * (0.8 if best else 1.0), source)
    for word in words[1:]:
        changed = table.modifiers.get(word)
        if changed and changed in best and len(best) > 1:
            best[changed] = (max(1.05, best[changed][0]), f"word {word!r} after the group")
        elif changed and best:
            best[changed] = (1.05, f"word {word!r} after the group")
    if not best:
        return ("zero", 0.0, "layer 0") if flat == "0" else ("unknown", 0.0, "no word of the name is known")
    kind = max(best, key=lambda k: best[k][0])
    return kind, min(best[kind][0], 1.0), best[kind][1]


def classify_layers(
    names: Sequence[str], counts: Sequence[int], given: Mapping[str, Sequence[str]] | None = None
) -> tuple[LayerDecision, ...]:
    """Decide what each layer holds.

    Parameters
    ----------
    names, counts : sequences
        Layer names, and how many entities each has.
    given : mapping, optional
        Overrides ``{"walls": ["A-WALL*", ...], "doors": [...], "ignore": [...]}``; patterns of the
        shell, compared without case. They win over the table.

    Raises
    ------
    InputError
        An unknown key, or a pattern that fits no layer.
    """
    patterns: list[tuple[str, str]] = []
    for key, wanted in (given or {}).items():
        kind = _PLURAL.get(key, key if key in _PLURAL.values() else None)
        if kind is None:
            raise InputError(f"layers: {key!r} is not known; use {', '.join(sorted(_PLURAL))}")
        for pattern in [wanted] if isinstance(wanted, str) else wanted:
            if not any(_fits(n, pattern) for n in names):
                some = ", ".join(sorted(n for n, c in zip(names, counts, strict=True) if c)[:12])
                raise InputError(f"layers: {key} = {pattern!r} fits no layer of the drawing; its layers are {some}")
            patterns.append((pattern, kind))
    out = []
    for name, count in zip(names, counts, strict=True):
        chosen = next(((k, p) for p, k in patterns if _fits(name, p)), None)
        if chosen:
            out.append(LayerDecision(name, chosen[0], 1.0, f"given: {chosen[1]}", int(count)))
        else:
            kind, score, why = classify_name(name)
            out.append(LayerDecision(name, kind, round(score, 2), why, int(count)))
    return tuple(out)


def _fits(name: str, pattern: str) -> bool:
    short = re.split(r"\$\d+\$|\|", name)[-1]
    p = pattern.casefold()
    return fnmatchcase(name.casefold(), p) or fnmatchcase(short.casefold(), p)
