"""Removing any fact never adds a pass and never turns the conclusion clear.

Exhaustive over single facts of sites with and without faults, then several at once at random.
A fact is what a person states or a drawing shows: taking a whole drawn door away is another
building, and a default that replaces a stated limit is another rule, so neither is tried.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.check_sites import Spheroid, department, item, upper_storey, with_storey
from benchmarks.checks import _TEAM, _attest, _soil
from mrsite.checks.finding import Outcome
from mrsite.checks.run import run_checks, wanted
from mrsite.site.project import Project
from mrsite.site.schema import AbsentEntry

Change = Callable[[Project], Project]

SPACE_FACTS = (
    "zone",
    "occupancy",
    "use",
    "ceiling",
    "relief_area_m2",
    "oxygen_monitor",
    "exhaust_m3_h",
    "air_changes",
    "switches",
    "workstation",
    "polygon",
    "name",
)
DOOR_FACTS = (
    "spaces",
    "at",
    "jambs",
    "clear_width_m",
    "opens_into",
    "opens",
    "lock",
    "lock_kind",
    "self_closing",
    "free_egress",
    "signs",
    "detector",
    "number",
)
STOREY_FACTS = ("height", "ceiling", "slab_m", "plan", "occupancy", "registered")
LISTS = ("operators", "windows", "pathways", "absent", "attestations", "equipment", "moving_metal")


def judge(project: Project, field: Spheroid) -> Outcome:
    return run_checks(project, field.evidence(project, wanted(project)))


def _swap(project: Project, name: str, index: int, change: dict[str, Any]) -> Project:
    things = list(getattr(project, name))
    things[index] = replace(things[index], **change)
    return replace(project, **{name: tuple(things)})


def removals(project: Project) -> Iterator[tuple[str, Change]]:
    """Yield every single fact that can be taken away."""
    for name, facts in (("spaces", SPACE_FACTS), ("doors", DOOR_FACTS), ("storeys", STOREY_FACTS)):
        for index, thing in enumerate(getattr(project, name)):
            for fact in facts:
                if getattr(thing, fact) is not None:
                    yield f"{name}[{index}].{fact}", lambda p, n=name, i=index, f=fact: _swap(p, n, i, {f: None})  # type: ignore[misc]
    for index, space in enumerate(project.spaces):
        blank = dict.fromkeys(SPACE_FACTS) | {"polygon": space.polygon, "name": space.name, "stated": False}
        yield f"[[room]] {space.label}", lambda p, i=index, b=blank: _swap(p, "spaces", i, b)  # type: ignore[misc]
    for name in LISTS:
        for index in range(len(getattr(project, name))):
            yield (
                f"{name}[{index}]",
                lambda p, n=name, i=index: replace(p, **{n: tuple(t for k, t in enumerate(getattr(p, n)) if k != i)}),
            )  # type: ignore[misc]
    for index, entry in enumerate(project.attestations):
        for fact in ("covers", "expires"):
            if getattr(entry, fact) is not None:
                yield (
                    f"attestation.{fact}",
                    lambda p, i=index, f=fact: replace(  # type: ignore[misc]
                        p,
                        attestations=tuple(
                            a.model_copy(update={f: None}) if k == i else a for k, a in enumerate(p.attestations)
                        ),
                    ),
                )
    for index, thing in enumerate(project.equipment):
        for fact in ("label", "label_max_field_mT", "tether_m", "footprint", "class_"):
            if getattr(thing, fact) is not None and not (fact == "label_max_field_mT" and thing.class_ is not None):
                yield f"equipment.{fact}", lambda p, i=index, f=fact: _swap(p, "equipment", i, {f: None})  # type: ignore[misc]
    if project.boundary is not None:
        yield "boundary", lambda p: replace(p, boundary=None)
    if project.issue.date is not None:
        yield "issue.date", lambda p: replace(p, issue=p.issue.model_copy(update={"date": None}))


PACKS = ("uk", "usa", "italy", "iec", "vendor", "international")
KINDS_ABSENT = (
    "ct",
    "gamma-camera",
    "pet",
    "linac",
    "x-ray",
    "eeg",
    "electron-microscope",
    "mri",
    "cylinder-store",
    "transformer",
    "lift",
    "road",
    "railway",
)


def full() -> Project:
    """A site that says nearly everything."""
    import shapely

    absent = tuple(AbsentEntry(kind=k, within_m=20.0, stated_by="estates", date="2026-01-01") for k in KINDS_ABSENT[1:])
    things = (
        item("CT1", "ct", (3.2, 8.0, 5.2, 8.8)),
        item("P1", None, (4.1, 8.0, 4.3, 8.2), label="conditional", label_max_field_mT=40.0, tether_m=0.0),
        item("M1", "patient_monitor", (8.0, 4.0, 8.3, 4.3)),
    )
    site = department(PACKS, absent=absent, equipment=things, pathways=(_TEAM,), boundary=shapely.box(-4, -4, 30, 30))
    site = _soil(with_storey(site, upper_storey(occupancy="public")))
    word = _attest()
    return replace(site, issue=word.issue, attestations=word.attestations)


def faulty() -> Project:
    """The same with a dozen faults."""
    site = full()
    changes: dict[str, dict[str, Any]] = {
        "D1": {
            "lock": False,
            "signs": (),
            "opens": "inward",
            "opens_into": "Ground/SCAN",
            "self_closing": False,
            "clear_width_m": 1.1,
        },
        "D2": {"free_egress": False},
        "D3": {"lock": False, "free_egress": False, "signs": ("inside",), "detector": False},
    }
    site = replace(site, doors=tuple(replace(d, **changes.get(d.number or "", {})) for d in site.doors))
    rooms: dict[str, dict[str, Any]] = {
        "SCAN": {
            "oxygen_monitor": False,
            "exhaust_m3_h": 900.0,
            "air_changes": 2.0,
            "switches": (),
            "relief_area_m2": 0.0,
        },
        "CONTROL": {"switches": (), "workstation": True},
        "BAY": {"zone": "I", "occupancy": "staff"},
    }
    site = replace(site, spaces=tuple(replace(s, **rooms.get(s.name or "", {})) for s in site.spaces))
    expired = tuple(a.model_copy(update={"expires": "2020-01-01"}) for a in site.attestations)
    moved = replace(site.scanners[0], poses=(replace(site.scanners[0].poses[0], position=(4.2, 4.6, 1.05)),))
    return replace(site, attestations=expired, scanners=(moved,))


SITES = {
    "all stated": (full, Spheroid()),
    "faulty": (faulty, Spheroid()),
    "band across": (full, Spheroid(4.0, 2.9, band=0.15)),
}


def passes(outcome: Outcome) -> set[tuple[str, str, str | None]]:
    """What passed. Doors are named after their rooms, so subjects may lose words: compare without them."""
    return {(f.check, f.rule, f.storey) for f in outcome.findings if f.status == "pass"}


def count(outcome: Outcome) -> dict[tuple[str, str, str | None], int]:
    tally: dict[tuple[str, str, str | None], int] = {}
    for f in outcome.findings:
        if f.status == "pass":
            key = (f.check, f.rule, f.storey)
            tally[key] = tally.get(key, 0) + 1
    return tally


def worse(before: Outcome, after: Outcome) -> list[str]:
    """Say which passes are there afterwards that were not before."""
    old, new = count(before), count(after)
    said = [f"{key}: {old.get(key, 0)} -> {n}" for key, n in new.items() if n > old.get(key, 0)]
    if after.conclusion == "clear" and before.conclusion != "clear":
        said.append(f"conclusion {before.conclusion} -> clear")
    return said


def added_by_single_removals(name: str, every: int = 1) -> list[tuple[str, list[str]]]:
    build, field = SITES[name]
    site = build()
    before = judge(site, field)
    chosen = list(removals(site))[::every]
    assert len(chosen) > 20
    return [(what, added) for what, remove in chosen if (added := worse(before, judge(remove(site), field)))]


@pytest.mark.parametrize(("name", "every"), [("all stated", 6), ("faulty", 7)])
def test_no_single_fact_hides_a_pass(name: str, every: int) -> None:
    assert added_by_single_removals(name, every) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", SITES)
def test_no_single_fact_at_all_hides_a_pass(name: str) -> None:
    assert added_by_single_removals(name) == []


def test_the_faulty_site_has_its_faults() -> None:
    assert judge(faulty(), Spheroid()).counts["fail"] >= 12


def test_the_property_can_fail() -> None:
    """A check that passed where a lock is not stated would be caught."""
    site = department(doors={"D3": {"lock": False}})
    before = judge(site, Spheroid())
    lying = dataclasses.replace(judge(department(), Spheroid()))
    assert worse(before, lying)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_nor_do_several_facts_at_once(data: st.DataObject) -> None:
    build, field = SITES[data.draw(st.sampled_from(sorted(SITES)))]
    site = build()
    before = judge(site, field)
    options = dict(removals(site))
    names = data.draw(st.lists(st.sampled_from(sorted(options)), min_size=2, max_size=8, unique=True))
    after = site
    for what in sorted(names, key=lambda n: "[" in n and n.rstrip("]").split("[")[-1].isdigit(), reverse=False):
        try:
            after = options[what](after)
        except IndexError:
            continue
    assert worse(before, judge(after, field)) == []
