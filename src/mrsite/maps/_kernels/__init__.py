"""Compiled parts of the tracer, entered only through ``mrsite.maps``: plain loops over numbers and arrays."""

from .chords import node_values, polylines
from .link import chains, segments
from .proof import CALM, CLEAR, OPEN, SIMPLE, WOUND, classify
from .values import evaluate
from .walk import walk_from

__all__ = [
    "CALM",
    "CLEAR",
    "OPEN",
    "SIMPLE",
    "WOUND",
    "chains",
    "classify",
    "evaluate",
    "node_values",
    "polylines",
    "segments",
    "walk_from",
]
