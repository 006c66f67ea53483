"""A bundle read back, and its assessment compared with one made again from its inputs."""

from __future__ import annotations

import io
import json
import math
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from mrsite.base.errors import InputError
from mrsite.base.files import sha256_of
from mrsite.base.text import inert
from mrsite.outputs.bundle import INPUTS, MANIFEST
from mrsite.outputs.diff import moved_lines, result_of

#: A bundle that unpacks to more is refused before it is unpacked, bytes.
_MOST_BYTES = 2_000_000_000
#: Two numbers that differ by less are one number computed on two machines.
_RTOL = 1e-6
#: What must be the same of a finding; its sentence follows from these.
_COMPARED = ("status", "rule", "also", "severity", "basis", "kind", "grade", "limit", "measured", "margin", "margin_m")


@dataclass(frozen=True)
class Bundle:
    """A delivered assessment: its manifest, and its members by name."""

    path: Path
    manifest: Mapping[str, Any]
    members: Mapping[str, bytes]

    @property
    def inputs(self) -> dict[str, bytes]:
        """The inputs by the names that the manifest gives them."""
        return {name: self.members[INPUTS + name] for name in self.manifest["inputs"] if INPUTS + name in self.members}


@dataclass(frozen=True)
class Row:
    """One thing compared: what, whether it is as delivered, and where not, how it differs."""

    what: str
    same: bool
    said: str = ""


def read_bundle(path: Path | str) -> Bundle:
    """Read a bundle whole.

    Raises
    ------
    InputError
        No zip, none of ours, damaged, too large, or with a member that would leave its folder.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path}: there is no such file; give the bundle.zip of `mrsite assess --bundle`")
    try:
        with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
            size = sum(info.file_size for info in archive.infolist())
            if size > _MOST_BYTES:
                raise InputError(f"{path}: it unpacks to {size / 1e9:.1f} GB; a bundle holds at most 2 GB")
            members = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
        manifest = json.loads(members[MANIFEST])
        results, inputs = dict(manifest["results"]), dict(manifest["inputs"])
        site, moved = str(manifest["site"]), dict(manifest["moved"])
        good = manifest["schema"] == 1 and site in inputs
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError, RuntimeError, OSError) as error:
        raise InputError(f"{path}: this is no zip that can be read ({error}); ask for the bundle again") from None
    except (KeyError, TypeError, ValueError, RecursionError):
        good = False
    if not good:
        raise InputError(f"{path}: this is no bundle of `mrsite assess --bundle`: it has no {MANIFEST} of schema 1")
    for name in (*results, *inputs, *moved.values()):
        pure = PurePosixPath(name)
        if pure.is_absolute() or ".." in pure.parts or "\\" in name or ":" in name or "\0" in name:
            raise InputError(
                f"{path}: its member {inert(name, 60)!r} would leave the folder; the bundle was tampered with"
            )
    return Bundle(path, manifest, members)


def hash_rows(bundle: Bundle) -> Iterator[Row]:
    """Give a row for each member: whether it is what the manifest says, and whether all are there."""
    wanted = dict(bundle.manifest["results"])
    wanted |= {INPUTS + name: digest for name, digest in bundle.manifest["inputs"].items()}
    for name, digest in sorted(wanted.items()):
        held = bundle.members.get(name)
        said = "missing" if held is None else "" if sha256_of(held) == digest else "changed since it was delivered"
        yield Row(f"file {name}", not said, said)
    for name in sorted(bundle.members.keys() - wanted.keys() - {MANIFEST}):
        yield Row(f"file {name}", False, "not in the manifest: it was added later")


def result_rows(bundle: Bundle, again: Mapping[str, bytes]) -> Iterator[Row]:
    """Give a row for the conclusion, each finding and each line of a bundle, against the same made again.

    Parameters
    ----------
    again : mapping of name to bytes
        The files of the assessment made again (`folder.files_of`).
    """
    old, new = (result_of(bundle.path.name, files) for files in (bundle.members, again))
    a, b = old.findings.get("conclusion"), new.findings.get("conclusion")
    yield Row("conclusion", a == b, "" if a == b else f"was {a}, is {b}")
    before, after = ({f["id"]: f for f in r.findings["findings"]} for r in (old, new))
    for key in sorted(before.keys() | after.keys()):
        if key not in after or key not in before:
            yield Row(f"finding {inert(key, 100)}", False, "appeared" if key in after else "vanished")
            continue
        said = "; ".join(_differences(before[key], after[key]))
        yield Row(f"finding {inert(key, 100)}", not said, said)
    moved = moved_lines(old, new)
    for line in moved:
        yield Row(f"line {inert(str(line['level']), 20)} on {inert(line['storey'], 40)}", False, line["said"])
    if not moved:
        yield Row("lines", True)


def same_bytes(bundle: Bundle, again: Mapping[str, bytes]) -> tuple[list[str], list[str]]:
    """Return the names of results that are the same byte for byte, and of those that are not."""
    results = {name: bundle.members.get(name) for name in bundle.manifest["results"]}
    same = sorted(name for name, data in results.items() if again.get(name) == data)
    return same, sorted(results.keys() - set(same))


def _differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for key in _COMPARED:
        if not _near(old.get(key), new.get(key)):
            yield f"{key} was {_shown(old.get(key))}, is {_shown(new.get(key))}"


def _near(a: Any, b: Any) -> bool:
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(_near(a[k], b[k]) for k in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_near, a, b))
    if type(a) in (int, float) and type(b) in (int, float):
        return math.isclose(a, b, rel_tol=_RTOL, abs_tol=1e-12)
    return bool(a == b)


def _shown(value: Any) -> str:
    return inert(json.dumps(value, ensure_ascii=True), 120)
