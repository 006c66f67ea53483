"""Marks put into a host as text: nothing else changes, in any version, unit, place and line ending."""

import difflib
import io

import ezdxf
import numpy as np
import pytest

from mrsite.base.units import METRES
from mrsite.outputs.dxf_ours import differences, untouched
from mrsite.outputs.dxf_splice import splice
from mrsite.outputs.dxf_text import NotSpliceable
from mrsite.outputs.marks import overlay_drawing
from tests.outputs.build import NASTY, VERSIONS, host_bytes, plan_of, regions, settings, standing

ORIGINS = [(0.0, 0.0), (530_208.0, 179_367.0)]


def drawing_for(path, unit="mm", origin=(0.0, 0.0), **changes):
    at = (origin[0] + 5.0, origin[1] + 4.0)
    plan = plan_of(path, unit, origin)
    return overlay_drawing(plan, [standing(at)], regions("Plan", at, 30.0), settings(**changes))


def read(data: bytes):
    utf8 = any(version in data for version in (b"AC1021", b"AC1024", b"AC1027", b"AC1032"))
    return ezdxf.read(io.StringIO(data.decode("utf-8" if utf8 else "cp1252").replace("\r\n", "\n")))


def ring(entity) -> np.ndarray:
    if entity.dxftype() == "LWPOLYLINE":
        return np.array([(x, y) for x, y, *_ in entity.get_points("xyb")])
    return np.array([tuple(v.dxf.location)[:2] for v in entity.vertices])


def off_ellipse(points, at, a, b, bearing):
    """Distance from an ellipse, to first order: the value of its equation over its slope."""
    t = np.deg2rad(bearing)
    d = points - np.array(at)
    u, v = d[:, 0] * np.cos(t) + d[:, 1] * np.sin(t), -d[:, 0] * np.sin(t) + d[:, 1] * np.cos(t)
    return (u**2 / a**2 + v**2 / b**2 - 1) / (2 * np.hypot(u / a**2, v / b**2))


@pytest.fixture
def host(tmp_path):
    def make(*args, **options):
        path = tmp_path / "host.dxf"
        path.write_bytes(host_bytes(*args, **options))
        return path

    return make


CASES = [
    *((version, "mm", ORIGINS[0], "\n") for version in VERSIONS),
    *((version, "inch", ORIGINS[1], "\r\n") for version in VERSIONS),
    ("R2010", "m", ORIGINS[1], "\n"), ("R2000", "cm", ORIGINS[0], "\r\n"), ("R12", "foot", ORIGINS[1], "\n"),
]  # fmt: skip


@pytest.mark.parametrize(("version", "unit", "origin", "newline"), CASES)
def test_the_host_stays_and_the_lines_lie_where_they_were_computed(host, version, unit, origin, newline):
    path = host(version, unit, origin, newline=newline)
    before = path.read_bytes()
    new = splice(before, drawing_for(path, unit, origin), METRES[unit]).data

    assert untouched(before, new)
    document = read(new)
    audit = document.audit()
    assert not audit.errors
    assert not audit.fixes
    space = document.modelspace()
    hosts = len(read(before).modelspace())
    assert len(space) > hosts + 20
    at = (origin[0] + 5.0, origin[1] + 4.0)
    for layer, a, b in (
        ("X-MRIS-B-0P5MT-CUT", 3.0, 2.2),
        ("X-MRIS-B-3MT-CUT", 1.9, 1.6),
        ("X-MRIS-B-0P5MT-ENV-UPPER", 3.1, 2.3),
    ):
        (line,) = [e for e in space.query("LWPOLYLINE POLYLINE") if e.dxf.layer == layer]
        points = ring(line) * METRES[unit]
        assert len(points) > 4
        assert np.abs(off_ellipse(points, at, a, b, 30.0)).max() < 1e-6


@pytest.mark.parametrize("version", ["R12", "R2000", "R2018"])
def test_the_host_is_what_remains_when_whole_lines_are_taken_out(host, version):
    """Told by difflib, which knows nothing of our marks: only insertions, and one changed line."""
    path = host(version, newline="\r\n")
    before = path.read_bytes()
    new = splice(before, drawing_for(path), 1e-3).data
    matcher = difflib.SequenceMatcher(None, before.split(b"\n"), new.split(b"\n"), autojunk=False)
    changed = [op for op in matcher.get_opcodes() if op[0] not in ("equal", "insert")]
    assert len(changed) <= 1
    for _, i0, i1, _, _ in changed:
        assert i1 - i0 == 1
        assert before.split(b"\n")[i0 - 2].strip() == b"$HANDSEED"


@pytest.mark.parametrize("version", VERSIONS)
def test_a_second_run_replaces_ours_and_nothing_else(host, version):
    path = host(version)
    before = path.read_bytes()
    first = splice(before, drawing_for(path), 1e-3)
    second = splice(first.data, drawing_for(path, plot_scale=100), 1e-3)
    assert first.replaced == 0
    assert second.replaced == len(read(first.data).modelspace()) - len(read(before).modelspace())
    assert untouched(before, second.data)
    lines = [e for e in read(second.data).modelspace() if e.dxf.layer == "X-MRIS-B-0P5MT-CUT"]
    assert len([e for e in lines if e.dxftype() in ("LWPOLYLINE", "POLYLINE")]) == 1
    third = splice(second.data, drawing_for(path, plot_scale=100), 1e-3)
    assert third.data.count(b"\n") == second.data.count(b"\n")


def test_the_proof_sees_a_changed_byte(host):
    path = host("R2010")
    before = path.read_bytes()
    new = splice(before, drawing_for(path), 1e-3).data
    moved = new.replace(b"10000.0", b"10000.1", 1)
    assert moved != new
    assert not untouched(before, moved)
    assert differences(before, moved)
    dropped = new.replace(b"A-WALL", b"A-WAL1", 1)
    assert not untouched(before, dropped)


def test_marks_without_their_origin_are_counted_and_no_second_line_is_drawn(host):
    path = host("R2000")
    document = read(splice(path.read_bytes(), drawing_for(path), 1e-3).data)
    count = 0
    for entity in document.modelspace():
        if entity.has_xdata("MRSITE"):
            entity.discard_xdata("MRSITE")
            count += 1
    stream = io.StringIO()
    document.write(stream)
    with pytest.raises(NotSpliceable, match=rf"^{count} objects on X-MRIS"):
        splice(stream.getvalue().encode("cp1252"), drawing_for(path), 1e-3)


def test_a_users_own_object_on_our_layer_survives_with_its_layer(host):
    path = host("R2010")
    first = splice(path.read_bytes(), drawing_for(path), 1e-3).data
    own = b"  0\nTEXT\n  5\nFFFFF\n330\n17\n100\nAcDbEntity\n  8\nX-MRIS-LEGEND\n100\nAcDbText\n 10\n0.0\n 20\n0.0\n 40\n1.0\n  1\nmine\n"  # noqa: E501
    at = first.rindex(b"  0\nENDSEC", 0, first.index(b"OBJECTS"))
    drawn = first[:at] + own + first[at:]
    with pytest.raises(NotSpliceable, match="1 objects"):
        splice(drawn, drawing_for(path), 1e-3)
    assert untouched(drawn, drawn)


@pytest.mark.parametrize(("spoil", "why"), [
    (lambda b: b"AutoCAD Binary DXF\r\n\x1a\x00" + b, "binary"),
    (lambda b: b[: len(b) * 6 // 10], "ends in the middle of section|no end"),
    (lambda b: b.replace(b"AC1024", b"AC1014"), "version AC1014"),
    (lambda b: b.replace(b"AC1024", b"AC9999"), "version AC9999"),
    (lambda b: b.replace(b"  0\nSECTION\n  2\nENTITIES", b"  0\nSECTION\n  2\nELSEWHERE"), "no section ENTITIES"),
    (lambda b: b.replace(b"\n", b"\r"), "lines do not end"),
    (lambda b: b[:200] + b"stray line\n" + b[200:], "."),
    (lambda b: b.replace(b"BLOCK_RECORD", b"BLOCK_RECARD"), "block record"),
])  # fmt: skip
def test_what_cannot_take_marks_says_why(host, spoil, why):
    path = host("R2010")
    with pytest.raises(NotSpliceable, match=why):
        splice(spoil(path.read_bytes()), drawing_for(path), 1e-3)


MINIMAL = b"0\nSECTION\n2\nENTITIES\n0\nLINE\n8\n0\n10\n0.0\n20\n0.0\n11\n10.0\n21\n8.0\n0\nENDSEC\n0\nEOF\n"


@pytest.mark.parametrize("data", [
    MINIMAL,
    b"999\nby hand\n" + MINIMAL,
    MINIMAL.replace(b"\n", b"\r\n"),
    MINIMAL.rstrip(b"\n"),
    b"0\nSECTION\n2\nTABLES\n0\nENDSEC\n" + MINIMAL,
    b"0\nSECTION\n2\nHEADER\n9\n$ACADVER\n1\nAC1009\n0\nENDSEC\n0\nSECTION\n2\nTABLES\n0\nTABLE\n2\nLAYER\n70\n1\n0\nLAYER\n2\n0\n70\n0\n62\n7\n6\nCONTINUOUS\n0\nENDTAB\n0\nENDSEC\n"
    + MINIMAL,
])  # fmt: skip
def test_the_smallest_r12_files_take_marks_and_give_them_back(tmp_path, data):
    path = tmp_path / "tiny.dxf"
    path.write_bytes(data)
    new = splice(data, drawing_for(path, "m"), 1.0).data
    assert untouched(data, new)
    assert not read(new).audit().errors
    again = splice(new, drawing_for(path, "m"), 1.0)
    assert again.data == new
    assert again.replaced > 20


@pytest.mark.parametrize("version", ["R12", "R2000", "R2010"])
def test_no_line_break_and_no_command_gets_in_by_a_name(host, version):
    path = host(version)
    plan = plan_of(path, texts=NASTY)
    at = (5.0, 4.0)
    for word in NASTY:
        marks = overlay_drawing(
            plan, [standing(at, vendor=word, model=word, id=word)], regions("Plan", at, 0.0), settings(), notes=(word,)
        )
        new = splice(path.read_bytes(), marks, 1e-3, [("site", word)]).data
        assert untouched(path.read_bytes(), new)
        document = read(new)
        assert not document.audit().errors
        if version != "R2010":
            ours = set(new) - set(path.read_bytes())
            assert all(byte < 128 for byte in ours)


def test_provenance_is_in_every_entity_and_in_the_properties(host):
    path = host("R2010")
    document = read(splice(path.read_bytes(), drawing_for(path), 1e-3, [("site", "Example")]).data)
    ours = [e for e in document.modelspace() if e.dxf.layer.startswith("X-MRIS")]
    assert ours
    for entity in ours:
        words = " ".join(str(tag.value) for tag in entity.get_xdata("MRSITE"))
        assert "mrsite" in words
        assert plan_of(path).sha256 in words
        assert "test-1t5-unverified (unverified)" in words


def test_properties_come_where_the_host_has_a_place_for_them(host):
    data = host("R2010").read_bytes().replace(b"  9\n$INSBASE", b"  9\n$LASTSAVEDBY\n  1\nsomebody\n  9\n$INSBASE", 1)
    path = host("R2010")
    new = splice(data, drawing_for(path), 1e-3, [("site", "Ex\nample")]).data
    assert ("MRSITE site", "Ex ample") in list(read(new).header.custom_vars)
    assert untouched(data, new)
    assert untouched(data, splice(new, drawing_for(path), 1e-3, [("site", "Other")]).data)


def test_a_frozen_layer_of_ours_in_the_host_is_told(host):
    document = read(host("R2010").read_bytes())
    document.layers.add("X-MRIS-B-0P5MT-CUT").freeze()
    stream = io.StringIO()
    document.write(stream)
    notes = splice(stream.getvalue().encode(), drawing_for(host("R2010")), 1e-3).notes
    assert any("X-MRIS-B-0P5MT-CUT is off or frozen" in note for note in notes)


def test_values_of_tags_are_also_drawn_as_text(host):
    """One reader never draws attributes."""
    path = host("R2010")
    space = read(splice(path.read_bytes(), drawing_for(path), 1e-3).data).modelspace()
    (insert,) = [e for e in space.query("INSERT") if e.dxf.name == "MRSITE-DATA"]
    tags = {a.dxf.tag: a.dxf.text for a in insert.attribs}
    assert tags["MODEL"] == "test-1t5-unverified"
    assert tags["BEARING_DEG"] == "30"
    shown = " ".join(t.dxf.text for t in space.query("TEXT"))
    assert "Vendor Test 1.5T (MAGNET DATA UNVERIFIED)" in shown
    assert not space.query("MLEADER MULTILEADER DIMENSION SPLINE MTEXT")
