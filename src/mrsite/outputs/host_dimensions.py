"""The numbers of the host's own dimensions, where and as large as the host prints them.

A dimension's picture is a block of its own; the plan keeps the lines of it. Its text is read here from the host's
bytes, for pictures and sheets that must show the architect's figures, and for our texts to keep off them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from mrsite.base.files import sha256_of
from mrsite.outputs.dxf_text import DxfText, NotSpliceable, Record, parse
from mrsite.plans.dimensions import plain_dimension_text
from mrsite.plans.plan import Text

#: Where the insertion point of an MTEXT lies in it, by its attachment (group 71): share to the right, and up.
_ATTACHED = {n: (0.5 - 0.5 * ((n - 1) % 3), -0.5 + 0.5 * ((n - 1) // 3)) for n in range(1, 10)}


def dimension_texts(plan: Any) -> tuple[Text, ...]:
    """Return the texts of a plan's dimensions in plan metres; none where the host cannot be read as text."""
    if plan is None or plan.storeys:
        return ()
    return _read(plan.path, plan.sha256, plan.unit_m)


@lru_cache(maxsize=8)
def _read(path: str, sha256: str, unit_m: float) -> tuple[Text, ...]:
    try:
        data = Path(path).read_bytes()
        if b"DIMENSION" not in data or sha256_of(data) != sha256:
            return ()
        host = parse(data)
        return tuple(_texts(host, unit_m))
    except (OSError, NotSpliceable, ValueError):
        return ()


def _texts(host: DxfText, unit_m: float) -> Iterator[Text]:
    pictures = _pictures(host)
    encoding = "utf-8" if host.version >= "AC1021" else "cp1252"
    for record in host.records["ENTITIES"]:
        if record.kind != b"DIMENSION":
            continue
        tags = _tags(host, record)
        for part in pictures.get(tags.get(2, b"").strip().upper(), ()):
            text = _text(part.kind, _tags(host, part), encoding, unit_m, tags.get(5, b"").decode("latin-1").strip())
            if text is not None:
                yield text


def _pictures(host: DxfText) -> dict[bytes, list[Record]]:
    """Return the texts in each block that is a dimension's picture, by the block's name."""
    found: dict[bytes, list[Record]] = {}
    block: list[Record] | None = None
    for record in host.records.get("BLOCKS", ()):
        if record.kind == b"BLOCK":
            name = (host.first(record, 2) or b"").upper()
            block = found.setdefault(name, []) if name.startswith(b"*D") else None
        elif block is not None and record.kind in (b"TEXT", b"MTEXT"):
            block.append(record)
    return found


def _tags(host: DxfText, record: Record) -> dict[int, bytes]:
    """Return the first value of each group code."""
    tags: dict[int, bytes] = {}
    for code, value in host.tags(record):
        tags.setdefault(code, value)
    return tags


def _text(kind: bytes, tags: dict[int, bytes], encoding: str, unit_m: float, handle: str) -> Text | None:
    words = " ".join(plain_dimension_text(tags.get(1, b"").decode(encoding, "replace")).split())
    height, x, y, turn = (float(tags.get(code, b"0")) for code in (40, 10, 20, 50))
    if not words or not height > 0 or not all(map(math.isfinite, (height, x, y, turn))):
        return None
    across, up = 0.5, 0.5  # of a plain text: its insertion point is the left end of its base line
    if kind == b"MTEXT":
        if 11 in tags:
            turn = math.degrees(math.atan2(float(tags.get(21, b"0")), float(tags[11])))
        across, up = _ATTACHED.get(int(tags.get(71, b"1")), (0.5, -0.5))
    elif int(tags.get(72, b"0")) or int(tags.get(73, b"0")):
        x, y = float(tags.get(11, b"0")), float(tags.get(21, b"0"))
        across = {0: 0.5, 1: 0.0, 2: -0.5, 4: 0.0}.get(int(tags.get(72, b"0")), 0.0)
        up = {0: 0.5, 1: 0.5, 2: 0.0, 3: -0.5}[int(tags.get(73, b"0"))]
    c, s = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    right, rise = across * 0.8 * height * len(words), up * height
    middle = (unit_m * (x + c * right - s * rise), unit_m * (y + s * right + c * rise))
    return Text(words, middle, unit_m * height, "", handle, turn)
