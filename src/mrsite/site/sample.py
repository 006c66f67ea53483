"""Lines and maps of a project that somebody asks for by hand, outside an assessment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mrsite.base.errors import InputError
from mrsite.base.text import inert, nearest
from mrsite.site.evidence import Wanted, WantedRegion
from mrsite.site.gather import gather, require_field
from mrsite.site.project import Project, Storey
from mrsite.site.total_field import total_field


def contour_rows(
    project: Project, levels_mT: Sequence[float], storey: str | None = None, height: float | None = None
) -> list[dict[str, Any]]:
    """Return the lines of a storey as rows: level_mT, kind, edge, storey, height_m, geometry.

    Parameters
    ----------
    levels_mT : sequence of float
    storey : str
        The first scanner's by default.
    height : float, m
        Above the floor: cuts. Without it the envelope over the heights people occupy.

    Returns
    -------
    list of dict
        ``edge`` is central, lower or upper; ``height_m`` a number for a cut, (low, high) for an
        envelope; ``geometry`` a shapely line in plan metres of the storey's drawing.

    Raises
    ------
    InputError
        A level that cannot be drawn, a storey that is not there, a magnet without a field model.
    """
    here = _storey(project, storey)
    if not len(levels_mT):
        raise InputError("levels_mT: none given; give at least one")
    for level in levels_mT:
        if not 0 < level < float("inf"):
            raise InputError(f"levels_mT: {level} cannot be drawn: a level is a positive finite number")
    field = total_field(project)
    require_field(field)
    heights = None if height is None else (float(height), float(height))
    wanted = Wanted(
        regions=tuple(
            WantedRegion(here.name, level * 1e-3, "envelope" if heights is None else "cut", heights=heights)
            for level in levels_mT
        )
    )
    rows = []
    for region in gather(project, field, wanted).regions:
        for edge in ("central", "lower", "upper"):
            rows.append(
                {
                    "level_mT": region.level_mT,
                    "kind": region.kind,
                    "edge": edge,
                    "storey": region.storey,
                    "height_m": height if heights is not None else region.heights,
                    "geometry": getattr(region, edge).boundary,
                }
            )
    return rows


def _storey(project: Project, name: str | None) -> Storey:
    if name is None:
        return project.storey(project.scanners[0].storey)
    for storey in project.storeys:
        if storey.name == name:
            return storey
    names = [s.name for s in project.storeys]
    near = nearest(name, names)
    raise InputError(
        f"no storey is called {inert(name)!r}; " + (f"did you mean {near!r}?" if near else f"there are: {', '.join(names)}")
    )
