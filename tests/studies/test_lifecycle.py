"""A change of magnets: each state judged by itself, and what changes from one to the other."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

import mrsite
from mrsite.base.errors import InputError
from mrsite.outputs import lifecycle_page
from mrsite.site.project import Project
from mrsite.studies.lifecycle import NOW, PLANNED, WORKS, Lifecycle, lifecycle, lifecycle_of


def site_with(example: Path, *scanners: dict[str, Any], **more: Any) -> Project:
    """Return the district hospital with further scanners, and its first one changed."""
    data = tomllib.loads(example.read_text(encoding="utf-8"))
    first = {k: v for k, v in data["scanner"][0].items() if k not in more.get("without", ())}
    data["scanner"] = [first | more.get("first", {}), *scanners]
    data["pathway"] = [*data["pathway"], *more.get("ways", [])]
    return mrsite.Site.from_dict(data, relative_to=example.parent).project


def scanner(status: str, id_: str = "MR0", magnet: str = "generic-1t5", at: tuple[float, float] = (11.7, 10.9)) -> Any:
    return {
        "id": id_,
        "magnet": magnet,
        "storey": "Ground",
        "isocentre": list(at),
        "isocentre_height": 1.0,
        "bearing_deg": 180.0,
        "status": status,
    }


@pytest.fixture(scope="module")
def replaced(example: Path) -> Lifecycle:
    way = {"kind": "removal", "from": "MR0", "to": "outside"}
    return lifecycle_of(site_with(example, scanner("removed"), ways=[way]))


def test_each_state_holds_the_magnets_of_its_time(replaced: Lifecycle) -> None:
    assert [(p.name, p.standing) for p in replaced.phases] == [(NOW, ("MR0",)), (WORKS, ()), (PLANNED, ("MR1",))]
    assert replaced.phases[1].outcome is None
    assert [(old.id, new.id) for old, new in replaced.pairs] == [("MR0", "MR1")]


def test_the_planned_state_is_the_assessment_itself(replaced: Lifecycle, example: Path) -> None:
    alone = mrsite.load_site(example).assess()
    planned = replaced.phases[-1].outcome
    assert planned is not None
    assert planned.evidence.region("Ground", 0.5e-3).upper.equals(alone.outcome.evidence.region("Ground", 0.5e-3).upper)


def test_lines_are_compared_with_their_bands(replaced: Lifecycle) -> None:
    half = next(m for m in replaced.moves if m.level_T == 0.5e-3 and m.storey == "Ground")
    old = replaced.phases[0].outcome.evidence.region("Ground", 0.5e-3)  # type: ignore[union-attr]
    new = replaced.phases[-1].outcome.evidence.region("Ground", 0.5e-3)  # type: ignore[union-attr]
    assert half.gained == pytest.approx(new.upper.difference(old.upper).area)
    assert half.told_apart == (half.before.upper < half.after.lower or half.after.upper < half.before.lower)


def test_the_way_out_is_judged_while_the_old_magnet_stands(replaced: Lifecycle) -> None:
    out = [f for f in replaced.ways if f.rule == "WAY-removal"]
    assert len(out) == 1
    assert out[0].status != "not-assessed"
    assert [f.rule for f in replaced.ways if f.rule == "WAY-delivery"] == ["WAY-delivery"]


def test_every_change_of_a_verdict_is_listed_and_nothing_else(replaced: Lifecycle) -> None:
    before, after = ({f.id: f.status for f in p.outcome.findings} for p in (replaced.phases[0], replaced.phases[-1]))  # type: ignore[union-attr]
    wanted = {id_ for id_ in before.keys() | after.keys() if before.get(id_) != after.get(id_)}
    assert {(new or old).id for old, new in replaced.changes} == wanted  # type: ignore[union-attr]


def test_pages_hold_every_table_and_a_sheet_for_the_magnet_taken_away(replaced: Lifecycle) -> None:
    made = lifecycle_page.files(replaced)
    assert set(made) == {"lifecycle.html", "changes.csv", "decommissioning-mr0.pdf"}
    page = made["lifecycle.html"].decode()
    for words in ("during the works", "no magnet stands", "gives up", "removal from MR0", "not stated"):
        assert words in page
    assert lifecycle_page.files(replaced) == made


def test_a_magnet_that_stays_is_judged_during_the_works(example: Path) -> None:
    found = lifecycle_of(site_with(example, scanner("existing", "MR2", at=(21.0, 11.0))))
    works = found.phases[1]
    assert works.standing == ("MR2",)
    assert works.outcome is not None
    assert {s.id for s in works.outcome.project.scanners} == {"MR2"}
    assert found.removed == ()


def test_a_site_in_which_nothing_changes_is_refused(example: Path) -> None:
    with pytest.raises(InputError, match="nothing changes here"):
        lifecycle(example)


def test_a_magnet_that_moves_is_judged_at_each_position(example: Path) -> None:
    places = {"positions": [[11.7, 11.15, 180.0], [11.7, 10.0, 90.0]]}
    found = lifecycle_of(site_with(example, first=places, without=("isocentre", "bearing_deg")))
    assert [p.name for p in found.positions] == ["MR1 at position 1", "MR1 at position 2"]
    areas = [p.outcome.evidence.region("Ground", 0.5e-3).upper for p in found.positions]  # type: ignore[union-attr]
    assert areas[0].area == pytest.approx(areas[1].area, rel=0.02)
    assert not areas[0].equals_exact(areas[1], 0.1)
