"""The earth's field on a site: beside the lines of the magnets, never in them and never in a finding.

Vendors draw their lines without it, and limits are about the magnet. But an instrument reads both, so the site file may
state it; then maps give the sum under a name of its own, and each line says how far it could lie farther out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from mrsite.base.errors import InputError
from mrsite.base.text import inert
from mrsite.base.toml import Document
from mrsite.fields import earth_field, earth_in_plan
from mrsite.site.defaults import default_value
from mrsite.site.schema import EarthTable

#: A stated field so many times below or above any of the earth's is a slip of the unit.
_SLIP = 2.0
#: The line that its share is told of, T: the limit of access.
_LIMIT = 0.5e-3


@dataclass(frozen=True)
class EarthField:
    """The earth's flux density on a site.

    Parameters
    ----------
    strength_T : float
    vector_T : (x, y, z) or None
        Site frame; None where true north is not known.
    how : str
        Where it is from, in words.
    """

    strength_T: float
    vector_T: tuple[float, float, float] | None
    how: str

    def sentence(self) -> str:
        """Say how strong it is, which way it points, and that it is in no line."""
        if self.vector_T is None:
            points = "which way it points in plan is not known: give [site] north_deg"
        else:
            x, y, z = (1e6 * v for v in self.vector_T)
            points = f"in site axes x {x:.1f}, y {y:.1f}, up {z:.1f} uT"
        return (
            f"the earth's field, {self.strength_T * 1e6:.1f} uT ({self.strength_T / _LIMIT:.1%} of 0.5 mT; {self.how}; "
            f"{points}): shown beside the lines, never added to one, as in vendors' own lines"
        )


def resolve_earth(entry: EarthTable | None, north_deg: float | None, document: Document) -> EarthField | None:
    """Return the earth's field as stated, or by the reference field at the stated place and date.

    Raises
    ------
    InputError
        A date that is none or outside the reference field; a vector that is no field of the earth.
    """
    if entry is None:
        return None
    if entry.vector_uT is not None:
        x, y, z = entry.vector_uT
        vector = (1e-6 * x, 1e-6 * y, 1e-6 * z)
        strength = float(np.linalg.norm(vector))
        least, most = (default_value(f"earth_{end}_uT") for end in ("weakest", "strongest"))
        if not least / _SLIP <= strength * 1e6 <= most * _SLIP:
            raise InputError(
                f"{document.where('earth', 'vector_uT')}: a field of {strength * 1e6:g} uT is not the earth's, "
                f"which is {least:g} to {most:g} uT: give it in microtesla, away from steel"
            )
        return EarthField(strength, vector, "as stated")
    assert entry.latitude is not None
    assert entry.longitude is not None
    when = _date(str(entry.date), document.where("earth", "date"))
    try:
        field = earth_field(entry.latitude, entry.longitude, when)
    except InputError as error:
        raise InputError(f"{document.where('earth', 'date')}: {error.message}") from None
    found: tuple[float, float, float] | None = None
    if north_deg is not None:
        x, y, z = earth_in_plan(field, north_deg).tolist()
        found = (x, y, z)
    ns, ew = "N" if entry.latitude >= 0 else "S", "E" if entry.longitude >= 0 else "W"
    how = f"IGRF-14 at {abs(entry.latitude):g} {ns}, {abs(entry.longitude):g} {ew} on {when.isoformat()}"
    return EarthField(float(np.linalg.norm(field)), found, how)


def _date(text: str, where: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{where}: {inert(text, 40)!r} is no date; write it as 2026-06-30") from None
