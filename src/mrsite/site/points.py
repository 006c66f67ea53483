"""The field at points that somebody lists: ``mrsite field``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mrsite.base.errors import InputError
from mrsite.base.text import inert
from mrsite.fields import FieldSource, flux_density_and_jacobian, gradient_of_magnitude, magnitude
from mrsite.site.csv_table import csv_rows, read_text

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
    delimiter, rows = csv_rows(read_text(path, "file of points", fallback="cp1252"), path.name)
    first, cells = next(rows, (1, []))
    header = [h.strip().casefold() for h in cells]
    try:
        columns = [header.index(name) for name in ("x", "y", "z")]
    except ValueError:
        raise InputError(
            f"{path.name}, line {first}: columns x, y and z are wanted, it has {inert(', '.join(header)) or 'none'}"
        ) from None
    points = []
    for line, row in rows:
        try:
            point = [float(row[c]) for c in columns]
        except (ValueError, IndexError):
            raise InputError(
                f"{path.name}, line {line}: x, y and z must be numbers with a decimal point, it says "
                f"{inert(delimiter.join(row), 80)!r}"
            ) from None
        if not all(map(np.isfinite, point)):
            raise InputError(f"{path.name}, line {line}: a coordinate is not finite")
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
