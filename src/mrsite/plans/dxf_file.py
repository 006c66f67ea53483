"""Opening a drawing file: what it is, whether it is whole, and ezdxf's document of it."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mrsite.base.errors import InputError, MachineError
from mrsite.plans.damage import damaged
from mrsite.plans.limits import Limits

if TYPE_CHECKING:
    from mrsite.plans.tape import Tape

_HEAD = 4096
_BINARY = b"AutoCAD Binary DXF\r\n\x1a\x00"
#: Releases by the first six bytes of a DWG.
DWG_RELEASES = {
    b"AC1012": "R13", b"AC1014": "R14", b"AC1015": "R2000", b"AC1018": "R2004", b"AC1021": "R2007",
    b"AC1024": "R2010", b"AC1027": "R2013", b"AC1032": "R2018", b"AC1009": "R12",
}  # fmt: skip
_MAGIC = (
    (b"%PDF", "a PDF", "ask the architect for the DXF"),
    (b"\xff\xd8\xff", "a JPEG picture", "ask the architect for the DXF"),
    (b"\x89PNG", "a PNG picture", "ask the architect for the DXF"),
    (b"GIF8", "a GIF picture", "ask the architect for the DXF"),
    (b"II*\x00", "a TIFF picture", "ask the architect for the DXF"),
    (b"MM\x00*", "a TIFF picture", "ask the architect for the DXF"),
    (b"PK\x03\x04", "a zip archive", "unpack it and give the DXF inside"),
    (b"\x1f\x8b", "a gzip archive", "unpack it and give the DXF inside"),
    (b"ISO-10303-21", "an IFC or STEP model", "export the storey as DXF"),
    (b"<svg", "an SVG picture", "ask the architect for the DXF"),
    (b"<?xml", "an XML file", "give a DXF"),
    (b"(DWF V", "a DWF", "ask the architect for the DXF"),
)


@dataclass(frozen=True)
class Opened:
    """A file opened: its tape, or the document as ezdxf read it, with what had to be done for that."""

    tape: Tape | None
    document: Any
    path: str
    sha256: str
    version: str
    encoding: str
    recovered: tuple[str, ...]
    binary: bool


def sniff(path: Path, limits: Limits) -> tuple[bytes, int]:
    """Return the first bytes and the size of a regular file that may be a DXF of bearable size.

    Raises
    ------
    InputError
        It is not a file, or its first bytes say that it is something else. At most 4 kB are read.
    """
    name = path.name or str(path)
    try:
        info = os.stat(path)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; give the path of a DXF drawing") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be opened ({error.strerror}); give a readable DXF drawing") from None
    except ValueError:
        raise InputError(f"{path!s:.80}: not a usable file name; give the path of a DXF drawing") from None
    mode = info.st_mode
    if stat.S_ISDIR(mode):
        raise InputError(f"{path}: this is a folder; give the DXF file inside it")
    if not stat.S_ISREG(mode):
        what = {
            stat.S_IFIFO: "a named pipe",
            stat.S_IFCHR: "a device",
            stat.S_IFBLK: "a device",
            stat.S_IFSOCK: "a socket",
        }
        raise InputError(
            f"{path}: this is {what.get(stat.S_IFMT(mode), 'not a regular file')}; save the DXF as a file and give that"
        )
    if info.st_size == 0:
        raise InputError(f"{path}: the file is empty; ask for the drawing again")
    try:
        with open(path, "rb") as stream:
            head = stream.read(_HEAD)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); give a readable DXF drawing") from None
    if head[:6] in DWG_RELEASES:
        raise InputError(
            f"{name}: this is a DWG {DWG_RELEASES[head[:6]]} file, not a DXF; save it as DXF in the CAD program, "
            "or convert it with the ODA File Converter or LibreDWG's dwg2dxf"
        )
    for magic, what_, cure in _MAGIC:
        if head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(magic):
            raise InputError(f"{name}: this is {what_}, not a DXF drawing; {cure}")
    if not head.startswith(_BINARY) and not _looks_like_text_dxf(head):
        raise InputError(f"{name}: this is not a DXF drawing (it does not start with a DXF section); give a DXF file")
    size = int(info.st_size)
    if size > limits.file_mb * 1e6:
        raise InputError(
            f"{name}: {size / 1e6:.0f} MB is over the limit file_mb = {limits.file_mb:g}; reading it would take about "
            f"{size / 1e6:.0f} s and {size * 30 / 1e9:.1f} GB: purge or crop the drawing, or raise the limit file_mb"
        )
    return head, size


def _looks_like_text_dxf(head: bytes) -> bool:
    body = head[3:] if head.startswith(b"\xef\xbb\xbf") else head
    lines = [line.strip() for line in body.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")]
    i = 0
    while i + 1 < len(lines):
        if lines[i] == b"999" or lines[i] == b"":
            i += 2 if lines[i] else 1
            continue
        return lines[i] == b"0" and lines[i + 1] == b"SECTION"
    return False


def open_drawing(
    path: str | os.PathLike[str], limits: Limits, encoding: str | None = None, *, fast: bool = True
) -> Opened:
    """Read a DXF of any version, or say in one sentence why it cannot be used.

    Whole text files go by the tape, which is several times faster; binary, R13, R14 and damaged
    ones by ezdxf.

    Parameters
    ----------
    path : path
        R12 to R2018, text or binary; R13 and R14 are read only.
    limits : Limits
        ``file_mb`` is checked before anything is read.
    encoding : str, optional
        Code page of the texts where the file declares the wrong one.
    fast : bool
        False: always by ezdxf.

    Raises
    ------
    InputError
        Not a DXF, cut off, too large, or damaged beyond what can be trusted.
    """
    path = Path(path)
    head, _ = sniff(path, limits)
    name = path.name
    digest = sha256_of(path)
    binary = head.startswith(_BINARY)
    if not binary:
        _refuse_if_cut_off(path)
    if encoding is not None:
        _check_encoding(encoding)
    recovered: tuple[str, ...] = ()
    if fast and not binary:
        from mrsite.plans.tape import TapeError, read_tape

        odd: tuple[type[Exception], ...] = (TapeError, *damaged())
        try:
            tape = read_tape(path, encoding)
            return Opened(tape, None, str(path), digest, tape.version, tape.encoding, (), False)
        except MemoryError:
            raise MachineError(f"{name}: memory ran out while reading; crop the drawing") from None
        except odd:
            pass  # not laid out as most are: ezdxf knows more
    import logging

    import ezdxf

    # What ezdxf mends it tells its log; without a handler that would go to the terminal.
    logging.getLogger("ezdxf").addHandler(logging.NullHandler())
    broken: tuple[type[Exception], ...] = (*damaged(), OSError)
    try:
        document = ezdxf.readfile(path, encoding=encoding) if encoding else ezdxf.readfile(path)
    except MemoryError:
        raise MachineError(f"{name}: memory ran out while reading; crop the drawing") from None
    except RecursionError:
        raise InputError(f"{name}: its structure is nested without end; ask for the file again") from None
    except broken as error:
        if binary:
            raise InputError(
                f"{name}: this binary DXF is damaged ({_short(error)}); ask for it as a text DXF"
            ) from None
        document, recovered = _recover(path, error, encoding)
    return Opened(
        None, document, str(path), digest, str(document.dxfversion), str(document.encoding), recovered, binary
    )


def sha256_of(path: Path) -> str:
    """Return the hash of a file's bytes."""
    digest = hashlib.sha256()
    with open(path, "rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _short(error: BaseException) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= 120 else text[:117] + "..."


def _check_encoding(encoding: str) -> None:
    import codecs

    try:
        codecs.lookup(encoding)
    except (LookupError, ValueError):
        raise InputError(
            f"encoding {encoding!r} is not known: try utf-8, cp1252, cp1251, gbk, big5, shift_jis or euc_kr"
        ) from None


def _refuse_if_cut_off(path: Path) -> None:
    """A whole text DXF ends with EOF; ezdxf's recover would hand back an empty modelspace instead."""
    with open(path, "rb") as stream:
        stream.seek(0, os.SEEK_END)
        stream.seek(max(0, stream.tell() - 2048))
        tail = stream.read()
    lines = tail.replace(b"\r\n", b"\n").replace(b"\r", b"\n").rstrip(b"\x00\x1a \n\t").split(b"\n")
    if lines[-1].strip() == b"EOF":
        return
    section, count, inside, previous = "", 0, False, b""
    with open(path, "rb") as stream:
        for line in stream:
            count += 1
            word = line.strip()
            if previous == b"SECTION_NAME":
                section, previous = word.decode("ascii", "replace"), b""
            elif word == b"SECTION":
                inside, previous = True, b"SECTION"
            elif previous == b"SECTION" and word == b"2":
                previous = b"SECTION_NAME"
            elif word == b"ENDSEC":
                inside, previous = False, b""
            else:
                previous = b""
    where = f"in the middle of section {section}" if inside else f"after section {section}"
    raise InputError(f"{path.name}: the file ends {where}, line {count}; it is cut off, ask for the file again")


def _recover(path: Path, cause: BaseException, encoding: str | None) -> tuple[Any, tuple[str, ...]]:
    """Read a damaged file for reading only, and refuse if recover has lost entities."""
    from ezdxf import recover

    try:
        document, auditor = recover.readfile(path)
    except damaged():
        raise InputError(f"{path.name}: damaged beyond repair ({_short(cause)}); ask for the file again") from None
    stored, kept = _count_entities(path), len(document.modelspace())
    if kept < 0.98 * stored:
        raise InputError(
            f"{path.name}: damaged ({_short(cause)}), and of {stored} entities only {kept} can be recovered; "
            "ask for the file again"
        ) from None
    notes = [f"the file is damaged and was recovered for reading only: {_short(cause)}"]
    if kept < stored:
        notes.append(f"{stored - kept} of {stored} entities were lost in recovery")
    notes += [f"recovery: {fix.message}" for fix in list(auditor.fixes)[:20]]
    return document, tuple(notes)


def _count_entities(path: Path) -> int:
    """Count records of the ENTITIES section that are not parts of another (VERTEX, SEQEND, ATTRIB)."""
    data = path.read_bytes().replace(b"\r\n", b"\n")
    start = re.search(rb"\n\s*2\s*\nENTITIES\s*\n", data)
    if start is None:
        return 0
    end = data.find(b"ENDSEC", start.end())
    names = re.findall(rb"(?:^|\n)[ \t]*0[ \t]*\n([A-Z_0-9]+)", data[start.end() - 1 : end])
    return sum(n not in (b"VERTEX", b"SEQEND", b"ATTRIB", b"ENDSEC") for n in names)
