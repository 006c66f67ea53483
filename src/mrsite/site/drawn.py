"""Lines that drawings show beside those that rules ask for: the cut at the isocentre's height."""

from __future__ import annotations

from mrsite.site.evidence import Wanted, WantedRegion
from mrsite.site.project import Project

#: Lines that every drawing of a fringe field shows, T: the limit of access, and that of loose steel.
_ALWAYS = (0.5e-3, 3e-3)


def drawn(project: Project, asked: Wanted) -> Wanted:
    """Return the cuts to draw: every level of B that is asked for, at the isocentre's height.

    On the storey of each scanner alone; sections are drawn from them, since the field of one
    magnet is the same all round its axis.
    """
    levels = {r.level for r in asked.regions if r.quantity == "B"} | set(_ALWAYS)
    return Wanted(
        regions=tuple(
            dict.fromkeys(
                WantedRegion(scanner.storey, level, "cut", "B", (scanner.isocentre_height, scanner.isocentre_height))
                for scanner in project.scanners
                if scanner.status != "removed"
                for level in sorted(levels)
            )
        )
    )
