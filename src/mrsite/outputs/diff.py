"""What changed between two results: findings, lines, inputs; in words, as JSON, as revision clouds.

It reads what `folder` wrote (``findings.json``, ``basis.json``, ``site.geojson``) and computes
nothing but differences, so that two results can be compared years later.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mrsite.base.errors import InputError
from mrsite.base.text import distinct_slugs, inert
from mrsite.outputs import overlay_dxf, printed
from mrsite.outputs.findings_json import dumps
from mrsite.outputs.label import Label, listed
from mrsite.outputs.layers import layer_namer, style_of
from mrsite.outputs.mark import Drawing, Mark, box_of, text_width
from mrsite.outputs.placing import joined, placed
from mrsite.outputs.site_marks import cloud

#: A line that moved by less than this has not moved: the tolerance to which lines are drawn, m.
MOVED_M = 2e-3
_FILES = ("findings.json", "basis.json", "site.geojson")
_COMPARED = (
    "status",
    "measured",
    "limit",
    "margin",
    "margin_m",
    "message",
    "grade",
    "basis",
    "rule",
    "also",
    "severity",
)


@dataclass(frozen=True)
class Result:
    """A result as it lies on the disk: its three files, taken apart."""

    name: str
    findings: Mapping[str, Any]
    basis: Mapping[str, Any]
    features: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Changes:
    """What changed from one result to the other.

    Parameters
    ----------
    appeared, vanished : tuple of finding
        By id; as in ``findings.json``.
    changed : tuple of (old finding, new finding, names of the members that differ)
    lines : tuple of dict
        Lines that appeared, vanished or moved: outward and inward in m.
    inputs : tuple of str
        Files that differ, in words.
    facts : tuple of str
        Conclusion, version, magnets, revision, in words.
    """

    old: Result
    new: Result
    appeared: tuple[Mapping[str, Any], ...]
    vanished: tuple[Mapping[str, Any], ...]
    changed: tuple[tuple[Mapping[str, Any], Mapping[str, Any], tuple[str, ...]], ...]
    lines: tuple[Mapping[str, Any], ...]
    inputs: tuple[str, ...]
    facts: tuple[str, ...]

    @property
    def none(self) -> bool:
        """Whether nothing changed at all."""
        return not (self.appeared or self.vanished or self.changed or self.lines or self.inputs or self.facts)

    def text(self) -> list[str]:
        """Return the changes as lines of text, worst first."""
        rows = [*self.facts, *self.inputs]
        rows += [f"new: {_called(f)}" for f in self.appeared]
        rows += [f"gone: {_called(f)}" for f in self.vanished]
        for old, new, members in self.changed:
            if old["status"] != new["status"]:
                turned = f"{old['status']} -> {new['status']}"
                rows.append(f"{turned}: {inert(new['subject'], 80)}: {inert(new['message'], 300)}")
            else:
                rows.append(f"changed ({', '.join(members)}): {_called(new)}")
        rows += [f"line: {line['said']}" for line in self.lines]
        return rows or ["nothing changed"]


def _called(finding: Mapping[str, Any]) -> str:
    rule, subject = inert(finding["rule"], 40), inert(finding["subject"], 80)
    return f"{finding['status']} {rule} {subject}: {inert(finding['message'], 300)}"


def read_result(folder: Path | str) -> Result:
    """Read a result's folder.

    Raises
    ------
    InputError
        It is no result of an assessment, or one that cannot be read.
    """
    folder = Path(folder)
    files = {}
    for name in _FILES:
        try:
            files[name] = (folder / name).read_bytes()
        except FileNotFoundError:
            if name == _FILES[0]:
                raise InputError(f"{folder / name}: no such file; give the output folder of an assessment") from None
        except OSError as error:
            raise InputError(f"{folder / name}: cannot be read ({error.strerror})") from None
    return result_of(folder.name or str(folder), files, folder)


def result_of(name: str, files: Mapping[str, bytes], folder: Path | None = None) -> Result:
    """Take a result's files apart.

    Parameters
    ----------
    name : str
        What it is called in words.
    files : mapping of file name to bytes
    folder : Path, optional
        Where they came from, for the errors.

    Raises
    ------
    InputError
        They are not those of an assessment.
    """
    read: dict[str, Any] = {"basis.json": {}, "site.geojson": {"features": []}}
    for file in _FILES:
        where = file if folder is None else folder / file
        if file not in files:
            continue
        try:
            read[file] = json.loads(files[file].decode("utf-8"))
        except (ValueError, RecursionError):
            raise InputError(f"{where}: this is not JSON; give the output folder of an assessment") from None
    findings = read.get("findings.json")
    if not isinstance(findings, dict) or findings.get("schema") != 1 or not isinstance(findings.get("findings"), list):
        where = _FILES[0] if folder is None else folder / _FILES[0]
        raise InputError(f"{where}: not the findings of an assessment (schema 1)")
    return Result(name, findings, read["basis.json"], tuple(read["site.geojson"].get("features", ())))


def compare(old: Result, new: Result) -> Changes:
    """Compare two results, finding by finding (by id) and line by line."""
    before = {f["id"]: f for f in old.findings["findings"]}
    after = {f["id"]: f for f in new.findings["findings"]}
    changed = []
    for key in sorted(before.keys() & after.keys()):
        members = tuple(m for m in _COMPARED if before[key].get(m) != after[key].get(m))
        if members:
            changed.append((before[key], after[key], members))
    order = ("fail", "warn", "not-assessed", "pass")
    changed.sort(key=lambda row: (row[0]["status"] == row[1]["status"], order.index(row[1]["status"]), row[1]["id"]))
    return Changes(
        old, new,
        tuple(_sorted(f for k, f in after.items() if k not in before)),
        tuple(_sorted(f for k, f in before.items() if k not in after)),
        tuple(changed), tuple(moved_lines(old, new)), tuple(_inputs(old, new)), tuple(_facts(old, new)),
    )  # fmt: skip


def _sorted(findings: Any) -> list[Mapping[str, Any]]:
    order = ("fail", "warn", "not-assessed", "pass")
    return sorted(findings, key=lambda f: (order.index(f["status"]), f["id"]))


def _facts(old: Result, new: Result) -> list[str]:
    rows = []
    for key, label in (("conclusion", "conclusion"), ("mrsite_version", "made with mrsite"), ("site", "site")):
        a, b = old.findings.get(key), new.findings.get(key)
        if a != b:
            rows.append(f"{label}: {inert(str(a), 80)} -> {inert(str(b), 80)}")
    if old.findings.get("guidance") != new.findings.get("guidance"):
        rows.append(f"guidance: {old.findings.get('guidance')} -> {new.findings.get('guidance')}")
    if old.findings.get("magnets") != new.findings.get("magnets"):
        names = [", ".join(f"{m['id']} ({m['grade']})" for m in r.findings.get("magnets", ())) for r in (old, new)]
        rows.append(f"magnets: {inert(names[0])} -> {inert(names[1])}")
    if old.basis.get("placements") != new.basis.get("placements"):
        rows.append("a magnet's place, bearing or status changed")
    if old.basis.get("revision") != new.basis.get("revision"):
        rows.append(f"revision: {inert(str(old.basis.get('revision')))} -> {inert(str(new.basis.get('revision')))}")
    return rows + _rooms(old, new)


def _rooms(old: Result, new: Result) -> list[str]:
    """Rooms of one name that are another place now: a statement on them would have gone with the name."""
    before, after = ({f["properties"]["id"]: f for f in r.features if _is_room(f)} for r in (old, new))
    rows = []
    for key in sorted(before.keys() & after.keys()):
        a, b = (_shape(side[key]["geometry"]) for side in (before, after))
        if a.is_empty or b.is_empty or a.intersection(b).area > 0.5 * min(a.area, b.area):
            continue
        rows.append(
            f"room {inert(str(key), 80)} is another place: about ({a.centroid.x:.1f}, {a.centroid.y:.1f}) before, "
            f"({b.centroid.x:.1f}, {b.centroid.y:.1f}) now; see mrsite plan-diff"
        )
    return rows


def _is_room(feature: Mapping[str, Any]) -> bool:
    return feature["properties"].get("what") == "room" and feature.get("geometry") is not None


def _inputs(old: Result, new: Result) -> list[str]:
    a, b = old.findings.get("inputs", {}), new.findings.get("inputs", {})
    rows = [f"input {inert(name)}: changed" for name in sorted(a.keys() & b.keys()) if a[name] != b[name]]
    rows += [f"input {inert(name)}: new" for name in sorted(b.keys() - a.keys())]
    return rows + [f"input {inert(name)}: no longer used" for name in sorted(a.keys() - b.keys())]


def _regions(result: Result) -> dict[tuple[Any, ...], Mapping[str, Any]]:
    found = {}
    for feature in result.features:
        p = feature["properties"]
        if p.get("what") == "region" and p.get("edge") in ("central", "upper"):
            key = (p["storey"], p["quantity"], p["level"], p["kind"], tuple(p["heights"]), p["edge"])
            found[key] = feature
    return found


def moved_lines(old: Result, new: Result) -> list[dict[str, Any]]:
    """Return the lines that appeared, vanished or moved, each with how far and in words."""
    before, after = _regions(old), _regions(new)
    rows = []
    for key in sorted(before.keys() | after.keys(), key=str):
        storey, quantity, level, kind, heights, edge = key
        name = printed.line_name(quantity, level, kind, edge, heights)
        where = {
            "storey": storey,
            "quantity": quantity,
            "level": level,
            "kind": kind,
            "heights": list(heights),
            "edge": edge,
        }
        if key not in before or key not in after:
            state = "appeared" if key in after else "vanished"
            rows.append({**where, "state": state, "said": f"{name} on {inert(storey, 60)} {state}"})
            continue
        if before[key]["geometry"] == after[key]["geometry"]:
            continue
        a, b = _shape(before[key]["geometry"]), _shape(after[key]["geometry"])
        outward, inward = _farthest(b, a), _farthest(a, b)
        if max(outward, inward) < MOVED_M:
            continue
        out, into = printed.length(outward, unsafe="up"), printed.length(inward)
        said = f"{name} on {inert(storey, 60)} moved out by up to {out}, in by up to {into}"
        rows.append(
            {**where, "state": "moved", "outward_m": round(outward, 4), "inward_m": round(inward, 4), "said": said}
        )
    return rows


def _shape(geometry: Any) -> Any:
    """Return a valid shapely geometry: places are stored rounded, which can cross a splinter's sides."""
    from shapely import get_parts, make_valid, union_all
    from shapely.geometry import shape

    try:
        whole = make_valid(shape(geometry))
        parts = [p for p in get_parts(whole) if p.geom_type == "Polygon"]
        parts += [q for p in get_parts(whole) if p.geom_type == "MultiPolygon" for q in get_parts(p)]
        return union_all(parts) if parts else whole
    except Exception:  # shapely raises several kinds on a malformed geometry
        raise InputError("a geometry of the result is malformed; give the output folder of an assessment") from None


def _farthest(inner: Any, outer: Any) -> float:
    """Return how far the boundary of one region lies outside another."""
    import shapely

    shapely.prepare(outer)
    points = shapely.points(shapely.get_coordinates(inner.boundary))
    outside = points[~shapely.covers(outer, points)]
    return float(shapely.distance(outside, outer).max()) if len(outside) else 0.0


def render(changes: Changes) -> dict[str, bytes]:
    """Return the changes as files: JSON, text, and a DXF of revision clouds for each storey concerned."""
    files = {
        "changes.json": _json(changes),
        "changes.txt": ("\n".join(changes.text()) + "\n").encode("utf-8", "replace"),
    }
    clouds = cloud_drawings(changes)
    units = {d["storey"]: d for d in changes.new.basis.get("drawings", ())}
    for slug, (storey, drawing) in zip(distinct_slugs(clouds, "storey"), clouds.items()):
        unit = units.get(storey, {"unit_m": 1.0, "insunits": 6})
        files[f"{slug}-changes.dxf"] = overlay_dxf.render(drawing, float(unit["unit_m"]), int(unit["insunits"]))
    return files


def _json(changes: Changes) -> bytes:
    return dumps({
        "schema": 1, "old": changes.old.name, "new": changes.new.name, "facts": list(changes.facts),
        "inputs": list(changes.inputs), "appeared": [f["id"] for f in changes.appeared],
        "vanished": [f["id"] for f in changes.vanished],
        "changed": [{"id": n["id"], "members": list(m), "old": {k: o.get(k) for k in m},
                     "new": {k: n.get(k) for k in m}}
                    for o, n, m in changes.changed],
        "lines": list(changes.lines),
    })  # fmt: skip


def cloud_drawings(changes: Changes) -> dict[str, Drawing]:
    """Return for each storey a drawing with revision clouds on a layer of their own."""
    layers = changes.new.basis.get("layers", {"template": "aia", "prefix": "X-MRIS", "plot_scale": 50})
    scale = float(layers["plot_scale"])
    letter = 2.5e-3 * scale
    template = layers["template"] if layers["template"] in ("aia", "bs1192") else "aia"
    name = layer_namer(template, layers["prefix"])
    wanted: dict[str, list[Mark | Label]] = {}
    for storey, shape, said in _clouded(changes):
        marks = wanted.setdefault(storey, [])
        marks += cloud(shape, letter, said)
        x0, _, _, y1 = shape.bounds
        text = inert(said, 120)
        middle = x0 + text_width(text, letter) / 2
        form = listed((text,), [(middle, y1 + k * letter) for k in range(4, 24, 2)])
        marks.append(Label("CLOUD", (x0, y1), letter, (form,), 1, said))
    found = {storey: placed(marks, letter) for storey, marks in wanted.items()}
    style = style_of("CLOUD", name, "changed since the last issue")
    return {
        storey: Drawing(storey, tuple(marks), {"CLOUD": style}, scale, joined(box_of(tuple(marks))), ("mrsite diff",))
        for storey, marks in found.items()
    }


def _clouded(changes: Changes) -> list[tuple[str, Any, str]]:
    from shapely import get_parts

    rows: list[tuple[str, Any, str]] = []
    # A pass that stays one with other figures stands in the text; a cloud is for what a person must look at again.
    touched = [("new", f) for f in changes.appeared if f["status"] != "pass"]
    touched += [("gone", f) for f in changes.vanished if f["status"] != "pass"]
    touched += [
        (f"was {old['status']}, now" if old["status"] != new["status"] else "changed", new)
        for old, new, _ in changes.changed
        if {old["status"], new["status"]} != {"pass"}
    ]
    for state, finding in touched:
        if finding.get("location") and finding.get("storey"):
            place = _shape(finding["location"])
            place = place.buffer(0.3) if place.area == 0 else place.envelope
            rows.append((finding["storey"], place, f"{state}: {finding['status']} {finding['subject']}"))
    before, after = _regions(changes.old), _regions(changes.new)
    moved: dict[tuple[str, str, float], list[tuple[Any, Mapping[str, Any]]]] = {}
    for line in changes.lines:
        if line["state"] != "moved" or line["edge"] != "upper":
            continue
        key = (line["storey"], line["quantity"], line["level"], line["kind"], tuple(line["heights"]), line["edge"])
        strip = _shape(before[key]["geometry"]).symmetric_difference(_shape(after[key]["geometry"]))
        strip = strip.buffer(-MOVED_M / 2)
        if not strip.is_empty:
            whole = max(get_parts(strip.buffer(0.2)), key=lambda p: p.area)
            moved.setdefault((line["storey"], line["quantity"], line["level"]), []).append((whole.envelope, line))
    for (storey, quantity, level), parts in moved.items():
        # One cloud a level: its kinds of line lie too near to one another to be told apart by clouds.
        outward = max(line["outward_m"] for _, line in parts)
        inward = max(line["inward_m"] for _, line in parts)
        name = printed.level(quantity, level)
        said = f"{name} lines moved out by up to {outward:.3f} m, in by up to {inward:.3f} m"
        rows.append((storey, max((p for p, _ in parts), key=lambda p: p.area), said))
    return rows
