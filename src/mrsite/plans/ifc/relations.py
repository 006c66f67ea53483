"""How the entities of a model hang together: parts, places, openings, types. Runs in the worker's process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# No building is nested deeper; a chain of relations that is longer is a ring.
_DEEPEST = 64


@dataclass(frozen=True)
class Relations:
    """The objectified relations of a model, by the STEP number of the entity that is asked about."""

    whole: dict[int, Any]
    parts: dict[int, tuple[Any, ...]]
    place: dict[int, Any]
    host: dict[int, Any]
    openings: dict[int, tuple[Any, ...]]
    opening_of: dict[int, Any]
    filled: frozenset[int]
    kind: dict[int, Any]
    sets: dict[int, tuple[Any, ...]]
    bounds: dict[int, tuple[str, ...]]

    def above(self, element: Any) -> Iterator[Any]:
        """Give what an element lies in, from near to far: its wall, its storey, its building."""
        here = element
        for _ in range(_DEEPEST):
            key = here.id()
            up = self.place.get(key) or self.whole.get(key) or self.host.get(key) or self.opening_of.get(key)
            if up is None:
                return
            yield up
            here = up

    def storey_of(self, element: Any) -> Any | None:
        """Return the storey that an element lies in, however deep."""
        return next((e for e in self.above(element) if e.is_a("IfcBuildingStorey")), None)

    def bodies_of(self, element: Any) -> tuple[Any, ...]:
        """Return the element, or where it has no shape of its own the parts that have."""
        found: list[Any] = []
        rest = [element]
        seen: set[int] = set()
        while rest and len(seen) < 10_000:
            one = rest.pop()
            if one.id() in seen:
                continue
            seen.add(one.id())
            if getattr(one, "Representation", None) is not None:
                found.append(one)
            else:
                rest += self.parts.get(one.id(), ())
        return tuple(found)


def relations_of(model: Any) -> Relations:
    """Read the relations of a model once."""
    whole: dict[int, Any] = {}
    parts: dict[int, list[Any]] = {}
    place: dict[int, Any] = {}
    host: dict[int, Any] = {}
    openings: dict[int, list[Any]] = {}
    opening_of: dict[int, Any] = {}
    filled: set[int] = set()
    kind: dict[int, Any] = {}
    sets: dict[int, list[Any]] = {}
    bounds: dict[int, list[str]] = {}
    for rel in model.by_type("IfcRelAggregates"):
        for part in rel.RelatedObjects or ():
            whole[part.id()] = rel.RelatingObject
            parts.setdefault(rel.RelatingObject.id(), []).append(part)
    for rel in model.by_type("IfcRelContainedInSpatialStructure"):
        for element in rel.RelatedElements or ():
            place[element.id()] = rel.RelatingStructure
    for rel in model.by_type("IfcRelVoidsElement"):
        if rel.RelatedOpeningElement is not None and rel.RelatingBuildingElement is not None:
            host[rel.RelatedOpeningElement.id()] = rel.RelatingBuildingElement
            openings.setdefault(rel.RelatingBuildingElement.id(), []).append(rel.RelatedOpeningElement)
    for rel in model.by_type("IfcRelFillsElement"):
        if rel.RelatedBuildingElement is not None and rel.RelatingOpeningElement is not None:
            opening_of[rel.RelatedBuildingElement.id()] = rel.RelatingOpeningElement
            filled.add(rel.RelatingOpeningElement.id())
    for rel in model.by_type("IfcRelDefinesByType"):
        for element in rel.RelatedObjects or ():
            kind[element.id()] = rel.RelatingType
    for rel in model.by_type("IfcRelDefinesByProperties"):
        for element in rel.RelatedObjects or ():
            sets.setdefault(element.id(), []).append(rel.RelatingPropertyDefinition)
    for rel in model.by_type("IfcRelSpaceBoundary"):
        space, element = rel.RelatingSpace, rel.RelatedBuildingElement
        if element is not None and space is not None:
            bounds.setdefault(element.id(), []).append(space.GlobalId if space.is_a("IfcSpace") else "")
    return Relations(
        whole,
        {k: tuple(v) for k, v in parts.items()},
        place,
        host,
        {k: tuple(v) for k, v in openings.items()},
        opening_of,
        frozenset(filled),
        kind,
        {k: tuple(v) for k, v in sets.items()},
        {k: tuple(dict.fromkeys(v)) for k, v in bounds.items()},
    )
