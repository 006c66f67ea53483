"""The property line: stated corner by corner, or drawn on a layer of a storey's drawing or of a site plan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mrsite.base.errors import InputError, UnitsError
from mrsite.base.text import inert
from mrsite.base.toml import Document
from mrsite.plans import read_plan
from mrsite.plans.plan import Plan
from mrsite.site.drawn_lines import plan_name, ring_on
from mrsite.site.frames import Similarity, from_georeference, from_tie, laid_on
from mrsite.site.project import Storey
from mrsite.site.schema import BoundaryTable


def resolve_boundary(
    entry: BoundaryTable | None, storeys: Sequence[Storey], document: Document
) -> tuple[Any, Plan | None, tuple[str, ...]]:
    """Return the property line as a shapely Polygon in the site frame, the drawing it is from, and notes.

    Raises
    ------
    InputError
        No such file or layer, a line that is not closed or crosses itself, a drawing that nothing puts on the site.
    """
    if entry is None:
        return None, None, ()
    if entry.polygon is not None:
        return _polygon(entry.polygon, document.where("boundary", "polygon")), None, ()
    assert entry.layer is not None
    where = document.where("boundary", "layer")
    plan, to_site, how = _drawing(entry, storeys, document)
    ring = ring_on(plan, entry.layer, where)
    line = _polygon([to_site.point(p) for p in ring], where)
    note = f"property line: layer {inert(entry.layer, 60)!r} of {plan_name(plan)}, put on the site by {how}"
    return line, plan if entry.plan is not None else None, (note,)


def _drawing(entry: BoundaryTable, storeys: Sequence[Storey], document: Document) -> tuple[Plan, Similarity, str]:
    """Return the drawing that holds the line, and how it lies on the site."""
    drawn = [(s, s.plan) for s in storeys if s.plan is not None]
    if entry.plan is None:
        holding = [(s, p) for s, p in drawn if any(_same(d.name, entry.layer) for d in p.layers)]
        if len(holding) == 1:
            storey, plan = holding[0]
            return plan, storey.to_site, f"its storey {inert(storey.name)}"
        raise InputError(
            f"{document.where('boundary', 'layer')}: {len(holding)} of the drawings have a layer "
            f"{inert(entry.layer or '')!r}; say plan, and tie where it has a frame of its own"
        )
    where = document.where("boundary", "plan")
    path = document.path.parent / entry.plan
    if not path.is_file():
        raise InputError(f"{where}: there is no file {inert(entry.plan)!r} beside the site file; check the name")
    try:
        plan = read_plan(path, units=entry.units)
    except UnitsError as error:
        raise UnitsError(f"{where}: {error.message}") from None
    except InputError as error:
        raise InputError(f"{where}: {error.message}") from None
    return plan, *_laid(plan, entry, drawn, document)


def _laid(
    plan: Plan, entry: BoundaryTable, drawn: Sequence[tuple[Storey, Plan]], document: Document
) -> tuple[Similarity, str]:
    if entry.tie is not None:
        return from_tie(entry.tie.here, entry.tie.site, document.where("boundary", "tie")), "tie points"
    for storey, other in drawn:
        if other.sha256 == plan.sha256:
            return storey.to_site, f"its storey {inert(storey.name)}"
    for storey, other in drawn:
        if storey.registered is None:
            continue
        found = from_georeference(plan, other)
        if found is not None:
            return found.then(storey.to_site), f"its georeference and that of {inert(storey.name)}"
        laid = laid_on(plan, other)
        if laid is not None:
            return laid[0].then(storey.to_site), f"{laid[1]} (with {inert(storey.name)})"
    raise InputError(
        f"{document.where('boundary', 'plan')}: nothing puts {plan_name(plan)} on the drawings of the storeys; give "
        "[boundary] tie = two of its points and the same two on the site"
    )


def _same(a: str, b: str | None) -> bool:
    return b is not None and a.casefold() == b.casefold()


def _polygon(ring: Sequence[tuple[float, float]], where: str) -> Any:
    from shapely import Polygon

    polygon = Polygon(ring)
    if not polygon.is_valid or polygon.area < 1.0:
        raise InputError(
            f"{where}: the property line crosses itself or encloses nothing; list or draw its corners once around"
        )
    return polygon
