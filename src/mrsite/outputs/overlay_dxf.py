"""The overlay alone: our marks in a file of their own, to be attached to the host at 0,0 and scale 1.

It begins from a blank R2010 drawing that ships with the package (written once by a library, with
every dimension variable set, because one reader redraws dimensions from the header) and takes the
marks by the same splice as a host does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mrsite.base.data import data_folder
from mrsite.outputs.dxf_splice import splice
from mrsite.outputs.dxf_text import DxfText, parse
from mrsite.outputs.mark import Box, Drawing, box_of

_VIEW = (b"1111.25", b"2222.25", b"3333.25")


def render(drawing: Drawing, unit_m: float, insunits: int, properties: Iterable[tuple[str, str]] = ()) -> bytes:
    """Return a drawing's marks as an R2010 DXF.

    Parameters
    ----------
    drawing : Drawing
    unit_m : float
        Metres in one drawing unit.
    insunits : int
        The code to declare: the host's own, right or wrong, so that the overlay attaches to it at
        scale 1; or the true one for the second file.
    """
    blank = (data_folder("outputs") / "blank_R2010.dxf").read_bytes()
    box = box_of(drawing.marks) or drawing.extent
    x0, y0, x1, y1 = (value / unit_m for value in box)
    view = ((x0 + x1) / 2, (y0 + y1) / 2, max(y1 - y0, (x1 - x0) * 0.6, 1e-9) * 1.05)
    for old, new in zip(_VIEW, view):
        blank = blank.replace(old, repr(new).encode())
    letter = drawing.paper(2.5) / unit_m
    header: dict[str, Sequence[float]] = {
        "$INSUNITS": (insunits,), "$EXTMIN": (x0, y0, 0.0), "$EXTMAX": (x1, y1, 0.0), "$LIMMIN": (x0, y0),
        "$LIMMAX": (x1, y1), "$DIMLFAC": (1.0,), "$DIMTXT": (letter,), "$DIMASZ": (letter,), "$DIMEXE": (letter / 2,),
        "$DIMEXO": (letter / 2,), "$DIMGAP": (letter / 4,), "$DIMSCALE": (1.0,),
    }  # fmt: skip
    return splice(with_header(blank, header), drawing, unit_m, properties).data


def with_header(data: bytes, values: Mapping[str, Sequence[float]]) -> bytes:
    """Return a file of our own with header variables set; variables it does not hold are left out."""
    text = parse(data)
    pieces, at = [], 0
    for name in sorted((n for n in values if n in text.header), key=lambda n: text.header[n][0]):
        first, end = text.header[name]
        for pair, value in zip(range(first, end), values[name]):
            start = _value_offset(text, pair)
            written = repr(int(value) if text.code(pair) == 70 else float(value)).encode()
            pieces += [data[at:start], written]
            at = start + len(text.value(pair))
    return b"".join((*pieces, data[at:]))


def _value_offset(text: DxfText, pair: int) -> int:
    return text.offsets[text.shift + 2 * pair + 1]


def extent_in_units(box: Box, unit_m: float) -> Box:
    """Return a box in drawing units."""
    return box[0] / unit_m, box[1] / unit_m, box[2] / unit_m, box[3] / unit_m
