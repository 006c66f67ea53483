"""The report of the example in a browser: it reads out what the library computes; axe-core finds nothing."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

import mrsite
from mrsite.face.assessment import Assessment
from mrsite.outputs import report_html
from mrsite.outputs.mark import Polyline, Text
from mrsite.outputs.pictures import Pictures
from mrsite.site.surroundings.results import MetalResult
from mrsite.site.surroundings.way import Way
from mrsite.site.surroundings.ways import find_way
from tests.outputs import npm
from tests.outputs.browser import Page

pytestmark = pytest.mark.cad

#: Read-outs are interpolated between the points of a map, so close to the windings they are coarser.
FAR, NEAR = 0.01, 0.05


@pytest.fixture(scope="module")
def site(example: Path) -> mrsite.Site:
    return mrsite.load_site(example)


@pytest.fixture(scope="module")
def assessment(site: mrsite.Site) -> Assessment:
    return site.assess()


@pytest.fixture(scope="module")
def report(assessment: Assessment, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_bytes(report_html.render(assessment.outcome))
    return path


def field_at(site: mrsite.Site, storey: str, height: float, points: np.ndarray) -> np.ndarray:
    """|B| at plan points by the library's own map, T."""
    field = site.field_map(storey=storey, height=height, spacing=0.05)
    at = {name: ("point", points[:, k]) for k, name in enumerate("xy")}
    return np.linalg.norm([field[f"B_{c}"].interp(at).to_numpy() for c in "xyz"], axis=0)


def test_the_field_read_out_is_the_librarys(site, assessment, report, chromium):
    with Page(chromium, report) as page:
        assert page.load_s < 10.0  # on a loaded machine; the benchmark says what it takes on a quiet one
        data = json.loads(page.run("document.getElementById('data').textContent"))
        for storey, key in Pictures(assessment.outcome).slugs.items():
            figure = f"plan-{key}"
            (x0, y0, x1, y1), height = site.project.storey(storey).plan.extent, data["figures"][figure]["map"]["height"]
            rng = np.random.default_rng(8)
            points = np.column_stack([rng.uniform(x0 + 1, x1 - 1, 25), rng.uniform(y0 + 1, y1 - 1, 25)]).round(2)
            wanted = field_at(site, storey, height, points)
            if page.run("document.querySelectorAll('[data-storey]').length"):
                page.click(f"[data-storey={figure}]")
            far = 0
            for (x, y), tesla in zip(points, wanted):
                page.run(
                    f"(() => {{ const [a, b] = document.querySelectorAll('#{figure} input[type=number]'); "
                    f"a.value = {x}; b.value = {y}; }})()"
                )
                page.click(f"#{figure} [data-act=read]")
                read = float(page.run(f"document.querySelector('#{figure} .said').dataset.tesla"))
                assert read == pytest.approx(tesla, rel=FAR if tesla < 5e-3 else NEAR), (storey, x, y)
                far += tesla < 5e-3
            assert far > 10
            # And under the pointer, which says the same in words.
            page.click(f"#{figure} [data-act=home]")
            origin = data["figures"][figure]
            for (x, y), tesla in list(zip(points, wanted))[:8]:
                if tesla > 5e-3:
                    continue
                cx, cy = page.run(
                    f"(() => {{ const s = document.querySelector('#{figure} svg'); "
                    "s.scrollIntoView({block: 'center'});"
                    f" const p = new DOMPoint({x} - {origin['x0']}, {origin['y1']} - {y})"
                    ".matrixTransform(s.getScreenCTM()); return [p.x, p.y]; })()"
                )
                page.move(cx, cy)
                # A pixel is a few centimetres of the plan.
                read = float(page.run(f"document.querySelector('#{figure} .readout').dataset.tesla"))
                assert read == pytest.approx(tesla, rel=0.08), (storey, x, y)


def test_a_finding_a_layer_and_a_storey_are_switched(assessment, report, chromium):
    slugs = Pictures(assessment.outcome).slugs
    first, second = (f"plan-{slugs[name]}" for name in list(slugs)[:2])

    def shown(selector: str) -> bool:
        return bool(page.run(f"(e => !!e && e.getClientRects().length > 0)(document.querySelector('{selector}'))"))

    with Page(chromium, report) as page:
        assert [shown(f"#{figure}") for figure in (first, second)] == [True, False]
        page.click(f"[data-storey={second}]")
        assert [shown(f"#{figure}") for figure in (first, second)] == [False, True]
        assert page.run(f"document.querySelector('[data-storey={second}]').getAttribute('aria-pressed')") == "true"
        # A finding of the storey that is not shown brings its storey back, with its place in the window.
        link = page.run(f"document.querySelector('a.go[href=\"#{first}\"]').dataset.finding")
        before = page.run(f"document.querySelector('#{first} svg').getAttribute('viewBox')")
        page.click(f"a.go[data-finding={link}]")
        assert shown(f"#{first}")
        after = [float(v) for v in page.run(f"document.querySelector('#{first} svg').getAttribute('viewBox')").split()]
        assert after != [float(v) for v in before.split()]
        place = json.loads(page.run("document.getElementById('data').textContent"))["places"][link]
        assert after[0] <= place["cx"] <= after[0] + after[2]
        assert after[1] <= place["cy"] <= after[1] + after[3]
        for layer in ("B-0P5MT-ENV", "EQPT", "host"):
            assert shown(f'[id="{first}-{layer}"]'), layer
            page.click(f"input[data-layer='{first}-{layer}']")
            assert not shown(f'[id="{first}-{layer}"]'), layer
        assert page.errors == []


@pytest.mark.parametrize("width", [1400, 380])
def test_axe_core_finds_nothing(report, chromium, width):
    axe = npm.package("axe-core", "4") / "axe.min.js"
    with Page(chromium, report, bypass_csp=True) as page:
        page.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        page.run(axe.read_text(encoding="utf-8") + "; 0")
        found = page.run(
            "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
            ".then(r => r.violations.map(v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(' | ')))"  # noqa: E501
        )
        assert found == []
        # Nothing but tables that scroll by themselves is wider than the page.
        assert page.run("document.documentElement.scrollWidth <= window.innerWidth + 1")


def test_nothing_is_asked_of_anybody_and_it_is_small(report, chromium):
    assert report.stat().st_size < 3_000_000
    with Page(chromium, report) as page:
        assert {url for url in page.requests if not url.startswith("file:")} == set()
        assert page.dialogs == []


def test_ways_and_moving_metal_are_on_the_plan_at_their_place(assessment):
    project = assessment.outcome.project
    drawing = Pictures(assessment.outcome).drawings["Ground"]

    def lines(item: str) -> list[list[tuple[float, float]]]:
        return [[v[:2] for v in m.vertices] for m in drawing.marks if m.item == item and isinstance(m, Polyline)]

    drawn = lines("WAYS")
    for entry in project.pathways:
        way = find_way(project, entry)
        if isinstance(way, Way):
            for leg in way.legs:
                if leg.mode == "walk" and leg.storey == "Ground" and len(leg.points) > 1:
                    assert [tuple(map(float, p)) for p in leg.points] in drawn, entry.kind
    results = [r for r in assessment.outcome.evidence.surroundings.values() if isinstance(r, MetalResult)]
    assert results
    said = [m.text for m in drawing.marks if isinstance(m, Text) and m.item == "MOVING"]
    for result in results:
        if result.track.storey.name == "Ground":
            assert any(text.startswith(result.track.entry.id) for text in said)
    for row in {r.table.row for r in results if r.table.row is not None and r.table.row.criterion == "ellipse"}:
        at = project.scanners[0].poses[0].position
        reach = [max(math.dist(at[:2], p) for p in ring) for ring in lines("MOVING")]
        wanted = max(row.axial_m, row.radial_m)
        assert any(wanted <= r < wanted + 0.01 for r in reach), row.id
