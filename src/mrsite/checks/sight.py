"""The operator's line of sight to the scan-room door and into the bore.

Rays run from sampled eye heights to points spread over the door leaf, and to the mouth of the
bore. Walls and shut doors cut them; a window is clear between its sill and head, and over its
whole height where these are not stated. CCTV never counts as a direct view.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from mrsite.checks import supply
from mrsite.checks.access import controlled_door
from mrsite.checks.doors import between, door_subject
from mrsite.checks.enclosure import THICKEST_WALL_M, Floor, floor_of
from mrsite.checks.finding import Finding, Status
from mrsite.checks.judge import PLAN_GRADES, plan_grade, rules_of, scanners, state
from mrsite.guidance.packs import Rule
from mrsite.site.evidence import Evidence, Wanted
from mrsite.site.project import Door, Project, Scanner, Storey, Window
from mrsite.site.remembered import Same
from mrsite.site.schema import OperatorEntry

KINDS = ("line-of-sight",)

#: Where on a door leaf the eye is pointed, as shares of its half width.
_ACROSS = (-0.8, -0.4, 0.0, 0.4, 0.8)
#: Height of what is looked at on a door, m: the trunk of a standing person.
_DOOR_HEIGHT_M = 1.2
#: A ray that only touches a wall's corner within this is not cut, m.
_GRAZE_M = 0.01


def wants(project: Project) -> Wanted:
    """Ask for nothing: sight is geometry."""
    return Wanted()


def check(project: Project, evidence: Evidence) -> list[Finding]:
    """Judge every operator's view of every door of zone IV, and of the bore."""
    rules = rules_of(project, *KINDS)
    if not rules:
        return []
    doors = [d for d in project.doors if _into_magnet_room(project, d)]
    findings = []
    if not project.operators:
        for door in doors:
            findings.append(
                state(
                    "sight",
                    rules,
                    f"view of {door_subject(project, door)}",
                    "not-assessed",
                    f"Nobody says where the operator sits, so the view of {door_subject(project, door)} is not known.",
                    remedy="Give [[operator]] with at = [x, y] (ask the department).",
                    supply=supply.entry(
                        "department",
                        "operator's place",
                        "[[operator]]",
                        "at = [0.0, 0.0]  # m, in plan",
                        'watches = ["bore"]',
                    ),
                    storey=door.storey,
                )
            )
        for scanner in scanners(project):
            findings.append(
                state(
                    "sight",
                    rules,
                    f"view of the bore of {scanner.id}",
                    "not-assessed",
                    "Nobody says where the operator sits, so the view of the bore is not known.",
                    remedy="Give [[operator]] with at = [x, y].",
                    supply=supply.entry(
                        "department",
                        "operator's place",
                        "[[operator]]",
                        "at = [0.0, 0.0]  # m, in plan",
                        'watches = ["bore"]',
                    ),
                    storey=scanner.storey,
                )
            )
        return findings
    for number, operator in enumerate(project.operators, 1):
        storey = _storey_of(project, operator)
        name = "operator" if len(project.operators) == 1 else f"operator {number}"
        if storey is None:
            findings.append(
                state(
                    "sight",
                    rules,
                    name,
                    "not-assessed",
                    f"The storey of {name} is not stated.",
                    remedy="Give storey for this operator.",
                )
            )
            continue
        findings += _views(project, rules, operator, name, storey, doors)
    return findings


def _into_magnet_room(project: Project, door: Door) -> bool:
    sides = between(project, door)
    return sides is not None and controlled_door(project, door) and any(s is not None and s.zone == "IV" for s in sides)


def _storey_of(project: Project, operator: OperatorEntry) -> Storey | None:
    if operator.storey is not None:
        return next((s for s in project.storeys if s.name == operator.storey), None)
    held = {s.storey for s in scanners(project)}
    return project.storey(held.pop()) if len(held) == 1 else None


def _views(
    project: Project, rules: tuple[Rule, ...], operator: OperatorEntry, name: str, storey: Storey, doors: Sequence[Door]
) -> list[Finding]:
    watched = {w.casefold().removeprefix("door ").strip() for w in operator.watches}
    here = [d for d in doors if d.storey == storey.name]
    extra = [d for d in project.doors if d.number and d.number.casefold() in watched and d not in here]
    findings = []
    for door in (*here, *extra):
        findings.append(
            _view(
                project,
                rules,
                operator,
                name,
                storey,
                door_subject(project, door),
                _leaf(door),
                door,
                PLAN_GRADES[door.status],
            )
        )
    for scanner in scanners(project):
        if scanner.storey == storey.name:
            findings.append(
                _view(
                    project,
                    rules,
                    operator,
                    name,
                    storey,
                    f"the bore of {scanner.id}",
                    [_mouth(storey, scanner)],
                    None,
                    "read",
                    _body(storey, scanner),
                )
            )
    unknown = watched - {"bore"} - {d.number.casefold() for d in project.doors if d.number}
    for word in sorted(unknown):
        findings.append(
            state(
                "sight",
                rules,
                f"view of {word} from {name}",
                "not-assessed",
                f"{name} watches {word!r}, which is no door number of this site.",
                remedy='Write watches = ["bore", "door NUMBER"].',
                storey=storey.name,
            )
        )
    return findings


def _leaf(door: Door) -> list[tuple[float, float, float]]:
    """Return the points of a door that are looked at: x, y and height above floor, m."""
    if door.jambs is None:
        return [] if door.at is None else [(*door.at, _DOOR_HEIGHT_M)]
    (x0, y0), (x1, y1) = door.jambs
    mx, my, hx, hy = (x0 + x1) / 2, (y0 + y1) / 2, (x1 - x0) / 2, (y1 - y0) / 2
    return [(mx + t * hx, my + t * hy, _DOOR_HEIGHT_M) for t in _ACROSS]


def _mouth(storey: Storey, scanner: Scanner) -> tuple[float, float, float]:
    """Return the patient end of the bore, just before the covers."""
    pose = storey.to_site.pose_back(scanner.poses[0])
    half = (scanner.magnet.magnet_length_m or 0.0) / 2 + 0.1
    angle = math.radians(pose.bearing_deg)
    x, y, _ = pose.position
    return x + half * math.cos(angle), y + half * math.sin(angle), scanner.isocentre_height


def _body(storey: Storey, scanner: Scanner) -> Any:
    """Return the magnet's own outline in plan, which cuts a view from behind."""
    import shapely
    from shapely import affinity

    length, width = scanner.magnet.magnet_length_m, scanner.magnet.cryostat_diameter_m
    if length is None or width is None:
        return shapely.Polygon()
    pose = storey.to_site.pose_back(scanner.poses[0])
    x, y, _ = pose.position
    box = shapely.box(x - length / 2, y - width / 2, x + length / 2, y + width / 2)
    return affinity.rotate(box, pose.bearing_deg, origin=(x, y))


@dataclass(frozen=True)
class _Obstacles:
    """What cuts a ray on a storey, a magnet's own outline among it, and the windows through which it may go."""

    walls: Any
    body: Any
    windows: tuple[tuple[Any, float | None, float | None], ...]

    def cuts(self, eye: tuple[float, float, float], target: tuple[float, float, float]) -> bool:
        import shapely

        ray = shapely.LineString([eye[:2], target[:2]])
        hit = _on_walls(Same(self.walls), ray)
        if not self.body.is_empty:
            hit = hit.union(ray.intersection(self.body))
        for outline, sill, head in self.windows:
            if hit.is_empty:
                break
            if self._clear(ray, outline, sill, head, eye[2], target[2]):
                hit = hit.difference(outline)
        return bool(hit.length > _GRAZE_M or (hit.length == 0 and not hit.is_empty and self._crossed(ray, hit)))

    @staticmethod
    def _crossed(ray: Any, hit: Any) -> bool:
        import shapely

        ends = (shapely.Point(ray.coords[0]), shapely.Point(ray.coords[-1]))
        return any(all(end.distance(p) > _GRAZE_M for end in ends) for p in shapely.get_parts(hit))

    @staticmethod
    def _clear(ray: Any, outline: Any, sill: float | None, head: float | None, z0: float, z1: float) -> bool:
        inside = ray.intersection(outline)
        if inside.is_empty:
            return False
        if sill is None and head is None:
            return True
        import shapely

        shares = [ray.project(shapely.Point(c), normalized=True) for c in shapely.get_coordinates(inside)]
        heights = [z0 + t * (z1 - z0) for t in shares]
        return (sill is None or min(heights) >= sill) and (head is None or max(heights) <= head)


@lru_cache(maxsize=1024)
def _on_walls(walls: Same[Any], ray: Any) -> Any:
    """Return what of a ray lies on walls: doors are looked at along the same rays wherever the magnet stands."""
    return ray.intersection(walls.value)


def _obstacles(project: Project, storey: Storey, door: Door | None, body: Any) -> _Obstacles:
    import shapely

    outline = shapely.Polygon() if body is None else body.boundary
    windows = tuple(w for w in project.windows if w.storey == storey.name)
    return _Obstacles(_walls(Same(floor_of(project, storey)), door), outline, _seen_through(windows))


@lru_cache(maxsize=64)
def _walls(key: Same[Floor], door: Door | None) -> Any:
    """Return the walls of a storey, open where the door that is looked at stands."""
    import shapely

    floor = key.value
    lines = [s.polygon.boundary for s in floor.spaces if not s.is_area]
    if floor.storey.plan is not None and len(floor.storey.plan.wall_segments):
        lines.append(floor.storey.plan.walls)
    walls = shapely.union_all([*lines, floor.walls])
    return walls if door is None or door.jambs is None else walls.difference(_through_wall(door.jambs))


@lru_cache(maxsize=64)
def _seen_through(windows: tuple[Window, ...]) -> tuple[tuple[Any, float | None, float | None], ...]:
    return tuple((_through_wall(w.ends), w.sill, w.head) for w in windows)


def _through_wall(ends: tuple[tuple[float, float], tuple[float, float]]) -> Any:
    """Return a door or window as wide as it is and as deep as a wall may be."""
    from shapely import LineString

    return LineString(ends).buffer(THICKEST_WALL_M / 2 + 0.05, cap_style="flat")


def _view(
    project: Project,
    rules: tuple[Rule, ...],
    operator: OperatorEntry,
    name: str,
    storey: Storey,
    what: str,
    targets: list[tuple[float, float, float]],
    door: Door | None,
    grade: Any,
    body: Any = None,
) -> Finding:
    import shapely

    subject = f"view of {what} from {name}"
    more: dict[str, Any] = {"storey": storey.name, "kind": "line of sight"}
    if storey.plan is None or storey.plan.incomplete:
        why = (
            "no drawing shows the walls"
            if storey.plan is None
            else f"walls may be missing ({storey.plan.incomplete[0]})"
        )
        return state(
            "sight",
            rules,
            subject,
            "not-assessed",
            f"The view of {what} is not known: {why}.",
            remedy="Supply a complete drawing.",
            supply=supply.storey(storey.name, storey.where, "plan"),
            **more,
        )
    if not targets:
        return state(
            "sight",
            rules,
            subject,
            "not-assessed",
            f"Where {what} is on the drawing is not known.",
            remedy="Give at = [x, y] for this door.",
            **more,
        )
    obstacles = _obstacles(project, storey, door, body)
    seen = [[not obstacles.cuts((*operator.at, eye), target) for target in targets] for eye in operator.eye_heights]
    share = min(sum(row) / len(row) for row in seen)
    line = shapely.LineString([operator.at, targets[len(targets) // 2][:2]])
    heights = " and ".join(f"{h:g}" for h in operator.eye_heights)
    more |= {"location": line, "grades": (grade, plan_grade())}
    status: Status
    if share >= 0.5:
        return state(
            "sight", rules, subject, "pass", f"From {name}, at eye heights of {heights} m, {what} is in sight.", **more
        )
    if operator.cctv:
        status, how = "warn", "is in sight only by CCTV, which is no direct view"
    elif share > 0 or any(any(row) for row in seen):
        status, how = "warn", f"is in sight only in part ({share:.0%} of it from the worse eye height)"
    else:
        status, how = "fail", "is hidden by walls"
    return state(
        "sight",
        rules,
        subject,
        status,
        f"From {name}, at eye heights of {heights} m, {what} {how}.",
        remedy="Move the operator's place, the door or the window.",
        **more,
    )
