"""The text of a model before any library reads it: is it whole, what schema, how many entities, any rings.

STEP files (ISO 10303-21) are text; every entity is ``#12=IFCWALL(...);`` and refers to others by
number. A sound model has no ring of such references, and following one would never end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mrsite.base.errors import InputError

SCHEMAS = ("IFC2X3", "IFC4", "IFC4X3")
_EARLIER = re.compile(r"IFC(2X3|4X3|4)(?=$|_|-|X|RC|ADD|TC|FINAL)")
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class StepText:
    """What the text of a model says of itself."""

    schema: str
    entities: int


def look(data: bytes, name: str, most_entities: int) -> StepText:
    """Check the text of a model.

    Parameters
    ----------
    data : bytes
        The whole file.
    most_entities : int
        The limit ``entities``.

    Raises
    ------
    InputError
        Cut off, of an unknown schema, too many entities, a number given twice, a ring of references.
    """
    if not data.rstrip(b"\x00\x1a \r\n\t").endswith(b"END-ISO-10303-21;"):
        line = data.count(b"\n") + 1
        raise InputError(
            f"{name}: this is an IFC model cut off in line {line} (no END-ISO-10303-21); ask for the file again"
        )
    schema = _schema(data, name)
    bare = re.sub(rb"'[^']*'|/\*.*?\*/", b"''", data, flags=re.DOTALL)
    at, number, defines = _references(bare)
    count = int(defines.sum())
    if count == 0:
        raise InputError(f"{name}: the model holds no entities; export it again")
    if count > most_entities:
        raise InputError(
            f"{name}: {count} entities are over the limit entities = {most_entities}: export only the storeys that "
            "matter, without furniture and services, or raise the limit entities"
        )
    own = number[defines]
    known, seen = np.unique(own, return_counts=True)
    if (seen > 1).any():
        raise InputError(f"{name}: entity #{int(known[seen > 1][0])} is there twice; export the model again")
    ring = _ring(known, number, defines)
    if ring is not None:
        kinds = " > ".join(_kind(bare, at[defines][np.flatnonzero(own == n)[0]]) for n in ring[:4])
        shown = " > ".join(f"#{n}" for n in ring[:4])
        raise InputError(f"{name}: entities refer to one another in a ring ({shown}: {kinds}); export the model again")
    return StepText(schema, count)


def _schema(data: bytes, name: str) -> str:
    found = re.search(rb"FILE_SCHEMA\s*\(\s*\(\s*'([^']{0,80})'", data[:200_000])
    if found is None:
        raise InputError(f"{name}: the header names no schema (FILE_SCHEMA); export the model again as IFC4")
    word = found[1].decode("latin-1").strip().upper()
    known = _EARLIER.match(word)
    if known is None:
        raise InputError(f"{name}: schema {word!r} is not read; export the model as one of {', '.join(SCHEMAS)}")
    return f"IFC{known[1]}"


def _references(bare: bytes) -> tuple[Ints, Ints, npt.NDArray[np.bool_]]:
    """Find every ``#n``: where, which number, and whether it begins an entity (``#n=``)."""
    text = np.frombuffer(bare + b" " * 24, dtype=np.uint8)
    at = np.flatnonzero(text == ord("#"))
    number = np.zeros(len(at), dtype=np.int64)
    here = at + 1
    going = np.ones(len(at), dtype=bool)
    for _ in range(18):
        digit = text[np.minimum(here, len(text) - 1)].astype(np.int64) - ord("0")
        going &= (digit >= 0) & (digit <= 9)
        if not going.any():
            break
        number[going] = number[going] * 10 + digit[going]
        here[going] += 1
    for _ in range(3):
        blank = np.isin(text[np.minimum(here, len(text) - 1)], (32, 9, 10, 13))
        here[blank] += 1
    defines = text[np.minimum(here, len(text) - 1)] == ord("=")
    return at, number, np.asarray(defines)


def _ring(known: Ints, number: Ints, defines: npt.NDArray[np.bool_]) -> list[int] | None:
    """Return the entities of one ring of references, or None."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    owner = np.cumsum(defines) - 1
    refers = ~defines & (owner >= 0)
    start = number[defines][owner[refers]]
    end = number[refers]
    inside = np.isin(end, known)
    i, j = np.searchsorted(known, start[inside]), np.searchsorted(known, end[inside])
    itself = i == j
    if itself.any():
        n = int(known[i[itself][0]])
        return [n, n]
    n = len(known)
    graph = coo_array((np.ones(len(i), dtype=np.int8), (i, j)), shape=(n, n))
    count, label = connected_components(graph, directed=True, connection="strong")
    if count == n:
        return None
    size = np.bincount(label)
    members = np.flatnonzero(label == int(np.argmax(size > 1)))
    return [int(known[k]) for k in members]


def _kind(bare: bytes, at: int) -> str:
    found = re.match(rb"#\d+\s*=\s*([A-Za-z0-9_]+)", bare[at : at + 200])
    return found[1].decode("ascii").upper() if found else "?"
