"""A synthetic magnet of known windings, for tests: what its vendor would publish, and its true lines."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mrsite.fields import Coil, CoilSet
from mrsite.magnets import MagnetModel, Published
from mrsite.magnets.rays import outermost, source_magnitude

# Three pairs of primary blocks and one pair of shield blocks, 1.5 T, bore 0.6 m: invented here.
_HALF = (
    (0.5, 0.525517, 0.047191, 0.119989, 1.455462594e8),
    (0.5, 0.520447, 0.216866, 0.349382, 1.455462594e8),
    (0.5, 0.565577, 0.568461, 0.681788, 1.455462594e8),
    (0.888193, 0.911807, 0.494669, 0.664292, -1.455462594e8),
)
SOURCE = CoilSet([Coil(*row) for row in _HALF] + [Coil(r[0], r[1], -r[3], -r[2], r[4]) for r in _HALF])


def true_distance(level: float, angles_deg: tuple[float, ...]) -> np.ndarray:
    radii = np.geomspace(0.9, 9.0, 800)
    return outermost(source_magnitude(SOURCE, np.radians(angles_deg), radii), radii, level)[0]


def published(level: float, rounding: float = 0.1, **changes: object) -> Published:
    axial, radial = (round(round(float(d) / rounding) * rounding, 6) for d in true_distance(level, (0.0, 90.0)))
    figure = Published(
        "isofield", "synthetic test magnet", "read", level_T=level, axial_m=axial, radial_m=radial, rounding_m=rounding
    )
    return replace(figure, **changes)  # type: ignore[arg-type]


def data(*levels: float, reading: str = "on-axis", rounding: float = 0.1, **changes: object) -> MagnetModel:
    model = MagnetModel(
        id="known",
        vendor="Test",
        model="known windings",
        B0_T=1.5,
        bore_diameter_m=0.6,
        magnet_length_m=1.54,
        cryostat_diameter_m=1.94,
        distances=reading,  # type: ignore[arg-type]
        published=tuple(published(level, rounding) for level in levels),
    )
    return replace(model, **changes)  # type: ignore[arg-type]
