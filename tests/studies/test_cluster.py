"""Sweeps on real Dask processes that are killed: nothing lost, nothing doubled, the same bytes at the end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mrsite.base.errors import InputError, MachineError
from mrsite.studies.sweep import sweep

pytest.importorskip("distributed")
pytestmark = pytest.mark.slow

CASES = 36
STUDY = """schema = 1
[study]
name = "turn"
sites = ["site.toml"]
[[vary]]
key = "scanner.MR1.bearing_deg"
range = [0.0, 350.0, 10.0]
"""


@pytest.fixture
def study(two_rooms: Path) -> Path:
    path = two_rooms / "study.toml"
    path.write_text(STUDY)
    return path


def content(out: Path) -> dict[str, bytes]:
    """Every file of a result but the marker."""
    return {str(p.relative_to(out)): p.read_bytes() for p in sorted(out.rglob("*")) if p.is_file() and p.name[0] != "."}


def done(out: Path) -> int:
    return len(list((out / "cases").glob("*.json"))) if (out / "cases").is_dir() else 0


def wait(condition: Callable[[], bool], seconds: float = 600.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.02)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and two workers over TCP: the address, and the processes, the scheduler first."""
    told = tmp_path / "scheduler.json"
    dask = [sys.executable, "-m", "distributed.cli."]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    processes = [
        subprocess.Popen(
            [*dask[:2], dask[2] + "dask_scheduler", "--port", "0", "--no-dashboard", "--scheduler-file", str(told)],
            **quiet,
        )
    ]
    try:
        wait(lambda: told.is_file() and told.stat().st_size > 50)
        worker = [*dask[:2], dask[2] + "dask_worker", "--scheduler-file", str(told), "--nthreads", "1"]
        processes += [subprocess.Popen([*worker, "--no-dashboard", "--no-nanny"], **quiet) for _ in range(2)]
        yield json.loads(told.read_text())["address"], processes
    finally:
        for process in processes:
            process.kill()
            process.wait()


def test_a_worker_killed_loses_nothing(
    study: Path, tmp_path: Path, cluster: tuple[str, list[subprocess.Popen[bytes]]]
) -> None:
    address, processes = cluster
    sweep(study, tmp_path / "here")
    seen = []

    def kill(_what: str, share: float) -> None:
        seen.append(share)
        if len(seen) == 6:
            processes[1].kill()

    found = sweep(study, tmp_path / "there", scheduler=address, progress=kill)
    assert processes[1].wait() == -signal.SIGKILL
    assert len(seen) == len(found.results) == CASES
    assert content(tmp_path / "there") == content(tmp_path / "here")


def test_a_scheduler_lost_is_said_and_the_rest_is_done_later(
    study: Path, tmp_path: Path, cluster: tuple[str, list[subprocess.Popen[bytes]]]
) -> None:
    address, processes = cluster
    sweep(study, tmp_path / "here")

    def kill(_what: str, share: float) -> None:
        if share > 0.2:
            processes[0].kill()

    with pytest.raises(MachineError, match=rf"of {CASES} cases are done and kept.*--resume"):
        sweep(study, tmp_path / "there", scheduler=address, progress=kill)
    kept = done(tmp_path / "there")
    assert 0 < kept < CASES
    found = sweep(study, tmp_path / "there", resume=True)
    assert found.reused == kept
    assert content(tmp_path / "there") == content(tmp_path / "here")


def test_a_client_killed_leaves_what_was_done(study: Path, tmp_path: Path) -> None:
    sweep(study, tmp_path / "here")
    out = tmp_path / "there"
    command = [sys.executable, "-m", "mrsite", "sweep", str(study), "-o", str(out), "--workers", "2"]
    process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait(lambda: done(out) >= 5 or process.poll() is not None)
        assert process.poll() is None, "it was done before it could be killed"
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert 5 <= done(out) < CASES
        assert not (out / "table.csv").exists()
    finally:
        os.killpg(process.pid, signal.SIGKILL)
    assert subprocess.run([*command, "--resume"], check=False, capture_output=True).returncode == 0
    assert content(out) == content(tmp_path / "here")


def test_a_worker_with_another_file_is_refused(
    study: Path, tmp_path: Path, cluster: tuple[str, list[subprocess.Popen[bytes]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from mrsite.studies import cluster as module

    real, here = module.worker_facts, os.getpid()

    def facts(files: tuple[str, ...]) -> tuple[str, str, tuple[str | None, ...]]:
        number, tables, hashes = real(files)  # it travels to the workers too, which see the files as they are
        return number, tables, ("0" * 64,) * len(files) if os.getpid() == here else hashes

    monkeypatch.setattr(module, "worker_facts", facts)
    address, _ = cluster
    with pytest.raises(InputError, match=r"magnet\.toml"):
        sweep(study, tmp_path / "out", scheduler=address)
    assert done(tmp_path / "out") == 0
