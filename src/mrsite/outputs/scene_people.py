"""Who and what is in a scene: people, equipment, operators, and a flag for each finding with a place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from mrsite.base.text import inert
from mrsite.checks.finding import Finding
from mrsite.outputs import solids
from mrsite.outputs.scene_part import LEVEL_COLOURS, Colour, Part, part_of
from mrsite.site.evidence import Region
from mrsite.site.project import Project, Storey

_PERSON: Colour = (0.10, 0.10, 0.10, 1.0)
_STATUS: Mapping[str, Colour] = {
    "fail": (0.66, 0.06, 0.00, 1.0),
    "warn": (0.90, 0.62, 0.00, 1.0),
    "not-assessed": (0.35, 0.35, 0.35, 1.0),
    "pass": (0.00, 0.35, 0.22, 1.0),
}
_FLAG_M, _POLE_M = 0.45, 2.6


def operators(project: Project) -> Iterator[Part]:
    """Give the operators, standing, with their eyes at the height stated."""
    for k, operator in enumerate(project.operators, 1):
        storey = _storey_of(project, operator.storey)
        x, y = storey.to_site.point((operator.at[0], operator.at[1]))
        eyes = max(operator.eye_heights, default=1.6)
        floor = storey.elevation
        body = solids.tube(np.array([[x, y, floor], [x, y, floor + eyes - 0.25]]), 0.17)
        head = solids.ball(np.array([x, y, floor + eyes]), 0.12)
        yield part_of(
            f"{storey.name} / operator {k}",
            "operator",
            solids.joined([body, head]),
            _PERSON,
            storey=storey.name,
            extras={"eye_heights_m": [float(h) for h in operator.eye_heights]},
        )


def equipment(project: Project) -> Iterator[Part]:
    """Give the items of equipment as boxes over their footprints."""
    for item in project.equipment:
        if item.placed_by == "room" or item.footprint is None or item.footprint.is_empty:
            continue
        storey = project.storey(item.storey)
        low, high = (storey.elevation + h for h in item.heights)
        mesh = solids.prism(storey.to_site.geometry(item.footprint), low, high)
        yield part_of(
            f"{storey.name} / {item.id}",
            "equipment",
            mesh,
            (0.45, 0.60, 0.55, 1.0),
            storey=storey.name,
            extras={"heights_from": item.heights_from},
        )


def people(project: Project, regions: Sequence[Region], levels: Sequence[float]) -> Iterator[Part]:
    """Upright bands over the heights people occupy, round the outer edge of each envelope."""
    import shapely

    for region in regions:
        if region.kind != "envelope" or region.quantity != "B" or region.upper.is_empty:
            continue
        if not any(abs(region.level - level) < 1e-9 * level for level in levels):
            continue
        storey = project.storey(region.storey)
        if region.heights != storey.occupied:
            continue
        low, high = (storey.elevation + h for h in region.heights)
        bands = [
            solids.ribbon(np.asarray(ring.coords)[:, :2], low, high)
            for part in shapely.get_parts(storey.to_site.geometry(region.upper.simplify(5e-3)))
            for ring in (part.exterior, *part.interiors)
        ]
        rgb = LEVEL_COLOURS[sorted(levels).index(min(levels, key=lambda v: abs(v - region.level))) % len(LEVEL_COLOURS)]
        name = f"{storey.name} / people, {region.level_mT:g} mT outer edge"
        yield part_of(
            name,
            "people",
            solids.two_sided(solids.joined(bands)),
            (*rgb, 0.55),
            storey=storey.name,
            extras={"level_mT": region.level_mT, "heights_m": [float(h) for h in region.heights]},
        )


def flags(project: Project, findings: Sequence[Finding]) -> Iterator[Part]:
    """A pole and a flag for each finding with a place; those at one place stand beside one another."""
    taken: dict[tuple[float, float], int] = {}
    for finding in findings:
        if finding.location is None or finding.location.is_empty or finding.storey is None:
            continue
        storey = project.storey(finding.storey)
        at = storey.to_site.geometry(finding.location.representative_point())
        spot = (round(float(at.x), 1), round(float(at.y), 1))
        n = taken[spot] = taken.get(spot, 0) + 1
        x, y = float(at.x) + 0.12 * (n - 1), float(at.y)
        floor = storey.elevation
        pole = solids.tube(np.array([[x, y, floor], [x, y, floor + _POLE_M]]), 0.02, 8)
        top = floor + _POLE_M
        flag = (
            np.array([[x, y, top], [x, y, top - _FLAG_M], [x + _FLAG_M, y, top - 0.5 * _FLAG_M]]),
            np.array([[0, 1, 2]], dtype=np.int32),
        )
        mesh = solids.joined([pole, solids.two_sided(flag)])
        yield part_of(
            f"{finding.status}: {finding.rule}, {finding.subject}",
            "finding",
            mesh,
            _STATUS[finding.status],
            storey=storey.name,
            extras={"id": inert(finding.id), "status": finding.status, "message": inert(finding.message, 400)},
        )


def _storey_of(project: Project, name: str | None) -> Storey:
    return project.storey(name) if name else project.storeys[0]
