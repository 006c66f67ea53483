"""Example sites and new site files on disk."""

from __future__ import annotations

import shutil
from pathlib import Path

from mrsite.base.data import data_folder
from mrsite.base.errors import InputError, MachineError
from mrsite.base.files import write_file
from mrsite.base.text import inert, nearest


def example_names() -> list[str]:
    """Return the names of the example sites that ship."""
    return sorted(p.parent.name for p in data_folder("floorplans").glob("*/site.toml"))


def copy_example(name: str, folder: Path) -> list[Path]:
    """Copy an example site.

    Raises
    ------
    InputError
        No such example, or the folder is not empty.
    """
    names = example_names()
    if name not in names:
        near = nearest(name, names)
        hint = f"did you mean {near!r}?" if near else f"there are: {', '.join(names)}"
        raise InputError(f"no example is called {inert(name)!r}; {hint}")
    source = data_folder("floorplans") / name
    files = sorted(p for p in source.iterdir() if p.suffix in (".toml", ".dxf", ".csv", ".md"))
    _empty(folder)
    written = []
    for path in files:
        written.append(write_file(folder / path.name, path.read_bytes()))
    return written


def copy_blocks(folder: Path) -> list[Path]:
    """Copy the library of blocks for placing things in CAD into a folder, which may hold other files.

    Raises
    ------
    InputError, MachineError
        The folder holds another file of that name, or cannot be written.
    """
    source = data_folder("floorplans") / "blocks" / "mrsite-blocks.dxf"
    target = folder / source.name
    if target.exists() and target.read_bytes() != source.read_bytes():
        raise InputError(f"{inert(str(target))} is there and another file: rename it first")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MachineError(f"{inert(str(folder))} cannot be made: {error.strerror}") from None
    return [write_file(target, source.read_bytes())]


def write_new(folder: Path, text: str, plan: Path) -> list[Path]:
    """Write a new site file with a copy of its drawing beside it.

    Raises
    ------
    InputError
        The folder is not empty.
    """
    _empty(folder)
    target = folder / plan.name
    written = [write_file(folder / "site.toml", text.encode())]
    schema = data_folder("schemas") / "site.schema.json"
    written.append(write_file(folder / schema.name, schema.read_bytes()))  # for editors: the file's first line names it
    try:
        shutil.copyfile(plan, target)
    except OSError as error:
        for path in written:
            path.unlink(missing_ok=True)
        raise MachineError(f"{plan.name} cannot be copied into {inert(str(folder))}: {error.strerror}") from None
    return [*written, target]


def _empty(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{inert(str(folder))} is there and not an empty folder: name another")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MachineError(f"{inert(str(folder))} cannot be made: {error.strerror}") from None
