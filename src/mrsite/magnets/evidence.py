"""Prose about how well a fact is known, turned into the three grades."""

from __future__ import annotations

from mrsite.magnets.model import MagnetGrade


def grade_of(confidence: str) -> MagnetGrade:
    """Return the grade of a confidence told in words.

    Parameters
    ----------
    confidence : str
        Such as ``"high; vendor figure seen (copy of primary), digitised"`` or ``"recalled"``.

    Returns
    -------
    str
        ``"read"``: somebody read the primary source (a vendor's or owner's document, a paper, a
        measurement's report) with high or medium confidence. ``"second-hand"``: told by another, or
        read with low confidence, or recalled but provable from itself. ``"unverified"``: recalled,
        inferred, or told by another who names no source.
    """
    words = confidence.lower()
    if "self-verifying" in words:
        return "second-hand"
    if any(w in words for w in ("recalled", "inferred", "uncited", "assumed")) or not words.strip():
        return "unverified"
    if words.startswith("low") or any(w in words for w in ("second-hand", "textbook", "slide")):
        return "second-hand"
    if words.startswith(("high", "medium")):
        return "read"
    return "unverified"
