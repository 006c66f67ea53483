"""The quench: every case with its error, the limits in closed form, cells, choking, and speed.

``python -m benchmarks.quench`` prints the tables and writes them to ``benchmarks/quench.md`` (``--no-write``: prints).
Exit status 1 where a case misses or a limit is broken. Times are of the machine at hand: not kept in the file.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from mrsite.validation import closed_forms, run_cases
from mrsite.venting import helium, pipe
from mrsite.venting.catalogue import Loss
from mrsite.venting.drop import vent_drop
from mrsite.venting.pipe import Ambient, march_down, solve_pipe
from mrsite.venting.route import Piece, Route, chained, route_from_points
from mrsite.venting.search import Inlet

OUT = Path(__file__).with_suffix(".md")

#: 60 m with 8 bends, as the speed target asks.
LONG = [
    [0, 0, 0],
    [0, 0, 3],
    [9, 0, 2.9],
    [9, 8, 2.8],
    [17, 8, 2.7],
    [17, 8, 6],
    [17, 18, 5.9],
    [24, 18, 5.8],
    [24, 18, 14.8],
    [24, 19.5, 14.9],
]


def route_a() -> Route:
    """Return the route of the published example: 10 m of 200 mm, three bends and an outlet."""
    bend, mouth = Loss(0.3, 0.2, 0.4, "example"), Loss(0.5, 0.4, 0.6, "example")
    pieces = [
        Piece("pipe", 0.2, 1.0, 1.0),
        Piece("fitting", 0.2, loss=bend),
        Piece("pipe", 0.2, 4.0),
        Piece("fitting", 0.2, loss=bend),
        Piece("pipe", 0.2, 5.0, 1.0),
        Piece("fitting", 0.2, loss=bend),
        Piece("fitting", 0.2, loss=mouth),
    ]
    return Route(chained(pieces))


def limits() -> Iterator[tuple[str, float, float, float]]:
    """Yield what, computed, reference and the share by which they may differ."""
    rho = helium.state_pt(101325.0, 293.15).density
    u = 0.02 / (rho * math.pi * 0.01)
    thin = Route((Piece("pipe", 0.2, 20.0, friction=0.02),))
    yield (
        "incompressible: drop, Pa",
        solve_pipe(thin, 0.02, Inlet(293.15)).drop,
        0.02 * 20 / 0.2 * 0.5 * rho * u * u,
        5e-3,
    )
    gas = helium.state_pt(500.0, 300.0)
    for mach in (0.1, 0.3, 0.6):
        whole = closed_forms.fanno_length(mach, 5 / 3)
        for share in (0.5, 0.95):
            tube = Route((Piece("pipe", 0.1, share * whole * 0.1 / 0.02, friction=0.02),))
            got = march_down(tube, mach * gas.density * gas.sound_speed * math.pi * 0.0025, gas)
            yield (
                f"Fanno: Mach after {share:g} of the way from {mach:g}",
                got.exit_mach,
                closed_forms.fanno_mach((1 - share) * whole, 5 / 3),
                5e-3,
            )
    tube = Route((Piece("pipe", 0.2, 50.0, friction=0.015),))
    ambient = Ambient(293.15, 1.3e5)
    cells = pipe.with_film(pipe.cells_of(tube, "warm", ambient)[0], 1e5, 293.15)
    got = solve_pipe(tube, 2.0, Inlet(293.15), ambient, "warm", cells=cells)
    r = float(helium.coefficients().gas[0])
    wanted = closed_forms.isothermal_inlet(1.3e5, 2.0 / (math.pi * 0.01), r, 293.15, 0.015 * 50 / 0.2)
    yield "isothermal: drop, Pa", got.drop, wanted - 1.3e5, 5e-3


def cells() -> Iterator[tuple[str, float, float]]:
    """Yield wall, drop with the usual cells and with halved ones."""
    for wall in ("cold", "warm", "insulated"):
        one = solve_pipe(route_a(), 2.0, Inlet(10.0), wall=wall)  # type: ignore[arg-type]
        two = solve_pipe(route_a(), 2.0, Inlet(10.0), wall=wall, cells_per_m=2 * pipe.CELLS_PER_M)  # type: ignore[arg-type]
        yield wall, one.drop, two.drop


def choking() -> Iterator[tuple[float, bool, float, float, float]]:
    """Yield flow, choked, inlet and outlet pressure and outlet Mach number of 5 m of 100 mm at 293 K."""
    tube = Route((Piece("pipe", 0.1, 5.0),))
    for flow in (0.5, 1.0, 1.4, 1.45, 1.5, 2.0, 3.0):
        got = solve_pipe(tube, flow, Inlet(293.15))
        yield flow, got.choked, got.inlet.pressure, got.exit.pressure, got.exit_mach


def speed() -> tuple[float, float, float]:
    """Return processor seconds for one long route (both walls), for its whole band, and for 200 routes of a sweep."""
    long = route_from_points(LONG, 0.25, bend_form="smooth")
    vent_drop(long, 2.0, 10.0)  # compiled code from the disk, as in a second run
    start = time.process_time()
    for wall in ("cold", "warm"):
        solve_pipe(long, 2.5, Inlet(10.0), wall=wall)  # type: ignore[arg-type]
    both = time.process_time() - start
    start = time.process_time()
    vent_drop(long, 2.5, 10.0)
    band = time.process_time() - start
    start = time.process_time()
    for bore in np.linspace(0.2, 0.35, 20):
        for flow in np.linspace(1.0, 4.0, 10):
            vent_drop(route_from_points(LONG, float(bore), bend_form="smooth"), float(flow), 10.0)
    return both, band, time.process_time() - start


def main(arguments: list[str]) -> int:
    """Print the tables; 1 where something misses."""
    table = run_cases()
    bad = table.exit_status
    lines = [
        "# Quench: cases, limits, cells, choking",
        "",
        "Made by `python -m benchmarks.quench`.",
        "",
        "## Cases",
        "",
    ]
    lines += [
        "| case | quantity | computed | wanted | unit | error | allowed | verdict |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in table.rows:
        error = "" if row.error is None else f"{100 * row.error:+.3f} %"
        unit = row.unit.split("(")[0].strip()
        lines.append(
            f"| {row.case} | {row.quantity} | {row.computed:.6g} | {row.wanted:.6g} | {unit} | {error} | "
            f"{row.tolerance} | {row.verdict} |"
        )
    lines += [
        "",
        table.summary,
        "",
        "## Limits in closed form (0.5 % allowed)",
        "",
        "| limit | computed | closed form | difference |",
        "|---|---|---|---|",
    ]
    for what, got, wanted, allowed in limits():
        share = got / wanted - 1
        bad |= abs(share) > allowed
        lines.append(f"| {what} | {got:.6g} | {wanted:.6g} | {100 * share:+.4f} % |")
    lines += [
        "",
        "## Halving the cell (0.2 % allowed)",
        "",
        "| wall | drop, Pa | halved, Pa | difference |",
        "|---|---|---|---|",
    ]
    for wall, one, two in cells():
        bad |= abs(two / one - 1) > 2e-3
        lines.append(f"| {wall} | {one:.3f} | {two:.3f} | {100 * (two / one - 1):+.5f} % |")
    lines += [
        "",
        "## Choking: 5 m of 100 mm, 293 K",
        "",
        "| flow, kg/s | choked | p at the flange, Pa | p at the outlet, Pa | Mach at the outlet |",
        "|---|---|---|---|---|",
    ]
    for flow, choked, p_in, p_out, mach in choking():
        lines.append(f"| {flow:g} | {'yes' if choked else 'no'} | {p_in:.0f} | {p_out:.0f} | {mach:.4f} |")
    text = "\n".join(lines) + "\n"
    print(text)
    both, band, sweep = speed()
    print(
        f"60 m, 8 bends, both walls: {both:.3f} s; with its band: {band:.3f} s; "
        f"200 routes with bands: {sweep:.1f} s of processor"
    )
    if "--no-write" not in arguments:
        OUT.write_text(text, encoding="utf-8")
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
