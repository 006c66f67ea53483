"""Findings in the order and with the numbers under which every output shows them."""

from __future__ import annotations

from collections.abc import Iterable

from mrsite.checks.finding import STATUSES, Finding

SEVERITIES = ("law", "standard", "professional", "vendor", "advice")


def numbered(findings: Iterable[Finding]) -> list[tuple[str, Finding]]:
    """Return (number, finding), worst first: F1, F2, ... the same in drawing, report and tables."""
    ordered = sorted(findings, key=lambda f: (STATUSES.index(f.status), SEVERITIES.index(f.severity), f.id))
    return [(f"F{k + 1}", finding) for k, finding in enumerate(ordered)]
