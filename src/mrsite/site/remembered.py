"""Results of pure functions, kept by the content of their arguments.

The thousand cases of a study differ in a few values; rooms, doors and the quench pipe are mostly the same. What
depends on those alone is computed once in a process, because its function is given nothing but what it depends on.
"""

from __future__ import annotations

import hashlib
import pickle
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, Generic, TypeVar, cast

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])


class Same(Generic[T]):
    """A value by identity, for ``lru_cache``: what holds arrays does not hash."""

    def __init__(self, value: T) -> None:
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.value is self.value


def shared(value: T) -> T:
    """Return the first of the values equal to this one, so that what many cases have in common is one object.

    What follows from it is then found by identity (`Same`), at no cost that grows with its size.
    """
    return cast(T, _first(value))


@lru_cache(maxsize=64)
def _first(value: Any) -> Any:
    return value


def remembered(most: int) -> Callable[[F], F]:
    """Keep the last ``most`` results of a pure function, found again by the content of its arguments.

    For arguments that hold arrays or mappings and so do not hash. Equal arguments that pickle to different bytes
    cost a second computation and nothing else; different ones never share a result. Results are shared: they
    must not be changed.
    """

    def decorate(function: F) -> F:
        kept: OrderedDict[bytes, Any] = OrderedDict()

        @wraps(function)
        def found(*arguments: Any) -> Any:
            key = hashlib.sha256(pickle.dumps(arguments, protocol=5)).digest()
            if key in kept:
                kept.move_to_end(key)
                return kept[key]
            result = kept[key] = function(*arguments)
            while len(kept) > most:
                kept.popitem(last=False)
            return result

        return found  # type: ignore[return-value]

    return decorate
