"""Foreign programs held in bounds: a process of its own with limits of time, memory and disk.

A reader of building models or a converter of drawings may crash, hang or eat the machine on a bad
file; here none of that reaches us. On systems without ``resource`` (Windows) the time and the disk
of the outcome are bounded, the memory is not.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_SAID_BYTES = 65_536
# The limits are set in the process itself, between fork and exec of a Python of its own: a
# preexec_fn would run between fork and exec of ours, which is unsound beside other threads.
_LAUNCHER = """
import os, sys
try:
    import resource
    memory, seconds, size = (int(a) for a in sys.argv[1:4])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
except ImportError:
    pass
try:
    os.execvp(sys.argv[4], sys.argv[4:])
except OSError as error:
    sys.stderr.write(f"cannot be started: {error.strerror}")
    sys.exit(127)
"""


@dataclass(frozen=True)
class Ended:
    """How a confined program ended.

    Parameters
    ----------
    status : int or None
        Exit status; negative for the signal that ended it; None where its time ran out.
    said : str
        The end of what it wrote to its two streams.
    """

    status: int | None
    said: str

    @property
    def how(self) -> str:
        """The end in words, for a sentence."""
        if self.status is None:
            return "its time ran out"
        if self.status < 0:
            with contextlib.suppress(ValueError):
                return f"it crashed ({signal.Signals(-self.status).name})"
        return f"it ended with status {self.status}"


@contextlib.contextmanager
def private_folder() -> Iterator[Path]:
    """Give a folder that only this user can enter, and take it away afterwards."""
    with tempfile.TemporaryDirectory(prefix="mrsite-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def run_confined(
    command: Sequence[str],
    *,
    folder: Path,
    seconds: float,
    memory_mb: float,
    disk_mb: float,
    environment: Mapping[str, str] | None = None,
) -> Ended:
    """Run a program in a folder until it ends or meets a limit; its whole process group goes with it.

    Parameters
    ----------
    command : sequence of str
        Program and arguments; no shell sees them.
    folder : Path
        Where it runs; see `private_folder`.
    seconds : float
        Of wall time, and of processor time.
    memory_mb : float
        Of address space.
    disk_mb : float
        Of any one file that it writes.
    environment : mapping, optional
        Added to ours.
    """
    said = folder / ".said"
    limits = (int(memory_mb * 1e6), max(1, int(seconds) + 1), int(disk_mb * 1e6))
    whole = [*command]
    if os.name == "posix":
        whole = [sys.executable, "-I", "-S", "-c", _LAUNCHER, *(str(v) for v in limits), *command]
    start = time.monotonic()
    with open(said, "wb") as out:
        try:
            process = subprocess.Popen(
                whole,
                cwd=folder,
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            return Ended(127, f"cannot be started: {error.strerror}")
        try:
            status: int | None = process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            status = None
        finally:
            _end(process)
    # on a busy machine it may have ended before we were woken to end it: its time ran out all the same
    if time.monotonic() - start > seconds or (os.name == "posix" and status == -signal.SIGXCPU):
        status = None
    with open(said, "rb") as stream:
        stream.seek(max(0, os.path.getsize(said) - _SAID_BYTES))
        text = stream.read(_SAID_BYTES).decode("utf-8", "replace")
    return Ended(status, text)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the program and whatever it has started."""
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
