"""Sign branches: which way the field points where a line was quoted."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from mrsite.magnets.classes import branch_priors
from mrsite.magnets.figures import Figures


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
    """

    name: str
    prior: float
    signs: tuple[int, ...]
    lobes: tuple[tuple[float, float] | None, ...]


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
    switches = [level for level in levels if level < null]
    axial = any(f.direction == "axial" for f in figures.lines)
    radial = any(f.direction == "radial" for f in figures.lines)
    found: dict[tuple[tuple[int, ...], tuple[tuple[float, float] | None, ...]], Pattern] = {}
    extent = any(f.extent for f in figures.lines)
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
        axial_switches = switches if axial_null and axial else [0.0]
        if across == "mid-" or not radial:
            across_switches = [0.0]
        elif across == "mid+":
            across_switches = switches
        else:
            across_switches = [*switches, np.inf] if levels[-1] >= null else [np.inf]
        share = weight / (len(axial_switches) * len(across_switches))
        for za, ra in product(axial_switches, across_switches):
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
            known = found.get(pair)
            if known is None:
                found[pair] = Pattern(name, share, *pair)
            else:
                found[pair] = Pattern(known.name, known.prior + share, *pair)
    total = sum(p.prior for p in found.values())
    return tuple(Pattern(p.name, p.prior / total, p.signs, p.lobes) for p in found.values())
