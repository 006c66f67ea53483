"""The report as one HTML file: offline, readable with scripts off, no request to anywhere.

All words go through autoescape, data for the script through ``tojson``; a content security policy
lets nothing run but our own script and style, each by its hash.
"""

from __future__ import annotations

import base64
import hashlib
import math
import unicodedata
from collections.abc import Sequence
from typing import Any

import numpy as np

from mrsite.base.data import data_folder
from mrsite.checks.finding import Outcome
from mrsite.outputs import plan_svg
from mrsite.outputs.layers import labels_of
from mrsite.outputs.mark import Box, Drawing
from mrsite.outputs.order import numbered
from mrsite.outputs.pictures import Pictures
from mrsite.outputs.report_model import report
from mrsite.outputs.views import FieldMap

#: Least window that a finding's place is shown in, m.
_PLACE_M = 6.0
#: Unicode categories that are shown as a replacement: control, format, surrogate, unassigned.
_CONTROL = ("Cc", "Cf", "Cs", "Cn")


def render(outcome: Outcome, pictures: Pictures | None = None, notes: Sequence[str] = ()) -> bytes:
    """Return the report; the same outcome gives the same bytes.

    Parameters
    ----------
    notes : sequence of str
        What the writers of drawing files had to say.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    pictures = pictures or Pictures(outcome)
    folder = data_folder("outputs") / "report"
    css = (folder / "report.css").read_text(encoding="utf-8")
    script = (folder / "report.js").read_text(encoding="utf-8")
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        finalize=_inert,
    )
    environment.policies["json.dumps_kwargs"] = {"sort_keys": True, "separators": (",", ":")}
    figures, data = [], {}
    for name, drawing in pictures.drawings.items():
        figure, info = _figure(pictures, name, drawing)
        figures.append(figure)
        data[figure["id"]] = info
    places = _places(outcome, pictures, data)
    html = environment.get_template("report.html.j2").render(
        r=report(outcome, pictures.drawings, notes),
        figures=figures, sections=_sections(pictures), places=places,
        data={"figures": data, "places": places},
        css=Markup(css), script=Markup(script), script_hash=Markup(_hash(script)), style_hash=Markup(_hash(css)),
    )  # fmt: skip
    return html.encode("utf-8", "replace")


def _inert(value: Any) -> Any:
    """Return foreign text without control characters and without marks that turn the direction of writing."""
    from markupsafe import Markup

    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return "".join(
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(c) in _CONTROL and c not in "\n\t" else c for c in value
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode()


def _figure(pictures: Pictures, name: str, drawing: Drawing) -> tuple[dict[str, Any], dict[str, Any]]:
    from markupsafe import Markup

    key = f"plan-{pictures.slugs[name]}"
    body, box = plan_svg.picture(drawing, pictures.linework(name), prefix=f"{key}-")
    storey = pictures.outcome.project.storey(name)
    layers = [{"id": f"{key}-host", "rgb": "", "meaning": "architect's drawing"}] if storey.plan is not None else []
    shown = {m.item for m in drawing.marks} - set(plan_svg.BESIDE)
    for item, style in drawing.styles.items():
        if item in shown:
            meaning = style.meaning or labels_of(item)
            layers.append({"id": f"{key}-{item}", "rgb": style.rgb, "meaning": meaning})
    caption = " ".join(p for p in (storey.drawing, f"revision {storey.revision}" if storey.revision else "") if p)
    figure = {
        "id": key, "name": name, "caption": caption, "width": f"{box[2] - box[0]:.3f}",
        "height": f"{box[3] - box[1]:.3f}",
        "svg": Markup(f'<g id="{key}-all">{body}</g>'), "layers": layers,
        "cx": f"{(box[0] + box[2]) / 2:.2f}", "cy": f"{(box[1] + box[3]) / 2:.2f}",
    }  # fmt: skip
    info: dict[str, Any] = {"x0": round(box[0], 6), "y1": round(box[3], 6), "map": None}
    if name in pictures.maps:
        info["map"] = packed(pictures.maps[name])
    return figure, info


def packed(field_map: FieldMap) -> dict[str, Any]:
    """Return a map as 16-bit logarithms: 0 where there is no value."""
    values = field_map.values
    good = np.isfinite(values) & (values > 0)
    low, high = (math.log(values[good].min()), math.log(values[good].max())) if good.any() else (0.0, 1.0)
    high = max(high, low + 1e-9)
    q = np.zeros(values.shape, dtype="<u2")
    q[good] = np.rint(1 + (np.log(values[good]) - low) / (high - low) * 65534).astype("<u2")
    return {
        "x0": round(field_map.x0, 6), "y0": round(field_map.y0, 6), "step": field_map.spacing, "nx": values.shape[1],
        "ny": values.shape[0], "height": round(field_map.height, 3), "low": low, "high": high,
        "data": base64.b64encode(q.tobytes()).decode(),
    }  # fmt: skip


def _places(outcome: Outcome, pictures: Pictures, data: dict[str, Any]) -> dict[str, Any]:
    places = {}
    for number, finding in numbered(outcome.findings):
        shape = finding.location
        if shape is None or shape.is_empty or finding.storey not in pictures.slugs:
            continue
        key = f"plan-{pictures.slugs[finding.storey]}"
        x0, y0 = data[key]["x0"], data[key]["y1"]
        places[number] = {"figure": key, **_window(shape.bounds, x0, y0)}
    return places


def _window(bounds: Box, x0: float, y1: float) -> dict[str, float]:
    cx, cy = (bounds[0] + bounds[2]) / 2 - x0, y1 - (bounds[1] + bounds[3]) / 2
    size = max(_PLACE_M, 1.8 * (bounds[2] - bounds[0]), 1.8 * (bounds[3] - bounds[1]))
    radius = max(0.5, 0.6 * max(bounds[2] - bounds[0], bounds[3] - bounds[1]))
    return {
        "x": round(cx - size / 2, 3), "y": round(cy - 0.36 * size, 3), "w": round(size, 3), "h": round(0.72 * size, 3),
        "cx": round(cx, 3), "cy": round(cy, 3), "r": round(radius, 3),
    }  # fmt: skip


def _sections(pictures: Pictures) -> list[dict[str, Any]]:
    from markupsafe import Markup

    made = []
    for k, (section, drawing) in enumerate(pictures.sections):
        body, box = plan_svg.picture(drawing, (), prefix=f"section-{k}-")
        way = "along the bore" if section.name == "A-A" else "across the bore"
        caption = f"{way} of {section.standing.id}, {section.field_of}; heights from the site datum"
        caption += "".join(f"; {note}" for note in drawing.notes)
        made.append({
            "name": drawing.name, "caption": caption, "width": f"{box[2] - box[0]:.3f}",
            "height": f"{box[3] - box[1]:.3f}", "svg": Markup(body),
        })  # fmt: skip
    return made
