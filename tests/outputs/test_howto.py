"""The page "Add an output", followed word by word."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

import mrsite
from mrsite.checks.finding import Outcome
from mrsite.outputs import folder
from mrsite.site.evidence import Evidence

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "add-an-output.md"


def blocks() -> list[str]:
    return re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture(scope="module")
def outcome(example: Path) -> Outcome:
    # an output sees no physics: the project alone will do
    return Outcome(mrsite.load_site(example).project, Evidence(), (), "open")


@pytest.fixture
def module() -> ModuleType:
    made = ModuleType("mrsite.outputs.door_sign_list")
    exec(blocks()[0], made.__dict__)
    return made


def test_the_example_lists_the_doors(module: ModuleType, outcome: Outcome) -> None:
    text = module.render(outcome).decode()
    assert text == module.render(outcome).decode()
    first, *rest = text.splitlines()
    assert first == "District hospital: doors of zones III and IV"
    assert any("signs outside, inside" in line for line in rest)
    assert any("signs not said" in line for line in rest)
    assert not any("G02 WAITING" in line and "G01 CORRIDOR" in line for line in rest)


def test_the_example_says_what_it_leaves_out_and_disarms_words(module: ModuleType, outcome: Outcome) -> None:
    door, *others = outcome.project.doors
    odd = replace(outcome.project, name="\x1b[2J", doors=(replace(door, spaces=None), *others))
    text = module.render(replace(outcome, project=odd)).decode()
    assert text.endswith("1 doors are left out: which spaces they join is not known\n")
    assert "\x1b" not in text


def test_the_line_for_the_folder_fits_its_place(module: ModuleType, outcome: Outcome) -> None:
    source = Path(folder.__file__).read_text(encoding="utf-8")
    assert re.search(r"^def files_of\(outcome: Outcome", source, re.MULTILINE)
    files: dict[str, bytes] = {}
    exec(blocks()[1], {"files": files, "outcome": outcome, "door_sign_list": module})
    assert files == {"door-signs.txt": module.render(outcome)}
