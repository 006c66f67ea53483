"""The one compile decorator: every kernel of mrsite goes through it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache as remembered
from pathlib import Path
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

_log = logging.getLogger(__name__)
_told = False


def jit(
    *, parallel: bool = False, inline: bool = False, cache: bool = True, contract: bool = False, signature: Any = None
) -> Callable[[F], F]:
    """Compile a kernel with mrsite's fixed options, cached on disk where that is possible.

    ``fastmath`` stays off (it breaks NaN checks and costs accuracy for 3-5 % of speed) and
    ``error_model="numpy"`` is on: without it divisions carry a branch and do not vectorise.
    Numba refuses at decoration time to cache where no folder is writable; then the kernel
    compiles anew in each process, and one log line says so.

    Parameters
    ----------
    parallel : bool
        Allow ``numba.prange``.
    inline : bool
        Hint LLVM to inline the function at every call.
    cache : bool
        Keep the machine code on disk.
    contract : bool
        Let a product and a sum become one fused operation: rounded once instead of twice, NaN and
        infinity as ever, a fifth faster. Not where a*b - c*d must vanish exactly by symmetry.
    signature : numba signature, optional
        Compile for these types alone, when the module is imported: for kernels that take a compiled
        function as an argument.
    """
    import numba

    fastmath: Any = {"contract"} if contract else False
    options: dict[str, Any] = {"error_model": "numpy", "fastmath": fastmath, "nogil": True, "parallel": parallel}
    if inline:
        options["forceinline"] = True

    def decorate(function: F) -> F:
        made = make(function)
        if signature is not None and hasattr(made, "compile"):
            made.compile(signature)
            made.disable_compile()  # type: ignore[attr-defined]
        return made

    def make(function: F) -> F:
        if not cache:
            return numba.njit(**options)(function)  # type: ignore[no-any-return]
        try:
            compiled: F = numba.njit(cache=True, **options)(function)
            return _stamped(compiled, function)
        except RuntimeError as error:  # "cannot cache function ...: no locator available"
            if "cache" not in str(error):
                raise
            global _told
            if not _told:
                _log.info("no writable folder for compiled kernels; set NUMBA_CACHE_DIR to keep them")
                _told = True
            return numba.njit(**options)(function)  # type: ignore[no-any-return]

    return decorate


def _stamped(dispatcher: F, function: Callable[..., Any]) -> F:
    """Tie a kernel's cache to all source files of its folder, not to its own alone, and do without a damaged one.

    Numba does not see a change in another file whose kernel was inlined, and would go on with the old one; and it
    ends where a kept file is cut short or names a module that an upgrade has taken away.
    """
    try:
        cache_file = dispatcher._cache._cache_file  # type: ignore[attr-defined]
        folder = str(Path(function.__code__.co_filename).parent)
        cache_file._source_stamp = (cache_file._source_stamp, _folder_stamp(folder))
        cache_file._load_index = _or_nothing(cache_file._load_index, dict)
        cache_file._load_data = _or_nothing(cache_file._load_data, lambda: None)
    except (AttributeError, OSError):  # another numba: its own stamp alone
        pass
    return dispatcher


def _or_nothing(load: Callable[..., Any], nothing: Callable[[], Any]) -> Callable[..., Any]:
    def loaded(*names: str) -> Any:
        try:
            return load(*names)
        except Exception:  # damage may raise anything; the kernel is compiled anew, and the log says why
            _log.info("a kept kernel cannot be read and is compiled anew", exc_info=True)
            return nothing()

    return loaded


@remembered
def _folder_stamp(folder: str) -> tuple[tuple[str, float, int], ...]:
    files = sorted([*Path(folder).glob("*.py"), Path(__file__)])
    return tuple((f.name, f.stat().st_mtime, f.stat().st_size) for f in files)
