"""The one compile decorator: every kernel of mrsite goes through it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

_log = logging.getLogger(__name__)
_told = False


def jit(*, parallel: bool = False, inline: bool = False, cache: bool = True) -> Callable[[F], F]:
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
    """
    import numba

    options: dict[str, Any] = {"error_model": "numpy", "fastmath": False, "nogil": True, "parallel": parallel}
    if inline:
        options["forceinline"] = True

    def decorate(function: F) -> F:
        if not cache:
            return numba.njit(**options)(function)  # type: ignore[no-any-return]
        try:
            return numba.njit(cache=True, **options)(function)  # type: ignore[no-any-return]
        except RuntimeError as error:  # "cannot cache function ...: no locator available"
            if "cache" not in str(error):
                raise
            global _told
            if not _told:
                _log.info("no writable folder for compiled kernels; set NUMBA_CACHE_DIR to keep them")
                _told = True
            return numba.njit(**options)(function)  # type: ignore[no-any-return]

    return decorate
