"""``mrsite assess``: the main job."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from mrsite.face import assessment

#: What a conclusion means in words; no output says "safe" of a site.
_WORDS = {
    "fails": "at least one requirement is not met",
    "open": "nothing fails, but something required is not shown to be met or was not assessed",
    "clear": "everything required was assessed and met, on evidence that was read",
}
_STATUS = {"clear": 0, "fails": 1, "open": 3}


def assess(
    site: Path = typer.Argument(..., metavar="SITE.toml", help="The site file, or the folder that holds it."),
    out: Path = typer.Option(Path("out"), "-o", "--out", help="Output folder: absent, empty, or an earlier result."),
    check: bool = typer.Option(False, "--check", help="Exit 0 clear, 1 fails, 3 open (for scripts and CI)."),
    remedies: bool = typer.Option(False, "--remedies", help="Search the least change that cures each failing finding."),
    bundle: bool = typer.Option(False, "--bundle", help="Add a zip of everything with a manifest of hashes."),
) -> int:
    """Run every check on a site: annotated DXF, report, findings.json, field maps."""
    from mrsite.base.files import check_output_folder
    from mrsite.base.text import inert
    from mrsite.cli.progress import bar
    from mrsite.face.site import load_site

    check_output_folder(out, inputs=[site])
    with bar("assess") as tell:
        loaded = load_site(site, progress=lambda what: tell(f"reading {what}", 0.05))
        result = loaded.assess(progress=lambda what, share: tell(what, 0.1 + 0.6 * share))
        files = result.save(out, bundle=bundle, progress=lambda what, share: tell(what, 0.7 + 0.3 * share))
    if remedies:
        with bar("remedies") as tell:
            cures = result.remedies(progress=tell)
        for line in cures:
            print(f"remedy: {inert(line, 500)}")
    _print(result, out, len(files))
    return _STATUS[result.conclusion] if check else 0


def _print(result: assessment.Assessment, out: Path, count: int) -> None:
    from mrsite.base.text import inert

    project = result.outcome.project
    for scanner in project.scanners:
        storey = project.storey(scanner.storey)
        here = storey.to_site.pose_back(scanner.poses[0])
        print(
            f"{inert(scanner.id)}: {inert(scanner.magnet.label)}; "
            f"patient end points {here.patient_end()} on {inert(storey.name)}"
        )
    for note in project.notes:
        print(f"note: {inert(note, 400)}")
    shown = [f for f in result.findings if f.status in ("fail", "warn")]
    for finding in shown[:20]:
        print(f"{finding.status.upper():5} {inert(finding.rule)}: {inert(finding.message, 400)}")
    if len(shown) > 20:
        print(f"... and {len(shown) - 20} more; see the report")
    counts = result.outcome.counts
    print(f"{count} files in {inert(str(out))}")
    print(
        f"{counts['fail']} fail, {counts['warn']} warn, {counts['not-assessed']} not assessed, {counts['pass']} pass. "
        f"Conclusion: {result.conclusion} ({_WORDS[result.conclusion]})."
    )
