"""Which check decides which rule: each exactly once, and none passed over."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from benchmarks.check_sites import Spheroid, department
from mrsite.base.errors import InputError
from mrsite.checks import registry
from mrsite.checks.run import run_checks, wanted
from mrsite.guidance import known_packs
from mrsite.guidance.packs import Pack, Rule


def test_every_kind_has_one_check() -> None:
    kinds = Counter(kind for module in registry.CHECKS for kind in module.KINDS)
    assert [kind for kind, count in kinds.items() if count > 1] == []


def test_every_rule_of_every_pack_is_claimed_once_or_attested_or_out_of_reach() -> None:
    kinds = registry.kinds()
    loose = [r.id for p in known_packs() for r in p.rules if r.reach == "computed" and r.kind not in kinds]
    assert loose == []
    twice = [r.id for p in known_packs() for r in p.rules if r.reach != "computed" and r.kind in kinds]
    assert twice == [], "a rule that is not computed bears a kind that a check decides"


def test_every_kind_of_every_check_occurs_in_a_pack() -> None:
    used = {r.kind for p in known_packs() for r in p.rules if r.reach == "computed"}
    assert set(registry.kinds()) - used == set()


def test_every_computed_rule_of_every_pack_is_spoken_of_or_does_not_apply() -> None:
    project = department(tuple(p.id for p in known_packs()))
    outcome = run_checks(project, Spheroid().evidence(project, wanted(project)))
    assert [f.rule for f in outcome.findings if f.check in ("unspoken", "unclaimed")] == []
    for pack in project.packs:
        rows = outcome.coverage[pack.id]["rules"]
        assert [row["id"] for row in rows] == [r.id for r in pack.rules]


def test_a_rule_of_an_unknown_kind_is_not_assessed_by_name() -> None:
    base = department()
    rule = Rule("OWN-1", "own", "d", "e", "s", "t", "w", "kind-of-its-own", "", (), "", "law", "read", "x", "computed")
    project = replace(base, packs=(*base.packs, Pack("own", "Own", (), (rule,))))
    outcome = run_checks(project, Spheroid().evidence(project, wanted(project)))
    found = [f for f in outcome.findings if f.rule == "OWN-1"]
    assert [f.status for f in found] == ["not-assessed"]
    assert "kind-of-its-own" in found[0].message
    assert outcome.conclusion == "open"


def test_a_check_that_nobody_installed_is_an_error() -> None:
    project = department(checks=("mine",))
    with pytest.raises(InputError, match="no installed check is called 'mine'"):
        wanted(project)
