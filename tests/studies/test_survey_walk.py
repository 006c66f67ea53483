"""Where a survey is told to read, the sheet, and the table that comes back."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest
import shapely

from mrsite.outputs import survey_sheet
from mrsite.studies.survey.readings import read_readings
from mrsite.studies.survey.run import Walk, plan_walk


@pytest.fixture(scope="module")
def planned(example: Path) -> Walk:
    return plan_walk(example)


def test_every_stop_can_be_stood_on_and_tells_something_of_its_own(planned: Walk) -> None:
    project = planned.outcome.project
    for stop in planned.stops:
        here = shapely.Point(stop.at)
        assert any(s.storey == stop.storey and s.polygon is not None and s.polygon.covers(here) for s in project.spaces)
        assert 0 <= stop.lower <= stop.predicted <= stop.upper
    for k, one in enumerate(planned.stops):
        assert all(math.dist(one.at, other.at) >= 0.6 for other in planned.stops[:k] if other.storey == one.storey)


def test_the_walk_sees_the_line_from_all_sides_and_the_rooms_behind_the_wall(planned: Walk) -> None:
    on_line = [s for s in planned.stops if "0.5 mT line" in s.why]
    bearings = sorted(math.atan2(s.across, s.along) for s in on_line)
    gaps = [b - a for a, b in zip(bearings, [*bearings[1:], bearings[0] + 2 * math.pi])]
    assert max(gaps) < math.radians(75)
    assert any("G10 CT SCAN ROOM" in s.why for s in planned.stops)


def test_distances_from_the_isocentre_lead_back_to_the_place(planned: Walk) -> None:
    x, y, _ = planned.scanner.poses[0].position
    turn = math.radians(planned.scanner.poses[0].bearing_deg)
    for s in planned.stops:
        there = (
            x + s.along * math.cos(turn) - s.across * math.sin(turn),
            y + s.along * math.sin(turn) + s.across * math.cos(turn),
        )
        assert there == pytest.approx(s.at, abs=1e-9)


def test_fewer_places_keep_the_most_telling_ones(planned: Walk, example: Path) -> None:
    few = plan_walk(example, 4)
    assert len(few.stops) == 4
    assert all("band" in s.why for s in few.stops)


def test_the_blank_table_reads_back_where_it_was_filled_in(planned: Walk, tmp_path: Path) -> None:
    made = survey_sheet.files(planned)
    assert made["survey-sheet.pdf"].startswith(b"%PDF")
    assert survey_sheet.files(planned) == made
    rows = list(csv.reader(made["survey-blank.csv"].decode().splitlines()))
    for row in rows[1:4]:
        row[5] = "0.42"
    path = tmp_path / "filled.csv"
    with path.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows(rows)
    read = read_readings(path)
    assert list(read.names) == [row[0] for row in rows[1:4]]
    assert pytest.approx(0.42e-3) == read.B
    assert any(f"{len(planned.stops) - 3} places" in line for line in read.read)
