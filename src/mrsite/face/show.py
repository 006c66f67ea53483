"""`mrsite.plot(thing)`: a picture of whatever mrsite gave you."""

from __future__ import annotations

from typing import Any

from mrsite.face.assessment import Assessment
from mrsite.face.magnet import Magnet
from mrsite.face.site import Site


def plot(thing: Any, ax: Any | None = None, **options: Any) -> Any:
    """Draw a magnet, plan, site, assessment, overlay, table of lines, field map, contours or field source.

    Parameters
    ----------
    thing : Magnet, Plan, Site, Assessment, Overlay, DataFrame, Dataset, Contours, field source
        The overlay is that of `mrsite.overlay`, the table of `Site.contours`, the dataset of `Site.field_map` or
        `Site.section`.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default, which no pyplot state keeps alive.
    **options
        ``levels_mT`` (magnet, site, map, field source), ``storey`` (site, assessment), ``rooms`` (plan),
        ``reach_m`` (field source).

    Returns
    -------
    matplotlib Axes
        A notebook shows them as they are; ``.figure.savefig(path)`` keeps them. Lengths in metres.

    Raises
    ------
    InputError
        The thing cannot be drawn, a magnet has no field model, or a storey or level is not known.
    """
    from mrsite.outputs.figures import draw

    if isinstance(thing, Magnet):
        thing = thing.model
    elif isinstance(thing, Site):
        thing = thing.project
    elif isinstance(thing, Assessment):
        thing = thing.outcome
    return draw(thing, ax, **options)
