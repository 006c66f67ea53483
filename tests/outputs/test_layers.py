"""Layer names by template, and the looks of every item."""

import pytest

from mrsite.base.errors import InputError
from mrsite.outputs.dxf_entities import LINETYPES
from mrsite.outputs.layers import layer_namer, line_item, r12_name, style_of


@pytest.mark.parametrize(("quantity", "level", "kind", "edge", "name"), [
    ("B", 0.5, "cut", "central", "X-MRIS-B-0P5MT-CUT"), ("B", 3.0, "envelope", "upper", "X-MRIS-B-3MT-ENV-UPPER"),
    ("B", 0.25, "cut", "lower", "X-MRIS-B-0P25MT-CUT-LOWER"), ("gradient", 1.0, "cut", "central", "X-MRIS-G-1TM-CUT"),
    ("B", 200.0, "cut", "central", "X-MRIS-B-200MT-CUT"),
])  # fmt: skip
def test_documented_names(quantity, level, kind, edge, name):
    style = style_of(line_item(quantity, level, kind, edge), layer_namer("aia", "X-MRIS"))
    assert style.name == name
    assert style.linetype in (*LINETYPES, "CONTINUOUS")


def test_kinds_of_one_level_differ_in_more_than_colour():
    name = layer_namer("aia", "X")
    looks = {
        style_of(line_item("B", 0.5, kind, edge), name).linetype
        for kind in ("cut", "envelope")
        for edge in ("central", "upper", "lower")
    }
    assert len(looks) == 5  # both inner edges are dotted; the label tells them apart


def test_templates_and_an_offices_own_file(tmp_path):
    assert layer_namer("bs1192", "X-MRIS")("DIMS") == "Y-Z-D_X-MRIS-DIMS"
    (tmp_path / "office.toml").write_text('pattern = "MR_{item}_{prefix}"\n')
    assert layer_namer("office.toml", "P", tmp_path)("MAGNET") == "MR_MAGNET_P"


@pytest.mark.parametrize(
    "text", ['pattern = "x"', 'pattern = "a/{item}"', 'pattern = "{item}{no}"', "pattern = 3", "x", "pattern"]
)
def test_a_bad_template_is_told_by_name(tmp_path, text):
    (tmp_path / "office.toml").write_text(text)
    with pytest.raises(InputError, match=r"office\.toml"):
        layer_namer("office.toml", "P", tmp_path)


@pytest.mark.parametrize("name", ["nope", "styles", "../aia", "missing.toml"])
def test_an_unknown_template(tmp_path, name):
    with pytest.raises(InputError):
        layer_namer(name, "P", tmp_path)


def test_r12_names_are_of_its_alphabet():
    assert r12_name("Y-Z-G_X-MRIS-B-0.5 mT\u00e9") == "Y-Z-G_X-MRIS-B-0_5_MT_"
    assert len(r12_name("x" * 99)) == 31
