"""One case to its result: pure, so that any worker anywhere gives the same bytes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mrsite.base.errors import InputError
from mrsite.base.toml import Document, validate
from mrsite.checks.finding import Outcome
from mrsite.studies.cases import Case


def outcome_of(case: Case) -> Outcome:
    """Assess a case.

    Raises
    ------
    InputError
        The site cannot be read.
    """
    from mrsite.checks.run import assess
    from mrsite.site.load import load_project
    from mrsite.site.schema import SiteFile

    document = Document(Path(case.folder) / f"{Path(case.site).name} (varied)", json.loads(case.data))
    return assess(load_project(validate(SiteFile, document), document))


def run_case(case: Case) -> dict[str, Any]:
    """Return the result of a case as JSON data; a site that cannot be read is a result that says so."""
    from mrsite.studies.measures import measures

    result: dict[str, Any] = {
        "case": case.key,
        "index": case.index,
        "site": case.site,
        "values": json.loads(case.values),
        "error": None,
    }
    try:
        outcome = outcome_of(case)
    except InputError as error:
        return {**result, "conclusion": "not read", "measures": {}, "findings": [], "error": error.message}
    return {
        **result,
        "conclusion": outcome.conclusion,
        "measures": measures(outcome),
        "findings": [{"id": f.id, "status": f.status, "margin": f.margin} for f in outcome.findings],
    }


def result_bytes(result: dict[str, Any]) -> bytes:
    """Return a result as the file that is kept of it."""
    return (json.dumps(result, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n").encode()
