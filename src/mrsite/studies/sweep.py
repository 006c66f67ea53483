"""Run the cases of a study: here one after another, or on a Dask cluster, with the same bytes as result."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mrsite.base.errors import InputError
from mrsite.base.files import OutputFolder
from mrsite.studies.cases import Case, make_cases
from mrsite.studies.kept import Progress, Result, run_kept
from mrsite.studies.run_case import run_case
from mrsite.studies.study_file import StudyFile, inputs_of, read_study
from mrsite.studies.table import tables


@dataclass(frozen=True)
class Sweep:
    """A finished sweep.

    Parameters
    ----------
    results : tuple of dict
        In table order.
    reused : int
        How many were on disk already.
    """

    study: StudyFile
    results: tuple[Result, ...]
    reused: int
    folder: Path

    @property
    def failed(self) -> int:
        """How many cases gave no assessment."""
        return sum(r["error"] is not None for r in self.results)


def plan_sweep(path: Path | str) -> tuple[StudyFile, tuple[Case, ...]]:
    """Return a study and its cases without running any (``--dry-run``)."""
    study, document = read_study(path)
    return study, make_cases(study, document)


def sweep(
    path: Path | str,
    out: Path | str,
    *,
    scheduler: str | None = None,
    workers: int | None = None,
    resume: bool = False,
    progress: Progress | None = None,
) -> Sweep:
    """Run a study.

    Parameters
    ----------
    scheduler : str, optional
        Address of a Dask scheduler, ``tcp://host:port``.
    workers : int, optional
        Start so many local Dask workers. Without either the cases run one after another.
    resume : bool
        Keep the results that an earlier run left in ``out``.

    Raises
    ------
    InputError
        The study cannot be read, or Dask is asked for and not installed.
    MachineError
        The scheduler was lost: the message says how many cases are done and how to go on.
    """
    study, cases = plan_sweep(path)
    with OutputFolder(out, inputs=inputs_of(path, study)) as folder:
        folder.write({"study.json": _header(study, cases)})
        results, reused = run_kept(
            cases, folder.path, scheduler=scheduler, workers=workers, resume=resume, progress=progress
        )
        folder.write({"study.json": _header(study, cases), **tables(study, results)})
        return Sweep(study, tuple(results), reused, folder.path)


def _header(study: StudyFile, cases: Sequence[Case]) -> bytes:
    data = {"schema": 1, "study": study.model_dump(by_alias=True, mode="json"), "cases": [c.key for c in cases]}
    return (json.dumps(data, indent=1, sort_keys=True) + "\n").encode()


def estimate(cases: Sequence[Case]) -> float:
    """Run the first case twice and return the seconds of the second: what each further one will cost."""
    import time

    if not cases:
        raise InputError("the study has no cases")
    run_case(cases[0])
    start = time.perf_counter()
    run_case(cases[0])
    return time.perf_counter() - start
