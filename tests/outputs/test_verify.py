"""A delivered assessment made again: the same rows where nothing was touched, a miss where something was."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest

import mrsite
from mrsite.base.errors import InputError
from mrsite.base.files import sha256_of
from mrsite.outputs.bundle import MANIFEST
from mrsite.outputs.verify import Row, hash_rows, read_bundle, result_rows
from tests.outputs.build import host_bytes

COIL = """schema = 1
id = "{id}"
vendor = "Own"
model = "Two windings"
B0_T = 0.05
field_axis = "z"
magnet_length_m = 1.0
cryostat_diameter_m = 1.2
bore_diameter_m = 0.6
[[coil]]
inner_radius = 0.5
outer_radius = 0.53
z_min = -0.4
z_max = -0.2
current_density = {density}
[[coil]]
inner_radius = 0.5
outer_radius = 0.53
z_min = 0.2
z_max = 0.4
current_density = {density}
"""
SITE = """schema = 1
[site]
name = "Two windings in a room"
guidance = ["uk"]
catalogues = ["../catalogue"]
[schedules]
equipment = "lists/equipment.csv"
[[storey]]
name = "Ground"
plan = "../drawings/ground.dxf"
units = "mm"
elevation = 0.0
height = 4.0
[[scanner]]
id = "MR1"
magnet = "two-windings"
storey = "Ground"
isocentre = [5.0, 4.0]
isocentre_height = 1.0
bearing_deg = 0.0
"""


@pytest.fixture(scope="module")
def delivered(tmp_path_factory) -> bytes:
    """A bundle of a site whose drawing and catalogue lie elsewhere; what it was made from is gone since."""
    folder = tmp_path_factory.mktemp("delivered")
    for name in ("site/lists", "drawings", "catalogue"):
        (folder / name).mkdir(parents=True)
    (folder / "drawings" / "ground.dxf").write_bytes(host_bytes())
    (folder / "catalogue" / "windings.toml").write_text(COIL.format(id="two-windings", density=4e6))
    (folder / "site" / "site.toml").write_text(SITE)
    (folder / "site" / "lists" / "equipment.csv").write_text('id,max_field_mT,at\nmonitor,1.0,"8.0,4.0"\n')
    mrsite.assess(folder / "site").save(folder / "out", bundle=True)
    data = (folder / "out" / "bundle.zip").read_bytes()
    shutil.rmtree(folder)
    return data


def repacked(data: bytes, changes: dict[str, bytes | None], *, rehash: bool = False) -> bytes:
    """The bundle with members changed, added or (None) taken out; perhaps with a manifest made to fit."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members: dict[str, bytes | None] = {n: archive.read(n) for n in archive.namelist()}
    members.update(changes)
    if rehash:
        manifest = json.loads(members[MANIFEST] or b"")
        for kind, prefix in (("results", ""), ("inputs", "inputs/")):
            manifest[kind] = {n: sha256_of(members[prefix + n] or b"") for n in manifest[kind]}
        members[MANIFEST] = json.dumps(manifest).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            if content is not None:
                archive.writestr(name, content)
    return buffer.getvalue()


def missed(rows: Iterable[Row]) -> dict[str, str]:
    return {row.what: row.said for row in rows if not row.same}


@pytest.fixture(scope="module")
def again(delivered) -> dict[str, bytes]:
    """What the same assessment gives again."""
    with zipfile.ZipFile(io.BytesIO(delivered)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def put(tmp_path):
    def write(data: bytes) -> Path:
        path = tmp_path / "bundle.zip"
        path.write_bytes(data)
        return path

    return write


def test_everything_that_the_site_was_made_from_is_in_the_bundle_and_gives_the_same_again(delivered, put):
    path = put(delivered)
    bundle = read_bundle(path)
    assert set(bundle.inputs) == {
        "site.toml", "lists/equipment.csv", "elsewhere/ground.dxf", "elsewhere/catalogue/windings.toml",
        "elsewhere/windings.toml",
    }  # fmt: skip
    done = mrsite.verify(path)
    assert done.same, [row for row in done.rows if not row.same]
    assert sum(row.what.startswith("finding ") for row in done.rows) > 20
    # What names the drawing by its place differs, since it lies elsewhere now; the findings do not.
    assert any("same byte for byte" in note for note in done.notes)


def test_a_verdict_or_a_number_changed_after_delivery_misses_though_the_hashes_fit(delivered, again, put):
    with zipfile.ZipFile(io.BytesIO(delivered)) as archive:
        findings = json.loads(archive.read("findings.json"))
    judged = next(f for f in findings["findings"] if f["measured"] and f["measured"]["upper"])
    judged["status"] = "pass" if judged["status"] != "pass" else "fail"
    judged["measured"]["upper"] *= 1 + 1e-4
    path = put(repacked(delivered, {"findings.json": json.dumps(findings).encode()}, rehash=True))
    assert missed(hash_rows(read_bundle(path))) == {}
    (said,) = missed(result_rows(read_bundle(path), again)).values()
    assert "status was" in said
    assert "measured was" in said


def test_another_input_misses_in_the_lines_and_findings(delivered, put):
    stronger = COIL.format(id="two-windings", density=5e6).encode()
    changes = {"inputs/elsewhere/catalogue/windings.toml": stronger, "inputs/elsewhere/windings.toml": stronger}
    found = missed(mrsite.verify(put(repacked(delivered, changes, rehash=True))).rows)
    assert any("moved out" in said for said in found.values())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"inputs/site.toml": b"schema = 1\n"}, "changed"),
        ({"report.html": b"other"}, "changed"),
        ({"ground.svg": None}, "missing"),
        ({"more.txt": b"x"}, "added later"),
    ],
)
def test_a_member_that_is_not_as_the_manifest_says_misses(delivered, put, changes, said):
    found = missed(hash_rows(read_bundle(put(repacked(delivered, changes)))))
    assert [said in text for text in found.values()] == [True]


def test_what_is_no_bundle_is_refused_in_words(delivered, put, tmp_path):
    with pytest.raises(InputError, match="no such file"):
        mrsite.verify(tmp_path)
    for data in (b"", b"PK\x03\x04 no zip", delivered[:-2000]):
        with pytest.raises(InputError, match="no zip"):
            mrsite.verify(put(data))
    empty = io.BytesIO()
    zipfile.ZipFile(empty, "w").close()
    with pytest.raises(InputError, match="no bundle"):
        mrsite.verify(put(empty.getvalue()))
    with zipfile.ZipFile(io.BytesIO(delivered)) as archive:
        manifest = json.loads(archive.read(MANIFEST))
    manifest["inputs"]["../../evil"] = "0"
    with pytest.raises(InputError, match="leave the folder"):
        mrsite.verify(put(repacked(delivered, {MANIFEST: json.dumps(manifest).encode()})))


def test_the_command_exits_1_where_a_row_misses(delivered, put, capsys):
    from mrsite.cli.run import run

    assert run(["verify", str(put(repacked(delivered, {"inputs/site.toml": b"x"})))]) == 1
    assert "MISS  file inputs/site.toml" in capsys.readouterr().out
    assert run(["verify", str(put(b"x"))]) == 2
