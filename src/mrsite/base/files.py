"""Files that are either the old ones or the new ones, whatever happens in between.

One file is written beside its place and renamed over it. A folder is written whole beside its
place and exchanged with it in one step (``renameat2``), or, where the system cannot, put aside
and replaced under a journal that the next run repairs. Lock, journal and new folder lie beside
the folder under names that begin with a dot, so that the folder itself never holds half a set.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import hashlib
import json
import os
import shutil
import socket
import stat
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from types import TracebackType

from mrsite.base.errors import InputError, MachineError

#: Says that a folder is an output folder of mrsite, and which files in it are ours.
MARKER = ".mrsite-output.json"
#: Free space below which no work is begun: the smallest result of an assessment fits in it.
LEAST_FREE_BYTES = 2_000_000

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_CANNOT_EXCHANGE = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM)
_FULL = (errno.ENOSPC, errno.EDQUOT)


def sha256_of(data: bytes) -> str:
    """Return the SHA-256 of some bytes in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def sha256_of_file(path: Path | str) -> str:
    """Return the SHA-256 of a file in hexadecimal; raises `InputError` where it cannot be read."""
    digest = hashlib.sha256()
    try:
        with open(path, "rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    return digest.hexdigest()


def check_output_file(path: Path | str, *, inputs: Iterable[Path | str] = (), need: int = 0) -> Path:
    """Refuse, before any work, a place where one file cannot be written.

    Parameters
    ----------
    path : path of the file to come
    inputs : paths
        Files that were read: none of them is ever overwritten.
    need : int
        Bytes that will be needed, as far as is known.

    Raises
    ------
    InputError
        It is a folder, a device, or one of the inputs.
    MachineError
        The folder is missing or read-only, or the disk is full.
    """
    path = Path(path)
    if not path.name or path.name in (".", ".."):
        raise InputError(f"{path}: give the name of a file to write")
    if path.is_dir():
        raise InputError(f"{path}: this is a folder; give the name of a file to write")
    with contextlib.suppress(FileNotFoundError):
        mode = os.lstat(path).st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISLNK(mode)):
            raise InputError(f"{path}: this is not a regular file; give another name to write to")
    for source in inputs:
        if _is_same_entry(path, Path(source)):
            raise InputError(f"{path}: this is one of the inputs and is not overwritten; give another name")
    _check_place(path.parent, need, path)
    return path


def write_file(path: Path | str, data: bytes, *, inputs: Iterable[Path | str] = ()) -> Path:
    """Write one file whole: either the old bytes stay or the new ones are all there.

    A symbolic link of that name is replaced, never written through. Errors as `check_output_file`.
    """
    path = check_output_file(path, inputs=inputs, need=len(data))
    beside = path.with_name(f".{path.name[:200]}.mrsite-{os.getpid()}")
    try:
        _write_new(beside, data)
        os.replace(beside, path)
        _sync_folder(path.parent)
    except OSError as error:
        raise _refused(path, error) from None
    finally:
        with contextlib.suppress(OSError):
            beside.unlink()
    return path


def check_output_folder(path: Path | str, *, inputs: Iterable[Path | str] = (), need: int = 0) -> Path:
    """Refuse, before any work, a folder that cannot or must not be written.

    Parameters
    ----------
    path : path of the folder: absent, empty, or one that mrsite wrote before
    inputs : paths
        Files that were read; a folder that holds one is refused, since it would be replaced.
    need : int
        Bytes that will be needed, as far as is known.

    Returns
    -------
    Path
        The folder itself, symbolic links followed.

    Raises
    ------
    InputError
        A file of that name, a folder of somebody else's, a folder that holds an input.
    MachineError
        No permission, read-only or full disk.
    """
    given, real = Path(path), Path(os.path.realpath(path))
    if os.path.lexists(real) and not real.is_dir():
        raise InputError(f"{given}: this is a file; give the name of a folder to write to")
    if real == Path(real.anchor) or real == Path.cwd():
        raise InputError(f"{given}: mrsite replaces its output folder whole; give a folder of its own")
    if real.is_dir():
        try:
            held = os.listdir(real)
        except OSError as error:
            raise _refused(given, error) from None
        if held and MARKER not in held:
            raise InputError(
                f"{given}: the folder holds files that mrsite did not write (for example "
                f"{sorted(held)[0]!r}); give an empty or a new folder"
            )
        for source in inputs:
            if Path(os.path.realpath(source)).is_relative_to(real):
                raise InputError(f"{given}: the input {source} lies in it and would be replaced; give another folder")
    _check_place(real.parent, max(need, LEAST_FREE_BYTES), given)
    return real


class OutputFolder:
    """An output folder claimed by this run: ``with OutputFolder(path, inputs=...) as folder``.

    While it is held a second run into the same folder is refused. `write` may be called once or
    more; each call replaces the whole set.

    Raises
    ------
    InputError, MachineError
        As `check_output_folder`; also where another run holds the folder.
    """

    def __init__(self, path: Path | str, *, inputs: Iterable[Path | str] = (), need: int = 0) -> None:
        self.given = Path(path)
        self._inputs = tuple(inputs)
        self._need = need
        self._lock: int | None = None
        self._made: list[Path] = []

    def __enter__(self) -> OutputFolder:
        real = Path(os.path.realpath(self.given))
        # Permission and space are told by the folder that exists; the lock needs the parent to be there.
        _check_place(real.parent, max(self._need, LEAST_FREE_BYTES), self.given)
        self._made = _make_parents(real.parent, self.given)
        try:
            self._lock = _take_lock(_beside(real, "lock"), self.given)
            _repair(real)
            self.path = check_output_folder(self.given, inputs=self._inputs, need=self._need)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        real = Path(os.path.realpath(self.given))
        if self._lock is not None:
            # Unlinked while held: whoever waits on the old file sees that it is gone and makes its own.
            with contextlib.suppress(OSError):
                _beside(real, "lock").unlink()
            os.close(self._lock)
            self._lock = None
        for folder in reversed(self._made):
            with contextlib.suppress(OSError):
                folder.rmdir()

    def write(self, files: Mapping[str, bytes]) -> list[Path]:
        """Replace the folder's content by these files; names may hold ``/`` for sub-folders.

        What a person has put into the folder is carried over. Nothing is changed on failure.
        """
        if self._lock is None:
            raise RuntimeError("the output folder is not claimed")
        for name in files:
            _check_name(name)
        total = sum(map(len, files.values()))
        _check_place(self.path.parent, total + LEAST_FREE_BYTES // 10, self.given)
        new = _beside(self.path, "new")
        try:
            _remove(new)
            new.mkdir()
            _carry_over(self.path, new, files, self.given)
            for name, data in files.items():
                target = new / name
                target.parent.mkdir(parents=True, exist_ok=True)
                _write_new(target, data)
            marker = {"written_by": "mrsite", "files": sorted(files)}
            _write_new(new / MARKER, json.dumps(marker, indent=1).encode() + b"\n")
            for folder, _, _ in os.walk(new):
                _sync_folder(Path(folder))
            _exchange(new, self.path)
        except OSError as error:
            raise _refused(self.given, error) from None
        finally:
            # After an exchange this holds the old set, after a failure the unfinished new one.
            with contextlib.suppress(OSError):
                _remove(new)
        return [self.path / name for name in sorted(files)]


def owned_files(folder: Path | str) -> tuple[str, ...]:
    """Return the names of the files that mrsite wrote into a folder; empty where it is not ours."""
    try:
        marker = json.loads((Path(folder) / MARKER).read_text(encoding="utf-8"))
        return tuple(str(name) for name in marker["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return ()


def _beside(folder: Path, what: str) -> Path:
    return folder.with_name(f".{folder.name[:200]}.mrsite-{what}")


def _is_same_entry(out: Path, source: Path) -> bool:
    def entry(path: Path) -> Path:
        return Path(os.path.realpath(path.parent)) / path.name

    if entry(out) in (entry(source), Path(os.path.realpath(source))):
        return True
    with contextlib.suppress(OSError):
        return not out.is_symlink() and os.path.samefile(out, source)
    return False


def _check_place(folder: Path, need: int, shown: Path) -> None:
    """Refuse where the nearest existing folder cannot take ``need`` more bytes."""
    if not folder.parts:
        folder = Path(".")
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if not folder.is_dir():
        raise InputError(f"{shown}: {folder} is a file, not a folder; give another place to write to")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise MachineError(f"{shown}: the folder {folder} cannot be written; give another place or ask for permission")
    with contextlib.suppress(OSError):
        free = shutil.disk_usage(folder).free
        if free < need:
            raise MachineError(
                f"{shown}: the disk is full ({free / 1e6:.1f} MB free, {need / 1e6:.1f} MB needed); "
                "free some space or give another place"
            )


def _make_parents(folder: Path, shown: Path) -> list[Path]:
    made: list[Path] = []
    missing = [p for p in (folder, *folder.parents) if not p.exists()]
    try:
        for step in reversed(missing):
            step.mkdir(exist_ok=True)
            made.append(step)
    except OSError as error:
        raise _refused(shown, error) from None
    return made


def _check_name(name: str) -> None:
    path = PurePosixPath(name)
    if not name or path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or "\0" in name:
        raise ValueError(f"output name {name!r} would leave the output folder")


def _write_new(path: Path, data: bytes) -> None:
    with open(path, "xb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _sync_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):  # not every system can open a folder
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _remove(folder: Path) -> None:
    if os.path.lexists(folder):
        shutil.rmtree(folder)


def _carry_over(old: Path, new: Path, files: Mapping[str, bytes], shown: Path) -> None:
    """Link into the new folder what a person has added to the old one."""
    if not old.is_dir():
        return
    shutil.copymode(old, new)
    ours = {MARKER, *owned_files(old)}
    for folder, subfolders, names in os.walk(old):
        links = [d for d in subfolders if (Path(folder) / d).is_symlink()]
        for name in (*names, *links):
            source = Path(folder) / name
            relative = source.relative_to(old).as_posix()
            if relative in ours:
                continue
            if relative in files:
                raise InputError(f"{shown}: {relative!r} was not written by mrsite and would be replaced; move it away")
            target = new / relative
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_symlink():
                target.symlink_to(os.readlink(source))
                continue
            try:
                os.link(source, target)
            except OSError:
                shutil.copy2(source, target)


def _exchange(new: Path, old: Path) -> None:
    """Put ``new`` in the place of ``old``; what was there is afterwards under the name of ``new``."""
    if not old.exists() or not os.listdir(old):
        if old.exists():
            old.rmdir()
        os.rename(new, old)
    elif not _rename_exchange(new, old):
        aside, journal = _beside(old, "old"), _beside(old, "journal")
        _remove(aside)
        _write_new(journal, b'{"step": "aside-and-in"}\n')
        _sync_folder(old.parent)
        os.rename(old, aside)
        os.rename(new, old)
        _sync_folder(old.parent)
        journal.unlink()
        _remove(aside)
    _sync_folder(old.parent)


def _rename_exchange(new: Path, old: Path) -> bool:
    """Exchange two folders in one step; False where the system cannot."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        call = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    if call(_AT_FDCWD, os.fsencode(new), _AT_FDCWD, os.fsencode(old), _RENAME_EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in _CANNOT_EXCHANGE:
        return False
    raise OSError(code, os.strerror(code), str(old))


def _repair(folder: Path) -> None:
    """Finish what a killed run began: the whole new set if it was complete, else the whole old one."""
    journal, aside, new = (_beside(folder, what) for what in ("journal", "old", "new"))
    try:
        if os.path.lexists(journal):
            if not folder.exists():
                # The journal is written only once the new folder is complete and on the disk.
                os.rename(new if new.is_dir() else aside, folder)
            journal.unlink()
            _sync_folder(folder.parent)
        _remove(aside)
        _remove(new)
    except OSError as error:
        raise _refused(folder, error) from None


def _take_lock(lock: Path, shown: Path) -> int:
    """Return an open descriptor of the lock file; the system frees it when the run ends, killed or not."""
    while True:
        try:
            descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise _refused(shown, error) from None
        if not _lock_descriptor(descriptor):
            holder = _holder(descriptor)
            os.close(descriptor)
            raise MachineError(
                f"{shown}: another run ({holder}) is writing this folder; wait for it or give another folder"
            )
        try:
            still_there = os.path.samestat(os.fstat(descriptor), os.stat(lock))
        except FileNotFoundError:
            still_there = False
        if still_there:
            break
        os.close(descriptor)
    try:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps({"pid": os.getpid(), "host": socket.gethostname()}).encode(), 0)
    except OSError as error:
        with contextlib.suppress(OSError):
            lock.unlink()
        os.close(descriptor)
        raise _refused(shown, error) from None
    return descriptor


def _lock_descriptor(descriptor: int) -> bool:
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        try:
            # One byte far behind the text, so that a second run can still read who holds it.
            os.lseek(descriptor, 1 << 20, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        except OSError:
            return False
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return not _holder_lives(descriptor)  # a file system without locks: ask who wrote it
    return True


def _read_holder(descriptor: int) -> dict[str, object]:
    try:
        os.lseek(descriptor, 0, os.SEEK_SET)
        read = json.loads(os.read(descriptor, 4096) or b"{}")
    except (OSError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}


def _holder(descriptor: int) -> str:
    held = _read_holder(descriptor)
    return f"process {held.get('pid', '?')} on {held.get('host', '?')}"


def _holder_lives(descriptor: int) -> bool:
    held = _read_holder(descriptor)
    pid = held.get("pid")
    if not isinstance(pid, int):
        return False
    if held.get("host") != socket.gethostname():
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _refused(shown: Path, error: OSError) -> MachineError:
    if error.errno in _FULL:
        return MachineError(f"{shown}: the disk is full; free some space or give another place (nothing was changed)")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return MachineError(
            f"{shown}: cannot be written ({error.strerror}); give another place or ask for permission "
            "(nothing was changed)"
        )
    if error.errno == errno.ENAMETOOLONG:
        return MachineError(f"{str(shown)[:80]}...: the name is too long; give a shorter one")
    return MachineError(f"{shown}: cannot be written ({error.strerror or error}); nothing was changed")
