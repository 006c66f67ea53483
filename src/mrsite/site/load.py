"""From the site file to the resolved project: hop 3 of the walk.

Asks `plans`, `magnets` and `guidance`, which answer and know nothing of sites. Afterwards nobody
opens a file of the caller again.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from mrsite.base.errors import InputError, UnitsError
from mrsite.base.files import sha256_of_file
from mrsite.base.text import inert
from mrsite.base.toml import Document
from mrsite.guidance import load_equipment, load_packs
from mrsite.plans import is_model, read_plan
from mrsite.plans.plan import Plan
from mrsite.site.boundary import resolve_boundary
from mrsite.site.defaults import default_value
from mrsite.site.doors import resolve_doors, resolve_windows
from mrsite.site.earth import resolve_earth
from mrsite.site.heights import model_heights
from mrsite.site.items import resolve_equipment, resolve_steel
from mrsite.site.north import compass_notes, true_north
from mrsite.site.placed import with_placed
from mrsite.site.project import Project, Storey
from mrsite.site.registration import Registered, register
from mrsite.site.remembered import shared
from mrsite.site.review_sheet import read_review
from mrsite.site.scanners import resolve_scanners
from mrsite.site.schema import AttestationEntry, SiteFile, StoreyEntry
from mrsite.site.spaces import overlaps, resolve_spaces
from mrsite.site.surroundings.stated import check_named, resolve_ambient

Progress = Callable[[str], None]


def load_project(site_file: SiteFile, document: Document, progress: Progress | None = None) -> Project:
    """Read every drawing, magnet and pack that a site file names, and tie them together.

    Parameters
    ----------
    site_file, document : from `read_site_file`
    progress : callable, optional
        Told in words what is being read.

    Raises
    ------
    InputError
        Anything that is named and not there, ambiguous, or contradictory.
    """
    folder = document.path.parent
    tell = progress or (lambda _: None)
    site = site_file.site
    catalogues = [_beside(folder, name, document.where("site", "catalogues")) for name in site.catalogues]
    packs = _packs(site_file, document, catalogues)
    table = load_equipment()
    storeys = shared(_storeys(site_file, document, tell))
    site_file, document, placed = with_placed(site_file, document, storeys)
    boundary, site_plan, drawn = resolve_boundary(site_file.boundary, storeys, document)
    north, turned = true_north(site.north_deg, storeys)
    tell("magnets")
    scanners = resolve_scanners(storeys, site_file.scanner, catalogues, document)
    spaces = shared(resolve_spaces(storeys, site_file.room, site_file.area, document))
    doors = shared(resolve_doors(storeys, spaces, site_file.door, document))
    check_named(storeys, site_file, document)
    for index, survey in enumerate(site_file.survey):
        _beside(folder, survey.readings, document.where("survey", index, "readings"))
    review = _review(site_file, document)
    inputs = {document.path.name: _sha256(document)}
    for path in document.files:
        inputs[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    for storey in storeys:
        if storey.plan is not None:
            inputs[Path(storey.plan.path).name] = storey.plan.sha256
    if site_plan is not None:
        inputs[Path(site_plan.path).name] = site_plan.sha256
    for scanner in scanners:
        inputs[f"magnet {scanner.magnet.id}"] = scanner.magnet.sha256
    if site_file.review is not None:
        inputs[Path(site_file.review.sheet).name] = sha256_of_file(folder / site_file.review.sheet)
    notes = [note for scanner in scanners for note in scanner.assumed]
    notes += [*overlaps(spaces), *placed, *drawn, *turned, *compass_notes(north, scanners), *model_heights(storeys)]
    for storey in storeys:
        if storey.registered is None:
            notes.append(f"{inert(storey.name)}: its drawing is not shown to coincide with the others; give tie")
        if storey.doubt:
            notes.append(f"{inert(storey.name)}: {storey.doubt}")
    return Project(
        name=site.name,
        path=str(document.path),
        inputs=inputs,
        north_deg=north,
        ground_level=site.ground_level,
        position_tolerance_m=site.position_tolerance_m,
        packs=packs,
        equipment_table=dict(table),
        storeys=storeys,
        scanners=scanners,
        spaces=spaces,
        doors=doors,
        windows=shared(resolve_windows(storeys, site_file.window, document)),
        equipment=resolve_equipment(storeys, spaces, table, site_file.equipment, document),
        steel=resolve_steel(storeys, spaces, site_file.steel, document),
        openings=site_file.opening,
        operators=site_file.operator,
        moving_metal=site_file.moving_metal,
        absent=site_file.absent,
        cables=site_file.cable,
        transformers=site_file.transformer,
        static_steel=site_file.static_steel,
        ambient=resolve_ambient(site_file.ambient, document),
        pathways=site_file.pathway,
        quench_pipes=site_file.quench_pipe,
        surveys=site_file.survey,
        attestations=site_file.attestation,
        review=review,
        boundary=boundary,
        earth=resolve_earth(site_file.earth, north, document),
        issue=site_file.issue,
        drawing=site_file.drawing,
        checks=site.checks,
        notes=tuple(notes),
    )


def _review(site_file: SiteFile, document: Document) -> tuple[AttestationEntry, ...]:
    if site_file.review is None:
        return ()
    where = document.where("review", "sheet")
    try:
        return read_review(document.path.parent / site_file.review.sheet, site_file.attestation)
    except InputError as error:
        raise InputError(f"{where}: {error.message}") from None


def _packs(site_file: SiteFile, document: Document, catalogues: list[Path]) -> Any:
    try:
        return load_packs(site_file.site.guidance, relative_to=document.path.parent, catalogues=catalogues)
    except InputError as error:
        raise InputError(f"{document.where('site', 'guidance')}: {error.message}") from None


def _storeys(site_file: SiteFile, document: Document, tell: Progress) -> tuple[Storey, ...]:
    faults: list[str] = []
    names: dict[str, str] = {}
    plans: list[Plan | None] = []
    for index, entry in enumerate(site_file.storey):
        where = document.where("storey", index)
        if entry.name in names:
            faults.append(
                f"{where}: storey {inert(entry.name)!r} is there twice, first at {names[entry.name]}; rename one"
            )
        names.setdefault(entry.name, where)
        plan = None
        if entry.plan is not None:
            tell(f"drawing of {inert(entry.name)}")
            try:
                plan = _plan(entry, document, index)
            except UnitsError as error:
                raise UnitsError(f"{document.where('storey', index, 'plan')}: {error.message}") from None
            except InputError as error:
                faults.append(f"{document.where('storey', index, 'plan')}: {error.message}")
        plans.append(plan)
    faults.extend(_overlaps(site_file, document))
    if faults:
        raise InputError("\n".join(faults))
    return tuple(
        _storey(entry, plan, lies, document.where("storey", index))
        for index, (entry, plan, lies) in enumerate(
            zip(site_file.storey, plans, register(site_file.storey, plans, document))
        )
    )


def _plan(entry: StoreyEntry, document: Document, index: int) -> Plan:
    assert entry.plan is not None
    path = _beside(document.path.parent, entry.plan, document.where("storey", index, "plan"))
    window = None
    if entry.window is not None:
        (x0, y0), (x1, y1) = entry.window
        window = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
    layers = None
    if entry.layers is not None:
        layers = tuple((kind, patterns) for kind, patterns in entry.layers.model_dump().items() if patterns)
    status = path.stat()
    stamp = (status.st_mtime_ns, status.st_size)
    plan = _read(path, stamp, entry.units, window, layers, model_storey(entry, path))
    if entry.plan_sha256 is not None and not plan.sha256.startswith(entry.plan_sha256.lower()):
        raise InputError(
            f"{path.name} is not the drawing that this file speaks of (plan_sha256 = {entry.plan_sha256[:12]}; its own "
            f"is {plan.sha256[:12]}); see what was changed by mrsite plan-diff OLD NEW {document.path.name}, then "
            f'write plan_sha256 = "{plan.sha256[:16]}"'
        )
    return plan


def model_storey(entry: StoreyEntry, path: Path) -> tuple[str | float, ...] | None:
    """Say which storey of a building model an entry means: as stated, else by its name, else by a stated elevation."""
    if not is_model(path):
        if entry.model_storey is not None:
            raise InputError(f"{path.name} is a drawing, not a building model: take model_storey away or use window")
        return None
    if entry.model_storey is not None:
        return (entry.model_storey,)
    return (entry.name, entry.elevation) if "elevation" in entry.model_fields_set else (entry.name,)


@lru_cache(maxsize=8)
def _read(
    path: Path,
    stamp: tuple[int, int],
    units: str | None,
    window: tuple[float, float, float, float] | None,
    layers: tuple[tuple[str, tuple[str, ...]], ...] | None,
    model_storey: tuple[str | float, ...] | None,
) -> Plan:
    """Read a drawing, for the cases of a study once: until the file changes."""
    hints = None if layers is None else dict(layers)
    return read_plan(path, units=units, window=window, layers=hints, storey=model_storey)


def _overlaps(site_file: SiteFile, document: Document) -> list[str]:
    """Two floors of one building nearer than the height of the lower one cannot both be right."""
    order = sorted(enumerate(site_file.storey), key=lambda pair: (pair[1].building or "", pair[1].elevation))
    faults = []
    for (i, low), (j, high) in itertools.pairwise(order):
        if low.building != high.building:
            continue
        gap = high.elevation - low.elevation
        if low.height is not None and gap < low.height - 0.01 and gap > 0.5:
            faults.append(
                f"{document.where('storey', i)} and {document.where('storey', j)}: {inert(high.name)!r} lies {gap:g} m "
                f"above {inert(low.name)!r}, whose height is {low.height:g} m: the storeys overlap; correct elevation "
                "or height"
            )
        elif gap <= 0.5 and low.name != high.name and not (gap == 0 and _apart(low, high)):
            faults.append(
                f"{document.where('storey', i)} and {document.where('storey', j)}: {inert(low.name)!r} and "
                f"{inert(high.name)!r} have floors {gap:g} m apart: give each its own elevation"
            )
    return faults


def _apart(a: StoreyEntry, b: StoreyEntry) -> bool:
    """Whether two storeys of no named building may be two wings: each has a drawing of its own."""
    return a.building is None and a.plan is not None and b.plan is not None and a.plan != b.plan


def _storey(entry: StoreyEntry, plan: Plan | None, lies: Registered, where: str) -> Storey:
    return Storey(
        name=entry.name,
        elevation=entry.elevation,
        height=entry.height,
        ceiling=entry.ceiling,
        slab_m=None if entry.slab_mm is None else entry.slab_mm / 1000,
        plan=plan,
        drawing=entry.drawing,
        revision=entry.revision,
        occupied=entry.occupied or (default_value("occupied_low_m"), default_value("occupied_high_m")),
        occupancy=entry.occupancy,
        to_site=lies.to_site,
        building=entry.building,
        registered=lies.how,
        doubt=lies.note,
        miss_m=lies.miss_m,
        plan_tolerance_m=entry.plan_tolerance_m,
        where=where,
    )


def _beside(folder: Path, name: str, where: str) -> Path:
    """Return the path of a file named in the site file; it must exist."""
    path = Path(name)
    path = path if path.is_absolute() else folder / path
    if not path.exists():
        raise InputError(f"{where}: there is no file {inert(name)!r} beside the site file; check the name")
    return path


def _sha256(document: Document) -> str:
    """Hash of the file, or of the data where they never were one file."""
    if document.path.is_file():
        return hashlib.sha256(document.path.read_bytes()).hexdigest()
    return hashlib.sha256(json.dumps(document.data, sort_keys=True, default=str).encode()).hexdigest()
