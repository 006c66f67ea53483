"""What is to be measured, decided or asked about a finding, in plain words, and who usually knows.

A finding's remedy may speak of the site file's keys: that is for the person who edits it. Architects, vendors and
safety experts never see that file; what they read comes from ``questions.toml``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from mrsite.base.data import data_folder
from mrsite.checks.finding import Ask, Finding, Missing

#: A table or a key of the site file or of a magnet file, as a remedy writes it.
_KEY = re.compile(r"\[\[?\w+\]|\b[a-z]+(?:_\w+)+\b|\b\w+ = |\{")
_MOST_NAMES = 5


@dataclass(frozen=True)
class ToDo:
    """What is to be done about a finding.

    Parameters
    ----------
    plain : str
        In words for everybody.
    who : str
        Who usually knows or decides: a key of `people`; empty where the words say it.
    site_file : str
        The same for the person who edits the site file; empty where the plain words are all there is.
    """

    plain: str
    who: str = ""
    site_file: str = ""

    @property
    def whom(self) -> str:
        """Who usually knows, in words."""
        return f"Usually known to {people()[self.who]}." if self.who else ""


@cache
def words() -> Mapping[str, Any]:
    """Return the questions as data: ``data/outputs/report/questions.toml``."""
    import tomllib

    return tomllib.loads((data_folder("outputs") / "report" / "questions.toml").read_text(encoding="utf-8"))


def people() -> Mapping[str, str]:
    """Return those who are asked: key and words."""
    return dict(words()["people"])


def to_do(finding: Finding) -> ToDo:
    """Return what is to be done about a finding; nothing for one that asks for nothing."""
    remedy = finding.remedy or ""
    if finding.supply:
        return ToDo(_asked(finding.supply), finding.supply[0].who, remedy)
    if not _KEY.search(remedy):
        return ToDo(remedy)
    who, ask = question(finding)
    return ToDo(ask, who, remedy)


def question(finding: Finding) -> tuple[str, str]:
    """Return who is asked and what, for a finding that names no missing entry of the site file."""
    remedy = finding.remedy or ""
    for key, known in words()["remedy"].items():
        if re.search(rf"\b{key}\b", remedy):
            return known["who"], known["ask"]
    known = words()["check"].get(finding.check, words()["unknown"])
    return known["who"], known["ask"]


def plain_ask(ask: Ask, findings: Iterable[Finding]) -> str:
    """Return in words what one request asks, from the gaps of the findings that it would settle."""
    gaps = [gap for f in findings for gap in f.supply if (gap.who, gap.about) == (ask.who, ask.about)]
    text = supply(list(dict.fromkeys(gaps))) if gaps else ""
    return text[:1].upper() + text[1:]


def supply(gaps: Sequence[Missing]) -> str:
    """Return in words what would fill the gaps of one thing."""
    keys = [re.split(r"\s*=", key, maxsplit=1)[0] for gap in gaps for key in gap.keys]
    if not keys:
        # An entry that is missing as a whole, or one of another file, which bears its key among its lines.
        heads = [re.sub(r"\W", "", gap.entry[0]) for gap in gaps]
        known = words()["entry"]
        keys = [] if heads[0] in known else [line.split(" =")[0] for gap in gaps for line in gap.entry[1:]]
        if not keys:
            return str(known[heads[0]])
    said = dict.fromkeys(words()["key"].get(key, key.replace("_", " ")) for key in keys)
    return "; ".join(said) + "."


def _asked(gaps: Iterable[Missing]) -> str:
    """Return what is missing, things of which the same is missing named together."""
    about: dict[str, list[Missing]] = {}
    for gap in gaps:
        about.setdefault(gap.about, []).append(gap)
    same: dict[str, list[str]] = {}
    for name, own in about.items():
        same.setdefault(supply(own), []).append(name)
    said = []
    for text, names in same.items():
        more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
        said.append(f"Of {', '.join(names[:_MOST_NAMES])}{more}: {text}" if text[:1].islower() else text)
    return " ".join(said)
