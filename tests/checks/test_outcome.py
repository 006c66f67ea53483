"""What findings come to: ids, grades, severities, conclusion; steel, missing fields, attestations."""

from __future__ import annotations

from dataclasses import replace

import pytest
import shapely

from benchmarks.check_sites import Spheroid, department, item, magnet, upper_storey, with_storey
from mrsite.checks.finding import Finding, Outcome
from mrsite.checks.run import conclude, run_checks, wanted
from mrsite.guidance.packs import Pack
from mrsite.site.project import Project, Space
from mrsite.site.schema import AbsentEntry


def outcome(project: Project, field: Spheroid | None = None, **evidence: str) -> Outcome:
    return run_checks(project, (field or Spheroid()).evidence(project, wanted(project), **evidence))


def by_check(result: Outcome, check: str) -> list[Finding]:
    return [f for f in result.findings if f.check == check]


def finding(status: str, severity: str = "professional", grade: str = "read") -> Finding:
    return Finding("c", "R", status + severity + grade, status, "m", severity, "s", grade=grade)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("findings", "conclusion"),
    [
        ([], "open"),
        ([finding("pass")], "clear"),
        ([finding("pass"), finding("fail", "vendor")], "fails"),
        ([finding("pass"), finding("warn", "law")], "open"),
        ([finding("pass"), finding("not-assessed", "standard")], "open"),
        ([finding("pass"), finding("warn", "advice"), finding("not-assessed", "vendor")], "clear"),
        ([finding("pass", grade="second-hand")], "clear"),
        ([finding("pass", grade="borrowed")], "open"),
        ([finding("pass", grade="unverified")], "open"),
    ],
)
def test_conclusion(findings: list[Finding], conclusion: str) -> None:
    assert conclude(findings) == conclusion


def test_ids_are_distinct_and_stable() -> None:
    project = department(("uk", "usa", "italy", "iec", "vendor", "international"))
    first, second = outcome(project), outcome(project)
    ids = [f.id for f in first.findings]
    assert len(set(ids)) == len(ids)
    assert ids == [f.id for f in second.findings]


def test_findings_come_worst_first() -> None:
    order = ["fail", "warn", "not-assessed", "pass"]
    statuses = [order.index(f.status) for f in outcome(department(doors={"D3": {"lock": False}})).findings]
    assert statuses == sorted(statuses)


def test_the_containment_pass_lists_the_lock_findings_it_depends_on() -> None:
    result = outcome(department(doors={"D3": {"lock": False}}))
    whole = next(f for f in by_check(result, "containment") if f.subject == "whole storey")
    assert whole.status == "pass"
    known = {f.id: f for f in result.findings}
    assert whole.depends_on
    assert all(i in known for i in whole.depends_on)
    assert result.conclusion == "fails"


def test_steel_stated_and_not_solved_lets_no_field_finding_be_better_than_warn() -> None:
    project = department(equipment=(item("CT1", "ct", (3.2, 8.0, 5.2, 8.8)),))
    result = outcome(project, caution="steel stated, not modelled (plate)")
    for name in ("containment", "projectile", "equipment", "field_volumes"):
        found = by_check(result, name)
        assert found
        assert not [f for f in found if f.status == "pass" and f.kind], name
    assert any("steel stated, not modelled" in f.message for f in by_check(result, "containment"))
    worse = outcome(department(isocentre=(4.2, 4.0)), caution="steel stated, not modelled (plate)")
    assert any(f.status == "fail" for f in by_check(worse, "containment")), "a failure stays one"


def test_without_a_field_nothing_of_the_field_is_judged() -> None:
    project = department()
    from mrsite.site.evidence import Evidence

    result = run_checks(project, Evidence(unknown="MR1: the magnet has no field data"))
    for name in ("containment", "projectile", "field_volumes"):
        assert {f.status for f in by_check(result, name) if "No magnet here" not in f.message} == {"not-assessed"}
    assert result.conclusion == "open"


def test_a_missing_field_of_one_of_two_magnets_leaves_only_failures() -> None:
    result = outcome(department(isocentre=(4.2, 4.0)), unknown="MR2: no field data")
    assert {f.status for f in by_check(result, "containment")} == {"fail", "not-assessed"}


def test_an_unverified_magnet_never_gives_clear() -> None:
    result = outcome(department(grade="unverified"))
    passed = [f for f in by_check(result, "containment") if f.status == "pass"]
    assert passed
    assert {f.grade for f in passed} == {"unverified"}
    assert result.conclusion == "open"


def test_advice_and_limits_not_read_only_warn() -> None:
    result = outcome(department(("uk",), doors={"D3": {"detector": False}}))
    assert [f.status for f in by_check(result, "detection")] == ["warn"]
    # A bone densitometer's 0.1 mT is a recalled figure: exceeding it warns.
    dexa = outcome(department(equipment=(item("DX", "dexa", (3.2, 5.5, 5.2, 5.9)),)))
    assert [f.status for f in by_check(dexa, "equipment")] == ["warn"]


def test_effect_levels_are_never_limits() -> None:
    from mrsite.guidance import load_equipment

    for kind in load_equipment().values():
        for limit in kind.limits:
            if "NRC" in limit.source:
                assert not limit.is_limit, kind.id


def test_own_label_comes_before_the_class_and_rivals_are_shown() -> None:
    box = (3.2, 8.0, 5.2, 8.8)
    strict = item("CT1", "ct", box, label_max_field_mT=0.005)
    assert [f.status for f in by_check(outcome(department(equipment=(strict,))), "equipment")] == ["fail"]
    plain = by_check(outcome(department(equipment=(item("CT1", "ct", box),))), "equipment")
    assert "0.2 mT (vendor)" in plain[0].message


def test_zero_point_nine_never_relaxes_zero_point_five() -> None:
    # 0.5 mT enters SCREENING by 0.1 m; 0.9 mT, 0.907 times as far, stays in the wall.
    result = outcome(department(("iec-ed4",), isocentre=(4.2, 3.9)))
    got = {(f.rule, f.subject): f.status for f in by_check(result, "containment") if f.storey}
    assert got["US-FLD-01", "SCREENING"] == "fail"
    assert got["IEC-FLD-01", "whole storey"] == "pass"
    assert result.conclusion == "fails"


# Storeys -----------------------------------------------------------------------------------------

LOW = {"elevation": 3.0}


def ward(**facts: object) -> Space:
    values = {
        "id": "First/WARD",
        "name": "WARD",
        "number": None,
        "storey": "First",
        "polygon": shapely.box(0, 0, 14, 12),
        "from_plan": False,
        "status": "stated",
        "stated": True,
        "occupancy": "public",
        "zone": None,
        **facts,
    }
    return Space(**values)  # type: ignore[arg-type]


def test_a_ward_above_within_reach_fails_and_one_out_of_reach_passes() -> None:
    near = with_storey(department(), upper_storey(elevation=3.0), (ward(),))
    found = [f for f in by_check(outcome(near), "containment") if f.storey == "First"]
    # The floor at 3.0 m is 1.95 m above the isocentre: 2.5 * sqrt(1 - (1.95/2.5)^2) = 1.564 m across.
    assert [(f.subject, f.status) for f in found] == [("WARD", "fail")]
    far = with_storey(department(), upper_storey(), (ward(),))
    found = [f for f in by_check(outcome(far), "containment") if f.storey == "First"]
    assert [(f.subject, f.status) for f in found] == [("whole storey", "pass")]


def test_a_storey_nobody_described_is_not_assessed_where_the_line_arrives() -> None:
    bare = with_storey(department(), upper_storey(elevation=3.0))
    found = [f for f in by_check(outcome(bare), "containment") if f.storey == "First"]
    assert [f.status for f in found] == ["not-assessed"]
    public = with_storey(department(), upper_storey(elevation=3.0, occupancy="staff"))
    found = [f for f in by_check(outcome(public), "containment") if f.storey == "First"]
    assert [f.status for f in found] == ["fail"]


def test_a_drawing_not_shown_to_coincide_is_not_assessed() -> None:
    loose = with_storey(department(), upper_storey(elevation=3.0, registered=None), (ward(),))
    found = [f for f in by_check(outcome(loose), "containment") if f.storey == "First"]
    assert [f.status for f in found] == ["not-assessed"]


def test_nothing_is_judged_elsewhere_where_the_magnets_own_drawing_lies_nowhere() -> None:
    """The drawing of the ward is the reference; that of the magnet's storey is not shown to lie on it."""
    site = with_storey(department(), upper_storey(elevation=3.0), (ward(),))
    site = replace(site, storeys=(replace(site.storeys[0], registered=None), *site.storeys[1:]))
    found = outcome(site).findings
    above = [f for f in found if f.storey == "First" and f.check == "containment"]
    assert [(f.subject, f.status) for f in above] == [("whole storey", "not-assessed")]
    assert "drawing of Ground" in above[0].message
    assert any(f.check == "containment" and f.status != "not-assessed" for f in found if f.storey == "Ground")


def test_a_stair_is_occupied_to_above_the_next_floor() -> None:
    """A magnet below the ceiling of a tall space reaches who climbs it, though not who stands below."""
    stair = {"STAIR": ((14.6, 0.0, 17.6, 9.0), {"zone": "I", "occupancy": "public", "use": "stair"})}
    high = department(boxes=stair)
    high = replace(
        high,
        scanners=(replace(high.scanners[0], poses=(replace(high.scanners[0].poses[0], position=(14.0, 3.0, 5.0)),)),),
    )
    found = {
        f.subject: f.status
        for f in by_check(outcome(high), "containment")
        if f.storey == "Ground" and f.rule == "UK-FLD-01"
    }
    assert found.get("STAIR") == "fail"
    room = department(boxes={"STAIR": (stair["STAIR"][0], {**stair["STAIR"][1], "use": "office"})})
    room = replace(room, scanners=high.scanners)
    for s in room.spaces:
        if s.name == "STAIR":
            room = replace(room, spaces=tuple(replace(x, name="OFFICE") if x is s else x for x in room.spaces))
    found = {f.subject: f.status for f in by_check(outcome(room), "containment") if f.storey == "Ground"}
    assert found.get("OFFICE") is None


def test_an_area_at_another_level_is_judged_under_the_rooms_too() -> None:
    """A public passage under the scan room, 2.4 m down: 0.5 mT reaches it within 2.1 m of its floor."""
    from benchmarks.checks import _area

    base = department()
    under = replace(base, spaces=(*base.spaces, _area(name="PASSAGE", occupancy="public")))
    found = {(f.check, f.subject): f.status for f in outcome(under).findings if f.subject == "PASSAGE"}
    assert found == {("containment", "PASSAGE"): "fail", ("projectile", "PASSAGE"): "fail"}
    deep = replace(base, spaces=(*base.spaces, _area(name="PASSAGE", occupancy="public", level=-4.0)))
    assert not [f for f in outcome(deep).findings if f.subject == "PASSAGE"]


# Enclosure ---------------------------------------------------------------------------------------


def test_a_restricted_space_open_to_a_public_one_does_not_count() -> None:
    # A doorless opening in the wall between SCAN and SCREENING, y = 6.15.
    open_ = department(openings=[((2.0, 6.15), (3.5, 6.15))])
    found = {f.subject: f.status for f in by_check(outcome(open_), "containment") if f.storey}
    assert found == {"SCAN": "fail"}
    inner = department(openings=[((7.15, 0.5), (7.15, 1.5))])  # between SCAN and CONTROL, both restricted
    found = {f.subject: f.status for f in by_check(outcome(inner), "containment") if f.storey}
    assert found == {"whole storey": "pass"}


def test_an_opening_without_a_door_is_an_entrance_that_nobody_can_lock() -> None:
    gap = [((2.0, 6.15), (2.8, 6.15)), ((3.0, 6.15), (3.5, 6.15))]  # two, between SCAN (IV) and SCREENING (II)
    found = [f for f in by_check(outcome(department(openings=gap)), "access") if "opening" in f.subject]
    assert [(f.subject, f.status) for f in found] == [("lock of opening SCAN / SCREENING", "warn")]
    blank = department(openings=gap, rooms={"SCREENING": {"zone": None, "occupancy": None}})
    found = [f for f in by_check(outcome(blank), "access") if "opening" in f.subject]
    assert [f.status for f in found] == ["not-assessed"]
    # the drawing says which two rooms it joins, one of them outdoors
    site = department(openings=[((2.0, -0.15), (2.8, -0.15))])
    plan = site.storeys[0].plan
    assert plan is not None
    plan = replace(plan, openings=tuple(replace(o, rooms=("R1", "outside")) for o in plan.openings))
    spaces = tuple(replace(s, plan_id="R1") if s.name == "SCAN" else s for s in site.spaces)
    site = replace(site, spaces=spaces, storeys=(replace(site.storeys[0], plan=plan),))
    found = [f for f in by_check(outcome(site), "access") if "opening" in f.subject]
    assert [(f.subject, f.status) for f in found] == [("lock of opening SCAN / outdoors", "warn")]
    assert any(f.status == "fail" and "opening" in f.subject for f in by_check(outcome(site), "zones"))


def test_stairs_behind_zone_one_lead_somewhere_or_the_order_of_zones_is_not_shown() -> None:
    """Where nothing places the next storey, what stands over what is chance: neither joined nor passed."""
    stairs = {"STAIRS": ((0.0, -3.0, 3.0, -0.3), {"zone": "II", "occupancy": "staff"})}
    ground = department(("italy",), boxes=stairs)

    def upstairs(zone: str, registered: str | None) -> dict[str, str]:
        above = replace(ground.space("Ground/STAIRS"), id="First/STAIRS", storey="First", zone=zone)
        site = with_storey(ground, upper_storey(registered=registered), (above,))
        return {f.subject: f.status for f in by_check(outcome(site), "zones") if f.storey in ("Ground", None)}

    placed = "stated in site coordinates"
    assert upstairs("I", placed)["entrances of the MR site"] == "fail"  # the stairs are a second entrance
    assert upstairs("III", placed)["whole storey"] == "pass"
    for zone in ("I", "III"):
        assert set(upstairs(zone, None).values()) == {"not-assessed"}
    alone = {f.subject: f.status for f in by_check(outcome(ground), "zones")}
    assert set(alone.values()) == {"not-assessed"}
    public = department(("italy",), boxes={"STAIRS": (stairs["STAIRS"][0], {"zone": "I", "occupancy": "public"})})
    assert {f.status for f in by_check(outcome(public), "zones")} == {"pass"}


def test_rooms_that_open_into_one_another_have_the_doors_of_either() -> None:
    """A nook of the control room without a door of its own is entered by the control room's."""
    nook = {"NOOK": ((7.3, -3.0, 10.3, -0.3), {"zone": "III", "occupancy": "restricted"})}
    shut = [f.subject for f in by_check(outcome(department(boxes=nook)), "access") if "entrance" in f.subject]
    assert shut == ["entrance of NOOK"]
    open_ = department(boxes=nook, openings=[((8.0, -0.15), (9.0, -0.15))])
    assert not [f for f in by_check(outcome(open_), "access") if "entrance" in f.subject or "opening" in f.subject]


def test_an_absence_of_what_no_rule_knows_is_told() -> None:
    said = (
        AbsentEntry(kind="dragons", stated_by="estates"),
        AbsentEntry(kind="lift", within_m=15, stated_by="estates"),
    )
    found = [f for f in by_check(outcome(department(absent=said)), "neighbours") if f.subject.startswith("absence of")]
    assert [(f.subject, f.status) for f in found] == [("absence of dragons", "not-assessed")]


def test_an_incomplete_or_missing_drawing_shows_no_walls() -> None:
    torn = department(incomplete=("an external reference is missing",))
    found = {f.subject: f.status for f in by_check(outcome(torn), "containment") if f.storey}
    assert set(found.values()) == {"not-assessed"}
    blank = department()
    blank = replace(blank, storeys=(replace(blank.storeys[0], plan=None),))
    found = {f.subject: f.status for f in by_check(outcome(blank), "containment") if f.storey}
    assert set(found.values()) == {"not-assessed"}


def test_a_restricted_space_with_a_missing_wall_is_not_assessed() -> None:
    base = department()
    import numpy as np

    plan = base.storeys[0].plan
    assert plan is not None
    keep = [s for s in plan.wall_segments if not (max(s[:, 0]) < 0.1 and np.ptp(s[:, 1]) > 1)]  # west faces
    torn = replace(base, storeys=(replace(base.storeys[0], plan=replace(plan, wall_segments=np.array(keep))),))
    found = {f.subject: f.status for f in by_check(outcome(torn), "containment") if f.storey}
    assert found["SCAN"] == "not-assessed"


# Sectoral magnets, scanners to be removed -----------------------------------------------------------


def test_the_italian_rule_on_sectoral_magnets_applies_to_them_alone() -> None:
    whole = outcome(department(("italy",)))
    row = next(r for r in whole.coverage["italy"]["rules"] if r["id"] == "IT-FLD-01")
    assert row["status"] == "does-not-apply"
    small = outcome(department(("italy",), model=magnet(B0_T=0.3)), Spheroid(2.0, 1.5))
    assert [f.status for f in small.findings if f.rule == "IT-FLD-01"] == ["pass"]
    leaving = outcome(department(("italy",), model=magnet(B0_T=0.3)))
    assert [f.status for f in leaving.findings if f.rule == "IT-FLD-01"] == ["fail"], "0.5 mT goes into CONTROL"


def test_an_attestation_never_decides_a_computed_rule() -> None:
    from mrsite.site.schema import AttestationEntry

    entry = AttestationEntry(
        rule="US-ZON-02", answer=True, who="somebody", date="2026-01-01", covers="x", expires="2099-01-01"
    )
    result = outcome(department(doors={"D3": {"lock": False}}, attestations=(entry,)))
    assert [f.status for f in result.findings if f.subject == "lock of door D3 LOBBY / SCREENING"] == ["fail"]
    assert [f.status for f in result.findings if f.subject == "attestation on US-ZON-02"] == ["warn"]
    assert result.conclusion == "fails"


def test_somebodys_word_is_never_shown_as_a_calculation() -> None:
    from benchmarks.checks import _attest

    result = outcome(_attest())
    attested = [f for f in result.findings if f.rule == "UK-FLD-03"]
    assert [f.basis for f in attested] == ["attested"]
    assert all(f.basis == "computed" for f in by_check(result, "containment"))


def test_coverage_counts_every_rule_once() -> None:
    result = outcome(department(("uk", "usa", "italy")))
    packs: tuple[Pack, ...] = result.project.packs
    for pack in packs:
        row = result.coverage[pack.id]
        assert row["computed"] + row["attested"] + row["out_of_reach"] == len(pack.rules)
        assert sum(row[s] for s in ("pass", "fail", "warn", "not-assessed", "does_not_apply")) + row[
            "out_of_reach"
        ] == len(pack.rules)


def test_a_date_that_cannot_be_compared_is_not_assessed() -> None:
    from benchmarks.checks import _attest

    result = outcome(_attest(expires="10/01/2027"))
    assert [f.status for f in result.findings if f.rule == "UK-FLD-03"] == ["not-assessed"]


def test_a_block_or_lift_that_is_drawn_and_not_spoken_of_is_named() -> None:
    from mrsite.plans.plan import Block, Fixture

    base = department()
    plan = base.storeys[0].plan
    assert plan is not None
    shown = replace(
        plan,
        blocks=(Block("CT-GANTRY_01", (12.0, 10.5), 0.0), Block("DOOR-SINGLE", (1.0, 1.0), 0.0)),
        lifts=(Fixture("lift", (13.0, 10.5), (12.5, 10.0, 13.5, 11.0), "proposed", "cross in a box"),),
    )
    project = replace(base, storeys=(replace(base.storeys[0], plan=shown),))
    named = {f.subject: f.status for f in by_check(outcome(project), "neighbours") if "drawn as" in f.subject}
    assert named == {
        "a CT scanner drawn as block CT-GANTRY_01": "not-assessed",
        "a lift drawn as a lift": "not-assessed",
    }
    told = replace(project, equipment=(item("CT1", "ct", (11.5, 10.0, 12.5, 11.0)),))
    named = {f.subject for f in by_check(outcome(told), "neighbours") if "drawn as" in f.subject}
    assert named == {"a lift drawn as a lift"}
