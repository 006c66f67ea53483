"""Which handler computes which quantity of a quench case."""

from __future__ import annotations

from mrsite.validation import quench_gas, quench_outlet, quench_pipe, quench_room
from mrsite.validation.grammar import Handler, NotUnderstood, Words


def handlers() -> dict[str, Handler]:
    """Return every quantity with a fixed name (the plume's are built from a level)."""
    return {**quench_gas.HANDLERS, **quench_pipe.HANDLERS, **quench_room.HANDLERS, **quench_outlet.HANDLERS}


def compute(quantity: str, words: Words) -> float:
    """Compute one row in SI.

    Raises
    ------
    NotUnderstood
        The quantity or a word of the inputs is not known.
    InputError
        The room refuses the inputs.
    """
    known = handlers()
    if quantity in known:
        return known[quantity](quantity, words)
    for prefix, handler in (*quench_outlet.PREFIXES.items(), *quench_room.PREFIXES.items()):
        if quantity.startswith(prefix):
            return handler(quantity, words)
    raise NotUnderstood(f"quantity {quantity!r} is not known")
