"""One isofield volume on one storey: which spaces it enters, and what may be said of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mrsite.base.quantity import Grade
from mrsite.checks import access, supply
from mrsite.checks.enclosure import (
    NOISE_M,
    Floor,
    controlled,
    depth_of,
    floor_of,
    heights_of,
    tall,
    to_next_floor,
    usable,
)
from mrsite.checks.finding import Finding, Missing, Status
from mrsite.checks.judge import apart, field_grades, field_up, magnet_grade, millitesla, no_field, safe, state, unsafe
from mrsite.guidance.packs import Rule
from mrsite.site.evidence import Evidence, Region
from mrsite.site.project import Project, Space, Storey


def area_to_state(storey: Storey, at: Any, level: float | None) -> tuple[Missing, ...]:
    """Return the area that would describe what lies at a place."""
    below = level is not None and level < storey.elevation
    about = "what lies past the building" if level is not None else f"what lies outside the rooms of {storey.name}"
    x, y = (0.0, 0.0) if at.is_empty else (at.x, at.y)
    return supply.entry(
        "architect",
        about,
        "[[area]]",
        f'name = "{"ground" if below else "roof" if level is not None else "outdoors"}"',
        f"storey = {supply.quoted(storey.name)}" if level is None else f"level = {level:.2f}  # m above the datum",
        f"polygon = [[{x - 5:.1f}, {y - 5:.1f}], [{x + 5:.1f}, {y - 5:.1f}], [{x + 5:.1f}, "
        f"{y + 5:.1f}], [{x - 5:.1f}, {y + 5:.1f}]]",
        'occupancy = "none"  # or "public", "staff", "maintenance", "restricted"',
    )


def fixtures(project: Project, storey: Storey) -> list[tuple[str, Any, tuple[float, float]]]:
    """Return stairs and lifts that are drawn but are no room of their own: name, box, heights."""
    import shapely

    if storey.plan is None:
        return []
    rise = to_next_floor(project, storey)
    if rise is None:
        return []
    low, high = storey.occupied
    found = []
    for fixture in (*storey.plan.stairs, *storey.plan.lifts):
        polygon = shapely.box(*fixture.extent)
        own = any(
            tall(s) and usable(s) and s.polygon.intersects(polygon) for s in project.spaces if s.storey == storey.name
        )
        if not own:
            found.append((fixture.kind, polygon, (low, rise + high)))
    return found


def level_name(level: float) -> str:
    return f"{level * 1e3:g} mT"


@dataclass(frozen=True)
class StoreyVolume:
    """One level on one storey."""

    project: Project
    evidence: Evidence
    rules: tuple[Rule, ...]
    level: float
    storey: Storey

    @property
    def floor(self) -> Floor:
        return floor_of(self.project, self.storey)

    def say(self, subject: str, status: Status, message: str, grades: tuple[Grade, ...] = (), **more: Any) -> Finding:
        """State a verdict on this storey."""
        return state(
            "containment",
            self.rules,
            subject,
            status,
            message,
            grades=(magnet_grade(self.project), *grades),
            storey=self.storey.name,
            kind=f"{level_name(self.level)} envelope",
            **more,
        )

    def verdicts(self) -> list[Finding]:
        """Return the findings of the storey: one for each space entered, or one for all of it."""
        evidence, storey = self.evidence, self.storey
        main = evidence.region(storey.name, self.level, heights=storey.occupied)
        if main is None:
            return [
                self.say(
                    "whole storey",
                    "not-assessed",
                    f"The {level_name(self.level)} volume is not known: {no_field(evidence)}.",
                    remedy="Give a magnet with field data.",
                )
            ]
        untied = self.project.untied(storey.name)
        if untied is not None and not self._empty(main):
            remedy, missing = supply.tie(untied)
            says = f"The line cannot be placed on {storey.name}: {apart(untied)}."
            return [self.say("whole storey", "not-assessed", says, remedy=remedy, supply=missing)]
        entered = [f for f in (self._space(s) for s in self._walked()) if f is not None]
        entered += self._fixtures()
        rest = self._rest(main)
        entered += [rest] if rest is not None else []
        if main.incomplete and not any(f.status == "fail" for f in entered):
            entered.append(
                self.say(
                    "whole storey",
                    "not-assessed",
                    f"The {level_name(self.level)} volume may be too small: {main.incomplete}.",
                )
            )
        return entered or [self._clear(main)]

    def _empty(self, region: Region) -> bool:
        return bool(region.upper.is_empty) and not region.incomplete

    def _walked(self) -> list[Space]:
        here = [s for s in self.project.spaces if s.storey == self.storey.name and usable(s)]
        return sorted(here, key=lambda s: s.is_area)

    def _reach(self, space: Space) -> tuple[Any, Any, Any] | None:
        """Return central and judged part of a space that the field takes, where it is more than noise."""
        volume = self._volumes[heights_of(self.project, space)]
        if volume is None:
            return None
        central, judged = volume
        own = space.polygon
        if space.is_area and space.level is None:  # what a room covers is that room's
            own = own.difference(self._indoors).difference(self.floor.walls)
        upper = judged.intersection(own)
        if upper.is_empty or upper.buffer(-NOISE_M / 2).is_empty:
            return None
        return central.intersection(own), upper, judged

    @cached_property
    def _volumes(self) -> Mapping[tuple[float, float], tuple[Any, Any] | None]:
        """Central and judged volume over each range of heights that people occupy here, the cage in it."""
        import shapely

        found: dict[tuple[float, float], tuple[Any, Any] | None] = {}
        for heights in {heights_of(self.project, space) for space in self._walked()}:
            region = self.evidence.region(self.storey.name, self.level, heights=heights)
            cage = self._cage if heights == self.storey.occupied else shapely.Polygon()
            found[heights] = None if region is None else (region.central.union(cage), region.upper.union(cage))
        return found

    @cached_property
    def _indoors(self) -> Any:
        """Return what the rooms of the storey cover."""
        import shapely

        return shapely.union_all([s.polygon for s in self.floor.spaces if not s.is_area])

    @cached_property
    def _cage(self) -> Any:
        """Return the radio-frequency cage as stated: part of the volume that is controlled."""
        import shapely

        cages = []
        for space in self.project.spaces:
            if space.storey == self.storey.name and space.rf_cage is not None and space.rf_cage is not False:
                cages.append(space.polygon if space.rf_cage is True and usable(space) else space.rf_cage)
        return shapely.union_all([c for c in cages if hasattr(c, "area")])

    def _space(self, space: Space) -> Finding | None:
        reach = self._reach(space)
        if reach is None:
            return None
        central, upper, judged = reach
        if space.occupancy == "restricted":
            return self._restricted(space, upper)
        if space.occupancy == "none":
            return None
        depth = depth_of(upper, judged)
        inside = not central.buffer(-NOISE_M / 2).is_empty
        cage_alone = upper.difference(self._cage).buffer(-NOISE_M / 2).is_empty
        what = "radio-frequency cage" if cage_alone else ""
        return self._stray(space.label, space, upper, depth, inside, what=what)

    def _stray(
        self,
        subject: str,
        space: Space | None,
        upper: Any,
        depth: float,
        central: bool,
        occupancy: str | None = None,
        what: str = "",
    ) -> Finding:
        """Return the finding on a space that is not restricted and that the line enters."""
        occupancy = occupancy or (space.occupancy if space is not None else None)
        if occupancy is None and space is not None and space.zone in ("I", "II"):
            occupancy = f"zone {space.zone}"  # open to the public or to patients by its definition
        worst = None if space is None else self.evidence.volume(f"people/{space.id}")
        measured = millitesla(worst.worst) if worst else None
        limit = (self.level * 1e3, "mT")
        grades = field_grades(self.project, space) if space is not None else (magnet_grade(self.project),)
        common: dict[str, Any] = {
            "grades": grades,
            "measured": measured,
            "limit": limit,
            "location": upper,
            "margin_m": -depth,
            "margin": limit[0] - measured.upper if measured else None,
        }
        what = what or f"{level_name(self.level)} line"
        figure = f" (up to {field_up(measured.upper)} mT there)" if measured else ""
        how = f"by {unsafe(depth)} m over {upper.area:.2f} m2{figure}"
        if occupancy is None:
            return self.say(
                subject,
                "not-assessed",
                f"The {what} enters {subject} {how}, and nobody says who may be there.",
                remedy=f'Give occupancy = "restricted" | "staff" | "public" for {subject}.',
                supply=() if space is None else supply.room(space, "occupancy"),
                **common,
            )
        if occupancy == "maintenance":
            return self.say(
                subject,
                "warn",
                f"The {what} enters {subject} {how}, where maintenance staff go: implants there must be excluded.",
                remedy="Restrict the space, or have its entry procedure attested.",
                **common,
            )
        if not central:
            return self.say(
                subject,
                "warn",
                f"The central {level_name(self.level)} line stays out of {subject} ({occupancy}), but the "
                f"outer edge of its band enters it {how}.",
                remedy="Ask for better magnet data, move the magnet, or restrict the space.",
                **common,
            )
        return self.say(
            subject,
            "fail",
            f"The {what} enters {subject} ({occupancy}) {how}.",
            remedy=f"Move or turn the magnet by at least {unsafe(depth)} m, restrict {subject}, or shield.",
            **common,
        )

    def _restricted(self, space: Space, upper: Any) -> Finding | None:
        """Return a finding where a restricted space is not closed off; None where it is."""
        edge = controlled(self.project, space)
        if edge.closed:
            return None
        status: Status = "fail" if edge.known else "not-assessed"
        if edge.known and not all(self.project.space(i).occupancy for i in edge.leads_to):
            status = "not-assessed"
        if edge.known and not edge.leads_to:
            status = "not-assessed"
        message = f"{space.label} is restricted and holds part of the {level_name(self.level)} volume, but {edge.why}."
        remedy = (
            "Close the opening by a door with a lock."
            if edge.known
            else "Supply a drawing on which its walls and doors can be read, or state the doors."
        )
        return self.say(
            space.label,
            status,
            message,
            remedy=remedy,
            location=edge.at if edge.at is not None else upper,
            grades=field_grades(self.project, space),
        )

    def _fixtures(self) -> list[Finding]:
        """Judge stairs and lifts that are drawn inside another space."""
        findings = []
        for kind, box, heights in fixtures(self.project, self.storey):
            region = self.evidence.region(self.storey.name, self.level, heights=heights)
            if region is None or region.upper.intersection(box).buffer(-NOISE_M / 2).is_empty:
                continue
            inside = [s for s in self.floor.spaces if s.polygon.covers(box.centroid)]
            space = inside[0] if inside else None
            if space is not None and space.occupancy in ("restricted", "none"):
                continue
            upper = region.upper.intersection(box)
            central = not region.central.intersection(box).buffer(-NOISE_M / 2).is_empty
            name = f"{kind} in {space.label}" if space else f"{kind} at ({box.centroid.x:.1f}, {box.centroid.y:.1f})"
            findings.append(self._stray(name, space, upper, depth_of(upper, region.upper), central))
        return findings

    def _rest(self, main: Region) -> Finding | None:
        """Judge the part that no known space and no wall holds."""
        beyond = self.floor.beyond(main.upper.union(self._cage))
        if beyond.is_empty:
            return None
        if self.storey.occupancy == "none":
            return None
        at = beyond.representative_point()
        depth = depth_of(beyond, main.upper)
        place = f"{beyond.area:.2f} m2 about ({at.x:.1f}, {at.y:.1f})"
        if self.storey.occupancy is None:
            what = (
                "no drawing or room describes it" if not self.floor.spaces else "no room or area that was read holds it"
            )
            return self.say(
                "outside the known spaces",
                "not-assessed",
                f"The {level_name(self.level)} volume reaches {place} on {self.storey.name}, "
                f"{unsafe(depth)} m past what is known: {what}.",
                remedy="Draw it as [[room]] or [[area]] with polygon and occupancy, or state occupancy for the storey.",
                supply=(
                    *supply.storey(self.storey.name, self.storey.where, "occupancy"),
                    *area_to_state(self.storey, at, None),
                ),
                location=beyond,
                margin_m=-depth,
            )
        if self.storey.occupancy == "restricted":
            return self.say(
                "outside the known spaces",
                "not-assessed",
                f"{self.storey.name} is stated as restricted, but nothing shows what bounds {place} "
                f"of it, where the {level_name(self.level)} line goes.",
                remedy="Supply a drawing on which its walls and doors can be read.",
                location=beyond,
                margin_m=-depth,
            )
        central = not self.floor.beyond(main.central).is_empty
        return self._stray(f"rest of {self.storey.name}", None, beyond, depth, central, self.storey.occupancy)

    def _clear(self, main: Region) -> Finding:
        """Return the pass of a whole storey."""
        touched = [s for s in self.floor.spaces if not main.upper.intersection(s.polygon).is_empty]
        others = [s for s in self.floor.spaces if s.occupancy not in ("restricted", "none")]
        near = (
            min(((float(main.upper.distance(s.polygon)), s) for s in others), key=lambda p: p[0], default=None)
            if not main.upper.is_empty
            else None
        )
        worst = max(
            (v for v in (self.evidence.volume(f"people/{s.id}") for s in others) if v),
            default=None,
            key=lambda v: v.worst.upper,
        )
        measured = millitesla(worst.worst) if worst else None
        if main.upper.is_empty:
            message = f"The {level_name(self.level)} volume does not reach the occupied heights of {self.storey.name}."
        else:
            names = ", ".join(s.label for s in touched if s.occupancy == "restricted") or "no space"
            message = f"The {level_name(self.level)} volume stays in restricted spaces and their walls ({names})"
            message += (
                f"; the nearest other space, {near[1].label}, is {safe(near[0])} m beyond the outer edge."
                if near
                else "."
            )
        if measured:
            message += f" Largest field outside them: {field_up(measured.upper)} mT."
        level_mT = self.level * 1e3
        return state(
            "containment",
            self.rules,
            "whole storey",
            "pass",
            message,
            evidence=self.evidence,
            storey=self.storey.name,
            kind=f"{level_name(self.level)} envelope",
            grades=field_grades(self.project, *touched),
            measured=measured,
            limit=(level_mT, "mT"),
            margin=level_mT - measured.upper if measured else None,
            margin_m=near[0] if near else None,
            location=None if main.upper.is_empty else main.upper,
            depends_on=tuple(
                dict.fromkeys(
                    i for s in touched if s.occupancy == "restricted" for i in access.lock_finding_ids(self.project, s)
                )
            ),
        )
