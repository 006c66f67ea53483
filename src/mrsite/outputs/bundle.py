"""The bundle: everything in one zip, with a manifest of hashes by which it can be checked again."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

from mrsite.base.data import version
from mrsite.base.files import sha256_of
from mrsite.outputs.findings_json import dumps
from mrsite.outputs.inputs import Inputs

MANIFEST = "manifest.json"
INPUTS = "inputs/"
#: A zip must bear a time; this one never changes.
_EPOCH = (1980, 1, 1, 0, 0, 0)


def render(results: Mapping[str, bytes], inputs: Inputs) -> bytes:
    """Return a zip of results and inputs with the manifest; the same content gives the same bytes.

    Results come by their own names, inputs under ``inputs/`` by those of `Inputs`.

    Raises
    ------
    InputError
        An input cannot be read any more.
    """
    read = inputs.read()
    members = {**results, **{f"{INPUTS}{name}": data for name, data in read.items()}}
    members[MANIFEST] = dumps({
        "schema": 1,
        "mrsite_version": version(),
        "site": inputs.site,
        "moved": dict(sorted(inputs.moved.items())),
        "results": {name: sha256_of(results[name]) for name in sorted(results)},
        "inputs": {name: sha256_of(read[name]) for name in sorted(read)},
    })  # fmt: skip
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(members):
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            info.external_attr = 0o644 << 16
            archive.writestr(info, members[name], compresslevel=6)
    return buffer.getvalue()
