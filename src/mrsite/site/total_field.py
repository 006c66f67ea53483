"""The field of everything on the site: hop 4 of the walk.

Sources stand in the site frame and add as vectors. Where the direction of a magnet's field is not
known both are kept, and whoever asks for a magnitude gets the worse.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mrsite.base.pose import Pose
from mrsite.fields import Coil, CoilSet, FieldSource, Loop, Placed, Sum, magnitude
from mrsite.site.project import Project, Scanner

Array = NDArray[np.float64]


@dataclass(frozen=True)
class TotalField:
    """The magnets of a project, placed; a field source in the site frame.

    Parameters
    ----------
    scanners : tuple of Scanner
        Those that are there and modelled, each at its first position.
    unmodelled : tuple of str
        Why the field of a scanner is missing, in words.
    """

    scanners: tuple[Scanner, ...]
    unmodelled: tuple[str, ...] = ()

    def signs(self) -> Iterator[tuple[float, ...]]:
        """Every combination of field directions that differs in magnitude (one overall sign does not)."""
        choices = [tuple(1.0 if d == "+z" else -1.0 for d in s.field_directions) for s in self.scanners]
        seen = set()
        for signs in itertools.product(*choices):
            key = tuple(s * signs[0] for s in signs)
            if key not in seen:
                seen.add(key)
                yield signs

    def source(self, signs: tuple[float, ...] | None = None, positions: tuple[int, ...] | None = None) -> FieldSource:
        """The sum for one combination of directions (default: the first) and positions (default: the first)."""
        signs = signs or next(self.signs(), ())
        places = positions or (0,) * len(self.scanners)
        return Sum([placed(s, s.poses[k], sign) for s, sign, k in zip(self.scanners, signs, places)])

    @cached_property
    def sources(self) -> tuple[FieldSource, ...]:
        """The sum for every combination of directions, at the first positions; packed once."""
        return tuple(self.source(signs) for signs in self.signs())

    def flux_density(self, points: Array) -> Array:
        """Flux density (n, 3), T, at site points (n, 3), m, for the first combination of directions."""
        return self.sources[0].flux_density(points)

    def jacobian(self, points: Array) -> Array:
        """Jacobian (n, 3, 3), T/m, likewise."""
        return self.sources[0].jacobian(points)

    def worst_magnitude(self, points: Array) -> Array:
        """Largest |B| (n,), T, over the combinations of directions."""
        found = [magnitude(source.flux_density(points)) for source in self.sources]
        worst: Array = np.max(found, axis=0) if found else np.zeros(len(points))
        return worst


def placed(scanner: Scanner, pose: Pose, sign: float = 1.0) -> FieldSource:
    """One magnet's central model at a pose, its field along +z or (sign -1) -z."""
    source = scanner.magnet.source()
    if sign < 0:
        # Turning a magnet end for end reverses its field only where it is mirror symmetric: negate currents instead.
        source = CoilSet([_reversed(coil) for coil in scanner.magnet.coils])
    return Placed(source, pose.position, pose.rotation)  # type: ignore[arg-type]


def _reversed(winding: Coil | Loop) -> Coil | Loop:
    if isinstance(winding, Loop):
        return replace(winding, current=-winding.current)
    return replace(winding, current_density=-winding.current_density)


def total_field(project: Project) -> TotalField:
    """Place the magnets of a project that are there (existing or proposed) and have a field model."""
    there = [s for s in project.scanners if s.status != "removed"]
    able = tuple(s for s in there if s.magnet.modelled and s.magnet.coils)
    missing = tuple(
        f"{s.id}: {s.magnet.label} has no field model: {s.magnet.not_modelled_why or 'it has no windings yet'}"
        for s in there
        if s not in able
    )
    return TotalField(able, missing)
