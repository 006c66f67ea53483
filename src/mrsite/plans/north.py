"""North arrows that a drawing shows: blocks of such a name, and which way they are turned.

Evidence for a person, never a fact: which way the arrow points inside its block, and whether it means true or the
building's own north, only the architect can say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mrsite.plans.plan import Plan, Point

#: Words for north in names of blocks: English, German, Dutch, French, Spanish, Italian, Nordic.
_NORTH = re.compile(
    r"(?<![a-z])(north|nord|noord|norte|norr|nordpfeil|noordpijl|nordpil|norrpil|compass)(?![a-z])|north[ _-]*arrow",
    re.IGNORECASE,
)
_OWN = re.compile(r"(?<![a-z])(plan|project|building|grid|mag|magnetic)(?![a-z])", re.IGNORECASE)


@dataclass(frozen=True)
class NorthArrow:
    """A block that is called north.

    Parameters
    ----------
    block : str
    at : (x, y), m
    north_deg : float
        Where it points if its arrow is drawn upwards in the block, degrees anticlockwise from plan +x.
    own : bool
        Its name says that it is not true north: plan, project, grid or magnetic north.
    """

    block: str
    at: Point
    north_deg: float
    own: bool

    def sentence(self) -> str:
        """Say what it shows, and what has to be checked."""
        what = "not true north by its name" if self.own else "check that it means true north"
        return (
            f"north arrow: block {self.block!r} at ({self.at[0]:.2f}, {self.at[1]:.2f}) points {self.north_deg:.1f} "
            f"degrees from plan +x if it is drawn upwards ({what})"
        )


def north_arrows(plan: Plan) -> tuple[NorthArrow, ...]:
    """Return the north arrows of a drawing's modelspace, in the order of the file."""
    return tuple(
        NorthArrow(
            block.name,
            block.at,
            (block.rotation_deg + (90.0 if block.scale[1] >= 0 else -90.0)) % 360.0,
            bool(_OWN.search(block.name)),
        )
        for block in plan.blocks
        if _NORTH.search(block.name)
    )
