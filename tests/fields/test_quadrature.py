"""The proven bounds on the rules over thick coils: against 30-digit values, and against the tolerance they serve."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from mrsite import fields
from mrsite.fields import packing
from mrsite.fields._kernels import coils, quadrature

DATA = Path(__file__).parent / "data"
NEAR = json.loads((DATA / "near.json").read_text())
CASES = [case for case in json.loads((DATA / "reference.json").read_text()) if case["kind"] == "coil"]


def errors(rows, b, jac):
    ref_b, ref_j = np.array([row["B"] for row in rows]), np.array([row["J"] for row in rows])
    m = np.maximum(np.linalg.norm(ref_b, axis=1), 1e-3 * np.array([row["sum_of_moduli"] for row in rows]))
    j = np.maximum(np.linalg.norm(ref_j, axis=(1, 2)), m)
    return np.linalg.norm(b - ref_b, axis=1) / m, np.linalg.norm(jac - ref_j, axis=(1, 2)) / j


@pytest.mark.parametrize("rtol", [1e-2, 1e-4, 1e-6, 1e-9, 1e-12])
def test_beside_faces_and_corners_the_certificate_holds(rtol):
    """36 random sections, plump and flat, a tenth of a millimetre to 0.3 m from a face or a corner, to 30 digits."""
    eb, ej, bb, bj = [], [], [], []
    for row in NEAR:
        fast = fields.certified(fields.Coil(*row["winding"]), rtol)
        points = np.array([row["point"]])
        got, said = errors([row], *fast.flux_density_and_jacobian(points)), fast.certificate(points)
        eb.append(got[0][0])
        ej.append(got[1][0])
        bb.append(said.bound_B[0])
        bj.append(said.bound_J[0])
    eb, ej, bb, bj = (np.array(v) for v in (eb, ej, bb, bj))
    # a tenth of a millimetre from a face rounding of rho - a alone is 1e-16 / 1e-4
    assert (eb <= bb + 1e-12).all()
    assert (ej <= bj + 1e-11).all()
    assert (bb <= rtol).all()
    assert (bj <= 10.0 * rtol).all()


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
@pytest.mark.parametrize("rtol", [1e-3, 1e-6, 1e-9])
def test_the_certificate_holds_everywhere_else(case, rtol):
    rows = case["rows"]
    points = np.array([row["point"] for row in rows])
    fast = fields.certified(fields.CoilSet([fields.Coil(*w) for w in case["windings"]]), rtol)
    eb, ej = errors(rows, *fast.flux_density_and_jacobian(points))
    said = fast.certificate(points)
    assert (eb <= said.bound_B + 1e-10).all()
    assert (ej <= said.bound_J + 1e-8).all()
    assert (said.bound_B <= rtol).all()
    assert (said.bound_J <= 10.0 * rtol).all()


def random_magnets(count, seed=0):
    rng = np.random.default_rng(seed)
    for _ in range(count):
        rows = []
        for _ in range(rng.integers(1, 9)):
            r1, z1 = rng.uniform(0.05, 1.0), rng.uniform(-1.0, 1.0)
            size = 10 ** rng.uniform(-2.3, [-0.7, -0.3])
            rows.append((r1, r1 + size[0], z1, z1 + size[1], rng.uniform(-1.0, 1.0) * 1e8))
        rho, z = rng.uniform(0.0, 1.6, 60), rng.uniform(-1.6, 1.6, 60)
        for k in range(40):
            r1, r2, z1, z2, _ = rows[rng.integers(len(rows))]
            gap, s = 10 ** rng.uniform(-4.0, -0.5), rng.random()
            r, h = r1 + s * (r2 - r1), z1 + s * (z2 - z1)
            rho[k], z[k] = [(abs(r1 - gap), h), (r2 + gap, h), (r, z1 - gap), (r, z2 + gap)][k % 4]
        yield rows, np.stack([rho, 0 * rho, z], axis=1)


@pytest.mark.parametrize("rtol", [1e-3, 1e-6, 1e-9, 4e-13])
def test_the_bound_keeps_the_tolerance_on_random_magnets(rtol):
    """By every way that a coil can be done, and in mixtures."""
    ways = set()
    for rows, points in random_magnets(25):
        magnet = fields.CoilSet([fields.Coil(*row) for row in rows])
        fast = fields.certified(magnet, rtol)
        said = fast.certificate(points)
        eb, ej = errors_of(magnet, rows, points, *fast.flux_density_and_jacobian(points))
        assert (said.bound_B <= rtol).all(), (rows, points[said.bound_B.argmax()], said.bound_B.max())
        assert (said.bound_J <= 10.0 * rtol).all(), (rows, points[said.bound_J.argmax()], said.bound_J.max())
        if rtol > 1e-12:
            assert (eb <= said.bound_B + 1e-11).all()
            assert (ej <= said.bound_J + 1e-10).all()
        limits = fast.leaves()[0].numbers[7 : 8 + coils.RUNGS]
        for p in points[::6]:
            key = coils.way(limits, *rows[0][:4], p[0], p[2])
            ways.add("loops" if key < coils.WAYS_LOOPS else "ends" if key < coils.WAY_GRADED else "graded")
    assert ways == {"loops", "ends", "graded"}


def errors_of(magnet, rows, points, b, jac):
    true_b, true_j = magnet.flux_density_and_jacobian(points)
    moduli = sum(fields.magnitude(c.flux_density(points)) for c in magnet.coils)
    m = np.maximum(fields.magnitude(true_b), 1e-3 * moduli)
    j = np.maximum(np.linalg.norm(true_j, axis=(1, 2)), m)
    return np.linalg.norm(b - true_b, axis=1) / m, np.linalg.norm(jac - true_j, axis=(1, 2)) / j


def test_each_way_errs_less_than_its_bound_where_the_error_shows():
    """Rules cut far too short (two digits asked of them) are off by parts in a hundred: each within its bound."""
    seen = 0
    for rows, points in random_magnets(20, seed=5):
        leaf = packing.winding_leaf(rows[:1], 1e-2)
        short = packing.payload(2.0, 0.0, 1.0, False, np.empty((0, 2)), np.array(rows[:1]), np.empty((0, 4)))
        windings = packing.unpacked(leaf)[1]
        from mrsite.fields.evaluate import evaluate
        from mrsite.fields.source import Leaf, pack

        b, jac = evaluate(pack([Leaf(leaf.kind, 1, short)]), points)
        true_b, true_j = fields.Coil(*rows[0]).flux_density_and_jacobian(points)
        bound = np.empty((len(points), 4))
        quadrature.errors_at(short, windings, points[:, 0].copy(), points[:, 2].copy(), bound)
        off = np.stack(
            [
                b[:, 0] - true_b[:, 0],
                b[:, 2] - true_b[:, 2],
                jac[:, 0, 2] - true_j[:, 0, 2],
                jac[:, 2, 2] - true_j[:, 2, 2],
            ],
            axis=1,
        )
        scale = np.stack([points[:, 0], np.ones(len(points)), points[:, 0], np.ones(len(points))], axis=1)
        size = np.linalg.norm(true_j, axis=(1, 2))[:, None] + np.linalg.norm(true_b, axis=1)[:, None]
        assert (np.abs(off) <= bound * scale * (1.0 + 1e-9) + 1e-11 * size).all()
        seen += int((np.abs(off) > 1e-6 * size).sum())
    assert seen > 200


@pytest.mark.parametrize(
    "row", [(0.05, 0.07, -0.4, 0.4, 1e8), (0.02, 0.5, -0.01, 0.02, 1e7), (0.05, 0.06, -2.0, 1.0, 1e8)]
)
def test_the_series_of_a_section_as_wide_as_its_sphere(row):
    """Just beyond the sphere about a long solenoid or a pancake orders beyond a hundred count: each must be right."""
    coil = fields.Coil(*row)
    fast = fields.certified(coil, 1e-9)
    edge = float(np.sqrt(packing.unpacked(fast.leaves()[0])[0][0, 0]))
    centre = fast.leaves()[0].numbers[1]
    angle = np.linspace(0.0, np.pi, 41)
    points = np.stack([1.001 * edge * np.sin(angle), 0 * angle, centre + 1.001 * edge * np.cos(angle)], axis=1)
    assert (fast.certificate(points).route == "series").all()
    # many short coils make the long one; the series of each stands further off, and those near by are quadrature
    r = np.linspace(row[0], row[1], 5)
    z = np.linspace(row[2], row[3], 13)
    parts = [fields.Coil(r[i], r[i + 1], z[k], z[k + 1], row[4]) for i in range(4) for k in range(12)]
    true_b, true_j = fields.Sum(parts).flux_density_and_jacobian(points)
    b, jac = fast.flux_density_and_jacobian(points)
    assert (np.linalg.norm(b - true_b, axis=1) <= 1e-9 * np.linalg.norm(true_b, axis=1)).all()
    size = np.maximum(np.linalg.norm(true_j, axis=(1, 2)), np.linalg.norm(true_b, axis=1))
    assert (np.linalg.norm(jac - true_j, axis=(1, 2)) <= 1e-8 * size).all()
