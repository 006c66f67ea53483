"""The data request: what the assessment lacked, in plain words, sorted by who can supply it.

The report gives the same gaps as lines of the site file; this sheet goes to people who never see that file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from mrsite.base.data import data_folder
from mrsite.checks.finding import Finding, Missing, Outcome
from mrsite.outputs import typeset
from mrsite.outputs.order import numbered

#: Who is asked: the heading, and the letter before the numbers.
_PEOPLE = {
    "vendor": ("To the magnet's vendor", "V"),
    "architect": ("To the architect", "A"),
    "estates": ("To estates and facilities", "E"),
    "department": ("To the MR department", "M"),
}
#: Of a check that another package brings, whose questions are not known here.
_BY_NUMBER = {"who": "department", "ask": "What the report asks for under this number."}
Question = tuple[str, str]  #: what is missing, and what to supply


@cache
def _words() -> Mapping[str, Any]:
    import tomllib

    return tomllib.loads((data_folder("outputs") / "report" / "questions.toml").read_text(encoding="utf-8"))


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
    for who, question in _of_findings(numbered(outcome.findings)):
        asked[who].append(question)
    made = []
    for who, questions in asked.items():
        heading, letter = _PEOPLE[who]
        rows = [[f"{letter}{k}", what, supply, ""] for k, (what, supply) in enumerate(questions, 1)]
        made.append({"name": heading, "rows": rows})
    return made


def _of_magnets(outcome: Outcome) -> Iterator[Question]:
    words = _words()
    for scanner in outcome.project.scanners:
        magnet = scanner.magnet
        who = f"{scanner.id} ({magnet.vendor} {magnet.model})"
        if not getattr(magnet, "verified", False):
            yield (
                f"{who}: the distances of its field lines were not read in any source",
                "Isogauss plot or table for 0.5, 1, 3, 5, 10, 20, 40 and 200 mT, along and across the bore, with "
                "document, section and year; whether the distances are extents of the line or read on the axis.",
            )
        assumed = [words["default"].get(name, name.replace("_", " ")) for name in magnet.defaults_used]
        if assumed:
            yield f"{who}: dimensions are assumed for its class", _sentence(assumed)
        if len(scanner.field_directions) > 1:
            yield (
                f"{who}: the direction of its field is not known",
                "Whether the field points to the patient end or away from it.",
            )
        for table, what in (("helium", "helium data are missing"), ("siting", "siting data are missing")):
            held = getattr(magnet, table, {})
            missing = [said for key, said in words[table].items() if key not in held]
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
        same.setdefault((who, _supply(gaps, told), _missing(told)), []).append(about)
    for (who, supply, what), things in same.items():
        named = supply[:1].islower() or len(things) > 1
        yield who, (what, f"Of {', '.join(things)}: {supply}" if named else supply)
    answers: dict[tuple[str, str], list[str]] = {}
    for number, finding in alone:
        known = _words()["check"].get(finding.check, _BY_NUMBER)
        answers.setdefault((known["who"], known["ask"]), []).append(f"{number} {finding.message}")
    for (who, supply), messages in answers.items():
        yield who, ("\n".join(messages), supply)


def _missing(told: Sequence[tuple[str, Finding]]) -> str:
    """Return what the findings say: one in full, several by their subjects."""
    if len(told) == 1:
        return f"{told[0][0]} {_plain(told[0][1])}"
    return "\n".join(f"{n} {_plain(f) if f.check == 'attested' else f.subject}" for n, f in told)


def _plain(finding: Finding) -> str:
    return finding.message.removeprefix("Nobody attests: ")


def _supply(gaps: Sequence[Missing], told: Sequence[tuple[str, Finding]]) -> str:
    words = _words()
    keys = [re.split(r"\s*=", key, maxsplit=1)[0] for gap in gaps for key in gap.keys]
    if not keys:
        # An entry that is missing as a whole, or one of another file, which bears its key among its lines.
        heads = [re.sub(r"\W", "", gap.entry[0]) for gap in gaps]
        keys = [] if heads[0] in words["entry"] else [line.split(" =")[0] for gap in gaps for line in gap.entry[1:]]
        if not keys:
            return str(words["entry"][heads[0]])
    said = dict.fromkeys(words["key"].get(key, key.replace("_", " ")) for key in keys)
    return "; ".join(said) + "."


def _sentence(parts: Sequence[str]) -> str:
    text = "; ".join(parts)
    return text[:1].upper() + text[1:] + "."
