"""DWG in, by a converter that the user has installed: run beside us in bounds, its losses told.

DWG is a closed format; no reader of it comes with mrsite. ``MRSITE_DWG_CONVERTER`` names a program;
without it LibreDWG's ``dwg2dxf`` or the ODA File Converter is looked for on the path. A site file
cannot name one: opening somebody's site file must not start somebody's program.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mrsite.base.errors import InputError, MachineError
from mrsite.plans.confined import Ended, private_folder, run_confined
from mrsite.plans.dxf_file import DWG_RELEASES
from mrsite.plans.limits import Limits
from mrsite.plans.plan import Plan

VARIABLE = "MRSITE_DWG_CONVERTER"
_KNOWN = ("dwg2dxf", "ODAFileConverter", "ODAFileConverter.exe")
_LOSS = re.compile(
    r"unhandled|unknown|unsupported|not (yet )?(supported|implemented)|skip|ignor|proxy|lost", re.IGNORECASE
)
_FAULT = re.compile(r"\b(error|failed|invalid|corrupt|crc)\b", re.IGNORECASE)
_KINDS_SHOWN = 4


@dataclass(frozen=True)
class Converted:
    """A drawing converted: its DXF, by which program, and what that said was lost or odd.

    Parameters
    ----------
    lost : tuple of str
        What did not come through, with counts: walls may be among it.
    said : tuple of str
        Other complaints of the converter.
    """

    dxf: Path
    release: str
    program: str
    lost: tuple[str, ...]
    said: tuple[str, ...]


def is_dwg(path: Path) -> bool:
    """Whether a file is a DWG, by its first bytes or, where it has none of them, by its name."""
    if path.suffix.lower() == ".dwg":
        return True
    try:
        if not path.is_file():
            return False
        with open(path, "rb") as stream:
            return stream.read(6) in DWG_RELEASES
    except OSError:
        return False


def find_converter(given: str | None = None) -> str | None:
    """Return the program to convert with: the one given or named by ``MRSITE_DWG_CONVERTER``, else one on the path.

    Raises
    ------
    InputError
        A program is named and is not there.
    """
    named = given or os.environ.get(VARIABLE)
    if named:
        found = shutil.which(named)
        if found is None:
            raise InputError(
                f"the DWG converter {named!r} ({VARIABLE}) is not there or cannot be run; correct the path"
            )
        return found
    return next((found for found in map(shutil.which, _KNOWN) if found), None)


@contextlib.contextmanager
def converted(path: Path, limits: Limits, converter: str | None = None) -> Iterator[Converted]:
    """Give a DWG as a DXF in a private folder that goes when the block ends.

    Parameters
    ----------
    converter : str, optional
        Program to use; see `find_converter`.

    Raises
    ------
    InputError
        No converter, not a DWG, too large, or the converter did not do it within its limits.
    """
    release = _release(path, limits)
    program = find_converter(converter)
    if program is None:
        raise InputError(
            f"{path.name}: this is a DWG {release} file, for which a converter is needed: install LibreDWG (dwg2dxf) "
            f"or the ODA File Converter, or name one by the environment variable {VARIABLE}, or save it as DXF"
        )
    with private_folder() as folder:
        given, out = folder / "in", folder / "out"
        given.mkdir()
        out.mkdir()
        try:
            shutil.copyfile(path, given / "drawing.dwg")
        except OSError as error:
            raise MachineError(f"{path.name}: cannot be copied for the converter ({error.strerror})") from None
        target = out / "drawing.dxf"
        ended = run_confined(
            _command(program, given / "drawing.dwg", target),
            folder=folder,
            seconds=limits.seconds,
            memory_mb=limits.memory_mb,
            disk_mb=limits.file_mb,
        )
        name = Path(program).stem
        said = ended.said + _error_files(out)
        _refuse_if_failed(path.name, name, ended, target, limits, said)
        lost, other = _complaints(name, said)
        if ended.status != 0:
            lost = (f"{name}: {ended.how}, though it wrote a drawing", *lost)
        try:
            yield Converted(target, release, name, lost, other)
        except InputError as error:
            if not error.message.startswith(target.name):
                raise
            # The file that is complained of is one the caller has never seen.
            raise InputError(f"{path.name}, converted by {name}{error.message[len(target.name) :]}") from None


def told(plan: Plan, path: Path, sha256: str, result: Converted) -> Plan:
    """Return a plan read from a converted drawing as that of the DWG, with what the conversion lost."""
    return replace(
        plan,
        path=str(path),
        sha256=sha256,
        dxf_version=f"{plan.dxf_version} (from DWG {result.release})",
        read=(f"DWG {result.release}, converted by {result.program}", *plan.read),
        warnings=(*plan.warnings, *result.said),
        incomplete=(*plan.incomplete, *result.lost),
    )


def _release(path: Path, limits: Limits) -> str:
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise InputError(f"{path}: this is not a file; give the DWG itself")
        with open(path, "rb") as stream:
            head = stream.read(6)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; give the path of a drawing") from None
    except (OSError, ValueError):
        raise InputError(f"{path}: cannot be read; give a readable drawing") from None
    if head not in DWG_RELEASES:
        raise InputError(
            f"{path.name}: this is called DWG but is none (it does not begin with AC10..); ask for it again"
        )
    if size > limits.file_mb * 1e6:
        raise InputError(
            f"{path.name}: {size / 1e6:.0f} MB is over the limit file_mb = {limits.file_mb:g}: purge or crop the "
            "drawing, or raise the limit file_mb"
        )
    return DWG_RELEASES[head]


def _command(program: str, source: Path, target: Path) -> list[str]:
    """How each converter is called; one that is not known gets the two paths."""
    name = Path(program).name.lower()
    if "dwg2dxf" in name:
        return [program, "-y", "-o", str(target), str(source)]
    if "odafileconverter" in name:
        call = [program, str(source.parent), str(target.parent), "ACAD2018", "DXF", "0", "1", source.name]
        # It opens a window even for a batch; without a screen it needs a virtual one.
        screen = shutil.which("xvfb-run") if os.name == "posix" and not os.environ.get("DISPLAY") else None
        return [screen, "-a", *call] if screen else call
    return [program, str(source), str(target)]


def _error_files(out: Path) -> str:
    """What the ODA converter writes beside its results."""
    return "".join("\n" + p.read_text("utf-8", "replace")[:20_000] for p in sorted(out.glob("*.err"))[:4])


def _refuse_if_failed(name: str, program: str, ended: Ended, target: Path, limits: Limits, said: str) -> None:
    if ended.status is None:
        raise InputError(
            f"{name}: {program} takes longer than seconds = {limits.seconds:g} to convert it; purge the drawing, or "
            "raise the limit seconds"
        )
    if target.is_file() and target.stat().st_size >= int(limits.file_mb * 1e6):
        raise InputError(
            f"{name}: converted to DXF it is over the limit file_mb = {limits.file_mb:g}: purge or crop the drawing, "
            "or raise the limit file_mb"
        )
    if not target.is_file() or target.stat().st_size == 0:
        last = next((line.strip() for line in reversed(said.splitlines()) if line.strip()), "it says nothing")
        raise InputError(
            f"{name}: {program} did not convert it ({ended.how}; {last[:120]}); save it as DXF in the CAD program"
        )


def _complaints(program: str, said: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Count what a converter says line by line, lines that differ in numbers alone as one; losses apart."""
    kinds: Counter[str] = Counter()
    for line in said.splitlines():
        if _LOSS.search(line) or _FAULT.search(line) or "warning" in line.lower():
            kinds[re.sub(r"0x[0-9a-fA-F]+|\d+", "#", " ".join(line.split()))[:120]] += 1
    lost = [(k, n) for k, n in kinds.most_common() if _LOSS.search(k) or _FAULT.search(k)]
    other = [(k, n) for k, n in kinds.most_common() if (k, n) not in lost]
    return (
        _told(f"{program}: objects may be lost in conversion", lost),
        _told(f"{program} says", other),
    )


def _told(head: str, kinds: Sequence[tuple[str, int]]) -> tuple[str, ...]:
    if not kinds:
        return ()
    total = sum(n for _, n in kinds)
    shown = "; ".join(f"{k} ({n} times)" if n > 1 else k for k, n in kinds[:_KINDS_SHOWN])
    more = f"; and {len(kinds) - _KINDS_SHOWN} more kinds" if len(kinds) > _KINDS_SHOWN else ""
    return (f"{head}, {total} complaint{'s' * (total > 1)}: {shown}{more}",)
