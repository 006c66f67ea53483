"""What `mrsite rooms` shows of a plan: lines and tables of plain text, nothing drawn yet."""

from __future__ import annotations

from dataclasses import dataclass

from mrsite.plans.north import north_arrows
from mrsite.plans.plan import Door, Plan, Room


@dataclass(frozen=True)
class Table:
    """A titled table of text cells."""

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class PlanReport:
    """Everything a person should see of what was read.

    Parameters
    ----------
    headline : str
        One sentence: file, unit, how many rooms and doors.
    unit : tuple of str
        The unit decision and each piece of evidence.
    tables : tuple of Table
        Rooms, doors, windows and openings, layers, views, what was left out.
    read, repaired, guessed, warnings, incomplete : tuple of str
        The three lists, and what is wrong.
    """

    headline: str
    unit: tuple[str, ...]
    tables: tuple[Table, ...]
    read: tuple[str, ...]
    repaired: tuple[str, ...]
    guessed: tuple[str, ...]
    warnings: tuple[str, ...]
    incomplete: tuple[str, ...]

    def lines(self) -> list[str]:
        """Return the whole report as lines of plain text, tables in aligned columns."""
        out = [self.headline, "", *self.unit]
        for title, items in (
            ("Walls may be missing", self.incomplete),
            ("Warnings", self.warnings),
            ("Read", self.read),
            ("Repaired", self.repaired),
            ("Guessed", self.guessed),
        ):
            if items:
                out += ["", title, *(f"  {item}" for item in items)]
        for table in self.tables:
            if table.rows:
                out += ["", table.title, *_aligned(table)]
        return out

    def table(self, title: str) -> Table:
        """Return the table of that title."""
        return next(t for t in self.tables if t.title == title)


def plan_report(plan: Plan) -> PlanReport:
    """Put a plan into rows of text."""
    by = {s: sum(r.status == s for r in plan.rooms) for s in ("confirmed", "proposed", "withheld")}
    name = plan.path.replace("\\", "/").rsplit("/", 1)[-1]
    counts = ", ".join(f"{n} {s}" for s, n in by.items() if n)
    headline = (
        f"{name}: unit {plan.unit}; {len(plan.rooms)} rooms{f' ({counts})' if counts else ''}, "
        f"{len(plan.doors)} doors, {len(plan.windows)} windows, {len(plan.openings)} doorless openings"
    )
    tables = (
        Table(
            "Rooms",
            ("id", "number", "name", "storey", "area m2", "printed m2", "status", "reason"),
            tuple(_room(r) for r in plan.rooms),
        ),
        Table(
            "Doors",
            ("id", "number", "at m", "width mm", "kind", "between", "swings into", "storey", "status", "read from"),
            tuple(_door(d) for d in plan.doors),
        ),
        Table(
            "Windows and openings",
            ("kind", "at m", "width mm", "between", "status", "read from"),
            tuple(
                ("window", _at(w.at), f"{w.width_m * 1000:.0f}", " | ".join(w.rooms), w.status, w.source)
                for w in plan.windows
            )
            + tuple(
                ("opening", _at(o.at), f"{o.width_m * 1000:.0f}", " | ".join(o.rooms), o.status, o.source)
                for o in plan.openings
            ),
        ),
        Table(
            "Stairs and lifts",
            ("kind", "at m", "storey", "status", "read from"),
            tuple((f.kind, _at(f.at), f.storey or "", f.status, f.source) for f in plan.stairs + plan.lifts),
        ),
        Table(
            "Layers",
            ("layer", "taken as", "score", "why", "entities"),
            tuple((d.name, d.kind, f"{d.score:.2f}", d.why, str(d.entities)) for d in plan.layers if d.entities),
        ),
        Table(
            "Views",
            ("view", "kind", "extent m", "read", "reason"),
            tuple(
                (v.name, v.kind, " ".join(f"{x:.2f}" for x in v.extent), "yes" if v.read else "no", v.reason)
                for v in plan.views
            ),
        ),
        Table("Left out", ("what", "count", "why"), tuple((c.what, str(c.count), c.why) for c in plan.culls)),
    )
    guessed = (*plan.guessed, *(arrow.sentence() for arrow in north_arrows(plan)))
    return PlanReport(headline, _unit(plan), tables, plan.read, plan.repaired, guessed, plan.warnings, plan.incomplete)


def _aligned(table: Table) -> list[str]:
    cells = [table.headers, *table.rows]
    # Labels may hold line ends; a row is one line.
    flat = [[" ".join(c.split()) for c in row] for row in cells]
    widths = [min(max(len(row[k]) for row in flat), 44) for k in range(len(table.headers))]
    return ["  " + "  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in flat]


def _unit(plan: Plan) -> tuple[str, ...]:
    d = plan.unit_decision
    how = {
        "evidence": "declared by the file and supported by the drawing",
        "given": "given",
        "guess": "a guess: not certain",
        "calibrated": "calibrated",
    }
    lines = [f"unit {d.chosen} ({how.get(d.source, d.source)}): one drawing unit is {plan.unit_m:.10g} m"]
    lines += [f"{e.kind} -> {e.says}: {e.detail}" for e in sorted(d.evidence, key=lambda e: -e.weight)]
    return tuple(lines + [f"against it: {c}" for c in d.conflicts])


def _room(r: Room) -> tuple[str, ...]:
    printed = "" if r.printed_area_m2 is None else f"{r.printed_area_m2:.1f}"
    return (r.id, r.number, r.name, r.storey or "", f"{r.area_m2:.2f}", printed, r.status, r.reason)


def _door(d: Door) -> tuple[str, ...]:
    return (
        d.id,
        d.number,
        _at(d.at),
        f"{d.width_m * 1000:.0f}",
        d.kind,
        " | ".join(d.rooms),
        d.swing_to,
        d.storey or "",
        d.status,
        d.source,
    )


def _at(p: tuple[float, float]) -> str:
    return f"{p[0]:.3f}, {p[1]:.3f}"
