"""A layout search: what fits, what stays, why each other lost; the same layouts however it was interrupted."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from mrsite.base.errors import InputError
from mrsite.base.files import OutputFolder
from mrsite.outputs import search_page
from mrsite.studies import kept as engine
from mrsite.studies.layout import with_pipe
from mrsite.studies.pareto import standings
from mrsite.studies.search import Search, pictured, search

STUDY = """schema = 1
[study]
name = "where"
sites = ["site.toml"]
[[vary]]
key = "scanner.MR1.isocentre.0"
range = [1.5, 7.5, 3.0]
[[vary]]
key = "scanner.MR1.bearing_deg"
values = [0.0, 90.0]
[search]
clearance_m = 0.3
rounds = 1
best = 1
"""


@pytest.fixture
def study(two_rooms: Path) -> Path:
    path = two_rooms / "study.toml"
    path.write_text(STUDY)
    return path


def run(study: Path, out: Path, **options: Any) -> Search:
    with OutputFolder(out) as folder:
        found = search(study, folder, **options)
        folder.write(search_page.files(found, pictured(found, 1)))
    return found


def test_the_best_stays_and_every_other_says_why_it_lost(study: Path, tmp_path: Path) -> None:
    found = run(study, tmp_path / "out")
    rows = list(csv.DictReader((tmp_path / "out" / "layouts.csv").read_text().splitlines()))
    assert len(rows) == len(found.results) > 6
    by_place = {(float(r["scanner.MR1.isocentre.0"]), float(r["scanner.MR1.bearing_deg"])): r for r in rows}
    # 1.5 m is in the hall, whose 2.4 m the magnet with its clearance does not go into
    assert "out of Hall" in by_place[1.5, 0.0]["reason"]
    assert all((row["standing"] == "kept") == (row["reason"] == "") for row in rows)
    kept = [row for row in rows if row["standing"] == "kept"]
    assert kept
    # nothing that was assessed beats a kept layout in every respect
    for row in kept:
        for other in rows:
            if other["outside_m2"] and int(other["fail"]) < int(row["fail"]):
                pytest.fail(f"{other['layout']} fails less than {row['layout']}")
    # the second round stands between the first round's places
    assert {float(r["scanner.MR1.isocentre.0"]) % 3.0 for r in rows if r["round"] == "1"} == {0.0}
    page = (tmp_path / "out" / "search.html").read_text()
    assert "<svg" in page
    assert all(f'<th scope="row">{row["layout"]}</th>' in page for row in rows)


def test_an_interrupted_search_goes_on_to_the_same_layouts(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(study, tmp_path / "whole")
    real, ran = engine.run_case, []

    def stops(case):  # type: ignore[no-untyped-def]
        if len(ran) == 6:  # after the first round
            raise KeyboardInterrupt
        ran.append(case.key)
        return real(case)

    monkeypatch.setattr(engine, "run_case", stops)
    with pytest.raises(KeyboardInterrupt):
        run(study, tmp_path / "broken")
    monkeypatch.setattr(engine, "run_case", real)
    found = run(study, tmp_path / "broken", resume=True)
    assert found.reused == 6
    for name in ("layouts.csv", "search.json", "search.html"):
        assert (tmp_path / "broken" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_rooms_that_are_not_searched_are_left(study: Path, tmp_path: Path) -> None:
    study.write_text(STUDY.replace("[search]", '[search]\nrooms = ["Hall"]').replace("rounds = 1", "rounds = 0"))
    found = run(study, tmp_path / "out")
    assert found.kept == ()
    assert any("not one of the rooms" in s.reason for s in found.standings)
    assert "No layout could be assessed" in (tmp_path / "out" / "search.html").read_text()


@pytest.mark.parametrize(
    ("was", "now", "words"),
    [
        ('sites = ["site.toml"]', 'sites = ["site.toml", "site.toml"]', "one site"),
        ("[search]", '[search]\nscanner = "MR7"', "MR7.*MR1"),
        ("clearance_m = 0.3", "clearance_m = -0.3", "clearance_m"),
    ],
)
def test_a_search_that_makes_no_sense_is_refused(study: Path, tmp_path: Path, was: str, now: str, words: str) -> None:
    study.write_text(STUDY.replace(was, now))
    with pytest.raises(InputError, match=words):
        run(study, tmp_path / "out")


def result(fail: int, warn: int, outside: float, pipe: float | None) -> dict[str, Any]:
    return {
        "measures": {"fail": fail, "warn": warn, "not_assessed": 0, "outside_m2": outside, "neighbour_m": 3.0,
                     "pipe_m": pipe},
        "findings": [{"id": f"f{k}", "status": "fail"} for k in range(fail)],
        "error": None,
    }  # fmt: skip


def test_violations_come_first_and_the_rest_is_never_traded() -> None:
    found = standings([result(1, 0, 0.0, 1.0), result(0, 2, 5.0, 9.0), result(0, 2, 4.0, 9.0), result(0, 1, 6.0, 9.0),
                       result(0, 2, 4.01, 9.0), result(0, 3, 9.0, None), result(0, 9, 9.0, 2.0)])  # fmt: skip
    assert [s.kept for s in found] == [False, False, True, True, False, False, True]
    assert "1 finding fails" in found[0].reason
    assert found[1].by == 2
    assert "4 against 5 m2" in found[1].reason
    assert "equal" in found[4].reason  # a hundredth of a square metre is no difference
    assert "not known" in found[5].reason


def test_the_foot_of_the_pipe_follows_the_magnet() -> None:
    site: dict[str, Any] = {
        "scanner": [{"id": "MR1", "isocentre": [6.0, 4.0]}],
        "quench_pipe": [{"points": [[5.0, 4.0, 2.0], [5.0, 4.0, 3.0], [5.0, 9.0, 3.0]]}],
    }
    data, moved = with_pipe(json.loads(json.dumps(site)), "MR1", [5.0, 4.0])
    assert moved
    assert data["quench_pipe"][0]["points"] == [[6.0, 4.0, 2.0], [6.0, 4.0, 3.0], [5.0, 9.0, 3.0]]
    assert not with_pipe(json.loads(json.dumps(site)), "MR1", [1.0, 1.0])[1]
