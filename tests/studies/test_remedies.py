"""Remedies: the least change cures, a little less does not, and what else it changes is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from shapely import Point

from benchmarks.check_sites import department, item, magnet
from mrsite.checks.finding import Finding, Outcome
from mrsite.checks.run import assess, run_checks, wanted
from mrsite.fields import Coil
from mrsite.site.gather import gather
from mrsite.site.project import Project
from mrsite.site.total_field import total_field
from mrsite.studies.remedies import Cure, effects, regathered, remedies
from mrsite.studies.remedy_changes import changes

#: One coil with a moment of about 2.4e5 A m2: 0.5 mT some 4.6 m along the axis and 3.6 m across.
MODEL = replace(
    magnet(), coils=(Coil(0.5, 0.6, -0.5, 0.5, 2.5e6),), magnet_length_m=1.2, cryostat_diameter_m=1.4, modelled=True
)


def site(**more: object) -> Project:
    return replace(department(model=MODEL, **more), position_tolerance_m=0.05)  # type: ignore[arg-type]


def cure_of(cures: tuple[Cure, ...], check: str, subject: str) -> Cure:
    return next(c for c in cures if (c.finding.check, c.finding.subject) == (check, subject))


def status(outcome: Outcome, finding: Finding) -> str | None:
    return next((f.status for f in outcome.findings if f.id == finding.id), None)


@pytest.fixture(scope="module")
def with_ct() -> tuple[Project, Outcome, tuple[Cure, ...]]:
    project = site(equipment=(item("CT1", "ct", (10.8, 9.6, 12.8, 11.4)),), rooms={"SCAN": {"oxygen_monitor": False}},
                   doors={"D3": {"lock": False}})  # fmt: skip
    outcome = assess(project)
    return project, outcome, remedies(outcome)


def test_every_failing_finding_gets_an_answer(with_ct: tuple[Project, Outcome, tuple[Cure, ...]]) -> None:
    _, outcome, cures = with_ct
    assert {c.finding.id for c in cures} == {f.id for f in outcome.findings if f.status == "fail"}
    assert all(c.said for c in cures)


def test_a_remedy_holds_in_an_assessment_of_its_own_and_a_little_less_does_not(
    with_ct: tuple[Project, Outcome, tuple[Cure, ...]],
) -> None:
    project, _, cures = with_ct
    moves = [(c, r) for c in cures for r in c.remedies if r.family in ("move equipment", "move magnet")]
    assert moves
    for cure, remedy in moves[:3]:
        fresh = assess(remedy.outcome.project)
        assert status(fresh, cure.finding) in ("pass", None)
        assert {f.id: f.status for f in fresh.findings} == {f.id: f.status for f in remedy.outcome.findings}
        change = next(
            c for c in changes(project, cure.finding)
            if c.family == remedy.family and c.says(remedy.amount) == remedy.says
        )  # fmt: skip
        less = change.make(remedy.amount - 0.1) if remedy.amount > 0.1 else project
        assert less is not None
        assert status(assess(less), cure.finding) != "pass"


def test_a_missing_lock_is_cured_at_its_door(with_ct: tuple[Project, Outcome, tuple[Cure, ...]]) -> None:
    cure = cure_of(with_ct[2], "access", "lock of door D3 LOBBY / SCREENING")
    assert cure.remedies[0].family == "door"
    assert "lock" in cure.remedies[0].says
    assert cure.remedies[0].status == "pass"


def test_where_nothing_cures_it_is_said(with_ct: tuple[Project, Outcome, tuple[Cure, ...]]) -> None:
    cure = cure_of(with_ct[2], "scan_room", "oxygen monitor of SCAN")
    assert cure.remedies == ()
    assert cure.said.startswith("None")


def test_what_is_taken_over_is_what_would_be_computed(with_ct: tuple[Project, Outcome, tuple[Cure, ...]]) -> None:
    project, outcome, _ = with_ct
    from shapely import affinity

    moved = replace(project, equipment=(replace(project.equipment[0], footprint=affinity.translate(
        project.equipment[0].footprint, 1.3, -0.2)),))  # fmt: skip
    fast = run_checks(moved, regathered(outcome, wanted(project), moved, wanted(moved), field_same=True))
    slow = run_checks(moved, gather(moved, total_field(moved), wanted(moved)))
    assert [(f.id, f.status, f.margin) for f in fast.findings] == [(f.id, f.status, f.margin) for f in slow.findings]


def test_effects_tell_the_worse_first() -> None:
    def made(name: str, status_: str) -> Finding:
        return Finding("c", "R", name, status_, name, "law", "s")  # type: ignore[arg-type]

    before = (made("a", "fail"), made("b", "pass"), made("d", "warn"), made("e", "pass"))
    after = (made("a", "pass"), made("b", "fail"), made("d", "pass"), made("e", "pass"), made("n", "warn"))
    found = effects(before, after, apart="c/R/a/-")
    assert [(e.id.split("/")[2], e.worse) for e in found] == [("b", True), ("n", True), ("d", False)]


def test_a_magnet_is_never_moved_into_a_wall(with_ct: tuple[Project, Outcome, tuple[Cure, ...]]) -> None:
    project, _, cures = with_ct
    room = next(s for s in project.spaces if s.name == "SCAN").polygon
    for change in changes(project, cures[0].finding):
        for amount in change.amounts:
            changed = change.make(amount)
            if changed is not None and change.family == "move magnet":
                x, y, _ = changed.scanners[0].poses[0].position
                assert room.buffer(-0.6).contains_properly(Point(x, y))


def test_the_values_of_a_remedy_written_into_the_site_file_cure_it_too(tmp_path: Path) -> None:
    """A site without a drawing, rooms as polygons: the keys are set in the file and the file is assessed."""
    from mrsite.base.toml import validate
    from mrsite.site.load import load_project
    from mrsite.site.schema import SiteFile
    from mrsite.site.variants import changed, document_of

    def room(name: str, x0: float, x1: float, **facts: str) -> dict[str, object]:
        ring = [[x0, -4.0], [x1, -4.0], [x1, 4.0], [x0, 4.0]]
        return {"name": name, "polygon": ring, **facts}

    document = document_of(
        {
            "schema": 1,
            "site": {"name": "t"},
            "storey": [{"name": "Ground", "height": 4.0, "ceiling": 3.0}],
            "scanner": [{"id": "MR1", "magnet": "extremity-mgb2-0t5", "isocentre": [0.0, 0.0], "isocentre_height": 1.0,
                         "bearing_deg": 0.0}],
            "room": [room("SCAN", -3.0, 1.6, zone="IV", occupancy="restricted", use="scan"),
                     room("CT", 1.8, 9.0, occupancy="staff", use="ct")],
            "equipment": [{"id": "CT-1", "class": "ct", "at": [2.8, 0.0]}],
        },
        tmp_path,
    )  # fmt: skip
    outcome = assess(load_project(validate(SiteFile, document), document))
    cure = cure_of(remedies(outcome), "equipment", "CT-1")
    assert cure.remedies
    for remedy in cure.remedies:
        assert remedy.values
        other = changed(document, remedy.values)
        again = assess(load_project(validate(SiteFile, other), other))
        assert status(again, cure.finding) == remedy.status
