"""Results measured against known ones: the runner of case files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mrsite.validation.cases import CaseRow, CaseTable, format_table, run_case_file, run_cases

__all__ = ["CaseRow", "CaseTable", "format_table", "run_case_file", "run_cases"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from mrsite.validation import cases

        return getattr(cases, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
