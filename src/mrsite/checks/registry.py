"""Every check there is, in the order in which its findings are printed.

A check is a module with ``KINDS`` (the kinds of rule it decides), ``wants(project)`` and
``check(project, evidence)``. It may have ``does_not_apply(project)``: rule ids with the reason.
To add one, write the module and add its name here; `tests/checks/test_registry.py` holds the rest.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from types import ModuleType
from typing import Any

from mrsite.checks import (
    access,
    attested,
    boundary,
    containment,
    detection,
    egress,
    equipment,
    exposure,
    field_volumes,
    floor,
    moving_metal,
    neighbour_scanner,
    neighbours,
    pathways,
    projectile,
    quench_outlet,
    quench_pipe,
    quench_room,
    resuscitation,
    reviewed,
    scan_room,
    sight,
    traction,
    transients,
    widths,
    zones,
)

CHECKS: tuple[ModuleType, ...] = (
    containment,
    boundary,
    projectile,
    field_volumes,
    exposure,
    transients,
    equipment,
    neighbours,
    moving_metal,
    traction,
    floor,
    neighbour_scanner,
    zones,
    access,
    egress,
    sight,
    detection,
    scan_room,
    widths,
    pathways,
    resuscitation,
    quench_pipe,
    quench_outlet,
    quench_room,
    attested,
    reviewed,
)


def kinds() -> dict[str, str]:
    """Return which check decides each kind of rule: kind -> name of the module."""
    return {kind: name_of(module) for module in CHECKS for kind in module.KINDS}


def name_of(module: ModuleType) -> str:
    """Return the name of a check as findings carry it."""
    return module.__name__.rpartition(".")[2]


def chosen(names: Iterable[str]) -> tuple[ModuleType, ...]:
    """Return our own checks and those plug-ins that the site file names.

    Raises
    ------
    InputError
        A name that no installed distribution offers.
    """
    from mrsite.base.errors import InputError
    from mrsite.base.text import inert, nearest

    offered = _plugged()
    found = []
    for name in names:
        if name not in offered:
            near = nearest(name, offered)
            hint = f"did you mean {near!r}?" if near else f"installed are: {', '.join(offered) or 'none'}"
            raise InputError(f"[site] checks: no installed check is called {inert(name)!r}; {hint}")
        module = offered[name].load()
        missing = [word for word in ("KINDS", "wants", "check") if not hasattr(module, word)]
        if missing:
            raise InputError(f"[site] checks: {inert(name)!r} is no check: it has no {', '.join(missing)}")
        found.append(module)
    return (*CHECKS, *found)


@cache
def _plugged() -> dict[str, Any]:
    from importlib.metadata import entry_points

    return {entry.name: entry for entry in entry_points(group="mrsite.checks")}
