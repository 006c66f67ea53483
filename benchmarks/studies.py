"""How fast studies run, and what they cost on more workers: ``python -m benchmarks.studies [CASES]``.

Layouts of the example (no two alike) are swept without Dask, and on one and two Dask workers over TCP; all tables
must be the same bytes. Written to ``benchmarks/results/studies.md``. Give the machine nothing else to do meanwhile:
the load is printed.
"""

from __future__ import annotations

import os
import platform
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mrsite.studies.sweep import sweep

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "floorplans" / "district-hospital" / "site.toml"

STUDY = """schema = 1
[study]
name = "layouts of the example"
sites = ["{site}"]
combine = "sample"
count = {count}
seed = 1
[[vary]]
key = "scanner.MR1.isocentre.0"
uniform = [10.4, 13.0]
[[vary]]
key = "scanner.MR1.isocentre.1"
uniform = [10.2, 12.0]
[[vary]]
key = "scanner.MR1.bearing_deg"
uniform = [0.0, 360.0]
"""


@dataclass(frozen=True)
class Run:
    """One sweep: seconds by the clock to the first result and from there on, and of processor with all workers."""

    workers: int | None
    cases: int
    first_s: float
    rest_s: float
    processor_s: float
    table: bytes


def run(count: int, workers: int | None, folder: Path) -> Run:
    """Sweep so many layouts; ``workers`` None: in this process, without Dask."""
    study = folder / f"study-{count}.toml"
    study.write_text(STUDY.format(site=EXAMPLE.as_posix(), count=count))
    out = folder / f"out-{count}-{workers}"
    ticks: list[float] = []
    begun, start = processor(), time.perf_counter()
    sweep(study, out, workers=workers, progress=lambda *_: ticks.append(time.perf_counter()))
    spent = processor() - begun
    warm = max(1, count // 4)  # every worker has compiled and read by then
    rest = (ticks[-1] - ticks[warm - 1]) / (count - warm) * (count - 1)
    return Run(workers, count, ticks[0] - start, rest, spent, (out / "table.csv").read_bytes())


def processor() -> float:
    """Seconds of processor that this process and those it has seen end have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + used.ru_utime + used.ru_stime


def report(few: Sequence[Run], many: Sequence[Run], load: tuple[float, float]) -> str:
    """Return the table as Markdown; the cost of a case is the difference of a long and a short sweep."""
    each = {b.workers: (b.processor_s - a.processor_s) / (b.cases - a.cases) for a, b in zip(few, many)}
    rate = {b.workers: (b.cases - 1) / b.rest_s for b in many}
    lines = [
        "# Studies",
        "",
        f"Layouts of the example, {few[0].cases} and {many[0].cases} of them, on {os.cpu_count()} cores "
        f"({platform.machine()}, Python {platform.python_version()}). Load of the machine {load[0]:.1f} before and",
        f"{load[1]:.1f} after, at most 2 of it ours: where it is more the clock says little, and the processor's",
        "seconds are what counts. A worker is one process of one thread; with workers all goes over TCP to a Dask",
        "scheduler. Processor seconds are those of client, scheduler and all workers together; a case's are the",
        "difference of the two sweeps, so that starting counts for nothing.",
        "",
        "| workers | cases/s by the clock | efficiency by the clock | processor s a case | efficiency by processor "
        "| 1000 cases on 2 cores | table |",
        "|---|---|---|---|---|---|---|",
    ]
    for k, r in enumerate(many):
        hands = r.workers or 1
        clock = rate[r.workers] / (hands * rate[1])
        same = "reference" if r.workers is None else ("same bytes" if r.table == many[0].table else "DIFFERENT BYTES")
        same = same if few[k].table == few[0].table else "DIFFERENT BYTES"
        lines.append(
            f"| {'none, no Dask' if r.workers is None else r.workers} | {rate[r.workers]:.2f} | {clock:.2f} | "
            f"{each[r.workers]:.3f} | {each[None] / each[r.workers]:.2f} | {500 * each[r.workers]:.0f} s | {same} |"
        )
    return "\n".join(lines) + "\n"


def main(count: int) -> int:
    """Run all, print and write the table; 1 where bytes differ."""
    before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        run(2, None, Path(folder))  # compile
        few, many = ([run(n, workers, Path(folder)) for workers in (None, 1, 2)] for n in (max(count // 4, 8), count))
    text = report(few, many, (before, os.getloadavg()[0]))
    print(text)
    (ROOT / "benchmarks" / "results" / "studies.md").write_text(text)
    return int("DIFFERENT" in text)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
