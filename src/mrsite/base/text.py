"""Foreign text made harmless: for terminals, for tables, for file names."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable

_RESERVED = {"con", "prn", "aux", "nul", *(f"com{i}" for i in range(1, 10)), *(f"lpt{i}" for i in range(1, 10))}


def inert(text: str, limit: int = 200) -> str:
    """Return one printable line: no control codes, no line breaks, long text cut."""
    clean = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in " ".join(str(text).split()))
    return clean if len(clean) <= limit else clean[: limit - 1] + "…"


def cell(text: str) -> str:
    """Return text that no spreadsheet takes for a formula (a leading apostrophe, as documented)."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def slug(text: str, fallback: str = "unnamed") -> str:
    """Return a file-name part: ASCII letters, digits, hyphens; never reserved, never empty."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "-", ascii_text.lower()).strip("-")[:60].strip("-")
    return f"{name or fallback}-x" if name in _RESERVED else name or fallback


def distinct_slugs(names: Iterable[str], fallback: str = "unnamed") -> list[str]:
    """Return one slug a name, all different, in order."""
    taken: set[str] = set()
    result = []
    for name in names:
        base = candidate = slug(name, fallback)
        count = 2
        while candidate in taken:
            candidate = f"{base}-{count}"
            count += 1
        taken.add(candidate)
        result.append(candidate)
    return result


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that looks most like this one, or None."""
    known = list(known)
    found = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if found:
        return found[0]
    folded = {k.casefold(): k for k in known}
    found = difflib.get_close_matches(word.casefold(), list(folded), n=1, cutoff=0.6)
    return folded[found[0]] if found else None
