"""``check_statements``: every statement on one storey, judged."""

from __future__ import annotations

from mrsite.base.toml import Document
from mrsite.plans.revision.edits import PlanChanges
from mrsite.site.schema import SiteFile
from mrsite.site.statements.drawn import drawn_rows
from mrsite.site.statements.judge import Judge
from mrsite.site.statements.row import Row


def check_statements(site_file: SiteFile, document: Document, storey: str, changes: PlanChanges) -> tuple[Row, ...]:
    """Judge every statement on one storey, the worst first.

    Parameters
    ----------
    storey : str
        The storey whose drawing was revised.
    changes : PlanChanges
        From `plans.revision.compare.compare_plans`.
    """
    index = next(k for k, s in enumerate(site_file.storey) if s.name == storey)
    judge = Judge(site_file, document, site_file.storey[index], index, changes)
    rows = [*judge.frame(), *judge.rooms(), *judge.doors(), *judge.words(), *judge.points()]
    rows += drawn_rows(judge)
    order = ("misses", "look", "holds")
    return tuple(sorted(rows, key=lambda r: order.index(r.verdict)))
