"""Words in which people state fittings, insulation and outlet of a quench pipe, turned into the keys of the tables.

What is assumed in doing so comes back as a sentence; what cannot be read is said, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mrsite.base.text import inert
from mrsite.venting import catalogue

#: m, where insulation is stated without thickness: the least that one vendor asks for (it does not move the drop).
USUAL_INSULATION_MM = 40.0

_FORMS = (
    ("smooth", r"smooth|long[ -]radius|swept"),
    ("short", r"short[ -]radius"),
    ("segmented", r"segment|lobster"),
    ("mitre", r"mitre|miter"),
)
_FITTINGS = (
    ("gooseneck", r"goose|swan"),
    ("flap", r"\bflap"),
    ("hood", r"hood|cowl|weather|rain"),
    ("tee-branch", r"\btee\b.*branch|branch.*\btee\b"),
    ("tee-through", r"\btee\b|t-piece"),
)
_MATERIALS = (
    ("none", r"^(none|no|bare|uninsulated|not insulated)\b"),
    ("mineral-wool", r"mineral|rock ?wool|stone ?wool|glass ?wool"),
    ("foam-glass", r"foam-?glass|foamglas|cellular glass"),
    ("elastomer", r"elastom|rubber|armaflex"),
)
_DIRECTIONS = (
    ("down", r"\bdown"),
    ("hooded", r"hood|cowl|rain cap|weather|gooseneck|goose neck|swan"),
    ("up", r"\bup|vertical|upright"),
    ("level", r"horizontal|level|sideways|\bside\b|through the wall"),
)


@dataclass
class Read:
    """What was read of some words, and what had to be assumed."""

    values: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def _first(text: str, table: tuple[tuple[str, str], ...]) -> str | None:
    return next((name for name, pattern in table if re.search(pattern, text)), None)


def fitting(text: str) -> Read:
    """Read one fitting: ``type`` of the table, or ``bends`` for how the counted bends are made; empty: not known."""
    ids = {row["id"] for row in catalogue.table("fittings")["fitting"]}
    plain = text.strip().casefold()
    if plain in ids:
        return Read({"type": plain})
    if re.search(r"bend|elbow", plain):
        form = _first(plain, _FORMS)
        read = Read({} if form is None else {"bends": form})
        read.values["counted"] = True
        return read
    found = _first(plain, _FITTINGS)
    if found is not None:
        return Read({"type": found})
    if re.search(r"mesh|grille|bird|cage", plain):
        return Read(
            {"counted": True}, [f"free area of the fitting {inert(text, 60)!r} (outlet = {{ mesh_free_area = ... }})"]
        )
    if re.search(r"bellow|flexib|hose|corrugat|compensat", plain):
        return Read({"counted": True}, [f"where and how long the fitting {inert(text, 60)!r} is (station_m, length_m)"])
    return Read()


def insulation(text: str) -> Read:
    """Read insulation: ``material``, ``thickness_mm``, ``length_m``; empty: not known."""
    plain = text.strip().casefold()
    ids = {row["id"] for row in catalogue.table("pipes")["insulation"]}
    material = plain if plain in ids else _first(plain, _MATERIALS)
    if material is None:
        return Read()
    read = Read({"material": material})
    if material == "none":
        return read
    thick = re.search(r"(\d+(?:\.\d+)?)\s*mm", plain)
    if thick:
        read.values["thickness_mm"] = float(thick[1])
    else:
        read.values["thickness_mm"] = USUAL_INSULATION_MM
        read.notes.append(f"thickness of the insulation ({USUAL_INSULATION_MM:g} mm are assumed)")
    reach = re.search(r"(?:first|over|for)\s+(\d+(?:\.\d+)?)\s*m\b", plain)
    if reach:
        read.values["length_m"] = float(reach[1])
    return read


def outlet(text: str) -> Read:
    """Read the outlet: ``direction`` and ``cap``; what is not known is taken as drawn, and said."""
    plain = text.strip().casefold()
    if plain in ("as-drawn", "as drawn"):
        return Read({"direction": "as-drawn"})
    direction = _first(plain, _DIRECTIONS)
    if direction is None:
        return Read({}, [f"what outlet = {inert(text, 60)!r} means (up, level, down or hooded; taken as drawn)"])
    read = Read({"direction": direction})
    if direction == "hooded":
        read.values["cap"] = "gooseneck" if re.search(r"goose|swan", plain) else "hood"
    return read


def counted(given: Mapping[str, Any]) -> tuple[list[dict[str, Any]], int | None, Read] | None:
    """Read ``{ bend-90 = 4, hood = 1 }``: fittings by number. None where the mapping is of another kind."""
    if not given or not all(isinstance(v, int) and not isinstance(v, bool) and 0 <= v <= 100 for v in given.values()):
        return None
    made: list[dict[str, Any]] = []
    bends: int | None = None
    rest = Read()
    for key, number in given.items():
        read = fitting(str(key).replace("_", "-"))
        if re.search(r"bend|elbow", str(key).casefold()):
            bends = (bends or 0) + number
            rest.values.update({k: v for k, v in read.values.items() if k == "bends"})
        elif "type" in read.values:
            made += [{"type": read.values["type"]}] * number
        else:
            return None
        rest.notes += read.notes
    return made, bends, rest
