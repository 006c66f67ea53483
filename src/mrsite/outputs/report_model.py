"""What the report says, as plain values: HTML and PDF only set it.

Everything here is text, numbers and lists of them. Words of the site file and of drawings go in as
they are; whoever sets them makes them harmless for his medium.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from mrsite.base.data import data_folder, version
from mrsite.checks.finding import Finding, Outcome
from mrsite.outputs import printed
from mrsite.outputs.findings_json import _name as input_name
from mrsite.outputs.mark import Drawing
from mrsite.outputs.marks import conclusion_words, standings_on
from mrsite.outputs.order import numbered
from mrsite.outputs.schedules import door_rows, equipment_rows
from mrsite.outputs.to_do import people, plain_ask, to_do, words

#: What every report says of itself.
NOT_A_CERTIFICATE = (
    "This report compares a drawing with cited rules. It is no certificate: no statement in it says that the site "
    "as a whole meets its duties. It is to be read and signed by an MR safety expert."
)


@cache
def _data() -> Mapping[str, Any]:
    import tomllib

    return tomllib.loads((data_folder("outputs") / "report" / "risks.toml").read_text(encoding="utf-8"))


def report(outcome: Outcome, drawings: Mapping[str, Drawing], notes: Sequence[str] = ()) -> dict[str, Any]:
    """Return the report's content.

    Parameters
    ----------
    drawings : mapping of storey name to Drawing
    notes : sequence of str
        What the writers of files have to say (an overlay that comes alone, a layer that is off).
    """
    project, issue = outcome.project, outcome.project.issue
    findings = numbered(outcome.findings)
    said = [*notes, *(f"{name}: {note}" for name, drawing in drawings.items() for note in drawing.notes)]
    return {
        "site": project.name,
        "issue": [
            (label, getattr(issue, key) or "not stated")
            for label, key in (
                ("Issue", "number"),
                ("Revision", "revision"),
                ("Status", "status"),
                ("Date", "date"),
                ("Prepared by", "prepared_by"),
                ("Checked by", "checked_by"),
            )
        ],
        "revision": issue.revision or "not stated",
        "changes": [issue.changes] if isinstance(issue.changes, str) else list(issue.changes or ()),
        "conclusion": outcome.conclusion,
        "conclusion_words": conclusion_words(outcome),
        "counts": dict(outcome.counts),
        "certificate": NOT_A_CERTIFICATE,
        "warnings": warnings(outcome),
        "findings": [finding_row(number, finding) for number, finding in findings],
        "asks": [
            {
                "who": people()[a.who],
                "about": a.about,
                "plain": plain_ask(a, outcome.findings),
                "toml": a.toml,
                "settles": _numbers(a.settles, findings),
            }
            for a in outcome.asks
        ],
        "coverage": coverage_rows(outcome),
        "magnets": [magnet_rows(s) for s in project.scanners],
        "placements": placement_rows(outcome),
        "inputs": [[input_name(name), digest] for name, digest in sorted(project.inputs.items())],
        "guidance": [[pack.id, pack.title, str(len(pack.rules))] for pack in project.packs],
        "modelled": list(outcome.evidence.modelled),
        "not_modelled": list(outcome.evidence.not_modelled),
        "bands": band_rows(outcome),
        "units": unit_rows(outcome),
        "notes": [*project.notes, *said],
        "doors": door_rows(project.doors, outcome),
        "equipment": equipment_rows(project.equipment, outcome),
        "spaces": space_rows(outcome),
        "risks": risk_rows(outcome),
        "outside": [[row["what"], row["why"]] for row in _data()["outside"]],
        "signatures": ["MR safety expert", "MR responsible person", "Estates", "Architect", "Magnet vendor"],
        "version": version(),
    }


def _numbers(ids: Iterable[str], findings: Sequence[tuple[str, Finding]]) -> list[str]:
    known = {f.id: n for n, f in findings}
    return [known.get(i, i) for i in ids]


def warnings(outcome: Outcome) -> list[str]:
    """Return what stands at the head of every page and drawing."""
    found = []
    for scanner in outcome.project.scanners:
        if scanner.status != "removed" and not getattr(scanner.magnet, "verified", False):
            found.append(
                f"MAGNET DATA UNVERIFIED: no figure of {scanner.id} ({scanner.magnet.id}) was read in a source; "
                "its lines are as good as hearsay. Ask the vendor for the figures before anything is built."
            )
    for text in (outcome.evidence.unknown, outcome.evidence.caution):
        if text:
            found.append(text[:1].upper() + text[1:])
    return found


def finding_row(number: str, finding: Finding) -> dict[str, Any]:
    """Return a finding as texts."""
    do = to_do(finding)
    limit = f"{printed.exact(finding.limit[0])} {finding.limit[1]}" if finding.limit else "-"
    return {
        "number": number, "id": finding.id, "check": finding.check, "rule": finding.rule, "also": list(finding.also),
        "severity": finding.severity, "status": finding.status, "verdict": finding.status.replace("-", " "),
        "basis": finding.basis, "kind": finding.kind, "subject": finding.subject,
        "storey": finding.storey or "whole site", "measured": printed.banded(finding.measured),
        "limit": limit, "margin": _margin(finding), "message": finding.message,
        "todo": do.plain, "whom": do.whom, "site_file": do.site_file,
        "source": finding.source, "grade": finding.grade, "placed": finding.location is not None,
        "depends_on": list(finding.depends_on),
    }  # fmt: skip


def _margin(finding: Finding) -> str:
    """Return how far a finding is from its limit: as a distance where one is known, else in the limit's unit."""
    metres, margin = finding.margin_m, finding.margin
    if metres is not None and metres >= 0:
        return f"{printed.length(metres)} clear"
    if metres is not None:
        return f"exceeded by {printed.length(-metres, unsafe='up')}"
    if margin is None or not finding.limit:
        return "-"
    unit = finding.limit[1]
    return f"{printed.down(margin)} {unit} below the limit" if margin >= 0 else f"{printed.up(-margin)} {unit} above it"


def coverage_rows(outcome: Outcome) -> list[dict[str, Any]]:
    """Return for each pack how its rules were answered."""
    rows = []
    for pack, entry in outcome.coverage.items():
        listed = entry.get("rules", ()) if isinstance(entry, Mapping) else ()
        rows.append({
            "pack": pack, "title": str(entry.get("title", pack)) if isinstance(entry, Mapping) else pack,
            "tally": ", ".join(
                f"{key.replace('_', ' ').replace('-', ' ')}: {value}"
                for key, value in entry.items() if isinstance(value, int)
            ) if isinstance(entry, Mapping) else str(entry),
            "rules": [[r["id"], r["reach"], r["status"], "; ".join(filter(None, (r["why"], _seen(r))))]
                      for r in listed],
        })  # fmt: skip
    return rows


def _seen(row: Mapping[str, Any]) -> str:
    return f"reviewed, {row['seen']}" if row.get("seen") else ""


def magnet_rows(scanner: Any) -> dict[str, Any]:
    """Return the data behind a magnet's field, figure by figure."""
    magnet = scanner.magnet
    published = [
        [figure.name, _figure(figure), figure.grade, figure.source] for figure in getattr(magnet, "published", ())
    ]
    fit = getattr(magnet, "fit", None)
    residuals = [
        [
            r.figure,
            f"{r.published:.4g} {r.unit}",
            f"{r.model:.4g}",
            f"{r.lower:.4g} to {r.upper:.4g}",
            "within its rounding" if r.inside else f"off by {r.residual:+.3g} {r.unit}",
            r.role,
        ]
        for r in getattr(fit, "residuals", ())
    ]
    facts = [
        ["scanner", scanner.id],
        ["magnet", magnet.id],
        ["vendor and model", f"{magnet.vendor} {magnet.model}"],
        ["B0", f"{magnet.B0_T:g} T" if magnet.B0_T else "not stated"],
        ["evidence grade", str(magnet.grade)],
        ["shielding", str(magnet.shielding)],
        ["defaults used", "; ".join(words()["default"].get(name, name) for name in magnet.defaults_used) or "none"],
        ["file hash", magnet.sha256 or "made in memory"],
    ]
    notes = [*getattr(fit, "notes", ()), *getattr(fit, "refused", ()), *scanner.assumed]
    return {"id": scanner.id, "facts": facts, "published": published, "residuals": residuals, "notes": notes}


def _figure(figure: Any) -> str:
    parts = []
    for key, unit in (("axial_m", "m axial"), ("radial_m", "m radial"), ("vertical_m", "m vertical"), ("value", "")):
        value = getattr(figure, key, None)
        if value is not None:
            parts.append(f"{printed.exact(value)} {unit}".strip())
    return ", ".join(parts) or "-"


def placement_rows(outcome: Outcome) -> list[list[str]]:
    """Return where each magnet stands, and where its patient end points."""
    rows = [["scanner", "storey", "isocentre x, y", "above floor", "patient end points", "status", "field direction"]]
    for scanner in outcome.project.scanners:
        if not scanner.poses:
            continue
        storey = outcome.project.storey(scanner.storey)
        here = storey.to_site.pose_back(scanner.poses[0])
        direction = (
            "not known: both run, the worse judged"
            if len(scanner.field_directions) > 1
            else scanner.field_directions[0]
        )
        rows.append([
            scanner.id, scanner.storey, f"{here.position[0]:.3f}, {here.position[1]:.3f} m",
            f"{printed.exact(scanner.isocentre_height)} m", here.patient_end(), scanner.status, direction,
        ])  # fmt: skip
    return rows


def band_rows(outcome: Outcome) -> list[list[str]]:
    """Return for each line how far it reaches from its magnet, and what its band is made of."""
    import shapely

    rows = [["line", "storey", "farthest, centre", "farthest, outer edge", "band made of", "drawn within"]]
    for region in outcome.evidence.regions:
        if region.central.is_empty and region.upper.is_empty:
            continue
        standings = standings_on(outcome, region.storey)
        if not standings:
            continue
        points = [shapely.Point(s.at) for s in standings]

        def farthest(shape: Any, points: Sequence[Any] = tuple(points)) -> str:
            if shape.is_empty:
                return "does not reach"
            coords = shapely.points(shapely.get_coordinates(shape))
            nearest = [min(p.distance(c) for p in points) for c in coords]
            return printed.length(max(nearest), unsafe="up", step_m=0.01)

        shares = ", ".join(f"{name} {share:.3f} m" for name, share in region.shares_m.items())
        if region.earth_m is not None:
            shares += (
                f" (the earth's field, not added: at most {printed.length(region.earth_m, unsafe='up')} farther out)"
            )
        rows.append([
            printed.line_name(region.quantity, region.level, region.kind, "central", region.heights),
            region.storey, farthest(region.central), farthest(region.upper), shares or "-",
            f"{region.tolerance_m * 1e3:.2g} mm",
        ])  # fmt: skip
    return rows


def unit_rows(outcome: Outcome) -> list[list[str]]:
    """Return for each drawing its unit, and the evidence for it."""
    rows = [["storey", "drawing", "unit", "decided by", "declared", "evidence", "put on the others by"]]
    for storey in outcome.project.storeys:
        plan = storey.plan
        if plan is None:
            rows.append([storey.name, "none", "-", "-", "-", "-", storey.registered or "-"])
            continue
        decision = plan.unit_decision
        evidence = "; ".join(f"{e.kind}: {e.detail}" for e in decision.evidence) or "-"
        conflicts = "; ".join(decision.conflicts)
        rows.append([
            storey.name, input_name(plan.path).rsplit("/", 1)[-1], plan.unit, decision.source,
            decision.declared or "nothing", evidence + (f"; against it: {conflicts}" if conflicts else ""),
            storey.registered or "not shown to coincide",
        ])  # fmt: skip
    return rows


def space_rows(outcome: Outcome) -> list[list[str]]:
    """Return the rooms and areas with their zone and who may be there."""
    rows = [["space", "storey", "zone", "use", "occupancy", "area", "read from"]]
    for space in outcome.project.spaces:
        area = (
            f"{space.polygon.area:.1f} m2" if space.polygon is not None and not space.polygon.is_empty else "not drawn"
        )
        rows.append([
            space.label, space.storey, space.zone or "not stated", space.use or "not stated",
            space.occupancy or "not stated", area, f"{'drawing' if space.from_plan else 'site file'} ({space.status})",
        ])  # fmt: skip
    return rows


def risk_rows(outcome: Outcome) -> list[dict[str, Any]]:
    """Return the draft risk assessment: what the findings can fill in; a person completes it."""
    rows = []
    findings = numbered(outcome.findings)
    for risk in _data()["risk"]:
        own = [(n, f) for n, f in findings if any(f.check.startswith(name) for name in risk["checks"])]
        rows.append({
            "hazard": risk["hazard"], "who": risk["who"], "owner": risk["owner"],
            "place": _joined(f.storey or "whole site" for _, f in own if f.status != "pass"),
            "control": _joined(f"{n} {f.subject}" for n, f in own if f.status == "pass"),
            "open": _joined(f"{n} {f.subject} ({f.status.replace('-', ' ')})" for n, f in own if f.status != "pass")
            or ("nothing was checked" if not own else ""),
        })  # fmt: skip
    return rows


def _joined(texts: Iterable[str], most: int = 8) -> str:
    listed = list(dict.fromkeys(texts))
    more = f"; and {len(listed) - most} more" if len(listed) > most else ""
    return "; ".join(listed[:most]) + more
