"""`Site`: a project as people hold it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mrsite.base.toml import Document
from mrsite.site.project import Project

if TYPE_CHECKING:
    import pandas
    import xarray

    from mrsite.face.assessment import Assessment
    from mrsite.outputs.scene import Scene


@dataclass(frozen=True, eq=False)
class Site:
    """A building with its magnets.

    Parameters
    ----------
    project : Project
        The frozen value behind it.
    document : Document
        The site file as it was read, from which variants are made.
    """

    project: Project
    document: Document

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], *, relative_to: str | Path = ".") -> Site:
        """Make a site from data shaped like the site file.

        Parameters
        ----------
        data : mapping
            Tables and keys as in the site file.
        relative_to : path
            Folder in which the files that it names lie.

        Raises
        ------
        InputError
            As `mrsite.load_site`.
        """
        from mrsite.site.variants import document_of

        return _load(document_of(data, Path(relative_to)), None)

    def with_values(self, values: Mapping[str, Any]) -> Site:
        """Return a variant: ``site.with_values({"scanner.MR1.bearing_deg": 45})``.

        Parameters
        ----------
        values : mapping
            Keys are dotted paths of the site file; an entry of a list is named by its id, number or name.

        Raises
        ------
        InputError
            A path that names nothing.
        """
        from mrsite.site.variants import changed

        return _load(changed(self.document, values), None)

    @property
    def rooms(self) -> pandas.DataFrame:
        """Rooms and areas: what was read and what was stated."""
        import pandas

        from mrsite.site.tables import ROOM_COLUMNS, room_rows

        return pandas.DataFrame(room_rows(self.project), columns=list(ROOM_COLUMNS))

    @property
    def doors(self) -> pandas.DataFrame:
        """Doors with the two spaces they join."""
        import pandas

        from mrsite.site.tables import DOOR_COLUMNS, door_rows

        return pandas.DataFrame(door_rows(self.project), columns=list(DOOR_COLUMNS))

    def field_map(
        self, storey: str | None = None, height: float | None = None, spacing: float = 0.05
    ) -> xarray.Dataset:
        """Sample the field on a horizontal plane of a storey.

        Parameters
        ----------
        storey : str
            The first scanner's by default.
        height : float, m
            Above the storey's floor; the isocentre's by default.
        spacing : float, m

        Returns
        -------
        xarray.Dataset
            dims (y, x), plan metres; B, B_x, B_y, B_z, grad_B, force_product; units in attrs.
        """
        from mrsite.site.sample import field_map

        return field_map(self.project, storey, height, spacing)

    def contours(
        self, levels_mT: Sequence[float] = (0.5, 3.0), storey: str | None = None, height: float | None = None
    ) -> pandas.DataFrame:
        """Lines on a storey, with their band.

        Parameters
        ----------
        levels_mT : sequence of float
        storey : str, optional
            The first scanner's by default.
        height : float, m, optional
            Cuts at that height above the floor; without it the envelope over the heights people occupy.

        Returns
        -------
        DataFrame
            level_mT, kind, edge (central, lower, upper), storey, height_m, geometry (shapely, plan metres).

        Raises
        ------
        InputError
            A level or storey that cannot be, or no magnet with a field model.
        """
        import pandas

        from mrsite.site.sample import contour_rows

        return pandas.DataFrame(contour_rows(self.project, levels_mT, storey, height))

    def section(
        self,
        line: tuple[tuple[float, float], tuple[float, float]],
        spacing: float = 0.05,
        heights: tuple[float, float] | None = None,
    ) -> xarray.Dataset:
        """Sample the field on a vertical section along a line in site metres.

        Parameters
        ----------
        line : ((x0, y0), (x1, y1)), m
        spacing : float, m
        heights : (low, high), m, optional
            Above the site datum; from 1 m below the lowest floor to 4 m above the highest by default.

        Returns
        -------
        xarray.Dataset
            dims (z, s): height above site datum and distance along the line, m.
        """
        from mrsite.site.sample import section_map

        return section_map(self.project, line, spacing, heights)

    def assess(self, *, progress: Callable[[str, float], None] | None = None) -> Assessment:
        """Run every check.

        Parameters
        ----------
        progress : callable, optional
            Told in words what is being done, and the share done, 0 to 1.
        """
        from mrsite.checks.run import assess
        from mrsite.face.assessment import Assessment

        return Assessment(assess(self.project, progress=progress))

    def scene(self, levels_mT: Sequence[float] = (0.5, 3.0), assessment: Assessment | None = None) -> Scene:
        """Return the site in three dimensions as plain arrays: building, magnets, isosurfaces with their band.

        Parameters
        ----------
        levels_mT : sequence of float
        assessment : Assessment, optional
            Of this site: its findings stand in the scene as flags, its envelopes as bands at the height of people.

        Returns
        -------
        Scene
            Parts with vertices (n, 3) in metres of the site frame and triangles (m, 3).

        Raises
        ------
        InputError
            A level that is not a positive finite number.
        """
        from mrsite.outputs.scene import scene_of

        outcome = None if assessment is None else assessment.outcome
        return scene_of(self.project, outcome, levels=[level * 1e-3 for level in levels_mT])

    def view3d(
        self, levels_mT: Sequence[float] = (0.5, 3.0), assessment: Assessment | None = None, **options: Any
    ) -> Any:
        """Return a pyvista plotter of the scene; call ``.show()``, or ``.screenshot(path)`` without a display.

        Parameters
        ----------
        levels_mT, assessment
            As for `scene`.
        **options
            ``view``, ``storeys``, ``walls_to`` (m), ``off_screen``, ``size``: see `mrsite.outputs.view3d.plotter`.

        Raises
        ------
        InputError
            pyvista is not installed (``pip install 'mrsite[3d]'``), or an option is not known.
        """
        from mrsite.outputs.view3d import plotter

        return plotter(self.scene(levels_mT, assessment), **options)

    def __repr__(self) -> str:
        magnets = ", ".join(f"{s.id}: {s.magnet.id}" for s in self.project.scanners)
        return f"<Site {self.project.name!r}: {len(self.project.storeys)} storeys, {magnets}>"

    def _repr_html_(self) -> str:
        from mrsite.outputs.cards import site_card

        return site_card(self.project)


def load_site(path: str | Path, *, progress: Callable[[str], None] | None = None) -> Site:
    """Read a site file, its drawings, magnets and packs.

    Parameters
    ----------
    path : path of a site file, or of the folder that holds ``site.toml``
    progress : callable, optional
        Told in words what is being read.

    Raises
    ------
    InputError
        Anything missing, unknown, ambiguous or contradictory; all faults of the file at once.
    """
    from mrsite.site.schema import read_site_file

    _, document = read_site_file(path)
    return _load(document, progress)


def _load(document: Document, progress: Callable[[str], None] | None) -> Site:
    from mrsite.base.toml import validate
    from mrsite.site.load import load_project
    from mrsite.site.schema import SiteFile, with_schedules

    document = with_schedules(document)
    return Site(load_project(validate(SiteFile, document), document, progress), document)
