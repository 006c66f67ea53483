"""Dimensions: what they measure and what they print."""

from __future__ import annotations

import math
from typing import Any

from mrsite.plans.damage import damaged
from mrsite.plans.drawing import RawDimension
from mrsite.plans.sink import handle_of


def read_dimension(e: Any, document: Any) -> RawDimension | None:
    """Return a linear or aligned dimension with its measured length and printed text.

    The measure is taken from the definition points, since writers leave the stored one out. The
    printed text is the override, else the text in the dimension's own picture, else empty.
    """
    ns = e.dxf.__dict__
    kind = int(ns.get("dimtype", 0) or 0) & 7
    if kind not in (0, 1):
        return None
    p, q = ns.get("defpoint2"), ns.get("defpoint3")
    measured = math.nan
    if p is not None and q is not None:
        dx, dy = q.x - p.x, q.y - p.y
        if kind == 0:
            a = math.radians(float(ns.get("angle", 0.0) or 0.0))
            measured = abs(dx * math.cos(a) + dy * math.sin(a))
        else:
            measured = math.hypot(dx, dy)
    stored = ns.get("actual_measurement")
    if stored is not None and not measured > 0:
        measured = abs(float(stored))
    if not (measured > 0 and math.isfinite(measured)):
        return None
    style = str(ns.get("dimstyle", "") or "Standard")
    factor, unit_style = _style(e, style, document)
    override = str(ns.get("text", "") or "")
    explicit = explicit_text(override)
    printed = plain_dimension_text(override) if explicit else _pictured(e)
    at = ns.get("defpoint") or p
    return RawDimension(measured, printed, explicit, (at.x, at.y), style, unit_style, factor, handle_of(ns))


def _style(e: Any, name: str, document: Any) -> tuple[float, int]:
    factor, unit_style = 1.0, 2
    try:
        style = document.dimstyles.get(name)
        factor = float(style.dxf.get("dimlfac", 1.0) or 1.0)
        unit_style = int(style.dxf.get("dimlunit", style.dxf.get("dimunit", 2)) or 2)
    except damaged():  # a style that is not there has the defaults
        pass
    try:
        override = e.override()
        factor = float(override.get("dimlfac", factor) or factor)
        unit_style = int(override.get("dimlunit", unit_style) or unit_style)
    except damaged():
        pass
    return (factor if math.isfinite(factor) and factor > 0 else 1.0), unit_style


def _pictured(e: Any) -> str:
    try:
        block = e.get_geometry_block()
    except damaged():
        return ""
    if block is None:
        return ""
    for part in block:
        if part.dxftype() == "MTEXT":
            return plain_dimension_text(str(part.text))
        if part.dxftype() == "TEXT":
            return plain_dimension_text(str(part.dxf.text))
    return ""


def plain_dimension_text(text: str) -> str:
    """Take the formatting codes out of a dimension's text."""
    from ezdxf.tools.text import fast_plain_mtext

    try:
        return str(fast_plain_mtext(text)).strip()
    except damaged():
        return text.strip()


def explicit_text(override: str) -> bool:
    """Whether a dimension's text stands by itself, the measured value not among it."""
    return override.strip() not in ("", "<>") and "<>" not in override
