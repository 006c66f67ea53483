"""What is placed in CAD: blocks of the library with attributes as keys, and lines on layers that entries name.

A block of the library makes an entry of its table, or fills the one with its id; a block that an entry names by
``at_block`` gives that entry its place and whatever its attributes state. A tag is a key of the site file. What a
block and the site file state differently is an error with both places, and nothing is ignored: a tag that is no
key, a block of the library's prefix that is none of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from mrsite.base.errors import InputError
from mrsite.base.text import inert, nearest
from mrsite.base.toml import Document, validate
from mrsite.plans.plan import Block, Plan
from mrsite.site.cells import decimal_comma, folded, holds, keys_of, value_of
from mrsite.site.drawn_lines import path_on, plan_name, ring_on
from mrsite.site.project import Storey
from mrsite.site.schedules import Stated, with_stated
from mrsite.site.schema import (
    DoorEntry,
    EquipmentEntry,
    OperatorEntry,
    RoomEntry,
    ScannerEntry,
    SiteFile,
    TransformerEntry,
)

#: Every block of the library begins so; a block that begins so and is none of it is an error.
PREFIX = "MRIS-"
#: Block of the library -> table, its schema, and the key that its insertion point states.
LIBRARY: dict[str, tuple[str, Any, str]] = {
    "MRIS-SCANNER": ("scanner", ScannerEntry, "isocentre"),
    "MRIS-EQUIPMENT": ("equipment", EquipmentEntry, "at"),
    "MRIS-OPERATOR": ("operator", OperatorEntry, "at"),
    "MRIS-TRANSFORMER": ("transformer", TransformerEntry, "at"),
    "MRIS-ROOM": ("room", RoomEntry, "at"),
    "MRIS-DOOR": ("door", DoorEntry, "at"),
}
#: Tables with a key ``layer``: the key that the line on it states, and whether it is closed.
_LAYERS = {"area": ("polygon", True), "moving_metal": ("path", False), "cable": ("path", False)}
#: Blocks whose axes differ by more than this share are stretched.
_STRETCH = 0.01


def with_placed(
    site_file: SiteFile, document: Document, storeys: Sequence[Storey]
) -> tuple[SiteFile, Document, tuple[str, ...]]:
    """Return the site file with everything that its drawings place in it, and notes on how blocks were understood.

    Raises
    ------
    InputError
        A tag or block that is not known, a block missing or found twice, a clash: all at once, each with its places.
    """
    faults: list[str] = []
    notes: list[str] = []
    rows: dict[str, list[Stated]] = {}
    for storey in storeys:
        for block in storey.plan.blocks if storey.plan is not None else ():
            if not block.name.upper().startswith(PREFIX):
                continue
            try:
                table, row = _of_library(storey, block, notes)
            except InputError as error:
                faults.append(error.message)
                continue
            if not _linked(site_file, table, block, row):
                rows.setdefault(table, []).append(row)
    for table, model in (("scanner", ScannerEntry), ("equipment", EquipmentEntry)):
        for index, entry in enumerate(getattr(site_file, table)):
            if entry.at_block is not None:
                try:
                    rows.setdefault(table, []).append(_linked_row(storeys, entry, model, table, document, index, notes))
                except InputError as error:
                    faults.append(error.message)
    if faults:
        raise InputError("\n".join(faults))
    for table, stated in rows.items():
        try:
            document = with_stated(document, table, stated)
        except InputError as error:
            faults.append(error.message)
    document = _with_layers(site_file, document, storeys, faults)
    if faults:
        raise InputError("\n".join(faults))
    site_file = validate(SiteFile, document)
    if not site_file.scanner:
        raise InputError(
            f"{document.path.name}: there is no scanner; add [[scanner]] with id, magnet and isocentre, or insert the "
            "block MRIS-SCANNER in a drawing"
        )
    return site_file, document, tuple(notes)


def block_called(storeys: Sequence[Storey], name: str, id_: str, where: str) -> tuple[Storey, Block]:
    """Return the one block of that name, with its storey; of several the one whose attribute ID is that of the entry.

    Raises
    ------
    InputError
        None, or several that nothing tells apart.
    """
    drawn = [(s, b) for s in storeys for b in (s.plan.blocks if s.plan is not None else ())]
    found = [(s, b) for s, b in drawn if b.name.casefold() == name.casefold()]
    if len(found) > 1:
        own = [(s, b) for s, b in found if _tag(b, "id").casefold() == id_.casefold()]
        found = own or found
    if len(found) == 1:
        return found[0]
    if found:
        places = " and ".join(place_of(s.plan, b) for s, b in found[:4])
        raise InputError(
            f"{where}: the block {inert(name)!r} is there {len(found)} times: {places}; delete all but one, or give "
            f"each an attribute ID, one of them {inert(id_)!r}"
        )
    names = sorted({b.name for _, b in drawn if not b.name.startswith("*")})
    near = nearest(name, names)
    hint = f"did you mean {inert(near, 40)!r}?" if near else f"there are: {_some(names)}"
    raise InputError(f"{where}: no drawing holds a block {inert(name)!r}; {hint}")


def place_of(plan: Plan | None, block: Block) -> str:
    """Say where a block is: file, name and insertion point."""
    name = plan_name(plan) if plan is not None else "?"
    return f"{name}, block {inert(block.name, 60)} at ({block.at[0]:.3f}, {block.at[1]:.3f})"


def _some(names: Sequence[str]) -> str:
    return ", ".join(inert(n, 40) for n in names[:12]) or "none"


def _tag(block: Block, key: str) -> str:
    return next((text.strip() for tag, text in block.attributes if folded(tag) == key), "")


def _of_library(storey: Storey, block: Block, notes: list[str]) -> tuple[str, Stated]:
    """Return the entry that a block of the library makes, and its table."""
    where = place_of(storey.plan, block)
    if block.name.upper() not in LIBRARY:
        near = nearest(block.name.upper(), LIBRARY)
        hint = f"did you mean {near}?" if near else f"there are: {', '.join(LIBRARY)}"
        raise InputError(f"{where}: the library has no such block; {hint} (names that begin with {PREFIX} are its own)")
    table, model, key = LIBRARY[block.name.upper()]
    values: dict[str, Any] = {"storey": storey.name, key: [round(v, 6) for v in block.at]}
    attributes = _attributes(block, model, where)
    if "id" in keys_of(model) and "id" not in attributes:
        raise InputError(f"{where}: its attribute ID is empty; say which {table} it is")
    if table == "scanner" and not {"bearing_deg", "patient_end_towards"} & attributes.keys():
        values["bearing_deg"] = _bearing(block, where, notes)
    for stated in attributes.keys() & values.keys():
        raise InputError(f"{where}: its attribute {stated.upper()} is told by where it stands; leave it empty")
    values |= attributes
    return table, Stated(values, where, dict.fromkeys(values, where))


def _attributes(block: Block, model: Any, where: str) -> dict[str, Any]:
    """Return what the attributes of a block state, as typed values by key; empty ones state nothing."""
    types = keys_of(model)
    known = {folded(key): key for key in types}
    found: dict[str, Any] = {}
    texts = [(tag, text) for tag, text in block.attributes if text.strip()]
    comma = decimal_comma(t for tag, t in texts if folded(tag) in known and _numeric(types[known[folded(tag)]]))
    if isinstance(comma, str):
        raise InputError(f"{where}: {comma}")
    for tag, text in texts:
        key = known.get(folded(tag))
        if key is None:
            near = nearest(folded(tag), known)
            hint = (
                f"did you mean {known[near].upper()}?"
                if near
                else f"known: {', '.join(k.upper() for k in sorted(types))}"
            )
            raise InputError(f"{where}: attribute {inert(tag, 60)} is no key of the site file; {hint}")
        if key in found:
            raise InputError(f"{where}: attribute {inert(tag, 60)} is there twice; keep one")
        found[key] = value_of(text, types[key], comma)
    return found


def _numeric(annotation: Any) -> bool:
    return holds(annotation, float)


def _bearing(block: Block, where: str, notes: list[str]) -> float:
    """The patient end is where the block's own x points as it is drawn, mirrored or not."""
    bearing = round(block.rotation_deg, 6) % 360.0
    x, y = block.scale
    if y < 0:
        notes.append(
            f"{where} is mirrored: the patient end is taken where its arrow is drawn, bearing {bearing:g} degrees"
        )
    if abs(x / abs(y) - 1) > _STRETCH:
        notes.append(f"{where} is stretched ({x:g} by {abs(y):g}): its place and turn are used, not its size")
    return bearing


def _linked(site_file: SiteFile, table: str, block: Block, row: Stated) -> bool:
    """Whether an entry names this block by ``at_block``: it is then that entry's, not one of its own."""
    return any(
        (getattr(entry, "at_block", None) or "").casefold() == block.name.casefold()
        and str(row.values.get("id", "")).casefold() in ("", entry.id.casefold())
        for entry in getattr(site_file, table)
    )


def _linked_row(
    storeys: Sequence[Storey], entry: Any, model: Any, table: str, document: Document, index: int, notes: list[str]
) -> Stated:
    """Return what the block of an entry's ``at_block`` states beside its place."""
    at = document.where(table, index, "at_block")
    within = [s for s in storeys if entry.storey in (None, s.name)]
    storey, block = block_called(within, entry.at_block, entry.id, at)
    where = place_of(storey.plan, block)
    named = block.name.upper() in LIBRARY
    # A block of the office's own may bear attributes for other purposes: only tags that are keys are ours.
    ours = tuple(
        (tag, text) for tag, text in block.attributes if named or folded(tag) in {folded(k) for k in keys_of(model)}
    )
    values = {"storey": storey.name, **_attributes(replace(block, attributes=ours), model, where)}
    if str(values.setdefault("id", entry.id)).casefold() != entry.id.casefold():
        raise InputError(
            f"{where}: its attribute ID is {inert(str(values['id']))!r}, and {at} places {inert(entry.id)!r} there; "
            "keep one of the two"
        )
    if table == "scanner":
        turned = entry.bearing_deg is None and entry.patient_end_towards is None
        if turned and not {"bearing_deg", "patient_end_towards"} & values.keys():
            values["bearing_deg"] = _bearing(block, where, notes)
    return Stated(values, where, dict.fromkeys(values, where))


def _with_layers(site_file: SiteFile, document: Document, storeys: Sequence[Storey], faults: list[str]) -> Document:
    """Return the document with the lines of layers under the keys that they state."""
    data, origins = {**document.data}, dict(document.origins)
    for table, index, entry in _with_layer(site_file):
        where = document.where(table, index, "layer")
        try:
            plan = _plan_with(storeys, entry, where)
            row = dict(data[table][index])
            if table == "pathway":
                line = path_on(plan, entry.layer, where)
                lines: dict[str, Any] = {"from": list(line[0]), "to": list(line[-1])}
            else:
                key, closed = _LAYERS[table]
                lines = {key: [list(p) for p in (ring_on if closed else path_on)(plan, entry.layer, where)]}
        except InputError as error:
            faults.append(error.message)
            continue
        for key, value in lines.items():
            row[key] = value
            origins[(table, index, key)] = f"{where} (layer {inert(entry.layer, 60)} of {plan_name(plan)})"
        data[table] = [*data[table][:index], row, *data[table][index + 1 :]]
    return replace(document, data=data, origins=origins)


def _with_layer(site_file: SiteFile) -> Iterator[tuple[str, int, Any]]:
    for table in (*_LAYERS, "pathway"):
        for index, entry in enumerate(getattr(site_file, table)):
            if entry.layer is not None:
                yield table, index, entry


def _plan_with(storeys: Sequence[Storey], entry: Any, where: str) -> Plan:
    """Return the drawing on which an entry's layer is to be looked for."""
    drawn = [s for s in storeys if s.plan is not None and entry.storey in (None, s.name)]
    plans = [s.plan for s in drawn if s.plan is not None]
    if len(plans) > 1:
        holding = [p for p in plans if any(line.name.casefold() == entry.layer.casefold() for line in p.layers)]
        if len(holding) > 1:
            raise InputError(f"{where}: {len(holding)} drawings have a layer {inert(entry.layer)!r}; say storey")
        plans = holding or plans[:1]
    if not plans:
        raise InputError(f"{where}: no storey with a drawing is meant; say storey, or give the points themselves")
    return plans[0]
