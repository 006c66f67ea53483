"""The pages on schedules, placing in CAD and several buildings: their examples are read as they stand."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from mrsite.base.toml import Document
from mrsite.site.placed import LIBRARY
from mrsite.site.schema import BoundaryTable, StoreyEntry, read_site_file

PAGES = Path(__file__).resolve().parents[2] / "docs" / "how-to"
HEAD = '[site]\nname = "s"\n[[storey]]\nname = "Ground"\n'
SCANNER = '[[scanner]]\nid = "MR9"\nmagnet = "x"\nisocentre = [1.0, 2.0]\nbearing_deg = 0.0\n'


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (PAGES / page).read_text("utf-8"), re.DOTALL)


def test_the_schedule_of_the_page(tmp_path: Path) -> None:
    (tmp_path / "rooms.csv").write_text(blocks("schedules.md", "text")[0], "utf-8")
    (tmp_path / "site.toml").write_text(HEAD + SCANNER + '[schedules]\nrooms = "rooms.csv"\n', "utf-8")
    site, _ = read_site_file(tmp_path / "site.toml")
    assert [(r.number, r.use, r.ceiling, r.workstation) for r in site.room] == [
        ("G08", "control", 2.7, True),
        ("G09", "scan", 2.6, False),
    ]


@pytest.mark.parametrize("number", [0, 1])
def test_the_examples_of_placing_are_valid(tmp_path: Path, number: int) -> None:
    text = blocks("place-things-in-cad.md", "toml")[number]
    (tmp_path / "site.toml").write_text(HEAD + ("" if "[[scanner]]" in text else SCANNER) + text, "utf-8")
    site, document = read_site_file(tmp_path / "site.toml")
    assert isinstance(document, Document)
    assert site.scanner


def test_the_page_names_every_block_and_no_other() -> None:
    named = set(re.findall(r"`(MRIS-[A-Z]+)`", (PAGES / "place-things-in-cad.md").read_text("utf-8")))
    assert named == set(LIBRARY)


def test_the_examples_of_several_buildings_are_valid() -> None:
    storeys, boundary = (tomllib.loads(text) for text in blocks("several-buildings.md", "toml"))
    assert [StoreyEntry.model_validate(s).building for s in storeys["storey"]] == ["East", "West"]
    assert BoundaryTable.model_validate(boundary["boundary"]).layer == "C-PROP-LINE"
