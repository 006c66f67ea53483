"""Search for layouts: a coarse grid over a study's ranges, then finer about the best.

Every layout is a case like those of a sweep, kept under its content hash, so a search that was interrupted goes on
where it stopped. The next round follows from the results alone: the same study gives the same layouts.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mrsite.base.errors import InputError
from mrsite.base.files import OutputFolder
from mrsite.base.toml import Document
from mrsite.checks.finding import Outcome
from mrsite.checks.run import assess
from mrsite.site.variants import changed
from mrsite.studies.cases import Case, case_of, combinations, read_site
from mrsite.studies.kept import Progress, Result, run_kept
from mrsite.studies.layout import size_known, with_pipe
from mrsite.studies.pareto import Standing, standings, violations
from mrsite.studies.run_case import project_of
from mrsite.studies.study_file import StudyFile, read_study

#: With more varied ranges than this a round goes along each range alone instead of over all corners.
_CORNERS = 3

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Search:
    """A finished search.

    Parameters
    ----------
    cases, results, standings : tuples
        One a layout, in the order in which they were tried.
    rounds : tuple of int
        In which round each was tried; 0 is the grid of the study.
    notes : tuple of str
        What the search did not do, in words.
    """

    study: StudyFile
    scanner: str
    cases: tuple[Case, ...]
    results: tuple[Result, ...]
    standings: tuple[Standing, ...]
    rounds: tuple[int, ...]
    reused: int
    notes: tuple[str, ...]

    @property
    def kept(self) -> tuple[int, ...]:
        """Rows of the Pareto set."""
        return tuple(k for k, standing in enumerate(self.standings) if standing.kept)


def search(
    path: Path | str,
    out: OutputFolder,
    *,
    scheduler: str | None = None,
    workers: int | None = None,
    resume: bool = False,
    progress: Progress | None = None,
) -> Search:
    """Search the layouts of a study.

    Parameters
    ----------
    out : OutputFolder
        Held by the caller, who writes the pages; the results are kept in it as they come.
    scheduler, workers, resume
        As for `sweep`.

    Raises
    ------
    InputError
        The study cannot be read, names several sites, or has nothing to vary.
    MachineError
        The scheduler was lost.
    """
    study, document = read_study(path)
    if len(study.study.sites) != 1:
        raise InputError(f"{document.where('study', 'sites')}: a search is of one site; name one")
    if not study.vary:
        raise InputError(f"{document.path.name}: nothing is varied; add [[vary]] with a range or values")
    site = read_site(document, study.study.sites[0])
    maker = _Maker(study, document, site, study.search.scanner or str(site.data["scanner"][0]["id"]))
    cases, rounds = list(maker.cases(combinations(study), 0)), []
    rounds += [0] * len(cases)
    results: list[Result] = []
    reused = 0
    out.write({"study.json": study.model_dump_json(by_alias=True, indent=1).encode() + b"\n"})
    for number in range(study.search.rounds + 1):
        begun, count = len(results), study.search.rounds + 1

        def tell(what: str, share: float, number: int = number, count: int = count) -> None:
            if progress is not None:
                progress(f"round {number + 1} of {count}: {what}", (number + share) / count)

        more, known = run_kept(
            cases[begun:], out.path, scheduler=scheduler, workers=workers, resume=resume, progress=tell
        )
        results, reused = results + more, reused + known
        if number == study.search.rounds:
            break
        seen = {case.values for case in cases}
        finer = _finer(study, results, number + 1)
        fresh = [case for case in maker.cases(finer, len(cases)) if case.values not in seen]
        fresh = list({case.values: case for case in fresh}.values())
        cases += [replace(case, index=len(cases) + k) for k, case in enumerate(fresh)]
        rounds += [number + 1] * len(fresh)
    assessed = next((case for case, result in zip(cases, results) if result["measures"]), None)
    if assessed is not None and not size_known(project_of(assessed), maker.scanner):
        maker.notes.add("The size of the magnet is not known: that its isocentre lies in a room is all that was asked.")
    return Search(
        study, maker.scanner, tuple(cases), tuple(results), tuple(standings(results)), tuple(rounds), reused,
        tuple(sorted(maker.notes)),
    )  # fmt: skip


def pictured(found: Search, most: int = 12) -> list[tuple[int, Outcome]]:
    """Assess the kept layouts again, the first ``most``, for their drawings."""
    return [(k, assess(project_of(found.cases[k]))) for k in found.kept[:most]]


class _Maker:
    """Makes cases of one site: values set, the foot of the quench pipe taken along, bounds of the search given."""

    def __init__(self, study: StudyFile, document: Document, site: Document, scanner: str) -> None:
        self.study, self.document, self.site, self.scanner = study, document, site, scanner
        entries = {str(s.get("id")): s for s in site.data.get("scanner", ())}
        if scanner not in entries:
            raise InputError(
                f"{document.where('search', 'scanner')}: no scanner is called {scanner!r}; "
                f"there are {', '.join(entries)}"
            )
        self.before = entries[scanner].get("isocentre")
        self.within = {
            "scanner": scanner, "rooms": list(study.search.rooms), "clearance_m": study.search.clearance_m
        }  # fmt: skip
        self.notes: set[str] = set()

    def cases(self, values: Iterable[Values], first: int) -> Iterable[Case]:
        """Yield one case a set of values."""
        for index, row in enumerate(values, first):
            try:
                data, moved = with_pipe(changed(self.site, row).data, self.scanner, self.before)
            except InputError as error:
                raise InputError(f"{self.document.where('vary')}: {error.message}") from None
            if not moved:
                self.notes.add("The stated quench pipe does not begin over the isocentre: it was left as it is stated.")
            yield case_of(index, self.study.study.sites[0], self.site.path.parent, data, row, self.within)


def _finer(study: StudyFile, results: Sequence[Result], number: int) -> Iterable[Values]:
    """Yield the layouts about the best so far, half as far apart as in the round before."""
    ranges = {v.key: v.span for v in study.vary if v.span is not None}
    steps = {key: span[2] * 0.5**number for key, span in ranges.items()}
    for k in _best(results, study.search.best):
        here = results[k]["values"]
        for moves in _moves(list(steps)):
            row = dict(here)
            for key, sign in moves.items():
                row[key] = round(here[key] + sign * steps[key], 9)
            if all(ranges[key][0] <= row[key] <= ranges[key][1] for key in moves):
                yield row


def _moves(keys: Sequence[str]) -> Iterable[dict[str, int]]:
    if len(keys) > _CORNERS:
        yield from ({key: sign} for key in keys for sign in (-1, 1))
        return
    for signs in itertools.product((-1, 0, 1), repeat=len(keys)):
        if any(signs):
            yield dict(zip(keys, signs))


def _best(results: Sequence[Result], most: int) -> list[int]:
    """Rows to look about: the Pareto set, then what violates least."""
    kept = standings(results)
    assessed = [k for k, result in enumerate(results) if result["measures"]]

    def order(k: int) -> tuple[Any, ...]:
        outside = results[k]["measures"].get("outside_m2")
        return (not kept[k].kept, violations(results[k]), outside is None, outside, k)

    return sorted(assessed, key=order)[:most]
