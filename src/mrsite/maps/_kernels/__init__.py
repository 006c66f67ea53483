"""Compiled parts of the tracer, entered only through ``mrsite.maps``: plain loops over numbers and arrays."""

from .chords import node_values, polylines
from .link import chains, segments
from .proof import ANY, BOUNDS_ALONE, CALM, CLEAR, DEEP, FAR, FAR_TIMES, LAST, OPEN, SIMPLE, WOUND, classify
from .values import B, evaluate
from .walk import walk_from

__all__ = [
    "ANY",
    "BOUNDS_ALONE",
    "CALM",
    "CLEAR",
    "DEEP",
    "FAR",
    "FAR_TIMES",
    "LAST",
    "OPEN",
    "SIMPLE",
    "WOUND",
    "B",
    "chains",
    "classify",
    "evaluate",
    "node_values",
    "polylines",
    "segments",
    "walk_from",
]
