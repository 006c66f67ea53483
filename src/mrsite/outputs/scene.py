"""A site in three dimensions as plain arrays: what a viewer, a glTF or somebody's own code draws.

Site frame: x and y of the first drawing in metres, z up from the site datum.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from mrsite.base.text import inert
from mrsite.checks.finding import Outcome
from mrsite.outputs import scene_building, solids
from mrsite.outputs.body import body_of
from mrsite.outputs.scene_part import LEVEL_COLOURS, Colour, Part, Scene, part_of
from mrsite.outputs.scene_people import equipment, flags, operators, people
from mrsite.outputs.solids import Array, Mesh
from mrsite.site.isosurfaces import isosurfaces
from mrsite.site.project import Project, Scanner, Storey

__all__ = ["LEVELS", "Part", "Scene", "scene_of"]

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
_OPACITY = {"lower": 0.10, "central": 0.38, "upper": 0.16}


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
    parts += operators(project)
    parts += equipment(project)
    if outcome is not None:
        parts += people(project, outcome.evidence.regions, levels)
        parts += flags(project, outcome.findings)
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


def _building(project: Project, storey: Storey, notes: list[str]) -> Iterator[Part]:
    if storey.plan is None:
        notes.append(f"{storey.name}: no drawing, so no walls are shown")
        return
    height, origin = scene_building.wall_height(storey)
    extras = {"floor_m": storey.elevation, "height_m": height, "height_from": origin}
    if "not stated" in origin:
        notes.append(f"{storey.name}: height {origin}")
    if storey.registered is None and len(project.storeys) > 1:
        notes.append(f"{storey.name}: its drawing is not shown to coincide with the others; it is drawn as if it did")
    if storey.plan.incomplete:
        notes.append(f"{storey.name}: walls may be missing: {storey.plan.incomplete[0]}")
    plan = scene_building.wall_plan(storey)
    walls = scene_building.walls_mesh(project, storey, plan)
    yield part_of(f"{storey.name} / walls", "wall", walls, _BUILDING, storey=storey.name, extras=extras)
    slab = scene_building.slab_mesh(storey, plan)
    yield part_of(
        f"{storey.name} / floor slab",
        "slab",
        slab,
        _SLAB,
        storey=storey.name,
        extras={"thickness_m": storey.slab_m} if storey.slab_m else {"thickness_m": "not stated"},
    )
    panes = scene_building.panes_mesh(project, storey)
    yield part_of(f"{storey.name} / windows", "window", panes, _PANE, storey=storey.name, extras=extras)


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
        yield part_of(f"{scanner.id} / magnet{where}", "magnet", solid, _MAGNET, storey=scanner.storey, extras=extras)
        arrow = _arrow(half, pose.rotation, pose.position, scanner.isocentre_height)
        yield part_of(
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
        rgb = LEVEL_COLOURS[order[found.level] % len(LEVEL_COLOURS)]
        surface = found.surface
        extras = {
            "level_mT": 1e3 * found.level,
            "edge": found.edge,
            "method": found.method,
            "error_mm": round(1e3 * surface.error_m, 3),
            "chord_mm": round(1e3 * surface.chord_m, 3),
        }
        name = f"{found.scanner} / {1e3 * found.level:g} mT, {found.edge}"
        yield part_of(
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
        yield part_of(name, "quench", mesh, _PIPE, smooth=False, extras=extras)


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
            yield part_of(f"{name} / helium, {envelope.name}", "plume", mesh, _PLUME, extras=extras)
