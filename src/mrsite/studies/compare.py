"""Several magnets in the same place: what each would mean for the building."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mrsite.base.errors import InputError
from mrsite.base.quantity import Banded
from mrsite.base.text import inert
from mrsite.base.toml import Document, validate
from mrsite.checks.finding import Outcome
from mrsite.checks.run import assess
from mrsite.magnets import catalogue_rows, reach
from mrsite.magnets.model import MagnetModel
from mrsite.site.load import load_project
from mrsite.site.schema import SiteFile, read_site_file
from mrsite.site.variants import changed
from mrsite.studies.measures import measures

Progress = Callable[[str, float], None]

_LEVELS_MT = (0.5, 3.0)


@dataclass(frozen=True)
class Candidate:
    """One magnet in the place of the scanner.

    Parameters
    ----------
    outcome : Outcome or None
        None where the magnet has no field model; ``why`` says so.
    areas : mapping level in mT to Banded
        Area inside the envelope on the scanner's storey, m2.
    reach : list of dict
        Rows of `magnets.reach`.
    """

    magnet: MagnetModel
    outcome: Outcome | None
    why: str
    measures: dict[str, Any]
    areas: dict[float, Banded]
    reach: list[dict[str, float]]


@dataclass(frozen=True)
class Comparison:
    """Candidates side by side.

    Parameters
    ----------
    ranking : tuple of str
        Sentences: which magnet reaches less far than which, only where the bands are apart.
    """

    site: str
    scanner: str
    candidates: tuple[Candidate, ...]
    ranking: tuple[str, ...]


def choose(magnets: str) -> tuple[str, ...]:
    """Return the magnets that a word names: ids or paths joined by commas, or a filter ``3T``, ``1.5T``, ``all``.

    Raises
    ------
    InputError
        A filter that no magnet of the catalogue meets.
    """
    word = magnets.strip()
    rows = [r for r in catalogue_rows() if r["modelled"]]
    if word.casefold() == "all":
        return tuple(str(r["id"]) for r in rows)
    if "," not in word and word.casefold().replace(" ", "").endswith("t"):
        try:
            tesla = float(word.casefold().replace(" ", "")[:-1])
        except ValueError:
            pass
        else:
            found = tuple(str(r["id"]) for r in rows if r["B0_T"] is not None and abs(float(r["B0_T"]) - tesla) < 1e-6)
            if not found:
                known = sorted({float(r["B0_T"]) for r in rows if r["B0_T"] is not None})
                raise InputError(
                    f"no magnet of the catalogue has {tesla:g} T; there are {', '.join(f'{k:g} T' for k in known)}"
                )
            return found
    return tuple(part.strip() for part in word.split(",") if part.strip())


def compare(
    path: Path | str, magnets: Sequence[str], *, scanner: str | None = None, progress: Progress | None = None
) -> Comparison:
    """Put each magnet in the place of one scanner and assess the site.

    Parameters
    ----------
    magnets : sequence of str
        Catalogue ids or paths.
    scanner : str, optional
        Which scanner is replaced; the first by default.

    Raises
    ------
    InputError
        Fewer than two magnets, an unknown one, or a site that cannot be read.
    """
    names = list(dict.fromkeys(magnets))
    if len(names) < 2:
        raise InputError("comparing needs at least two different magnets: --magnets A,B")
    tell = progress or (lambda _what, _share: None)
    site, document = read_site_file(path)
    chosen = scanner or site.scanner[0].id
    candidates = []
    for k, name in enumerate(names):
        tell(inert(name), k / len(names))
        candidates.append(_candidate(changed(document, {f"scanner.{chosen}.magnet": name}), chosen))
    return Comparison(site.site.name, chosen, tuple(candidates), tuple(_ranking(candidates)))


def _candidate(document: Document, scanner: str) -> Candidate:
    project = load_project(validate(SiteFile, document), document)
    here = next(s for s in project.scanners if s.id == scanner)
    model = here.magnet
    if not (model.modelled and model.coils):
        return Candidate(model, None, model.not_modelled_why or "no windings yet", {}, {}, [])
    outcome = assess(project)
    areas = {}
    for level in _LEVELS_MT:
        region = outcome.evidence.region(here.storey, level * 1e-3)
        if region is not None:
            areas[level] = Banded(float(region.central.area), float(region.lower.area), float(region.upper.area), "m2")
    return Candidate(model, outcome, "", measures(outcome), areas, reach(model, _LEVELS_MT))


def _ranking(candidates: Sequence[Candidate]) -> list[str]:
    """Say what can be said: differences larger than both bands, between magnets whose data were read."""
    able = [c for c in candidates if c.outcome is not None]
    unverified = [c for c in able if not c.magnet.verified]
    sentences = []
    if unverified:
        names = ", ".join(c.magnet.id for c in unverified)
        sentences.append(f"Not ranked, since their data are unverified: {names}.")
    ranked = [c for c in able if c.magnet.verified]
    for i, a in enumerate(ranked):
        for b in ranked[i + 1 :]:
            sentences.append(_pair(a, b))
    if len(ranked) < 2:
        sentences.append("Fewer than two magnets have data that were read: no ranking.")
    return sentences


def _pair(a: Candidate, b: Candidate) -> str:
    level = _LEVELS_MT[0]
    if level not in a.areas or level not in b.areas:
        return f"{a.magnet.id} and {b.magnet.id}: the {level:g} mT areas were not both computed."
    first, second = a.areas[level], b.areas[level]
    if first.upper < second.lower:
        return (
            f"{a.magnet.id} covers less inside {level:g} mT than {b.magnet.id}: at most {first.upper:.1f} against "
            f"at least {second.lower:.1f} m2."
        )
    if second.upper < first.lower:
        return _pair(b, a)
    return f"{a.magnet.id} and {b.magnet.id} differ by less than their bands inside {level:g} mT: not ranked."
