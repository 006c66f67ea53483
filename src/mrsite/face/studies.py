"""Functions over many assessments: compare magnets, sweep values, learn from a survey."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas

    from mrsite.studies.compare import Comparison
    from mrsite.studies.lifecycle import Lifecycle
    from mrsite.studies.revision import Revision
    from mrsite.studies.robustness import Robustness
    from mrsite.studies.search import Search
    from mrsite.studies.survey.run import Survey

Progress = Callable[[str, float], None]


def compare(
    path: str | Path, magnets: str | Sequence[str], *, scanner: str | None = None, progress: Progress | None = None
) -> Comparison:
    """Put each magnet in the place of a scanner and assess the site.

    Parameters
    ----------
    path : path of a site file
    magnets : str or sequence of str
        Ids or paths; or a filter such as ``"3T"`` or ``"all"``.
    scanner : str, optional
        Which scanner is replaced; the first by default.

    Returns
    -------
    Comparison
        Candidates with areas (m2) and reach (m) with their bands, and what can be ranked.

    Raises
    ------
    InputError
        Fewer than two magnets, an unknown one, or a site that cannot be read.
    """
    from mrsite.studies import compare as studies

    chosen = studies.choose(magnets) if isinstance(magnets, str) else tuple(magnets)
    return studies.compare(path, chosen, scanner=scanner, progress=progress)


def sweep(
    path: str | Path,
    out: str | Path,
    *,
    scheduler: str | None = None,
    workers: int | None = None,
    resume: bool = False,
    progress: Progress | None = None,
) -> pandas.DataFrame:
    """Run a study file: every case assessed, kept as it finishes, one table.

    Parameters
    ----------
    path : path of a study file
    out : path of the output folder
    scheduler : str, optional
        Address of a Dask scheduler, ``tcp://host:port``.
    workers : int, optional
        Start so many local Dask workers; without either the cases run one after another.
    resume : bool
        Keep the results that an earlier run left in ``out``.

    Returns
    -------
    DataFrame
        One row a case: the varied values, conclusion, counts, areas (m2), error.

    Raises
    ------
    InputError
        The study cannot be read.
    MachineError
        The scheduler was lost; the message says how to go on.
    """
    import pandas

    from mrsite.studies import sweep as studies
    from mrsite.studies.table import table_rows

    done = studies.sweep(path, out, scheduler=scheduler, workers=workers, resume=resume, progress=progress)
    return pandas.DataFrame(table_rows(done.study, done.results))


def search(
    path: str | Path,
    out: str | Path,
    *,
    scheduler: str | None = None,
    workers: int | None = None,
    resume: bool = False,
    progress: Progress | None = None,
) -> Search:
    """Search the layouts of a study, coarse to fine, and write the page, the table and the results.

    Parameters
    ----------
    path : path of a study file
    out : path of the output folder
    scheduler, workers, resume
        As for `sweep`.

    Returns
    -------
    Search
        Every layout with what became of it: ``kept`` are the rows that no other layout beats.

    Raises
    ------
    InputError
        The study cannot be read, or has nothing to vary.
    MachineError
        The scheduler was lost; the message says how to go on.
    """
    from mrsite.base.files import OutputFolder
    from mrsite.outputs import search_page
    from mrsite.studies import search as studies
    from mrsite.studies.study_file import inputs_of, read_study

    with OutputFolder(out, inputs=inputs_of(path, read_study(path)[0])) as folder:
        found = studies.search(path, folder, scheduler=scheduler, workers=workers, resume=resume, progress=progress)
        folder.write(search_page.files(found, studies.pictured(found)))
    return found


def robustness(
    path: str | Path,
    samples: int = 100,
    *,
    seed: int = 0,
    drawing_m: float | None = None,
    progress: Progress | None = None,
) -> Robustness:
    """Sample what is not known for certain: how likely each check passes, and what that hangs on.

    Parameters
    ----------
    path : path of a site file
    samples : int
        At least 20.
    seed : int
        The same seed gives the same samples.
    drawing_m : float, m
        How far off the drawing's walls may be; by default the largest ``plan_tolerance_m`` of a storey.

    Returns
    -------
    Robustness
        Shares with their 95 % intervals, margins, first-order indices with their errors.

    Raises
    ------
    InputError
        A site that cannot be read, or without a field model.
    """
    from mrsite.studies.robustness import robustness as run

    return run(path, samples, seed=seed, drawing_m=drawing_m, progress=progress)


def survey(
    path: str | Path,
    readings: str | Path | None = None,
    *,
    level_mT: float | None = None,
    height: float = 1.0,
    layer: str | None = None,
    units: str | None = None,
) -> Survey:
    """Compare readings with the prediction, judge them by themselves, and learn the magnet from them.

    Parameters
    ----------
    path : path of a site file
    readings : path of a CSV or DXF, optional
        Columns x, y (m), height (m above floor), B with its unit; by default that of ``[[survey]]``.
    level_mT : float, optional
        ``readings`` hold a digitised line of this level: a DXF, or a CSV with x and y alone.
    height : float, m
        Above the floor, of that line.
    layer, units : str, optional
        Layer of that line and unit of its DXF, where they do not follow from the drawing.

    Returns
    -------
    Survey
        Verdicts a reading (T), suspicions, the updated magnet where the readings support one.

    Raises
    ------
    InputError
        Readings that cannot be understood, or a site that cannot be read.
    """
    from mrsite.studies.survey.contour import Contour
    from mrsite.studies.survey.run import survey as run

    contour = None if level_mT is None else Contour(level_mT * 1e-3, height, layer, units)
    return run(path, readings, contour=contour)


def plan_diff(
    old: str | Path,
    new: str | Path,
    site: str | Path,
    *,
    storey: str | None = None,
    units: str | None = None,
    result: str | Path | None = None,
) -> Revision:
    """Say what a new revision of a drawing changed and which statements of a site file it leaves empty.

    Parameters
    ----------
    old, new : path of a drawing
        The revision the site file was written for, and the new one.
    site : path of a site file
    storey : str, optional
        Which storey they show, where the file names do not tell.
    units : str, optional
        Unit of the new drawing, where it does not say or says it wrong.
    result : path, optional
        Output folder of the last assessment, to learn which of its findings could change.

    Returns
    -------
    Revision
        ``changes.edits``, ``rows`` (a verdict a statement), ``affected``, ``misses``, ``conclusion()``.

    Raises
    ------
    InputError
        A file that cannot be read, or two drawings that do not show one building.
    """
    from mrsite.outputs.diff import read_result
    from mrsite.studies.revision import plan_diff as compare

    findings = None if result is None else read_result(result).findings["findings"]
    return compare(old, new, site, storey=storey, units=units, findings=findings)


def lifecycle(path: str | Path, *, progress: Progress | None = None) -> Lifecycle:
    """Assess a site as it is, during the works and as planned, by the status of each scanner.

    Parameters
    ----------
    path : path of a site file

    Returns
    -------
    Lifecycle
        Phases with their outcomes, lines that moved (m2, with bands), findings that change, ways in and out.

    Raises
    ------
    InputError
        The site cannot be read, or nothing in it changes.
    """
    from mrsite.studies.lifecycle import lifecycle as run

    return run(path, progress=progress)
