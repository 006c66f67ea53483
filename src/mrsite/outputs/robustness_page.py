"""How likely each check passes and what it hangs on: a page, a table, data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mrsite.base.text import inert
from mrsite.studies.measures import MEASURES
from mrsite.studies.robustness import Robust, Robustness, Spread
from mrsite.studies.table import rows_csv


def files(found: Robustness) -> dict[str, bytes]:
    """Return ``robustness.html``, ``robustness.csv`` and ``robustness.json``."""
    rows = [_row(found, r) for r in found.findings]
    data = {
        "schema": 1,
        "site": found.outcome.project.name,
        "samples": found.count,
        "seed": found.seed,
        "inputs": [{"name": u.name, "says": u.says} for u in found.inputs],
        "conclusions": {word: _interval(share) for word, share in found.conclusions.items()},
        "measures": {name: _spread(found, spread) for name, spread in found.measures.items()},
        "findings": [
            {
                "id": r.finding.id,
                "status": r.finding.status,
                "shares": r.shares,
                "passes": _interval(r.passes),
                "within_limit": None if r.within is None else _interval(r.within),
                "margin": None if r.margin is None else _spread(found, r.margin),
            }
            for r in found.findings
        ],
    }
    text = json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    return {"robustness.html": _page(found), "robustness.csv": rows_csv(rows), "robustness.json": text.encode()}


def _interval(share: tuple[float, float, float]) -> dict[str, float]:
    return {"share": share[0], "low": share[1], "high": share[2]}


def _spread(found: Robustness, spread: Spread) -> dict[str, Any]:
    hangs = {u.name: {"index": i, "error": e} for u, i, e in zip(found.inputs, spread.index, spread.error)}
    return {"p5": spread.low, "p50": spread.middle, "p95": spread.high, "first_order": hangs}


def _row(found: Robustness, r: Robust) -> dict[str, Any]:
    row: dict[str, Any] = {"id": r.finding.id, "subject": r.finding.subject, "status": r.finding.status}
    for name, share in (("passes", r.passes), ("within_limit", r.within)):
        row |= {f"{name}{end}": None if share is None else share[k] for k, end in enumerate(("", "_low", "_high"))}
    row["unit"] = r.finding.limit[1] if r.margin is not None and r.finding.limit is not None else None
    for k, name in enumerate(("low", "middle", "high")):
        row[f"margin_p{(5, 50, 95)[k]}"] = None if r.margin is None else getattr(r.margin, name)
    for k, u in enumerate(found.inputs):
        row[u.name] = None if r.margin is None else r.margin.index[k]
        row[f"{u.name} error"] = None if r.margin is None else r.margin.error[k]
    return row


def _page(found: Robustness) -> bytes:
    from jinja2 import Environment, PackageLoader

    decided = [r for r in found.findings if r.margin is not None or len(r.shares) > 1]
    environment = Environment(loader=PackageLoader("mrsite", "data/outputs"), autoescape=True)
    page = environment.get_template("robustness.html.j2").render(
        site=inert(found.outcome.project.name),
        count=found.count,
        seed=found.seed,
        inputs=found.inputs,
        conclusion=found.outcome.conclusion,
        conclusions={word: _percent(share) for word, share in found.conclusions.items()},
        findings=[_shown(found, r) for r in sorted(decided, key=lambda r: (r.within or r.passes)[0])],
        fixed=_fixed(found),
        measures=[
            (MEASURES[name], f"{s.middle:.3g} ({s.low:.3g} to {s.high:.3g})", _hangs(found, s))
            for name, s in found.measures.items()
        ],
    )
    return page.encode()


def _shown(found: Robustness, r: Robust) -> dict[str, str]:
    unit = f" {r.finding.limit[1]}" if r.finding.limit is not None else ""
    m = r.margin
    return {
        "subject": inert(f"{r.finding.rule}: {r.finding.subject}", 120),
        "status": r.finding.status,
        "within": "no figure" if r.within is None else _percent(r.within),
        "passes": _percent(r.passes),
        "margin": "" if m is None else f"{m.middle:.3g} ({m.low:.3g} to {m.high:.3g}){unit}",
        "hangs": "" if m is None else _hangs(found, m),
    }


def _fixed(found: Robustness) -> Mapping[str, int]:
    """How many findings are the same in every sample and have no figure, by status."""
    alike = [r.finding.status for r in found.findings if r.margin is None and len(r.shares) == 1]
    return {word: alike.count(word) for word in sorted(set(alike))}


def _percent(share: tuple[float, float, float]) -> str:
    p, low, high = (100.0 * v for v in share)
    return f"{p:.0f} % ({low:.0f} to {high:.0f})"


def _hangs(found: Robustness, spread: Spread) -> str:
    """Name what the number hangs on: inputs whose share is more than twice its error, the largest first."""
    named = sorted(zip(spread.index, spread.error, (u.name for u in found.inputs)), reverse=True)
    said = [f"{name} {index:.2f} ± {error:.2f}" for index, error, name in named if index > 2 * error and index > 0.02]
    return ", ".join(said[:3]) or "nothing stands out"
