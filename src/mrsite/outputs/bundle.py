"""The bundle: everything in one zip, with a manifest of hashes by which it can be checked again."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

from mrsite.base.data import version
from mrsite.base.files import sha256_of
from mrsite.outputs.findings_json import dumps

MANIFEST = "manifest.json"
#: A zip must bear a time; this one never changes.
_EPOCH = (1980, 1, 1, 0, 0, 0)


def manifest(results: Mapping[str, bytes], inputs: Mapping[str, bytes]) -> bytes:
    """Return the manifest: SHA-256 of every result and every input."""
    return dumps({
        "schema": 1,
        "mrsite_version": version(),
        "results": {name: sha256_of(results[name]) for name in sorted(results)},
        "inputs": {name: sha256_of(inputs[name]) for name in sorted(inputs)},
    })  # fmt: skip


def render(results: Mapping[str, bytes], inputs: Mapping[str, bytes]) -> bytes:
    """Return a zip of results and inputs with the manifest; the same content gives the same bytes.

    Parameters
    ----------
    inputs : mapping of name to bytes
        Names relative to the site file's folder; they come under ``inputs/``.
    """
    members = {**results, **{f"inputs/{name}": data for name, data in inputs.items()}}
    members[MANIFEST] = manifest(results, inputs)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(members):
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            info.external_attr = 0o644 << 16
            archive.writestr(info, members[name], compresslevel=6)
    return buffer.getvalue()
