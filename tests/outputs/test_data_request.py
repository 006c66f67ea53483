"""The data request speaks the words of those who are asked: no line of a site file gets into it."""

from __future__ import annotations

import re

import pytest

from mrsite.checks import supply
from mrsite.outputs import data_request, to_do
from tests.checks.test_supply import bare, judge


@pytest.fixture(scope="module")
def rows() -> list[list[str]]:
    parts = data_request.parts(judge(bare()))
    return [row for part in parts for row in part["rows"]]


def test_every_key_that_can_be_missing_has_its_question() -> None:
    known = {key for table in (supply._DOOR, supply._ROOM, supply._STOREY) for key in table}
    assert known - set(to_do.words()["key"]) == set()


def test_every_check_has_somebody_to_ask() -> None:
    from mrsite.checks import registry

    known = to_do.words()["check"]
    assert {registry.name_of(check) for check in registry.CHECKS} == set(known)
    assert {entry["who"] for entry in known.values()} <= set(data_request._PEOPLE)


def test_no_line_of_a_site_file_is_put_to_an_architect(rows: list[list[str]]) -> None:
    asked = [row[2] for row in rows]
    assert len(asked) > 5
    assert [text for text in asked if re.search(r"\[\[|\]\]|^#| = |\w_\w", text)] == []


def test_each_open_finding_that_names_a_fact_is_asked_about(rows: list[list[str]]) -> None:
    from mrsite.outputs.order import numbered

    said = "\n".join(row[1] for row in rows)
    for number, finding in numbered(judge(bare()).findings):
        if finding.status == "not-assessed" and finding.supply:
            assert re.search(rf"\b{number}\b", said), finding.message


def test_things_of_which_the_same_is_missing_are_asked_of_together(rows: list[list[str]]) -> None:
    questions = [(row[1], row[2]) for row in rows]
    assert len(set(questions)) == len(questions)
