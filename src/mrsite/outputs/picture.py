"""Axes and figures that a notebook shows by themselves, without pyplot and its global state."""

from __future__ import annotations

import io
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure


class PictureAxes(Axes):
    """Axes that Jupyter shows as their whole figure."""

    def _repr_png_(self) -> bytes:
        return png(self.figure)


class Picture(Figure):
    """A figure that Jupyter shows as it is."""

    def _repr_png_(self) -> bytes:
        return png(self)


def png(figure: Any) -> bytes:
    """Return a figure as PNG; the same figure gives the same bytes."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=110, metadata={"Software": None})
    return buffer.getvalue()


def new_axes(size: tuple[float, float]) -> Any:
    """Return axes on a new figure (width, height in inches)."""
    figure = Picture(figsize=size, layout="constrained")
    FigureCanvasAgg(figure)
    return figure.add_subplot(axes_class=PictureAxes)
