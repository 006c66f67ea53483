"""Time of isosurfaces: ``python benchmarks/surfaces.py`` prints vertices, seconds (best of three), error reached."""

from __future__ import annotations

import time

import numpy as np

import mrsite
from mrsite import fields, maps


def best(run: object, times: int = 3) -> tuple[float, maps.Surface]:
    """Return the shortest time of some runs, the first (which compiles) left out, and the last surface."""
    found = []
    surface = run()  # type: ignore[operator]
    for _ in range(times):
        start = time.perf_counter()
        surface = run()  # type: ignore[operator]
        found.append(time.perf_counter() - start)
    return min(found), surface


def main() -> None:
    """Print the table."""
    magnet = mrsite.load_magnet("siemens-magnetom-aera-1t5-unverified").field
    both = fields.Sum([fields.Placed(magnet), fields.Placed(magnet, (4.5, 0.0, 1.0))])
    profile = maps.meridian_profile(magnet, 0.5e-3)
    cases = {
        "one magnet, revolved": lambda: maps.revolved(profile),
        "one magnet, marched": lambda: maps.isosurface(magnet, 0.5e-3, (-3, -3, -5, 3, 3, 5), 0.065),
        "two magnets, marched": lambda: maps.isosurface(both, 0.5e-3, (-4, -4, -5, 9, 4, 6), 0.10),
    }
    print(f"{'case':22s} {'vertices':>9s} {'seconds':>8s} {'error, mm':>10s}")
    for name, run in cases.items():
        seconds, surface = best(run)
        error = 1e3 * max(surface.error_m, 0.0)
        print(f"{name:22s} {len(surface.vertices):9d} {seconds:8.3f} {error:10.3f}")
        assert np.isfinite(surface.vertices).all()


if __name__ == "__main__":
    main()
