"""Polynomials near the windings: within their proven bounds, at every switch of route, and the same whatever was asked
before.
"""

from __future__ import annotations

import json
import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numba
import numpy as np
import pytest

from mrsite import fields
from mrsite.fields import interpolant
from mrsite.fields._kernels import majorants

CASES = json.loads((Path(__file__).parent / "data" / "reference.json").read_text())
SHIELDED = [row for case in CASES if case["name"] == "shielded" for row in case["windings"]]
MAGNET = fields.CoilSet([fields.Coil(*row) for row in SHIELDED])
LOOPS = fields.CoilSet([fields.Loop(0.5 + 0.01 * (i % 3), -0.6 + 0.02 * i, 1e4 * (-1) ** (i % 7)) for i in range(60)])
TURN = ((0.0, 0.0, 1.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0))


def bore(n=30_000, seed=0):
    return np.random.default_rng(seed).uniform(-0.3, 0.3, (n, 3))


def section(step=11e-3, width=1.5):
    r, z = np.meshgrid(np.arange(step / 3, width, step), np.arange(-width, width, step))
    return np.stack([r.ravel(), 0 * r.ravel(), z.ravel()], axis=1)


def gathered(n=60_000, seed=2):
    """Points close about a few places between and beside the coils, as a fine map of a small window has them."""
    rng = np.random.default_rng(seed)
    places = np.array([(0.4, 0.3), (0.7, 0.45), (0.6, 0.0), (0.03, 1.1), (0.47, 0.63), (1.05, 0.58), (0.3, -0.9)])
    spot = places[rng.integers(len(places), size=n)] + rng.uniform(-0.06, 0.06, (n, 2))
    phi = rng.uniform(0.0, 2.0 * np.pi, n)
    return np.stack([spot[:, 0] * np.cos(phi), spot[:, 0] * np.sin(phi), spot[:, 1]], axis=1)


def errors(source, points, b, jac):
    """Of B over max(|B|, 1e-3 sum |B_i|), and of the jacobian likewise."""
    true_b, true_j = source.flux_density_and_jacobian(points)
    moduli = sum(fields.magnitude(c.flux_density(points)) for c in source.coils)
    m = np.maximum(fields.magnitude(true_b), 1e-3 * moduli)
    j = np.maximum(np.linalg.norm(true_j, axis=(1, 2)), m)
    return np.linalg.norm(b - true_b, axis=1) / m, np.linalg.norm(jac - true_j, axis=(1, 2)) / j


@pytest.mark.parametrize(
    ("rtol", "points"),
    [(1e-4, bore(12_000)), (1e-6, gathered(25_000)), (1e-9, section()), (1e-9, bore(12_000)), (1e-11, bore(12_000))],
    ids=["1e-4 bore", "1e-6 gathered", "1e-9 section", "1e-9 bore", "1e-11 bore"],
)
def test_every_point_is_within_its_own_certificate(rtol, points):
    fast = fields.certified(MAGNET, rtol)
    eb, ej = errors(MAGNET, points, *fast.flux_density_and_jacobian(points))
    said = fast.certificate(points)
    rounding = 1e-12  # of the exact route itself, beside it
    assert (eb <= said.bound_B + rounding).all()
    assert (ej <= said.bound_J + 10.0 * rounding).all()
    assert (said.bound_B <= rtol).all()
    assert (said.bound_J <= 10.0 * rtol).all()
    assert (said.route == "interpolant").sum() > 1000


def test_many_loops_alone_are_interpolated_too():
    points = bore(40_000)
    fast = fields.certified(LOOPS, 1e-8)
    said = fast.certificate(points)
    assert (said.route == "interpolant").mean() > 0.5
    assert set(said.route) <= {"interpolant", "closed form"}
    assert (said.bound_B[said.route == "closed form"] == 0.0).all()
    eb, ej = errors(LOOPS, points, *fast.flux_density_and_jacobian(points))
    assert (eb <= said.bound_B + 1e-14).all()
    assert (ej <= said.bound_J + 1e-13).all()


@pytest.mark.parametrize("rtol", [1e-6, 1e-9])
def test_no_jump_at_the_sides_of_squares_and_the_edge_of_the_series(rtol):
    """A picometre to either side of every side of a square used, and of every band: the jump is within both bounds."""
    crowd = np.concatenate([bore(12_000), gathered(25_000)])
    fast = fields.certified(MAGNET, rtol)
    fast.flux_density(crowd)
    part = fast._interpolants[0]
    used = [number for number, square in part.made.items() if square is not None]
    along = np.linspace(-0.97, 0.97, 7)
    pairs = []
    for number in used:
        (r, z), h = part.grid.centre[number], part.grid.half[number]
        for e in (-1.0, 1.0):
            for t in along:
                pairs.append([(r + e * (h - 1e-12), z + t * h), (r + e * (h + 1e-12), z + t * h)])
                pairs.append([(r + t * h, z + e * (h - 1e-12)), (r + t * h, z + e * (h + 1e-12))])
    edges = np.sqrt(interpolant.unpacked(fast.leaves()[0])[0][:, 0])
    for angle in np.linspace(0.1, 3.0, 9):
        for edge in edges:
            s, c = np.sin(angle), np.cos(angle)
            pairs.append([((edge - 1e-12) * s, (edge - 1e-12) * c), ((edge + 1e-12) * s, (edge + 1e-12) * c)])
    flat = np.abs(np.array(pairs).reshape(-1, 2) * [1.0, 1.0])
    flat[:, 1] = np.array(pairs).reshape(-1, 2)[:, 1]
    sides = np.stack([flat[:, 0], 0 * flat[:, 0], flat[:, 1]], axis=1)
    points = np.concatenate([sides, crowd])
    b, jac = (a[: len(sides)] for a in fast.flux_density_and_jacobian(points))
    said = fast.certificate(points)
    routes = said.route[: len(sides)].reshape(-1, 2)
    kinds = {tuple(sorted(pair)) for pair in routes}
    assert ("interpolant", "interpolant") in kinds
    assert ("interpolant", "windings") in kinds
    assert ("series", "series") in kinds
    assert any("series" in kind and kind != ("series", "series") for kind in kinds)
    eb, ej = errors(MAGNET, sides, b, jac)
    assert (eb <= said.bound_B[: len(sides)] + 1e-12).all()
    assert (ej <= said.bound_J[: len(sides)] + 1e-11).all()
    size = np.maximum(fields.magnitude(b), 1e-3 * sum(fields.magnitude(c.flux_density(sides)) for c in MAGNET.coils))
    jump = np.linalg.norm(b[::2] - b[1::2], axis=1) / size[::2]
    slope = np.linalg.norm(jac[::2], axis=(1, 2)) * 2e-12 / size[::2]
    both = said.bound_B[: len(sides)].reshape(-1, 2).sum(axis=1)
    assert (jump <= both + slope + 1e-12).all()


def test_the_answer_depends_on_the_call_alone():
    """Not on what was asked before, nor on threads, nor on a journey through pickle."""
    points = bore(12_000)
    fresh = fields.certified(MAGNET, 1e-9)
    b, jac = fresh.flux_density_and_jacobian(points)
    worn = fields.certified(MAGNET, 1e-9)
    worn.flux_density(gathered(25_000))
    worn.flux_density(bore(20_000, 5))
    travelled = pickle.loads(pickle.dumps(worn))
    assert len(pickle.dumps(worn)) < 200_000
    few = points[:100]
    np.testing.assert_array_equal(worn.flux_density(few), fields.certified(MAGNET, 1e-9).flux_density(few))
    before = numba.get_num_threads()
    try:
        for threads in (1, min(2, numba.config.NUMBA_NUM_THREADS)):
            numba.set_num_threads(threads)
            for source in (worn, travelled, fresh):
                again, jac_again = source.flux_density_and_jacobian(points)
                np.testing.assert_array_equal(again, b)
                np.testing.assert_array_equal(jac_again, jac)
    finally:
        numba.set_num_threads(before)


def test_callers_at_once_get_the_same():
    points = bore(12_000)
    expected = fields.certified(MAGNET, 1e-9).flux_density(points)
    shared = fields.certified(MAGNET, 1e-9)
    with ThreadPoolExecutor(4) as pool:
        for b in pool.map(shared.flux_density, [points] * 4):
            np.testing.assert_array_equal(b, expected)


def test_a_turned_magnet_in_a_sum_has_squares_of_its_own():
    placed = fields.Placed(MAGNET, (3.0, -1.0, 0.5), TURN)
    total = fields.Sum([placed, fields.Uniform((2e-5, 0.0, -4e-5)), fields.Placed(LOOPS, (-2.0, 0.0, 0.0), TURN)])
    points = np.concatenate([bore(30_000) @ np.array(TURN).T + [3.0, -1.0, 0.5], bore(8000, 3) + [-2.0, 0.0, 0.0]])
    fast = fields.certified(total, 1e-8)
    assert (fast.certificate(points).route == "interpolant").mean() > 0.5
    b, jac = fast.flux_density_and_jacobian(points)
    true_b, true_j = total.flux_density_and_jacobian(points)
    parts = sum(fields.magnitude(s.flux_density(points)) for s in total.sources)
    assert (np.linalg.norm(b - true_b, axis=1) <= 1e-8 * parts).all()
    assert np.linalg.norm(jac - true_j, axis=(1, 2)).max() <= 1e-7 * np.linalg.norm(true_j, axis=(1, 2)).max()


def test_a_shape_keeps_and_few_points_or_tight_tolerances_stay_exact():
    points = bore(8000).reshape(80, 100, 3)
    assert fields.certified(MAGNET, 1e-9).flux_density_and_jacobian(points)[1].shape == (80, 100, 3, 3)
    said = fields.certified(MAGNET, 1e-9).certificate(bore(500))
    assert set(said.route) == {"windings"}
    assert set(fields.certified(MAGNET, 1e-12).certificate(bore(12_000)).route) == {"windings"}


def test_an_error_planted_in_a_square_is_caught(monkeypatch):
    true = interpolant._powers

    def spoilt():
        powers = true().copy()
        powers[3, 1] *= 1.0 + 1e-4
        return powers

    monkeypatch.setattr(interpolant, "_powers", spoilt)
    with pytest.raises(AssertionError):
        test_every_point_is_within_its_own_certificate(1e-9, bore(12_000))


def _terms(windings, rho, z):
    """B_rho/rho, B_z, (dB_rho/dz)/rho, dB_z/dz at points off the axis."""
    coils = fields.CoilSet([fields.Loop(w[0], w[2], w[4]) if w[0] == w[1] else fields.Coil(*w) for w in windings])
    b, jac = coils.flux_density_and_jacobian(np.stack([rho, 0 * rho, z], axis=-1))
    return np.stack([jac[..., 1, 1], b[..., 2], jac[..., 0, 2] / rho, jac[..., 2, 2]])


def test_the_bounds_before_anything_is_known_hold():
    """Majorants over the real square, and the error of interpolating to low degree, where it can be seen."""
    rng = np.random.default_rng(11)
    for _ in range(60):
        r1, z1 = rng.uniform(0.1, 0.8), rng.uniform(-0.5, 0.5)
        thick = rng.random() < 0.5
        w = np.array([[r1, r1 + 0.05 * thick, z1, z1 + 0.1 * thick, 1e7 if thick else 1e4]])
        half = 10 ** rng.uniform(-2.0, -0.7)
        rc, zc = half * (1.0 + rng.choice([0.0, rng.random() * 10])), z1 + rng.uniform(-1.0, 1.0) * 6.0 * half
        degree = int(rng.integers(3, 9))
        bounds = np.empty(10)
        majorants.interpolation_bound(w, rc, zc, half, degree, np.empty(6), bounds)
        if not np.isfinite(bounds).all():
            continue
        t = np.cos((np.arange(degree + 1) + 0.5) * np.pi / (degree + 1))
        values = _terms(w, *np.meshgrid(rc + half * t, zc + half * t, indexing="ij"))
        fine = np.linspace(-1.0, 1.0, 21) * (1.0 - 1e-9)
        truth = _terms(w, *np.meshgrid(rc + half * fine, zc + half * fine, indexing="ij"))
        to_fine = np.polynomial.chebyshev.chebvander(fine, degree) @ np.linalg.inv(
            np.polynomial.chebyshev.chebvander(t, degree)
        )
        error = np.abs(to_fine @ values @ to_fine.T - truth).max(axis=(1, 2))
        assert (error <= bounds[:4] * (1.0 + 1e-9) + 1e-13 * bounds[4:8]).all()
        assert (np.abs(truth).max(axis=(1, 2)) <= bounds[4:8] * (1.0 + 1e-12)).all()


def test_majorants_hold_where_a_coordinate_is_complex():
    """Smythe's form by mpmath at complex rho, and at complex z, within reach of a square of real points."""
    mp = pytest.importorskip("mpmath")
    rng = np.random.default_rng(3)
    out = np.empty(6)
    for _ in range(4):
        a, half = rng.uniform(0.2, 0.8), 0.03
        rc, zc = rng.uniform(0.04, 1.2), rng.uniform(0.05, 0.4)
        gap = np.hypot(max(abs(rc - a) - half, 0.0), zc - half)
        reach = 0.7 * gap
        majorants.field_majorants(
            np.array([[a, a, 0.0, 0.0, 1.0]]), max(rc - half, 0.0), rc + half, zc - half, zc + half, reach, out
        )
        step = reach * complex(*np.array([np.cos(t := rng.uniform(0, 6.28)), np.sin(t)])) * 0.999
        for rho, z in ((rc + step, zc), (rc, zc + step)):
            rho, z = mp.mpmathify(rho), mp.mpmathify(z)

            def kernel(phi, rho=rho, z=z, a=a):
                d = mp.sqrt((rho - a * mp.cos(phi)) ** 2 + (a * mp.sin(phi)) ** 2 + z * z)
                return a * (a - rho * mp.cos(phi)) / d**3, 3 * a * a * z * mp.sin(phi) ** 2 / d**5

            bz, f = (2e-7 * mp.quad(lambda p, k=k: kernel(p)[k], mp.linspace(0, mp.pi, 5)) for k in (0, 1))
            assert abs(bz) <= out[1]
            assert abs(f) <= out[0]
