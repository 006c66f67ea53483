"""The facts that would settle most: whom to ask, and lines that can be pasted."""

from __future__ import annotations

import tomllib
from dataclasses import replace

from benchmarks.check_sites import Spheroid, department, item
from mrsite.checks.finding import Outcome
from mrsite.checks.run import run_checks, wanted
from mrsite.site.project import Project
from mrsite.site.schema import SiteFile

HEAD = """
[site]
name = "s"
[[storey]]
name = "Ground"
[[scanner]]
id = "MR1"
magnet = "m"
isocentre = [0.0, 0.0]
bearing_deg = 0.0
"""


def bare() -> Project:
    blank = {
        "zone": None,
        "occupancy": None,
        "oxygen_monitor": None,
        "switches": None,
        "exhaust_m3_h": None,
        "air_changes": None,
        "ceiling": None,
        "workstation": None,
        "use": None,
    }
    return department(
        ("uk", "italy", "iec", "vendor"),
        rooms=dict.fromkeys(("SCAN", "CONTROL", "LOBBY"), blank),
        operators=(),
        doors={n: {"lock": None, "signs": None, "free_egress": None, "self_closing": None} for n in ("D1", "D3")},
        equipment=(item("V1", "ventilator", (3.2, 8.0, 5.2, 8.8)),),
    )


def judge(project: Project) -> Outcome:
    return run_checks(project, Spheroid().evidence(project, wanted(project)))


def uncommented(toml: str) -> str:
    return "\n".join(line.removeprefix("# ") for line in toml.splitlines() if not line.startswith("# add to"))


def test_at_most_ten_the_most_settling_first() -> None:
    asks = judge(bare()).asks
    assert 0 < len(asks) <= 10
    assert {a.who for a in asks} <= {"architect", "vendor", "estates", "department"}


def test_pasting_alone_states_nothing() -> None:
    for ask in judge(bare()).asks:
        assert all(line.startswith("# ") for line in ask.toml.splitlines())


def test_what_is_asked_can_be_pasted_once_the_hashes_are_taken_away() -> None:
    for ask in judge(bare()).asks:
        data = tomllib.loads(HEAD + uncommented(ask.toml)) if "[[storey]]" not in ask.toml else None
        if data is not None:
            SiteFile.model_validate(data)


def test_every_ask_names_findings_that_are_there_and_open() -> None:
    outcome = judge(bare())
    known = {f.id: f for f in outcome.findings}
    for ask in outcome.asks:
        assert ask.settles
        assert all(known[i].status in ("not-assessed", "warn") for i in ask.settles)


def test_an_answer_settles_what_it_says() -> None:
    """Both entrances described, their not-assessed findings are gone."""
    before = judge(department(doors={"D1": {"lock": None, "signs": None, "free_egress": None}}))
    ask = next(a for a in before.asks if a.about == "door D1 SCAN / CONTROL" and a.who == "architect")
    after = judge(department())
    still = {f.id for f in after.findings if f.status in ("not-assessed", "warn")}
    assert not set(ask.settles) & still


def test_an_entry_that_is_there_is_added_to_and_not_repeated() -> None:
    project = department(doors={"D1": {"lock": None}})
    project = replace(project, doors=tuple(replace(d, where="site.toml, line 12") for d in project.doors))
    ask = next(a for a in judge(project).asks if a.about == "door D1 SCAN / CONTROL")
    assert ask.toml.startswith("# add to the [[door]] at site.toml, line 12:\n# lock = ")
