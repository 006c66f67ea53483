"""Numbers and points as people type them on a command line."""

from __future__ import annotations

import math

from mrsite.base.errors import InputError
from mrsite.base.text import inert


def numbers(text: str, option: str, count: int | None = None) -> tuple[float, ...]:
    """Read ``0.5,3`` as numbers.

    Raises
    ------
    InputError
        Not numbers, not finite, or not as many as asked for.
    """
    try:
        values = tuple(float(part) for part in text.split(","))
    except ValueError:
        raise InputError(f"{option} {inert(text)!r} is not a list of numbers; write for example 0.5,3") from None
    if not all(map(math.isfinite, values)):
        raise InputError(f"{option} {inert(text)!r} holds a number that is not finite")
    if count is not None and len(values) != count:
        raise InputError(f"{option} {inert(text)!r} has {len(values)} numbers, {count} are wanted")
    return values
