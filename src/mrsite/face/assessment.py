"""`Assessment`: the outcome as people hold it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mrsite.base.errors import InputError
from mrsite.checks.finding import Conclusion, Finding, Outcome, Status

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True, eq=False)
class Assessment:
    """Findings, evidence and conclusion of one site.

    Parameters
    ----------
    outcome : Outcome
        The frozen value behind it.
    """

    outcome: Outcome

    @property
    def conclusion(self) -> Conclusion:
        """``fails``, ``open`` or ``clear``; never a word of safety about the site."""
        return self.outcome.conclusion

    @property
    def findings(self) -> Findings:
        """All findings, worst first; in Jupyter a table of them."""
        return Findings(self.outcome.findings)

    def to_frame(self) -> pandas.DataFrame:
        """Return the findings as a table; the columns are those of ``findings.csv``."""
        import pandas

        from mrsite.outputs.csv_tables import findings_rows

        return pandas.DataFrame(findings_rows(self.outcome))

    def save(
        self, out: str | Path, *, bundle: bool = False, progress: Callable[[str, float], None] | None = None
    ) -> list[Path]:
        """Write everything into a folder, whole or not at all.

        Parameters
        ----------
        out : path
            Absent, empty, or a folder that mrsite wrote before.
        bundle : bool
            Also put inputs and results into one archive that can be verified later.
        progress : callable, optional
            Told in words what is written, and the share done, 0 to 1.

        Returns
        -------
        list of Path
            What was written.

        Raises
        ------
        InputError
            The folder holds something else, or cannot be written.
        """
        from mrsite.outputs.folder import write_folder

        return [Path(p) for p in write_folder(self.outcome, Path(out), progress=progress, bundle=bundle)]

    def remedies(self, *, progress: Callable[[str, float], None] | None = None) -> list[str]:
        """Search the least change that cures each failing finding; each is re-assessed before it is told.

        Parameters
        ----------
        progress : callable, optional
            Told what is being tried and the share done, 0 to 1.

        Returns
        -------
        list of str
            Sentences: the finding, then its remedies with what else they change; none found is said.
        """
        from mrsite.studies.remedies import remedies

        said = []
        for cure in remedies(self.outcome, progress=progress):
            said.append(f"{cure.finding.rule} {cure.finding.subject}: {cure.said}")
            said += [remedy.sentence() for remedy in cure.remedies]
        return said

    def to_json(self, path: str | Path) -> None:
        """Write ``findings.json`` to ``path``; an `InputError` where that cannot be."""
        from mrsite.outputs import findings_json

        _write(path, findings_json.render(self.outcome))

    def to_html(self, path: str | Path) -> None:
        """Write the report as one HTML file to ``path``; an `InputError` where that cannot be."""
        from mrsite.outputs import report_html

        _write(path, report_html.render(self.outcome))

    def to_pdf(self, path: str | Path) -> None:
        """Write the report as PDF to ``path``; an `InputError` where that cannot be."""
        from mrsite.outputs import report_pdf

        _write(path, report_pdf.render(self.outcome))

    def to_dxf(self, path: str | Path, storey: str | None = None) -> None:
        """Write the annotated drawing of a storey.

        Parameters
        ----------
        path : path
        storey : str, optional
            The first scanner's own by default.

        Raises
        ------
        InputError
            The file cannot be written, or the drawing cannot bear our layers: the message says why.
        """
        from mrsite.outputs.annotated_dxf import render

        _write(path, render(self.outcome, storey or self.outcome.project.scanners[0].storey))

    def to_netcdf(self, path: str | Path) -> None:
        """Write the field maps as netCDF to ``path``, T and m; an `InputError` where that cannot be."""
        from mrsite.outputs import netcdf

        _write(path, netcdf.render(self.outcome))

    def __repr__(self) -> str:
        counts = ", ".join(f"{n} {status}" for status, n in self.outcome.counts.items())
        return f"<Assessment of {self.outcome.project.name!r}: {self.conclusion} ({counts})>"

    def _repr_html_(self) -> str:
        from mrsite.outputs.cards import assessment_card

        return assessment_card(self.outcome)


class Findings(tuple[Finding, ...]):
    """Findings in a tuple that Jupyter shows as a table."""

    __slots__ = ()

    def of(self, *statuses: Status) -> Findings:
        """Return those with one of the statuses ``fail``, ``warn``, ``not-assessed``, ``pass``."""
        return Findings(f for f in self if f.status in statuses)

    def _repr_html_(self) -> str:
        from mrsite.outputs.cards import findings_card

        return findings_card(self)


def _write(path: str | Path, content: bytes) -> None:
    from mrsite.base.files import write_file

    write_file(Path(path), content)


def assess(path: str | Path, *, progress: Callable[[str, float], None] | None = None) -> Assessment:
    """Read a site file and run every check.

    Parameters
    ----------
    path : path of a site file
    progress : callable, optional
        Told in words what is being done, and the share done, 0 to 1.

    Raises
    ------
    InputError
        The site file, or something it names, cannot be used.
    """
    from mrsite.face.site import load_site

    return load_site(path).assess(progress=progress)


def assess_many(paths: Iterable[str | Path]) -> pandas.DataFrame:
    """Assess several sites: one row each, and a row that says so for one that cannot be read.

    Parameters
    ----------
    paths : iterable of paths of site files

    Returns
    -------
    DataFrame
        path, site, conclusion, fail, warn, not-assessed, pass, error.
    """
    import pandas

    rows: list[dict[str, Any]] = []
    for path in paths:
        try:
            found = assess(path)
        except InputError as error:
            rows.append({"path": str(path), "site": None, "conclusion": "not read", "error": error.message})
            continue
        rows.append(
            {
                "path": str(path),
                "site": found.outcome.project.name,
                "conclusion": found.conclusion,
                **found.outcome.counts,
                "error": None,
            }
        )
    return pandas.DataFrame(
        rows, columns=["path", "site", "conclusion", "fail", "warn", "not-assessed", "pass", "error"]
    )
