"""Where the pressure goes: the march's result piece by piece, in the terms of a hand calculation."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from mrsite.venting import helium
from mrsite.venting.pipe import PipeResult, cells_of
from mrsite.venting.search import GRAVITY


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One piece of the route, with the means by which it can be worked again on paper."""

    name: str
    kind: str
    start: float  #: m from the flange
    length: float  #: m
    diameter: float  #: m
    rise: float  #: m, height gained
    loss: float | None  #: K of a fitting
    p_in: float  #: Pa
    p_out: float
    t_in: float  #: K
    t_out: float
    density: float  #: kg/m3, mean
    speed: float  #: m/s, mean
    reynolds: float
    friction: float  #: Darcy factor, mean
    by_friction: float  #: Pa, f L/D rho u^2/2 or K rho u^2/2
    by_weight: float  #: Pa, rho g dz
    by_acceleration: float  #: Pa, G^2 (1/rho2 - 1/rho1); of a change of bore all of its pressure difference
    drop: float  #: Pa, of the march

    @property
    def closing(self) -> float:
        """Difference between the three parts and the march, Pa: what the means leave over."""
        return self.by_friction + self.by_weight + self.by_acceleration - self.drop


def ledger(result: PipeResult) -> tuple[LedgerRow, ...]:
    """Split the pressure difference of each piece into friction, weight and acceleration."""
    from mrsite.venting import _kernels as k

    transport = helium.coefficients().transport
    cells, owner = cells_of(result.route, "cold", result.ambient)
    if len(cells) + 1 != len(result.x):
        raise ValueError("the ledger needs a result marched with the usual cells")
    rows = []
    for index, piece in enumerate(result.route.pieces):
        mine = np.nonzero(owner == index)[0]
        a, b = int(mine[0]), int(mine[-1]) + 1
        flux = result.mass_flow / piece.area
        rho_edges = result.rho[a : b + 1]
        rho = float(0.5 * np.mean(rho_edges[1:] + rho_edges[:-1]))
        # rho u^2 = G^2/rho: the mean of 1/rho is what friction sees
        volume = float(0.5 * np.mean(1 / rho_edges[1:] + 1 / rho_edges[:-1]))
        mu = float(
            np.mean([k.viscosity(float(r), float(t), transport) for r, t in zip(rho_edges, result.T[a : b + 1])])
        )
        reynolds = flux * piece.diameter / mu
        factor = 0.0
        drop = float(result.p[a] - result.p[b])
        weight = rho * GRAVITY * piece.rise * piece.length
        if piece.kind == "pipe":
            factor = (
                piece.friction
                if piece.friction is not None
                else float(k.darcy(reynolds, piece.roughness / piece.diameter))
            )
            factor *= piece.friction_times
            friction = factor * piece.length / piece.diameter * 0.5 * flux**2 * volume
            acceleration = flux**2 * float(1 / result.rho[b] - 1 / result.rho[a])
        elif piece.kind == "fitting":
            friction = (piece.loss.value if piece.loss else 0.0) * 0.5 * flux**2 * volume
            acceleration = flux**2 * float(1 / result.rho[b] - 1 / result.rho[a])
        else:
            friction, acceleration = 0.0, drop
        rows.append(
            LedgerRow(
                piece.name or piece.kind,
                piece.kind,
                piece.start,
                piece.length,
                piece.diameter,
                piece.rise * piece.length,
                piece.loss.value if piece.loss else None,
                float(result.p[a]),
                float(result.p[b]),
                float(result.T[a]),
                float(result.T[b]),
                rho,
                flux * volume,
                reynolds,
                factor,
                friction,
                weight,
                acceleration,
                drop,
            )
        )
    return tuple(rows)


def check_sum(result: PipeResult) -> float:
    """Largest closing error of the ledger over the whole drop, as a share of it."""
    return (
        max(abs(row.closing) for row in ledger(result)) / max(abs(result.drop), 1.0)
        if math.isfinite(result.drop)
        else math.inf
    )
