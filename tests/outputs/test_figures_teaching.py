"""The training figures show what the field says, not what a drawing might suggest."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import mrsite
from mrsite import fields
from mrsite.base.errors import InputError
from mrsite.magnets.model import MagnetModel
from mrsite.outputs import figure_axes, figures_teaching

MAGNET = "extremity-mgb2-0t5"  # windings given outright: nothing here depends on a fit


@pytest.fixture(scope="module")
def model() -> MagnetModel:
    return mrsite.load_magnet(MAGNET).model


def test_the_walk_marks_the_largest_force_product(model: MagnetModel) -> None:
    ax = figures_teaching.draw_approach(model, to_m=4.0)
    label = next(t.get_text() for t in ax.texts if "force product" in t.get_text())
    marked = float(re.findall(r"([\d.]+) m from", label)[0])
    z = np.linspace(0.0, 4.0, 4001)
    pull = fields.force_product(*model.source().flux_density_and_jacobian(np.column_stack([0 * z, 0 * z, z])))
    assert marked == pytest.approx(z[np.nanargmax(pull)], abs=0.02)


def test_the_walk_draws_the_field_in_millitesla(model: MagnetModel) -> None:
    ax = figures_teaching.draw_approach(model)
    line = next(line for line in ax.lines if line.get_label() == "field, mT")
    z, b = line.get_data()
    exact = 1e3 * fields.magnitude(model.source().flux_density(np.column_stack([0 * z, 0 * z, z])))
    assert np.allclose(b, exact, rtol=1e-12)


def test_a_walk_of_no_length_is_refused(model: MagnetModel) -> None:
    with pytest.raises(InputError, match="to_m"):
        figures_teaching.draw_approach(model, to_m=0.0)


def test_the_map_of_pull_shows_the_3_mT_line(model: MagnetModel) -> None:
    ax = figures_teaching.draw_pull(model, reach_m=1.5)
    assert "3 mT" in [t.get_text() for t in ax.get_legend().get_texts()]
    ax.figure.canvas.draw()


def test_the_zones_figure_names_zones_and_locks(example: Path) -> None:
    project = mrsite.load_site(example).project
    ax = figures_teaching.draw_zones(project, storey="Ground")
    said = [t.get_text() for t in ax.get_legend().get_texts()]
    for zone in ("I", "II", "III", "IV"):
        assert any(s.startswith(f"zone {zone}:") for s in said)
    locking = sum(d.lock is True and d.storey == "Ground" for d in project.doors)
    marks = next(c for c in ax.collections if c.get_label() == "door: locks")
    assert len(marks.get_offsets()) == locking > 0
    assert figure_axes.ZONE_COLOURS["IV"] != figure_axes.ZONE_COLOURS["III"]
