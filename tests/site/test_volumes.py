"""The worst field over a prism is found on slanting footprints too, and in few steps."""

from __future__ import annotations

import math
import time
from dataclasses import replace

import numpy as np
import pytest
import shapely
from shapely import affinity

from benchmarks.check_sites import department, magnet
from mrsite.fields import Coil, magnitude
from mrsite.site.evidence import WantedVolume
from mrsite.site.total_field import total_field
from mrsite.site.volumes import worst_over


@pytest.mark.parametrize("angle", [0.0, 30.0, 33.7, 60.0, 90.0])
def test_a_footprint_at_any_angle(angle: float) -> None:
    model = replace(magnet(), coils=(Coil(0.5, 0.6, -0.5, 0.5, 2e6),))
    project = department(model=model)
    field = total_field(project)
    footprint = affinity.rotate(shapely.box(6.0, 5.0, 24.0, 7.25), angle, origin=(4.2, 3.0))
    start = time.perf_counter()
    found = worst_over(project, field, [WantedVolume("x", "Ground", footprint, (0.0, 2.1))])[0]
    assert time.perf_counter() - start < 20
    assert found is not None
    # A dense independent sampling of the whole surface.
    ring = footprint.exterior
    xy = np.array([ring.interpolate(t, normalized=True).coords[0] for t in np.linspace(0, 1, 3000)])
    points = np.vstack([np.column_stack([xy, np.full(len(xy), z)]) for z in np.linspace(0.0, 2.1, 22)])
    best = float(magnitude(field.source().flux_density(points)).max())
    assert found.worst.value >= best * (1 - 1e-6)
    assert found.worst.value <= best * 1.01
    assert math.isfinite(found.worst.upper)
