"""Laws the fields obey everywhere, by the analytic jacobian; poses, sums, shapes, threads, and what is refused."""

from __future__ import annotations

import pickle
import subprocess
import sys

import numpy as np
import pytest

from mrsite import fields
from mrsite.base.errors import InputError

MU0 = 4e-7 * np.pi
COIL = fields.Coil(0.5, 0.6, -0.1, 0.1, 1.0e8)
SET = fields.CoilSet([COIL, fields.Coil(0.7, 0.75, 0.2, 0.3, -8e7), fields.Loop(0.4, -0.3, 2e4)])
TURN = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
SOURCES = {
    "loop": fields.Loop(0.5, 0.2, 1e3),
    "coil": COIL,
    "set": SET,
    "dipole": fields.Dipole((1.0, 2.0, -3.0), (0.1, 0.2, 0.3)),
    "zonal": fields.ZonalHarmonics((1e-3, -2e-4, 3e-4, 1e-4), 0.5, 0.1),
    "placed": fields.Placed(SET, (0.3, -0.2, 1.0), TURN.tolist()),
    "sum": fields.Sum([fields.Placed(COIL, (2.0, 0.0, 0.0), TURN.tolist()), SET, fields.Uniform((1e-5, 0.0, -4e-5))]),
    "certified": fields.certified(SET, 1e-9),
}


def cloud(n=4000, span=3.0, seed=0):
    return np.random.default_rng(seed).uniform(-span, span, (n, 3))


@pytest.mark.parametrize("name", SOURCES)
def test_divergence_and_curl(name):
    """div B = 0 everywhere; curl B = 0 in air: the jacobian is symmetric."""
    points = np.concatenate([cloud(), cloud(500, 100.0), [[0.0, 0.0, z] for z in (-2.0, 0.05, 1.7, 300.0)]])
    _, jac = SOURCES[name].flux_density_and_jacobian(points)
    size = np.linalg.norm(jac, axis=(1, 2))
    assert (np.abs(np.trace(jac, axis1=1, axis2=2)) <= 1e-12 * size).all()
    if name in ("coil", "set", "sum", "placed", "certified"):
        return  # some of these points lie in windings; see below
    assert (np.abs(jac - jac.transpose(0, 2, 1)).max(axis=(1, 2)) <= 1e-12 * size).all()


def test_curl_in_and_outside_a_winding_is_amperes():
    rng = np.random.default_rng(3)
    r, z, phi = rng.uniform(0.4, 0.7, 2000), rng.uniform(-0.2, 0.2, 2000), rng.uniform(0, 2 * np.pi, 2000)
    _, jac = COIL.flux_density_and_jacobian(np.stack([r * np.cos(phi), r * np.sin(phi), z], axis=1))
    curl = np.stack([jac[:, 2, 1] - jac[:, 1, 2], jac[:, 0, 2] - jac[:, 2, 0], jac[:, 1, 0] - jac[:, 0, 1]], axis=1)
    along = -curl[:, 0] * np.sin(phi) + curl[:, 1] * np.cos(phi)
    inside = (r > 0.5) & (r < 0.6) & (np.abs(z) < 0.1)
    expected = np.where(inside, MU0 * 1e8, 0.0)
    size = np.linalg.norm(jac, axis=(1, 2))
    assert (np.abs(along - expected) <= 1e-11 * size).all()
    assert 300 < inside.sum() < 1000


@pytest.mark.parametrize("name", SOURCES)
def test_jacobian_is_the_derivative_of_the_field(name):
    """Central differences of fourth order: they, not the jacobian, set the tolerance."""
    points = cloud(300, 3.0, 5)
    points = points[np.linalg.norm(points - [0.1, 0.2, 0.3], axis=1) > 1.2]
    h = 2e-3
    source = SOURCES[name]
    b, jac = source.flux_density_and_jacobian(points)
    for k in range(3):
        d = np.zeros(3)
        d[k] = h
        f = [source.flux_density(points + i * d) for i in (2, 1, -1, -2)]
        difference = (-f[0] + 8 * f[1] - 8 * f[2] + f[3]) / (12 * h)
        scale = np.linalg.norm(jac, axis=(1, 2)) + np.linalg.norm(b, axis=1)
        assert np.median(np.abs(difference - jac[:, :, k]).max(axis=1) / scale) < 1e-8


def test_far_away_a_coil_is_a_dipole_to_second_order():
    """The relative difference from a dipole of equal moment falls as (a/r)^2: the slope is fitted, nothing of ours
    is the reference.
    """
    moment = 1.0e8 * 0.2 * np.pi * (0.6**3 - 0.5**3) / 3.0
    dipole = fields.Dipole((0.0, 0.0, moment))
    r = np.array([10.0, 20.0, 40.0, 80.0])
    direction = np.array([0.6, 0.0, 0.8])
    ours, theirs = (s.flux_density(r[:, None] * direction) for s in (COIL, dipole))
    error = np.linalg.norm(ours - theirs, axis=1) / np.linalg.norm(theirs, axis=1)
    slope = np.polyfit(np.log(r), np.log(error), 1)[0]
    assert slope == pytest.approx(-2.0, abs=0.02)


def test_on_the_axis_the_closed_form():
    z = np.linspace(-3.0, 3.0, 41)
    points = np.stack([0 * z, 0 * z, z], axis=1)
    b = COIL.flux_density(points)

    def end(r, d):
        return d * np.log(r + np.hypot(r, d))

    up, down = z + 0.1, z - 0.1
    expected = 0.5 * MU0 * 1e8 * (end(0.6, up) - end(0.5, up) - end(0.6, down) + end(0.5, down))
    assert b[:, 2] == pytest.approx(expected, rel=1e-12)
    assert (b[:, :2] == 0.0).all()


def test_gauss_rules_converge_at_their_geometric_rate():
    """Error of the n-node rule falls as size^(-2n): doubling the digits asked for must square the error, point by
    point.
    """
    points = np.array([[0.75, 0.0, 0.0], [0.3, 0.0, 0.05], [0.9, 0.0, 0.3]])
    true = COIL.flux_density(points)
    errors = []
    for rtol in (1e-2, 1e-4, 1e-6, 1e-8):
        b = fields.certified(COIL, rtol).flux_density(points)
        errors.append((np.linalg.norm(b - true, axis=1) / np.linalg.norm(true, axis=1)).max())
        assert errors[-1] <= rtol
    assert errors[-1] < 1e-3 * max(errors[0], 1e-9)


def test_no_jump_across_the_switches():
    """Just inside and just outside each band of the series, and where the quadrature changes, B and jacobian agree
    to the bound.
    """
    fast = fields.certified(SET, 1e-9)
    r = np.concatenate([np.linspace(0.7, 4.0, 3000)])
    for direction in ([0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.6, 0.0, 0.8]):
        points = r[:, None] * np.array(direction)
        points = points[(np.abs(points[:, 2] - 0.25) > 0.06) | (np.abs(np.hypot(*points[:, :2].T) - 0.72) > 0.06)]
        b, jac = fast.flux_density_and_jacobian(points)
        true_b, true_j = SET.flux_density_and_jacobian(points)
        moduli = sum(fields.magnitude(c.flux_density(points)) for c in SET.coils)
        m = np.maximum(fields.magnitude(true_b), 1e-3 * moduli)
        assert (np.linalg.norm(b - true_b, axis=1) / m).max() < 1e-9
        assert (
            np.linalg.norm(jac - true_j, axis=(1, 2)) / np.maximum(np.linalg.norm(true_j, axis=(1, 2)), m)
        ).max() < 1e-8
    routes = fast.certificate(r[:, None] * np.array([1.0, 0.0, 0.0]))
    assert set(routes.route) == {"series", "windings"}
    assert (routes.bound_B <= 1e-9).all()
    assert (routes.bound_J <= 1e-8).all()
    assert (np.diff(routes.order[routes.route == "series"]) <= 0).all()


def test_the_floor_of_the_error_bound_holds_over_the_half_plane():
    """|B| of a loop >= mu0 m / (4 pi (d^2 + a^2)^(3/2)): the bound on the series' relative error divides by it."""
    r = np.concatenate([np.linspace(0.0, 3.0, 200), np.geomspace(3.0, 1e4, 60)])
    t = np.linspace(0.0, np.pi / 2, 120)
    r, t = (g.ravel() for g in np.meshgrid(r, t))
    points = np.stack([r * np.sin(t), 0 * r, r * np.cos(t)], axis=1)
    b = fields.magnitude(fields.Loop(1.0, 0.0, 1.0).flux_density(points))
    ratio = b * 4 * np.pi * (r * r + 1.0) ** 1.5 / (MU0 * np.pi)
    assert np.nanmin(ratio) >= 1.0 - 1e-12


def test_the_floor_of_thick_coils_holds_beyond_their_sphere():
    """Half the loop's bound, at the mean radius and the furthest end, as the choice of bands takes it."""
    rng = np.random.default_rng(14)
    t = np.linspace(0.0, np.pi, 61)
    least = np.inf
    for _ in range(60):
        r1 = rng.uniform(0.0, 1.0)
        r2 = r1 + 10.0 ** rng.uniform(-2.0, 0.3)
        z0, half = rng.uniform(-1.0, 1.0), 10.0 ** rng.uniform(-2.0, 0.7)
        centre = rng.uniform(-0.5, 0.5)
        coil = fields.Coil(r1, r2, z0 - half, z0 + half, 1.0)
        end = abs(z0 - centre) + half
        moment = 2.0 * half * np.pi * (r2**3 - r1**3) / 3.0
        for r in np.hypot(r2, end) * np.array([1.02, 1.2, 1.7, 3.0, 10.0]):
            points = np.stack([r * np.sin(t), 0.0 * t, centre + r * np.cos(t)], axis=1)
            floor = 0.5 * MU0 * moment / (4.0 * np.pi) / ((r + end) ** 2 + 0.25 * (r1 + r2) ** 2) ** 1.5
            least = min(least, float(fields.magnitude(coil.flux_density(points)).min()) / floor)
    assert least >= 1.0
    assert least < 3.0  # the walk came near the bound


def test_the_bound_on_second_derivatives_holds():
    g, params = fields.compiled_bound(SET)
    rng = np.random.default_rng(9)
    h = 1e-4
    for _ in range(40):
        x = rng.uniform(-2.0, 2.0, 3)
        near = g(params, *x, 2 * h)
        if not np.isfinite(near) or near > 1e6:
            continue
        second = np.stack(
            [(SET.jacobian(x[None] + h * e) - SET.jacobian(x[None] - h * e))[0] / (2 * h) for e in np.eye(3)], axis=-1
        )
        u = rng.normal(size=(400, 3))
        u /= np.linalg.norm(u, axis=1)[:, None]
        assert np.linalg.norm(np.einsum("ijk,nj,nk->ni", second, u, u), axis=1).max() <= near * (1.0 + 1e-6)


@pytest.mark.parametrize("name", ["set", "certified", "sum", "loop"])
def test_results_do_not_depend_on_threads(name):
    from mrsite.fields import _kernels as kernels
    from mrsite.fields.evaluate import NO_TABLE

    source = SOURCES[name]
    points = cloud(5000)
    got = []
    for run, more in ((kernels.serial, ()), (kernels.threaded, (2,)), (kernels.threaded, (5,))):
        b, jac = np.empty((5000, 3)), np.empty((5000, 9))
        run(source._params, NO_TABLE, points, b, jac, *more)
        got.append((b, jac))
    for b, jac in got[1:]:
        np.testing.assert_array_equal(b, got[0][0])
        np.testing.assert_array_equal(jac, got[0][1])


@pytest.mark.parametrize("name", SOURCES)
def test_arrays_pickles_and_shapes(name):
    source = SOURCES[name]
    points = cloud(10)
    b, jac = source.flux_density_and_jacobian(points)
    again = pickle.loads(pickle.dumps(source))
    np.testing.assert_array_equal(again.flux_density(points), b)
    for array, shape in ((b, (10, 3)), (jac, (10, 3, 3)), (source.flux_density(points[0]), (3,))):
        assert array.shape == shape
        assert array.flags.c_contiguous
        assert array.dtype == np.float64
    np.testing.assert_array_equal(source.jacobian(points), jac)
    assert source.flux_density(np.empty((0, 3))).shape == (0, 3)
    assert isinstance(source, fields.FieldSource)


def test_callers_on_several_threads_and_after_a_fork_get_the_same():
    import multiprocessing
    from concurrent.futures import ThreadPoolExecutor

    points = cloud(30_000)
    expected = SET.flux_density(points)
    with ThreadPoolExecutor(4) as pool:
        for b in pool.map(SET.flux_density, [points] * 8):
            np.testing.assert_array_equal(b, expected)
    if "fork" in multiprocessing.get_all_start_methods():
        with multiprocessing.get_context("fork").Pool(1) as pool:
            np.testing.assert_array_equal(pool.apply(SET.flux_density, (points,)), expected)


def test_placed_turns_field_and_jacobian():
    points = cloud(50)
    placed = fields.Placed(SET, (0.3, -0.2, 1.0), TURN.tolist())
    b, jac = SET.flux_density_and_jacobian((points - [0.3, -0.2, 1.0]) @ TURN)
    np.testing.assert_allclose(placed.flux_density(points), b @ TURN.T, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(placed.jacobian(points), TURN @ jac @ TURN.T, rtol=1e-11, atol=1e-12)
    twice = fields.Placed(placed, (1.0, 0.0, 0.0), TURN.tolist())
    inner = (points - [1.0, 0.0, 0.0]) @ TURN
    np.testing.assert_allclose(twice.flux_density(points), placed.flux_density(inner) @ TURN.T, rtol=1e-11, atol=1e-14)


def test_a_foreign_source_adds_and_can_be_placed():
    class Foreign:
        def flux_density(self, points):
            return SET.flux_density(points)

        def jacobian(self, points):
            return SET.jacobian(points)

    points = cloud(20)
    total = fields.Sum([Foreign(), fields.Placed(Foreign(), (0.0, 0.0, 1.0), TURN.tolist())])
    ours = fields.Sum([SET, fields.Placed(SET, (0.0, 0.0, 1.0), TURN.tolist())])
    np.testing.assert_allclose(total.flux_density(points), ours.flux_density(points), rtol=1e-12)
    np.testing.assert_allclose(total.jacobian(points), ours.jacobian(points), rtol=1e-10, atol=1e-12)
    with pytest.raises(TypeError):
        fields.compiled(total)


@pytest.mark.parametrize("name", ["loop", "coil", "set", "zonal", "placed", "sum", "certified"])
def test_points_in_any_order_are_what_they_are_alone(name):
    """Points of all routes, shuffled: a batch sorts them and must put each result in its own row."""
    rng = np.random.default_rng(8)
    points = rng.normal(size=(6000, 3))
    points *= (10 ** rng.uniform(-1.0, 1.3, 6000) / np.linalg.norm(points, axis=1))[:, None]
    source = SOURCES[name]
    f, params = fields.compiled(source)
    alone = np.empty((6000, 12))
    for p, o in zip(points, alone):
        f(params, *p, o)
    b, jac = source.flux_density_and_jacobian(points)
    tolerance = 1e-8 if name == "certified" else 1e-11
    size = np.linalg.norm(alone[:, :3], axis=1)
    assert (np.linalg.norm(b - alone[:, :3], axis=1) <= tolerance * size).all()
    slope = np.linalg.norm(alone[:, 3:], axis=1) + size
    assert (np.abs(jac.reshape(-1, 9) - alone[:, 3:]).max(axis=1) <= 10.0 * tolerance * slope).all()


def test_a_point_on_a_wire_is_nan_in_that_row_alone():
    points = np.array([[0.5, 0.0, 0.2], [0.5, 0.0, 0.3], [0.3, 0.4, 0.2], [0.0, 0.0, 0.2]])
    b, jac = fields.Loop(0.5, 0.2, 1.0).flux_density_and_jacobian(points)
    assert np.isnan(b[0]).all()
    assert np.isnan(jac[0]).all()
    assert np.isfinite(b[[1, 3]]).all()
    nan = SET.flux_density([[np.nan, 0.0, 0.0], [1.0, 0.0, 0.0], [np.inf, 0.0, 0.0]])
    assert np.isnan(nan[0]).all()
    assert np.isfinite(nan[1]).all()
    assert np.isnan(fields.Dipole((1, 0, 0)).flux_density([[0.0, 0.0, 0.0]])).all()


def test_on_a_face_entries_that_jump_have_their_mean():
    for point in ([0.5, 0.0, 0.03], [0.6, 0.0, 0.0], [0.55, 0.0, 0.1]):
        p = np.array([point])
        e = 1e-9 * (np.array([[0.0, 0.0, 1.0]]) if point[2] == 0.1 else np.array([[1.0, 0.0, 0.0]]))
        b, jac = COIL.flux_density_and_jacobian(p)
        sides = [COIL.flux_density_and_jacobian(p + s * e) for s in (1, -1)]
        np.testing.assert_allclose(b, 0.5 * (sides[0][0] + sides[1][0]), rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(jac, 0.5 * (sides[0][1] + sides[1][1]), rtol=1e-6, atol=1e-5)


def test_quantities():
    b = np.array([[3.0, 0.0, 4.0], [0.0, 0.0, 0.0]])
    jac = np.stack([np.diag([1.0, 2.0, -3.0]), np.diag([1.0, 2.0, -3.0])])
    assert fields.magnitude(b) == pytest.approx([5.0, 0.0])
    assert fields.force_product(b, jac) == pytest.approx([np.hypot(3.0, 12.0), 0.0])
    assert fields.gradient_of_magnitude(b, jac) == pytest.approx([np.hypot(3.0, 12.0) / 5.0, 3.0])


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda: fields.Coil(0.6, 0.5, 0.0, 0.1, 1.0), "outer"),
        (lambda: fields.Coil(0.5, 0.6, 0.1, 0.1, 1.0), "z_min"),
        (lambda: fields.Loop(-1.0, 0.0, 1.0), "positive"),
        (lambda: fields.Loop(1.0, np.nan, 1.0), "finite"),
        (lambda: fields.Dipole((1.0, 2.0)), "three"),
        (lambda: fields.Placed(COIL, (0, 0, 0), [[1, 0, 0], [0, 1, 0], [0, 0, -1]]), "proper"),
        (lambda: fields.Placed(COIL, (0, 0, 0), [[2, 0, 0], [0, 1, 0], [0, 0, 1]]), "proper"),
        (lambda: fields.CoilSet([fields.Uniform((0, 0, 1))]), "Sum"),
        (lambda: fields.certified(COIL, 0.0), "rtol"),
        (lambda: COIL.flux_density([1.0, 2.0]), "n, 3"),
    ],
)
def test_what_cannot_be_is_refused(make, word):
    with pytest.raises(InputError, match=word):
        make()


def test_importing_the_room_loads_nothing_heavy():
    names = "('numba', 'scipy', 'xarray', 'pandas', 'shapely')"
    code = f"import sys, mrsite.fields; print([m for m in {names} if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("count", [1, 7, 8, 9, 1023, 1025, 4000])
def test_b_alone_and_arrays_given_are_the_same_bits(name, count):
    source, points = SOURCES[name], cloud(count)
    b, jac = source.flux_density_and_jacobian(points)
    assert np.array_equal(source.flux_density(points), b)
    given = np.full((count, 3), 7.0), np.full((count, 3, 3), 7.0)
    back = source.flux_density_and_jacobian(points, out=given)
    assert back[0] is given[0]
    assert back[1] is given[1]
    assert np.array_equal(given[0], b)
    assert np.array_equal(given[1], jac)


def test_arrays_that_cannot_be_filled_are_refused():
    points = cloud(10)
    b, jac = np.empty((10, 3)), np.empty((10, 3, 3))
    frozen = np.empty((10, 3))
    frozen.flags.writeable = False
    for out in (
        (b[:9], jac), (b, jac.reshape(10, 9)), (b.astype(np.float32), jac), (b, np.empty((10, 3, 6))[..., ::2]),
        (frozen, jac), (points, jac),
    ):  # fmt: skip
        with pytest.raises(InputError, match="out:"):
            SET.flux_density_and_jacobian(points, out=out)


def test_loops_in_one_pass_are_those_one_by_one():
    """Eight points in registers against the seam's one at a time: near wires, far, on the axis, in every remainder."""
    rng = np.random.default_rng(8)
    loops = [fields.Loop(*row) for row in rng.uniform([0.2, -1.0, -1e4], [1.0, 1.0, 1e4], (12, 3))]
    near = rng.normal(size=(300, 3)) * np.geomspace(1e-9, 3.0, 300)[:, None]
    for k, loop in enumerate(loops):
        near[k::12] += [loop.radius, 0.0, loop.z]
    points = np.concatenate([near, [[0.0, 0.0, 0.3], [1e-12, 0.0, 0.3], [100.0, 3.0, 1.0], [1000.0, 0.0, 0.0]]])
    rng.shuffle(points)
    rho = np.hypot(points[:, 0], points[:, 1])
    gap = np.min([np.hypot(rho - loop.radius, points[:, 2] - loop.z) for loop in loops], axis=0)
    moduli = sum(fields.magnitude(loop.flux_density(points)) for loop in loops)
    slack = 5e-15 + 2e-16 / gap  # rho - a itself is rounded
    for source in (loops[0], fields.CoilSet(loops[:3]), fields.CoilSet(loops)):
        f, params = fields.compiled(source)
        out = np.empty((len(points), 12))
        for p, row in zip(points, out, strict=True):
            f(params, *p, row)
        for n in (1, 5, 8, 13, len(points)):
            b, jac = source.flux_density_and_jacobian(points[:n])
            assert (np.linalg.norm(b - out[:n, :3], axis=1) <= slack[:n] * moduli[:n]).all()
            size = moduli[:n] * np.maximum(1.0, 1.0 / gap[:n])
            assert (np.linalg.norm(jac.reshape(-1, 9) - out[:n, 3:], axis=1) <= 10.0 * slack[:n] * size).all()
