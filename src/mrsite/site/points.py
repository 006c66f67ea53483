"""The field at points that somebody lists: ``mrsite field``."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mrsite.base.errors import InputError
from mrsite.base.text import inert
from mrsite.fields import FieldSource, flux_density_and_jacobian, gradient_of_magnitude, magnitude

Array = NDArray[np.float64]

_LIMIT = 20_000_000


def read_points(path: Path) -> Array:
    """Read a CSV with columns x, y, z (m); a header is wanted, more columns are let be.

    Returns
    -------
    (n, 3) float64

    Raises
    ------
    InputError
        No such file, no such columns, a cell that is not a finite number (with its line).
    """
    if not path.is_file():
        raise InputError(f"there is no file {inert(str(path))}: check the name")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{path.name} is not UTF-8 text: save it as CSV (UTF-8)") from None
    first = text.split("\n", 1)[0]
    delimiter = max((",", ";", "\t"), key=first.count)
    rows = csv.reader(io.StringIO(text), delimiter=delimiter)
    header = [h.strip().casefold() for h in next(rows, [])]
    try:
        columns = [header.index(name) for name in ("x", "y", "z")]
    except ValueError:
        raise InputError(
            f"{path.name}, line 1: columns x, y and z are wanted, it has {inert(', '.join(header)) or 'none'}"
        ) from None
    points = []
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        try:
            point = [float(row[c]) for c in columns]
        except (ValueError, IndexError):
            raise InputError(
                f"{path.name}, line {rows.line_num}: x, y and z must be numbers with a decimal point, it says "
                f"{inert(delimiter.join(row), 80)!r}"
            ) from None
        if not all(map(np.isfinite, point)):
            raise InputError(f"{path.name}, line {rows.line_num}: a coordinate is not finite")
        points.append(point)
        if len(points) > _LIMIT:
            raise InputError(f"{path.name} holds more than {_LIMIT} points: split it")
    if not points:
        raise InputError(f"{path.name} holds no points")
    return np.array(points, dtype=float)


def field_csv(source: FieldSource, points: Array) -> tuple[str, int]:
    """Return the CSV of ``mrsite field`` and how many points lie on a wire.

    Columns x, y, z (m), Bx, By, Bz, B (T), grad_B (T/m), each number in the shortest form that
    reads back the same.
    """
    b, jac = flux_density_and_jacobian(source, points)
    table = np.column_stack([points, b, magnitude(b), gradient_of_magnitude(b, jac)])
    lines = ["x,y,z,Bx,By,Bz,B,grad_B"]
    lines += [",".join(repr(float(v)) for v in row) for row in table]
    return "\n".join(lines) + "\n", int(np.count_nonzero(~np.isfinite(table).all(axis=1)))
