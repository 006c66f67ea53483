"""A building as a model and as its drawing: the same site assessed on either gives the same findings."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ifcopenshell", reason="the extra ifc is not installed")

# Spaces of one flat with no wall between them: the drawing shows one room with four labels.
OPEN = {"open A": ("A101", "A102", "A103", "A105"), "open B": ("B101", "B102", "B103", "B105")}
# The isocentre lies where no verdict hangs on the tenth of a metre by which the two draw the stairs apart.
STEM = """schema = 1
[site]
name = "Duplex"
guidance = ["uk"]
ground_level = 0.0
[[storey]]
name = "Level 1"
plan = "{plan}"
elevation = 0.0
height = 3.1
[[scanner]]
id = "MR1"
magnet = "generic-1t5"
storey = "Level 1"
isocentre = [5.70, -9.20]
isocentre_height = 1.0
bearing_deg = 0.0
[[room]]
number = "A104"
zone = "IV"
use = "scan"
occupancy = "restricted"
[[room]]
number = "B104"
zone = "I"
use = "waiting"
occupancy = "public"
[[door]]
at = [6.288, -9.672]
lock = true
lock_kind = "badge"
self_closing = true
free_egress = true
signs = ["outside"]
[[door]]
at = [2.512, -8.130]
lock = false
[[equipment]]
id = "MON1"
max_field_mT = 0.5
at = [3.3, -9.0]
heights = [0.5, 1.5]
source = "the maker's sheet"
"""
STATED = 'zone = "III"\nuse = "control"\noccupancy = "staff"\n', 'zone = "I"\noccupancy = "public"\n'


def _site(folder: Path, plan: str) -> Path:
    """The same statements, made of one room of the drawing or of the four spaces of the model."""
    text = STEM.format(plan=plan)
    for (group, numbers), said, at in zip(OPEN.items(), STATED, ("[3.3, -15.0]", "[5.0, -3.0]"), strict=True):
        assert group
        if plan.endswith(".ifc"):
            text += "".join(f'[[room]]\nnumber = "{n}"\n{said}' for n in numbers)
        else:
            text += f"[[room]]\nat = {at}\n{said}"
    path = folder / "site.toml"
    path.write_text(text)
    return path


def _by_subject(assessment: Any) -> dict[str, list[Any]]:
    """Findings by what they are of: the open spaces of a flat under one name, doors that share it not told apart."""
    out: dict[str, list[Any]] = {}
    for f in assessment.findings:
        name = re.sub(r" at \(-?[\d.]+, -?[\d.]+\)", "", f.id)
        for group, numbers in OPEN.items():
            one = "|".join(numbers)
            words = "Foyer|Living Room|Kitchen|Stair|Room"
            name = re.sub(rf"(?:{one})(?: / (?:{one}))*(?: (?:{words})(?: / (?:{words}))*)?", group, name)
        out.setdefault(name, []).append(f)
    return out


RANK = ("pass", "warn", "not-assessed", "fail")


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> tuple[dict[str, list[Any]], ...]:
    import mrsite

    folder = tmp_path_factory.mktemp("duplex")
    shutil.copy(shared / "floorplans" / "duplex_architecture_IFC2x3.ifc", folder / "duplex.ifc")
    shutil.copy(shared / "plans_with_key" / "duplex_l1_aia_mm.dxf", folder / "duplex.dxf")
    return tuple(_by_subject(mrsite.assess(_site(folder, name))) for name in ("duplex.ifc", "duplex.dxf"))


def test_the_same_subjects_are_judged(both: tuple[dict[str, list[Any]], ...]) -> None:
    """Kitchen and stair are rooms of their own in the model, without a door: they are entered by the foyer's."""
    model, drawing = both
    assert sum(len(found) for found in drawing.values()) > 40
    assert set(model) == set(drawing)


def test_status_and_value_are_the_same(both: tuple[dict[str, list[Any]], ...]) -> None:
    """The worst of a flat's open spaces is what their one room gets; closed rooms agree within 2 mm or 0.2 %."""
    model, drawing = both
    for name in drawing:
        worst, drawn = (max((f.status for f in side[name]), key=RANK.index) for side in both)
        assert worst == drawn, name
        if "open " in name:
            continue
        assert len(model[name]) == len(drawing[name]), name
        for a, b in zip(model[name], drawing[name], strict=True):
            assert (a.measured is None) == (b.measured is None), name
            if a.measured is not None and b.measured is not None:
                assert a.measured.value == pytest.approx(b.measured.value, rel=2e-3, abs=2e-3), name
