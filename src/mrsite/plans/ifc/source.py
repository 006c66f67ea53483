"""A model file: is it there, how large is it really, and its text on disk, unpacked where it is a zip."""

from __future__ import annotations

import contextlib
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from mrsite.base.errors import InputError
from mrsite.plans.limits import Limits

_BLOCK = 1 << 20
_STEP = b"ISO-10303-21"


@contextlib.contextmanager
def model_text(path: Path, limits: Limits, folder: Path) -> Iterator[Path]:
    """Give the path of a model's text: the file itself, or what an IFC-zip holds, unpacked into a folder.

    Raises
    ------
    InputError
        It is no model, or larger than ``file_mb`` allows, as declared or as unpacked.
    """
    name = path.name
    _regular(path)
    with open(path, "rb") as stream:
        head = stream.read(4096)
    if head.startswith(b"PK\x03\x04"):
        yield _unpacked(path, limits, folder)
        return
    if head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith((b"<?xml", b"<ifc")):
        raise InputError(f"{name}: this is IFC as XML, which is not read; export it as .ifc or .ifczip")
    if not head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(_STEP):
        raise InputError(f"{name}: this is no IFC model (it does not begin with ISO-10303-21); give the .ifc file")
    _bearable(name, path.stat().st_size, limits)
    yield path


def _regular(path: Path) -> None:
    try:
        info = os.stat(path)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; give the path of an IFC model") from None
    except (OSError, ValueError):
        raise InputError(f"{path}: cannot be opened; give a readable IFC model") from None
    if not stat.S_ISREG(info.st_mode):
        raise InputError(f"{path}: this is not a file; give the IFC model itself")
    if info.st_size == 0:
        raise InputError(f"{path}: the file is empty; ask for the model again")
    if not os.access(path, os.R_OK):
        raise InputError(f"{path}: cannot be read (no permission); give a readable IFC model")


def _bearable(name: str, size: int, limits: Limits) -> None:
    if size > limits.file_mb * 1e6:
        raise InputError(
            f"{name}: {size / 1e6:.0f} MB is over the limit file_mb = {limits.file_mb:g}: export only the storeys "
            "that matter, without furniture and services, or raise the limit file_mb"
        )


def _unpacked(path: Path, limits: Limits, folder: Path) -> Path:
    name = path.name
    target = folder / "model.ifc"
    try:
        with zipfile.ZipFile(path) as archive:
            inside = [i for i in archive.infolist() if i.filename.lower().endswith(".ifc") and not i.is_dir()]
            if len(inside) != 1:
                raise InputError(f"{name}: the archive holds {len(inside)} .ifc files; give one with a single model")
            member = inside[0]
            if member.flag_bits & 0x1:
                raise InputError(f"{name}: the archive is locked with a password; unpack it and give the .ifc file")
            _bearable(name, member.file_size, limits)
            with archive.open(member) as stream, open(target, "wb") as out:
                written = 0
                while block := stream.read(_BLOCK):
                    written += len(block)
                    # What an archive declares and what comes out of it are two things.
                    _bearable(name, written, limits)
                    out.write(block)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise InputError(f"{name}: the archive is damaged ({error}); ask for the model again") from None
    with open(target, "rb") as stream:
        if not stream.read(64).lstrip(b"\xef\xbb\xbf \r\n\t").startswith(_STEP):
            raise InputError(f"{name}: {member.filename[:80]!r} in it is no IFC model; give the .ifc file")
    return target
