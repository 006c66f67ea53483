"""Cited rule packs, and the tables of equipment and environment, as data.

``load_packs`` and ``load_equipment`` read; `Rule`, `Pack`, `EquipmentClass` are values.
"""

from mrsite.guidance.load import (
    GENERAL,
    find_class,
    known_packs,
    load_environment,
    load_equipment,
    load_packs,
    read_equipment,
)
from mrsite.guidance.packs import EnvironmentRow, EquipmentClass, EquipmentLimit, Pack, Rule

__all__ = [
    "GENERAL",
    "EnvironmentRow",
    "EquipmentClass",
    "EquipmentLimit",
    "Pack",
    "Rule",
    "find_class",
    "known_packs",
    "load_environment",
    "load_equipment",
    "load_packs",
    "read_equipment",
]
