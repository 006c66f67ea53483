"""Things placed in CAD: blocks with attributes, lines on layers, the property line from a site plan."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ezdxf
import pytest

from mrsite.base.data import data_folder
from mrsite.base.errors import InputError
from mrsite.site.load import load_project
from mrsite.site.placed import LIBRARY
from mrsite.site.project import Project
from mrsite.site.schema import read_site_file
from tests.plans.revised import Hand, building, save

MAGNET = "generic-1t5"
SITE = '[site]\nname = "s"\n[[storey]]\nname = "Ground"\nplan = "plan.dxf"\nunits = "mm"\n'
SCANNER = f'[[scanner]]\nid = "MR1"\nmagnet = "{MAGNET}"\nisocentre = [5.0, 2.0]\nbearing_deg = 0.0\n'


def block(
    name: str, at: tuple[float, float], turn: float = 0.0, scale: tuple[float, float] = (1, 1), **tags: str
) -> Any:
    """Return a drawing step that inserts a block of the library with some of its attributes filled in."""

    def step(doc: Any, k: float) -> None:
        if name not in doc.blocks:
            definition = doc.blocks.new(name, base_point=(3, 4))
            definition.add_line((3, 4), (103, 4), dxfattribs={"layer": "X-MRIS-PLACE"})
        ref = doc.modelspace().add_blockref(
            name, (at[0] * k, at[1] * k), dxfattribs={"rotation": turn, "xscale": scale[0], "yscale": scale[1]}
        )
        for tag, text in tags.items():
            attribute = ref.add_attrib(tag, text, (at[0] * k, at[1] * k), dxfattribs={"layer": "X-MRIS-PLACE"})
            attribute.is_invisible = True

    return step


def line(layer: str, *points: tuple[float, float], closed: bool = False, whole: bool = True) -> Any:
    """Return a drawing step that draws a line on a layer, in one piece or in many."""

    def step(doc: Any, k: float) -> None:
        corners = [(x * k, y * k) for x, y in points]
        if whole:
            doc.modelspace().add_lwpolyline(corners, close=closed, dxfattribs={"layer": layer})
            return
        corners += corners[:1] if closed else []
        for a, b in zip(corners[1::2], corners[2::2], strict=False):
            doc.modelspace().add_line(b, a, dxfattribs={"layer": layer})
        for a, b in zip(corners[::2], corners[1::2], strict=False):
            doc.modelspace().add_line(a, b, dxfattribs={"layer": layer})

    return step


def _project(folder: Path, text: str, *steps: Callable[[Any, float], None], hand: Hand = Hand()) -> Project:
    path = save(building(1), folder / "plan.dxf", hand)
    doc = ezdxf.readfile(path)
    for step in steps:
        step(doc, 1000.0)
    doc.saveas(path)
    (folder / "site.toml").write_text(SITE + text, "utf-8")
    return load_project(*read_site_file(folder / "site.toml"))


def test_a_site_without_a_word_of_toml_on_what_stands_there(tmp_path: Path) -> None:
    project = _project(
        tmp_path, "",
        block("MRIS-SCANNER", (8.0, 2.0), 135.0, ID="MR1", MAGNET=MAGNET, ISOCENTRE_HEIGHT="1,05", STATUS="existing"),
        block("MRIS-EQUIPMENT", (14.0, 2.0), ID="CT", CLASS="ct", SIZE="2.0 3.5", HEIGHTS="0.3 2.0"),
        block("MRIS-ROOM", (8.5, 2.5), ZONE="IV", USE="scan"),
        block("MRIS-DOOR", (building(1).hole("D1.001").x, building(1).hole("D1.001").y), LOCK="ja",
              CLEAR_WIDTH_MM="900"),
        block("MRIS-OPERATOR", (4.0, 2.0), WATCHES="bore; door D1", EYE_HEIGHTS="1.2 1.6"),
    )  # fmt: skip
    scanner = project.scanners[0]
    x, y, z = scanner.poses[0].position
    assert (round(x, 6), round(y, 6), round(z, 6)) == (8.0, 2.0, 1.05)
    assert scanner.poses[0].bearing_deg == pytest.approx(135.0)
    assert scanner.status == "existing"
    assert project.equipment[0].footprint.bounds == pytest.approx((13.0, 0.25, 15.0, 3.75))
    assert [s.zone for s in project.spaces if s.stated] == ["IV"]
    assert [(d.lock, d.clear_width_m) for d in project.doors if d.where] == [(True, 0.9)]
    assert project.operators[0].watches == ("bore", "door D1")
    assert not any("MR1" in (s.label or "") for s in project.spaces)  # an attribute names no room


@pytest.mark.parametrize("hand", [Hand(turn_deg=0, unit="mm"), Hand(version="R12", rings=False)])
def test_at_block_takes_what_the_block_states(tmp_path: Path, hand: Hand) -> None:
    text = f'[[scanner]]\nid = "MR1"\nat_block = "MRI-ISO"\nmagnet = "{MAGNET}"\n'
    step = block("MRI-ISO", (8.0, 2.0), 90.0, ID="mr1", ISOCENTRE_HEIGHT="1.1", DRAWN_BY="somebody")
    scanner = _project(tmp_path, text, step, hand=hand).scanners[0]
    assert scanner.isocentre_height == 1.1
    assert scanner.poses[0].position[:2] == pytest.approx((8.0, 2.0))
    assert scanner.poses[0].bearing_deg == pytest.approx(90.0)


def test_several_blocks_of_one_name_are_told_apart_by_id(tmp_path: Path) -> None:
    text = "".join(f'[[scanner]]\nid = "MR{k}"\nat_block = "ISO"\nmagnet = "{MAGNET}"\n' for k in (1, 2))
    project = _project(tmp_path, text, block("ISO", (5.0, 2.0), ID="MR2"), block("ISO", (8.0, 2.0), ID="MR1"))
    assert [round(s.poses[0].position[0], 3) for s in project.scanners] == [8.0, 5.0]


def test_a_mirrored_block_points_where_it_is_drawn(tmp_path: Path) -> None:
    step = block("MRIS-SCANNER", (8.0, 2.0), 0.0, (-1, 1), ID="MR1", MAGNET=MAGNET)
    project = _project(tmp_path, "", step)
    assert math.remainder(project.scanners[0].poses[0].bearing_deg - 180.0, 360.0) == pytest.approx(0.0)
    assert any("is mirrored" in note and "plan.dxf" in note for note in project.notes)


FAULTS = {
    "clash": (
        SCANNER,
        [block("MRIS-SCANNER", (8.0, 2.0), 0.0, ID="MR1", MAGNET=MAGNET)],
        r"plan.dxf, block MRIS-SCANNER at \(8.000, 2.000\).*\[8.0, 2.0\] here and \[5.0, 2.0\] at site.toml, line 10",
    ),
    "twice": (
        f'[[scanner]]\nid = "MR1"\nat_block = "ISO"\nmagnet = "{MAGNET}"\n',
        [block("ISO", (5, 2)), block("ISO", (8, 2))],
        r"there 2 times: plan.dxf, block ISO at \(5.000, 2.000\) and plan.dxf, block ISO at \(8.000, 2.000\)",
    ),
    "missing": (
        f'[[scanner]]\nid = "MR1"\nat_block = "ISSO"\nmagnet = "{MAGNET}"\n',
        [block("ISO", (5, 2))],
        r"site.toml, line 9.*no drawing holds a block 'ISSO'; did you mean 'ISO'",
    ),
    "other id": (
        f'[[scanner]]\nid = "MR1"\nat_block = "ISO"\nmagnet = "{MAGNET}"\n',
        [block("ISO", (5, 2), ID="MR2")],
        r"attribute ID is 'MR2', and site.toml, line 9.* places 'MR1'",
    ),
    "no key": (
        SCANNER,
        [block("MRIS-EQUIPMENT", (5, 2), ID="CT", CLAS="ct")],
        r"attribute CLAS is no key.*did you mean CLASS",
    ),
    "no such block": (
        SCANNER,
        [block("MRIS-EQUIPMNT", (5, 2), ID="CT")],
        r"the library has no such block; did you mean MRIS-EQUIPMENT",
    ),
    "no id": (SCANNER, [block("MRIS-EQUIPMENT", (5, 2), CLASS="ct")], r"attribute ID is empty"),
    "bad value": (
        SCANNER,
        [block("MRIS-EQUIPMENT", (5, 2), ID="CT", MAX_FIELD_MT="a lot")],
        r"plan.dxf, block MRIS-EQUIPMENT.*a lot",
    ),
    "two of one id": (
        SCANNER,
        [block("MRIS-EQUIPMENT", (5, 2), ID="CT", CLASS="ct"), block("MRIS-EQUIPMENT", (8, 2), ID="CT", CLASS="ct")],
        r"'CT' is there twice, first at plan.dxf, block MRIS-EQUIPMENT at \(5",
    ),
    "no scanner": ("", [], r"there is no scanner; add \[\[scanner\]\].*MRIS-SCANNER"),
    "no layer": (
        SCANNER + '[[moving_metal]]\nid = "l"\nkind = "lift"\nlayer = "MR-LIFTT"\n',
        [line("MR-LIFT", (1, 1), (2, 2))],
        r"line 15.*no line lies on layer 'MR-LIFTT' of plan.dxf; did you mean 'MR-LIFT'",
    ),
    "open ring": (
        SCANNER + '[[area]]\nname = "b"\nlayer = "MR-BAY"\n',
        [line("MR-BAY", (1, 1), (2, 1), (2, 2))],
        r"not closed: 1.414 m",
    ),
    "two lines": (
        SCANNER + '[[cable]]\nid = "c"\nlayer = "MR-C"\n',
        [line("MR-C", (1, 1), (2, 1)), line("MR-C", (4, 1), (5, 1))],
        r"do not join end to end",
    ),
    "neither": (SCANNER + '[[area]]\nname = "b"\n', [], r"give polygon, or layer"),
    "line without layer": (SCANNER + '[boundary]\nplan = "plan.dxf"\n', [], r"give polygon or layer"),
}


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_what_is_wrong_in_cad_is_told_with_its_places(tmp_path: Path, name: str) -> None:
    text, steps, says = FAULTS[name]
    with pytest.raises(InputError, match=says):
        _project(tmp_path, text, *steps)


def test_lines_on_layers_whole_or_in_pieces(tmp_path: Path) -> None:
    bay = [(1.0, -8.0), (9.0, -8.0), (9.0, -4.0), (1.0, -4.0)]
    text = (
        SCANNER
        + '[[area]]\nname = "bay"\nlayer = "mr-bay"\nuse = "bay"\n'
        + '[[moving_metal]]\nid = "cars"\nkind = "car"\nlayer = "MR-CARS"\n'
        + '[[pathway]]\nkind = "patient"\nlayer = "MR-WAY"\n'
    )
    project = _project(
        tmp_path, text, line("MR-BAY", *bay, closed=True, whole=False), line("MR-CARS", (0, -5), (10, -5), (20, -6)),
        line("MR-WAY", (2.0, 2.0), (8.0, 2.0)),
    )  # fmt: skip
    area = next(s for s in project.spaces if s.is_area)
    assert area.polygon.area == pytest.approx(32.0)
    assert [tuple(round(v, 6) for v in p) for p in project.moving_metal[0].path] == [(0, -5), (10, -5), (20, -6)]
    assert {project.pathways[0].start, project.pathways[0].end} == {(2.0, 2.0), (8.0, 2.0)}


def _site_plan(folder: Path, origin: tuple[float, float], geo: tuple[float, float, float] | None = None) -> None:
    doc = ezdxf.new("R2010")
    doc.units = ezdxf.units.M
    ring = [(-10, -10), (40, -10), (40, 30), (-10, 30)]
    doc.modelspace().add_lwpolyline(
        [(x + origin[0], y + origin[1]) for x, y in ring], close=True, dxfattribs={"layer": "C-PROP-LINE"}
    )
    if geo is not None:
        _georeference(doc, geo)
    doc.saveas(folder / "land.dxf")


def _georeference(doc: Any, geo: tuple[float, float, float], unit: float = 1.0) -> None:
    """Say that the drawing's origin lies at (east, north) with north turned by an angle from plan +y."""
    data = doc.modelspace().new_geodata()
    data.coordinate_system_definition = (
        '<?xml version="1.0" encoding="UTF-16" standalone="no" ?><Dictionary version="1.0" '
        'xmlns="http://www.osgeo.org/mapguide/coordinatesystem"><Axis uom="METER"><CoordinateSystemAxis>'
        "<AxisOrder>1</AxisOrder><AxisAbbreviation>E</AxisAbbreviation></CoordinateSystemAxis></Axis>"
        '<Alias id="27700" type="CoordinateSystem"><ObjectId>X</ObjectId><Namespace>EPSG Code'
        "</Namespace></Alias></Dictionary>"
    )
    data.dxf.coordinate_type = 1
    data.dxf.design_point = (0, 0, 0)
    data.dxf.reference_point = (geo[0], geo[1], 0)
    data.dxf.horizontal_unit_scale = unit
    angle = math.radians(90 + geo[2])
    data.dxf.north_direction = (math.cos(angle), math.sin(angle))


def test_the_property_line_from_a_site_plan_with_a_tie(tmp_path: Path) -> None:
    _site_plan(tmp_path, (1000.0, 2000.0))
    tie = "tie = { here = [[1000.0, 2000.0], [1020.0, 2000.0]], site = [[0.0, 0.0], [20.0, 0.0]] }"
    text = SCANNER + f'[boundary]\nplan = "land.dxf"\nunits = "m"\nlayer = "C-PROP-LINE"\n{tie}\n'
    project = _project(tmp_path, text)
    assert project.boundary.bounds == pytest.approx((-10, -10, 40, 30))
    assert "land.dxf" in project.inputs


def test_the_property_line_by_the_georeferences_of_both(tmp_path: Path) -> None:
    _site_plan(tmp_path, (0.0, 0.0), (530000.0, 180000.0, 0.0))
    text = SCANNER + '[boundary]\nplan = "land.dxf"\nunits = "m"\nlayer = "C-PROP-LINE"\n'
    # the storey's drawing is turned: its north lies 90 degrees to the left of its own +y
    project = _project(tmp_path, text, lambda doc, k: _georeference(doc, (530000.0, 180000.0, 90.0), 0.001))
    assert project.boundary.bounds == pytest.approx((-30, -10, 10, 40), abs=1e-6)
    assert project.north_deg == pytest.approx(180.0)
    assert any("georeference" in note for note in project.notes)


def test_a_site_plan_that_nothing_puts_on_the_site(tmp_path: Path) -> None:
    _site_plan(tmp_path, (0.0, 0.0))
    with pytest.raises(InputError, match=r"nothing puts land.dxf on the drawings.*tie"):
        _project(tmp_path, SCANNER + '[boundary]\nplan = "land.dxf"\nunits = "m"\nlayer = "C-PROP-LINE"\n')


def test_north_that_the_drawing_contradicts_is_told(tmp_path: Path) -> None:
    text, folder = SCANNER, tmp_path
    project = _project(folder, text, lambda doc, k: _georeference(doc, (0.0, 0.0, 30.0), 0.001))
    assert project.north_deg == pytest.approx(120.0)
    (folder / "site.toml").write_text((SITE + text).replace('name = "s"', 'name = "s"\nnorth_deg = 90.0'), "utf-8")
    again = load_project(*read_site_file(folder / "site.toml"))
    assert again.north_deg == 90.0
    assert any("north_deg is 90" in note and "120.00" in note for note in again.notes)


def test_every_block_of_the_library_is_drawn_with_keys_alone() -> None:
    doc = ezdxf.readfile(data_folder("floorplans") / "blocks" / "mrsite-blocks.dxf")
    assert not doc.audit().has_errors
    for name, (_, model, _) in LIBRARY.items():
        tags = {a.dxf.tag.casefold() for a in doc.blocks.get(name).attdefs()}
        known = {(f.alias or n).casefold() for n, f in model.model_fields.items()}
        assert tags <= known, tags - known
        assert tags
    assert {b.name for b in doc.blocks if b.name.startswith("MRIS-")} == set(LIBRARY)


def test_the_committed_library_is_what_its_script_draws(tmp_path: Path) -> None:
    import importlib.util

    script = Path(__file__).resolve().parents[2] / "floorplans" / "blocks" / "draw.py"
    spec = importlib.util.spec_from_file_location("draw_blocks", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.library().saveas(tmp_path / "again.dxf")
    assert (tmp_path / "again.dxf").read_bytes() == script.with_name("mrsite-blocks.dxf").read_bytes()
