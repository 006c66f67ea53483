"""The clinic with a key: its planted door, everything that is certain, and not-assessed elsewhere."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.check_sites import Spheroid
from mrsite.checks.finding import Outcome
from mrsite.checks.run import run_checks, wanted
from mrsite.site.load import load_project
from mrsite.site.project import Project
from mrsite.site.schema import OperatorEntry, read_site_file


@pytest.fixture(scope="module")
def clinic(shared: Path) -> Project:
    return load_project(*read_site_file(shared / "plans_with_key" / "clinic.site.toml"))


@pytest.fixture(scope="module")
def key(shared: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((shared / "plans_with_key" / "clinic.json").read_text(encoding="utf-8"))
    return loaded


def assess(project: Project, field: Spheroid) -> Outcome:
    return run_checks(project, field.evidence(project, wanted(project)))


#: Field models through the stated reach, as the key's own: exponents 4.5 to 9, the reach 10 % off.
FIELDS = [
    Spheroid(4.0 * k, 2.5 * k, n, band)
    for k in (0.9, 1.0, 1.1)
    for n in (4.5, 9.0)
    for band in (0.0, 0.05)
    if k * (1 + band) <= 1.1
]


@pytest.mark.parametrize("field", FIELDS, ids=lambda f: f"{f.axial:.1f}m-n{f.exponent:g}-band{f.band:g}")
def test_every_certain_expectation(clinic: Project, key: dict[str, Any], field: Spheroid) -> None:
    eye = tuple(key["operator_eye"])
    seen = assess(replace(clinic, operators=(OperatorEntry(at=eye, eye_heights=(1.2,)),)), field)
    topics = {
        "access-control": ("access", "lock of"),
        "line-of-sight": ("sight", "view of door"),
        "zone-adjacency": ("zones", ""),
        "fringe-0.5mT": ("containment", "whole storey"),
    }
    for row in key["expected"]:
        check, subject = topics[row["topic"]]
        found = [
            f
            for f in seen.findings
            if f.check == check
            and f.subject.startswith(subject)
            and f.storey == "Ground"
            and set(row["rules"]) & {f.rule, *f.also}
        ]
        if row["at"] is not None:
            import shapely

            found = [f for f in found if f.location is None or f.location.distance(shapely.Point(row["at"])) < 0.9]
        assert row["expect"] in {f.status for f in found}, (row["topic"], [(f.subject, f.status) for f in found])
        if row["expect"] == "pass":
            assert {f.status for f in found} == {"pass"}, row["topic"]


def test_nothing_but_the_planted_door_fails(clinic: Project) -> None:
    result = assess(clinic, Spheroid())
    assert [f.subject for f in result.findings if f.status == "fail"] == ["lock of door 6 MR LOBBY / 3 SCREENING"]
    assert result.conclusion == "fails"


def test_what_the_file_does_not_say_is_not_assessed_and_never_passes(clinic: Project) -> None:
    result = assess(clinic, Spheroid())
    for word in ("quench", "oxygen monitor", "ferromagnetic detection", "signs of", "view of", "moving metal"):
        found = [f for f in result.findings if f.subject.startswith(word)]
        assert found, word
        assert {f.status for f in found} == {"not-assessed"}, word
    assert {f.status for f in result.findings if f.check == "attested"} == {"not-assessed"}


def test_the_planted_door_put_right_leaves_no_failure(clinic: Project) -> None:
    doors = tuple(
        replace(d, lock=True) if d.at is not None and abs(d.at[0] - 9.2) < 0.1 and abs(d.at[1] - 5.1) < 0.1 else d
        for d in clinic.doors
    )
    assert doors != clinic.doors
    result = assess(replace(clinic, doors=doors), Spheroid())
    assert result.counts["fail"] == 0
    assert result.conclusion == "open"
