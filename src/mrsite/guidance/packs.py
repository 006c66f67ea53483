"""Rule packs and the equipment table, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mrsite.base.quantity import Grade

Severity = Literal["law", "standard", "professional", "vendor", "advice"]
Reach = Literal["computed", "attested", "out-of-reach"]


@dataclass(frozen=True)
class Rule:
    """One requirement of one document, in our own words."""

    id: str
    pack: str
    document: str
    edition: str
    section: str
    topic: str
    wording: str
    kind: str  #: which check decides it, e.g. "containment-0.5mT"
    quantity: str
    limits: tuple[float, ...]
    unit: str
    severity: Severity
    grade: Grade  #: how far the text was read
    source: str
    reach: Reach
    why: str = ""  #: why it is out of reach or superseded
    superseded: bool = False


@dataclass(frozen=True)
class Pack:
    """The rules of one jurisdiction, document family or hospital."""

    id: str
    title: str
    extends: tuple[str, ...]
    rules: tuple[Rule, ...]
    path: str = ""


@dataclass(frozen=True)
class EquipmentLimit:
    """One source's limit for a class of equipment."""

    max_field_mT: float
    quantity: str  #: "static", "peak-to-peak ac", ...
    condition: str
    basis: str
    source: str
    grade: Grade
    is_limit: bool = True  #: False: an effect level, never shown as a safe limit


@dataclass(frozen=True)
class EquipmentClass:
    """A class of equipment: what it may stand in, and where it is sensitive."""

    id: str
    label: str
    aliases: tuple[str, ...]
    limits: tuple[EquipmentLimit, ...]  #: the shipped default first, rivals after
    heights: tuple[float, float]  #: m above floor of the sensitive part
    radius_m: float | None  #: reach of the sensitive part about its middle, where it rotates
    heights_source: str


@dataclass(frozen=True)
class EnvironmentRow:
    """One figure about what surroundings do to a magnet: a limit, a distance, a source strength."""

    class_: str  #: "car", "lift_train_heavy", "power_ac", ...
    quantity: str
    value: float | None
    unit: str
    applies_to: str
    distance_axial_m: float | None
    distance_radial_m: float | None
    condition: str
    source: str
    grade: Grade
