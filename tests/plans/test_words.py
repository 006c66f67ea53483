"""Numbers, lengths, areas and layer names as people write them."""

from __future__ import annotations

import math

import pytest

from mrsite.base.errors import InputError
from mrsite.plans.layers import classify_layers, classify_name
from mrsite.plans.tags import TagText, area_of, group_texts, guess_use, is_noise, size_area_of, tag_of
from mrsite.plans.unit_evidence import length_of, number_of
from mrsite.plans.units import calibrate, unit_name


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("8800", 8800),
        ("8,44", 8.44),
        ("1.234,5", 1234.5),
        ("1,234.5", 1234.5),
        ("12 500", 12500),
        ("1,200", 1200),
        ("0,125", 0.125),
        ("x", None),
    ],
)
def test_numbers(text: str, value: float | None) -> None:
    assert number_of(text) == value


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("175'-0\"", 53.34),
        ("3'-6\"", 1.0668),
        ("28'-10.5\"", 8.8011),
        ("9'-6 1/2\"", 2.9083),
        ('36"', 0.9144),
        ("6.20 m", 6.2),
        ("880 cm", 8.8),
        ("450mm", 0.45),
    ],
)
def test_lengths(text: str, metres: float) -> None:
    assert length_of(text) == pytest.approx(metres, abs=1e-4)


@pytest.mark.parametrize("text", ["8800", "A101", "", "LOBBY", "1:100"])
def test_what_states_no_unit_is_no_length(text: str) -> None:
    assert length_of(text) is None


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("15.6 m²", 15.6),
        ("15,6 m2", 15.6),
        ("855 SQ. FT.", 79.43),
        ("41 SQ FT", 3.81),
        ("NF: 12,30 qm", 12.3),
        ("A=24.0 sqm", 24.0),
        ("1051 sf", 97.64),
        ("ROOM 12", None),
        ("3 m", None),
    ],
)
def test_areas(text: str, area: float | None) -> None:
    assert area_of(text) == (None if area is None else pytest.approx(area, abs=0.01))


def test_room_sizes() -> None:
    assert size_area_of("13'8 x 14'") == pytest.approx((13 + 8 / 12) * 14 * 0.3048**2, rel=1e-3)
    assert size_area_of("4.20 x 3.10") == pytest.approx(13.02)
    assert size_area_of("BOX x") is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("A-WALL-FULL", "wall"), ("A-WALL-PATT", "pattern"), ("A-DOOR-IDEN", "label"), ("S-GRID-IDEN", "grid"),
        ("A-FLOR-STRS", "stair"),
        ("2270pga00$0$A210g - Ext Walls", "wall"), ("x$0$A325g - Int Doors", "door"),
        ("A-320G - Permanent Solid Partitions 12", "wall"),
        ("A-210 G - Existing Structure 4", "wall"), ("A-F-314-M_Window", "window"), ("Innenwände", "wall"),
        ("TÜREN", "door"), ("CLOISONS", "wall"),
        ("puertas", "door"), ("murature", "wall"), ("Binnenwanden", "wall"), ("PAREDES", "wall"),
        ("EF_25_10", "wall"), ("0", "zero"), ("Layer7x", "unknown"),
        ("COTAS", "dimension"), ("Cote", "dimension"), ("mobiliario", "furniture"),
    ],
)  # fmt: skip
def test_layer_names(name: str, kind: str) -> None:
    assert classify_name(name)[0] == kind


def test_given_layers_win_and_misfits_are_named() -> None:
    found = classify_layers(["A-WALL", "XYZ"], [3, 5], {"walls": ["xyz"], "ignore": ["A-WALL"]})
    assert [d.kind for d in found] == ["ignore", "wall"]
    with pytest.raises(InputError, match="fits no layer of the drawing; its layers are A-WALL, XYZ"):
        classify_layers(["A-WALL", "XYZ"], [3, 5], {"doors": ["PUERTA*"]})
    with pytest.raises(InputError, match="'wals' is not known"):
        classify_layers(["A-WALL"], [3], {"wals": ["*"]})


def _tags(rows: list[tuple[str, float, float]]) -> list[str]:
    texts = [TagText(t, (x, y), 0.25, 0.0, 0, 0, False) for t, x, y in rows]
    out = []
    for members in group_texts(texts, [0] * len(texts)):
        tag = tag_of(texts, members)
        out.append(
            "-" if tag is None else f"{tag.name}|{tag.number}|{'' if tag.area_m2 is None else round(tag.area_m2, 1)}"
        )
    return sorted(out)


def test_stacked_texts_make_one_tag() -> None:
    rows = [("Bathroom", 0.0, 3.0), ("1", 0.0, 2.6), ("A104", 0.0, 2.2), ("34 SQ FT", 0.0, 1.8)]
    assert _tags(rows) == ["Bathroom 1|A104|3.2"]
    assert _tags([("MASTER", 0, 1.0), ("BEDROOM", 0, 0.6), ("KITCHEN", 6, 1.0)]) == ["KITCHEN||", "MASTER BEDROOM||"]
    assert _tags([("UP", 0, 0)]) == ["-"]


@pytest.mark.parametrize(
    "text",
    [
        "UP",
        "+3.10",
        "±0.00",
        "FFL +12.30",
        "1:100",
        "ALL DIMENSIONS TO BE CHECKED ON SITE BY EVERYBODY CONCERNED",
        "---",
    ],
)
def test_noise(text: str) -> None:
    assert is_noise(text)


def test_uses_are_guessed_from_labels_only() -> None:
    assert guess_use("MR SCAN ROOM") is not None
    assert guess_use("MR SCAN ROOM")[:2] == ("scan", "IV")  # type: ignore[index]
    assert guess_use("Umkleide 2")[0] == "changing"  # type: ignore[index]
    assert guess_use("XYZZY") is None


def test_calibration_from_two_points() -> None:
    unit_m, name = calibrate((0, 0), (5400, 0), 5.40)
    assert unit_m == pytest.approx(0.001)
    assert name == "mm"
    unit_m, name = calibrate((0, 0), (3, 4), 8.0)
    assert unit_m == pytest.approx(1.6)
    assert name is None
    with pytest.raises(InputError, match="must lie apart"):
        calibrate((1, 1), (1, 1), 5)
    with pytest.raises(InputError):
        calibrate((0, 0), (1, 1), math.nan)


def test_unit_names() -> None:
    assert unit_name("Inches") == "inch"
    assert unit_name("ft") == "foot"
    with pytest.raises(InputError, match="is not a drawing unit"):
        unit_name("yard")
