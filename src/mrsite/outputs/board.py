"""One drawing while it is being decided: what is on it, around what its texts find room, what stands beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mrsite.base.text import inert
from mrsite.outputs.host_dimensions import dimension_texts
from mrsite.outputs.ink import Blocks
from mrsite.outputs.label import Label
from mrsite.outputs.layers import in_order, layer_namer, style_of
from mrsite.outputs.line_marks import Line, line_marks, lines_of
from mrsite.outputs.magnet_marks import UNVERIFIED, Standing, magnet_marks
from mrsite.outputs.mark import Box, Drawing, LayerStyle, Mark, Text, box_of
from mrsite.outputs.placing import Rooms, Surroundings, joined, placed
from mrsite.outputs.title_marks import legend, north_arrow, scale_bar, scale_check, table

#: Plotted height of ordinary letters, mm.
LETTER_MM = 2.5
#: Texts of the host that are taller are none that is read, but a drawing in another unit.
_TALLEST_M = 5.0
#: A text of more letters is wrapped, or no label.
_LONGEST = 200
#: Rows of a list on the drawing; longer ones go on in the report.
_MOST_ROWS = 60
_MEANING = {
    "MAGNET": "magnet, isocentre, arrow to the patient end",
    "MAGNET-TEXT": "magnet data",
    "EQPT": "equipment: its limit and the worst field there",
    "QUENCH": "quench pipe",
    "STEEL": "passive shield as stated",
    "DOOR": "door, with what is stated of it ('door D..': numbered by mrsite)",
    "DIMS": "clear distance from the isocentre / from the magnet, rounded down",
    "NOTE": "finding: number in the report, verdict, sentence",
    "CHECK": "scale check: 10 m bar, two corners of the host drawing",
    "WAYS": "way through the building: length and time",
    "MOVING": "moving metal: area swept; ellipse: limit about the isocentre",
    "NEIGHBOUR": "cable, transformer or supply as stated",
    "AREA": "open area as stated",
    "BUILDING": "walls, ceiling and slab",
    "CLOUD": "changed since the last issue",
    "ZONE-I": "Zone I", "ZONE-II": "Zone II", "ZONE-III": "Zone III (hatched)", "ZONE-IV": "Zone IV (hatched closer)",
}  # fmt: skip


class Board:
    """One drawing while it is being decided."""

    def __init__(self, settings: Any, folder: Path | None, plan: Any) -> None:
        self.settings = settings
        self.plan = plan
        self.name = layer_namer(settings.layers, settings.prefix, folder)
        self.letter = LETTER_MM * 1e-3 * settings.plot_scale
        self.host: Box | None = tuple(plan.extent) if plan is not None else None  # type: ignore[assignment]
        if self.host is not None and not all(map(math.isfinite, self.host)):
            self.host = None
        self.occupied = _occupied(plan) if plan is not None else None
        self.rooms = Rooms()
        self.marks: list[Mark | Label] = []
        self.meanings: dict[str, str] = {}
        self.notes: list[str] = []

    def add_lines(self, regions: Sequence[Any], standings: Sequence[Standing], edges: Sequence[str]) -> None:
        """Add all lines; where any magnet's data are unverified every label says so."""
        suffix = "" if all(s.verified for s in standings) else "UNVERIFIED"
        magnets = ", ".join(f"{s.id} = {s.magnet.id} ({s.magnet.grade})" for s in standings)
        lines = lines_of(regions, edges=edges, show=self.settings.show, magnets=inert(magnets, 120))
        self.draw_lines(lines, suffix, " above floor")
        if not lines:
            self.notes.append("no line of the levels asked for reaches this storey")

    def draw_lines(self, lines: Sequence[Line], suffix: str, where: str) -> None:
        """Draw lines with their labels, and say in the legend what they are and where they hold."""
        self.marks += line_marks(lines, self.letter, suffix=suffix)
        for line in lines:
            known = self.meanings.get(line.item)
            text = f"{line.name}{where}"
            self.meanings[line.item] = f"{known}; {text}" if known and known != text else text
            if line.incomplete:
                self.notes.append(f"{line.name}: {line.incomplete}")

    def add_magnets(self, standings: Sequence[Standing], revision: str) -> None:
        """Add the magnets, and the notice where data are unverified."""
        for standing in standings:
            self.marks += magnet_marks(standing, self.letter, revision)

    def finished(
        self,
        title: str,
        rows: list[tuple[str, str]],
        tables: list[tuple[str, list[list[str]]]],
        provenance: tuple[str, ...],
        north_deg: float | None = None,
    ) -> Drawing:
        """Put the labels, add what stands beside the plan, and return the whole.

        North, where known, is in the drawing's own frame.
        """
        shown = placed(self.marks, self.letter, self._surroundings())
        extent = joined(self.host, box_of(tuple(shown)))
        letter = self.letter
        free = joined(extent, self.occupied)
        x, y = extent[0], free[1] - 8 * letter
        items = {m.item for m in shown} | ({"CHECK"} if self.host is not None else set())
        styles = {item: self._style(item) for item in in_order(items)}
        entries = [s for s in styles.values() if s.meaning]
        beside, width = legend(entries, x, y, letter)
        beside += table(
            "TITLE", [[k, v] for k, v in self._with_notes(rows)], x + width + 6 * letter, y, letter, limit=120
        )[0]
        for name, cells in tables:
            below = joined(box_of(tuple(beside)))[1] - 5 * letter
            listed = cells[: _MOST_ROWS + 1]
            if len(listed) < len(cells):
                listed.append([f"... and {len(cells) - len(listed)} more: all are in the report"])
            beside += table(name, listed, x, below, 0.9 * letter, limit=110)[0]
        bar = joined(box_of(tuple(beside)))[1] - (4 if north_deg is None else 8) * letter
        beside += scale_bar(x, bar, letter, self.settings.plot_scale)
        if north_deg is not None:
            beside += north_arrow(x + 5.0 + 40 * letter, bar, letter, north_deg)
        if self.host is not None:
            beside += scale_check(self.host, letter, bar - 6 * letter, self.plan.unit)
        if any(UNVERIFIED in row[0] or UNVERIFIED in row[1] for row in rows):
            notice = f"{UNVERIFIED}: do not build from this drawing; ask the vendor for the figures"
            beside.append(Text("NOTE", notice, (x, y + 2 * letter), 1.6 * letter))
        for item in sorted({m.item for m in beside}):
            styles.setdefault(item, self._style(item))
        return Drawing(
            title,
            (*shown, *beside),
            styles,
            self.settings.plot_scale,
            extent,
            provenance,
            tuple(self.notes),
            tuple(self._with_notes(rows)),
            tuple((name, tuple(map(tuple, cells))) for name, cells in tables),
        )

    def _surroundings(self) -> Surroundings:
        if self.plan is None:
            return Surroundings(inside=self.host, rooms=self.rooms)
        words = (*self.plan.texts, *dimension_texts(self.plan))
        texts = tuple(_text_block(text) for text in words if 0.0 < text.height_m <= _TALLEST_M)
        return Surroundings(self.plan.line_points, self.plan.line_offsets, texts, self.host, rooms=self.rooms)

    def _style(self, item: str) -> LayerStyle:
        return style_of(item, self.name, self.meanings.get(item) or _MEANING.get(item, ""))

    def _with_notes(self, rows: list[tuple[str, str]]) -> list[tuple[str, str]]:
        return [*rows, *(("note", note) for note in self.notes)]


def _text_block(text: Any) -> Blocks:
    """Return the rectangle of a text of the host, which our texts keep away from."""
    # Where the text begins is not kept: a block about its middle, a fifth wider.
    wide, high = 0.96 * text.height_m * min(len(text.text), _LONGEST), 1.6 * text.height_m
    return Blocks(np.array([text.at], dtype=float), np.array([float(text.rotation_deg)]), wide, high)


def _occupied(plan: Any) -> Box | None:
    """Return the box of everything that the host draws, as far as it was read: our lists go below it."""
    parts = [np.asarray(plan.line_points, dtype=float).reshape(-1, 2)]
    parts += [_text_block(text).points(2, 2).reshape(-1, 2) for text in plan.texts]
    parts += [np.array([dimension.at for dimension in plan.dimensions]).reshape(-1, 2)]
    parts += [np.array(view.extent, dtype=float).reshape(-1, 2) for view in plan.views]
    points = np.vstack(parts)
    points = points[np.isfinite(points).all(axis=1)]
    if not len(points):
        return None
    (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
    return float(x0), float(y0), float(x1), float(y1)
