"""Points level with a coil's end face: the field goes through them smoothly, inside and outside the bore."""

from __future__ import annotations

import pytest

from mrsite.fields import Coil


@pytest.mark.parametrize("face", [0.5, 0.53])
@pytest.mark.parametrize("rho", [0.0, 0.3, 0.87, 0.8799999, 0.88, 0.89, 0.897, 0.9, 0.95, 1.05, 3.0])
def test_the_field_is_continuous_across_the_plane_of_an_end(face: float, rho: float) -> None:
    coil = Coil(0.88, 0.9, 0.5, 0.53, -1.1e8)
    below, level, above = coil.flux_density([[rho, 0.0, face + dz] for dz in (-1e-9, 0.0, 1e-9)])[:, 2]
    # The field's own slope moves it by less than 1e-6 T over a nanometre; the fault was half a tesla.
    assert level == pytest.approx(0.5 * (below + above), abs=1e-6)
