"""The drawings of an outcome, made once and shown by every report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from mrsite.base.text import distinct_slugs
from mrsite.checks.finding import Outcome
from mrsite.outputs.host_dimensions import dimension_texts
from mrsite.outputs.mark import Drawing
from mrsite.outputs.marks import standings_on, storey_drawing
from mrsite.outputs.plan_svg import HostText
from mrsite.outputs.section_marks import section_drawing
from mrsite.outputs.sections import Section, sections
from mrsite.outputs.views import FieldMap, field_maps

_MOST_TEXTS = 2000


@dataclass(frozen=True, eq=False)
class Pictures:
    """Drawings, sections and maps, each made when it is first asked for."""

    outcome: Outcome

    @property
    def home(self) -> Path:
        """The site file's folder, to which its template of layers is relative."""
        return Path(self.outcome.project.path).parent

    @cached_property
    def slugs(self) -> dict[str, str]:
        """A file name part for each storey."""
        names = [s.name for s in self.outcome.project.storeys]
        return dict(zip(names, distinct_slugs(names, "storey")))

    @cached_property
    def drawings(self) -> dict[str, Drawing]:
        """The marks of each storey."""
        return {s.name: storey_drawing(self.outcome, s.name, folder=self.home) for s in self.outcome.project.storeys}

    @cached_property
    def maps(self) -> Mapping[str, FieldMap]:
        """|B| over each storey's picture."""
        return field_maps(self.outcome, {name: d.extent for name, d in self.drawings.items()})

    @cached_property
    def sections(self) -> list[tuple[Section, Drawing]]:
        """Sections A-A and B-B of each magnet that has lines."""
        made = []
        for storey in self.outcome.project.storeys:
            for standing in standings_on(self.outcome, storey.name):
                if standing.storey is None:
                    for section in sections(self.outcome, standing, storey.name):
                        if section.lines:
                            made.append((section, section_drawing(self.outcome, section, folder=self.home)))
        return made

    def linework(self, storey_name: str) -> Sequence[Any]:
        """Return the host's own lines and texts."""
        return self._linework[storey_name]

    @cached_property
    def _linework(self) -> dict[str, Sequence[Any]]:
        plans = {s.name: s.plan for s in self.outcome.project.storeys}
        return {name: () if plan is None else host_lines(plan) for name, plan in plans.items()}


def host_lines(plan: Any) -> list[Any]:
    """Return what of a plan is drawn as background: its lines, and its texts and figures of a readable size."""
    texts = [
        HostText(t.text, t.at, t.height_m, t.rotation_deg)
        for t in (*plan.texts, *dimension_texts(plan))
        if 0.05 <= t.height_m <= 5.0 and t.text.strip()
    ]
    return [*plan.linework, *texts[:_MOST_TEXTS]]
