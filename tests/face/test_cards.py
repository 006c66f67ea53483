"""What Jupyter shows: cards hold the facts, escape what is foreign, and say a verdict in words."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

import mrsite
from mrsite import fields
from mrsite.base.errors import InputError
from mrsite.face.assessment import Assessment, Findings
from mrsite.face.site import Site
from mrsite.outputs import cards

BITES = '<script>alert(1)</script>"><img src=x onerror=alert(2)> $x^2$ \x1b[2J'


class Tags(HTMLParser):
    """Names of all elements, their attributes, and the text between."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def site(example: Path) -> Site:
    return mrsite.load_site(example)


@pytest.fixture(scope="module")
def assessment(site: Site) -> Assessment:
    return site.assess()


def test_the_site_card_says_what_stands_where(site: Site) -> None:
    tags = Tags(site._repr_html_())
    assert not tags.open
    for fact in ("District hospital", "MR1", "UNVERIFIED", "left (-x)", "Ground", "A-101", "mm (evidence)"):
        assert fact in tags.text


def test_the_assessment_card_counts_and_orders(assessment: Assessment) -> None:
    tags = Tags(assessment._repr_html_())
    assert not tags.open
    for status, n in assessment.outcome.counts.items():
        assert f"{n} {status.replace('-', ' ')}" in tags.text
    assert assessment.findings[0].subject in tags.text
    assert tags.names.count("tr") == 1 + min(10, len(assessment.findings))
    for left_out in assessment.outcome.evidence.not_modelled:
        assert left_out in tags.text
    assert "safe" not in tags.text.split("Taken into account")[0].replace("unsafe", "").split("status")[0]


def test_findings_are_a_tuple_with_a_table(assessment: Assessment) -> None:
    failing = assessment.findings.of("fail", "warn")
    assert isinstance(failing, Findings)
    assert {f.status for f in failing} == {"fail", "warn"}
    assert tuple(assessment.findings) == assessment.outcome.findings
    assert Tags(failing._repr_html_()).names.count("tr") == 1 + len(failing)


def test_foreign_words_stay_words(assessment: Assessment) -> None:
    outcome = assessment.outcome
    poisoned = replace(
        outcome,
        project=replace(outcome.project, name=BITES, notes=(BITES,)),
        findings=(replace(outcome.findings[0], subject=BITES, message=BITES, storey=BITES),),
    )
    shown = (cards.assessment_card(poisoned), cards.site_card(poisoned.project), cards.findings_card(poisoned.findings))
    for html in shown:
        tags = Tags(html)
        assert not {"script", "img"} & set(tags.names)
        assert not {a for a in tags.attributes if a.startswith("on")}
        assert "\x1b" not in html
        assert "<script>alert(1)</script>" in tags.text


@pytest.mark.parametrize("what", ["site", "assessment", "overlay", "plan", "table", "magnet", "field", "contours"])
def test_plot_draws_what_mrsite_gives(what: str, site: Site, assessment: Assessment, tmp_path: Path) -> None:
    from mrsite.maps import Plane, contours

    dipole = fields.Dipole((0.0, 0.0, 1e6), (0.0, 0.0, 0.0))
    things = {
        "site": lambda: site,
        "assessment": lambda: assessment,
        "overlay": lambda: mrsite.overlay(
            site.project.storeys[0].plan.path, magnet="generic-1t5", at=(11.7, 11.15), bearing_deg=180.0
        ),
        "plan": lambda: site.project.storeys[0].plan,
        "table": lambda: site.contours([0.5]),
        "magnet": lambda: mrsite.load_magnet("siemens-magnetom-aera-1t5-unverified"),
        "field": lambda: dipole,
        "contours": lambda: contours(dipole, [1e-3], Plane((0, 0, 0), (0, 0, 1), (1, 0, 0)), (-9, -9, 9, 9)),
    }
    ax = mrsite.plot(things[what]())
    path = tmp_path / "picture.png"
    ax.figure.savefig(path, dpi=50)
    from matplotlib.image import imread

    image = imread(path)
    assert (image[..., :3].min(axis=2) < 0.9).mean() > 0.005  # something is drawn
    assert ax.get_xlabel().endswith(("m", "m (patient end to the right)"))


def test_the_assessment_figure_draws_the_line_that_was_judged(assessment: Assessment) -> None:
    ax = mrsite.plot(assessment, storey="Ground")
    region = assessment.outcome.evidence.region("Ground", 0.5e-3)
    assert region is not None
    wanted = np.asarray(region.central.geoms[0].exterior.coords)
    assert any(
        len(line.get_xdata()) == len(wanted) and np.array_equal(np.column_stack(line.get_data()), wanted)
        for line in ax.lines
    )


def test_mathematics_in_a_room_name_is_drawn_as_words(site: Site) -> None:
    first, *rest = site.project.spaces
    odd = replace(site, project=replace(site.project, spaces=(replace(first, name=r"$\frac$ _x^ \foo"), *rest)))
    ax = mrsite.plot(odd)
    ax.figure.canvas.draw()
    assert any(r"$\frac$" in t.get_text() for t in ax.texts)


def test_what_cannot_be_drawn_says_what_can(assessment: Assessment) -> None:
    with pytest.raises(InputError, match="magnet, plan, site"):
        mrsite.plot(42)
    with pytest.raises(InputError, match="Ground"):
        mrsite.plot(assessment, storey="Cellar")
