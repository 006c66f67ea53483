"""The engine against 30-digit values from textbook forms (``make_reference.py``), by the accuracy measure of the
documentation.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from mrsite import fields

CASES = json.loads((Path(__file__).parent / "data" / "reference.json").read_text())
# B and jacobian: 1 mm and more from wires and faces; inside and touching a winding; a micrometre from a wire the
# conditioning of rho - a alone costs 1e-16 / 1e-6
LIMITS = {"inside": (1e-10, 1e-8), "touching": (1e-10, 1e-8), "1 um": (1e-9, 1e-9)}


def source(case):
    if case["kind"] == "loop":
        return fields.CoilSet([fields.Loop(*w) for w in case["windings"]])
    return fields.CoilSet([fields.Coil(*w) for w in case["windings"]])


def errors(case, b, jac):
    """|B - ref| / max(|B|, 1e-3 sum |B_i|), and the jacobian's with floor |B| / 1 m."""
    ref_b = np.array([row["B"] for row in case["rows"]])
    ref_j = np.array([row["J"] for row in case["rows"]])
    moduli = np.array([row["sum_of_moduli"] for row in case["rows"]])
    m = np.maximum(np.linalg.norm(ref_b, axis=1), 1e-3 * moduli)
    j = np.maximum(np.linalg.norm(ref_j, axis=(1, 2)), m)
    return np.linalg.norm(b - ref_b, axis=1) / m, np.linalg.norm(jac - ref_j, axis=(1, 2)) / j


def judge(case, b, jac, scale=1.0):
    eb, ej = errors(case, b, jac)
    for row, one, two in zip(case["rows"], eb, ej):
        limit = LIMITS.get(row["tag"], (1e-12, 1e-10))
        assert one <= scale * limit[0], (case["name"], row["tag"], row["point"], "B", one)
        assert two <= scale * limit[1], (case["name"], row["tag"], row["point"], "J", two)


@pytest.mark.parametrize("case", CASES, ids=[c["name"] for c in CASES])
def test_batch_against_thirty_digits(case):
    points = np.array([row["point"] for row in case["rows"]])
    judge(case, *source(case).flux_density_and_jacobian(points))


@pytest.mark.parametrize("case", CASES, ids=[c["name"] for c in CASES])
def test_compiled_seam_against_thirty_digits(case):
    f, params = fields.compiled(source(case))
    out = np.empty((len(case["rows"]), 12))
    for row, o in zip(case["rows"], out):
        f(params, *row["point"], o)
    judge(case, out[:, :3], out[:, 3:].reshape(-1, 3, 3))


@pytest.mark.parametrize("offset", [(5.0e5, 4.2e6, 17.0), (-4.2e6, 1.0e6, 0.0)])
@pytest.mark.parametrize("case", CASES, ids=[c["name"] for c in CASES])
def test_at_national_grid_offset(case, offset):
    """Points 4200 km from zero hold their coordinates to 1e-9 m: the reference is moved to what they hold by its own
    jacobian.
    """
    turn = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    rows = [r for r in case["rows"] if r["tag"] in ("general", "axis", "in plane", "100 m")]
    local = np.array([r["point"] for r in rows])
    placed = fields.Placed(source(case), offset, turn)
    points = local @ turn.T + np.array(offset)
    held = (points - np.array(offset)) @ turn
    b, jac = placed.flux_density_and_jacobian(points)
    ref_b, ref_j = source(case).flux_density_and_jacobian(held)
    moduli = np.array([r["sum_of_moduli"] for r in rows])
    m = np.maximum(np.linalg.norm(ref_b, axis=1), 1e-3 * moduli)
    assert (np.linalg.norm(b @ turn - ref_b, axis=1) / m).max() < 1e-13
    j = np.maximum(np.linalg.norm(ref_j, axis=(1, 2)), m)
    assert (np.linalg.norm(turn.T @ jac @ turn - ref_j, axis=(1, 2)) / j).max() < 1e-12


@pytest.mark.parametrize("case", CASES, ids=[c["name"] for c in CASES])
def test_certified_keeps_its_word(case):
    points = np.array([row["point"] for row in case["rows"]])
    for rtol in (1e-6, 1e-9, 1e-11):
        b, jac = fields.certified(source(case), rtol=rtol).flux_density_and_jacobian(points)
        eb, ej = errors(case, b, jac)
        assert eb.max() <= rtol, (rtol, case["rows"][int(eb.argmax())])
        assert ej.max() <= 10.0 * rtol, (rtol, case["rows"][int(ej.argmax())])


def test_an_error_planted_in_one_coefficient_is_caught(monkeypatch):
    from mrsite.fields import packing

    case = next(c for c in CASES if c["name"] == "shielded")
    true = packing.payload

    def spoilt(digits, centre, radius, symmetric, bands, windings, table):
        table = table.copy()
        table[3:6] *= 1.0 + 1e-7
        return true(digits, centre, radius, symmetric, bands, windings, table)

    monkeypatch.setattr(packing, "payload", spoilt)
    points = np.array([row["point"] for row in case["rows"]])
    with pytest.raises(AssertionError):
        judge(case, *source(case).flux_density_and_jacobian(points))
