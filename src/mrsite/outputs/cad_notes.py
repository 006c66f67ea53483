"""The page that goes with the drawing files: how to use them in CAD, and what to check first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mrsite.base.text import inert
from mrsite.outputs.layers import labels_of
from mrsite.outputs.mark import Drawing

NAME = "READ-ME-CAD.txt"


def render(files: Iterable[str], drawings: Mapping[str, Drawing], notes: Sequence[str]) -> bytes:
    """Return the page as text.

    Parameters
    ----------
    files : names of the DXF files
    drawings : mapping of storey name to Drawing
    notes : sequence of str
        What the writers of these files had to say.
    """
    lines = ["How to use these drawing files", "", "Files"]
    for name in sorted(files):
        lines.append(f"  {name:44} {_what(name)}")
    lines += [
        "",
        "Attach an overlay at 0,0 with scale 1 and rotation 0. It declares the same drawing unit as the architect's",
        "file does, right or wrong, so that CAD does not scale it. Where that declaration is wrong there is a second",
        "file whose name says true-units: use it only in a model that is at its right size.",
        "",
        "Check before you rely on it",
        "  [ ] the bar on the layer ...-CHECK measures 10 m (or 10 000 mm, 32'-9 3/4\")",
        "  [ ] the two crosses on that layer lie on the corners of the architect's drawing",
        "  [ ] the arrow PATIENT END points where the patient will lie",
        "  [ ] every line bears its label: level, kind and height",
        "",
        "An annotated drawing holds the architect's file byte for byte; our layers, entities, one text style, one",
        "block and fine standard linetypes were put between. Run mrsite again on it: our marks are replaced, nothing",
        "else.",
        "If another program has saved the file since, our marks may have lost their mark of origin: then mrsite says",
        "how many look like its own and leaves the file alone; delete the layers first.",
        "",
        "Layers",
    ]
    seen = {style.name: style for drawing in drawings.values() for style in drawing.styles.values()}
    lines += [f"  {name:34} {inert(style.meaning or _item(style.item), 200)}" for name, style in sorted(seen.items())]
    said = [*notes, *(f"{name}: {note}" for name, drawing in drawings.items() for note in drawing.notes)]
    if said:
        lines += ["", "Notes", *(f"  {inert(note, 400)}" for note in said)]
    return ("\r\n".join(lines) + "\r\n").encode("utf-8", "replace")


def _item(item: str) -> str:
    known = {"LEGEND": "legend, title block, schedules, scale bar", "SECTION": "floors of a section"}
    return known.get(item) or (labels_of(item) if item.endswith("-TEXT") else "")


def _what(name: str) -> str:
    if name.endswith("-annotated.dxf"):
        return "the architect's drawing with our marks in it"
    if "-sheet" in name:
        return "sheet with a view at scale and a title block (paper space)"
    if "-true-units-" in name:
        return "our marks alone, true unit declared"
    if "-as-declared-" in name:
        return "our marks alone, unit declared as the architect's file has it"
    if name.startswith("section-"):
        return "section in metres: distance along the cut, height above the site datum"
    return "our marks alone, to attach"
