"""How a packed source lies in its two arrays.

A packed source is ``(index, numbers)``: index[0] leaves, then (kind, start, count, turned) of each. At ``start`` lie
position (3), rotation (9, columns are the leaf's axes), then the payload of its kind:

coils      digits, z of the series' origin, 1/reference radius, first row of t_m weights, rows, symmetric?, bands,
           limits of the rungs of Gauss rules, bands x (r^2 from which, top order), then ``count`` windings (r1, r2,
           z1, z2, j), then the table
dipole     moment (3)
uniform    B (3)
zonal      as coils, with no windings
"""
# mypy: ignore-errors

from __future__ import annotations

import math

from mrsite.base.jit import jit

from .coils import RUNGS

MU0_4 = math.pi * 1e-7  # the conventional mu0 = 4 pi 1e-7; CODATA 2022 differs by 1.3e-10
COILS = 0
DIPOLE = 1
UNIFORM = 2
HEADER = 8 + RUNGS


@jit(inline=True)
def band_at(numbers, at, r2):
    """Which band of the series serves a squared radius: -1 none. Bands run outwards, their orders fall."""
    bands = int(numbers[at + 6])
    found = -1
    for k in range(bands):
        if r2 >= numbers[at + HEADER + 2 * k]:
            found = k
        else:
            break
    return found
