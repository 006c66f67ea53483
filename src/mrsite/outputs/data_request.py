"""The data request: what the assessment lacked, in plain words, sorted by who can supply it.

The report gives the same gaps as lines of the site file; this sheet goes to people who never see that file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from mrsite.checks.finding import Finding, Missing, Outcome
from mrsite.outputs import typeset
from mrsite.outputs.order import numbered
from mrsite.outputs.to_do import people, question, supply, words

#: Who is asked, and the letter before the numbers.
_PEOPLE = {"vendor": "V", "architect": "A", "estates": "E", "department": "M"}
Question = tuple[str, str]  #: what is missing, and what to supply


def render(outcome: Outcome) -> bytes:
    """Return the sheet as PDF."""
    return typeset.pdf("data_request.typ", {
        "title": f"{outcome.project.name}: data request",
        "said": "What the assessment lacked. An answer needs its source (document, section, date) or the role of who "
                "gives it; figures without one stay unverified. F numbers are those of the report.",
        "parts": parts(outcome),
    })  # fmt: skip


def parts(outcome: Outcome) -> list[dict[str, Any]]:
    """Return for each of the people asked a heading and rows: number, what is missing, what to supply, the answer."""
    asked: dict[str, list[Question]] = {who: [] for who in _PEOPLE}
    asked["vendor"] += _of_magnets(outcome)
    asked["architect"] += _of_drawings(outcome)
    for who, asked_for in _of_findings(numbered(outcome.findings)):
        asked[who].append(asked_for)
    made = []
    for who, questions in asked.items():
        rows = [[f"{_PEOPLE[who]}{k}", what, supply, ""] for k, (what, supply) in enumerate(questions, 1)]
        made.append({"name": f"To {people()[who]}", "rows": rows})
    return made


def _of_magnets(outcome: Outcome) -> Iterator[Question]:
    said_of = words()
    for scanner in outcome.project.scanners:
        magnet = scanner.magnet
        who = f"{scanner.id} ({magnet.vendor} {magnet.model})"
        if not getattr(magnet, "verified", False):
            yield (
                f"{who}: the distances of its field lines were not read in any source",
                "Isogauss plot or table for 0.5, 1, 3, 5, 10, 20, 40 and 200 mT, along and across the bore, with "
                "document, section and year; whether the distances are extents of the line or read on the axis.",
            )
        assumed = [said_of["default"].get(name, name.replace("_", " ")) for name in magnet.defaults_used]
        if assumed:
            yield f"{who}: dimensions are assumed for its class", _sentence(assumed)
        if len(scanner.field_directions) > 1:
            yield (
                f"{who}: the direction of its field is not known",
                "Whether the field points to the patient end or away from it.",
            )
        for table, what in (("helium", "helium data are missing"), ("siting", "siting data are missing")):
            held = getattr(magnet, table, {})
            missing = [said for key, said in said_of[table].items() if key not in held]
            if missing:
                yield f"{who}: {what}", _sentence(missing)
        for text in scanner.assumed:
            yield f"{who}: {text}", "Confirm or correct."


def _of_drawings(outcome: Outcome) -> Iterator[Question]:
    storeys = outcome.project.storeys
    for storey in storeys:
        if storey.plan is None:
            yield f"{storey.name}: there is no drawing", "The plan as DXF."
            continue
        if storey.plan.unit_decision.conflicts:
            yield (
                f"{storey.name}: the drawing's unit is in doubt: {'; '.join(storey.plan.unit_decision.conflicts)}",
                "The drawing unit, and a file that declares it.",
            )
        for text in storey.plan.incomplete:
            yield f"{storey.name}: {text}", "A complete drawing."
        if storey.registered is None and len(storeys) > 1:
            yield (
                f"{storey.name}: its drawing is not shown to lie on the others",
                "Two points common to both drawings.",
            )


def _of_findings(findings: Iterable[tuple[str, Finding]]) -> Iterator[tuple[str, Question]]:
    """Ask once for what several findings lack, and once for things of which the same is missing."""
    lacking: dict[tuple[str, str], tuple[list[Missing], list[tuple[str, Finding]]]] = {}
    alone: list[tuple[str, Finding]] = []
    for number, finding in findings:
        if finding.status == "pass":
            continue
        for missing in finding.supply:
            gaps, told = lacking.setdefault((missing.who, missing.about), ([], []))
            gaps.append(missing)
            if (number, finding) not in told:
                told.append((number, finding))
        if not finding.supply and finding.status == "not-assessed":
            alone.append((number, finding))
    same: dict[tuple[str, str, str], list[str]] = {}
    for (who, about), (gaps, told) in lacking.items():
        same.setdefault((who, supply(gaps), _missing(told)), []).append(about)
    for (who, asked, what), things in same.items():
        named = asked[:1].islower() or len(things) > 1
        yield who, (what, f"Of {', '.join(things)}: {asked}" if named else asked)
    answers: dict[tuple[str, str], list[str]] = {}
    for number, finding in alone:
        answers.setdefault(question(finding), []).append(f"{number} {finding.message}")
    for (who, asked), messages in answers.items():
        yield who, ("\n".join(messages), asked)


def _missing(told: Sequence[tuple[str, Finding]]) -> str:
    """Return what the findings say: one in full, several by their subjects."""
    if len(told) == 1:
        return f"{told[0][0]} {_plain(told[0][1])}"
    return "\n".join(f"{n} {_plain(f) if f.check == 'attested' else f.subject}" for n, f in told)


def _plain(finding: Finding) -> str:
    return finding.message.removeprefix("Nobody attests: ")


def _sentence(parts: Sequence[str]) -> str:
    text = "; ".join(parts)
    return text[:1].upper() + text[1:] + "."
