"""Where the packaged data files are, in a wheel and in an editable install; and the version."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


@cache
def data_folder(kind: str) -> Path:
    """Return the folder of one kind of packaged data.

    In a wheel all data lies in ``mrsite/data``. In an editable install the folders that the
    wheel takes from the top level (``magnets``, ``floorplans``) are still there and nowhere
    else, since force-included files are absent from such an install.

    Parameters
    ----------
    kind : str
        ``"magnets"``, ``"floorplans"``, ``"guidance"``, ``"equipment"``, ...

    Raises
    ------
    FileNotFoundError
        The installation is incomplete.
    """
    inside = _PACKAGE / "data" / kind
    if inside.is_dir():
        return inside
    root = _PACKAGE.parent.parent
    checkout = root / kind
    if checkout.is_dir() and (root / "pyproject.toml").is_file():
        return checkout
    raise FileNotFoundError(f"mrsite is installed without its data folder {kind!r}: install it again")


@cache
def version() -> str:
    """Return the version of the installed package."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("mrsite")
    except PackageNotFoundError:  # run from a source tree on the path
        return "0+source"
