"""Rule packs and equipment tables from files: hop 3 asks for them by name."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from mrsite.base.data import data_folder
from mrsite.base.errors import InputError
from mrsite.base.text import inert, nearest
from mrsite.base.toml import Document, read_toml, validate
from mrsite.guidance.packs import EnvironmentRow, EquipmentClass, EquipmentLimit, Pack, Rule

#: The pack that every other one rests on, and that judges a site whose file names none.
GENERAL = "general"


def load_packs(
    names: Sequence[str], *, relative_to: Path | str | None = None, catalogues: Sequence[Path | str] = ()
) -> tuple[Pack, ...]:
    """Load rule packs with all that they extend.

    Parameters
    ----------
    names : sequence of str
        Ids or aliases (``"uk"``, ``"us"``), or paths: a name that holds a slash or ends in
        ``.toml``. Empty: the general pack alone.
    relative_to : path, optional
        The site file, or its folder, from which paths are reckoned.
    catalogues : sequence of paths
        Further folders of packs (``[site] catalogues``).

    Returns
    -------
    tuple of Pack
        Each once, an extended pack before those that extend it.

    Raises
    ------
    InputError
        Unknown pack (the nearest known one is named), broken file (with the line), an id or a
        rule found twice, packs that extend each other in a ring.
    """
    base = _folder(relative_to)
    known, ids, aliases = _known(tuple(str(_against(base, c)) for c in catalogues))
    loaded: dict[str, Pack] = {}
    finished: dict[Path, str] = {}

    def path_of(name: str, here: Path, asked_by: str) -> Path:
        if "/" in name or "\\" in name or name.endswith(".toml"):
            return _against(here, name)
        key = aliases.get(name.strip().lower(), name.strip().lower())
        if key not in ids:
            near = nearest(name, (*ids, *aliases))
            hint = f"did you mean {near!r}?" if near else f"known are {', '.join(sorted(ids))}"
            raise InputError(f"{asked_by}: guidance pack {inert(name)!r} is not known; {hint}")
        return ids[key]

    def take(path: Path, chain: tuple[Path, ...]) -> None:
        path = path.resolve()
        if path in chain:
            ring = " > ".join(p.name for p in (*chain[chain.index(path) :], path))
            raise InputError(f"guidance packs extend each other in a ring: {ring}; take one extension out")
        if path in finished:
            return
        pack, document = known.get(path) or _read_pack(path)
        for parent in pack.extends:
            take(path_of(parent, path.parent, document.where("extends")), (*chain, path))
        if pack.id in loaded:
            raise InputError(f"{path.name}: pack id {pack.id!r} is already that of {loaded[pack.id].path}; rename one")
        for other in loaded.values():
            twice = {r.id for r in pack.rules} & {r.id for r in other.rules}
            if twice:
                raise InputError(f"{path.name}: rule {sorted(twice)[0]!r} stands in pack {other.id!r} too; rename it")
        finished[path] = pack.id
        loaded[pack.id] = pack

    # a site file's loader puts its own line before the sentence
    asker = "guidance" if relative_to is None or Path(relative_to).is_dir() else Path(relative_to).name
    for name in names or (GENERAL,):
        take(path_of(name, base, asker), ())
    return tuple(loaded.values())


def known_packs(catalogues: Sequence[Path | str] = ()) -> tuple[Pack, ...]:
    """Return every pack that can be named by id, the general one first."""
    packs, ids, _ = _known(tuple(str(Path(c)) for c in catalogues))
    order = sorted(ids, key=lambda i: (i != GENERAL, i))
    return tuple(packs[ids[i]][0] for i in order)


def _folder(relative_to: Path | str | None) -> Path:
    if relative_to is None:
        return Path.cwd()
    path = Path(relative_to)
    return path if path.is_dir() else path.parent


def _against(base: Path, name: Path | str) -> Path:
    return base / os.path.expanduser(str(name)).replace("\\", "/")


@cache
def _known(catalogues: tuple[str, ...]) -> tuple[dict[Path, tuple[Pack, Document]], dict[str, Path], dict[str, str]]:
    """Return packs by path, paths by id, and ids by alias."""
    packs: dict[Path, tuple[Pack, Document]] = {}
    ids: dict[str, Path] = {}
    aliases: dict[str, str] = {}
    for path in _files(catalogues):
        path = path.resolve()
        if path in packs:
            continue
        pack, document = _read_pack(path)
        if pack.id in ids:
            raise InputError(
                f"guidance pack {pack.id!r} is found twice: {ids[pack.id].name} and {path.name}; rename or remove one"
            )
        packs[path] = pack, document
        ids[pack.id] = path
        for alias in document.data.get("aliases", ()):
            aliases.setdefault(alias, pack.id)
    return packs, ids, aliases


def _files(catalogues: Iterable[str]) -> Iterator[Path]:
    yield from sorted((data_folder("guidance") / "packs").glob("*.toml"))
    for folder in _plugged():
        yield from sorted(folder.glob("*.toml"))
    for name in catalogues:
        folder = Path(name)
        if not folder.is_dir():
            raise InputError(f"[site] catalogues: {inert(name)} is not a folder; name the folder that holds the files")
        for path in sorted((*folder.glob("*.toml"), *folder.glob("guidance/*.toml"))):
            # A catalogue may hold magnets as well: a pack is what has rules or extends a pack.
            if path.parent.name == "guidance" or {"rule", "extends"} & read_toml(path).data.keys():
                yield path


def _plugged() -> Iterator[Path]:
    """Yield the folders of packs that installed distributions offer."""
    from importlib.metadata import entry_points

    for entry in entry_points(group="mrsite.guidance"):
        try:
            offered = entry.load()
        except Exception as error:
            raise InputError(
                f"guidance plug-in {entry.name!r} cannot be loaded ({inert(str(error))}); mend or uninstall it"
            ) from None
        offered = offered() if callable(offered) else offered
        place = Path(offered.__path__[0]) if hasattr(offered, "__path__") else Path(offered)
        if not place.is_dir():
            raise InputError(f"guidance plug-in {entry.name!r} offers no folder; mend or uninstall it")
        yield place


def _read_pack(path: Path) -> tuple[Pack, Document]:
    from mrsite.guidance.schema import PackFile

    document = read_toml(path)
    file = validate(PackFile, document)
    rules = tuple(Rule(pack=file.id, **entry.model_dump()) for entry in file.rule)
    extends = () if file.id == GENERAL else file.extends
    return Pack(file.id, file.title, extends, rules, path.name), document


@cache
def load_equipment() -> Mapping[str, EquipmentClass]:
    """Return the shipped equipment table, by class id.

    The first limit of a class is the shipped default; the others are rivals of other sources,
    and effect levels (``is_limit`` False), which are never a limit.
    """
    from types import MappingProxyType

    return MappingProxyType(read_equipment(data_folder("guidance") / "equipment.toml"))


def read_equipment(path: Path | str) -> dict[str, EquipmentClass]:
    """Read an equipment table; raises `InputError` with the line of every fault."""
    from mrsite.guidance.schema import EquipmentFile

    document = read_toml(path)
    table: dict[str, EquipmentClass] = {}
    for index, entry in enumerate(validate(EquipmentFile, document).class_):
        if entry.id in table:
            raise InputError(f"{document.where('class', index)}: class {entry.id!r} stands twice; keep one")
        table[entry.id] = EquipmentClass(
            entry.id,
            entry.label,
            entry.aliases,
            tuple(EquipmentLimit(**limit.model_dump()) for limit in entry.limit),
            entry.heights,
            entry.radius_m,
            entry.heights_source,
        )
    return table


@cache
def load_environment() -> tuple[EnvironmentRow, ...]:
    """Return the shipped figures about what surroundings do to a magnet."""
    from mrsite.guidance.schema import EnvironmentFile

    document = read_toml(data_folder("guidance") / "environment.toml")
    return tuple(EnvironmentRow(**row.model_dump()) for row in validate(EnvironmentFile, document).row)


def find_class(table: Mapping[str, EquipmentClass], word: str) -> EquipmentClass | None:
    """Return the class of that id, label or alias (case and punctuation aside), or None."""
    wanted = _fold(word)
    for entry in table.values():
        if wanted in (_fold(entry.id), _fold(entry.label)):
            return entry
    return next((e for e in table.values() if wanted in map(_fold, e.aliases)), None)


def _fold(word: str) -> str:
    return "".join(c for c in word.casefold() if c.isalnum())
