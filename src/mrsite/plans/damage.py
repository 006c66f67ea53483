"""What a damaged entity makes the reading of it raise: named once, so that a bug of another kind is never hidden."""

from __future__ import annotations

from functools import cache


@cache
def damaged() -> tuple[type[Exception], ...]:
    """Return the errors that wrong data can cause in ezdxf and in our own reading; for ``except damaged():``.

    ezdxf raises ``DXFError`` and its kinds where it looks, and where it does not look the built-in
    errors of a missing, misplaced or unusable value; cyclic data end in a ``RecursionError``. Whoever
    catches these counts or lists what is left out.
    """
    from ezdxf.lldxf.const import DXFError

    return (
        DXFError,
        ArithmeticError,
        AssertionError,
        AttributeError,
        LookupError,
        RecursionError,
        TypeError,
        ValueError,
    )
