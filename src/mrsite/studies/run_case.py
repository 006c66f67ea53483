"""One case to its result: pure, so that any worker anywhere gives the same bytes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mrsite.base.errors import InputError
from mrsite.base.toml import Document, validate
from mrsite.site.project import Project
from mrsite.studies.cases import Case


def project_of(case: Case) -> Project:
    """Read the site of a case.

    Raises
    ------
    InputError
        The site cannot be read.
    """
    from mrsite.site.load import load_project
    from mrsite.site.schema import SiteFile

    # one name for all cases: what is derived from a room must not depend on which case it is in
    document = Document(Path(case.folder) / f"{Path(case.site).name} (varied)", json.loads(case.data))
    return load_project(validate(SiteFile, document), document)


def blank(case: Case) -> dict[str, Any]:
    """Return the result of a case of which nothing is known yet."""
    return {
        "case": case.key,
        "index": case.index,
        "site": case.site,
        "values": json.loads(case.values),
        "measures": {},
        "findings": [],
        "error": None,
    }


def run_case(case: Case) -> dict[str, Any]:
    """Return the result of a case as JSON data; a site that cannot be read is a result that says so.

    A layout of a search that does not fit is not assessed: ``why`` says what is in the way.
    """
    from mrsite.checks.run import assess
    from mrsite.studies.layout import layout_measures, misfit
    from mrsite.studies.measures import measures

    result = blank(case)
    within = json.loads(case.within) if case.within else None
    try:
        project = project_of(case)
        if within is not None:
            why = misfit(project, within["scanner"], tuple(within["rooms"]), within["clearance_m"])
            if why is not None:
                return {**result, "conclusion": "does not fit", "why": why}
        outcome = assess(project)
    except InputError as error:
        return {**result, "conclusion": "not read", "error": error.message}
    return {
        **result,
        "conclusion": outcome.conclusion,
        "measures": measures(outcome) | ({} if within is None else layout_measures(outcome, within["scanner"])),
        "findings": [{"id": f.id, "status": f.status, "margin": _rounded(f.margin)} for f in outcome.findings],
    }


def _rounded(value: float | None) -> float | None:
    """To nine digits: beyond them processors and their libraries need not agree."""
    return None if value is None else float(f"{value:.9g}")


def result_bytes(result: dict[str, Any]) -> bytes:
    """Return a result as the file that is kept of it."""
    return (json.dumps(result, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n").encode()
