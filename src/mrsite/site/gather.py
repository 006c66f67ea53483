"""Find out what the checks want to know: hop 6 of the walk."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from mrsite.base.errors import InputError
from mrsite.site.evidence import Evidence, Region, VolumeResult, Wanted, WantedVolume
from mrsite.site.project import Project
from mrsite.site.regions import Regions
from mrsite.site.surroundings import results
from mrsite.site.total_field import TotalField
from mrsite.site.volumes import worst_of, worst_over

Progress = Callable[[str, float], None]


def gather(project: Project, field: TotalField, wanted: Wanted, progress: Progress | None = None) -> Evidence:
    """Compute every region and volume that was asked for, once.

    Parameters
    ----------
    progress : callable, optional
        Told what is being computed and the share done, 0 to 1.

    Returns
    -------
    Evidence
        Regions in plan metres of each storey's own drawing; volumes by (id, quantity).
    """
    tell = progress or (lambda _what, _share: None)
    total = max(len(wanted.regions) + len(wanted.volumes), 1)
    regions: list[Region] = []
    volumes: dict[tuple[str, str], VolumeResult] = {}
    unknown = "; ".join(field.unmodelled) or None
    if field.scanners:
        maker = Regions(project, field)
        for done, region in enumerate(wanted.regions):
            tell(f"lines on {region.storey}", done / total)
            regions.append(maker.region(region))
        tell(f"field at {len(wanted.volumes)} places", len(wanted.regions) / total)
        for found in _over_positions(project, field, wanted.volumes):
            worst = worst_of([r for r in found if r is not None])
            if worst is not None:
                volumes[worst.id, worst.quantity] = worst
    tell("done", 1.0)
    return Evidence(
        regions=tuple(regions),
        volumes=volumes,
        vents=_vents(project, wanted),
        walks=results.walks(project, field, wanted),
        surroundings=results.surroundings(project, field, wanted),
        modelled=_modelled(project, field),
        not_modelled=_not_modelled(project),
        caution=_caution(project),
        unknown=unknown,
    )


def _vents(project: Project, wanted: Wanted) -> dict[str, Any]:
    if not wanted.vents:
        return {}
    from mrsite.site.vent import vent_site

    return {v.scanner: v for v in vent_site(project) if v.scanner in wanted.vents}


def _over_positions(
    project: Project, field: TotalField, volumes: Sequence[WantedVolume]
) -> Iterator[tuple[VolumeResult | None, ...]]:
    """Each volume's results, one for every position of every movable magnet."""
    most = max(len(s.poses) for s in field.scanners)
    if most == 1:
        placed = [field]  # its packed sources are kept
    else:
        placed = [
            TotalField(
                tuple(replace(s, poses=(s.poses[min(k, len(s.poses) - 1)],)) for s in field.scanners), field.unmodelled
            )
            for k in range(most)
        ]
    return zip(*(worst_over(project, field_there, volumes) for field_there in placed))


def _modelled(project: Project, field: TotalField) -> tuple[str, ...]:
    said = []
    for scanner in field.scanners:
        magnet = scanner.magnet
        fitted = (
            "windings fitted to the published figures" if magnet.published else "windings as given in the magnet file"
        )
        said.append(f"{scanner.id}: fringe field of {magnet.label}, {fitted} (evidence grade: {magnet.grade})")
        said.append(
            f"{scanner.id}: band from {'the ensemble of equally good windings, ' if magnet.ensemble else ''}"
            f"{magnet.site_spread:.0%} of B from site to site, {project.position_tolerance_m * 1000:g} mm of position"
        )
    said.append(_as_drawn(project))
    if len(field.scanners) > 1:
        said.append("fields of the magnets added as vectors, for every combination of unknown directions")
    return tuple(said)


def _as_drawn(project: Project) -> str:
    """How far the building was taken to be as drawn."""
    own = [f"{s.plan_tolerance_m * 1000:g} mm on {s.name}" for s in project.storeys if s.plan_tolerance_m]
    laid = [f"{s.miss_m:.2f} m between {s.name} and other storeys" for s in project.storeys if s.miss_m]
    off = ", ".join(own + laid) or "taken as exact, for no tolerance is stated"
    return f"walls as built against those drawn: {off}"


def _not_modelled(project: Project) -> tuple[str, ...]:
    earth = "the earth's field (about 0.05 mT), as in vendors' own lines"
    said = ["steel of the building", earth if project.earth is None else project.earth.sentence()]
    if project.steel:
        said.insert(0, "the steel shields stated in the site file: drawn, not solved")
    if any(s.status == "removed" for s in project.scanners):
        said.append("scanners marked removed")
    return tuple(said)


def _caution(project: Project) -> str | None:
    if project.steel:
        names = ", ".join(s.id for s in project.steel)
        return f"steel stated, not modelled ({names}): the lines may lie elsewhere"
    return None


def require_field(field: TotalField) -> None:
    """Raise an `InputError` where no magnet of the site has a field model."""
    if not field.scanners:
        raise InputError("; ".join(field.unmodelled) or "no scanner stands on this site: nothing to compute")
