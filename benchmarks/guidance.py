"""One site under the guidance of several countries, side by side, each difference with the rule that makes it.

``python -m benchmarks.guidance [SITE.toml] [PACK ...]``; the example and uk, usa, italy by default.
The field is computed once: only the rules differ.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from mrsite.checks.finding import Finding, Outcome
from mrsite.checks.run import run_checks, wanted
from mrsite.guidance import load_packs
from mrsite.site.evidence import Wanted
from mrsite.site.gather import gather
from mrsite.site.load import load_project
from mrsite.site.project import Project
from mrsite.site.schema import read_site_file
from mrsite.site.total_field import total_field

EXAMPLE = Path(__file__).resolve().parents[1] / "floorplans" / "district-hospital" / "site.toml"


def side_by_side(project: Project, packs: Sequence[str]) -> dict[str, Outcome]:
    """Return the outcome under each pack, all from one field and one evidence."""
    sites = {name: replace(project, packs=load_packs([name])) for name in packs}
    total = Wanted()
    for site in sites.values():
        total = total + wanted(site)
    evidence = gather(project, total_field(project), total)
    return {name: run_checks(site, evidence) for name, site in sites.items()}


def differences(outcomes: dict[str, Outcome]) -> list[tuple[str, dict[str, Finding | None]]]:
    """Return the subjects on which the packs do not say the same."""
    table: dict[str, dict[str, Finding | None]] = {}
    for name, outcome in outcomes.items():
        for finding in outcome.findings:
            key = f"{finding.check}: {finding.subject}{f' ({finding.storey})' if finding.storey else ''}"
            table.setdefault(key, dict.fromkeys(outcomes))[name] = finding
    return [(k, row) for k, row in table.items() if len({f.status if f else None for f in row.values()}) > 1]


def main(arguments: Sequence[str]) -> int:
    """Print the table."""
    site = Path(arguments[0]) if arguments and arguments[0].endswith(".toml") else EXAMPLE
    packs = [a for a in arguments if not a.endswith(".toml")] or ["uk", "usa", "italy"]
    outcomes = side_by_side(load_project(*read_site_file(site)), packs)
    for name, outcome in outcomes.items():
        print(f"{name:8} {outcome.conclusion:7} {outcome.counts}")
    print(f"\n{'subject':58}" + "".join(f"{name:34}" for name in packs))
    for subject, row in differences(outcomes):
        cells = [f"{f.status} by {f.rule}" if f else "no rule of this pack" for f in row.values()]
        print(f"{subject[:57]:58}" + "".join(f"{cell[:33]:34}" for cell in cells))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
