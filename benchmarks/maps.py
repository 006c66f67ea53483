"""Lines, surfaces and maps: how much work, how long, how exact, how much memory.

    python -m benchmarks.maps              # writes benchmarks/results/maps.md
    python -m benchmarks.maps --stream     # 1e8 points into netCDF files, the larger of 9.6 GB in the temporary folder,
                                           # deleted after; run it under /usr/bin/time -v

Times are process CPU time, the least of several runs after one to warm up. Only ratios carry over to another machine.
"""

from __future__ import annotations

import platform
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np

import mrsite
from mrsite import fields, maps
from mrsite.maps.tracing import trace

OUT = Path(__file__).parent / "results" / "maps.md"
PLANE = maps.Plane((0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 0.0, 1.0))
T = TypeVar("T")


def best(run: Callable[[], T], times: int = 3) -> tuple[float, T]:
    """Return the shortest process time of some runs, and what the last one gave."""
    out = run()
    least = np.inf
    for _ in range(times):
        start = time.process_time()
        out = run()
        least = min(least, time.process_time() - start)
    return least, out


def shielded() -> fields.CoilSet:
    """An invented shielded magnet of eight thick coils."""
    inner = [(0.5, 0.55, z, 0.15, 1.2e8) for z in (-0.6, -0.2, 0.2, 0.6)]
    outer = [(0.92, 0.95, z, 0.08, -1.45e8) for z in (-0.7, -0.35, 0.35, 0.7)]
    return fields.CoilSet([fields.Coil(r1, r2, z - half, z + half, j) for r1, r2, z, half, j in inner + outer])


def lines(rows: list[str]) -> None:
    """Whole lines on a plane through the axis: with the search for pieces, and from a known point."""
    magnet = shielded()
    window = (-6.0, -6.0, 6.0, 6.0)
    rows += [
        "## Lines to 1 mm on a 12 x 12 m plane through the axis of a shielded eight-coil magnet",
        "",
        "| quantity | level | pieces | vertices | search, evaluations | trace | whole, ms | unsettled cells "
        "| resolved to, mm | error, mm |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    cases: list[tuple[str, float]] = [
        ("B", 0.5e-3),
        ("B", 3e-3),
        ("B", 1.0),
        ("gradient", 5e-3),
        ("force_product", 1e-5),
    ]
    for quantity, level in cases:
        seconds, (c,) = best(lambda q=quantity, v=level: maps.contours(magnet, [v], PLANE, window, 1e-3, q))  # type: ignore[misc]
        rows.append(
            f"| {quantity} | {level:g} | {len(c.paths)} | {sum(map(len, c.paths))} | {c.evaluations[0]} "
            f"| {c.evaluations[1]} | {1e3 * seconds:.0f} | {c.unsettled} | {1e3 * c.resolved_to_m:.1f} "
            f"| {1e3 * c.error_m:.2f} |"
        )
    rows += [
        "",
        "From a known point (no search), the piece of most vertices:",
        "",
        "| level | its length, m | vertices | evaluations | ms |",
        "|---|---|---|---|---|",
    ]
    source = fields.certified(magnet, 1e-9)
    for level in (0.5e-3, 3e-3):
        seed = max(trace(source, level, PLANE, window, 1e-3, 0).paths, key=len)[:1]
        run = lambda v=level, s=seed: [trace(source, v, PLANE, window, 1e-3, 0, seeds=s) for _ in range(10)]
        seconds, found = best(run, 7)
        (path,) = found[0].paths
        length = float(np.hypot(*np.diff(path, axis=0).T).sum())
        rows.append(
            f"| {1e3 * level:g} mT | {length:.1f} | {len(path)} | {found[0].evaluations[1]} | {100.0 * seconds:.2f} |"
        )


def in_windings(rows: list[str]) -> None:
    """Meridian profiles of a fitted magnet, levels in its windings too."""
    source = mrsite.load_magnet("generic-3t").field
    windings = sum(leaf.count for leaf in source.leaves())
    rows += [
        "",
        f"## Meridian profiles of `generic-3t`, levels inside its {windings} windings too",
        "",
        "| level, T | pieces | vertices | s | unsettled cells | resolved to, mm | error, mm |",
        "|---|---|---|---|---|---|---|",
    ]
    for level in (0.5e-3, 3e-3, 0.1, 0.5, 1.0, 2.0, 3.0, 4.5):
        seconds, p = best(lambda v=level: maps.meridian_profile(source, v), 1)  # type: ignore[misc]
        rows.append(
            f"| {level:g} | {len(p.paths)} | {sum(map(len, p.paths))} | {seconds:.2f} | {p.unsettled} "
            f"| {1e3 * p.resolved_to_m:.1f} | {1e3 * p.error_m:.2f} |"
        )


def surfaces(rows: list[str]) -> None:
    """Isosurfaces: revolved from a profile, and marched then put on the exact field."""
    magnet = mrsite.load_magnet("siemens-magnetom-aera-1t5-unverified").field
    both = fields.Sum([fields.Placed(magnet), fields.Placed(magnet, (4.5, 0.0, 1.0))])
    profile = maps.meridian_profile(magnet, 0.5e-3)
    cases: dict[str, Callable[[], maps.Surface]] = {
        "one magnet, revolved": lambda: maps.revolved(profile),
        "one magnet, marched": lambda: maps.isosurface(magnet, 0.5e-3, (-3, -3, -5, 3, 3, 5), 0.065),
        "two magnets, marched": lambda: maps.isosurface(both, 0.5e-3, (-4, -4, -5, 9, 4, 6), 0.10),
    }
    rows += [
        "",
        "## Surfaces |B| = 0.5 mT on the exact field",
        "",
        "| case | vertices | s | error of vertices, mm |",
        "|---|---|---|---|",
    ]
    for name, run in cases.items():
        seconds, surface = best(run)
        rows.append(f"| {name} | {len(surface.vertices)} | {seconds:.3f} | {1e3 * surface.error_m:.3f} |")


def stream() -> None:
    """1e8 points into netCDF files, a block at a time: |B| in four bytes, then B and the jacobian in twelve doubles."""
    grid = maps.horizontal_grid((-8.0, 2.0, 8.0, 12.0), 1.0, 1.265e-3)
    source = fields.certified(shielded(), 1e-9)
    rows = [
        f"# {grid.size} points streamed into netCDF files",
        "",
        "`/usr/bin/time -v python -m benchmarks.maps --stream`; a shielded eight-coil magnet, the peak is that of the "
        "process so far.",
        "",
        "| stored | undefined | file, MB | s | CPU, s | peak resident, MB |",
        "|---|---|---|---|---|---|",
    ]
    for name, quantities, single in (
        ("\\|B\\|, 4 bytes", ["B"], True),
        ("B and jacobian, 12 doubles", ["B_x", "B_y", "B_z", *maps.JACOBIAN], False),
    ):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "map.nc"
            start, cpu = time.perf_counter(), time.process_time()
            undefined = maps.write_field_map(path, source, grid, quantities, single=single)
            wall, cpu, size = time.perf_counter() - start, time.process_time() - cpu, path.stat().st_size
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
        rows.append(f"| {name} | {undefined} | {size / 1e6:.0f} | {wall:.1f} | {cpu:.1f} | {peak:.0f} |")
    print("\n".join(rows))
    OUT.with_name("maps_stream.md").write_text("\n".join(rows) + "\n", encoding="utf-8")


def main() -> None:
    """Write the tables."""
    if "--stream" in sys.argv:
        stream()
        return
    rows = [
        "# Lines, surfaces and maps",
        "",
        "`python -m benchmarks.maps`; process CPU time, the least of several runs. "
        f"Python {platform.python_version()}, numpy {np.__version__}, {platform.machine()}.",
        "",
    ]
    lines(rows)
    in_windings(rows)
    surfaces(rows)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text("\n".join(rows) + "\n", encoding="utf-8")
    print("\n".join(rows))


if __name__ == "__main__":
    main()
