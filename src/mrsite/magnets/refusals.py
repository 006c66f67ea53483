"""Why a magnet has no field model, and which figures would give it one, best first."""

from __future__ import annotations


def not_air_coils(shielding: str, geometry: str, field_axis: str) -> str:
    """Return why coaxial air coils cannot stand for a magnet; empty where they can."""
    if shielding == "permanent":
        return (
            "not modelled by air coils: a permanent magnet has no windings. Ask the vendor for the isofield lines "
            "as a drawing (DXF) and place them by hand"
        )
    if geometry == "open" or field_axis == "y":
        return (
            "not modelled by air coils: an open, iron-yoked or split magnet is not a set of coaxial coils about the "
            "bore. Ask the vendor for the isofield lines in three planes as a drawing (DXF) and place them by hand"
        )
    return ""


def what_to_ask(
    B0_T: float | None, bore: float | None = None, length: float | None = None, cryostat: float | None = None
) -> str:
    """Return the short list of figures to ask the vendor for, best first.

    The order is that of what each figure buys: without B0 nothing; a far line, axial and radial;
    a second line names the sign branch and divides the band by about six; then the dimensions.
    """
    wanted = []
    if B0_T is None:
        wanted.append("B0")
    wanted += [
        "the 0.5 mT line, axial and radial, read on the axes (to 0.02 m from the drawing, not the rounded table)",
        "the 3 mT line, axial and radial (it settles which way the field turns outside)",
    ]
    missing = [
        name
        for name, value in (("magnet length", length), ("cryostat diameter", cryostat), ("bore diameter", bore))
        if value is None
    ]
    if missing:
        wanted.append(" and ".join(missing))
    wanted += ["the 1 mT line", "B(z) on the axis from 0.5 to 3 m", "the largest spatial gradient with its place"]
    return "no steady far line is published. Ask the vendor for: " + "; ".join(
        f"({k}) {w}" for k, w in enumerate(wanted, 1)
    )
