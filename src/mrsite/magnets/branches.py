"""Sign branches: which way the field points where a line was quoted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np

from mrsite.magnets.classes import branch_priors
from mrsite.magnets.figures import Figures

_LEAST_PRIOR = 3e-3  # a rare hypothesis of less weight is not drawn


@dataclass(frozen=True)
class Pattern:
    """One hypothesis: the sign of Bz and the angle of the touching point for every line figure.

    Parameters
    ----------
    name : str
        Signs of Bz on the axis and on the mid-plane at the farthest line, such as ``"+-"``;
        ``"+lobe"`` where the extent across the bore lies on a lobe between them.
    prior : float
    signs : tuple of int
        One a line figure; 0 where the line touches on a lobe, so that no sign is assumed.
    lobes : tuple of (float, float) or None
        Range of the angle from the bore axis of the touching point, deg; None: on the axis or mid-plane.
    rare : bool
        The field turns within a line as strong as no usual magnet of the class shows it.
    """

    name: str
    prior: float
    signs: tuple[int, ...]
    lobes: tuple[tuple[float, float] | None, ...]
    rare: bool = False


def patterns(figures: Figures, shielding: str, geometry: str) -> tuple[Pattern, ...]:
    """Return the hypotheses that the figures leave open, with their prior weights (sum 1)."""
    table = branch_priors(geometry)
    if shielding == "none":
        # Without a shield the field outside is dipole-like: along +z on the axis, against it beside.
        dipole = tuple(1 if f.direction == "axial" else -1 for f in figures.lines)
        return (Pattern("+-", 1.0, dipole, (None,) * len(dipole)),)
    if not figures.lines:
        return (Pattern("any", 1.0, (), ()),)
    null = table["null_level_mT"] * 1e-3
    levels = sorted({f.level for f in figures.lines})
    axial = any(f.direction == "axial" for f in figures.lines)
    radial = any(f.direction == "radial" for f in figures.lines)
    found: dict[tuple[tuple[int, ...], tuple[tuple[float, float] | None, ...]], Pattern] = {}
    extent = any(f.extent for f in figures.lines)
    switches = _switches(levels, table, strong=not extent)
    for axial_null, across in product((False, True), ("mid-", "mid+", "lobe")):
        if across == "mid+" and extent:
            continue  # beyond a null on the mid-plane the line bulges beside it: that is a lobe
        if across == "lobe" and not extent:
            continue
        if extent:
            weight = {
                (False, "mid-"): table["extent_mid"],
                (False, "lobe"): table["extent_lobe"],
                (True, "lobe"): table["extent_lobe_axis_null"],
            }.get((axial_null, across), 0.0)
        else:
            key = ("minus" if axial_null else "plus") + ("_plus" if across == "mid+" else "_minus")
            weight = table[key]
        if weight == 0.0 or ((axial_null or across != "mid-") and not switches and (axial_null or not extent)):
            continue
        axial_switches = switches if axial_null and axial else {0.0: 1.0}
        if across == "mid-" or not radial:
            across_switches = {0.0: 1.0}
        elif across == "mid+":
            across_switches = switches
        else:
            places = [*switches, np.inf] if levels[-1] >= null else [np.inf]
            across_switches = dict.fromkeys(places, 1.0 / len(places))
        for za, ra in product(axial_switches, across_switches):
            share = weight * axial_switches[za] * across_switches[ra]
            rare = null <= max(za, ra) < np.inf
            if rare and share < _LEAST_PRIOR:
                continue
            signs: list[int] = []
            lobes: list[tuple[float, float] | None] = []
            for f in figures.lines:
                if f.direction == "axial":
                    beyond = f.level <= za
                    signs.append(-1 if beyond else 1)
                    lobes.append(None)
                elif f.level <= ra and across == "lobe" and f.extent:
                    signs.append(0)
                    lobes.append((table["lobe_angle_deg"][0], table["lobe_angle_deg"][1]))
                else:
                    signs.append(1 if across == "mid+" and f.level <= ra else -1)
                    lobes.append(None)
            name = ("-" if axial_null else "+") + {"mid-": "-", "mid+": "+", "lobe": "lobe"}[across]
            pair = (tuple(signs), tuple(lobes))
            known = found.get(pair, Pattern(name, 0.0, *pair, rare))
            found[pair] = Pattern(known.name, known.prior + share, *pair, known.rare and rare)
    total = sum(p.prior for p in found.values())
    return tuple(replace(p, prior=p.prior / total) for p in found.values())


def _switches(levels: list[float], table: dict[str, Any], *, strong: bool) -> dict[float, float]:
    """Return the levels at which the sign of Bz may have turned, each with its share of the branch."""
    null, strongest = table["null_level_mT"] * 1e-3, table["strong_null_level_mT"] * 1e-3
    usual = [level for level in levels if level < null]
    rare = [level for level in levels if null <= level < strongest] if strong else []
    part = table["strong_null_share"] if rare else 0.0
    return {level: (1.0 - part) / len(usual) for level in usual} | {level: part / len(rare) for level in rare}
