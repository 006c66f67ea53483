"""The manual agrees with the program: pages run, every key is explained, every rule named exists, links hold."""

from __future__ import annotations

import doctest
import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import mrsite
from mrsite import fields, maps

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(p for p in DOCS.rglob("*.md") if not {"_build", "generated", "notebooks", "api"} & set(p.parts))


@pytest.fixture(scope="module")
def pages() -> ModuleType:
    """The generator of the reference."""
    spec = importlib.util.spec_from_file_location("reference_pages", DOCS / "_ext" / "reference_pages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def prompts(path: Path) -> bool:
    return ">>>" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", [p for p in PAGES if prompts(p)], ids=lambda p: str(p.relative_to(DOCS)))
def test_what_a_page_types_gives_what_it_shows(path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace("```", "\n")
    test = doctest.DocTestParser().get_doctest(text, {}, path.name, str(path), 0)
    assert test.examples
    monkeypatch.chdir(ROOT)
    report: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    runner.run(test, out=report.append)
    assert not runner.failures, "".join(report)


def test_every_key_of_the_site_file_has_its_sentence(pages: ModuleType) -> None:
    texts = pages.descriptions()
    tables = pages.tables_of_site_file().items()
    keys = {f"{table}.{key}" for table, (model, _) in tables for key in pages.keys_of(model)}
    assert keys - texts.keys() == set(), "keys without a sentence in docs/_ext/keys.toml"
    assert texts.keys() - keys == set(), "sentences about keys that are not there"
    page = pages.site_file_page()
    for key in keys:
        assert f"| `{key.split('.', 1)[1]}` |" in page


def test_every_key_of_the_magnet_file_has_its_sentence(pages: ModuleType) -> None:
    from mrsite.magnets.schema import MagnetFile

    texts = pages.magnet_descriptions()
    keys = set()
    for key, info in pages.keys_of(MagnetFile).items():
        keys.add(f"magnet.{key}")
        model = pages.model_in(info.annotation)
        if model is not None and "dict" not in str(info.annotation):
            keys |= {f"magnet.{key}.{inner}" for inner in pages.keys_of(model)}
    assert keys - texts.keys() == set(), "keys without a sentence in docs/_ext/magnet_keys.toml"
    assert texts.keys() - keys == set(), "sentences about keys that are not there"
    page = pages.magnet_file_page()
    assert [text for text in texts.values() if text not in page] == []


def test_every_rule_stands_on_the_page_of_packs(pages: ModuleType) -> None:
    from mrsite.guidance import known_packs

    page = pages.packs_page()
    rules = [rule for pack in known_packs() for rule in pack.rules]
    assert len(rules) > 100
    for rule in rules:
        assert f"`{rule.id}`" in page


def test_every_command_is_on_its_page(pages: ModuleType) -> None:
    from mrsite.cli.app import app

    page = pages.commands_page()
    for command in app.registered_commands:
        assert f"## `mrsite {command.name}`" in page


def test_rules_that_pages_name_exist() -> None:
    from mrsite.guidance import known_packs

    known = {rule.id for pack in known_packs() for rule in pack.rules}
    glossary = (DOCS / "reference" / "glossary.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:[A-Z]+-)+\d\d)`", glossary))
    assert len(named) > 8
    assert named <= known, f"the glossary names rules that no pack has: {sorted(named - known)}"


def test_every_public_name_is_in_the_reference(pages: ModuleType) -> None:
    listed = set(re.findall(r"^   (mrsite\.[\w.]+)$", pages.api_page(), re.MULTILINE))
    wanted = {f"mrsite.{n}" for n in mrsite.__all__ if n not in ("fields", "maps")}
    wanted |= {f"mrsite.fields.{n}" for n in fields.__all__} | {f"mrsite.maps.{n}" for n in maps.__all__}
    assert listed == wanted


def links(path: Path) -> list[str]:
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    found = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
    return [f for f in found if "://" not in f]


@pytest.mark.parametrize("path", [p for p in PAGES if links(p)], ids=lambda p: str(p.relative_to(DOCS)))
def test_links_between_pages_hold(path: Path) -> None:
    for link in links(path):
        target = (path.parent / link).resolve()
        if "generated" in link:
            continue  # made at the build, which checks them
        assert target.exists(), f"{path.name} links to {link}, which is not there"


def test_the_citation_bears_the_version_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"version: {project['version']}\n" in citation
    assert project["license"] in citation


def test_pages_use_no_address_of_a_machine() -> None:
    for path in [*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "README.md"]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"(?<![\w.])/(home|work|tmp|Users)/", text), path.name


@pytest.mark.slow
def test_the_manual_builds_without_a_warning(tmp_path: Path) -> None:
    pytest.importorskip("myst_nb")
    pytest.importorskip("pydata_sphinx_theme")
    pytest.importorskip("pyvista")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "sphinx",
            "-q",
            "-W",
            "--keep-going",
            "-E",
            "-D",
            "nb_execution_mode=off",
            "-d",
            str(tmp_path / "trees"),
            str(DOCS),
            str(tmp_path / "html"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    html = (tmp_path / "html" / "reference" / "generated" / "checks" / "containment.html").read_text(encoding="utf-8")
    assert "Worked example" in html
    for page in (tmp_path / "html").rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not re.search(r'src="(https?:)?//', text), f"{page.name} asks the network"
        assert "\\(" not in text, f"{page.name} shows a formula as its source"
    assert "<math" in (tmp_path / "html" / "explanation" / "quench.html").read_text(encoding="utf-8")


def test_generated_check_pages_hold_rule_and_example(pages: ModuleType, tmp_path: Path) -> None:
    from mrsite.checks import registry

    made: dict[str, Any] = dict(pages.check_pages(tmp_path))
    for module in registry.CHECKS:
        page = made[f"checks/{registry.name_of(module)}.md"]
        assert "## Rules" in page
        assert "## Worked example" in page
    assert (tmp_path / "checks" / "containment.png").stat().st_size > 5000
