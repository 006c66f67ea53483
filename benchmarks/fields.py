# ruff: noqa: B023, E501  (what the lambdas hold is run before the loop goes on)
"""The field engine beside magpylib and pymagba, on the same points in one process.

    pip install -r benchmarks/requirements.txt
    python -m benchmarks.fields            # writes benchmarks/results/fields.md and fields.png
    python -m benchmarks.fields --map      # 1e8 points of B and jacobian in blocks; run it under /usr/bin/time -v

Times are process CPU time on one core, the least of seven runs (three where a run takes seconds), after one run to
warm up. Only ratios
carry over to another machine. Errors are the largest over a sample, against 30-digit values by mpmath.
"""

from __future__ import annotations

import json
import platform
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np

from mrsite import fields, maps

OUT = Path(__file__).parent / "results"
REFERENCE = Path(__file__).parents[1] / "tests" / "fields" / "data" / "reference.json"


def cpu(run: Callable[[], object], times: int = 7) -> float:
    run()
    least = np.inf
    for _ in range(times):
        start = time.process_time()
        run()
        least = min(least, time.process_time() - start)
    return least


def wall(run: Callable[[], object], times: int = 7) -> float:
    run()
    least = np.inf
    for _ in range(times):
        start = time.perf_counter()
        run()
        least = min(least, time.perf_counter() - start)
    return least


# --- peers ----------------------------------------------------------------------------------------------------------
# -----------------


def magpylib_loops(loops: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Rows (radius, z, current) as magpylib circles."""
    import magpylib

    parts = [magpylib.current.Circle(current=i, diameter=2.0 * a, position=(0.0, 0.0, z)) for a, z, i in loops]
    if len(parts) == 1:
        return parts[0].getB
    whole = magpylib.Collection(*parts)
    return whole.getB


def magpylib_differences(get: Callable[[np.ndarray], np.ndarray], h: float = 1e-4) -> Callable[[np.ndarray], object]:
    """B and the jacobian by central differences, as its documentation advises."""

    def run(points: np.ndarray) -> object:
        jac = [(get(points + d) - get(points - d)) / (2.0 * h) for d in h * np.eye(3)]
        return get(points), np.stack(jac, axis=-1)

    return run


def pymagba_loops(loops: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    from pymagba.currents import CircularCurrent

    parts = [CircularCurrent(position=[0.0, 0.0, z], diameter=2.0 * a, current=i) for a, z, i in loops]

    def run(points: np.ndarray) -> np.ndarray:
        total = parts[0].compute_B(points)
        for part in parts[1:]:
            total = total + part.compute_B(points)
        return total

    return run


def as_loops(windings: list[list[float]], nr: int, nz: int) -> np.ndarray:
    """Thick coils as Gauss nodes of loops, which is how the peers can do them."""
    out = []
    for r1, r2, z1, z2, j in windings:
        for x, w in zip(*np.polynomial.legendre.leggauss(nr)):
            for y, v in zip(*np.polynomial.legendre.leggauss(nz)):
                area = 0.25 * (r2 - r1) * (z2 - z1) * w * v
                out.append([0.5 * (r1 + r2 + (r2 - r1) * x), 0.5 * (z1 + z2 + (z2 - z1) * y), j * area])
    return np.array(out)


def loop_reference(points: np.ndarray, a: float, z0: float, current: float) -> np.ndarray:
    """Smythe's closed form to 30 digits."""
    import mpmath as mp

    out = []
    with mp.workdps(50):
        for x, y, z in points.tolist():
            rho, dz = mp.sqrt(mp.mpf(x) ** 2 + mp.mpf(y) ** 2), mp.mpf(z) - mp.mpf(z0)
            be, al2 = mp.sqrt((a + rho) ** 2 + dz**2), (a - rho) ** 2 + dz**2
            m = 4 * a * rho / be**2
            k, e = mp.ellipk(m), mp.ellipe(m)
            c = mp.mpf(current) * 2 / mp.mpf(10) ** 7 / be
            br = c * dz / rho * (-k + (mp.mpf(a) ** 2 + rho**2 + dz**2) / al2 * e)
            bz = c * (k + (mp.mpf(a) ** 2 - rho**2 - dz**2) / al2 * e)
            out.append([float(br * x / rho), float(br * y / rho), float(bz)])
    return np.array(out)


def worst(b: np.ndarray, ref: np.ndarray) -> float:
    return float((np.linalg.norm(b - ref, axis=-1) / np.linalg.norm(ref, axis=-1)).max())


def shielded() -> tuple[list[list[float]], list[dict]]:
    case = next(c for c in json.loads(REFERENCE.read_text()) if c["name"] == "shielded")
    return case["windings"], case["rows"]


# --- measurements
# --------------------------------------------------------------------------------------------------------------------


def one_loop(lines: list[str]) -> None:
    row = np.array([[0.5, 0.2, 1000.0]])
    ours = fields.Loop(0.5, 0.2, 1000.0)
    theirs, pym = magpylib_loops(row), pymagba_loops(row)
    rng = np.random.default_rng(1)
    lines += [
        "## One loop, ns a point (public calls)",
        "",
        "Points at random in a cube of 6 m about a loop of 0.5 m radius.",
        "",
        "| points | mrsite B + jacobian | magpylib `getB` (B) | pymagba (B) | magpylib / mrsite | pymagba / mrsite | mrsite into given arrays | mrsite B alone |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for n in (1, 100, 1000, 10_000, 100_000, 1_000_000):
        p = rng.uniform(-3.0, 3.0, (n, 3))
        given = np.empty((n, 3)), np.empty((n, 3, 3))
        again = lambda p: ours.flux_density_and_jacobian(p, out=given)
        t = [
            cpu(lambda: f(p), 7 if n < 500_000 else 3) / n * 1e9
            for f in (ours.flux_density_and_jacobian, theirs, pym, again, ours.flux_density)
        ]
        lines.append(
            f"| {n} | {t[0]:.4g} | {t[1]:.4g} | {t[2]:.4g} | {t[1] / t[0]:.0f} | {t[2] / t[0]:.1f} | {t[3]:.4g} | {t[4]:.4g} |"
        )
        print(lines[-1], flush=True)
    p = rng.uniform(-3.0, 3.0, (200, 3))
    ref = loop_reference(p, 0.5, 0.2, 1000.0)
    pb, mb = pym(p), theirs(p)
    constants = [float(np.median(x[:, 2] / ref[:, 2])) for x in (mb, pb)]
    lines += [
        "",
        f"Largest relative error of B at 200 of such points: mrsite {worst(ours.flux_density(p), ref):.1e}, magpylib "
        f"{worst(mb / constants[0], ref):.1e}, pymagba {worst(pb / constants[1], ref):.1e}. The peers' mu0 is CODATA's of "
        f"2022, {constants[0] - 1.0:.1e} from the 4 pi 1e-7 used here: no error, divided out in this line, and the "
        "1.3e-10 of the table below. Only mrsite's time includes a jacobian, but for its last column; given arrays are used again from call to call.",
        "",
        "## A hundred loops, ns a loop-point pair",
        "",
        "| points | mrsite B + jacobian | magpylib (B) | pymagba (B) | ratios |",
        "|---|---|---|---|---|",
    ]
    many = np.column_stack([rng.uniform(0.4, 0.6, 100), rng.uniform(-0.6, 0.6, 100), rng.uniform(-1e3, 1e3, 100)])
    coils = fields.CoilSet([fields.Loop(*r) for r in many])
    for n, span in ((10_000, 0.45), (10_000, 3.0)):
        p = rng.uniform(-span, span, (n, 3))
        t = [
            cpu(lambda: f(p), 3) / n * 1e7
            for f in (coils.flux_density_and_jacobian, magpylib_loops(many), pymagba_loops(many))
        ]
        where = "within 0.45 m" if span < 1 else "within 3 m: series beyond 1.6 radii"
        lines.append(f"| {n}, {where} | {t[0]:.3g} | {t[1]:.3g} | {t[2]:.3g} | {t[1] / t[0]:.0f}, {t[2] / t[0]:.1f} |")
        print(lines[-1], flush=True)
    lines.append("")


def whole_magnet(lines: list[str]) -> None:
    windings, _ = shielded()
    magnet = fields.CoilSet([fields.Coil(*w) for w in windings])
    radius = max(np.hypot(w[1], max(abs(w[2]), abs(w[3]))) for w in windings)
    rng = np.random.default_rng(2)
    p = rng.uniform(-1.0, 1.0, (1_400_000, 3)) * [8.0, 8.0, 2.0]
    p = p[np.linalg.norm(p, axis=1) > 1.5 * radius][:1_000_000]
    # a plan: rows of a raster, as a map would ask
    u = np.linspace(-8.0, 8.0, 1040)
    x, y = (g.ravel() for g in np.meshgrid(u, u))
    plan = np.column_stack([x, np.full_like(x, 0.3), y])
    plan = np.ascontiguousarray(plan[np.linalg.norm(plan, axis=1) > 1.5 * radius][:1_000_000])
    fast = fields.certified(magnet, rtol=1e-9)
    loops = as_loops(windings, 4, 6)
    theirs, pym = magpylib_loops(loops), pymagba_loops(loops)
    few = plan[:: len(plan) // 20_000][:20_000]
    t_their = cpu(lambda: theirs(few), 3) / len(few)
    t_diff = cpu(lambda: magpylib_differences(theirs)(few), 1) / len(few)
    t_pym = cpu(lambda: pym(few), 3) / len(few)
    exact = fields.CoilSet(magnet.coils)
    b, jac = exact.flux_density_and_jacobian(few)
    moduli = sum(fields.magnitude(c.flux_density(few)) for c in magnet.coils)
    floor = np.maximum(fields.magnitude(b), 1e-3 * moduli)
    lines += [
        "## A shielded magnet of eight thick coils, ns a point",
        "",
        f"A million plan points in 16 x 16 m beyond 1.5 enclosing radii ({1.5 * radius:.2f} m). The peers do the coils as 192 loops; their figures are "
        "from 20 000 of the points. Error of B over max(|B|, 1e-3 sum |B_i|) and of the jacobian likewise, against the exact route.",
        "",
        "| | ns | magpylib B over it | its B + differences over it | error B | error jacobian |",
        "|---|---|---|---|---|---|",
        f"| magpylib B, 192 loops | {t_their * 1e9:.0f} | 1 | | {worst_at(theirs(few), b, floor):.1e} | |",
        f"| magpylib B + central differences | {t_diff * 1e9:.0f} | | 1 | | |",
        f"| pymagba B, 192 loops | {t_pym * 1e9:.0f} | {t_their / t_pym:.1f} | | {worst_at(pym(few), b, floor):.1e} | |",
    ]
    for name, source, points, times in (
        ("mrsite `certified(rtol=1e-9)` B + jacobian, raster", fast, plan, 7),
        ("the same, points at random in 16 x 16 x 4 m", fast, p, 7),
        ("mrsite `CoilSet` (1e-12) B + jacobian, raster", magnet, plan, 3),
    ):
        t = cpu(lambda: source.flux_density_and_jacobian(points), times) / len(points)
        fb, fj = source.flux_density_and_jacobian(few)
        ej = np.linalg.norm(fj - jac, axis=(1, 2)) / np.maximum(np.linalg.norm(jac, axis=(1, 2)), floor)
        lines.append(
            f"| {name} | {t * 1e9:.1f} | {t_their / t:.0f} | {t_diff / t:.0f} | {worst_at(fb, b, floor):.1e} | {ej.max():.1e} |"
        )
        print(lines[-1], flush=True)
        if source is fast and points is plan:
            one = t
    doubles = np.zeros((1_000_000, 8))
    target = np.empty_like(doubles)
    t_copy = cpu(lambda: np.copyto(target, doubles)) / 1e6
    lines += [
        "",
        f"Plain copy of 8 doubles a point: {t_copy * 1e9:.1f} ns, so the first mrsite line runs at {100 * t_copy / one:.0f} % of it.",
        "",
    ]
    near_field(lines, magnet, windings)


def near_field(lines: list[str], magnet: fields.CoilSet, windings: list[list[float]]) -> None:
    """Where no series holds: the exact route, and the interpolant of a certified source, first call and later ones."""
    rng = np.random.default_rng(6)
    bore = rng.uniform(-0.25, 0.25, (200_000, 3))
    r, z = np.meshgrid(np.arange(0.001, 1.2, 0.002), np.arange(-0.8, 0.8, 0.002))
    section = np.stack([r.ravel(), 0.0 * r.ravel(), z.ravel()], axis=1)
    lines += [
        "Where no series holds, ns a point (B and jacobian). A certified source tabulates as it goes: its first call pays for that.",
        "",
        "| points | `CoilSet` (1e-12) | `certified(rtol=1e-9)`, first call | later calls | interpolated | largest bound, error of B | of the jacobian |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, points in (
        ("200 000 in the bore", bore),
        (f"section of {len(section)}, 2 mm apart, through the coils", section),
    ):
        few = points[:: len(points) // 5000]
        t = cpu(lambda: magnet.flux_density_and_jacobian(few), 3) / len(few)
        source = fields.certified(magnet, rtol=1e-9)
        source._interpolants  # noqa: B018
        start = time.process_time()
        b, jac = source.flux_density_and_jacobian(points)
        first = (time.process_time() - start) / len(points)
        later = cpu(lambda: source.flux_density_and_jacobian(points), 3) / len(points)
        said = source.certificate(points)
        air = said.route == "interpolant"
        some = np.flatnonzero(air)[:: max(1, int(air.sum()) // 5000)]
        true_b, true_j = magnet.flux_density_and_jacobian(points[some])
        size = fields.magnitude(true_b)
        ej = np.linalg.norm(jac[some] - true_j, axis=(1, 2)) / np.maximum(np.linalg.norm(true_j, axis=(1, 2)), size)
        lines.append(
            f"| {name} | {t * 1e9:.0f} | {first * 1e9:.0f} | {later * 1e9:.0f} | {100 * air.mean():.0f} % | "
            f"{said.bound_B[air].max():.1e}, {worst_at(b[some], true_b, size):.1e} | {said.bound_J[air].max():.1e}, {ej.max():.1e} |"
        )
        print(lines[-1], flush=True)
    dense = as_loops(windings, 6, 10)
    t2 = cpu(lambda: magpylib_loops(dense)(bore[:2000]), 1) / 2000
    lines += ["", f"magpylib with 480 loops in the bore: {t2 * 1e9:.0f} ns (B alone).", ""]


def worst_at(b: np.ndarray, ref: np.ndarray, floor: np.ndarray) -> float:
    return float((np.linalg.norm(b - ref, axis=1) / floor).max())


def small_calls(lines: list[str]) -> None:
    windings, _ = shielded()
    magnet = fields.CoilSet([fields.Coil(*w) for w in windings])
    theirs = magpylib_loops(as_loops(windings, 4, 6))
    lines += [
        "## Small calls, us a call",
        "",
        "| points | mrsite, series | mrsite, in the bore | magpylib, 192 loops |",
        "|---|---|---|---|",
    ]
    for n in (1, 10, 100, 1000):
        far = np.random.default_rng(3).uniform(2.0, 4.0, (n, 3))
        near = np.random.default_rng(3).uniform(-0.2, 0.2, (n, 3))
        t = [
            cpu(lambda: [f(p) for _ in range(k)]) / k * 1e6
            for f, p, k in (
                (magnet.flux_density_and_jacobian, far, 200),
                (magnet.flux_density_and_jacobian, near, 20),
                (theirs, far, 2),
            )
        ]
        lines.append(f"| {n} | {t[0]:.1f} | {t[1]:.0f} | {t[2]:.0f} |")
        print(lines[-1], flush=True)
    lines.append("")


def contour(lines: list[str]) -> None:
    from mrsite.maps.tracing import trace

    windings, _ = shielded()
    magnet = fields.certified(fields.CoilSet([fields.Coil(*w) for w in windings]), rtol=1e-9)
    plane = maps.Plane((0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 0.0, 1.0))
    window = (-6.0, -6.0, 6.0, 6.0)
    lines += [
        "## Isofield lines to 1 mm on a 12 x 12 m plane through the axis",
        "",
        "| level | pieces | vertices | evaluations, seed known | ms | evaluations of the search | ms |",
        "|---|---|---|---|---|---|---|",
    ]
    for level in (0.5e-3, 3e-3):
        found = trace(magnet, level, plane, window, 1e-3, 0)
        whole = max(found.paths, key=len)
        seed = whole[:1]
        again = trace(magnet, level, plane, window, 1e-3, 0, seeds=seed)
        t = cpu(lambda: [trace(magnet, level, plane, window, 1e-3, 0, seeds=seed) for _ in range(10)]) / 10
        ts = cpu(lambda: trace(magnet, level, plane, window, 1e-3, 0), 3)
        lines.append(
            f"| {level * 1e3:g} mT | {len(found.paths)} | {len(whole)} | {again.evaluations[1]} | {t * 1e3:.2f} | "
            f"{found.evaluations[0]} | {(ts - t) * 1e3:.0f} |"
        )
        print(lines[-1], flush=True)
    lines.append("")


def threads(lines: list[str]) -> None:
    import numba

    windings, _ = shielded()
    magnet = fields.CoilSet([fields.Coil(*w) for w in windings])
    fast = fields.certified(magnet, rtol=1e-9)
    rng = np.random.default_rng(5)
    lines += ["## Threads (wall time, one over two)", "", "| work | points | ratio |", "|---|---|---|"]
    for name, source, span, n in (("windings", magnet, 1.2, 100_000), ("series", fast, 8.0, 1_000_000)):
        p = rng.uniform(-span, span, (n, 3))
        numba.set_num_threads(1)
        one = wall(lambda: source.flux_density_and_jacobian(p), 5)
        b1, j1 = source.flux_density_and_jacobian(p)
        numba.set_num_threads(min(2, numba.config.NUMBA_NUM_THREADS))
        two = wall(lambda: source.flux_density_and_jacobian(p), 5)
        b2, j2 = source.flux_density_and_jacobian(p)
        same = np.array_equal(b1, b2, equal_nan=True) and np.array_equal(j1, j2, equal_nan=True)
        lines.append(f"| {name} | {n} | {one / two:.2f} (results {'identical' if same else 'DIFFER'}) |")
        print(lines[-1], flush=True)
    lines.append("")


def error_against_time() -> None:
    """The plot: error of B over time a point, shielded magnet, points of a plan between 1.2 and 8 m."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    windings, _ = shielded()
    magnet = fields.CoilSet([fields.Coil(*w) for w in windings])
    rng = np.random.default_rng(4)
    p = rng.uniform(-6.0, 6.0, (4000, 3)) * [1.0, 0.25, 1.0]
    p = p[np.linalg.norm(p, axis=1) > 1.6]
    b = magnet.flux_density(p)
    floor = np.maximum(fields.magnitude(b), 1e-3 * sum(fields.magnitude(c.flux_density(p)) for c in magnet.coils))
    figure, axes = plt.subplots(figsize=(7.0, 4.5), layout="constrained")
    ours, mag, pym = [], [], []
    for rtol in (1e-3, 1e-5, 1e-7, 1e-9, 1e-11, 1e-13):
        source = fields.certified(magnet, rtol=rtol)
        t = cpu(lambda: source.flux_density_and_jacobian(p)) / len(p)
        ours.append((t * 1e9, worst_at(source.flux_density(p), b, floor)))
    for nr, nz in ((1, 1), (1, 2), (2, 3), (3, 4), (4, 6)):
        loops = as_loops(windings, nr, nz)
        for rows, run in ((mag, magpylib_loops(loops)), (pym, pymagba_loops(loops))):
            t = cpu(lambda: run(p), 2) / len(p)
            rows.append((t * 1e9, worst_at(run(p), b, floor)))
    for rows, name, style in (
        (ours, "mrsite, B + jacobian, certified(rtol)", "o-"),
        (pym, "pymagba, B, more and more loops", "^--"),
        (mag, "magpylib, B, more and more loops", "s--"),
    ):
        t, e = np.array(rows).T
        axes.loglog(t, np.maximum(e, 1e-16), style, label=name)
    axes.set_xlabel("ns a point, one core")
    axes.set_ylabel("largest error of B")
    axes.set_title("A shielded magnet of eight thick coils, plan points from 1.6 m")
    axes.grid(True, which="major", alpha=0.3)
    axes.legend()
    OUT.mkdir(exist_ok=True)
    figure.savefig(OUT / "fields.png", dpi=110, metadata={"Software": None})
    print("plot", ours, mag, pym, flush=True)


def big_map() -> None:
    """1e8 points of B and jacobian in blocks: time and memory stay in bounds."""
    windings, _ = shielded()
    source = fields.certified(fields.CoilSet([fields.Coil(*w) for w in windings]), rtol=1e-9)
    grid = maps.horizontal_grid((-8.0, 2.0, 8.0, 12.0), 1.0, 1.265e-3)
    start, cpu_start = time.perf_counter(), time.process_time()
    largest = 0.0
    for _slab, b, jac in maps.blocks(source, grid):
        largest = max(largest, float(fields.magnitude(b).max()), float(abs(jac[..., 2, 2]).max()))
    print(
        f"{grid.size} points, {time.perf_counter() - start:.1f} s wall, {time.process_time() - cpu_start:.1f} s CPU, {largest}"
    )


def main() -> None:
    import numba

    if "--map" in sys.argv:
        big_map()
        return
    numba.set_num_threads(1)
    lines = [
        "# The field engine beside its peers",
        "",
        "`python -m benchmarks.fields`; process CPU time on one core, least of seven (three where a run takes seconds). Ratios carry over to another machine, times do not.",
        "",
        f"mrsite {version('mrsite')}, magpylib {version('magpylib')}, pymagba {version('pymagba')}, numba {version('numba')}, "
        f"numpy {version('numpy')}, Python {platform.python_version()}, {platform.machine()}.",
        "",
    ]
    one_loop(lines)
    whole_magnet(lines)
    small_calls(lines)
    contour(lines)
    error_against_time()
    threads(lines)
    lines += ["![Error against time](fields.png)", ""]
    OUT.mkdir(exist_ok=True)
    (OUT / "fields.md").write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
