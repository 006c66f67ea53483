"""The sheet to walk a survey with, and the table to fill in, which ``mrsite survey`` reads back."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from mrsite.base.text import cell
from mrsite.outputs import plan_svg, printed, typeset
from mrsite.outputs.magnet_marks import UNVERIFIED
from mrsite.outputs.marks import storey_drawing
from mrsite.outputs.survey_marks import Place, with_places
from mrsite.studies.survey.run import Walk
from mrsite.studies.survey.walk import Stop

_HEADER = ("point", "storey", "x", "y", "height", "B_mT", "U_mT")
_RECORD = (
    "instrument, maker and serial number",
    "calibrated on, certificate",
    "read by (role), date",
    "magnet at field since",
    "background (x, y, z), far from the magnet, uT",
    "expanded uncertainty (k = 2), and of the probe's place",
)


def files(walk: Walk) -> dict[str, bytes]:
    """Return ``survey-sheet.pdf`` and ``survey-blank.csv``."""
    return {"survey-sheet.pdf": _sheet(walk), "survey-blank.csv": _blank(walk.stops)}


def _sheet(walk: Walk) -> bytes:
    project, scanner = walk.outcome.project, walk.scanner
    issue = project.issue
    storeys = list(dict.fromkeys(stop.storey for stop in walk.stops))
    return typeset.pdf("survey_sheet.typ", {
        "title": f"{project.name}: survey of {scanner.id}",
        "warning": "" if scanner.magnet.verified else f"{UNVERIFIED}: what is expected here may be far off",
        "words": [
            f"{scanner.id}: {scanner.magnet.label}",
            "Distances are from the isocentre, along the bore towards the patient end and to its left, level with the "
            "floor; x and y are metres of the storey's drawing. Set out from the isocentre, and mark each place.",
            "What is expected is the magnet alone, without the earth's field: read the background first, as a vector, "
            "and again at the end.",
            "Readings above 0.5 mT where the public may pass stop the walk: tell the MR responsible person.",
            *(f"not modelled: {text}" for text in walk.outcome.evidence.not_modelled),
            f"revision {issue.revision or 'not stated'}, {issue.date or 'date not stated'}",
        ],
        "record": list(_RECORD),
        "storeys": [_storey(walk, name) for name in storeys],
    })  # fmt: skip


def _storey(walk: Walk, name: str) -> dict[str, Any]:
    outcome = walk.outcome
    stops = [stop for stop in walk.stops if stop.storey == name]
    drawing = with_places(storey_drawing(outcome, name), [Place(stop.name, stop.at) for stop in stops])
    plan = outcome.project.storey(name).plan
    xs, ys = zip(*(stop.at for stop in stops))
    window = (min(xs) - 1.5, min(ys) - 1.5, max(xs) + 1.5, max(ys) + 1.5)
    svg = plan_svg.place(drawing, plan.linework if plan is not None else (), window)
    rows = [["place", "along, m", "across, m", "height, m", "x, m", "y, m", "expected, mT", "why here", "read, mT"]]
    for stop in stops:
        expected = f"{printed.down(stop.lower * 1e3)} to {printed.up(stop.upper * 1e3)}"
        where = f"{stop.why}; {stop.space}" if stop.space and stop.space not in stop.why else stop.why
        rows.append([
            stop.name, _signed(stop.along), _signed(stop.across), f"{stop.height:.2f}",
            f"{stop.at[0]:.2f}", f"{stop.at[1]:.2f}", expected, where, "",
        ])  # fmt: skip
    return {"name": name, "svg": svg.decode(), "alt": f"Plan of {name} with {len(stops)} places to read", "rows": rows}


def _signed(metres: float) -> str:
    return f"{round(metres, 2) + 0.0:+.2f}"  # no -0.00


def _blank(stops: Sequence[Stop]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_HEADER)
    for s in stops:
        writer.writerow([s.name, cell(s.storey), f"{s.at[0]:.3f}", f"{s.at[1]:.3f}", f"{s.height:.3f}", "", ""])
    return text.getvalue().encode()
