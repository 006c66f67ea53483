"""Designs drawn from the class prior: room for the layers follows the density, shields stay in the vessel."""

from __future__ import annotations

import numpy as np

from mrsite.magnets.classes import dimensions, prior
from mrsite.magnets.lattice import build_lattice, draw_design
from tests.magnets.known import data


def test_room_for_the_layers_falls_as_the_density_rises() -> None:
    size, belief = dimensions(data(0.5e-3)), prior("whole-body", "W", "active")
    lattice = build_lattice(size, belief, "active", mirrored=True)
    rng = np.random.default_rng(0)
    density, thickness = [], []
    for _ in range(300):
        design = draw_design(rng, lattice, size, belief, "active", 1.5, 6)
        primary = lattice.cells[design.index[design.sign > 0]]
        density.append(design.current_density)
        thickness.append(np.ptp(primary[:, :2]))
        shield = lattice.cells[design.index[design.sign < 0]]
        assert len(shield)
        assert shield[:, 1].max() < 0.5 * size.cryostat_diameter_m
        assert shield[:, 3].max() < 0.5 * size.magnet_length_m
    assert np.corrcoef(density, thickness)[0, 1] < -0.4
    low, high = belief.primary_layer
    assert min(thickness) >= low - 1e-9
    assert max(thickness) <= high + belief.cell[0] + 1e-9


def test_one_line_draws_the_layers_without_regard_to_the_density() -> None:
    assert prior("whole-body", "T", "active").primary_build is None
    assert prior("whole-body", "F", "active").primary_build is None


def test_an_iron_shield_may_be_longer_than_a_winding() -> None:
    assert prior("whole-body", "W", "passive").shield_length[1] > prior("whole-body", "W", "active").shield_length[1]
