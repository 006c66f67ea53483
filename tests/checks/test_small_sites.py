"""Every check on small sites whose margins are computed by hand (the table of ``benchmarks.checks``)."""

from __future__ import annotations

from collections import Counter

import pytest

from benchmarks.checks import Case, cases
from mrsite.checks import registry

CASES = list(cases())


@pytest.mark.parametrize("case", CASES, ids=[f"{c.check}-{c.status}-{i}" for i, c in enumerate(CASES)])
def test_the_status_and_margin_are_those_of_the_table(case: Case) -> None:
    found = case.findings()
    assert len(found) == 1, f"{len(found)} findings on {case.subject!r}"
    finding = found[0]
    assert finding.status == case.status, finding.message
    if case.margin_m is not None:
        assert finding.margin_m == pytest.approx(case.margin_m, abs=1.5e-3)
    if case.margin is not None:
        assert finding.margin == pytest.approx(case.margin, abs=2e-3)


def test_every_check_that_judges_has_a_site_that_passes_one_that_does_not_and_one_that_lacks_the_data() -> None:
    seen = Counter((c.check, c.status) for c in CASES)
    for name in sorted({c.check for c in CASES}):
        assert seen[name, "pass"], name
        assert seen[name, "not-assessed"], name
        assert seen[name, "fail"] or seen[name, "warn"] or name == "neighbours", name


def test_the_checks_of_the_table_are_those_of_the_registry() -> None:
    known = {registry.name_of(module) for module in registry.CHECKS}
    assert {c.check for c in CASES} <= known
