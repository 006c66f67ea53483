"""Results that are on disk as soon as they are known, under the content hash of their case.

So an interrupted study goes on where it stopped, and two machines cannot disagree about what was run.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from mrsite.base.errors import MachineError
from mrsite.base.files import write_file
from mrsite.studies.cases import Case
from mrsite.studies.run_case import result_bytes, run_case

Progress = Callable[[str, float], None]
Result = dict[str, Any]

#: Folder of the results, beside the table.
CASES = "cases"


def run_kept(
    cases: Sequence[Case],
    folder: Path,
    *,
    scheduler: str | None = None,
    workers: int | None = None,
    resume: bool = False,
    progress: Progress | None = None,
) -> tuple[list[Result], int]:
    """Run what is not on disk yet, and keep each result as it comes.

    Parameters
    ----------
    folder : path
        A results folder; its ``cases`` is made where it is not there.
    resume : bool
        Take the results that an earlier run left there.

    Returns
    -------
    results : list of dict
        One a case, in the order of the cases.
    reused : int
        How many were on disk.
    """
    tell = progress or (lambda _what, _share: None)
    known = _kept(folder, cases) if resume else {}
    reused = len(known)
    (folder / CASES).mkdir(exist_ok=True)
    for torn in (folder / CASES).glob(".*.mrsite-*"):  # a run that was killed while it wrote
        torn.unlink(missing_ok=True)
    missing = [c for c in cases if c.key not in known]
    for result in _run(missing, scheduler, workers):
        write_file(folder / CASES / f"{result['case']}.json", result_bytes(result))
        known[result["case"]] = result
        tell(f"{len(known)} of {len(cases)} cases", len(known) / max(len(cases), 1))
    # two cases may be one and the same site: one file, a row each
    return [{**known[c.key], "index": c.index, "values": json.loads(c.values)} for c in cases], reused


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
        path = folder / CASES / f"{case.key}.json"
        try:
            result = json.loads(path.read_bytes())
        except (OSError, ValueError):
            continue
        if isinstance(result, dict) and result.get("case") == case.key and "conclusion" in result:
            kept[case.key] = result
    return kept
