"""Linear programmes over cell currents: one design under the published figures.

On the axis and on the mid-plane Br is zero, so |B| = s Bz with a sign s, and a published distance is
two inequalities that are linear in the currents. What is not linear (|B| off the axis, the gradient,
the force product) is linearised about the design found before, and tried twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from mrsite.magnets.lattice import Design, Lattice
from mrsite.magnets.model import Array


@dataclass
class Rows:
    """Inequalities low <= A x <= high over all cells of the lattice, x in A/m2; scaled to numbers near one."""

    matrix: list[Array] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)

    def at_most(self, row: Array, value: float, scale: float) -> None:
        """Add ``row @ x <= value``."""
        self.between(row, -np.inf, value, scale)

    def between(self, row: Array, low: float, high: float, scale: float) -> None:
        """Add ``low <= row @ x <= high``."""
        self.matrix.append(row / scale)
        self.low.append(low / scale)
        self.high.append(high / scale)

    def __add__(self, other: Rows) -> Rows:
        return Rows([*self.matrix, *other.matrix], [*self.low, *other.low], [*self.high, *other.high])


class Programme:
    """One design's linear programmes: the same rows, several objectives.

    The unknowns are fractions 0..1 of the largest current density in each allowed cell.
    """

    def __init__(self, lattice: Lattice, design: Design, rows: Rows, centre: Array, B0: float) -> None:
        self._design = design
        self._cells = len(lattice.cells)
        self._scale = design.sign * design.current_density
        self._matrix = np.vstack([self._columns(np.array(rows.matrix)), self._columns(centre[None, :]) / B0])
        self._low, self._high = np.append(rows.low, 1.0), np.append(rows.high, 1.0)
        self._cost = lattice.conductor[design.index] * design.current_density

    def _columns(self, matrix: Array) -> Array:
        return np.asarray(matrix[:, self._design.index] * self._scale)

    @property
    def size(self) -> int:
        """Number of unknowns."""
        return len(self._scale)

    @property
    def total(self) -> float:
        """Conductor with every cell at its limit, A m."""
        return float(self._cost.sum())

    def least_conductor(self) -> Array | None:
        """Return the solution of least conductor; None where the rows contradict one another."""
        return self._solve(self._cost / self.total)

    def conductor(self, x: Array) -> float:
        """Return the conductor length of a solution, A m."""
        return float(self._cost @ x)

    def extreme(self, functional: Array, conductor: float) -> Array | None:
        """Return the design of least ``functional`` (a row over all cells) within a conductor length."""
        objective = self._columns(functional[None, :])[0]
        objective = objective / (np.abs(objective).max() + 1e-300)
        return self._solve(objective, conductor)

    def currents(self, x: Array) -> Array:
        """Return current densities over all cells of the lattice."""
        out = np.zeros(self._cells)
        np.add.at(out, self._design.index, self._scale * x)
        return out

    def _solve(self, objective: Array, conductor: float | None = None) -> Array | None:
        matrix, low, high = self._matrix, self._low, self._high
        if conductor is not None:
            matrix = np.vstack([matrix, self._cost / self.total])
            low, high = np.append(low, -np.inf), np.append(high, conductor / self.total)
        return solve(objective, matrix, low, high)


def solve(objective: Array, matrix: Array, low: Array, high: Array) -> Array | None:
    """Solve one linear programme over 0 <= x <= 1 by HiGHS; None where it is infeasible.

    ``milp`` without an integer is HiGHS' dual simplex on rows with two sides: with half the rows and no
    presolve it takes a third of the time of ``linprog``.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    found = milp(
        objective, constraints=LinearConstraint(matrix, low, high), bounds=Bounds(0.0, 1.0), options={"presolve": False}
    )
    if found.status != 0 or found.x is None:
        return None
    return np.clip(np.asarray(found.x, dtype=np.float64), 0.0, 1.0)
