"""The card: what it says, that it is inert, that its bytes are stable."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mrsite.magnets import Published, fit, load_model
from mrsite.magnets.card import NOT_FOR_CONSTRUCTION, card_of, comparison
from mrsite.outputs.magnet_card import card_html, card_page
from tests.magnets.known import data


def test_an_unverified_magnet_says_not_for_construction() -> None:
    card = card_of(load_model("siemens-magnetom-aera-1t5-unverified"), (0.5,))
    assert card.warnings[0] == NOT_FOR_CONSTRUCTION
    assert any(r.grade == "assumed" and r.name == "magnet length" for r in card.rows)
    assert NOT_FOR_CONSTRUCTION not in card_of(load_model("extremity-mgb2-0t5"), (0.5,)).warnings


def test_a_stub_has_a_card_without_lines() -> None:
    card = card_of(load_model("ge-signa-voyager-1t5"))
    assert card.lines == ()
    assert "Ask the vendor" in card.warnings[-1]
    assert any("never fitted" in r.value for r in card.rows)


def test_foreign_text_is_shown_as_text() -> None:
    model = replace(fit(data(0.5e-3), seed=1, members=6), vendor="<script>alert(1)</script>", model="$\\frac$")
    html = card_html(model, figures=False)
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_the_page_holds_figures_and_the_same_bytes() -> None:
    model = load_model("extremity-mgb2-0t5")
    first = card_page([model])
    assert first.count("<svg") == 2
    assert first == card_page([model])
    for name in ("www.w3.org", "purl.org", "creativecommons.org"):  # XML namespaces of the figures, fetched by nobody
        first = first.replace(f"http://{name}", "")
    assert "http" not in first.replace("http-equiv", "")


def test_side_by_side() -> None:
    header, rows = comparison([load_model("extremity-mgb2-0t5"), load_model("ge-signa-voyager-1t5")], (0.5,))
    assert header == ("", "extremity-mgb2-0t5", "ge-signa-voyager-1t5")
    line = {r[0]: r[1:] for r in rows}["0.5 mT along m"]
    assert line[0].startswith("2.42 [2.33 to 2.49")
    assert line[1] == "no model"


def test_ends_that_differ_are_told_apart() -> None:
    figures = (
        Published("isofield", "t", "read", level_T=5e-4, axial_m=4.2, radial_m=2.6, end="patient"),
        Published("isofield", "t", "read", level_T=5e-4, axial_m=3.9, end="service"),
    )
    card = card_of(fit(data(published=figures), seed=1, members=6), (0.5,))
    assert card.line_header == ("level mT", "towards the patient end", "towards the service end", "across the bore")
    patient, service = (float(cell.split()[0]) for cell in card.lines[0][1:3])
    assert patient == pytest.approx(4.2, abs=0.06)
    assert service == pytest.approx(3.9, abs=0.06)
