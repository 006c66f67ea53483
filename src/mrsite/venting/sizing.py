"""What diameter the route needs, and what a vendor's sizing table says of it: side by side, never averaged."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mrsite.base.errors import InputError
from mrsite.base.quantity import Banded
from mrsite.venting import catalogue
from mrsite.venting.pipe import Ambient, cells_of, solve_pipe
from mrsite.venting.route import Piece, Route
from mrsite.venting.search import Inlet


@dataclass(frozen=True, slots=True)
class Section:
    """Consecutive pieces of one bore."""

    diameter: float  #: m
    start: float  #: m along the route
    end: float  #: m
    share: float  #: of the pressure drop that is lost here, 0 to 1 (in the worse bound)
    required: float | None  #: m, bore of this section alone, the rest as drawn; None: no bore of it alone suffices


@dataclass(frozen=True)
class Sizing:
    """Bores that keep the drop within a limit."""

    limit: float  #: Pa
    drop: float  #: Pa as drawn, worse bound
    uniform: float | None  #: m, one bore for the whole route
    sections: tuple[Section, ...]


def worse_drop(route: Route, mass_flow: float, inlet: Inlet, ambient: Ambient | None = None) -> float:
    """Larger drop of cold and warm wall, Pa; inf where the route refuses the flow or chokes."""
    worst = 0.0
    for wall in ("cold", "warm"):
        try:
            result = solve_pipe(route, mass_flow, inlet, ambient, wall, cells_per_m=2.0)  # type: ignore[arg-type]
        except InputError:
            return math.inf
        worst = max(worst, math.inf if result.choked else result.drop)
    return worst


def required_diameters(
    route: Route,
    mass_flow: float,
    inlet: Inlet,
    limit: float,
    ambient: Ambient | None = None,
    *,
    largest: float = 1.0,
    accuracy: float = 5e-4,
) -> Sizing:
    """Find the bore that each section needs for the drop to stay within ``limit`` (Pa), on the worse wall.

    ``uniform`` is the smallest single bore for the whole route; a section's ``required`` keeps the others as drawn.
    To within ``accuracy`` (m), rounded up.
    """
    if not limit > 0:
        raise InputError("a pressure limit above zero is needed to size a quench pipe")

    def smallest(make: Any) -> float | None:
        low, high = 0.02, largest
        if worse_drop(make(high), mass_flow, inlet, ambient) > limit:
            return None
        while high - low > accuracy:
            middle = 0.5 * (low + high)
            if worse_drop(make(middle), mass_flow, inlet, ambient) <= limit:
                high = middle
            else:
                low = middle
        return high

    drawn = worse_drop(route, mass_flow, inlet, ambient)
    worse = max(
        (solve_pipe(route, mass_flow, inlet, ambient, wall, cells_per_m=2.0) for wall in ("cold", "warm")),  # type: ignore[arg-type]
        key=lambda r: r.drop,
    )
    found = []
    groups = _groups(route.pieces)
    owner = cells_of(route, "cold", ambient or Ambient(), 2.0)[1]
    number_of = {id(piece): number for number, group in enumerate(groups) for piece in group}
    section_of = np.array([number_of[id(route.pieces[i])] for i in owner])
    fall = worse.p[:-1] - worse.p[1:]
    for number, group in enumerate(groups):
        first, last = group[0], group[-1]
        required = None
        if len(groups) > 1:
            required = smallest(lambda d, n=number: _with_section(route, groups, n, d))
        lost = float(np.sum(fall[section_of == number])) / max(worse.drop, 1e-9)
        found.append(Section(first.diameter, first.start, last.start + last.length, lost, required))
    uniform = smallest(route.with_diameter)
    if len(groups) == 1:
        found = [Section(found[0].diameter, found[0].start, found[0].end, 1.0, uniform)]
    return Sizing(limit, drawn, uniform, tuple(found))


def _groups(pieces: Sequence[Piece]) -> list[list[Piece]]:
    groups: list[list[Piece]] = []
    for piece in pieces:
        if groups and abs(groups[-1][0].diameter - piece.diameter) < 1e-9:
            groups[-1].append(piece)
        else:
            groups.append([piece])
    return groups


def _with_section(route: Route, groups: list[list[Piece]], number: int, diameter: float) -> Route:
    from dataclasses import replace

    from mrsite.venting.route import chained

    pieces = []
    for index, group in enumerate(groups):
        for piece in group:
            if piece.kind == "area" or piece.name == "contraction":
                continue  # made anew from the bores on both sides
            pieces.append(replace(piece, diameter=diameter) if index == number else piece)
    return replace(route, pieces=chained(pieces))


@dataclass(frozen=True)
class TableRow:
    """One line of a vendor's table applied to a route."""

    what: str  #: "straight" or "bend"
    band: int  #: from 0
    length: float  #: m, or the number of bends
    each: float  #: Pa a metre or a bend
    drop: float  #: Pa


@dataclass(frozen=True)
class TableResult:
    """What the vendor's own table gives for the route."""

    id: str
    label: str
    rows: tuple[TableRow, ...]
    drop: Banded  #: Pa; the band comes from edges that the source does not state
    limit: float | None  #: Pa
    applies: bool  #: the table is for this bore
    source: str


def table_sum(rows: Sequence[tuple[float, float]]) -> float:
    """Sum of value times count: what a vendor's worked table adds up to."""
    return sum(value * count for value, count in rows)


def sizing_table(route: Route, table: str | Mapping[str, Any]) -> TableResult:
    """Apply a vendor's table of pressure drops a metre and a bend, by distance from the magnet.

    ``table`` is an id of the packaged tables or a mapping of the same keys (from a magnet file).
    """
    row = catalogue.entry("limits", "sizing_table", table) if isinstance(table, str) else dict(table)
    ends = [float(e) for e in row["band_end_m"]]
    early = [float(e) for e in row.get("band_end_earliest_m", ends)]
    rows = _applied(route, row, ends)
    low, high = sorted((sum(r.drop for r in rows), sum(r.drop for r in _applied(route, row, early))))
    bore = float(row["diameter_mm"]) * 1e-3
    applies = all(abs(p.diameter - bore) <= 0.03 * bore for p in route.pieces)
    limit = row.get("max_drop_Pa")
    return TableResult(
        str(row.get("id", "table")),
        str(row.get("label", "sizing table")),
        rows,
        Banded(high, low, high, "Pa"),
        None if limit is None else float(limit),
        applies,
        str(row["source"]),
    )


def _applied(route: Route, row: Mapping[str, Any], ends: Sequence[float]) -> tuple[TableRow, ...]:
    edges = [0.0, *ends, math.inf]
    straight, bend = row["straight_Pa_per_m"], row["bend_Pa"]
    rows = []
    for band in range(len(straight)):
        a, b = edges[band], edges[band + 1]
        length = sum(max(0.0, min(p.start + p.length, b) - max(p.start, a)) for p in route.pieces if p.kind == "pipe")
        turns = sum(a <= p.start < b for p in route.bends)
        if length:
            rows.append(TableRow("straight", band, length, straight[band], length * straight[band]))
        if turns:
            rows.append(TableRow("bend", band, turns, bend[band], turns * bend[band]))
    return tuple(rows)
