"""A magnet's card: data with sources, lines in section with their band, residuals, gradient near the bore.

One HTML page or one Jupyter card; figures are inline SVG, the same bytes for the same magnet.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from mrsite.base.text import inert
from mrsite.magnets import MagnetModel, banded_profile, banded_values
from mrsite.magnets.card import NOT_FOR_CONSTRUCTION, Card, card_of, comparison
from mrsite.outputs.figure_axes import LINE_COLOURS, title, write

_LEVELS_mT = (0.5, 1.0, 3.0, 20.0)
_TABLE_LEVELS_mT = (0.5, 1.0, 3.0, 5.0, 20.0)
_GREY = "#595959"

_STYLE = """
body{font:15px/1.45 system-ui,sans-serif;margin:1.5rem auto;max-width:70rem;padding:0 1rem;
color:#1a1a1a;background:#fff}
.mrsite-card{border:1px solid #bbb;border-radius:6px;padding:.8rem 1.2rem;margin:0 0 1.5rem}
.mrsite-card h2{margin:.2rem 0 .6rem;font-size:1.25rem}.mrsite-card h3{margin:1rem 0 .3rem;font-size:1rem}
.mrsite-card table{border-collapse:collapse;margin:.3rem 0}
.mrsite-card th,.mrsite-card td{border-bottom:1px solid #ddd;padding:.2rem .7rem .2rem 0;text-align:left}
.mrsite-card td{vertical-align:top}
.mrsite-card .stop{background:#b2182b;color:#fff;padding:.35rem .7rem;font-weight:700;margin:.3rem 0}
.mrsite-card figure{display:inline-block;margin:.4rem .8rem .4rem 0;vertical-align:top}
.mrsite-card svg{max-width:100%;height:auto}
""".strip()

_CARD = """<div class="mrsite-card"><h2>{{ card.title }}</h2>
{% for line in card.warnings %}<p class="stop">{{ line }}</p>
{% endfor %}<table><tr><th>fact</th><th>value</th><th>evidence</th><th>source</th></tr>
{% for r in card.rows %}<tr><td>{{ r.name }}</td><td>{{ r.value }}</td>
<td>{{ r.grade }}</td><td>{{ r.source }}</td></tr>
{% endfor %}</table>
{% if card.lines %}<h3>How far each line reaches, m from the isocentre [band]</h3>
<table><tr>{% for h in card.line_header %}<th>{{ h }}</th>{% endfor %}</tr>
{% for row in card.lines %}<tr>{% for v in row %}<td>{{ v }}</td>{% endfor %}</tr>
{% endfor %}</table>
<p>Band: ensemble and site-to-site spread, rounded outwards; no building steel, no earth's field.</p>{% endif %}
{% if card.residuals %}<h3>Fit, figure by figure</h3>
<table><tr>{% for h in card.residual_header %}<th>{{ h }}</th>{% endfor %}</tr>
{% for row in card.residuals %}<tr>{% for v in row %}<td>{{ v }}</td>{% endfor %}</tr>
{% endfor %}</table>{% endif %}
{% for picture in pictures %}<figure>{{ picture }}</figure>
{% endfor %}{% if card.notes %}<ul>{% for line in card.notes %}<li>{{ line }}</li>{% endfor %}</ul>{% endif %}
</div>"""

_PAGE = """<!DOCTYPE html>
<html lang="en-GB"><head><meta charset="utf-8"><title>{{ title }}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<style>{{ style }}</style></head><body><h1>{{ title }}</h1>
{% if rows %}<div class="mrsite-card"><h2>Side by side</h2><table>
<tr>{% for h in header %}<th>{{ h }}</th>{% endfor %}</tr>
{% for row in rows %}<tr>{% for v in row %}<td>{{ v }}</td>{% endfor %}</tr>
{% endfor %}</table></div>{% endif %}
{% for card in cards %}{{ card }}
{% endfor %}</body></html>
"""


def card_html(model: MagnetModel, *, figures: bool = True) -> str:
    """Return the card as an HTML fragment, for Jupyter and for the report.

    Foreign text is escaped; figures are inline SVG.
    """
    from markupsafe import Markup

    card = card_of(model, _TABLE_LEVELS_mT)
    pictures: list[Any] = []
    if figures and card.lines:
        pictures = [Markup(_svg(draw, model)) for draw in _drawings(model, card)]
    body = _template(_CARD).render(card=card, pictures=pictures)
    return f"<style>{_STYLE}</style>\n{body}"


def card_page(models: Sequence[MagnetModel]) -> str:
    """Return the cards of one or several magnets as one HTML page, side by side first where several."""
    from markupsafe import Markup

    header: tuple[str, ...] = ()
    rows: list[tuple[str, ...]] = []
    if len(models) > 1:
        header, rows = comparison(models, _TABLE_LEVELS_mT)
    cards = [Markup(card_html(m).split("</style>\n", 1)[1]) for m in models]
    name = models[0].label if len(models) == 1 else "Magnets compared"
    return str(_template(_PAGE).render(title=name, style=Markup(_STYLE), header=header, rows=rows, cards=cards))


def draw_section(ax: Any, model: MagnetModel, levels_mT: Sequence[float] = _LEVELS_mT) -> Any:
    """Draw lines with their band in the meridian plane: z to the right, rho upwards, vessel and bore in outline."""
    farthest = 1.0
    for level, colour in zip(levels_mT, LINE_COLOURS, strict=False):
        banded = banded_profile(model, level * 1e-3, site_spread=model.site_spread)
        rho_low, z_low = banded.distance_lower * np.sin(banded.angles), banded.distance_lower * np.cos(banded.angles)
        rho_up, z_up = banded.distance_upper * np.sin(banded.angles), banded.distance_upper * np.cos(banded.angles)
        ax.fill(np.r_[z_up, z_low[::-1]], np.r_[rho_up, rho_low[::-1]], color=colour, alpha=0.18, linewidth=0)
        for k, path in enumerate(banded.central.paths):
            ax.plot(path[:, 1], path[:, 0], color=colour, linewidth=1.6, label=f"{level:g} mT" if k == 0 else None)
        ax.plot(z_up, rho_up, color=colour, linewidth=0.8, linestyle="--")
        farthest = max(farthest, float(banded.distance_upper.max()))
        if level == min(levels_mT):
            for branch in banded.branches[1:]:
                ax.plot(
                    branch.median * np.cos(banded.angles),
                    branch.median * np.sin(banded.angles),
                    color=_GREY,
                    linewidth=0.7,
                    linestyle=":",
                    label=f"{level:g} mT, branch ({branch.signs[0]},{branch.signs[1]}){branch.signs[2:]}",
                )
    _vessel(ax, model)
    ax.set_aspect("equal")
    ax.set_xlim(-1.03 * farthest, 1.03 * farthest)
    ax.set_ylim(0.0, None)
    ax.set_xlabel("z, m (patient end to the right)")
    ax.set_ylabel("distance from the axis, m")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.22), ncols=3, fontsize=7, frameon=False)
    title(ax, "Lines in section; band shaded, outer edge dashed")
    _stamp(ax, model)
    return ax


def draw_residuals(ax: Any, model: MagnetModel) -> Any:
    """Draw model less published in units of the allowed rounding, with the band of the ensemble."""
    record = model.fit
    entries = [r for r in (record.residuals if record else ()) if r.allowed > 0.0][:24]
    for row, r in enumerate(entries):
        low, value, high = ((v - r.published) / r.allowed for v in (r.lower, r.model, r.upper))
        colour = LINE_COLOURS[0] if r.role == "fit" else LINE_COLOURS[1]
        ax.plot([low, high], [row, row], color=colour, linewidth=3, alpha=0.35, solid_capstyle="butt")
        ax.plot([value], [row], "o", color=colour, markersize=4)
    ax.axvspan(-1.0, 1.0, color="#000000", alpha=0.07, linewidth=0)
    ax.axvline(0.0, color=_GREY, linewidth=0.7)
    ax.set_yticks(range(len(entries)))
    ax.set_yticklabels(
        [inert(r.figure, 40) + ("" if r.role == "fit" else " (check)") for r in entries], fontsize=7, parse_math=False
    )
    ax.set_ylim(len(entries) - 0.5, -0.5)
    ax.set_xlabel("model less published, in half-roundings (shaded: what the rounding allows)")
    title(ax, "Residual at every figure; bar: band of the ensemble")
    return ax


def draw_gradient(ax: Any, model: MagnetModel) -> Any:
    """Draw the spatial field gradient along the bore and along the vendor's cylinders, with its band."""
    bore = 0.5 * (model.bore_diameter_m or 0.6)
    length = model.magnet_length_m or (model.fit.magnet_length_m if model.fit else None) or 1.6
    radii = {0.0, round(bore, 4)}
    radii |= {
        round(float(p.r_m), 4) for p in model.published if p.r_m is not None and p.quantity.startswith("gradient")
    }
    last = 0.5 * length + 1.0
    ends_differ = any(p.end for p in model.published)
    z = np.linspace(-last if ends_differ else 0.0, last, 180 if ends_differ else 90)
    inside = _winding_radius(model)
    for radius, colour in zip(sorted(r for r in radii if r < inside), LINE_COLOURS, strict=False):
        points = np.column_stack([np.full(len(z), radius), np.zeros(len(z)), z])
        value, low, high = banded_values(model, points, site_spread=model.site_spread, quantity="gradient")
        ax.fill_between(z, low, high, color=colour, alpha=0.18, linewidth=0)
        ax.plot(z, value, color=colour, linewidth=1.5, label="on the axis" if radius == 0.0 else f"at r = {radius:g} m")
        for p in model.published:
            if (
                p.quantity.startswith("gradient")
                and p.r_m is not None
                and p.z_m is not None
                and round(p.r_m, 4) == radius
            ):
                side = -1.0 if p.end == "service" else 1.0
                ax.plot([side * abs(p.z_m)], [p.value], "x", color=colour, markersize=6)
    ax.set_xlabel("z, m (patient end to the right)" if ends_differ else "z, m")
    ax.set_ylabel("|grad |B||, T/m")
    ax.set_ylim(0.0, None)
    ax.legend(fontsize=7)
    title(ax, "Spatial field gradient; crosses: published")
    return ax


def _drawings(model: MagnetModel, card: Card) -> list[Callable[[Any, MagnetModel], Any]]:
    found: list[Callable[[Any, MagnetModel], Any]] = [draw_section, draw_gradient]
    if card.residuals:
        found.insert(1, draw_residuals)
    return found


def _svg(draw: Callable[[Any, MagnetModel], Any], model: MagnetModel) -> str:
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with matplotlib.rc_context({"svg.hashsalt": f"{model.id}-{draw.__name__}", "svg.fonttype": "path"}):
        figure = Figure(figsize=(6.4, 4.2), layout="constrained")
        FigureCanvasSVG(figure)
        draw(figure.subplots(), model)
        out = io.StringIO()
        # A section keeps its scale in both directions: the rest of the sheet is cut away.
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None}, bbox_inches="tight")
    text = out.getvalue()
    return text[text.index("<svg") :]


def _vessel(ax: Any, model: MagnetModel) -> None:
    length = model.magnet_length_m or (model.fit.magnet_length_m if model.fit else None)
    cryostat = model.cryostat_diameter_m or (model.fit.cryostat_diameter_m if model.fit else None)
    if length and cryostat:
        bore = 0.5 * (model.bore_diameter_m or 0.0)
        z, r = 0.5 * length, 0.5 * cryostat
        ax.fill([-z, z, z, -z], [bore, bore, r, r], facecolor="#e8e8e8", edgecolor=_GREY, linewidth=0.8, zorder=0)
    for coil in model.coils:
        inner, outer, z0, z1, amount = coil.row()
        colour = "#b2182b" if amount > 0 else "#2166ac"
        if inner == outer:
            ax.plot([z0], [inner], ".", color=colour, markersize=4)
        else:
            ax.fill([z0, z1, z1, z0], [inner, inner, outer, outer], color=colour, linewidth=0)


def _winding_radius(model: MagnetModel) -> float:
    return min((coil.row()[0] for coil in model.coils), default=np.inf)


def _stamp(ax: Any, model: MagnetModel) -> None:
    if not model.verified:
        low, high = ax.get_xlim()
        plate = {"facecolor": "white", "alpha": 0.8, "linewidth": 0, "pad": 1.5}
        left = low + 0.02 * (high - low)
        write(ax, left, 0.03, NOT_FOR_CONSTRUCTION, color="#b2182b", fontsize=7, fontweight="bold", bbox=plate)


def _template(text: str) -> Any:
    import jinja2

    # Autoescape is off by default in jinja2: names come from files of strangers.
    return jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string(text)
