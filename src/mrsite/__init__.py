"""mrsite: MRI site design. Fringe fields on floor plans, checked against cited guidance.

Public names come on first use, so that ``import mrsite`` loads nothing heavier than numpy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

#: Public name -> the module that holds it.
_HOMES = {
    "InputError": "mrsite.base.errors",
    "Magnet": "mrsite.face.magnet",
    "load_magnet": "mrsite.face.magnet",
    "fit_magnet": "mrsite.face.magnet",
    "catalogue": "mrsite.face.magnet",
    "Site": "mrsite.face.site",
    "load_site": "mrsite.face.site",
    "Assessment": "mrsite.face.assessment",
    "assess": "mrsite.face.assessment",
    "assess_many": "mrsite.face.assessment",
    "read_plan": "mrsite.face.quick",
    "overlay": "mrsite.face.quick",
    "rules": "mrsite.face.quick",
    "vent": "mrsite.face.quick",
    "validate": "mrsite.face.quick",
    "verify": "mrsite.face.delivered",
    "compare": "mrsite.face.studies",
    "plan_diff": "mrsite.face.studies",
    "sweep": "mrsite.face.studies",
    "search": "mrsite.face.studies",
    "robustness": "mrsite.face.studies",
    "survey": "mrsite.face.studies",
    "lifecycle": "mrsite.face.studies",
    "plot": "mrsite.face.show",
}
_ROOMS = ("fields", "maps")

if TYPE_CHECKING:
    from mrsite import fields as fields
    from mrsite import maps as maps
    from mrsite.base.errors import InputError as InputError
    from mrsite.face.assessment import Assessment as Assessment
    from mrsite.face.assessment import assess as assess
    from mrsite.face.assessment import assess_many as assess_many
    from mrsite.face.delivered import verify as verify
    from mrsite.face.magnet import Magnet as Magnet
    from mrsite.face.magnet import catalogue as catalogue
    from mrsite.face.magnet import fit_magnet as fit_magnet
    from mrsite.face.magnet import load_magnet as load_magnet
    from mrsite.face.quick import overlay as overlay
    from mrsite.face.quick import read_plan as read_plan
    from mrsite.face.quick import rules as rules
    from mrsite.face.quick import validate as validate
    from mrsite.face.quick import vent as vent
    from mrsite.face.show import plot as plot
    from mrsite.face.site import Site as Site
    from mrsite.face.site import load_site as load_site
    from mrsite.face.studies import compare as compare
    from mrsite.face.studies import lifecycle as lifecycle
    from mrsite.face.studies import plan_diff as plan_diff
    from mrsite.face.studies import robustness as robustness
    from mrsite.face.studies import search as search
    from mrsite.face.studies import survey as survey
    from mrsite.face.studies import sweep as sweep

__all__ = sorted([*_HOMES, *_ROOMS])


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name in _ROOMS:
        return import_module(f"mrsite.{name}")
    if name in _HOMES:
        value = getattr(import_module(_HOMES[name]), name)
        globals()[name] = value
        return value
    if name == "__version__":
        from mrsite.base.data import version

        return version()
    raise AttributeError(f"module 'mrsite' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
