"""Sweeps: the same bytes however they are run, nothing lost when they are interrupted."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from mrsite.base.errors import InputError, MachineError
from mrsite.studies import kept as module
from mrsite.studies.sweep import plan_sweep, sweep
from tests.studies.conftest import SITE as TWO_ROOMS

#: With a magnet of the catalogue, which has a band.
SITE = TWO_ROOMS.replace("./magnet.toml", "extremity-mgb2-0t5")

STUDY = """schema = 1
[study]
name = "turn"
sites = ["site.toml"]
[[vary]]
key = "scanner.MR1.bearing_deg"
values = [0, 90]
[[vary]]
key = "scanner.MR1.isocentre"
values = [[5.0, 4.0], [3.5, 4.0]]
"""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    (tmp_path / "site.toml").write_text(SITE)
    path = tmp_path / "study.toml"
    path.write_text(STUDY)
    return path


def rows(folder: Path) -> list[dict[str, str]]:
    return list(csv.DictReader((folder / "table.csv").read_text().splitlines()))


def test_every_combination_has_its_row_and_its_file(study: Path, tmp_path: Path) -> None:
    done = sweep(study, tmp_path / "out")
    table = rows(tmp_path / "out")
    assert len(table) == len(done.results) == 4
    assert {(r["scanner.MR1.bearing_deg"], r["scanner.MR1.isocentre"]) for r in table} == {
        ("0", "[5.0, 4.0]"),
        ("0", "[3.5, 4.0]"),
        ("90", "[5.0, 4.0]"),
        ("90", "[3.5, 4.0]"),
    }
    # along the bore the line reaches further: moved towards the hall it enters it most when it points there
    out = {(r["scanner.MR1.bearing_deg"], r["scanner.MR1.isocentre"]): float(r["exceedance_m2"]) for r in table}
    assert out["0", "[5.0, 4.0]"] == 0.0
    assert out["0", "[3.5, 4.0]"] > out["90", "[3.5, 4.0]"] > 0.0
    assert all((tmp_path / "out" / "cases" / f"{r['case']}.json").is_file() for r in table)


def test_an_interrupted_sweep_does_only_what_is_missing_and_ends_with_the_same_bytes(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    sweep(study, whole)
    run = module.run_case
    ran: list[str] = []

    def twice(case):  # type: ignore[no-untyped-def]
        if len(ran) == 2:
            raise KeyboardInterrupt
        ran.append(case.key)
        return run(case)

    monkeypatch.setattr(module, "run_case", twice)
    with pytest.raises(KeyboardInterrupt):
        sweep(study, broken)
    assert len(list((broken / "cases").glob("*.json"))) == 2
    again: list[str] = []
    monkeypatch.setattr(module, "run_case", lambda case: (again.append(case.key), run(case))[1])
    done = sweep(study, broken, resume=True)
    assert done.reused == 2
    assert set(again).isdisjoint(ran)
    assert (broken / "table.csv").read_bytes() == (whole / "table.csv").read_bytes()
    assert {p.name: p.read_bytes() for p in (broken / "cases").iterdir()} == {
        p.name: p.read_bytes() for p in (whole / "cases").iterdir()
    }


def test_a_half_written_result_is_run_again(study: Path, tmp_path: Path) -> None:
    done = sweep(study, tmp_path / "out")
    victim = tmp_path / "out" / "cases" / f"{done.results[0]['case']}.json"
    victim.write_bytes(victim.read_bytes()[:40])
    assert sweep(study, tmp_path / "out", resume=True).reused == 3


def test_a_case_that_cannot_be_read_is_a_row_that_says_so(study: Path, tmp_path: Path) -> None:
    study.write_text(STUDY.replace("values = [0, 90]", 'values = [0, "north"]'))
    table = (sweep(study, tmp_path / "out"), rows(tmp_path / "out"))[1]
    assert [r["conclusion"] == "not read" for r in table] == [False, False, True, True]
    assert "bearing_deg" in table[2]["error"]


def test_the_hash_follows_the_content_and_nothing_else(study: Path, tmp_path: Path) -> None:
    _, before = plan_sweep(study)
    study.write_text(STUDY.replace('name = "turn"', 'name = "other words"'))
    assert [c.key for c in plan_sweep(study)[1]] == [c.key for c in before]
    (tmp_path / "site.toml").write_text(SITE.replace("height = 3.5", "height = 3.6"))
    assert not {c.key for c in plan_sweep(study)[1]} & {c.key for c in before}


def test_samples_are_seeded_and_within_their_bounds(study: Path) -> None:
    text = """schema = 1
[study]
name = "sample"
sites = ["site.toml"]
combine = "sample"
count = 40
seed = 3
[[vary]]
key = "scanner.MR1.bearing_deg"
uniform = [-5.0, 5.0]
"""
    study.write_text(text)
    _, cases = plan_sweep(study)
    values = [json.loads(c.values)["scanner.MR1.bearing_deg"] for c in cases]
    assert len(values) == 40
    assert -5.0 <= min(values) < -4.5
    assert 4.5 < max(values) <= 5.0
    assert [c.key for c in plan_sweep(study)[1]] == [c.key for c in cases]
    study.write_text(text.replace("seed = 3", "seed = 4"))
    assert [c.key for c in plan_sweep(study)[1]] != [c.key for c in cases]


@pytest.mark.parametrize(
    ("was", "now", "words"),
    [
        ("values = [0, 90]", "values = []", "line 5"),
        ("values = [0, 90]", "range = [0, 90, -10]", "rise"),
        ("values = [0, 90]", "uniform = [0.0, 90.0]", "sample"),
        ("scanner.MR1.bearing_deg", "scanner.MR1.bering_deg", "bering_deg"),
        ("scanner.MR1.bearing_deg", "scanner.MR9.bearing_deg", "MR1"),
        ("site.toml", "none.toml", "none.toml"),
        ("[[vary]]", "[[vari]]", "did you mean 'vary'"),
    ],
)
def test_a_study_that_makes_no_sense_is_refused(study: Path, tmp_path: Path, was: str, now: str, words: str) -> None:
    study.write_text(STUDY.replace(was, now, 1))
    if "bering" in now:  # a key that the site file does not know is a fault of each case
        table = (sweep(study, tmp_path / "out"), rows(tmp_path / "out"))[1]
        assert all(words in r["error"] for r in table)
        return
    with pytest.raises(InputError, match=words):
        sweep(study, tmp_path / "out")


def test_a_lost_scheduler_is_said_with_how_to_go_on(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mrsite.studies import cluster

    def lost(cases, **_):  # type: ignore[no-untyped-def]
        yield module.run_case(cases[0])
        raise MachineError("the Dask scheduler was lost")

    monkeypatch.setattr(cluster, "run_on_cluster", lost)
    with pytest.raises(MachineError, match=r"1 of 4 cases are done and kept.*--resume"):
        sweep(study, tmp_path / "out", scheduler="tcp://127.0.0.1:1")
    assert sweep(study, tmp_path / "out", resume=True).reused == 1


@pytest.mark.slow
def test_two_workers_give_the_same_table(study: Path, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    sweep(study, tmp_path / "here")
    sweep(study, tmp_path / "there", workers=2)
    assert (tmp_path / "here" / "table.csv").read_bytes() == (tmp_path / "there" / "table.csv").read_bytes()
