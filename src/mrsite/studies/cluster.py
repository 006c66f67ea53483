"""Cases on a Dask cluster.

What was measured of Dask and is met here: a lost worker's tasks are rerun by it; a task that kills
its workers ends as an error after ``allowed-failures`` tries; a lost scheduler ends ``as_completed``
with every future cancelled and no exception, so statuses are counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from mrsite.base.data import version
from mrsite.base.errors import InputError, MachineError
from mrsite.studies.cases import Case, files_of, tables_hash
from mrsite.studies.run_case import blank, run_case

Result = dict[str, Any]

#: A task should last a second or two, or what the scheduler does for each shows.
_BATCH = 8
_FAILURES = 2
#: For the client, and for workers that are started here. The profiler that Dask runs in every worker looks at the
#: stack a hundred times a second, which costs a fifth of a case and tells nobody anything. Its own environment for
#: workers has, besides these, a MALLOC_TRIM_THRESHOLD_ that gives every array back to the system as soon as it is
#: freed: another fifth, for page faults.
_SETTINGS = {
    "distributed.scheduler.allowed-failures": _FAILURES,
    "distributed.comm.timeouts.connect": "15s",
    "distributed.worker.profile.enabled": False,
    "distributed.nanny.pre-spawn-environ": {"OMP_NUM_THREADS": 1, "MKL_NUM_THREADS": 1, "OPENBLAS_NUM_THREADS": 1},
}


def run_on_cluster(cases: Sequence[Case], *, scheduler: str | None, workers: int | None) -> Iterator[Result]:
    """Yield results as they finish, in no order.

    Raises
    ------
    InputError
        Dask is not installed, or a worker has another version of mrsite, other tables or other files.
    MachineError
        No scheduler at that address, or it was lost on the way.
    """
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError:
        raise InputError(
            "running on a cluster needs the extra: pip install 'mrsite[sweep]'; or leave out --scheduler and --workers"
        ) from None
    with dask.config.set(_SETTINGS):
        cluster = None
        if scheduler is None:
            cluster = LocalCluster(n_workers=workers or 2, threads_per_worker=1, processes=True, dashboard_address=":0")
        try:
            client = Client(cluster if cluster is not None else scheduler, timeout="20s")
        except (OSError, TimeoutError, ValueError) as error:
            raise MachineError(f"no Dask scheduler answers at {scheduler}: {error}") from None
        try:
            _check_workers(client, cases)
            yield from _collect(client, cases)
        finally:
            _close(client, cluster)


def _close(client: Any, cluster: Any) -> None:
    import contextlib

    with contextlib.suppress(Exception):  # a lost scheduler cannot be taken leave of
        client.close(timeout=5)
    if cluster is not None:
        with contextlib.suppress(Exception):
            cluster.close(timeout=10)


def worker_facts(files: tuple[str, ...]) -> tuple[str, str, tuple[str | None, ...]]:
    """What a worker has: version, hash of its tables, hashes of the sites' files (None: it does not see one)."""
    from pathlib import Path

    from mrsite.base.files import sha256_of_file

    return version(), tables_hash(), tuple(sha256_of_file(f) if Path(f).is_file() else None for f in files)


def _check_workers(client: Any, cases: Sequence[Case]) -> None:
    files = tuple(sorted({str(path) for case in cases for path in files_of(case)}))
    client.wait_for_workers(1, timeout=60)
    mine = worker_facts(files)
    for address, (number, tables, hashes) in client.run(worker_facts, files).items():
        if number != mine[0]:
            raise InputError(f"worker {address} has mrsite {number}, here is {mine[0]}: install one version everywhere")
        if tables != mine[1]:
            raise InputError(
                f"worker {address} has other rule packs or magnets than here: install one version everywhere"
            )
        for path, there, here in zip(files, hashes, mine[2]):
            if there != here:
                how = "does not see" if there is None else "has another version of"
                raise InputError(f"worker {address} {how} the file {path}: put the sites on a disk that all share")


def run_batch(cases: Sequence[Case]) -> list[Result]:
    """Run some cases on a worker."""
    return [run_case(case) for case in cases]


def _collect(client: Any, cases: Sequence[Case]) -> Iterator[Result]:
    batches = [tuple(cases[k : k + _BATCH]) for k in range(0, len(cases), _BATCH)]
    alone: list[Case] = []
    yield from _round(client, batches, alone)
    # a batch that killed its workers is taken apart, so that its other cases still count
    suspects: list[Case] = []
    yield from _round(client, [(case,) for case in alone], suspects)
    for case in suspects:
        why = f"the case ended {_FAILURES + 1} workers or failed in mrsite itself: run it alone to see why"
        yield {**blank(case), "conclusion": "not run", "error": why}


def _round(client: Any, batches: Sequence[tuple[Case, ...]], failed: list[Case]) -> Iterator[Result]:
    from distributed import as_completed

    if not batches:
        return
    futures = {
        client.submit(run_batch, batch, key=f"mrsite-{batch[0].key}-{len(batch)}", pure=True): batch
        for batch in batches
    }
    seen = 0
    for future in as_completed(list(futures)):
        if future.status == "finished":
            results = future.result()
            seen += 1
            yield from results
            future.release()
        elif future.status == "error":
            seen += 1
            failed.extend(futures[future])
        else:  # cancelled or lost: the scheduler is gone
            break
    if seen < len(batches):
        raise MachineError("the Dask scheduler was lost")
