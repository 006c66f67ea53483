"""Typst set-up shared by the PDF outputs: own fonts, no clock, words only as data."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from mrsite.base.data import data_folder


def pdf(template: str, data: Mapping[str, Any]) -> bytes:
    """Return a tagged PDF (PDF/UA-1) of a template of ``data/outputs/report`` filled with data.

    Characters that the font lacks are written as ``U+XXXX``: the typesetter stops at them.
    """
    import typst

    compiler: Any = typst.compile
    source = (data_folder("outputs") / "report" / template).read_bytes()
    text = json.dumps(printable(data), ensure_ascii=False, sort_keys=True)
    return bytes(compiler(
        source, font_paths=[str(_fonts())], ignore_system_fonts=True, sys_inputs={"report": text},
        pdf_standards=["ua-1"],
    ))  # fmt: skip


def _fonts() -> Path:
    # DejaVu comes with matplotlib, which is always installed: one free font of wide coverage, everywhere the same.
    import matplotlib

    return Path(matplotlib.get_data_path()) / "fonts" / "ttf"


@cache
def _covered() -> frozenset[int]:
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped,unused-ignore]

    return frozenset(TTFont(_fonts() / "DejaVuSans.ttf").getBestCmap())


def printable(value: Any) -> Any:
    """Return nested data whose texts hold only characters that the font has."""
    if isinstance(value, Mapping):
        return {str(key): printable(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [printable(part) for part in value]
    if isinstance(value, str):
        return value.translate({ord(c): shown for c in set(value) if (shown := _shown(c)) != c})
    return value


def _shown(character: str) -> str:
    if character in "\n\t" or (
        ord(character) in _covered() and unicodedata.category(character) not in ("Cc", "Cs", "Cf")
    ):
        return character
    return f"[U+{ord(character):04X}]"


def not_covered(texts: list[str]) -> list[str]:
    """Return the characters of some texts that will be printed as their numbers."""
    return sorted({shown for c in set().union(*texts) if (shown := _shown(c)) != c})
