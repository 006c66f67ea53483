"""The files that an assessment was made from, and the names they bear in a bundle."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mrsite.base.errors import InputError
from mrsite.checks.finding import Outcome

#: Kinds of file that a site file may name; other texts that happen to name a file are none of its inputs.
_KINDS = (".dxf", ".dwg", ".ifc", ".csv", ".toml", ".json")
_ELSEWHERE = "elsewhere"


@dataclass(frozen=True)
class Inputs:
    """The inputs of an assessment.

    Parameters
    ----------
    site : str
        Name of the site file among them.
    files : mapping of name to path
        What lies in the site file's folder or below bears its own place as its name, so that a bundle unpacked is a
        site again; what lies elsewhere comes under ``elsewhere/``.
    moved : mapping of str to str
        A text of the site file that names a file elsewhere, or a magnet of a catalogue, and its name here.
    """

    site: str
    files: Mapping[str, Path]
    moved: Mapping[str, str]

    def read(self) -> dict[str, bytes]:
        """Return the bytes of the inputs by name.

        Raises
        ------
        InputError
            One of them is not there any more, or the site was never a file.
        """
        found = {}
        for name, path in self.files.items():
            try:
                found[name] = path.read_bytes()
            except OSError as error:
                raise InputError(
                    f"{path}: cannot be read for the bundle ({error.strerror}); a bundle holds the files that the "
                    "assessment was made from: put it back, or save a changed site as a file first"
                ) from None
        return found


def inputs_of(outcome: Outcome) -> Inputs:
    """Return the inputs of an assessment: the site file, all that it names, and the magnets of catalogues."""
    project = outcome.project
    site = Path(project.path)
    home = site.resolve().parent
    files: dict[str, Path] = {site.name: site}
    moved: dict[str, str] = {}

    def add(path: Path, called: str | None, folder: str = _ELSEWHERE) -> None:
        whole = path.resolve()
        if whole.is_relative_to(home):
            files.setdefault(whole.relative_to(home).as_posix(), path)
            return
        name, count = f"{folder}/{whole.name}", 2
        while name in files and files[name].resolve() != whole:
            name, count = f"{folder}/{whole.stem}-{count}{whole.suffix}", count + 1
        files[name] = path
        if called is not None:
            moved[called] = name

    for called in _texts(_parsed(site)):
        path = home / called
        if path.suffix.lower() in _KINDS and path.is_file():
            add(path, called)
        elif path.is_dir() and path != home and any(path.glob("*.toml")):  # a catalogue of magnets or packs
            folder = f"{_ELSEWHERE}/{path.resolve().name}"
            for file in sorted(path.glob("*.toml")):
                add(file, None, folder)
            if not path.resolve().is_relative_to(home):
                moved[called] = folder
    for storey in project.storeys:
        if storey.plan is not None:
            add(Path(storey.plan.path), None)
    for scanner in project.scanners:
        if scanner.magnet.path is not None:
            add(Path(scanner.magnet.path), scanner.magnet.id)
    return Inputs(site.name, files, moved)


def _parsed(site: Path) -> Any:
    try:
        return tomllib.loads(site.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # a site made in memory; `Inputs.read` says so where a bundle is asked for
        return {}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
    elif isinstance(value, str) and 0 < len(value) < 256 and value.isprintable():
        yield value
