"""Cases: one site with its values set, as frozen data with a content hash.

The hash covers everything that can change the result: the site's data with the values set, the
bytes of every file it names, mrsite's version and its own tables. So a case that was run need not
be run again, here or on any other machine.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from mrsite.base.data import data_folder, version
from mrsite.base.errors import InputError
from mrsite.base.toml import Document, read_toml
from mrsite.site.variants import changed
from mrsite.studies.study_file import StudyFile, points


@dataclass(frozen=True)
class Case:
    """One assessment to be made.

    Parameters
    ----------
    index : int
        Its row in the table.
    site : str
        Site file as the study names it.
    folder : str
        Where the files that the site names lie.
    data : str
        The site's data with the values set, as canonical JSON.
    values : str
        The varied values alone, as canonical JSON.
    key : str
        Content hash.
    within : str
        For a layout search what a layout must keep to, as canonical JSON; empty: the case is only assessed.
    """

    index: int
    site: str
    folder: str
    data: str
    values: str
    key: str
    within: str = ""


def make_cases(study: StudyFile, document: Document) -> tuple[Case, ...]:
    """Return all cases of a study, in table order.

    Raises
    ------
    InputError
        A site that does not read as TOML, or a key that leads nowhere.
    """
    cases: list[Case] = []
    for number, name in enumerate(study.study.sites):
        site = read_site(document, name)
        for values in combinations(study):
            try:
                data = changed(site, values).data if values else site.data
            except InputError as error:
                raise InputError(
                    f"{document.where('vary')} on {document.where('study', 'sites', number)}: {error.message}"
                ) from None
            cases.append(case_of(len(cases), name, site.path.parent, data, values))
    return tuple(cases)


def read_site(study: Document, name: str) -> Document:
    """Return the data of a site that a study names."""
    path = study.path.parent / name
    return read_toml(path / "site.toml" if path.is_dir() else path)


def case_of(
    index: int, site: str, folder: Path, data: Mapping[str, Any], values: Mapping[str, Any], within: Any = None
) -> Case:
    """Return the case of a site's data; ``within`` is what a layout must keep to."""
    text, bounds = canonical(data), "" if within is None else canonical(within)
    digest = hashlib.sha256()
    for part in (
        text,
        bounds,
        version(),
        tables_hash(),
        *(_file_hash(str(p), p.stat().st_mtime_ns) for p in _files(data, folder)),
    ):
        digest.update(part.encode())
        digest.update(b"\0")
    return Case(index, site, str(folder.resolve()), text, canonical(values), digest.hexdigest()[:32], bounds)


def files_of(case: Case) -> Iterator[Path]:
    """Yield the files that a case names."""
    yield from _files(json.loads(case.data), Path(case.folder))


def canonical(data: Any) -> str:
    """Return data as JSON text, the same for the same data."""
    return json.dumps(data, sort_keys=True, default=str, ensure_ascii=False, separators=(",", ":"))


def _files(data: Any, folder: Path) -> Iterator[Path]:
    """Every file that some text of the data names, beside the site or in the catalogue."""
    if isinstance(data, Mapping):
        for value in data.values():
            yield from _files(value, folder)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from _files(value, folder)
    elif isinstance(data, str) and 0 < len(data) < 250 and "\n" not in data and "\0" not in data:
        for path in (folder / data, data_folder("magnets") / f"{data}.toml"):
            if path.is_file():
                yield path


@lru_cache(maxsize=4096)
def _file_hash(path: str, _changed: int) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


@cache
def tables_hash() -> str:
    """Hash of mrsite's own rule packs and tables: two machines whose tables differ must not share a sweep."""
    digest = hashlib.sha256()
    for kind in ("guidance", "magnets", "site"):
        root = data_folder(kind)
        for path in sorted(p for p in root.rglob("*") if p.is_file() and p.suffix in (".toml", ".csv", ".json")):
            digest.update(str(path.relative_to(root)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def combinations(study: StudyFile) -> Iterator[dict[str, Any]]:
    """Yield the varied values of every case of one site, in table order."""
    keys = [v.key for v in study.vary]
    if not keys:
        yield {}
        return
    if study.study.combine == "sample":
        yield from _samples(study, keys)
        return
    lists = [points(v) for v in study.vary]
    rows = zip(*lists) if study.study.combine == "zip" else itertools.product(*lists)
    for row in rows:
        yield dict(zip(keys, row))


def _samples(study: StudyFile, keys: list[str]) -> Iterator[dict[str, Any]]:
    """Latin hypercube: every variable is covered evenly, whatever the number of variables."""
    from scipy.stats import norm, qmc

    count = study.study.count or 1
    unit = qmc.LatinHypercube(d=len(keys), seed=study.study.seed).random(count)
    for row in unit:
        values: dict[str, Any] = {}
        for entry, u in zip(study.vary, row):
            if entry.uniform is not None:
                low, high = entry.uniform
                values[entry.key] = float(low + (high - low) * u)
            elif entry.normal is not None:
                mean, deviation = entry.normal
                values[entry.key] = float(norm.ppf(u, mean, deviation))
            else:
                choices = points(entry)
                values[entry.key] = choices[min(int(u * len(choices)), len(choices) - 1)]
        yield values
