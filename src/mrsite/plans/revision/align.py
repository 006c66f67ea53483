"""Laying the old drawing on the new one: shift, turn, mirror and scale, found before anything is compared.

Texts that stand once in each drawing give the map by consensus, since few of them move in a
revision; where there are none, the walls do, by the offsets at which most of their length falls
together. The walls then refine it to a millimetre.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mrsite.plans.drawing import Array
from mrsite.plans.plan import Plan, Point

#: Drawings that lie this near to one another lie on one another, m.
SAME_FRAME_M = 0.004
#: Two texts of one consensus agree this well, m: tags are nudged.
_TEXT_M = 0.10
_SAMPLES = 400
_NEAR_M = 0.03
#: A candidate explains the drawing where so much of the walls falls together.
_ENOUGH = 0.35


@dataclass(frozen=True)
class Alignment:
    """The map from the old drawing's plan metres to the new one's: mirror in x first, then scale, turn and shift.

    Parameters
    ----------
    turn_rad : float
        Anticlockwise.
    pivot_old, pivot_new : (x, y), m
        One point in either drawing. Two pivots, so that no millimetre is lost at national-grid coordinates.
    share : float
        Part of the old walls' length that the new drawing shows at the same place, 0 to 1.
    """

    turn_rad: float = 0.0
    pivot_old: Point = (0.0, 0.0)
    pivot_new: Point = (0.0, 0.0)
    mirrored: bool = False
    scale: float = 1.0
    share: float = 1.0

    @property
    def same(self) -> bool:
        """Whether both drawings have one frame."""
        return self.turn_rad == 0.0 and self.pivot_old == self.pivot_new and not self.mirrored and self.scale == 1.0

    def to_new(self, points: Array) -> Array:
        """Map points (..., 2) of the old drawing to the new one, m."""
        p = np.asarray(points, dtype=np.float64)
        if self.same:
            return np.asarray(p)
        d = p - np.array(self.pivot_old)
        x = -d[..., 0] if self.mirrored else d[..., 0]
        c, s = self.scale * math.cos(self.turn_rad), self.scale * math.sin(self.turn_rad)
        turned: Array = np.stack([c * x - s * d[..., 1], s * x + c * d[..., 1]], axis=-1)
        return np.asarray(turned + np.array(self.pivot_new))

    def to_old(self, points: Array) -> Array:
        """Map points (..., 2) of the new drawing to the old one, m."""
        q = np.asarray(points, dtype=np.float64)
        if self.same:
            return q
        d = (q - np.array(self.pivot_new)) / self.scale
        c, s = math.cos(self.turn_rad), math.sin(self.turn_rad)
        x, y = c * d[..., 0] + s * d[..., 1], -s * d[..., 0] + c * d[..., 1]
        plain: Array = np.stack([-x if self.mirrored else x, y], axis=-1)
        return np.asarray(plain + np.array(self.pivot_old))

    def point(self, at: Point) -> Point:
        """Map one point of the old drawing, m."""
        x, y = self.to_new(np.array(at)).tolist()
        return x, y

    def back(self, at: Point) -> Point:
        """Map one point of the new drawing, m."""
        x, y = self.to_old(np.array(at)).tolist()
        return x, y

    def said(self) -> str:
        """Say how the new drawing lies, seen from the old one."""
        words = ["mirrored"] if self.mirrored else []
        if self.scale != 1.0:
            words.append(f"scaled by {self.scale:.4f}")
        if self.turn_rad:
            words.append(f"turned by {math.degrees(self.turn_rad):.3f} degrees")
        dx, dy = self.pivot_new[0] - self.pivot_old[0], self.pivot_new[1] - self.pivot_old[1]
        if self.turn_rad or self.mirrored or self.scale != 1.0:
            old = f"({self.pivot_old[0]:.3f}, {self.pivot_old[1]:.3f})"
            words.append(f"the point {old} now lies at ({self.pivot_new[0]:.3f}, {self.pivot_new[1]:.3f})")
        else:
            words.append(f"shifted by ({dx:.3f}, {dy:.3f}) m")
        return ", ".join(words)


def align(old: Plan, new: Plan) -> Alignment | None:
    """Find how the old drawing lies on the new one; None where they do not show one building.

    The map that leaves everything in place wins against any that explains the walls hardly better.
    """
    a, b = old.wall_segments, new.wall_segments
    pivot = _middle(old)
    candidates = [Alignment(pivot_old=pivot, pivot_new=pivot)]
    candidates += _by_texts(old, new, pivot)
    if len(a) and len(b):
        candidates += _by_walls(a, b, pivot)
    finder, texts = _Finder(b), _text_pairs(old, new)
    best, worth = None, -1.0
    samples, directions = _samples(a)
    for k, candidate in enumerate(candidates):
        share = finder.share(candidate, samples, directions)
        score = share + 0.5 * _text_share(candidate, texts) + (0.03 if k == 0 else 0.0)
        if score > worth:
            best, worth = candidate, score
    assert best is not None
    best = finder.refined(best, samples, directions)
    share = finder.share(best, samples, directions)
    if share < _ENOUGH and _text_share(best, texts) < 0.5:
        return None
    return _settled(best, old, share)


def _middle(plan: Plan) -> Point:
    x0, y0, x1, y1 = plan.extent
    return round((x0 + x1) / 2, 3), round((y0 + y1) / 2, 3)


def _settled(found: Alignment, old: Plan, share: float) -> Alignment:
    """Return the identity where no corner of the drawing moves by more than the tolerance."""
    x0, y0, x1, y1 = old.extent
    corners = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])
    moved = np.hypot(*(found.to_new(corners) - corners).T).max()
    if moved <= SAME_FRAME_M:
        return Alignment(share=share)
    turn = math.remainder(found.turn_rad, 2 * math.pi)
    if abs(turn) * max(x1 - x0, y1 - y0) < SAME_FRAME_M:
        turn = 0.0
    scale = 1.0 if abs(found.scale - 1) * max(x1 - x0, y1 - y0) < SAME_FRAME_M else found.scale
    return Alignment(turn, found.pivot_old, found.pivot_new, found.mirrored, scale, share)


# -- candidates -----------------------------------------------------------------------------------


def _text_pairs(old: Plan, new: Plan) -> tuple[Array, Array]:
    """Places of the texts that stand once in each drawing, (n, 2) twice."""
    there = [{t: p for t, p, n in _single(plan) if n == 1} for plan in (old, new)]
    shared = sorted(there[0].keys() & there[1].keys())
    return (
        np.array([there[0][t] for t in shared]).reshape(-1, 2),
        np.array([there[1][t] for t in shared]).reshape(-1, 2),
    )


def _single(plan: Plan) -> Iterator[tuple[str, Point, int]]:
    kinds = {layer.name: layer.kind for layer in plan.layers}
    texts = [t for t in plan.texts if kinds.get(t.layer) not in ("dimension", "sheet")]
    count = Counter(t.text for t in texts)
    return ((t.text, t.at, count[t.text]) for t in texts)


def _by_texts(old: Plan, new: Plan, pivot: Point) -> list[Alignment]:
    """Similarities on which most of the texts agree: one for the drawing as it is, one for its mirror image."""
    p, q = _text_pairs(old, new)
    if len(p) < 3:
        return []
    rng = np.random.default_rng(0)
    pairs = list(itertools.combinations(range(len(p)), 2))
    chosen = rng.choice(len(pairs), min(len(pairs), 300), replace=False)
    out = []
    for mirrored in (False, True):
        base = p - np.array(pivot)
        z = (-base[:, 0] if mirrored else base[:, 0]) + 1j * base[:, 1]
        w = (q[:, 0] - q[0, 0]) + 1j * (q[:, 1] - q[0, 1])
        best, count = None, 2
        for k in chosen:
            i, j = pairs[int(k)]
            if abs(z[i] - z[j]) < 1.0:
                continue
            m = (w[i] - w[j]) / (z[i] - z[j])
            if not 0.001 < abs(m) < 1000.0:
                continue
            if abs(abs(m) - 1) < 0.02:
                m /= abs(m)
            shift = 0.5 * (w[i] + w[j] - m * (z[i] + z[j]))
            agree = np.abs(m * z + shift - w) < _TEXT_M
            if agree.sum() > count:
                best, count = agree, int(agree.sum())
        if best is None:
            continue
        zc, wc = z[best].mean(), w[best].mean()
        m = np.sum((w[best] - wc) * np.conj(z[best] - zc)) / np.sum(np.abs(z[best] - zc) ** 2)
        scale = 1.0 if abs(abs(m) - 1) < 0.005 else float(abs(m))
        m = m / abs(m) * scale
        at = wc - m * zc
        place = (float(at.real + q[0, 0]), float(at.imag + q[0, 1]))
        out.append(Alignment(float(np.angle(m)), pivot, place, mirrored, scale))
    return out


def _by_walls(a: Array, b: Array, pivot: Point) -> list[Alignment]:
    """Turns that lay the main wall directions on one another, with the shifts at which most wall length coincides."""
    turn_a, turn_b = _main_direction(a), _main_direction(b)
    base_b = b.reshape(-1, 2).mean(axis=0)
    out = []
    for mirrored in (False, True):
        local = a - np.array(pivot)
        if mirrored:
            local = local * np.array([-1.0, 1.0])
        seen = -turn_a if mirrored else turn_a
        for quarter in range(4):
            turn = turn_b - seen + quarter * math.pi / 2
            shifts = _shifts(_turned(local, turn - turn_b), _turned(b - base_b, -turn_b))
            for dx, dy in shifts:
                c, s = math.cos(turn_b), math.sin(turn_b)
                at = (float(base_b[0] + c * dx - s * dy), float(base_b[1] + s * dx + c * dy))
                out.append(Alignment(math.remainder(turn, 2 * math.pi), pivot, at, mirrored))
    return out


def _turned(segments: Array, angle: float) -> Array:
    c, s = math.cos(angle), math.sin(angle)
    turned: Array = segments @ np.array([[c, s], [-s, c]])
    return turned


def _main_direction(segments: Array) -> float:
    """The direction modulo a right angle along which most wall length runs, radians."""
    d = segments[:, 1] - segments[:, 0]
    length = np.hypot(d[:, 0], d[:, 1])
    angle = np.arctan2(d[:, 1], d[:, 0]) % (math.pi / 2)
    bins = 360
    index = np.floor(angle / (math.pi / 2) * bins).astype(int) % bins
    mass = np.bincount(index, length, minlength=bins)
    peak = int(np.argmax(mass + np.roll(mass, 1) + np.roll(mass, -1)))
    middle = (peak + 0.5) * math.pi / 2 / bins
    off = np.array([math.remainder(x, math.pi / 2) for x in (angle - middle).tolist()])
    near = np.abs(off) < math.radians(0.6)
    return middle + float(np.average(off[near], weights=length[near])) if near.any() else middle


def _shifts(a: Array, b: Array) -> list[Point]:
    """Shifts of axis-parallel wall sets: the strongest lags of either axis' profile, crossed."""
    lags: list[list[float]] = []
    for axis in (0, 1):
        profile = []
        for segments in (a, b):
            d = np.abs(segments[:, 1] - segments[:, 0])
            along = d[:, 1 - axis] > 20 * d[:, axis]
            at, weight = segments[along, :, axis].mean(axis=1), d[along, 1 - axis]
            profile.append((at, weight))
        lags.append(_lags(*profile[0], *profile[1]))
    return list(itertools.product(lags[0], lags[1]))


def _lags(at_a: Array, weight_a: Array, at_b: Array, weight_b: Array, step: float = 0.02) -> list[float]:
    """Shifts that lay the lines at ``at_a`` on those at ``at_b``, the heaviest three."""
    if not len(at_a) or not len(at_b):
        return [0.0]
    low_a, low_b = float(at_a.min()), float(at_b.min())
    span = max(float(np.ptp(at_a)), float(np.ptp(at_b)))
    n = 1 << math.ceil(math.log2(2 * span / step + 16))
    if n > 1 << 20:
        return [0.0]
    spectra = []
    for at, weight, low in ((at_a, weight_a, low_a), (at_b, weight_b, low_b)):
        profile = np.bincount(np.rint((at - low) / step).astype(int), weight, minlength=n)[:n]
        spectra.append(np.fft.rfft(profile + 0.7 * (np.roll(profile, 1) + np.roll(profile, -1))))
    match = np.fft.irfft(np.conj(spectra[0]) * spectra[1], n)
    found = []
    for _ in range(3):
        k = int(np.argmax(match))
        lag = k if k < n // 2 else k - n
        found.append(lag * step + low_b - low_a)
        match[np.arange(k - 8, k + 9) % n] = -1.0
    return found


# -- how well a candidate explains the walls ---------------------------------------------------------


def _samples(segments: Array) -> tuple[Array, Array]:
    """Points spread evenly along the walls, with the direction of the wall at each."""
    d = segments[:, 1] - segments[:, 0]
    length = np.hypot(d[:, 0], d[:, 1])
    if not length.sum():
        return np.zeros((0, 2)), np.zeros((0, 2))
    ends = np.cumsum(length)
    places = (np.arange(_SAMPLES) + 0.5) / _SAMPLES * ends[-1]
    index = np.searchsorted(ends, places)
    t = (places - (ends[index] - length[index])) / length[index]
    return segments[index, 0] + t[:, None] * d[index], d[index] / length[index][:, None]


def _text_share(candidate: Alignment, texts: tuple[Array, Array]) -> float:
    if len(texts[0]) < 3:
        return 0.0
    return float((np.hypot(*(candidate.to_new(texts[0]) - texts[1]).T) < _TEXT_M).mean())


class _Finder:
    """The new walls, to be asked how near a point lies to one of its direction."""

    def __init__(self, segments: Array) -> None:
        import shapely

        d = segments[:, 1] - segments[:, 0]
        length = np.hypot(d[:, 0], d[:, 1])
        self.base = segments[length > 1e-9]
        self.direction = (d / np.maximum(length, 1e-12)[:, None])[length > 1e-9]
        self.tree = shapely.STRtree(shapely.linestrings(self.base) if len(self.base) else [])

    def residuals(self, candidate: Alignment, samples: Array, directions: Array, within: float) -> tuple[Array, ...]:
        """Return for each sample that has a wall of its direction near: its place, offset along the normal, normal."""
        import shapely

        places = candidate.to_new(samples)
        turned = candidate.to_new(np.array(candidate.pivot_old) + directions) - np.array(candidate.pivot_new)
        turned = turned / candidate.scale
        if not len(self.base) or not len(places):
            return np.zeros(0, dtype=np.int64), np.zeros((0, 2)), np.zeros(0), np.zeros((0, 2))
        i, k = self.tree.query(shapely.points(places), predicate="dwithin", distance=within)
        u = self.direction[k]
        parallel = np.abs(turned[i, 0] * u[:, 1] - turned[i, 1] * u[:, 0]) < 0.1
        i, k, u = i[parallel], k[parallel], u[parallel]
        normal = np.column_stack([-u[:, 1], u[:, 0]])
        off = np.einsum("nc,nc->n", places[i] - self.base[k, 0], normal)
        order = np.lexsort((np.abs(off), i))
        i, off, normal = i[order], off[order], normal[order]
        _, first = np.unique(i, return_index=True)
        return i[first], places[i[first]], off[first], normal[first]

    def share(self, candidate: Alignment, samples: Array, directions: Array) -> float:
        """Return the part of the samples that fall on a wall of their direction."""
        if not len(samples):
            return 0.0
        return len(self.residuals(candidate, samples, directions, _NEAR_M)[0]) / len(samples)

    def refined(self, candidate: Alignment, samples: Array, directions: Array) -> Alignment:
        """Return the candidate after least squares on the walls that did not move."""
        for within in (0.15, 0.06, 0.03, 0.015, 0.015):
            _, places, off, normal = self.residuals(candidate, samples, directions, within)
            if len(off) < 12:
                return candidate
            centre = np.array(candidate.pivot_new)
            arm = places - centre
            twist = normal[:, 1] * arm[:, 0] - normal[:, 0] * arm[:, 1]
            matrix = np.column_stack([normal, twist])
            # Half of the walls at least did not move: the rest is weighed down, not out.
            weight = 1.0 / np.maximum(np.abs(off), 0.002)
            (dx, dy, turn), *_ = np.linalg.lstsq(matrix * weight[:, None], -off * weight, rcond=1e-6)
            candidate = Alignment(
                candidate.turn_rad + float(turn),
                candidate.pivot_old,
                (candidate.pivot_new[0] + float(dx), candidate.pivot_new[1] + float(dy)),
                candidate.mirrored,
                candidate.scale,
            )
        return candidate
