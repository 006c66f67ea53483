"""The how-to pages on rules and checks, followed word by word."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from benchmarks.check_sites import Spheroid, department
from mrsite.checks import registry
from mrsite.checks.run import run_checks, wanted
from mrsite.guidance import load_packs
from mrsite.site.schema import SiteFile

HOW_TO = Path(__file__).resolve().parents[2] / "docs" / "how-to"


def blocks(page: str, language: str) -> list[str]:
    text = (HOW_TO / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    path = tmp_path / "st-elsewhere.toml"
    path.write_text(blocks("add-a-rule.md", "toml")[0], encoding="utf-8")
    return path


def test_a_rule_of_ones_own_judges_a_site(pack: Path) -> None:
    site = SiteFile.model_validate(
        {
            **tomllib.loads(blocks("add-a-rule.md", "toml")[1]),
            "storey": ({"name": "G"},),
            "scanner": ({"id": "MR1", "magnet": "m", "isocentre": (0.0, 0.0), "bearing_deg": 0.0},),
        }
    )
    packs = load_packs(site.site.guidance, relative_to=pack.parent)
    assert [p.id for p in packs] == ["general", "uk", "st-elsewhere"]
    project = replace(department(isocentre=(4.2, 4.0)), packs=packs)
    outcome = run_checks(project, Spheroid().evidence(project, wanted(project)))
    found = [f for f in outcome.findings if f.check == "containment" and f.subject == "SCREENING"]
    assert [(f.rule, f.status, f.severity) for f in found] == [("STE-01", "fail", "standard")]
    assert "UK-FLD-01" in found[0].also
    assert [f.status for f in outcome.findings if f.rule == "STE-02"] == ["not-assessed"]


def test_the_command_says_what_decides_it(pack: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "mrsite", "rules", "./st-elsewhere.toml"],
        cwd=pack.parent,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    ).stdout
    assert re.search(r"STE-01 +computed by containment", told)
    assert re.search(r"STE-02 +attested", told)
    assert "rules: " in told.splitlines()[-1]


def test_the_command_lists_the_kinds() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "mrsite", "rules", "--kinds"], capture_output=True, text=True, timeout=120, check=True
    ).stdout
    assert {line.split()[0] for line in told.splitlines()} == set(registry.kinds())


def test_a_check_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("mrsite.checks.changing")
    exec(blocks("add-a-check.md", "python")[0], module.__dict__)
    monkeypatch.setattr(registry, "CHECKS", (*registry.CHECKS, module))
    own = 'schema = 1\nid = "own"\ntitle = "Own"\n\n' + blocks("add-a-check.md", "toml")[0]
    (tmp_path / "own.toml").write_text(own, encoding="utf-8")
    packs = load_packs(["./own.toml"], relative_to=tmp_path)
    assert registry.kinds()["changing-room"] == "changing"

    def status(**facts: object) -> str:
        project = replace(department(rooms={"SCREENING": facts}), packs=packs)
        outcome = run_checks(project, Spheroid().evidence(project, wanted(project)))
        found = [f for f in outcome.findings if f.rule == "OWN-CHG-01"]
        assert len(found) == 1
        return found[0].status

    assert status(use="changing") == "pass"
    assert status(use="changing", zone="I") == "fail"
    assert status(use="changing", zone=None) == "not-assessed"
    assert status() == "not-assessed"


def test_a_plug_in_runs_where_the_site_file_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("our_hospital.changing")
    exec(blocks("add-a-check.md", "python")[0], module.__dict__)

    class Entry:
        name = "changing"

        def load(self) -> ModuleType:
            return module

    offered = tomllib.loads(blocks("add-a-check.md", "toml")[1])
    assert list(offered["project"]["entry-points"]["mrsite.checks"]) == ["changing"]
    monkeypatch.setattr(registry, "_plugged", lambda: {"changing": Entry()})
    assert module in registry.chosen(("changing",))
    assert module not in registry.chosen(())
