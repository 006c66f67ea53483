"""How much a drawing may ask of the machine before it is refused."""

from __future__ import annotations

from dataclasses import dataclass, fields

from mrsite.base.errors import InputError


@dataclass(frozen=True)
class Limits:
    """Budgets for reading a plan; each is checked before the work that it bounds.

    Parameters
    ----------
    file_mb : float
        Size of the file. Text DXF is read at about 1 MB/s and takes 30 times its size in memory.
    leaves : int
        Entities after all blocks are unfolded, counted by multiplying down the block tree.
    depth : int
        Blocks nested in one another.
    entities : int
        Entities of a building model (IFC).
    seconds, memory_mb : float
        What the reader of a building model or a converter of drawings may take; each runs in a process of its
        own that is ended there.
    """

    file_mb: float = 64.0
    leaves: int = 800_000
    depth: int = 64
    entities: int = 800_000
    seconds: float = 60.0
    memory_mb: float = 2048.0

    @classmethod
    def of(cls, given: Limits | dict[str, float] | None) -> Limits:
        """Return limits from a mapping of overrides; unknown names are an error that lists the known."""
        if given is None:
            return cls()
        if isinstance(given, Limits):
            return given
        known = {f.name for f in fields(cls)}
        for name in given:
            if name not in known:
                raise InputError(f"limit {name!r} is not known: the limits are {', '.join(sorted(known))}")
        whole = {f.name for f in fields(cls) if f.type == "int"}
        values = {name: (int(v) if name in whole else float(v)) for name, v in given.items()}
        return cls(**values)  # type: ignore[arg-type]
