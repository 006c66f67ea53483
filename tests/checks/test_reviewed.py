"""A commissioning review: what people saw is heard, and never reads as a calculation."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest

import mrsite
from mrsite.base.errors import InputError
from mrsite.checks.attested import cover_hash
from mrsite.checks.finding import Outcome
from mrsite.checks.run import run_checks
from mrsite.outputs import review_sheet
from mrsite.site.evidence import Evidence
from mrsite.site.review_sheet import read_review


@pytest.fixture(scope="module")
def outcome(example: Path) -> Outcome:
    return run_checks(mrsite.load_site(example).project, Evidence())


def sheet(folder: Path, outcome: Outcome, answers: dict[str, tuple[str, ...]]) -> Path:
    """Return the sheet of an outcome, filled in: rule -> answer, who, date, expires."""
    rows = list(csv.reader(review_sheet.files(outcome)["review.csv"].decode().splitlines()))
    place = {name: k for k, name in enumerate(rows[0])}
    for row in rows[1:]:
        for name, value in zip(("answer", "who", "date", "expires"), answers.get(row[place["rule"]], ())):
            row[place[name]] = value
    path = folder / "review.csv"
    with path.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out, delimiter=";").writerows(rows)
    return path


def reviewed(outcome: Outcome, path: Path) -> Outcome:
    return run_checks(replace(outcome.project, review=read_review(path)), outcome.evidence)


def rule_of(outcome: Outcome, reach: str) -> str:
    return next(
        r.id for p in outcome.project.packs for r in p.rules if r.reach == reach and r.kind != "decommissioning"
    )


SEEN = ("MR safety expert", "2026-11-20")


def test_every_rule_in_use_stands_on_the_sheet_once(outcome: Outcome) -> None:
    listed = [row["rule"] for row in review_sheet.review_rows(outcome)]
    assert len(set(listed)) == len(listed)
    apply = {r["id"] for pack in outcome.coverage.values() for r in pack["rules"] if r["status"] != "does-not-apply"}
    superseded = {r.id for p in outcome.project.packs for r in p.rules if r.superseded}
    assert set(listed) == apply - superseded


def test_yes_to_an_attested_rule_settles_it(outcome: Outcome, tmp_path: Path) -> None:
    rule = rule_of(outcome, "attested")
    after = reviewed(outcome, sheet(tmp_path, outcome, {rule: ("yes", *SEEN, "2027-11-20")}))
    assert [(f.status, f.basis) for f in after.findings if f.rule == rule] == [("pass", "attested")]
    assert "yes: MR safety expert, 2026-11-20" in str(after.coverage)


def test_yes_to_a_computed_rule_changes_no_finding(outcome: Outcome, tmp_path: Path) -> None:
    rule = rule_of(outcome, "computed")
    after = reviewed(outcome, sheet(tmp_path, outcome, {rule: ("Yes", *SEEN)}))
    assert after.findings == outcome.findings
    assert any(r["seen"].startswith("yes") for pack in after.coverage.values() for r in pack["rules"])


@pytest.mark.parametrize("reach", ["computed", "out-of-reach"])
def test_no_is_heard_beside_what_was_computed(outcome: Outcome, tmp_path: Path, reach: str) -> None:
    rule = rule_of(outcome, reach)
    after = reviewed(outcome, sheet(tmp_path, outcome, {rule: ("no", *SEEN)}))
    heard = [f for f in after.findings if f.check == "reviewed"]
    assert [(f.status, f.basis, f.subject) for f in heard] == [("warn", "attested", f"review of {rule}")]
    assert [f for f in after.findings if f.check != "reviewed"] == list(outcome.findings)


def test_another_magnet_ends_the_review(outcome: Outcome, tmp_path: Path) -> None:
    rules = rule_of(outcome, "attested"), rule_of(outcome, "computed")
    path = sheet(tmp_path, outcome, dict.fromkeys(rules, ("yes", *SEEN, "2027-11-20")))
    scanner = outcome.project.scanners[0]
    other = replace(outcome.project, scanners=(replace(scanner, magnet=replace(scanner.magnet, sha256="0" * 64)),))
    assert cover_hash(other) != cover_hash(outcome.project)
    after = run_checks(replace(other, review=read_review(path)), outcome.evidence)
    assert [f.status for f in after.findings if f.rule == rules[0]] == ["not-assessed"]
    assert any(f.subject == "review sheet" and f.status == "not-assessed" for f in after.findings)
    assert not any(row["answer"] for row in review_sheet.review_rows(after))


def test_answers_that_hold_are_on_the_next_sheet(outcome: Outcome, tmp_path: Path) -> None:
    rule = rule_of(outcome, "attested")
    after = reviewed(outcome, sheet(tmp_path, outcome, {rule: ("yes", *SEEN, "2027-11-20")}))
    row = next(row for row in review_sheet.review_rows(after) if row["rule"] == rule)
    assert (row["answer"], row["who"], row["date"], row["expires"]) == ("yes", *SEEN, "2027-11-20")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (("perhaps", *SEEN), "answer is 'perhaps'"),
        (("yes", "", "2026-11-20"), "an answer needs who"),
        (("no", "MRSE", ""), "an answer needs date"),
    ],
)
def test_half_an_answer_is_refused(outcome: Outcome, tmp_path: Path, answer: tuple[str, ...], words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_review(sheet(tmp_path, outcome, {rule_of(outcome, "computed"): answer}))


def test_a_rule_answered_in_two_places_is_refused(outcome: Outcome, tmp_path: Path) -> None:
    rule = rule_of(outcome, "attested")
    path = sheet(tmp_path, outcome, {rule: ("yes", *SEEN)})
    stated = read_review(path)
    with pytest.raises(InputError, match=r"answered here and by \[\[attestation\]\]"):
        read_review(path, stated)


def test_the_site_file_names_the_sheet_and_its_hash_is_an_input(
    outcome: Outcome, tmp_path: Path, example: Path
) -> None:
    path = sheet(tmp_path, outcome, {rule_of(outcome, "attested"): ("yes", *SEEN, "2027-11-20")})
    site = mrsite.load_site(example).with_values({"review": {"sheet": str(path)}})
    assert len(site.project.review) == 1
    assert "review.csv" in site.project.inputs
