"""Draws the library of blocks by which an architect places things for mrsite: ``python draw.py``.

Each block has its insertion point where the thing is (a scanner's isocentre) and attributes whose tags are keys
of the site file; an empty attribute states nothing. The same script always writes the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import ezdxf
from ezdxf.enums import TextEntityAlignment

HERE = Path(__file__).parent
LAYER, NOTE = "X-MRIS-PLACE", "X-MRIS-NOTE"
LETTER = 120.0  # mm

#: Block: how it is drawn (mm), its attributes with their prompts, and what it is.
Draw = Callable[[Any], None]
ATTRIBUTES: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "MRIS-SCANNER": (
        "Insert at the isocentre; turn it so that the arrow points where the patient lies down.",
        (
            ("ID", "Name of the scanner, e.g. MR1"),
            ("MAGNET", "Catalogue id or magnet file"),
            ("ISOCENTRE_HEIGHT", "Isocentre above the floor, m (empty: the maker's)"),
            ("STATUS", "existing, proposed or removed"),
            ("BEARING_DEG", "Only where it is not the turn of the block"),
        ),
    ),
    "MRIS-EQUIPMENT": (
        "Insert in the middle of the item.",
        (
            ("ID", "Name of the item"),
            ("CLASS", "Class of the equipment table, e.g. ct"),
            ("MAX_FIELD_MT", "Its own limit, mT, where no class fits"),
            ("SIZE", "Width and depth, m, e.g. 2.0 3.5"),
            ("HEIGHTS", "From and to above the floor, m, e.g. 0.3 2.0"),
            ("LABEL", "safe, conditional or unsafe"),
            ("SOURCE", "Who says so"),
        ),
    ),
    "MRIS-OPERATOR": (
        "Insert where the operator sits.",
        (("WATCHES", "What must be seen, parted by ;"), ("EYE_HEIGHTS", "m, e.g. 1.2 1.6"), ("CCTV", "yes or no")),
    ),
    "MRIS-TRANSFORMER": (
        "Insert in its middle.",
        (("ID", "Name"), ("HEIGHT", "Above the floor, m"), ("SOURCE", "Who says so")),
    ),
    "MRIS-ROOM": (
        "Insert anywhere in the room that is meant.",
        (
            ("NUMBER", "Number on the drawing (empty: the point alone says which room)"),
            ("ZONE", "I, II, III or IV"),
            ("USE", "scan, control, technical, waiting, ..."),
            ("OCCUPANCY", "public, staff, restricted, maintenance or none"),
            ("CEILING", "Above the floor, m"),
        ),
    ),
    "MRIS-DOOR": (
        "Insert in the middle of the opening.",
        (
            ("LOCK", "yes or no"),
            ("LOCK_KIND", "key, card reader, ..."),
            ("SELF_CLOSING", "yes or no"),
            ("FREE_EGRESS", "yes or no"),
            ("OPENS", "outward, inward or sliding"),
            ("CLEAR_WIDTH_MM", "Clear width, mm"),
            ("DETECTOR", "yes, no, or what kind"),
        ),
    ),
}


def _lines(block: Any, *paths: tuple[tuple[float, float], ...], closed: bool = False) -> None:
    for path in paths:
        block.add_lwpolyline(path, close=closed, dxfattribs={"layer": LAYER})


def _scanner(block: Any) -> None:
    _lines(block, ((-800, -950), (800, -950), (800, 950), (-800, 950)), closed=True)
    _lines(block, ((-800, -300), (800, -300)), ((-800, 300), (800, 300)), ((-150, 0), (150, 0)), ((0, -150), (0, 150)))
    _lines(block, ((800, 0), (2200, 0)), ((2000, 120), (2200, 0), (2000, -120)))
    block.add_text("PATIENT END", height=LETTER, dxfattribs={"layer": LAYER}).set_placement((900, 150))


def _cross(block: Any) -> None:
    _lines(block, ((-150, 0), (150, 0)), ((0, -150), (0, 150)))
    block.add_circle((0, 0), 250, dxfattribs={"layer": LAYER})


def _square(block: Any) -> None:
    _lines(block, ((-250, -250), (250, -250), (250, 250), (-250, 250)), closed=True)
    _lines(block, ((-250, -250), (250, 250)), ((-250, 250), (250, -250)))


def _diamond(block: Any) -> None:
    _lines(block, ((-250, 0), (0, -250), (250, 0), (0, 250)), closed=True)


def _eye(block: Any) -> None:
    _lines(block, ((-300, 0), (0, 150), (300, 0), (0, -150)), closed=True)
    block.add_circle((0, 0), 80, dxfattribs={"layer": LAYER})


SYMBOLS: dict[str, Draw] = {
    "MRIS-SCANNER": _scanner,
    "MRIS-EQUIPMENT": _square,
    "MRIS-OPERATOR": _eye,
    "MRIS-TRANSFORMER": _cross,
    "MRIS-ROOM": _diamond,
    "MRIS-DOOR": _diamond,
}


def library() -> Any:
    """Return the library: the blocks, and one of each with its explanation in modelspace."""
    ezdxf.options.write_fixed_meta_data_for_testing = True
    doc = ezdxf.new("R2000", setup=["styles"])
    doc.units = ezdxf.units.MM
    doc.header["$MEASUREMENT"] = 1
    doc.layers.add(LAYER, color=6)
    doc.layers.add(NOTE, color=8)
    space = doc.modelspace()
    y = 0.0
    for name, (what, attributes) in ATTRIBUTES.items():
        block = doc.blocks.new(name)
        block.block_record.dxf.units = 4
        SYMBOLS[name](block)
        x = 400 if name != "MRIS-SCANNER" else -800
        top = -400 if name != "MRIS-SCANNER" else -1150
        for k, (tag, prompt) in enumerate(attributes):
            attribute = block.add_attdef(
                tag, (x, top - 1.6 * LETTER * k), dxfattribs={"height": LETTER, "layer": LAYER}
            )
            attribute.dxf.prompt = prompt
            attribute.is_invisible = tag != "ID" and tag != "NUMBER"
        space.add_blockref(name, (0, y), dxfattribs={"layer": NOTE})
        for k, words in enumerate((f"{name}: {what}", *(f"{tag}: {prompt}" for tag, prompt in attributes))):
            text = space.add_text(words, height=LETTER, dxfattribs={"layer": NOTE})
            text.set_placement((3200, y + 400 - 1.8 * LETTER * k), align=TextEntityAlignment.LEFT)
        y -= 1200 + 1.8 * LETTER * len(attributes) + (1200 if name == "MRIS-SCANNER" else 0)
    doc.classes.classes = {}
    doc.classes.add_required_classes(doc.dxfversion)  # ezdxf takes them from a set: sort, or the bytes vary
    doc.classes.classes = dict(sorted(doc.classes.classes.items()))
    return doc


if __name__ == "__main__":
    library().saveas(HERE / "mrsite-blocks.dxf")
