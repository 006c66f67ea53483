"""The commissioning safety review as a sheet: every rule, what mrsite says of it, and room for who has seen what.

The PDF is for the walk, the CSV is filled in and named in the site file by ``[review] sheet``; answers that
still hold for these drawings and magnets are carried into both.
"""

from __future__ import annotations

from typing import Any

from mrsite.checks.attested import cover_hash, says_no
from mrsite.checks.finding import Outcome
from mrsite.checks.reviewed import standing
from mrsite.guidance.packs import Rule
from mrsite.outputs import csv_tables, typeset
from mrsite.site.review_sheet import COLUMNS
from mrsite.site.schema import AttestationEntry

_MOST_SUBJECTS = 3


def files(outcome: Outcome) -> dict[str, bytes]:
    """Return ``review.pdf`` and ``review.csv``."""
    rows = review_rows(outcome)
    return {"review.pdf": _pdf(outcome, rows), "review.csv": csv_tables.table(COLUMNS, rows)}


def review_rows(outcome: Outcome) -> list[dict[str, Any]]:
    """Return one row a rule of the packs in use, keys as the columns of the sheet."""
    covers = cover_hash(outcome.project)
    answers = {entry.rule: entry for entry in standing(outcome.project)}
    rows = []
    for pack in outcome.project.packs:
        states = {row["id"]: row["status"] for row in outcome.coverage[pack.id]["rules"]}
        for rule in pack.rules:
            if states[rule.id] == "does-not-apply" or rule.superseded:
                continue
            rows.append(
                {
                    "rule": rule.id,
                    "document": f"{rule.document} {rule.edition}, {rule.section}",
                    "what": rule.wording,
                    "mrsite_says": _says(outcome, rule, states[rule.id]),
                    **_answer(answers.get(rule.id)),
                    "covers": covers,
                }
            )
    return rows


def _says(outcome: Outcome, rule: Rule, status: str) -> str:
    if rule.reach == "out-of-reach":
        return f"not judged by mrsite: {rule.why}" if rule.why else "not judged by mrsite"
    worst = [f.subject for f in outcome.findings if rule.id in (f.rule, *f.also) and f.status == status]
    more = f" and {len(worst) - _MOST_SUBJECTS} more" if len(worst) > _MOST_SUBJECTS else ""
    about = f" ({', '.join(worst[:_MOST_SUBJECTS])}{more})" if worst and worst != [rule.id] else ""
    return f"{'for a person to answer' if rule.reach == 'attested' else status}{about}"


def _answer(entry: AttestationEntry | None) -> dict[str, str]:
    if entry is None:
        return dict.fromkeys(("answer", "who", "date", "expires", "remark"), "")
    return {
        "answer": "no" if says_no(entry) else "yes",
        "who": entry.who,
        "date": entry.date,
        "expires": entry.expires or "",
        "remark": entry.answer if isinstance(entry.answer, str) and not says_no(entry) else "",
    }


def _pdf(outcome: Outcome, rows: list[dict[str, Any]]) -> bytes:
    project = outcome.project
    issue = project.issue
    magnets = ", ".join(f"{s.id}: {s.magnet.label} ({s.status})" for s in project.scanners)
    return typeset.pdf("review.typ", {
        "title": f"{project.name}: commissioning safety review",
        "words": [
            magnets,
            f"revision {issue.revision or 'not stated'}, {issue.date or 'date not stated'}; drawings and magnets "
            f"{cover_hash(project)}: another drawing or magnet needs another review",
            "Seen: yes or no. No is always heard; yes settles only what a person must answer, never what was computed.",
            "Assessed before: " + ", ".join(f"{n} {status}" for status, n in outcome.counts.items()),
        ],
        "rows": [
            [r["rule"], r["what"], r["mrsite_says"], r["answer"], " ".join(filter(None, (r["who"], r["date"])))]
            for r in rows
        ],
        "signatures": ["MR safety expert", "MR responsible person", "estates", "vendor's engineer"],
    })  # fmt: skip
