"""Shares with their sampling error, and what a spread hangs on, against functions whose indices are known."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import qmc

from mrsite.base.errors import InputError
from mrsite.magnets import load_model
from mrsite.outputs import robustness_page
from mrsite.studies.robustness import robustness
from mrsite.studies.sensitivity import first_order, share_interval


def test_the_interval_of_a_share_is_wilsons() -> None:
    # Newcombe, Statistics in Medicine 17 (1998) 857, table I: 81 of 263 and 0 of 20, method 3
    assert share_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert share_interval(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)


def test_first_order_indices_of_ishigamis_function() -> None:
    # Saltelli et al., Global Sensitivity Analysis (2008): S = 0.3139, 0.4424, 0 for a = 7, b = 0.1
    unit = qmc.LatinHypercube(d=3, seed=1).random(4000)
    x = math.pi * (2 * unit - 1)
    y = np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
    index, error = first_order(unit, y)
    assert np.all(np.abs(index - [0.3139, 0.4424, 0.0]) < np.maximum(4 * error, 0.03))
    assert np.all(error < 0.05)


def test_the_error_is_as_large_as_the_estimates_scatter() -> None:
    found = []
    for seed in range(60):
        unit = np.random.default_rng(seed).random((200, 2))
        found.append(first_order(unit, unit[:, 0] + 0.5 * unit[:, 1]))
    scatter = np.std([index for index, _ in found], axis=0)
    told = np.mean([error for _, error in found], axis=0)
    assert np.all((told > 0.6 * scatter) & (told < 1.7 * scatter))


def test_what_does_not_vary_hangs_on_nothing() -> None:
    index, error = first_order(np.random.default_rng(0).random((50, 2)), np.full(50, 0.3))
    assert not index.any()
    assert not error.any()


def test_what_was_taken_as_exact_explains_nothing() -> None:
    unit = np.random.default_rng(0).random((40, 2))
    unit[:, 1] = 0.5
    index, error = first_order(unit, np.sort(unit[:, 0]))  # sorted: the order of the samples themselves tells
    assert (index[1], error[1]) == (0.0, 0.0)


def test_a_site_near_its_limit_is_told_with_its_probability(two_rooms: Path) -> None:
    path = two_rooms / "site.toml"
    text = path.read_text().replace('name = "two rooms"', 'name = "two rooms"\nposition_tolerance_m = 0.1')
    # the limit of the item is the field at its near face as drawn: it is met about half of the time
    field = load_model(two_rooms / "magnet.toml").source().flux_density([[0.0, 0.0, 1.59]])
    limit = 1e3 * float(np.linalg.norm(field))
    path.write_text(
        text + f'[[equipment]]\nid = "item"\nmax_field_mT = {limit}\nat = [6.6, 4.0]\nsize = [0.02, 0.02]\n'
        'heights = [1.05, 1.15]\nsource = "its label"\n'
    )
    found = robustness(path, 60, seed=2)
    item = next(r for r in found.findings if r.finding.check == "equipment")
    assert item.margin is not None
    # along the axis a step of 0.1 m changes the field by a fifth: x matters more than the 10 % of the site
    named = {u.name: k for k, u in enumerate(found.inputs)}
    index = item.margin.index
    assert index[named["isocentre x"]] > index[named["site to site"]] > index[named["isocentre height"]]
    assert sum(item.shares.values()) == pytest.approx(1.0)
    assert item.within is not None
    share, low, high = item.within
    assert 0.3 < share < 0.7
    assert share - 0.14 < low < share < high < share + 0.14
    files = robustness_page.files(found)
    assert files == robustness_page.files(robustness(path, 60, seed=2))
    told = {f["id"]: f for f in json.loads(files["robustness.json"])["findings"]}
    assert told[item.finding.id]["within_limit"]["share"] == share
    assert b"isocentre x" in files["robustness.html"]


def test_too_few_samples_are_refused(two_rooms: Path) -> None:
    with pytest.raises(InputError, match="at least 20"):
        robustness(two_rooms / "site.toml", 5)
