"""What the site file says of a storey's height against what a building model says."""

from __future__ import annotations

from collections.abc import Sequence

from mrsite.base.text import inert
from mrsite.site.project import Storey

# Floors are set out to a centimetre.
_SAME_M = 0.01


def model_heights(storeys: Sequence[Storey]) -> list[str]:
    """Say which storey of a model each one was taken from, and where the two disagree about the heights.

    The datum of the site need not be that of the model, so the heights of storeys over the first one
    of the same model are compared.
    """
    notes: list[str] = []
    first: dict[str, tuple[Storey, float]] = {}
    for storey in storeys:
        if storey.plan is None:
            continue
        model = next((s for s in storey.plan.storeys if s.read), None)
        if model is None:
            continue
        if model.name.casefold() != storey.name.casefold():
            notes.append(
                f"{storey.name}: read from storey {inert(model.name)!r} of the model, floor at {model.elevation:.3f} m"
            )
        low, low_model = first.setdefault(storey.plan.sha256, (storey, model.elevation))
        here, there = storey.elevation - low.elevation, model.elevation - low_model
        if abs(here - there) > _SAME_M:
            notes.append(
                f"{storey.name}: the site file puts it {here:.3f} m above {low.name}, the model {there:.3f} m; correct "
                "elevation"
            )
    return notes
