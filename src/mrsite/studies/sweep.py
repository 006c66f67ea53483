"""Run the cases of a study: here one after another, or on a Dask cluster, with the same bytes as result.

Each result is on disk as soon as it is known, under the content hash of its case; so an interrupted
sweep goes on where it stopped, and two machines cannot disagree about what was run.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mrsite.base.errors import InputError, MachineError
from mrsite.base.files import OutputFolder, write_file
from mrsite.studies.cases import Case, make_cases
from mrsite.studies.run_case import result_bytes, run_case
from mrsite.studies.study_file import StudyFile, read_study
from mrsite.studies.table import table_csv

Progress = Callable[[str, float], None]
Result = dict[str, Any]

_CASES = "cases"


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
    tell = progress or (lambda _what, _share: None)
    inputs = [path, *(Path(path).parent / s for s in study.study.sites if (Path(path).parent / s).is_file())]
    with OutputFolder(out, inputs=inputs) as folder:
        known = _kept(folder.path, cases) if resume else {}
        reused = len(known)
        folder.write({"study.json": _header(study, cases)})
        (folder.path / _CASES).mkdir(exist_ok=True)
        missing = [c for c in cases if c.key not in known]
        for result in _run(missing, scheduler, workers):
            write_file(folder.path / _CASES / f"{result['case']}.json", result_bytes(result))
            known[result["case"]] = result
            tell(f"{len(known)} of {len(cases)} cases", len(known) / max(len(cases), 1))
        # two cases may be one and the same site: one file, a row each
        results = tuple({**known[c.key], "index": c.index, "values": json.loads(c.values)} for c in cases)
        folder.write({"study.json": _header(study, cases), "table.csv": table_csv(study, results)})
        return Sweep(study, results, reused, folder.path)


def _run(cases: Sequence[Case], scheduler: str | None, workers: int | None) -> Iterator[Result]:
    if not cases:
        return
    unique = list({c.key: c for c in cases}.values())
    if scheduler is None and workers is None:
        yield from map(run_case, unique)
        return
    from mrsite.studies.cluster import run_on_cluster

    done = 0
    try:
        for result in run_on_cluster(unique, scheduler=scheduler, workers=workers):
            done += 1
            yield result
    except MachineError as error:
        raise MachineError(
            f"{error.message}; {done} of {len(unique)} cases are done and kept: "
            "run the same command with --resume to do the rest"
        ) from None


def _kept(folder: Path, cases: Iterable[Case]) -> dict[str, Result]:
    """The results of an earlier run that belong to these cases and read whole."""
    kept = {}
    for case in cases:
        path = folder / _CASES / f"{case.key}.json"
        try:
            result = json.loads(path.read_bytes())
        except (OSError, ValueError):
            continue
        if isinstance(result, dict) and result.get("case") == case.key and "conclusion" in result:
            kept[case.key] = result
    return kept


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
