"""What a door is called: its number and rooms; its place only where nothing else tells it from another."""

from __future__ import annotations

import pickle
import time
from dataclasses import replace

from benchmarks.check_sites import department
from mrsite.checks.doors import door_subject, doors_of
from mrsite.site.project import Door, Project


def _doors(project: Project, *doors: Door) -> Project:
    return replace(project, doors=doors)


def test_doors_of_the_same_rooms_are_told_apart_by_number_or_else_by_place() -> None:
    site = department()
    one = next(d for d in site.doors if d.spaces and d.at)
    twin = replace(one, id="twin", at=(one.at[0] + 2.0, one.at[1]))  # type: ignore[index]
    nameless = [replace(d, number=None) for d in (one, twin)]
    alone = _doors(site, nameless[0])
    assert " at (" not in door_subject(alone, nameless[0])
    both = _doors(site, *nameless)
    assert len({door_subject(both, d) for d in nameless}) == 2
    assert all(" at (" in door_subject(both, d) for d in nameless)
    turned = replace(nameless[1], spaces=nameless[1].spaces[::-1])  # type: ignore[index]
    assert " at (" in door_subject(_doors(site, nameless[0], turned), nameless[0])
    numbered = replace(twin, number="D.2")
    mixed = _doors(site, nameless[0], numbered)
    assert " at (" not in door_subject(mixed, nameless[0])
    assert door_subject(mixed, numbered).startswith("door D.2 ")
    elsewhere = _doors(site, nameless[0], replace(nameless[1], storey="First"))
    assert " at (" not in door_subject(elsewhere, nameless[0])


def test_thousands_of_doors_are_named_in_a_moment() -> None:
    site = department()
    one = next(d for d in site.doors if d.spaces and d.at)
    many = tuple(replace(one, id=f"D{k}", number=None, at=(float(k), 0.0)) for k in range(5000))
    site = _doors(site, *many)
    start = time.process_time()
    names = {door_subject(site, d) for d in many}
    assert len(names) == 5000
    assert time.process_time() - start < 2.0  # each against each other would be 25 million comparisons


def test_what_was_derived_of_a_project_is_no_part_of_it() -> None:
    """Results are kept by the bytes of their arguments: looking at a project must not make it another."""
    # the stand-ins of magnet and table do not pickle
    site = replace(department(), scanners=(), equipment_table={}, equipment=(), packs=())
    before = pickle.dumps(site)
    assert all(d in site.doors for s in site.spaces for d in doors_of(site, s))
    assert [door_subject(site, d) for d in site.doors]
    assert pickle.dumps(site) == before
    assert pickle.loads(before).doors == site.doors
