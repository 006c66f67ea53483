"""``read_model``: a building model in, the same `Plan` out as from a drawing."""

from __future__ import annotations

from pathlib import Path

from mrsite.base.units import METRES, unit_name
from mrsite.plans.dxf_file import sha256_of
from mrsite.plans.ifc.assemble import plan_of_model
from mrsite.plans.ifc.facts import Wanted
from mrsite.plans.ifc.run import read_facts
from mrsite.plans.ifc.unit import decide
from mrsite.plans.limits import Limits
from mrsite.plans.plan import Plan

_SUFFIXES = (".ifc", ".ifczip", ".ifcxml")


def is_model(path: Path) -> bool:
    """Whether a file is a building model, by its name or its first bytes."""
    if path.suffix.lower() in _SUFFIXES:
        return True
    try:
        if not path.is_file():
            return False
        with open(path, "rb") as stream:
            return stream.read(64).lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"ISO-10303-21")
    except OSError:
        return False


def read_model(
    path: Path,
    limits: Limits,
    *,
    units: str | None = None,
    storey: Wanted | None = None,
    window: tuple[float, float, float, float] | None = None,
    require_unit: bool = True,
) -> Plan:
    """Read a storey of a building model, or all of them, one on the other.

    Parameters
    ----------
    units : str, optional
        The model's length unit, where it states it wrong.
    storey : str or float, optional
        Name, GlobalId or elevation (m); of several the first that fits.
    window : (x0, y0, x1, y1), m, optional
        Part of the plan to keep.

    Raises
    ------
    UnitsError
        The stated unit makes doors of no human size.
    InputError
        The model cannot be used, or has no such storey.
    """
    given = None if units is None else unit_name(units)
    facts = read_facts(path, limits, units_m=None if given is None else METRES[given], storey=storey)
    decision = decide(facts, given=given, file=path.name, require=require_unit)
    return plan_of_model(facts, path, sha256_of(path), decision, window)
