"""The whole method on magnets of an independent generator: lines, band and bore, as the benchmark measures them."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.magnets import CASES, synthetic_model
from benchmarks.magnets_population import ANGLES_DEG, LEVELS_MT, population, truth_of
from mrsite.magnets import ensemble_band, fit
from mrsite.magnets.rays import outermost, source_magnitude


@pytest.mark.slow
def test_two_pairs_on_magnets_nobody_tuned_for() -> None:
    case = next(c for c in CASES if c.told_mT == (0.5, 3.0))
    errors, inside = [], []
    for magnet in population(8, seed=77):
        truth, reach = truth_of(np.array(magnet["coils"]))
        data = synthetic_model(magnet, case, reach)
        assert data is not None
        model = fit(data, seed=1)
        angles, radii = np.radians(ANGLES_DEG), np.geomspace(0.9, 9.0, 400)
        magnitude = source_magnitude(model.source(), angles, radii)
        for level in case.judged_mT:
            true = truth[:, LEVELS_MT.index(level)]
            errors.append(np.abs(outermost(magnitude, radii, level * 1e-3)[0] - true))
            ray, low, high = ensemble_band(model, level * 1e-3)
            pick = [int(np.argmin(np.abs(ray - a))) for a in angles]
            inside.append((low[pick] <= true) & (true <= high[pick]))
    # Reach: 0.015 / 0.05 m and 0.95 over many magnets; eight magnets scatter about that.
    assert np.median(errors) < 0.025
    assert np.quantile(errors, 0.95) < 0.08
    assert np.mean(inside) > 0.92


def test_the_generator_is_seeded_and_its_magnets_have_their_b0() -> None:
    first, again = population(1, seed=5)[0], population(1, seed=5)[0]
    assert first == again
    from mrsite.fields import Coil, CoilSet

    source = CoilSet([Coil(*row) for row in first["coils"]])
    assert source.flux_density([[0, 0, 0]])[0, 2] == pytest.approx(first["published_like"]["B0_T"], rel=1e-4)
