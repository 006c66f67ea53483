"""The members' multipoles against the exact field of the same windings."""

from __future__ import annotations

import numpy as np
import pytest

from mrsite import fields
from mrsite.magnets import MagnetModel
from mrsite.magnets.exterior import NEAREST, exterior, legendre
from mrsite.magnets.members import member_distances, member_values
from mrsite.magnets.model import Branch, Ensemble
from mrsite.magnets.rays import outermost, source_magnitude


def made(mirrored: bool) -> MagnetModel:
    """Two members on six cells; without mirror images their ends differ."""
    cells = np.array(
        [
            [0.50, 0.54, 0.00, 0.12],
            [0.50, 0.52, 0.25, 0.40],
            [0.50, 0.58, 0.55, 0.70],
            [0.90, 0.93, 0.45, 0.66],
            [0.50, 0.56, -0.70, -0.55],
            [0.90, 0.92, -0.60, -0.45],
        ]
    )
    currents = 1e8 * np.array([[1.1, 1.2, 1.3, -1.25, 1.2, -1.3], [1.0, 1.3, 1.2, -1.2, 1.1, -1.1]])
    if mirrored:
        cells, currents = cells[:4], currents[:, :4]
    ensemble = Ensemble(
        cells, mirrored, currents, np.zeros(2, np.int64), np.array([0.5, 0.5]), (Branch("+-", 1.0, 2, 2),), "T", 0.0
    )
    return MagnetModel("made", "t", "t", 1.5, magnet_length_m=1.5, cryostat_diameter_m=1.95, ensemble=ensemble)


@pytest.mark.parametrize("mirrored", [True, False])
@pytest.mark.parametrize("quantity", ["B", "gradient", "force_product"])
def test_multipoles_and_cells_are_the_exact_field(mirrored: bool, quantity: str) -> None:
    model = made(mirrored)
    r0 = exterior(model).radius
    rng = np.random.default_rng(3)
    # From the sphere where the series takes over to 30 m, on the axis and the mid-plane too; and some within it.
    r = np.concatenate([r0 * np.geomspace(NEAREST, 30.0, 40), [1.5, 3.0, 1.5, 3.0], r0 * rng.uniform(1.02, 1.14, 6)])
    angle = np.concatenate([rng.uniform(0.0, np.pi, 40), [0.0, np.pi, 0.5 * np.pi, 0.5 * np.pi], rng.uniform(0, 3, 6)])
    rho, z = r * np.sin(angle), r * np.cos(angle)
    values = member_values(model, rho, z, quantity)
    points = np.column_stack([rho, 0.0 * rho, z])
    for k, source in enumerate(model.member_sources()):
        B, J = fields.flux_density_and_jacobian(source, points)
        exact = {
            "B": fields.magnitude(B),
            "gradient": fields.gradient_of_magnitude(B, J),
            "force_product": fields.force_product(B, J),
        }[quantity]
        off = np.abs(values[k] / exact - 1.0)
        # The truncation of the series is 1e-8 of what single loops give; near a shield that nearly cancels, more.
        assert off[:-6].max() < 1e-6
        # Within, the sum over cells: these are five times larger than those of a fit, and the points 2 cm away.
        assert off[-6:].max() < 2e-3


def test_lines_are_found_outside_the_sphere_and_close_to_the_windings() -> None:
    model = made(True)
    radii = np.geomspace(0.7, 9.0, 600)
    for level in (0.5e-3, 20e-3, 0.3):
        found = member_distances(model, level)
        assert found.shape == (2, 61)
        for k, source in enumerate(model.member_sources()):
            angles = np.radians([0.0, 45.0, 90.0])
            exact = outermost(source_magnitude(source, angles, radii), radii, level)[0]
            assert found[k, [0, 30, 60]] == pytest.approx(exact, abs=2e-3)


def test_legendre_by_known_values() -> None:
    x = np.array([-1.0, 0.3, 1.0])
    p, dp = legendre(x, 5)
    assert p[4] == pytest.approx((63 * x**5 - 70 * x**3 + 15 * x) / 8)
    assert dp[4] == pytest.approx((315 * x**4 - 210 * x**2 + 15) / 8)
