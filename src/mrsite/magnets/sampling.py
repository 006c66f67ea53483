"""Members of an ensemble: each a new random design that meets every published figure.

The method and its numbers are from a study on synthetic magnets of known windings: least conductor
C*, then two extremes of a random functional of the outside field within (1 + d) C*, d ~ U(0, 0.8),
and a random mix of the two, which keeps every linear row.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from mrsite.magnets.branches import Pattern
from mrsite.magnets.classes import Dimensions, Prior, branch_priors, shield_balance
from mrsite.magnets.figures import Figures, LineFigure, PointFigure
from mrsite.magnets.lattice import Design, Lattice, build_lattice, draw_design
from mrsite.magnets.model import Array
from mrsite.magnets.programme import Programme, Rows
from mrsite.magnets.rays import RayTable, outermost, ray_table

_SPHERES = 6
_BACK = 0.9  # the field just outside a line may have turned, but is below the level: -0.9 L .. L
_LOBE_PLACES = 2
# Linearised figures in passes: |B| first, then gradients loosely, then all as published, twice.
_PASSES: tuple[tuple[tuple[str, ...], float], ...] = (
    (("B",), 1.0),
    (("B", "gradient", "force_product"), 2.0),
    (("B", "gradient", "force_product"), 1.0),
    (("B", "gradient", "force_product"), 1.0),
)
_SPARE = 0.8  # conductor beyond the least, at most: synthetic magnets use 1.2 to 1.7 times the least
_MIX = (2.4, 2.4)  # the mean of two extremes is likelier than either: real designs are no extremes
_SLACK = 0.08  # of the half-rounding: a crossing this far outside is still taken (grid and interpolation)


@dataclass(frozen=True)
class Try:
    """What became of one design.

    ``feasible``: some winding meets the linear rows; ``currents``: over all cells, None if refused.
    """

    feasible: bool
    currents: Array | None
    conductor: float = 0.0


class Problem:
    """The matrices of one magnet under one prior, made once, and its random designs."""

    def __init__(self, B0: float, size: Dimensions, prior: Prior, shielding: str, figures: Figures) -> None:
        self.B0, self.size, self.prior, self.shielding, self.figures = B0, size, prior, shielding, figures
        mirrored = not figures.ends_differ
        self.lattice: Lattice = build_lattice(size, prior, shielding, mirrored)
        zero = np.zeros(1)
        self.centre: Array = self.lattice.columns(zero, zero)[0, 0]
        self._spheres = self._sphere_rows()
        far = max((f.distance + f.half for f in figures.lines), default=0.0)
        near = 0.5 * max(size.magnet_length_m, size.cryostat_diameter_m)
        reach = max(1.7 * far, 6.0 * near)
        self.rays: RayTable = ray_table(self.lattice, 0.62 * near, reach, 7.5, 56)
        self._line_rows = [self._line_columns(f) for f in figures.lines]
        self._box_rows = {f.level: self._box_columns(f.level) for f in figures.lines if f.extent}
        self._point_rows = [self._point_columns(p) for p in figures.points]
        self._outside = self._outside_columns(near)

    # ------------------------------------------------------------------ columns, once a magnet

    def _sphere_rows(self) -> list[Array]:
        ends = 1.0 if self.lattice.mirrored else 2.0
        angle = np.radians(np.linspace(0.0, 90.0 * ends, round(8 * ends)))
        rows = []
        for share in np.linspace(*self.prior.homogeneity_radius, _SPHERES):
            radius = 0.5 * self.size.imaging_diameter_m * share
            bz = self.lattice.columns(radius * np.sin(angle), radius * np.cos(angle))[0]
            rows.append(bz - self.centre)
        return rows

    def _line_columns(self, f: LineFigure) -> tuple[Array, Array]:
        inner, outer = f.distance - f.half, f.distance + f.half
        # Beyond the line the field must not rise above the level again: two points further out.
        d = np.array([inner, outer, 1.12 * outer, 1.3 * outer])
        zero = np.zeros(4)
        side = -1.0 if f.sign_z < 0 else 1.0
        rho, z = (zero, side * d) if f.direction == "axial" else (d, zero)
        return self.lattice.columns(rho, z)[0], d

    def _box_columns(self, level: float) -> tuple[Array, Array]:
        """Bz and Br at points of the rectangle that the line may touch but not cross."""
        lines = [f for f in self.figures.lines if f.extent and f.level == level]
        across = max((f.distance + f.half for f in lines if f.direction == "radial"), default=np.inf)
        ahead = max((f.distance + f.half for f in lines if f.direction == "axial" and f.sign_z >= 0), default=np.inf)
        behind = max((f.distance + f.half for f in lines if f.direction == "axial" and f.sign_z <= 0), default=np.inf)
        rho: list[float] = []
        z: list[float] = []
        ends = [ahead] if self.lattice.mirrored else [ahead, -behind]
        for end in ends:
            if np.isfinite(end):
                width = min(across, abs(end))
                rho += list(np.linspace(0.0, width, 6))
                z += [end] * 6
        if np.isfinite(across):
            top = min(ahead, 1.8 * across)
            bottom = 0.0 if self.lattice.mirrored else -min(behind, 1.8 * across)
            count = 7 if self.lattice.mirrored else 13
            rho += [across] * count
            z += list(np.linspace(bottom, 0.97 * top, count))
        columns = self.lattice.columns(np.array(rho), np.array(z))
        return columns[0], columns[1]

    def _point_columns(self, p: PointFigure) -> tuple[Array, Array]:
        """Bz, Br and their derivatives at the figure's place, or along its cylinder where no place is given."""
        if p.z is None:
            z = np.linspace(0.0, 0.5 * self.size.magnet_length_m + 0.3, 24)
        else:
            z = np.array([p.z])
        return self.lattice.columns(np.full(len(z), p.rho), z, gradients=True), z

    def _outside_columns(self, near: float) -> Array:
        """Bz and Br at the places whose random sums drive the extremes, scaled to be alike in size."""
        angle = np.radians(np.linspace(0.0, 90.0 if self.lattice.mirrored else 180.0, 7))
        radius = near * np.array([1.8, 2.6, 3.8])
        rho, z = np.outer(radius, np.sin(angle)).ravel(), np.outer(radius, np.cos(angle)).ravel()
        columns = self.lattice.columns(rho, z)
        weight = (np.hypot(rho, z) / near) ** 5.0
        return np.asarray(np.vstack([columns[0] * weight[:, None], columns[1] * weight[:, None]]))

    # ------------------------------------------------------------------------- rows, each design

    def _linear_rows(self, pattern: Pattern, homogeneity: float, radius: int) -> Rows:
        rows = Rows()
        bound = homogeneity * self.B0
        for row in self._spheres[radius]:
            rows.between(row, -bound, bound, 1e-3 * self.B0)
        if self.shielding == "active" and not self.figures.lines:
            self._balance(rows)
        for f, sign, (columns, _) in zip(self.figures.lines, pattern.signs, self._line_rows, strict=True):
            if sign:
                rows.at_most(-sign * columns[0], -f.level, f.level)
                rows.between(sign * columns[1], -_BACK * f.level, f.level, f.level)
            for column in columns[2:]:
                rows.between(column, -f.level, f.level, f.level)
        eighth = np.arange(8) * (np.pi / 4.0)
        for level, (bz, br) in self._box_rows.items():
            for angle in eighth[:4]:
                for row in np.cos(angle) * bz + np.sin(angle) * br:
                    rows.between(row, -level, level, level)
        return rows

    def _balance(self, rows: Rows) -> None:
        """Keep the shield's dipole moment in the range of real designs, where no line says it."""
        cells = self.lattice.cells
        r = 0.5 * (cells[:, 0] + cells[:, 1])
        moment = np.pi * r**2 * (cells[:, 1] - cells[:, 0]) * (cells[:, 3] - cells[:, 2])
        primary = np.where(np.arange(len(cells)) < self.lattice.primary, moment, 0.0)
        least, most = shield_balance()
        scale = float(moment.max()) * self.prior.current_density[1]
        shield = primary - moment  # carries the sign of a reversed current: -shield moment is positive
        rows.at_most(least * primary - shield, 0.0, scale)
        rows.at_most(shield - most * primary, 0.0, scale)

    def _lobe_rows(self, pattern: Pattern, rng: np.random.Generator) -> Rows:
        """Rows that make a line reach its extent across the bore on a lobe.

        Beside a balanced shield the far field is nearly that of l = 3, whose lobe stands near 64 degrees
        with the field there pointing inwards (Br < 0): place and direction are drawn, then it is linear.
        """
        rows = Rows()
        first, last = branch_priors("whole-body")["lobe_field_deg"]
        for f, lobe in zip(self.figures.lines, pattern.lobes, strict=True):
            if lobe is None:
                continue
            angle, direction = np.radians(rng.uniform(*lobe)), np.radians(rng.uniform(first, last))
            d = f.distance - f.half
            bz, br = self.lattice.columns(np.array([d]), np.array([d / np.tan(angle)]))[:, 0]
            rows.at_most(-(np.cos(direction) * bz + np.sin(direction) * br), -f.level, f.level)
        return rows

    def _linearised_rows(self, before: Array, kinds: tuple[str, ...], loosened: float) -> Rows:
        """Rows for what is not linear, about the design found before; ``loosened`` times the tolerance."""
        rows = Rows()
        for p, (columns, _) in zip(self.figures.points, self._point_rows, strict=True):
            if p.quantity not in kinds:
                continue
            tolerance = p.tolerance * (1.0 if p.quantity == "B" else loosened)
            value, slope = linearised(p.quantity, columns, before)
            if p.z is None:
                top = int(np.argmax(value))
                for k in range(len(value)):
                    constant = value[k] - slope[k] @ before
                    rows.at_most(slope[k], p.value + tolerance - constant, p.value)
                places = [top]
            else:
                places = [0]
            for k in places:
                constant = value[k] - slope[k] @ before
                rows.between(slope[k], p.value - tolerance - constant, p.value + tolerance - constant, p.value)
        return rows

    # ------------------------------------------------------------------------------------ a try

    def possible(self, pattern: Pattern, largest: float = 1.0) -> bool:
        """Whether any winding at all meets the linear rows: every cell allowed, the densest current, the worst field.

        A relaxation of every design of the prior: what it rules out, no design can meet.
        """
        return self.relaxed(pattern, largest) is not None

    def relaxed(self, pattern: Pattern, largest: float = 1.0, objective: Array | None = None) -> Array | None:
        """Return a winding of least conductor (or least ``objective``) over all cells; None where there is none."""
        room = self.whole_room()
        design = replace(room, current_density=room.current_density * largest)
        programme = Programme(
            self.lattice, design, self._linear_rows(pattern, design.homogeneity, 0), self.centre, self.B0
        )
        if objective is None:
            least = programme.least_conductor()
            return None if least is None else programme.currents(least)
        x = programme.extreme(objective, programme.total)
        return None if x is None else programme.currents(x)

    def whole_room(self) -> Design:
        """Return the design that may use every cell, with the prior's densest current and worst homogeneity."""
        number = np.arange(len(self.lattice.cells))
        shield = number >= self.lattice.primary
        both = [number, number[shield]] if self.shielding == "passive" else [number]
        signs = [np.where(shield, -1.0, 1.0), np.ones(int(shield.sum()))][: len(both)]
        worst = 10.0 ** self.prior.homogeneity_log10[1]
        return Design(np.concatenate(both), np.concatenate(signs), self.prior.current_density[1], worst, 0)

    def attempt(self, rng: np.random.Generator, pattern: Pattern) -> Try:
        """Draw a design and, where the figures allow it, a winding of it."""
        design = draw_design(rng, self.lattice, self.size, self.prior, self.shielding, self.B0, _SPHERES)
        extra = rng.uniform(0.0, _SPARE)
        functional = rng.standard_normal(len(self._outside)) @ self._outside
        other = -functional if rng.random() < 0.5 else rng.standard_normal(len(self._outside)) @ self._outside
        mix = rng.beta(*_MIX)
        if self._most(design) < self.B0:
            return Try(False, None)
        made = self.programme(pattern, design, rng)
        if made is None:
            return Try(False, None)
        programme, least = made
        budget = programme.conductor(least) * (1.0 + extra)
        first, second = programme.extreme(functional, budget), programme.extreme(other, budget)
        if first is None or second is None:
            return Try(True, None)
        currents = programme.currents(mix * first + (1.0 - mix) * second)
        currents[np.abs(currents) < 1e-6 * design.current_density] = 0.0
        if not self.meets(currents[None, :])[0]:
            return Try(True, None)
        return Try(True, currents, budget)

    def programme(self, pattern: Pattern, design: Design, rng: np.random.Generator) -> tuple[Programme, Array] | None:
        """Return the programme of a design under all figures and its solution of least conductor; None if infeasible.

        What is not linear is linearised about the solution before, in passes.
        """
        base = self._linear_rows(pattern, design.homogeneity, design.radius)
        # Where and how a lobe touches is free: a few places are tried before the design is given up.
        for _ in range(_LOBE_PLACES if 0 in pattern.signs else 1):
            rows = base + self._lobe_rows(pattern, rng)
            programme = Programme(self.lattice, design, rows, self.centre, self.B0)
            least = programme.least_conductor()
            if least is not None:
                break
        if least is None:
            return None
        for kinds, loosened in _PASSES if self.figures.points else ():
            more = self._linearised_rows(programme.currents(least), kinds, loosened)
            programme = Programme(self.lattice, design, rows + more, self.centre, self.B0)
            least = programme.least_conductor()
            if least is None:
                return None
        return programme, least

    def _most(self, design: Design) -> float:
        """B0 with every primary cell at its limit: below the magnet's own, no programme need be solved."""
        primary = design.index[design.sign > 0]
        return float(self.centre[primary].sum() * design.current_density)

    def meets(self, currents: Array, slack: float = 1.0) -> Array:
        """Say of each winding whether all line and point figures hold, as read from the field itself."""
        magnitude = self.rays.magnitude(currents)
        good = np.ones(len(currents), dtype=bool)
        found: dict[float, Array] = {}
        for f in self.figures.lines:
            if f.level not in found:
                found[f.level] = outermost(magnitude, self.rays.radii, f.level)
            distance = f.quoted(self.rays.angles, found[f.level])
            good &= np.abs(distance - f.distance) <= f.half * (slack + _SLACK)
        for p, (columns, _) in zip(self.figures.points, self._point_rows, strict=True):
            for k in np.flatnonzero(good):
                value = linearised(p.quantity, columns, currents[k])[0].max()
                good[k] &= bool(abs(value - p.value) <= p.tolerance * 1.5 * slack)
        return good


def linearised(quantity: str, columns: Array, currents: Array) -> tuple[Array, Array]:
    """Return a magnitude at points and its derivative by the currents.

    Parameters
    ----------
    quantity : str
        ``"B"`` (T), ``"gradient"`` (T/m) or ``"force_product"`` (T²/m).
    columns : (5, p, cells) float64
        Bz, Br, dBr/dr, dBr/dz, dBz/dz per A/m2.

    Returns
    -------
    (p,), (p, cells) float64

    Notes
    -----
    grad|B| = (Br grad Br + Bz grad Bz) / |B|, and dBz/dr = dBr/dz since curl B = 0 in air.
    """
    bz, br = columns[0] @ currents, columns[1] @ currents
    size = np.hypot(bz, br) + 1e-300
    by_size = (bz[:, None] * columns[0] + br[:, None] * columns[1]) / size[:, None]
    if quantity == "B":
        return size, by_size
    brr, brz, bzz = (columns[k] @ currents for k in (2, 3, 4))
    along_r, along_z = br * brr + bz * brz, br * brz + bz * bzz
    gr, gz = along_r / size, along_z / size
    d_along_r = (
        brr[:, None] * columns[1] + br[:, None] * columns[2] + brz[:, None] * columns[0] + bz[:, None] * columns[3]
    )
    d_along_z = (
        brz[:, None] * columns[1] + br[:, None] * columns[3] + bzz[:, None] * columns[0] + bz[:, None] * columns[4]
    )
    product = np.hypot(along_r, along_z) + 1e-300
    by_product = (along_r[:, None] * d_along_r + along_z[:, None] * d_along_z) / product[:, None]
    if quantity == "force_product":
        return product, by_product
    gradient = np.hypot(gr, gz)
    return gradient, by_product / size[:, None] - (product / size**2)[:, None] * by_size
