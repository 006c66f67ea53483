"""The same field by the fastest route whose proven error bound holds."""

from __future__ import annotations

from .source import FieldSource


def certified(source: FieldSource, rtol: float = 1e-9) -> FieldSource:
    """Return a source equal to the given one within a relative error."""
    return source
