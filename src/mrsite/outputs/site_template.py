"""The commented site file that `mrsite new` writes: what the plan says as fact, what is guessed as comment."""

from __future__ import annotations

from mrsite.plans.north import north_arrows
from mrsite.plans.plan import Door, ModelStorey, Plan, Room
from mrsite.plans.rooms import reference_counts
from mrsite.plans.tags import guess_use


def site_toml(
    plan: Plan,
    *,
    magnet: str,
    isocentre: tuple[float, float],
    bearing_deg: float = 0.0,
    isocentre_height: float = 1.05,
    units: str | None = None,
    plan_file: str | None = None,
    name: str = "Site",
    storey: str = "Ground",
) -> str:
    """Return ``site.toml`` for a plan and a magnet.

    Rooms and doors are listed; zone, use, occupancy and locks are guesses from labels and stand as
    comments with their evidence, for a person to confirm by taking the mark away.

    Parameters
    ----------
    plan : Plan
    magnet : str
        Catalogue id or path.
    isocentre : (x, y), m
        In plan metres.
    bearing_deg : float
        Direction of the patient end, anticlockwise from plan +x.
    isocentre_height : float, m
        Above finished floor.
    units : str, optional
        The unit that was given by hand; written down where the file does not settle it.
    plan_file : str, optional
        How the site file names the drawing; its file name by default.
    """
    model = next((s for s in plan.storeys if s.read), None)
    if model is not None:
        storey = model.name or storey
    file = plan_file or plan.path.replace("\\", "/").rsplit("/", 1)[-1]
    out = [
        "#:schema site.schema.json",
        "# A line that begins with '# ' and a key is a guess with its evidence: check it, then take the '# ' away.",
        "schema = 1",
        "",
        "[site]",
        f"name = {quote(name)}",
        'guidance = ["uk"]                # rule packs: see mrsite rules',
        _north(plan),
        "",
        "[[storey]]",
        f"name = {quote(storey)}",
        f"plan = {quote(file)}",
        f'plan_sha256 = "{plan.sha256[:16]}"  # another drawing is refused: mrsite plan-diff says what it changed',
        *(_drawn_storey() if model is None else _model_storey(model)),
    ]
    decision = plan.unit_decision
    if units is not None or decision.source != "evidence":
        out.append(f"units = {quote(plan.unit)}" + _pad(f"units = {quote(plan.unit)}") + f"# {_unit_note(plan)}")
    if sum(v.read for v in plan.views) > 1:
        views = [v for v in plan.views if v.read]
        out.append("# Several plans share this modelspace; choose one:")
        out += [f"# window = {_window(v.extent)}   # {_comment(v.name or 'a view')}" for v in views]
    out += [
        "",
        "[[scanner]]",
        'id = "MR1"',
        f"magnet = {quote(magnet)}",
        f"storey = {quote(storey)}",
        f"isocentre = [{isocentre[0]:.3f}, {isocentre[1]:.3f}]   # m, plan frame",
        f"isocentre_height = {isocentre_height:g}           # m above finished floor: check the vendor's drawing",
        f"bearing_deg = {float(bearing_deg):g}"
        "                # the patient end points this way, anticlockwise from plan +x",
        "",
        f"# {len(plan.rooms)} rooms were read; correct them here, by number, name or a point inside.",
    ]
    counts = reference_counts(plan.rooms)
    home = _room_at(plan, isocentre)
    for room in plan.rooms:
        out += ["", *_room(room, counts, storey, room is home)]
    if plan.doors:
        out += ["", f"# {len(plan.doors)} doors were read. lock = true | false says whether it is kept locked."]
    for door in plan.doors:
        out += ["", *_door(door, storey)]
    for line in plan.incomplete:
        out += ["", f"# INCOMPLETE: {_comment(line)}"]
    return "\n".join(out) + "\n"


def _north(plan: Plan) -> str:
    north = None if plan.georeference is None else plan.georeference.north_deg
    arrow = next((a for a in north_arrows(plan) if not a.own), None)
    if north is None and arrow is not None:
        guess = f"# north_deg = {arrow.north_deg:g}"
        return guess + _pad(guess) + f"# true north, anticlockwise from plan +x; {_comment(arrow.sentence())}"
    if north is None:
        return "# north_deg = 0.0                # true north, anticlockwise from plan +x; a plan does not say it"
    return f"north_deg = {north:.3f}" + _pad(f"north_deg = {north:.3f}") + "# true north as the model states it"


def _drawn_storey() -> list[str]:
    return [
        "elevation = 0.0                  # m, finished floor level from the site datum",
        "# height = 4.2                   # m, floor to floor; a plan does not say it",
    ]


def _model_storey(model: ModelStorey) -> list[str]:
    """Give what a building model says of its storey: which one, how high, how thick its slab."""
    said = [
        (f"model_storey = {quote(model.key)}", f"storey {_comment(model.name)!r} of the model, by its GlobalId"),
        (f"elevation = {model.elevation:.3f}", "m, floor in the model's own heights"),
    ]
    if model.height is not None:
        said.append((f"height = {model.height:.3f}", "m, floor to floor in the model"))
    if model.slab_m is not None:
        said.append((f"slab_mm = {model.slab_m * 1000:.0f}", "the largest slab under this floor in the model"))
    return [f"{line}{_pad(line)}# {why}" for line, why in said]


def quote(text: str) -> str:
    """Return a TOML basic string; control characters are escaped, so that a label cannot break out."""
    out = ['"']
    for c in text:
        if c in '"\\':
            out.append("\\" + c)
        elif ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 or c in "\u2028\u2029":
            out.append(f"\\u{ord(c):04X}")
        elif 0xD800 <= ord(c) <= 0xDFFF:
            out.append("\\uFFFD")
        else:
            out.append(c)
    return "".join(out) + '"'


def _comment(text: str) -> str:
    """One line of comment: no control characters, at most 200 letters."""
    clean = "".join(c if c.isprintable() else " " for c in text)
    return clean if len(clean) <= 200 else clean[:199] + "…"


def _pad(text: str, column: int = 33) -> str:
    return " " * max(1, column - len(text))


def _unit_note(plan: Plan) -> str:
    best = max(plan.unit_decision.evidence, key=lambda e: e.weight, default=None)
    said = (
        "the file declares none"
        if plan.unit_decision.declared is None
        else f"the file declares {plan.unit_decision.declared}"
    )
    return _comment(said + (f"; {best.kind}: {best.detail}" if best else ""))


def _window(e: tuple[float, float, float, float]) -> str:
    return f"[[{e[0] - 1:.2f}, {e[1] - 1:.2f}], [{e[2] + 1:.2f}, {e[3] + 1:.2f}]]"


def _room_at(plan: Plan, at: tuple[float, float]) -> Room | None:
    from shapely import Point

    point = Point(at)
    return next((r for r in plan.rooms if r.polygon.contains(point)), None)


def _room(room: Room, counts: dict[tuple[str, str], int], storey: str, scan: bool) -> list[str]:
    inside = room.polygon.representative_point()
    out = ["[[room]]"]
    if room.number and counts[("number", room.number)] == 1:
        out.append(f"number = {quote(room.number)}")
        if room.name:
            out.append(f"# {_comment(room.name)}")
    elif room.name and counts[("name", room.name)] == 1:
        out.append(f"name = {quote(room.name)}")
    else:
        out.append(f"at = [{inside.x:.3f}, {inside.y:.3f}]" + (f"   # {_comment(room.name)}" if room.name else ""))
    out.append(f"storey = {quote(storey)}")
    if not out[1].startswith("at = ") and not room.polygon.is_empty:
        line = f"at = [{inside.x:.3f}, {inside.y:.3f}]"
        out.append(line + _pad(line) + "# holds it to its place: a drawing with the label elsewhere is refused")
    printed = "" if room.printed_area_m2 is None else f", the drawing prints {room.printed_area_m2:.1f} m2"
    out.append(
        f"# {room.id}: {room.area_m2:.1f} m2{printed}; {room.status}"
        + (f": {_comment(room.reason)}" if room.reason else "")
    )
    if scan:
        out += [
            '# zone = "IV"                   # guess: the isocentre stands in it',
            '# use = "scan"                   # guess: likewise',
            '# occupancy = "restricted"',
        ]
        return out
    guess = guess_use(room.name)
    if guess is None:
        out.append('# zone = "I"                    # no guess: the label says nothing that is known')
        return out
    use, zone, occupancy, word = guess
    why = _comment(f"guess: the label holds {word!r}")
    for line in (f"# zone = {quote(zone)}", f"# use = {quote(use)}", f"# occupancy = {quote(occupancy)}"):
        out.append(line + _pad(line) + f"# {why}")
    return out


def _door(door: Door, storey: str) -> list[str]:
    swing = f", swings into {door.swing_to}" if door.swing_to else ""
    return [
        "[[door]]",
        f"at = [{door.at[0]:.3f}, {door.at[1]:.3f}]",
        f"storey = {quote(storey)}",
        f"# {door.id}: {door.kind}, {door.width_m * 1000:.0f} mm, "
        f"between {_comment(door.rooms[0])} and {_comment(door.rooms[1])}"
        f"{_comment(swing)}; {door.status}, {_comment(door.source)}",
        "# lock = false",
    ]
