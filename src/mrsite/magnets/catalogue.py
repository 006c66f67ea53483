"""Magnets by id or by path; the catalogue as rows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from mrsite.base.data import data_folder
from mrsite.base.errors import InputError
from mrsite.base.text import inert, nearest
from mrsite.magnets.model import MagnetModel
from mrsite.magnets.modelfile import read_model

_ENTRY_POINTS = "mrsite.magnets"


def load_model(
    reference: str | Path, *, relative_to: Path | None = None, catalogues: Iterable[Path | str] = ()
) -> MagnetModel:
    """Return a magnet by catalogue id or by path.

    Parameters
    ----------
    reference : str or Path
        An id (``[a-z0-9-]+``), or a path: it holds a slash or ends in ``.toml``.
    relative_to : Path, optional
        Folder from which a relative path is taken (that of the site file).
    catalogues : iterable of Path
        Further folders of magnet files.

    Raises
    ------
    InputError
        Unknown id (the nearest is named), an id found twice, a broken file.
    """
    text = str(reference)
    folders = tuple(Path(c) for c in catalogues)
    if isinstance(reference, Path) or "/" in text or "\\" in text or text.endswith(".toml"):
        path = Path(reference)
        if not path.is_absolute() and relative_to is not None:
            path = Path(relative_to) / path
        if not path.is_file():
            raise InputError(
                f"there is no magnet file {inert(text)!r}: check the path, which is taken from the site file's folder"
            )
        return _resolved(read_model(path), folders)
    if not re.fullmatch(r"[a-z0-9-]+", text):
        near = nearest(text.lower(), _index(folders))
        hint = f"; did you mean {near!r}?" if near else ""
        raise InputError(
            f"{inert(text)!r} is not a magnet id (lower-case letters, digits, hyphens) nor a path "
            f"(with a slash or .toml){hint}"
        )
    index = _index(folders)
    if text not in index:
        near = next((name for name in sorted(index) if name.startswith(f"{text}-")), None)
        near = near or nearest(text, index) or nearest(f"{text}-unverified", index)
        hint = f" Did you mean {near!r}?" if near else ""
        raise InputError(
            f"magnet {text!r} is not in the catalogue.{hint} `mrsite magnets` lists the {len(index)} known ones"
        )
    return _resolved(_read(index[text], _stamp(index[text])), folders)


def catalogue_rows(catalogues: Iterable[Path | str] = ()) -> list[dict[str, Any]]:
    """Return one row a magnet of the catalogue, stubs included, sorted by id."""
    folders = tuple(Path(c) for c in catalogues)
    rows = []
    for name, path in sorted(_index(folders).items()):
        model = _resolved(_read(path, _stamp(path)), folders)
        far = [p for p in model.published if p.quantity == "isofield" and p.level_T is not None]
        half = next((p for p in far if abs((p.level_T or 0.0) - 0.5e-3) < 1e-9), None)
        rows.append(
            {
                "id": name,
                "vendor": model.vendor,
                "model": model.model,
                "B0_T": model.B0_T,
                "shielding": model.shielding,
                "bore_diameter_m": model.bore_diameter_m,
                "grade": model.grade,
                "modelled": model.modelled,
                "axial_0p5mT_m": half.axial_m if half else None,
                "radial_0p5mT_m": half.radial_m if half else None,
                "figures": len(model.published),
                "members": 0 if model.ensemble is None else len(model.ensemble.weights),
                "same_as": model.same_as,
                "defaults_used": ", ".join(model.defaults_used),
                "not_modelled_why": model.not_modelled_why,
            }
        )
    return rows


@cache
def _plugged() -> tuple[Path, ...]:
    """Return the folders of magnets that installed distributions offer."""
    from importlib.metadata import entry_points

    folders = []
    for point in entry_points(group=_ENTRY_POINTS):
        target = point.load()
        target = target() if callable(target) else target
        path = Path(str(target if isinstance(target, str | Path) else target.__path__[0]))
        if not path.is_dir():
            raise InputError(
                f"the add-on {point.name!r} names {path.name!r} as its folder of magnets, which is not there: "
                "install it again"
            )
        folders.append(path)
    return tuple(folders)


def _folders(extra: tuple[Path, ...]) -> list[Path]:
    folders = [data_folder("magnets"), *_plugged()]
    for path in extra:
        if not path.is_dir():
            raise InputError(f"catalogue {path.name!r} is not a folder: `catalogues` names folders of magnet files")
        folders.append(path)
    return folders


def _index(extra: tuple[Path, ...]) -> dict[str, Path]:
    """Return the file of every id; a file's id is read from its head, without the rest."""
    found: dict[str, Path] = {}
    for folder in _folders(extra):
        for path in sorted(folder.glob("*.toml")):
            name = _id_of(path, _stamp(path))
            if name in found and found[name].resolve() != path.resolve():
                raise InputError(
                    f"magnet {name!r} is in two files, {found[name].name} of {found[name].parent.name} and "
                    f"{path.name} of {path.parent.name}: rename one"
                )
            found[name] = path
    return found


def _stamp(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_mtime_ns, status.st_size


@lru_cache(maxsize=512)
def _id_of(path: Path, stamp: tuple[int, int]) -> str:
    with path.open(encoding="utf-8-sig", errors="replace") as stream:
        for _ in range(40):
            line = stream.readline()
            match = re.match(r'\s*id\s*=\s*"([^"]*)"', line)
            if match:
                return match[1]
    return read_model(path).id


@lru_cache(maxsize=64)
def _read(path: Path, stamp: tuple[int, int]) -> MagnetModel:
    return read_model(path)


def _resolved(model: MagnetModel, folders: tuple[Path, ...]) -> MagnetModel:
    """Take the windings of the magnet whose figures are equal, where the file says so."""
    if model.same_as is None:
        return model
    index = _index(folders)
    where = model.path.name if model.path else model.id
    if model.same_as not in index or model.same_as == model.id:
        near = nearest(model.same_as, index)
        hint = f"; did you mean {near!r}?" if near else ""
        raise InputError(
            f"{where}: same_as names {model.same_as!r}, which is not another magnet of the catalogue{hint}"
        )
    path = index[model.same_as]
    other = _read(path, _stamp(path))
    if other.same_as is not None:
        raise InputError(f"{where}: same_as names {other.id!r}, which itself uses another fit: name {other.same_as!r}")
    _same_figures(model, other, where)
    return replace(
        model,
        coils=other.coils,
        ensemble=other.ensemble,
        fit=other.fit,
        modelled=other.modelled,
        not_modelled_why=other.not_modelled_why,
        defaults_used=other.defaults_used,
    )


def _same_figures(model: MagnetModel, other: MagnetModel, where: str) -> None:
    from mrsite.magnets.fitting import figures_hash

    if figures_hash(model) != figures_hash(other):
        raise InputError(
            f"{where}: same_as names {other.id!r}, but the figures or dimensions of the two differ: "
            "fit this magnet by itself"
        )
