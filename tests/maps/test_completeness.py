"""Every piece of a contour is found: on a fine grid the sign of |B| - level must be that of the winding of the
traced lines.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from mrsite import fields, maps

from .random_magnets import random_magnet, to_windings

SKIN = 0.03  # m about windings, within which the search proves nothing


def disagreements(magnet: fields.CoilSet, level: float, spacing: float = 0.04) -> tuple[int, int, int]:
    """Grid nodes on the wrong side, nodes judged, pieces. Nodes within 3 mm of the contour, by |B| and its slope,
    are left out.
    """
    profile = maps.meridian_profile(magnet, level)
    axial, radial = maps.profile_reach(profile)
    reach = 1.2 * max(axial, radial, 0.5)
    rho, z = (g.ravel() for g in np.meshgrid(np.arange(0.013, reach, spacing), np.arange(-reach, reach, spacing)))
    b, jac = magnet.flux_density_and_jacobian(np.stack([rho, 0.0 * rho, z], axis=1))
    m = fields.magnitude(b)
    slope = fields.gradient_of_magnitude(b, jac)
    clear = (np.abs(m - level) > 3e-3 * slope) & (to_windings(magnet, rho, z) > SKIN)
    inside = np.zeros(rho.shape, dtype=int)
    for path in profile.paths:
        ring = path if np.array_equal(path[0], path[-1]) else np.concatenate([path, path[:1]])
        inside += winding(ring, rho, z)
    wrong = clear & ((inside > 0) != (m > level))
    assert profile.error_m <= 1e-3
    return int(wrong.sum()), int(clear.sum()), len(profile.paths)


def winding(ring: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    out = np.zeros(x.shape, dtype=int)
    for (ax, ay), (bx, by) in itertools.pairwise(ring):
        side = (bx - ax) * (y - ay) - (x - ax) * (by - ay)
        out += ((ay <= y) & (by > y) & (side > 0.0)).astype(int) - ((ay > y) & (by <= y) & (side < 0.0)).astype(int)
    return out


def judge(count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    pieces = 0
    for i in range(count):
        magnet = random_magnet(rng)
        level = 10.0 ** rng.uniform(-3.6, -1.3)
        wrong, judged, found = disagreements(magnet, level)
        assert wrong == 0, (seed, i, level, wrong, judged, magnet)
        assert judged > 1000
        pieces += found
    assert pieces > count  # some have more than one piece, else the test proves little


def test_every_piece_found_on_random_magnets():
    judge(8, seed=7)


@pytest.mark.slow
def test_every_piece_found_on_two_hundred_random_magnets():
    judge(200, seed=20)


def gradient_disagreements(
    magnet: fields.CoilSet, quantity: str, share: float, spacing: float = 0.04
) -> tuple[int, int]:
    """The same for the gradient and the force product: nodes on the wrong side that are no nearer to the contour than
    a small part of the spacing, pieces. ``share`` of the largest value at 1.5 m sets the level.
    """
    pick = fields.gradient_of_magnitude if quantity == "gradient" else fields.force_product

    def at(rho: np.ndarray, z: np.ndarray) -> np.ndarray:
        return pick(*magnet.flux_density_and_jacobian(np.stack([rho, 0.0 * rho, z], axis=1)))

    angle = np.linspace(0.0, np.pi, 181)
    level = share * float(at(1.5 * np.sin(angle), 1.5 * np.cos(angle)).max())
    reach = 1.5
    while at(reach * np.sin(angle), reach * np.cos(angle)).max() > 0.7 * level:
        reach *= 1.1
    plane = maps.Plane((0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 0.0, 1.0))
    (found,) = maps.contours(magnet, [level], plane, (0.0, -reach, reach, reach), 1e-3, quantity)
    rho, z = (
        g.ravel() for g in np.meshgrid(np.arange(0.013, reach, spacing), np.arange(-reach + 0.011, reach, spacing))
    )
    q = at(rho, z)
    near = np.max(
        [np.abs(at(rho + a, z + b) - q) for a, b in ((0.003, 0.0), (-0.003, 0.0), (0.0, 0.003), (0.0, -0.003))], axis=0
    )
    clear = (np.abs(q - level) > near) & (to_windings(magnet, rho, z) > 0.08)
    inside = np.zeros(rho.shape, dtype=int)
    for path in found.paths:
        uv = path[:, [0, 2]]
        inside += winding(uv if np.array_equal(uv[0], uv[-1]) else np.concatenate([uv, uv[:1]]), rho, z)
    return int((clear & ((inside > 0) != (q > level))).sum()), len(found.paths)


def judge_gradients(count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    for i in range(count):
        magnet, share = random_magnet(rng), 10.0 ** rng.uniform(-1.5, 0.5)
        quantity = ("gradient", "force_product")[i % 2]
        wrong, pieces = gradient_disagreements(magnet, quantity, share)
        assert wrong == 0, (seed, i, quantity, share, wrong, magnet)
        assert pieces > 0


def test_every_piece_of_gradients_and_force_products_on_random_magnets():
    judge_gradients(4, seed=31)


@pytest.mark.slow
def test_every_piece_of_gradients_and_force_products_on_two_hundred_random_magnets():
    judge_gradients(200, seed=41)


def test_a_missing_piece_is_noticed(monkeypatch):
    """The judge itself: with one piece taken away it must object."""
    true = maps.meridian_profile

    def poorer(source, level, tolerance=1e-3):
        p = true(source, level, tolerance)
        return maps.Profile(p.level, p.paths[1:], p.closed[1:], p.error_m)

    monkeypatch.setattr(maps, "meridian_profile", poorer)
    with pytest.raises(AssertionError):
        judge(3, seed=7)


def test_pocket_of_an_over_shielded_magnet():
    """Zeros of |B| on the axis: the field reverses where the shield wins, and a pocket below the level surrounds
    each zero.
    """
    inner = [fields.Coil(0.5, 0.55, -0.4, 0.4, 1.2e8)]
    outer = [fields.Coil(0.9, 0.92, z - 0.1, z + 0.1, -2.2e8) for z in (-0.35, 0.35)]
    magnet = fields.CoilSet(inner + outer)
    z = np.linspace(0.5, 6.0, 4000)
    bz = magnet.flux_density(np.stack([0 * z, 0 * z, z], axis=1))[:, 2]
    zeros = z[:-1][np.sign(bz[:-1]) != np.sign(bz[1:])]
    assert len(zeros), "the test magnet must have a zero on its axis"
    level = 0.5 * np.abs(bz[z > zeros[-1]]).max()
    plane = maps.Plane((0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 0.0, 1.0))
    (found,) = maps.contours(magnet, [level], plane, (-8.0, -8.0, 8.0, 8.0))
    around = [p for p in found.paths if abs(winding(p[:, [0, 2]], np.array([0.0]), np.array([zeros[-1]]))[0]) == 1]
    assert found.closed
    assert all(found.closed)
    assert any(np.ptp(p[:, 2]) < 1.5 for p in around), "the pocket about the zero"
