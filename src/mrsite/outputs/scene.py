"""A site in three dimensions as plain arrays: what a viewer, a glTF or somebody's own code draws.

Site frame: x and y of the first drawing in metres, z up from the site datum.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mrsite.base.text import inert
from mrsite.checks.finding import Finding, Outcome
from mrsite.outputs import scene_building, solids
from mrsite.outputs.body import body_of
from mrsite.outputs.solids import Array, Mesh
from mrsite.site.evidence import Region
from mrsite.site.isosurfaces import isosurfaces
from mrsite.site.project import Project, Scanner, Storey

Colour = tuple[float, float, float, float]

#: Levels shown where nobody asks for others, T: the public limit and the one of moving metal.
LEVELS = (0.5e-3, 3e-3)

# Colours that stay apart for colour-blind readers (Okabe and Ito, 2008), linear RGB with opacity.
_BUILDING: Colour = (0.80, 0.78, 0.74, 1.0)
_SLAB: Colour = (0.55, 0.55, 0.55, 1.0)
_PANE: Colour = (0.55, 0.75, 0.85, 0.35)
_MAGNET: Colour = (0.90, 0.92, 0.94, 1.0)
_ARROW: Colour = (0.00, 0.17, 0.45, 1.0)
_PIPE: Colour = (0.60, 0.60, 0.62, 1.0)
_PLUME: Colour = (0.55, 0.75, 0.95, 0.14)
_PERSON: Colour = (0.10, 0.10, 0.10, 1.0)
_LEVEL_COLOURS: tuple[tuple[float, float, float], ...] = ((0.00, 0.17, 0.45), (0.90, 0.35, 0.00), (0.60, 0.20, 0.40))
_OPACITY = {"lower": 0.10, "central": 0.38, "upper": 0.16}
_STATUS: Mapping[str, Colour] = {
    "fail": (0.66, 0.06, 0.00, 1.0),
    "warn": (0.90, 0.62, 0.00, 1.0),
    "not-assessed": (0.35, 0.35, 0.35, 1.0),
    "pass": (0.00, 0.35, 0.22, 1.0),
}
_FLAG_M, _POLE_M = 0.45, 2.6


@dataclass(frozen=True, eq=False)
class Part:
    """One thing in a scene.

    Parameters
    ----------
    name : str
        Unique in the scene, e.g. ``"Ground / walls"``.
    kind : str
        ``wall``, ``slab``, ``window``, ``magnet``, ``patient-end``, ``isosurface``, ``people``, ``operator``,
        ``quench``, ``plume``, ``equipment`` or ``finding``.
    vertices : (n, 3) float64, m
        Site frame.
    triangles : (m, 3) int32
        Anticlockwise from outside.
    colour : (r, g, b, a)
        Linear, 0 to 1.
    smooth : bool
        Whether neighbouring triangles share one curved surface.
    extras : mapping
        What the thing stands for: level, edge of the band, status, message; words and numbers only.
    """

    name: str
    kind: str
    vertices: Array
    triangles: Any
    colour: Colour
    storey: str | None = None
    smooth: bool = False
    extras: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Scene:
    """All parts of a site.

    Parameters
    ----------
    name : str
    origin : (3,) float64, m
        A point of the site near everything: subtract it before anything is made float32.
    parts : tuple of Part
    notes : tuple of str
        What could not be shown, and what was assumed to show the rest.
    """

    name: str
    origin: Array
    parts: tuple[Part, ...]
    notes: tuple[str, ...] = ()

    def of_kind(self, kind: str) -> tuple[Part, ...]:
        """Return the parts of one kind."""
        return tuple(p for p in self.parts if p.kind == kind)

    @property
    def bounds(self) -> tuple[Array, Array]:
        """Lowest and highest corner, m, site frame."""
        points = np.concatenate([p.vertices for p in self.parts]) if self.parts else np.zeros((1, 3))
        return points.min(axis=0), points.max(axis=0)

    def __repr__(self) -> str:
        kinds = sorted({p.kind for p in self.parts})
        triangles = sum(len(p.triangles) for p in self.parts)
        return f"<Scene of {self.name!r}: {len(self.parts)} parts ({', '.join(kinds)}), {triangles} triangles>"


def scene_of(
    project: Project, outcome: Outcome | None = None, *, levels: Sequence[float] = LEVELS, chord: float = 5e-3
) -> Scene:
    """Build the scene of a project, with the findings of an outcome where there is one.

    Parameters
    ----------
    levels : sequence of float, T
        Isosurfaces to show, each with the edges of its band.
    chord : float, m
        Largest distance of a flat piece from a surface of revolution.

    Raises
    ------
    InputError
        A level that is not a positive finite number.
    """
    notes: list[str] = []
    parts: list[Part] = []
    for storey in project.storeys:
        parts += _building(project, storey, notes)
    for scanner in project.scanners:
        if scanner.status != "removed":
            parts += _magnet(scanner, notes)
    parts += _surfaces(project, levels, chord, notes)
    parts += _quench(project)
    parts += _operators(project)
    parts += _equipment(project)
    if outcome is not None:
        parts += _people(project, outcome.evidence.regions, levels)
        parts += _flags(project, outcome.findings)
        parts += _plumes(outcome.evidence.vents)
        if outcome.evidence.unknown:
            notes.append(outcome.evidence.unknown)
        if outcome.evidence.caution:
            notes.append(outcome.evidence.caution)
    parts = [p for p in parts if len(p.triangles)]
    if parts:
        points = np.concatenate([p.vertices for p in parts])
        middle = 0.5 * (points.min(axis=0) + points.max(axis=0))
        origin = np.array([round(float(middle[0])), round(float(middle[1])), 0.0])
    else:
        origin = np.zeros(3)
    return Scene(project.name, origin, _distinct(parts), tuple(dict.fromkeys(notes)))


def _distinct(parts: Sequence[Part]) -> tuple[Part, ...]:
    from dataclasses import replace

    seen: dict[str, int] = {}
    out = []
    for part in parts:
        n = seen[part.name] = seen.get(part.name, 0) + 1
        out.append(part if n == 1 else replace(part, name=f"{part.name} ({n})"))
    return tuple(out)


def _part(name: str, kind: str, mesh: Mesh, colour: Colour, **more: Any) -> Part:
    return Part(inert(name), kind, np.ascontiguousarray(mesh[0], dtype=np.float64), mesh[1], colour, **more)


def _building(project: Project, storey: Storey, notes: list[str]) -> Iterator[Part]:
    if storey.plan is None:
        notes.append(f"{storey.name}: no drawing, so no walls are shown")
        return
    height, origin = scene_building.wall_height(storey)
    extras = {"floor_m": storey.elevation, "height_m": height, "height_from": origin}
    if "not stated" in origin:
        notes.append(f"{storey.name}: height {origin}")
    if storey.registered is None and len(project.storeys) > 1 and storey is not project.storeys[0]:
        notes.append(f"{storey.name}: its drawing is not shown to coincide with the others; it is drawn as if it did")
    if storey.plan.incomplete:
        notes.append(f"{storey.name}: walls may be missing: {storey.plan.incomplete[0]}")
    plan = scene_building.wall_plan(storey)
    walls = scene_building.walls_mesh(project, storey, plan)
    yield _part(f"{storey.name} / walls", "wall", walls, _BUILDING, storey=storey.name, extras=extras)
    slab = scene_building.slab_mesh(storey, plan)
    yield _part(
        f"{storey.name} / floor slab",
        "slab",
        slab,
        _SLAB,
        storey=storey.name,
        extras={"thickness_m": storey.slab_m} if storey.slab_m else {"thickness_m": "not stated"},
    )
    panes = scene_building.panes_mesh(project, storey)
    yield _part(f"{storey.name} / windows", "window", panes, _PANE, storey=storey.name, extras=extras)


def _magnet(scanner: Scanner, notes: list[str]) -> Iterator[Part]:
    magnet = scanner.magnet
    body = body_of(magnet)
    if body is None:
        notes.append(f"{scanner.id}: neither dimensions nor windings are known, so no magnet is shown")
        return
    if body.source:
        notes.append(f"{scanner.id}: the magnet's {body.source}")
    if body.bore is None:
        notes.append(f"{scanner.id}: the bore's diameter is not given; two fifths of the outside are drawn")
    inner = 0.5 * (body.bore if body.bore is not None else 0.4 * body.diameter)
    outer, half = 0.5 * body.diameter, 0.5 * body.length
    profile = np.array([[inner, -half], [outer, -half], [outer, half], [inner, half]])
    for k, pose in enumerate(scanner.poses):
        where = "" if k == 0 else f" at position {k + 1}"
        solid = solids.placed(solids.lathe(profile), pose.rotation, pose.position)
        extras = {
            "magnet": magnet.id,
            "grade": magnet.grade,
            "dimensions_from": body.source or "magnet file",
            "patient_end": pose.patient_end(),
            "status": scanner.status,
        }
        yield _part(f"{scanner.id} / magnet{where}", "magnet", solid, _MAGNET, storey=scanner.storey, extras=extras)
        arrow = _arrow(half, pose.rotation, pose.position, scanner.isocentre_height)
        yield _part(
            f"{scanner.id} / patient end{where}",
            "patient-end",
            arrow,
            _ARROW,
            storey=scanner.storey,
            extras={"points": pose.patient_end()},
        )


def _arrow(start: float, rotation: Array, position: Sequence[float], above_floor: float) -> Mesh:
    """A flat arrow on the floor from the patient end outwards; magnet frame: z along, x across, y up."""
    z0, z1, z2 = start + 0.15, start + 1.05, start + 1.5
    across = [0.10, 0.10, 0.28, 0.0, -0.28, -0.10, -0.10]
    along = [z0, z1, z1, z2, z1, z1, z0]
    floor = 0.02 - above_floor
    vertices = np.array([[x, floor, z] for x, z in zip(across, along)])
    triangles = np.array([[0, 1, 5], [0, 5, 6], [2, 3, 4]], dtype=np.int32)
    return solids.placed(solids.two_sided((vertices, triangles)), rotation, position)


def _surfaces(project: Project, levels: Sequence[float], chord: float, notes: list[str]) -> Iterator[Part]:
    order = {level: k for k, level in enumerate(sorted(levels))}
    shown = set()
    for found in isosurfaces(project, levels, chord=chord):
        shown.add(found.scanner)
        rgb = _LEVEL_COLOURS[order[found.level] % len(_LEVEL_COLOURS)]
        surface = found.surface
        extras = {
            "level_mT": 1e3 * found.level,
            "edge": found.edge,
            "method": found.method,
            "error_mm": round(1e3 * surface.error_m, 3),
            "chord_mm": round(1e3 * surface.chord_m, 3),
        }
        name = f"{found.scanner} / {1e3 * found.level:g} mT, {found.edge}"
        yield _part(
            name,
            "isosurface",
            (surface.vertices, surface.triangles),
            (*rgb, _OPACITY[found.edge]),
            smooth=True,
            extras=extras,
        )
    for scanner in project.scanners:
        if scanner.status != "removed" and not any(scanner.id in name.split(" + ") for name in shown):
            notes.append(f"{scanner.id}: {scanner.magnet.not_modelled_why or 'no field model'}; no surface is shown")
    if project.steel:
        notes.append("the surfaces leave out the steel shields stated in the site file")


def _quench(project: Project) -> Iterator[Part]:
    for pipe in project.quench_pipes:
        if pipe.points is None:
            continue
        diameters = pipe.diameter_mm if isinstance(pipe.diameter_mm, tuple) else (pipe.diameter_mm or 200.0,)
        legs = len(pipe.points) - 1
        radii = [0.5e-3 * float(diameters[min(k, len(diameters) - 1)]) for k in range(legs)]
        name = f"{pipe.scanner or 'magnet'} / quench pipe"
        extras = {
            "outlet": [float(c) for c in pipe.points[-1]],
            "diameter_mm": "not stated: 200 drawn" if pipe.diameter_mm is None else [float(d) for d in diameters],
        }
        mesh = solids.tube(np.asarray(pipe.points, dtype=float), radii)
        yield _part(name, "quench", mesh, _PIPE, smooth=False, extras=extras)


def _plumes(vents: Mapping[str, Any]) -> Iterator[Part]:
    """The cold helium that leaves each outlet in still air, and how far it may reach with wind."""
    for name, vent in vents.items():
        for envelope in getattr(vent, "envelopes", ()):
            if not envelope.lines:
                continue
            wind, _, line = min(envelope.lines, key=lambda entry: entry[0])
            if len(line) < 2:
                continue
            thin = line[np.unique(np.linspace(0, len(line) - 1, 24).round().astype(int))]
            mesh = solids.loft(thin[:, :3], thin[:, 3])
            extras = {
                "level": inert(envelope.name),
                "wind_m_s": float(wind),
                "reach_with_wind_m": round(float(envelope.reach), 2),
                "top_m": round(float(envelope.top), 2),
                "flow": "stated" if vent.drop is not None and vent.drop.stated else "assumed",
            }
            yield _part(f"{name} / helium, {envelope.name}", "plume", mesh, _PLUME, extras=extras)


def _operators(project: Project) -> Iterator[Part]:
    for k, operator in enumerate(project.operators, 1):
        storey = _storey_of(project, operator.storey)
        x, y = storey.to_site.point((operator.at[0], operator.at[1]))
        eyes = max(operator.eye_heights, default=1.6)
        floor = storey.elevation
        body = solids.tube(np.array([[x, y, floor], [x, y, floor + eyes - 0.25]]), 0.17)
        head = solids.ball(np.array([x, y, floor + eyes]), 0.12)
        yield _part(
            f"{storey.name} / operator {k}",
            "operator",
            solids.joined([body, head]),
            _PERSON,
            storey=storey.name,
            extras={"eye_heights_m": [float(h) for h in operator.eye_heights]},
        )


def _equipment(project: Project) -> Iterator[Part]:
    for item in project.equipment:
        if item.placed_by == "room" or item.footprint is None or item.footprint.is_empty:
            continue
        storey = project.storey(item.storey)
        low, high = (storey.elevation + h for h in item.heights)
        mesh = solids.prism(storey.to_site.geometry(item.footprint), low, high)
        yield _part(
            f"{storey.name} / {item.id}",
            "equipment",
            mesh,
            (0.45, 0.60, 0.55, 1.0),
            storey=storey.name,
            extras={"heights_from": item.heights_from},
        )


def _people(project: Project, regions: Sequence[Region], levels: Sequence[float]) -> Iterator[Part]:
    """Upright bands over the heights people occupy, round the outer edge of each envelope."""
    import shapely

    for region in regions:
        if region.kind != "envelope" or region.quantity != "B" or region.upper.is_empty:
            continue
        if not any(abs(region.level - level) < 1e-9 * level for level in levels):
            continue
        storey = project.storey(region.storey)
        if region.heights != storey.occupied:
            continue
        low, high = (storey.elevation + h for h in region.heights)
        bands = [
            solids.ribbon(np.asarray(ring.coords)[:, :2], low, high)
            for part in shapely.get_parts(storey.to_site.geometry(region.upper.simplify(5e-3)))
            for ring in (part.exterior, *part.interiors)
        ]
        rgb = _LEVEL_COLOURS[
            sorted(levels).index(min(levels, key=lambda v: abs(v - region.level))) % len(_LEVEL_COLOURS)
        ]
        name = f"{storey.name} / people, {region.level_mT:g} mT outer edge"
        yield _part(
            name,
            "people",
            solids.two_sided(solids.joined(bands)),
            (*rgb, 0.55),
            storey=storey.name,
            extras={"level_mT": region.level_mT, "heights_m": [float(h) for h in region.heights]},
        )


def _flags(project: Project, findings: Sequence[Finding]) -> Iterator[Part]:
    """A pole and a flag for each finding with a place; those at one place stand beside one another."""
    taken: dict[tuple[float, float], int] = {}
    for finding in findings:
        if finding.location is None or finding.location.is_empty or finding.storey is None:
            continue
        storey = project.storey(finding.storey)
        at = storey.to_site.geometry(finding.location.representative_point())
        spot = (round(float(at.x), 1), round(float(at.y), 1))
        n = taken[spot] = taken.get(spot, 0) + 1
        x, y = float(at.x) + 0.12 * (n - 1), float(at.y)
        floor = storey.elevation
        pole = solids.tube(np.array([[x, y, floor], [x, y, floor + _POLE_M]]), 0.02, 8)
        top = floor + _POLE_M
        flag = (
            np.array([[x, y, top], [x, y, top - _FLAG_M], [x + _FLAG_M, y, top - 0.5 * _FLAG_M]]),
            np.array([[0, 1, 2]], dtype=np.int32),
        )
        mesh = solids.joined([pole, solids.two_sided(flag)])
        yield _part(
            f"{finding.status}: {finding.rule}, {finding.subject}",
            "finding",
            mesh,
            _STATUS[finding.status],
            storey=storey.name,
            extras={"id": inert(finding.id), "status": finding.status, "message": inert(finding.message, 400)},
        )


def _storey_of(project: Project, name: str | None) -> Storey:
    return project.storey(name) if name else project.storeys[0]
