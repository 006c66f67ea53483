"""How large a magnet is drawn, and what that size rests on."""

from __future__ import annotations

from dataclasses import dataclass

from mrsite.magnets.model import MagnetModel


@dataclass(frozen=True)
class Body:
    """Outside and bore of a magnet, m; ``source`` says what unpublished sizes rest on."""

    length: float
    diameter: float
    bore: float | None
    source: str = ""


def body_of(magnet: MagnetModel) -> Body | None:
    """Return the body of a magnet: published, else the class default its fit stood on, else its windings' outside."""
    fit = magnet.fit
    said = []
    length, diameter, bore = magnet.magnet_length_m, magnet.cryostat_diameter_m, magnet.bore_diameter_m
    if (length is None or diameter is None) and fit is not None:
        if length is None and fit.magnet_length_m is not None:
            length = fit.magnet_length_m
            said.append("length is the default of its class")
        if diameter is None and fit.cryostat_diameter_m is not None:
            diameter = fit.cryostat_diameter_m
            said.append("diameter is the default of its class")
    if (length is None or diameter is None) and magnet.coils:
        said.append("size is that of its windings: the cryostat is larger")
        rows = [c.row() for c in magnet.coils]  # inner radius, outer radius, z_min, z_max, ...
        length = length or 2.0 * max(max(abs(row[2]), abs(row[3])) for row in rows)
        diameter = diameter or 2.0 * max(row[1] for row in rows)
    if length is None or diameter is None:
        return None
    if bore is not None and bore >= diameter:
        bore = None
    return Body(length, diameter, bore, "; ".join(said))
