"""Make ``data/reference.json`` and ``data/near.json``: fields to 30 digits by mpmath, from textbook forms
and not from the engine's own.

    python tests/fields/make_reference.py

A loop is Smythe's K and E form, its jacobian by numerical differentiation with 40 digits more. A thick coil is the
integral over the radius of the thin solenoid's K, E and Pi form (Derby & Olbert 2010, eq. 4-5 in Legendre's integrals),
by Gauss panels graded towards r = rho; its z-derivatives are the loops at the two ends, its rho-derivatives follow from
div B = 0 and curl B = mu0 j. ``--check`` compares this with a double integral of loops at points outside.
"""

from __future__ import annotations

import itertools
import json
import math
import random
import sys
from pathlib import Path

import mpmath as mp

mp.mp.dps = 40
MU0 = 4 * mp.pi / mp.mpf(10) ** 7
OUT = Path(__file__).parent / "data" / "reference.json"
NEAR = OUT.with_name("near.json")


def loop(a, rho, z):
    """B_rho, B_z of a loop with 1 A."""
    be = mp.sqrt((a + rho) ** 2 + z * z)
    al2 = (a - rho) ** 2 + z * z
    m = 4 * a * rho / be**2
    k, e = mp.ellipk(m), mp.ellipe(m)
    c = MU0 / (2 * mp.pi * be)
    bz = c * (k + (a * a - rho * rho - z * z) / al2 * e)
    br = c * z / rho * (-k + (a * a + rho * rho + z * z) / al2 * e) if rho else mp.mpf(0)
    return br, bz


def loop_full(a, rho, z):
    """B_rho, B_z, dB_rho/dz, dB_z/dz."""
    br, bz = loop(a, rho, z)
    with mp.workdps(mp.mp.dps + 40):
        size = mp.sqrt((a - rho) ** 2 + z * z)
        h = size * mp.mpf(10) ** -20
        hi, lo = loop(a, rho, z + h), loop(a, rho, z - h)
        hi2, lo2 = loop(a, rho, z + 2 * h), loop(a, rho, z - 2 * h)
        drz, dzz = ((8 * (p - q) - (p2 - q2)) / (12 * h) for p, q, p2, q2 in zip(hi, lo, hi2, lo2))
    return br, bz, drz, dzz


def end(r, rho, zeta):
    """Antiderivative in z of a loop's B_rho and B_z."""
    be = mp.sqrt((r + rho) ** 2 + zeta * zeta)
    m = 4 * r * rho / be**2
    k, e = mp.ellipk(m), mp.ellipe(m)
    a_phi = MU0 / (2 * mp.pi * rho) * be * ((1 - m / 2) * k - e) if rho else mp.mpf(0)
    n = 4 * r * rho / (r + rho) ** 2
    sz = MU0 / (2 * mp.pi) * zeta / be * (k + (r - rho) / (r + rho) * mp.ellippi(n, m))
    return -a_phi, sz


def gauss(n):
    """Gauss-Legendre nodes and weights on (-1, 1) to all digits, by Newton."""
    out = []
    for i in range(1, n + 1):
        x = mp.cos(mp.pi * (i - mp.mpf(1) / 4) / (n + mp.mpf(1) / 2))
        for _ in range(8):
            p0, p1 = mp.mpf(1), x
            for k in range(2, n + 1):
                p0, p1 = p1, ((2 * k - 1) * x * p1 - (k - 1) * p0) / k
            d = n * (x * p1 - p0) / (x * x - 1)
            x -= p1 / d
        out.append((x, 2 / ((1 - x * x) * d * d)))
    return out


with mp.workdps(110):
    RULE = gauss(26)


def integrate(f, grid):
    """Integral of a tuple of functions over panels."""
    total = [mp.mpf(0)] * 4
    for lo, hi in itertools.pairwise(grid):
        mid, half = (lo + hi) / 2, (hi - lo) / 2
        for x, w in RULE:
            total = [t + half * w * v for t, v in zip(total, f(mid + half * x))]
    return total


def panels(r1, r2, rho, zeta):
    """Break points graded towards r = rho: each panel sees the near-singular point at a multiple of its size (error
    3.7^-52).
    """
    out = {r1, r2}
    if r1 < rho < r2:
        out.add(rho)
    step = abs(zeta)
    while step < r2:
        for p in (rho - step, rho + step):
            if r1 < p < r2:
                out.add(p)
        step *= 3
    return sorted(out)


def coil_full(c, rho, z):
    r1, r2, z1, z2, j = (mp.mpf(v) for v in c)
    total = [mp.mpf(0)] * 4
    for zeta, sign in ((z - z1, 1), (z - z2, -1)):
        part = integrate(lambda r, zeta=zeta: (*end(r, rho, zeta), *loop(r, rho, zeta)), panels(r1, r2, rho, zeta))
        total = [t + sign * j * p for t, p in zip(total, part)]
    inside = j if r1 < rho < r2 and z1 < z < z2 else mp.mpf(0)
    return total, MU0 * inside


def cartesian(values, curl, rho, phi):
    br, bz, drz, dzz = values
    f = br / rho
    c, s = mp.cos(phi), mp.sin(phi)
    drr = -f - dzz
    b = [br * c, br * s, bz]
    jac = [
        [f + c * c * (drr - f), c * s * (drr - f), c * drz],
        [c * s * (drr - f), f + s * s * (drr - f), s * drz],
        [c * (drz - curl), s * (drz - curl), dzz],
    ]
    return [float(v) for v in b], [[float(v) for v in row] for row in jac]


def row(kind, windings, x, y, z, tag):
    x, y, z = mp.mpf(x), mp.mpf(y), mp.mpf(z)
    rho = mp.sqrt(x * x + y * y)
    if rho < mp.mpf(10) ** -6:
        mp.mp.dps = 110  # the textbook forms cancel near the axis
    else:
        mp.mp.dps = 40
    if rho == 0:
        rho = mp.mpf(10) ** -17  # the limit to 34 digits: it is even in rho
        phi = mp.mpf(0)
    else:
        phi = mp.atan2(y, x)
    total = [mp.mpf(0)] * 4
    curl = mp.mpf(0)
    each = mp.mpf(0)
    for w in windings:
        if kind == "loop":
            v = [mp.mpf(w[2]) * t for t in loop_full(mp.mpf(w[0]), rho, z - mp.mpf(w[1]))]
        else:
            v, c = coil_full(w, rho, z)
            curl += c
        each += mp.sqrt(v[0] ** 2 + v[1] ** 2)
        total = [a + b for a, b in zip(total, v)]
    b, jac = cartesian(total, curl, rho, phi)
    return {"tag": tag, "point": [float(x), float(y), float(z)], "B": b, "J": jac, "sum_of_moduli": float(each)}


LOOP = [[0.5, 0.2, 1000.0]]
TWO = [[0.5, 0.2, 1000.0], [0.9, -0.3, -400.0]]
COIL = [[0.5, 0.6, -0.1, 0.1, 1.0e8]]
FLAT = [[0.2, 0.7, 0.25, 0.27, -3.0e7]]
# an invented shielded 1.5 T magnet: six inner coils, two outer that cancel most of their dipole
SHIELDED = [
    [0.5, 0.525517, 0.047191, 0.119989, 145546259.4],
    [0.5, 0.525517, -0.119989, -0.047191, 145546259.4],
    [0.5, 0.520447, 0.216866, 0.349382, 145546259.4],
    [0.5, 0.520447, -0.349382, -0.216866, 145546259.4],
    [0.5, 0.565577, 0.568461, 0.681788, 145546259.4],
    [0.5, 0.565577, -0.681788, -0.568461, 145546259.4],
    [0.888193, 0.911807, 0.494669, 0.664292, -145546259.4],
    [0.888193, 0.911807, -0.664292, -0.494669, -145546259.4],
]


def wanted():
    for name, w in (("one loop", LOOP), ("two loops", TWO)):
        yield (
            name,
            "loop",
            w,
            [
                (0, 0, 0.2, "axis"),
                (0, 0, -3.7, "axis"),
                (5e-13, 0, 0.45, "off axis"),
                (1e-9, 2e-9, 0.1, "off axis"),
                (0.3, 0.1, 0.25, "general"),
                (-0.7, 0.4, -0.3, "general"),
                (2.0, 1.0, 0.2, "in plane"),
                (0.5, 0, 0.201, "1 mm"),
                (0.501, 0, 0.2, "1 mm"),
                (0.4, 0.3, 0.199, "1 mm"),
                (0.5, 0, 0.2 + 2**-20, "1 um"),
                (0.5 + 2**-20, 0, 0.2, "1 um"),
                (60, 50, 62, "100 m"),
                (0, 0, 100, "100 m"),
                (100, 0, 0.2, "100 m"),
                (600, 500, -620, "1000 m"),
                (1000, 0, 0, "1000 m"),
                (3, 4, 5, "general"),
                (0.49, 0.2, 3e-3, "general"),
                (1e-4, 0, 0.2, "off axis"),
                (1.2, 0.1, 1.9, "general"),
            ],
        )
    yield (
        "coil",
        "coil",
        COIL,
        [
            (0, 0, 0, "axis"),
            (0, 0, 0.7, "axis"),
            (5e-13, 0, 0.05, "off axis"),
            (0.2, 0.1, 0.02, "general"),
            (0.45, 0.1, 0.3, "general"),
            (0.499, 0, 0.03, "1 mm"),
            (0.601, 0, 0.03, "1 mm"),
            (0.36, 0.42, 0.101, "1 mm"),
            (0.499, 0, 0.101, "1 mm"),
            (0.601, 0, -0.101, "1 mm"),
            (0.55, 0, 0.0, "inside"),
            (0.33, 0.44, 0.08, "inside"),
            (0.5001, 0, 0.0999, "inside"),
            (0.55, 0, 0.09999, "inside"),
            (0.4, 0.38, -0.02, "inside"),
            (0.5 + 2**-20, 0, 0.05, "inside"),
            (0.55, 0, 0.1 - 2**-24, "inside"),
            (0.55, 0, 0.1 + 2**-24, "touching"),
            (0.5 - 2**-24, 0, 0.05, "touching"),
            (0.6 + 2**-24, 0, -0.02, "touching"),
            (0.55, 0, 0.125, "general"),
            (0.7, 0, 0, "general"),
            (1.5, 0.2, 0.4, "general"),
            (3, 2, 1, "general"),
            (60, 50, 62, "100 m"),
            (600, 500, -620, "1000 m"),
            (0, 0, 100, "100 m"),
        ],
    )
    yield (
        "flat coil",
        "coil",
        FLAT,
        [
            (0, 0, 0.26, "axis"),
            (0.45, 0, 0.271, "1 mm"),
            (0.3, 0.2, 0.249, "1 mm"),
            (0.701, 0, 0.26, "1 mm"),
            (0.199, 0, 0.251, "1 mm"),
            (0.45, 0, 0.26, "inside"),
            (0.21, 0, 0.2501, "inside"),
            (0.4, 0.3, 0.3, "general"),
            (0.1, 0, 0.28, "general"),
            (2, 0, 0.3, "general"),
        ],
    )
    yield (
        "shielded",
        "coil",
        SHIELDED,
        [
            (0, 0, 0, "axis"),
            (0, 0, 3.9, "axis"),
            (5e-13, 0, 1.0, "off axis"),
            (0.2, 0.1, 0.1, "general"),
            (0.3, 0, 0.74, "general"),
            (0.499, 0, 0.09, "1 mm"),
            (0.9, 0, 0.6653, "1 mm"),
            (0.51, 0, 0.1, "inside"),
            (0.9, 0, 0.55, "inside"),
            (2.5, 0, 0.1, "general"),
            (1.0, 1.0, 3.0, "general"),
            (1.6, 0.3, 1.0, "general"),
            (0.7, 0, 0.3, "general"),
            (3.0, 0, -2.6, "general"),
            (5, 1, 2, "general"),
            (60, 50, 62, "100 m"),
            (600, 500, -620, "1000 m"),
            (1.7, 0.0, 0.05, "general"),
            (0.2, 0.1, 1.68, "general"),
            (2.0, 0.5, 1.3, "general"),
        ],
    )


def near_wanted(count=36):
    """Random sections, plump and flat, each with a point beside a face or a corner, 0.1 mm to 0.3 m away."""
    rng = random.Random(7)
    for i in range(count):
        r1, z1 = rng.uniform(0.05, 0.9), rng.uniform(-1.0, 1.0)
        w = [r1, r1 + 10 ** rng.uniform(-2.3, -0.5), z1, z1 + 10 ** rng.uniform(-2.3, -0.3), rng.choice([-1e8, 1e8])]
        gap, along = 10 ** rng.uniform(-4.0, -0.5), rng.choice([1e-4, 0.02, 0.98, 0.9999, rng.random()])
        r, z = w[0] + along * (w[1] - w[0]), w[2] + along * (w[3] - w[2])
        side = i % 6
        spot = [(w[0] - gap, z), (w[1] + gap, z), (r, w[2] - gap), (r, w[3] + gap), (w[1] + gap, w[3] + gap)]
        rho, z = spot[side] if side < 5 else (abs(w[0] - gap), w[2] - 0.5 * gap)
        phi = rng.uniform(0.0, 6.28)
        yield w, (abs(rho) * math.cos(phi), abs(rho) * math.sin(phi), z)


def check() -> None:
    """The coil's closed form against a double integral of loops."""
    for point in ((0.2, 0.02), (0.7, 0.0), (0.45, 0.3)):
        rho, z = mp.mpf(point[0]), mp.mpf(point[1])
        r1, r2, z1, z2, j = (mp.mpf(v) for v in COIL[0])
        one, _ = coil_full(COIL[0], rho, z)
        for i in range(2):
            two = j * mp.quad(lambda r, s, rho=rho, z=z, i=i: loop(r, rho, z - s)[i], [r1, r2], [z1, z2])
            print(point, i, mp.nstr(abs(one[i] - two) / abs(one[1]), 3))


if __name__ == "__main__":
    if "--check" in sys.argv:
        check()
        sys.exit()
    data = []
    for name, kind, windings, points in wanted():
        rows = []
        for *p, tag in points:
            rows.append(row(kind, windings, *p, tag))
            print(name, p, tag, flush=True)
        data.append({"name": name, "kind": kind, "windings": windings, "rows": rows})
    near = [{"winding": w, **row("coil", [w], *p, "near")} for w, p in near_wanted()]
    NEAR.write_text(json.dumps(near, indent=0) + "\n")
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(data, indent=0) + "\n")
