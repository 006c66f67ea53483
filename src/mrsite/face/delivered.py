"""A delivered assessment made again from its own inputs."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mrsite.face.site import Site
    from mrsite.outputs.verify import Bundle, Row


@dataclass(frozen=True)
class Verified:
    """What came of it: a row for each thing compared, and what a person must know besides."""

    rows: tuple[Row, ...]
    notes: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether everything is as it was delivered."""
        return all(row.same for row in self.rows)


def verify(path: str | Path, *, progress: Callable[[str, float], None] | None = None) -> Verified:
    """Make a delivered assessment again from the inputs in its bundle, and compare.

    Parameters
    ----------
    path : path of the ``bundle.zip`` of ``mrsite assess --bundle``
    progress : callable, optional
        Told in words what is done, and the share done, 0 to 1.

    Returns
    -------
    Verified
        ``rows``: each file against the manifest, the conclusion, each finding (numbers within 1e-6), the lines
        (within 2 mm); ``notes``: another version of mrsite, files that differ in their bytes alone.

    Raises
    ------
    InputError
        It is no bundle, or its inputs cannot be assessed.
    """
    from mrsite.base.data import version
    from mrsite.outputs.folder import files_of
    from mrsite.outputs.verify import hash_rows, read_bundle, result_rows, same_bytes

    say = progress or (lambda what, share: None)
    bundle = read_bundle(path)
    rows = list(hash_rows(bundle))
    notes = []
    if (made_with := bundle.manifest["mrsite_version"]) != version():
        notes.append(
            f"delivered by mrsite {made_with}, made again by {version()}: differences may be those of a version"
        )
    if all(row.same for row in rows if row.what.startswith("file inputs/")):
        with tempfile.TemporaryDirectory(prefix="mrsite-verify-") as folder:
            site = _site(bundle, Path(folder), notes)
            outcome = site.assess(progress=lambda what, share: say(what, 0.05 + 0.6 * share)).outcome
            again = files_of(outcome, progress=lambda what, share: say(what, 0.65 + 0.35 * share))
        rows += result_rows(bundle, again)
        same, other = same_bytes(bundle, again)
        notes.append(f"{len(same)} of {len(same) + len(other)} result files are the same byte for byte")
        if other:
            notes.append("different in their bytes: " + ", ".join(other[:12]) + (" ..." if len(other) > 12 else ""))
    else:
        notes.append("the inputs are not those that were delivered: nothing was computed again")
    return Verified(tuple(rows), tuple(notes))


def _site(bundle: Bundle, folder: Path, notes: list[str]) -> Site:
    """Unpack the inputs and read the site, with the magnets that it was assessed with."""
    from mrsite.base.errors import InputError
    from mrsite.base.files import sha256_of
    from mrsite.base.toml import read_toml
    from mrsite.face.site import Site, load_site
    from mrsite.magnets import load_model

    inputs = bundle.inputs
    for name, data in inputs.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    site = folder / bundle.manifest["site"]
    moved = {}
    for called, name in bundle.manifest["moved"].items():
        try:
            installed = load_model(called).sha256
        except InputError:
            installed = None
        if name not in inputs or installed != sha256_of(inputs[name]):
            moved[called] = f"./{name}"
            if installed is not None:
                notes.append(f"magnet {called}: the bundle's own file is used; the installed catalogue holds another")
    if not moved:
        return load_site(site)
    return Site.from_dict(_renamed(read_toml(site).data, moved), relative_to=folder)


def _renamed(value: Any, names: dict[str, str]) -> Any:
    """Return nested data with some texts replaced by others."""
    if isinstance(value, dict):
        return {key: _renamed(part, names) for key, part in value.items()}
    if isinstance(value, list):
        return [_renamed(part, names) for part in value]
    return names.get(value, value) if isinstance(value, str) else value
