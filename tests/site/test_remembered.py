"""What is remembered is found by content, never by likeness; points outside a figure go to its nearest edge."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from mrsite.fields import force_product, gradient_of_magnitude, magnitude
from mrsite.site import _kernels
from mrsite.site.remembered import remembered, shared
from mrsite.site.volumes import _edges


def test_equal_content_is_computed_once_and_other_content_anew() -> None:
    asked = []

    @remembered(2)
    def area(shape: object, factors: dict[str, float], row: object) -> float:
        asked.append(factors)
        return shape.area * factors["f"] * float(np.sum(row))  # type: ignore[attr-defined]

    def ask(side: float, factor: float, last: float) -> float:
        return area(shapely.box(0, 0, side, 1), {"f": factor}, np.array([1.0, last]))

    assert ask(2, 3.0, 1.0) == ask(2, 3.0, 1.0) == 12.0
    assert len(asked) == 1
    assert ask(2, 3.0, np.nextafter(1.0, 2.0)) != ask(2, 4.0, 1.0)
    assert len(asked) == 3
    ask(2, 3.0, 1.0)  # the first was the third last: forgotten
    assert len(asked) == 4


def test_what_fails_is_asked_again() -> None:
    asked = []

    @remembered(2)
    def fails(x: float) -> float:
        asked.append(x)
        raise ValueError

    for _ in range(2):
        with pytest.raises(ValueError):
            fails(1.0)
    assert len(asked) == 2


def test_equal_values_become_one_object_and_others_stay_apart() -> None:
    first, same, other = ((("room", shapely.box(0, 0, side, 1)),) for side in (2.0, 2.0, np.nextafter(2.0, 3.0)))
    assert first is not same
    assert shared(same) is shared(first)
    assert shared(other) is other


def test_what_is_asked_of_a_field_is_what_the_field_engine_says_to_the_bit() -> None:
    rng = np.random.default_rng(1)
    b, jacobian = rng.normal(size=(600, 3)), rng.normal(size=(600, 3, 3))
    b[7], b[11, 1], jacobian[13, 2, 0] = 0.0, np.nan, np.inf
    kind = np.arange(600) % 3
    measures = (magnitude(b), gradient_of_magnitude(b, jacobian), force_product(b, jacobian))
    with np.errstate(invalid="ignore"):
        known = np.choose(kind, measures)
    start = rng.uniform(0.0, 1.0, 600)
    raised = start.copy()
    nulls = _kernels.raise_to(b, jacobian, kind, raised)
    assert kind[7] == nulls == 1  # a gradient where there is no field: the caller's
    finite = np.isfinite(known)
    finite[7] = False
    assert (~finite).sum() in (2, 3)
    assert np.array_equal(raised, np.where(finite, np.maximum(start, np.where(finite, known, 0.0)), start))


@pytest.mark.parametrize("bodies", [1, 2])
def test_the_widest_pair_is_the_widest_of_all(bodies: int) -> None:
    rng = np.random.default_rng(bodies)
    signal, arms, sizes = rng.normal(size=40), rng.normal(size=(bodies, 40, 3)), rng.uniform(size=bodies)
    pairs = np.abs(signal[:, None] - signal)
    pairs = pairs + (np.linalg.norm(arms[:, :, None] - arms[:, None], axis=3) * sizes[:, None, None]).sum(axis=0)
    best, i, j = _kernels.widest(signal, arms, sizes)
    assert best == pytest.approx(pairs.max(), rel=1e-14)
    assert pairs[i, j] == pairs.max()


@pytest.mark.parametrize(
    "figure",
    [
        shapely.box(0, 0, 3, 2),
        shapely.Polygon([(0, 0), (4, 0), (4, 3), (2, 3), (2, 1.5), (0, 2)], [[(0.5, 0.5), (1, 0.5), (1, 1)]]),
        shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 0, 3, 1)]),
        shapely.LineString([(0, 0), (2, 1), (3, 0)]),
        shapely.Point(1.0, 1.0),
    ],
)
def test_points_go_to_the_nearest_place_of_their_figure(figure: object) -> None:
    rng = np.random.default_rng(0)
    points = np.column_stack([rng.uniform(-2, 6, (400, 2)), np.zeros(400)])
    moved = points.copy()
    other = shapely.box(50, 50, 51, 51)
    _kernels.into(moved, np.ones(400, dtype=np.intp), *_edges([other, figure]))
    # shapely's own answer
    for before, after in zip(points, moved):
        here = shapely.Point(before[:2])
        assert shapely.Point(after[:2]).distance(here) == pytest.approx(figure.distance(here), abs=1e-12)  # type: ignore[attr-defined]
        assert figure.distance(shapely.Point(after[:2])) < 1e-12  # type: ignore[attr-defined]
