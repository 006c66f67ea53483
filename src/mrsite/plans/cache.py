"""Plans kept by the hash of their file, so that a second run need not read the drawing again.

One file a plan: arrays and JSON in a numpy archive, nothing that can run code. Files are written
beside and renamed in, so two processes never see half of one. ``MRSITE_CACHE=off`` switches it off;
``MRSITE_CACHE_DIR`` says where.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import io
import json
import os
import sys
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from mrsite.base.data import data_folder, version
from mrsite.plans import plan as shapes
from mrsite.plans.plan import Plan

_ARRAYS = ("wall_segments", "line_points", "line_offsets", "line_layers")
# So many plans, and bytes of them, are kept; those used longest ago go first.
_KEEP = 48
_KEEP_BYTES = 512 * 1024 * 1024
# A part-written file this old belongs to a run that was killed.
_ABANDONED_S = 3600.0


def switched_on() -> bool:
    """Whether plans are kept: not switched off, and there is a place for them."""
    if os.environ.get("MRSITE_CACHE", "on").strip().lower() in ("off", "0", "no", "false"):
        return False
    try:
        folder()
    except RuntimeError:  # a user without a home
        return False
    return True


def folder() -> Path:
    """Where plans are kept: the user's cache folder, or ``MRSITE_CACHE_DIR``."""
    given = os.environ.get("MRSITE_CACHE_DIR")
    if given:
        return Path(given) / "plans"
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "mrsite" / "plans"


@cache
def _code_hash() -> str:
    """Hash of this room's code and tables: a plan read by other code is not this code's reading."""
    digest = hashlib.sha256(version().encode())
    for place in (Path(__file__).parent, data_folder("plans")):
        for path in sorted(place.rglob("*")):
            if path.suffix in (".py", ".toml"):
                digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def key_of(sha256: str, arguments: Mapping[str, Any]) -> str:
    """Key of a file read with certain arguments."""
    words = json.dumps([sha256, _code_hash(), arguments], sort_keys=True, default=str)
    return hashlib.sha256(words.encode()).hexdigest()


def load(key: str, path: str) -> Plan | None:
    """Return the plan kept under the key, or None; a damaged file counts as none and is taken away."""
    file = folder() / f"{key}.npz"
    try:
        with np.load(file, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in _ARRAYS}
            words = json.loads(bytes(stored["json"]).decode())
        plan = Plan(**{**{name: _unpack(value) for name, value in words.items()}, **arrays, "path": path})
    except FileNotFoundError:
        return None
    # Bytes of any kind may stand in the file: whatever numpy, zip, JSON, shapely or the values' classes make
    # of them, the drawing is read again and says itself what is wrong with it.
    except Exception:
        with contextlib.suppress(OSError):
            file.unlink()
        return None
    with contextlib.suppress(OSError):
        os.utime(file)
    return plan


def store(key: str, plan: Plan) -> None:
    """Keep a plan; where the folder cannot be written nothing happens."""
    facts = {f.name: _pack(getattr(plan, f.name)) for f in dataclasses.fields(plan) if f.name not in _ARRAYS}
    words = json.dumps(facts, ensure_ascii=True).encode()
    out = io.BytesIO()
    arrays = {name: getattr(plan, name) for name in _ARRAYS}
    np.savez(out, json=np.frombuffer(words, dtype=np.uint8), **arrays)
    place = folder()
    part = place / f"{key}.{os.getpid()}.part"
    try:
        place.mkdir(parents=True, exist_ok=True)
        part.write_bytes(out.getvalue())
        os.replace(part, place / f"{key}.npz")
        _prune(place, f"{key}.npz")
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink()


def _prune(place: Path, newest: str) -> None:
    """Take away the plans used longest ago while there are too many or they are too large, and what killed runs left.

    Another run may take files away at the same moment: what is gone is gone.
    """
    kept, now = [], time.time()
    for file in place.iterdir():
        with contextlib.suppress(OSError):
            status = file.stat()
            if file.suffix == ".npz" and file.name != newest:
                kept.append((status.st_mtime, status.st_size, file))
            elif file.suffix == ".part" and now - status.st_mtime > _ABANDONED_S:
                file.unlink()
    room = _KEEP_BYTES
    with contextlib.suppress(OSError):
        room -= (place / newest).stat().st_size
    for count, (_, size, file) in enumerate(sorted(kept, reverse=True), 2):
        room -= size
        if count > _KEEP or room < 0:
            with contextlib.suppress(OSError):
                file.unlink()


def _pack(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: _pack(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return {"is": type(value).__name__, **fields}
    if isinstance(value, (tuple, list)):
        return [_pack(v) for v in value]
    if hasattr(value, "exterior"):
        rings = [value.exterior, *value.interiors]
        return {"is": "polygon", "rings": [np.asarray(r.coords).tolist() for r in rings]}
    if isinstance(value, np.generic):
        return value.item()
    return value


def _unpack(value: Any) -> Any:
    if isinstance(value, dict):
        kind = value.pop("is")
        if kind == "polygon":
            from shapely import Polygon

            return Polygon(value["rings"][0], value["rings"][1:])
        return getattr(shapes, kind)(**{k: _unpack(v) for k, v in value.items()})
    if isinstance(value, list):
        return tuple(_unpack(v) for v in value)
    return value
