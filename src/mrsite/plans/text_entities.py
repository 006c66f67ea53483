"""TEXT, ATTRIB and MTEXT to texts: their words without codes, and where the middle of their first line stands."""

from __future__ import annotations

import math
from typing import Any

from mrsite.plans.damage import damaged
from mrsite.plans.drawing import RawText
from mrsite.plans.sink import Sink, handle_of, ocs_of

# Share of a text's height that one letter takes on average (Arial and the CAD stroke fonts, 0.6 to 0.9).
_LETTER = 0.75


def text_of(e: Any, ns: dict[str, Any], sink: Sink, source: str, group: int = 0) -> None:
    """TEXT and ATTRIB."""
    try:
        words = e.plain_text()
    except damaged():  # the words with their formatting codes are better than none
        words = str(ns.get("text", ""))
    words = decoded(words).strip()
    if not words:
        return
    height = float(ns.get("height", 2.5) or 2.5)
    halign, valign = int(ns.get("halign", 0) or 0), int(ns.get("valign", 0) or 0)
    anchor = ns.get("align_point") if (halign or valign) and ns.get("align_point") is not None else ns.get("insert")
    if anchor is None:
        return
    place_text(
        sink,
        words,
        (anchor.x, anchor.y),
        height,
        math.radians(float(ns.get("rotation", 0.0) or 0.0)),
        float(ns.get("width", 1.0) or 1.0),
        halign,
        valign,
        -1.0 if ocs_of(ns) == -1 else 1.0,
        str(ns.get("layer", "0")),
        str(ns.get("handle") or "?"),
        source,
        group,
    )


def place_text(
    sink: Sink,
    words: str,
    anchor: tuple[float, float],
    height: float,
    angle: float,
    widen: float,
    halign: int,
    valign: int,
    mirror: float,
    layer: str,
    handle: str,
    source: str,
    group: int,
) -> None:
    """Add a one-line text; the middle of its letters is worked out from its alignment (DXF codes 72, 73)."""
    width = _LETTER * height * len(words) * widen
    x, y = anchor
    dx = {0: 0.5, 2: -0.5, 3: 0.5, 5: 0.5}.get(halign, 0.0) * width
    dy = {0: 0.5, 1: 0.5, 2: 0.0, 3: -0.5}.get(valign, 0.5) * height if halign != 4 else 0.0
    cx = x + dx * math.cos(angle) - dy * math.sin(angle)
    cy = y + dx * math.sin(angle) + dy * math.cos(angle)
    ns = {"layer": layer, "handle": handle}
    _text(sink, words, (mirror * cx, cy), (mirror * x, y), height, angle, ns, source, group)


def decoded(words: str) -> str:
    r"""Put the characters in place of the escapes that a writer left: \\U+00B2 is a superscript two."""
    if "\\U+" not in words:
        return words
    from ezdxf.lldxf.encoding import decode_dxf_unicode

    return str(decode_dxf_unicode(words))


def mtext_of(e: Any, ns: dict[str, Any], sink: Sink) -> None:
    """MTEXT."""
    try:
        words = e.plain_text(fast=False)
    except damaged():
        words = str(e.text)
    words = "\n".join(line.strip() for line in decoded(words).split("\n") if line.strip())
    if not words:
        return
    height = float(ns.get("char_height", 2.5) or 2.5)
    at = ns["insert"]
    direction = ns.get("text_direction")
    angle = (
        math.atan2(direction.y, direction.x)
        if direction is not None
        else math.radians(float(ns.get("rotation", 0.0) or 0.0))
    )
    lines = words.split("\n")
    width = _LETTER * height * max(len(line) for line in lines)
    tall = height * (1.0 + 1.6 * (len(lines) - 1))
    point = int(ns.get("attachment_point", 1) or 1)
    dx = (0.5, 0.0, -0.5)[(point - 1) % 3] * width
    dy = (-0.5, 0.0, 0.5)[min((point - 1) // 3, 2)] * tall + 0.5 * (tall - height)
    x = at.x + dx * math.cos(angle) - dy * math.sin(angle)
    y = at.y + dx * math.sin(angle) + dy * math.cos(angle)
    _text(sink, words, (x, y), (at.x, at.y), height, angle, ns, "mtext")


def _text(
    sink: Sink,
    words: str,
    at: tuple[float, float],
    anchor: tuple[float, float],
    height: float,
    angle: float,
    ns: dict[str, Any],
    source: str,
    group: int = 0,
) -> None:
    if not (
        math.isfinite(at[0])
        and math.isfinite(at[1])
        and math.isfinite(height)
        and abs(at[0]) < 1e12
        and abs(at[1]) < 1e12
    ):
        sink.bad.append((str(ns.get("handle") or "?"), str(ns.get("layer", "0")), f"text {words[:40]!r}"))
        return
    sink.texts.append(
        RawText(
            words,
            at,
            anchor,
            height,
            math.degrees(angle),
            sink.layer_index(ns.get("layer", "0")),
            handle_of(ns),
            source,
            group,
        )
    )
