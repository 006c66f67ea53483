"""The report: complete, harmless, and usable in a browser by mouse, keyboard and screen reader."""

import json
import math
import re
import subprocess

import numpy as np
import pytest

from mrsite.outputs import plan_svg, report_html, report_pdf
from mrsite.outputs.order import numbered
from mrsite.outputs.pictures import Pictures, host_lines
from mrsite.outputs.views import FieldMap
from tests.outputs import npm
from tests.outputs.browser import Page
from tests.outputs.build import HOSTILE, NASTY, host_bytes, outcome_of

PARTS = (
    "Plans",
    "Sections",
    "Findings, worst first",
    "Not assessed",
    "Coverage of the rules",
    "Basis of design",
    "Schedules",
    "Draft risk assessment",
    "What mrsite does not look at",
    "Sign-off",
)


@pytest.fixture
def outcome(tmp_path):
    path = tmp_path / "ground.dxf"
    path.write_bytes(host_bytes())
    return outcome_of(path)


def with_map(outcome):
    """The pictures with a map of a field that is known in closed form: 0.1 T at 1 m, falling with the cube."""
    pictures = Pictures(outcome)
    x0, y0, x1, y1 = pictures.drawings["Ground"].extent
    xs, ys = np.arange(x0, x1 + 0.1, 0.1), np.arange(y0, y1 + 0.1, 0.1)
    r = np.hypot(xs[None, :] - 5.0, ys[:, None] - 4.0)
    with np.errstate(divide="ignore"):
        values = np.where(r > 0.05, 0.1 / r**3, np.nan)
    pictures.__dict__["maps"] = {"Ground": FieldMap("Ground", 1.0, float(x0), float(y0), 0.1, values)}
    return pictures


def test_the_page_holds_all_its_parts_without_a_script(outcome):
    text = report_html.render(outcome).decode()
    for part in PARTS:
        assert part in text
    for number, finding in numbered(outcome.findings):
        assert f'id="finding-{number}"' in text
        assert finding.message in text
    assert "MAGNET DATA UNVERIFIED" in text
    assert outcome.project.storeys[0].plan.sha256 in text
    assert 'http-equiv="Content-Security-Policy" content="default-src \'none\'' in text
    assert not re.search(r'(?:src|href)="(?!#|data:)', text)
    assert "style=" not in re.sub(r"<style>.*?</style>|<script.*?</script>", "", text, flags=re.S)
    assert not re.search(r"\son\w+=", re.sub(r"<script.*?</script>", "", text, flags=re.S))


@pytest.mark.parametrize("word", NASTY)
def test_hostile_words_are_only_ever_text(tmp_path, word):
    path = tmp_path / "ground.dxf"
    path.write_bytes(host_bytes())
    outcome = outcome_of(path, words=(word,))
    pictures = Pictures(outcome)
    text = report_html.render(outcome, pictures).decode()
    assert text.count("<script") == 2
    assert "<img" not in text
    assert "\x1b" not in text
    svg = plan_svg.render(pictures.drawings["Ground"], host_lines(outcome.project.storeys[0].plan), whole=True)
    from xml.etree import ElementTree

    tags = {e.tag.rsplit("}", 1)[-1] for e in ElementTree.fromstring(svg).iter()}
    assert tags <= {"svg", "g", "path", "circle", "text", "title", "rect"}


def test_the_pdf_is_tagged_whole_and_takes_any_word(tmp_path, outcome):
    path = tmp_path / "r.pdf"
    path.write_bytes(report_pdf.render(outcome_of(tmp_path / "ground.dxf", words=(HOSTILE,))))
    assert b"/MarkInfo" in path.read_bytes() or b"StructTreeRoot" in path.read_bytes()
    for word in ("\U0001f9f2", "\u6c34" * 50, "#set page(width: 1pt)", "x" * 10_000):
        assert report_pdf.render(outcome_of(tmp_path / "ground.dxf", words=(word,)))[:5] == b"%PDF-"


@pytest.mark.cad
def test_the_pdf_read_back_says_what_the_page_says(tmp_path, outcome):
    from tests.conftest import need

    path = tmp_path / "r.pdf"
    path.write_bytes(report_pdf.render(outcome))
    text = " ".join(
        subprocess.run(
            [need("pdftotext"), "-layout", path, "-"], capture_output=True, text=True, check=True
        ).stdout.split()
    )
    for part in ("Plan: Ground", "Section A-A", *PARTS[2:]):
        assert part in text
    assert "Conclusion: fails." in text
    assert "MAGNET DATA UNVERIFIED" in text
    info = subprocess.run([need("pdfinfo"), path], capture_output=True, text=True, check=False).stdout
    assert re.search(r"Tagged:\s+yes", info)
    assert "CreationDate" not in info


@pytest.mark.cad
def test_in_a_browser(tmp_path, outcome, chromium):
    path = tmp_path / "report.html"
    path.write_bytes(report_html.render(outcome, with_map(outcome)))
    with Page(chromium, path) as page:
        assert page.dialogs == []
        assert page.errors == []
        assert {url for url in page.requests if not url.startswith("file:")} == set()
        # A finding leads to its place.
        before = page.run("document.querySelector('#plan-ground svg').getAttribute('viewBox')")
        page.click("a.go[data-finding=F1]")
        after = page.run("document.querySelector('#plan-ground svg').getAttribute('viewBox')")
        assert after != before
        data = json.loads(page.run("document.getElementById('data').textContent"))
        x, y, w, h = map(float, after.split())
        origin = data["figures"]["plan-ground"]
        assert x < 8.5 - origin["x0"] < x + w
        assert y < origin["y1"] - 3.5 < y + h
        assert page.run("document.querySelectorAll('.here').length") == 1
        # A layer goes and comes back.
        layer = "plan-ground-B-0P5MT-CUT"
        shown = f"getComputedStyle(document.getElementById('{layer}')).display"
        assert page.run(shown) != "none"
        page.click(f"input[data-layer='{layer}']")
        assert page.run(shown) == "none"
        page.click(f"input[data-layer='{layer}']")
        assert page.run(shown) != "none"
        # The field is read out at a point, by numbers and under the pointer.
        for px, py in ((7.03, 4.02), (5.0, 6.51), (2.2, 1.7)):
            page.run(
                f"(() => {{ const [a, b] = document.querySelectorAll('#plan-ground input[type=number]'); a.value = {px}; b.value = {py}; }})()"  # noqa: E501
            )
            page.click("#plan-ground [data-act=read]")
            tesla = float(page.run("document.querySelector('#plan-ground .said').dataset.tesla"))
            assert tesla == pytest.approx(0.1 / math.hypot(px - 5, py - 4) ** 3, rel=0.01)
        page.click("#plan-ground [data-act=home]")
        cx, cy = page.run(
            "(() => { const s = document.querySelector('#plan-ground svg'); const m = s.getScreenCTM(); "
            f"const p = new DOMPoint(7 - {origin['x0']}, {origin['y1']} - 4).matrixTransform(m); return [p.x, p.y]; }})()"  # noqa: E501
        )
        page.move(cx, cy)
        assert float(page.run("document.querySelector('#plan-ground .readout').dataset.tesla")) == pytest.approx(
            0.1 / 8, rel=0.06
        )
        # Keys move and zoom.
        page.run("document.querySelector('#plan-ground svg').focus()")
        home = page.run("document.querySelector('#plan-ground svg').getAttribute('viewBox')")
        for key in ("+", "ArrowRight"):
            page.call("Input.dispatchKeyEvent", type="keyDown", key=key, text=key if len(key) == 1 else "")
        assert page.run("document.querySelector('#plan-ground svg').getAttribute('viewBox')") != home
        # Every field and button has a name, every picture a label.
        nameless = page.run(
            "[...document.querySelectorAll('button, input, a[href]')].filter(e => !(e.textContent.trim() || "
            "e.getAttribute('aria-label') || e.closest('label')?.textContent.trim())).length"
        )
        assert nameless == 0
        assert (
            page.run(
                "[...document.querySelectorAll('svg')].filter(s => !s.getAttribute('aria-label') && !s.hasAttribute('aria-hidden')).length"  # noqa: E501
            )
            == 0
        )
        ids = page.run("[...document.querySelectorAll('[id]')].map(e => e.id)")
        assert len(ids) == len(set(ids))
        targets = page.run(
            "[...document.querySelectorAll('a[href^=\"#\"]')].filter(a => !document.getElementById(a.getAttribute('href').slice(1))).length"  # noqa: E501
        )
        assert targets == 0
        pdf = page.call("Page.printToPDF")["data"]
        assert len(pdf) > 10_000


@pytest.mark.cad
def test_with_scripts_off_all_is_there_to_read(tmp_path, outcome, chromium):
    path = tmp_path / "report.html"
    path.write_bytes(report_html.render(outcome))
    with Page(chromium, path, scripts=False) as page:
        tree = page.call("DOM.getDocument", depth=-1)
        assert "plan-ground" in json.dumps(tree)
        assert page.errors == []


@pytest.mark.cad
@pytest.mark.parametrize("width", [1400, 380])
def test_axe_core_finds_nothing(tmp_path, outcome, chromium, width):
    axe = npm.package("axe-core", "4") / "axe.min.js"
    path = tmp_path / "report.html"
    path.write_bytes(report_html.render(outcome, with_map(outcome)))
    with Page(chromium, path, bypass_csp=True) as page:
        page.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        page.run(axe.read_text(encoding="utf-8") + "; 0")
        found = page.run(
            "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
            ".then(r => r.violations.map(v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(' | ')))"  # noqa: E501
        )
        assert found == []


def test_every_check_speaks_in_the_risk_assessment() -> None:
    """What somebody attests or reviews belongs to the rule it answers, not to a hazard of its own."""
    from mrsite.checks import registry
    from mrsite.outputs.report_model import _data

    named = [name for risk in _data()["risk"] for name in risk["checks"]]
    checks = {registry.name_of(check) for check in registry.CHECKS} - {"attested", "reviewed"}
    assert {check for check in checks if not any(check.startswith(name) for name in named)} == set()
