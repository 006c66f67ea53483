"""A whole survey: readings against prediction, by themselves, and as a teacher of the model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mrsite.base.errors import InputError
from mrsite.base.text import inert
from mrsite.base.toml import Document
from mrsite.checks.finding import Outcome
from mrsite.checks.run import assess
from mrsite.site.earth import EarthField
from mrsite.site.load import load_project
from mrsite.site.project import Project, Scanner, Space, Storey
from mrsite.site.schema import SurveyEntry, read_site_file
from mrsite.site.spaces import space_at
from mrsite.site.total_field import placed
from mrsite.studies.survey.contour import Contour, read_contour
from mrsite.studies.survey.instrument import Instrument
from mrsite.studies.survey.prediction import predict
from mrsite.studies.survey.readings import Readings, read_readings
from mrsite.studies.survey.suspicions import Suspicion, suspicions
from mrsite.studies.survey.update import Update, update_model
from mrsite.studies.survey.verdicts import Verdicts, agreement, compliance
from mrsite.studies.survey.walk import Stop, walk, widest

Array = NDArray[np.float64]

#: The level that the public must not meet (general pack, US-FLD-01 and its like): judged on readings too.
_LIMIT_T = 0.5e-3


@dataclass(frozen=True, eq=False)
class Survey:
    """A survey and what it says.

    Parameters
    ----------
    before, after : Outcome
        Findings on the prediction, and on the updated model where there is one.
    spaces : tuple of str
        The space of each reading, as a person calls it; empty where none is known.
    said : tuple of str
        How the table was understood and what is to be known, in words.
    next_points : tuple of (x, y), m
        Where further readings would narrow the 0.5 mT line most, plan of the scanner's storey.
    """

    project: Project
    scanner: Scanner
    readings: Readings
    instrument: Instrument
    verdicts: Verdicts
    suspicions: tuple[Suspicion, ...]
    update: Update
    before: Outcome
    after: Outcome | None
    spaces: tuple[str, ...]
    said: tuple[str, ...]
    next_points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, eq=False)
class Walk:
    """A survey yet to be made: where to read, on a plan."""

    scanner: Scanner
    outcome: Outcome
    stops: tuple[Stop, ...]


def plan_walk(path: Path | str, most: int = 40) -> Walk:
    """Choose where to take the readings of a survey.

    Parameters
    ----------
    most : int
        No more places than this.

    Raises
    ------
    InputError
        A site that cannot be read, or has no one magnet with a field model.
    """
    site_file, document = read_site_file(path)
    project = load_project(site_file, document)
    scanner = _scanner(project, project.surveys[0] if len(project.surveys) == 1 else None)
    outcome = assess(project)
    return Walk(scanner, outcome, walk(outcome, scanner, most))


def survey(
    path: Path | str,
    readings: Path | str | None = None,
    *,
    instrument: Instrument | None = None,
    contour: Contour | None = None,
) -> Survey:
    """Compare readings with a site.

    Parameters
    ----------
    readings : path, optional
        CSV of readings, or a digitised line; by default that of the site file's ``[[survey]]``.
    instrument : Instrument, optional
    contour : Contour, optional
        What line it is, where ``readings`` holds a line of the field instead of points.

    Raises
    ------
    InputError
        No readings, readings that cannot be understood, a storey that is not there, no field model.
    """
    site_file, document = read_site_file(path)
    project = load_project(site_file, document)
    entry = _entry(project, document, readings)
    if readings is None:
        if entry is None:
            raise InputError(f"{document.path.name}: there is no [[survey]]; name the file of readings")
        readings = document.path.parent / entry.readings
    if contour is None and entry is not None:
        contour = _stated_contour(entry)
    table = read_readings(readings) if contour is None else read_contour(readings, contour)
    meter = instrument or Instrument()
    scanner = _scanner(project, entry)
    storeys = _storeys(project, scanner, table)
    points = _points(project, table, storeys)
    background, said = _background(entry, project.earth)
    sign, note = _sign(scanner, points, background, table.B)
    verdicts = _verdicts(project, scanner, table, meter, storeys, points, sign * background)
    doubts = _doubts(scanner, table, storeys, points, sign * background, verdicts)
    pose = scanner.poses[0]
    local_background = np.tile(sign * background @ pose.rotation, (len(points), 1))
    if doubts:
        update = Update(None, f"not used: {doubts[0].says}", np.nan, np.empty(0), np.empty(0, dtype=np.int64), 1.0)
    else:
        update = update_model(scanner.magnet, pose.to_magnet(points), local_background, table.B, verdicts.uncertainty)
    before = assess(project)
    after = None
    if update.model is not None:
        taught = replace(scanner, magnet=update.model)
        after = assess(replace(project, scanners=tuple(taught if s.id == scanner.id else s for s in project.scanners)))
    return Survey(
        project,
        scanner,
        table,
        meter,
        verdicts,
        doubts,
        update,
        before,
        after,
        tuple("" if s is None else s.label for s in _spaces(project, table, storeys)),
        (*table.read, _record(entry), *said, *note),
        _next_points(after or before, scanner),
    )


def _entry(project: Project, document: Document, readings: Path | str | None) -> SurveyEntry | None:
    """Return the ``[[survey]]`` that is meant: the only one, or the one that names the file."""
    surveys = project.surveys
    if readings is None:
        if len(surveys) > 1:
            names = ", ".join(inert(s.readings) for s in surveys)
            raise InputError(f"{document.path.name}: there are {len(surveys)} [[survey]]: name one of {names}")
        return surveys[0] if surveys else None
    there = Path(readings).resolve()
    named = [s for s in surveys if (document.path.parent / s.readings).resolve() == there]
    return named[0] if named else surveys[0] if len(surveys) == 1 else None


def _record(entry: SurveyEntry | None) -> str:
    if entry is None or entry.instrument is None:
        return "instrument not stated: give [[survey]] instrument and calibrated for the record"
    return f"instrument: {entry.instrument}, calibrated {entry.calibrated or 'at a date not stated'}"


def _stated_contour(entry: SurveyEntry) -> Contour | None:
    if entry.level_mT is None:
        return None
    return Contour(entry.level_mT * 1e-3, entry.height, entry.layer, entry.units)


def _scanner(project: Project, entry: SurveyEntry | None) -> Scanner:
    there = [s for s in project.scanners if s.status != "removed" and s.magnet.modelled]
    if entry is not None and entry.scanner is not None:
        there = [s for s in there if s.id == entry.scanner]
    if not there:
        raise InputError("the survey belongs to no scanner with a field model; name one in [[survey]] scanner")
    if len(there) > 1:
        raise InputError(f"{len(there)} scanners stand here: say which was surveyed in [[survey]] scanner")
    return there[0]


def _storeys(project: Project, scanner: Scanner, table: Readings) -> list[Storey]:
    if table.storeys is None:
        return [project.storey(scanner.storey)] * len(table.B)
    names = {s.name: s for s in project.storeys}
    found = []
    for line, name in zip(table.lines, table.storeys):
        if name not in names:
            raise InputError(
                f"{table.file}, line {line}: no storey is called {inert(name)!r}; there are {', '.join(names)}"
            )
        found.append(names[name])
    return found


def _points(project: Project, table: Readings, storeys: list[Storey]) -> Array:
    points = np.empty((len(table.B), 3))
    for k, storey in enumerate(storeys):
        x, y = (float(table.at[k, 0]), float(table.at[k, 1]))
        points[k, :2] = (x, y) if storey.to_site.identity else storey.to_site.point((x, y))
        points[k, 2] = storey.elevation + table.height[k]
    return points


def _background(entry: SurveyEntry | None, earth: EarthField | None) -> tuple[Array, tuple[str, ...]]:
    """The background as a vector in the site frame, T.

    The earth's field that a site states is offered, not taken: what is subtracted must have been measured where the
    readings were, for steel turns it, and an instrument that was zeroed there has it out already.
    """
    stated = entry.background if entry is not None else None
    if stated is None:
        said = (
            "no background is stated: the earth's field (about 0.05 mT) is in the readings and not "
            "subtracted; give [[survey]] background = [x, y, z] in uT, plan axes and up, measured with the magnet off"
        )
        if earth is not None and earth.vector_T is not None:
            x, y, z = (1e6 * v for v in earth.vector_T)
            said += (
                "; if it was not measured and the instrument was not zeroed on site, that of [earth] stands in for "
                f"it, away from steel: background = [{x:.1f}, {y:.1f}, {z:.1f}] ({earth.how})"
            )
        return np.zeros(3), (said,)
    if isinstance(stated, tuple):
        return np.array(stated) * 1e-6, (f"background {stated} uT subtracted as a vector",)
    return np.zeros(3), (
        f"background {stated:g} uT is a magnitude without direction: it cannot be subtracted; give a vector",
    )


def _sign(scanner: Scanner, points: Array, background: Array, reading: Array) -> tuple[float, tuple[str, ...]]:
    """Direction of the magnet's field against the background: known, or the better fit of both."""
    if len(scanner.field_directions) == 1 or not background.any():
        return (1.0 if scanner.field_directions[0] == "+z" else -1.0), ()
    misfit = {}
    for sign in (1.0, -1.0):
        b = placed(scanner, scanner.poses[0]).flux_density(points) + sign * background
        misfit[sign] = float(np.nanmean(np.log(np.linalg.norm(b, axis=1) / np.maximum(reading, 1e-12)) ** 2))
    best = min(misfit, key=lambda s: misfit[s])
    return best, (f"the field direction is not stated; {'+z' if best > 0 else '-z'} fits the background better",)


def _verdicts(
    project: Project,
    scanner: Scanner,
    table: Readings,
    meter: Instrument,
    storeys: list[Storey],
    points: Array,
    background: Array,
) -> Verdicts:
    said = predict(project, scanner, points, background)
    uncertainty = meter.uncertainty(table.B, said.slope, table.U)
    agrees, shift = agreement(table.B, uncertainty, said.value, said.lower, said.upper, said.slope)
    limits = _spaces(project, table, storeys)
    judged = tuple(
        compliance(
            float(r),
            float(u),
            None if s is not None and s.occupancy in ("restricted", "none") else _LIMIT_T,
            s is not None and s.occupancy is not None,
        )
        for r, u, s in zip(table.B, uncertainty, limits)
    )
    return Verdicts(said.value, said.lower, said.upper, uncertainty, said.slope, agrees, shift, judged)


def _spaces(project: Project, table: Readings, storeys: list[Storey]) -> list[Space | None]:
    return [
        space_at(project.spaces, storey.name, (float(x), float(y)), within=0.05)
        for (x, y), storey in zip(table.at, storeys)
    ]


def _doubts(
    scanner: Scanner, table: Readings, storeys: list[Storey], points: Array, background: Array, verdicts: Verdicts
) -> tuple[Suspicion, ...]:
    pose = scanner.poses[0]
    source = placed(scanner, pose)

    def predict(at: Array) -> Array:
        b = source.flux_density(np.column_stack([at, points[:, 2]])) + background
        return np.asarray(np.linalg.norm(b, axis=1))

    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.hypot(verdicts.upper - verdicts.predicted, verdicts.uncertainty) / verdicts.predicted
    # the median: one reading placed wrongly beside the magnet would make any band look wide
    expected = float(np.nanmedian(0.5 * relative))
    return suspicions(points[:, :2], table.B, pose.position[:2], pose.bearing_deg, predict, expected)


def _next_points(outcome: Outcome, scanner: Scanner) -> tuple[tuple[float, float], ...]:
    region = outcome.evidence.region(scanner.storey, _LIMIT_T)
    return () if region is None else tuple(widest(region, 6))
