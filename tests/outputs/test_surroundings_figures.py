"""The walk's figure and the plan of the surroundings: what is drawn is what was found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.check_sites import department, magnet
from mrsite.checks.finding import Outcome
from mrsite.checks.run import assess
from mrsite.fields import Coil
from mrsite.outputs.surroundings_figures import draw_surroundings, draw_walk
from mrsite.site.schema import MovingMetalEntry, PathwayEntry


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    model = replace(magnet(), coils=(Coil(0.5, 0.6, -0.5, 0.5, 2.5e6),))
    staff = PathwayEntry(kind="staff", id="$x$ <b>", **{"from": "CONTROL", "to": "MR1"})
    car = MovingMetalEntry(id="cars", kind="car", path=((-5.0, -6.0), (15.0, -6.0)))
    return assess(department(model=model, pathways=(staff,), moving_metal=(car,)))


def test_the_walk_is_drawn_as_it_was_computed(outcome: Outcome) -> None:
    (name, walk), *_ = outcome.evidence.walks.items()
    ax = draw_walk(walk, name)
    lines = [line for line in ax.lines if len(line.get_xdata()) == len(walk.time_s)]
    assert np.allclose(lines[0].get_ydata(), walk.field_T * 1e3)
    assert f"{walk.change_3s_T * 1e3:.3g} mT" in ax.get_legend().get_texts()[1].get_text()


def test_the_plan_holds_every_verdict_of_what_moves_and_every_way(outcome: Outcome) -> None:
    ax = draw_surroundings(outcome, "Ground")
    words = " ".join(text.get_text() for text in ax.texts)
    status = next(f.status for f in outcome.findings if f.check == "moving_metal" and f.subject == "cars")
    assert f"cars: {status}" in words
    assert "$x$ <b>" in words
    assert any(patch.__class__.__name__ == "Ellipse" for patch in ax.patches)
