"""A revision of a drawing as a page, as data, and as clouds on the new drawing."""

from __future__ import annotations

from typing import Any

from mrsite.base.text import inert
from mrsite.outputs import overlay_dxf, plan_svg
from mrsite.outputs.findings_json import dumps, geometry
from mrsite.outputs.label import Label, listed
from mrsite.outputs.layers import layer_namer, style_of
from mrsite.outputs.mark import Drawing, Mark, box_of
from mrsite.outputs.placing import placed
from mrsite.outputs.site_marks import cloud
from mrsite.plans.plan import Plan
from mrsite.plans.revision.edits import Edit
from mrsite.studies.revision import Revision

SCHEMA = 1
_SCALE = 100.0
_LETTER_MM = 3.5


def text(revision: Revision) -> list[str]:
    """Return the revision as lines of text: edits, statements that do not simply hold, findings, notes."""
    lines = []
    for k, edit in enumerate(revision.changes.edits, 1):
        lines.append(f"{k}. {edit.what} {edit.kind}: {edit.said}")
        lines += [f"   so: {c}" for c in edit.consequences]
    for row in revision.rows:
        if row.verdict != "holds":
            remedy = f"; write {row.remedy}" if "=" in row.remedy else f"; {row.remedy}" if row.remedy else ""
            lines.append(f"{row.verdict}: {row.where}, {row.subject}: {row.said}{remedy}")
    for affected in revision.affected or ():
        finding = affected.finding
        lines.append(f"could change: {finding['status']} {finding['rule']} {finding['subject']}: {affected.why}")
    lines += [f"note: {note}" for note in revision.notes]
    return [*lines, revision.conclusion()]


def document(revision: Revision) -> dict[str, Any]:
    """Return the revision as plain values (schema 1); places in plan metres."""
    found = revision.changes.alignment
    return {
        "schema": SCHEMA,
        "site": revision.site,
        "storey": revision.storey,
        "old": {"file": _name(revision.changes.old), "sha256": revision.changes.old.sha256},
        "new": {"file": _name(revision.changes.new), "sha256": revision.changes.new.sha256},
        "conclusion": revision.conclusion(),
        "alignment": {
            "same": found.same, "turn_rad": found.turn_rad, "pivot_old": list(found.pivot_old),
            "pivot_new": list(found.pivot_new), "mirrored": found.mirrored, "scale": found.scale,
            "walls_found_again": round(found.share, 4),
        },
        "edits": [_edit(k, e) for k, e in enumerate(revision.changes.edits, 1)],
        "statements": [
            {"verdict": r.verdict, "table": r.table, "subject": r.subject, "where": r.where, "said": r.said,
             "remedy": r.remedy} for r in revision.rows
        ],
        "findings": None if revision.affected is None else [
            {"id": a.finding["id"], "status": a.finding["status"], "why": a.why} for a in revision.affected
        ],
        "notes": list(revision.notes),
    }  # fmt: skip


def _edit(number: int, e: Edit) -> dict[str, Any]:
    return {
        "number": number, "kind": e.kind, "what": e.what, "subject": e.subject, "said": e.said,
        "old_at": _place(e.old_at), "new_at": _place(e.new_at), "geometry": geometry(e.shape),
        "rooms": list(e.rooms), "consequences": list(e.consequences),
    }  # fmt: skip


def _place(at: tuple[float, float] | None) -> list[float] | None:
    return None if at is None else [round(at[0], 4), round(at[1], 4)]


def files(revision: Revision) -> dict[str, bytes]:
    """Return the page, the data, the picture, and clouds as a DXF to attach to the new drawing at 0,0."""
    from jinja2 import Environment, PackageLoader
    from markupsafe import Markup

    new = revision.changes.new
    drawing = clouds(revision)
    svg = plan_svg.render(drawing, (*new.linework, *_labels(new)), everything=True)
    environment = Environment(loader=PackageLoader("mrsite", "data/outputs"), autoescape=True)
    page = environment.get_template("plan-diff.html.j2").render(
        r=revision, old=_name(revision.changes.old), new=_name(new), svg=Markup(svg.decode().split("?>", 1)[-1])
    )
    return {
        "plan-diff.html": page.encode("utf-8", "replace"),
        "plan-diff.json": dumps(document(revision)),
        "plan-diff.svg": svg,
        "plan-diff-clouds.dxf": overlay_dxf.render(drawing, new.unit_m, new.declared_insunits or 0),
    }


def clouds(revision: Revision) -> Drawing:
    """Return a cloud round each edit that has a place, with its number in the list."""
    letter = _LETTER_MM * 1e-3 * _SCALE
    wanted: list[Mark | Label] = []
    for k, edit in enumerate(revision.changes.edits, 1):
        if edit.shape is None or edit.shape.is_empty:
            continue
        shape = edit.shape.envelope.buffer(0.05)
        wanted += cloud(shape, letter / 2, edit.said)
        x0, y0, x1, y1 = shape.bounds
        at = ((x1, y1), (x0, y1), (x1, y0), (x0, y0), ((x0 + x1) / 2, (y0 + y1) / 2))
        where = [
            (x + dx * letter, y + dy * letter)
            for x, y in at for dx, dy in ((1.6, 1.6), (-1.6, 1.6), (1.6, -1.6), (-1.6, -1.6))
        ]  # fmt: skip
        wanted.append(Label("CLOUD", where[0], letter, (listed((str(k),), where),), 1, edit.said))
    marks = placed(wanted, letter)
    style = style_of("CLOUD", layer_namer("aia", "X-MRIS"), "changed since the last revision")
    extent = _extent(revision.changes.new, marks)
    name = f"{inert(revision.storey, 60)}, revised"
    return Drawing(name, tuple(marks), {"CLOUD": style}, _SCALE, extent, ("mrsite plan-diff",))


def _labels(plan: Plan) -> list[plan_svg.HostText]:
    """Room labels of the new drawing, for its picture."""
    kinds = {layer.name: layer.kind for layer in plan.layers}
    return [
        plan_svg.HostText(t.text, t.at, t.height_m, t.rotation_deg)
        for t in plan.texts
        if kinds.get(t.layer) in ("label", "area") and t.height_m > 0
    ]


def _extent(plan: Plan, marks: list[Mark]) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = plan.extent
    a0, b0, a1, b1 = box_of(tuple(marks)) or plan.extent
    return min(x0, a0), min(y0, b0), max(x1, a1), max(y1, b1)


def _name(plan: Plan) -> str:
    return inert(plan.path.replace("\\", "/").rsplit("/", 1)[-1], 80)
