"""A change of magnets as a page, a table of what it does to findings, and a sheet for each magnet taken away."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mrsite.base.data import data_folder
from mrsite.base.quantity import Banded
from mrsite.base.text import distinct_slugs
from mrsite.checks.finding import Finding
from mrsite.outputs import csv_tables, plan_svg, printed, typeset
from mrsite.outputs.magnet_marks import UNVERIFIED
from mrsite.outputs.marks import storey_drawing
from mrsite.site.project import Project, Scanner
from mrsite.studies.lifecycle import Lifecycle, Phase

#: Facts of the maker that a change of magnets turns on: what a person reads, table and key of the magnet's file.
_FACTS = (
    ("mass, kg", "siting", "mass_kg"),
    ("minimum room, m", "siting", "minimum_room_m"),
    ("isocentre height, m", "siting", "isocentre_height_m"),
    ("helium inventory, L", "helium", "inventory_L"),
    ("quench flange diameter, mm", "helium", "flange_diameter_mm"),
    ("back pressure allowed, kPa", "helium", "max_back_pressure_kPa"),
)


@dataclass(frozen=True)
class Table:
    """A table of the page."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    said: str = ""


def files(change: Lifecycle) -> dict[str, bytes]:
    """Return ``lifecycle.html``, ``changes.csv``, and ``decommissioning-ID.pdf`` of each magnet taken away."""
    made = {"lifecycle.html": _page(change), "changes.csv": csv_tables.sheet([list(_CHANGES), *_change_rows(change)])}
    gone = change.removed
    for scanner, name in zip(gone, distinct_slugs([s.id for s in gone], "magnet")):
        made[f"decommissioning-{name}.pdf"] = decommissioning(change, scanner)
    return made


def summary(change: Lifecycle) -> list[str]:
    """Return what a person must know, in lines."""
    said = [f"{phase.name}: {_said(phase)}" for phase in (*change.phases, *change.positions)]
    said += [f"{old.id} ({old.magnet.id}) gives way to {new.id} ({new.magnet.id})" for old, new in change.pairs]
    for move in change.moves:
        if move.spaces:
            line = printed.field_mT(move.level_T)
            said.append(f"{move.storey}: the outer edge of {line} newly reaches {', '.join(move.spaces)}")
    return said


def _said(phase: Phase) -> str:
    if phase.outcome is None:
        return "no magnet stands, so there is no field to judge"
    counts = ", ".join(f"{n} {status}" for status, n in phase.outcome.counts.items())
    return f"{', '.join(phase.standing)} in place; conclusion {phase.outcome.conclusion} ({counts})"


_CHANGES = ("rule", "subject", "as it is", "as planned", "finding")


def _page(change: Lifecycle) -> bytes:
    from jinja2 import Environment, PackageLoader
    from markupsafe import Markup

    tables = [
        Table("States", ("state", "what stands, and what it comes to"), [(p.name, _said(p)) for p in change.phases]),
        Table(
            "Old against new",
            ("fact", *(f"{s.id}: {s.magnet.label}" for s in _in_time(change.project))),
            _facts_side_by_side(_in_time(change.project)),
            "As their makers state them; what is not stated must be asked for.",
        ),
        Table(
            "Lines",
            ("storey and line", "area as it is, m2", "area as planned, m2", "outer edge gains, m2", "gives up, m2",
             "told apart", "newly reached, not restricted"),
            _line_rows(change),
            "" if change.moves else "Not compared: no field before or after.",
        ),
        Table(
            "Findings that change", _CHANGES, _change_rows(change),
            "" if change.changes else "None, or not comparable.",
        ),
        Table(
            "Ways in and out", ("verdict", "way", "finding"), _way_rows(change.ways),
            "" if change.ways else "No delivery or removal is stated: add [[pathway]] of these kinds.",
        ),
    ]  # fmt: skip
    if change.positions:
        tables.append(
            Table(
                "A magnet that moves, position by position",
                ("position", "what it comes to"),
                [(p.name, _said(p)) for p in change.positions],
                "The assessment itself judges the worst of all positions.",
            )
        )
    plans = [(f"{p.name}: {storey}", Markup(svg)) for p in change.phases for storey, svg in _plans(p)]
    environment = Environment(loader=PackageLoader("mrsite", "data/outputs"), autoescape=True)
    page = environment.get_template("lifecycle.html.j2").render(site=change.project.name, tables=tables, plans=plans)
    return page.encode()


def _plans(phase: Phase) -> list[tuple[str, str]]:
    outcome = phase.outcome
    if outcome is None:
        return []
    made = []
    for name in dict.fromkeys(s.storey for s in outcome.project.scanners if s.status != "removed"):
        plan = outcome.project.storey(name).plan
        svg = plan_svg.render(storey_drawing(outcome, name), plan.linework if plan is not None else (), whole=False)
        made.append((name, svg.decode().split("?>", 1)[-1]))
    return made


def _in_time(project: Project) -> list[Scanner]:
    """Scanners in the order in which they stood and will stand."""
    return sorted(project.scanners, key=lambda s: ("removed", "existing", "proposed").index(s.status))


def _facts_side_by_side(scanners: Sequence[Scanner]) -> list[list[str]]:
    rows = [["status", *(s.status for s in scanners)]]
    rows.append(["field, T", *("" if s.magnet.B0_T is None else f"{s.magnet.B0_T:g}" for s in scanners)])
    for name, table, key in _FACTS:
        rows.append([name, *(_figure(s, table, key) for s in scanners)])
    rows.append(["evidence", *(s.magnet.grade for s in scanners)])
    return rows


def _figure(scanner: Scanner, table: str, key: str) -> str:
    cited = getattr(scanner.magnet, table).get(key)
    return "not stated" if cited is None else f"{cited.value} ({cited.grade})"


def _line_rows(change: Lifecycle) -> list[list[str]]:
    return [
        [
            f"{m.storey}, {printed.field_mT(m.level_T)}", _area(m.before), _area(m.after),
            printed.up(m.gained), printed.down(m.lost), "yes" if m.told_apart else "no: the bands overlap",
            ", ".join(m.spaces) or "none",
        ]
        for m in change.moves
    ]  # fmt: skip


def _area(area: Banded) -> str:
    return f"{area.value:.1f} ({area.lower:.1f} to {area.upper:.1f})"


def _change_rows(change: Lifecycle) -> list[list[str]]:
    rows = []
    for old, new in change.changes:
        told = new or old
        assert told is not None
        where = f"{told.subject}, {told.storey}" if told.storey else told.subject
        rows.append([told.rule, where, _status(old), _status(new), told.message])
    return rows


def _status(finding: Finding | None) -> str:
    return "no such finding" if finding is None else finding.status


def _way_rows(ways: Sequence[Finding]) -> list[list[str]]:
    return [[f.status, f.subject, f.message] for f in ways]


def decommissioning(change: Lifecycle, scanner: Scanner) -> bytes:
    """Return the sheet for taking one magnet away."""
    project = change.project
    rules = {rule.id: rule for pack in project.packs for rule in pack.rules}
    steps = []
    text = (data_folder("outputs") / "report" / "decommissioning.toml").read_text(encoding="utf-8")
    for k, step in enumerate(tomllib.loads(text)["step"], 1):
        steps.append([str(k), step["when"], f"{step['text']} {_source(step, rules)}", step["who"], ""])
    staying = [s.id for s in project.scanners if s.status == "existing"]
    coming = [new.id for old, new in change.pairs if old.id == scanner.id]
    return typeset.pdf("decommissioning.typ", {
        "title": f"{project.name}: taking {scanner.id} away",
        "warning": "" if scanner.magnet.verified else f"{UNVERIFIED}: ask the maker for the facts below",
        "words": [
            f"{scanner.id}: {scanner.magnet.label}, on {scanner.storey}",
            f"stays in field near by: {', '.join(staying)}" if staying else "no other magnet stays in field",
            f"takes its place: {', '.join(coming)}" if coming else "no magnet takes its place",
        ],
        "steps": steps,
        "facts": [_fact(scanner, *fact) for fact in _FACTS if fact[2] in ("mass_kg", "inventory_L")],
        "ways": _way_rows([f for f in change.ways if f.rule == "WAY-removal"]),
    })  # fmt: skip


def _source(step: dict[str, Any], rules: dict[str, Any]) -> str:
    rule = rules.get(step.get("rule", ""))
    if rule is not None:
        return f"[{rule.id}, {rule.grade}: {rule.wording} {rule.source}]"
    if "rule" in step:
        return f"[{step['rule']}, of a pack that is not in use here]"
    return "[good practice, no source: confirm]"


def _fact(scanner: Scanner, name: str, table: str, key: str) -> list[str]:
    cited = getattr(scanner.magnet, table).get(key)
    return (
        [name, "not stated: ask the maker", ""]
        if cited is None
        else [name, str(cited.value), f"{cited.source}, {cited.grade}"]
    )
