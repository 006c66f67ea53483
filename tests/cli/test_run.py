"""The command as a person meets it: what it prints, and the status it leaves with."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mrsite.cli.run import run

MAGNET = "extremity-mgb2-0t5"

SITE = """schema = 1
[site]
name = "bare"
[[storey]]
name = "G"
height = 3.5
[[scanner]]
id = "MR1"
magnet = "extremity-mgb2-0t5"
isocentre = [5.0, 4.0]
isocentre_height = 1.1
bearing_deg = 0.0
[[room]]
name = "Scan"
zone = "IV"
occupancy = "restricted"
polygon = [[1, 1], [9, 1], [9, 7], [1, 7]]
"""


def site(tmp_path: Path, text: str = SITE) -> Path:
    path = tmp_path / "site.toml"
    path.write_text(text)
    return path


def one_sentence(capsys: pytest.CaptureFixture[str]) -> str:
    told = capsys.readouterr().err.strip()
    assert told.startswith("mrsite: ")
    assert "Traceback" not in told
    return told


def test_assess_writes_a_folder_and_says_the_conclusion_last(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert run(["assess", str(site(tmp_path)), "-o", str(out)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert "Conclusion: " in said[-1]
    assert any("patient end points right (+x)" in line for line in said)
    found = json.loads((out / "findings.json").read_text())
    assert found["conclusion"] in ("fails", "open")
    assert run(["assess", str(site(tmp_path)), "-o", str(out), "--check"]) in (1, 3)


@pytest.mark.parametrize(
    ("was", "now", "words"),
    [
        ("bearing_deg", "bering_deg", ["site.toml, line 12", "'bearing_deg'"]),
        ('name = "G"', 'name = "G"\nplan = "none.dxf"', ["site.toml, line 6", "none.dxf"]),
        ('magnet = "extremity-mgb2-0t5"', 'magnet = "extremity-mgb2-0t4"', ["site.toml, line 9", "extremity-mgb2-0t5"]),
        ("height = 3.5", "height = ", ["site.toml, line 6"]),
        ('name = "Scan"\n', 'name = "Scan"\nstorey = "H"\n', ["site.toml, line 13", "there are: G"]),
        (
            "polygon = [[1, 1], [9, 1], [9, 7], [1, 7]]",
            "polygon = [[1, 1], [9, 7], [9, 1], [1, 7]]",
            ["line 13", "crosses itself"],
        ),
    ],
)
def test_bad_input_is_told_with_its_line_and_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], was: str, now: str, words: list[str]
) -> None:
    assert was in SITE
    out = tmp_path / "out"
    assert run(["assess", str(site(tmp_path, SITE.replace(was, now))), "-o", str(out)]) == 2
    told = one_sentence(capsys)
    for word in words:
        assert word in told
    assert not out.exists()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["site.toml"]


def test_a_room_that_is_not_on_the_plan_names_the_nearest(
    tmp_path: Path, example: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in example.parent.glob("*.dxf"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    text = example.read_text().replace('number = "G09"', 'name = "MR SKAN ROOM"')
    assert run(["assess", str(site(tmp_path, text)), "-o", str(tmp_path / "out")]) == 2
    told = one_sentence(capsys)
    assert "MR SCAN ROOM" in told
    assert "line" in told


def test_a_place_in_millimetres_is_refused_with_the_likely_reading(
    tmp_path: Path, example: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = example.parent / "ground.dxf"
    out = tmp_path / "o.dxf"
    arguments = ["overlay", str(plan), "--magnet", MAGNET, "--bearing", "90", "-o", str(out)]
    assert run([*arguments, "--at", "11700,11150"]) == 2
    told = one_sentence(capsys)
    assert "read as millimetres it would be (11.700, 11.150) m" in told
    assert not out.exists()
    assert run([*arguments, "--at", "11700mm,11150mm"]) == 0
    assert out.exists()


def test_a_bearing_that_is_none_is_refused(tmp_path: Path, example: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["overlay", str(example.parent / "ground.dxf"), "--magnet", MAGNET, "--at", "11.7,11.15"]
    for bearing in ("nan", "inf"):
        assert run([*arguments, "--bearing", bearing, "-o", str(tmp_path / "o.dxf")]) == 2
        assert f"bearing {bearing} is no number" in one_sentence(capsys)


def test_a_new_site_holds_to_the_drawing_it_was_written_for(
    tmp_path: Path, example: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, plan = tmp_path / "new", example.parent / "ground.dxf"
    assert run(["new", str(folder), "--plan", str(plan), "--magnet", MAGNET, "--at", "11.7,11.15"]) == 0
    capsys.readouterr()
    (line,) = [x for x in (folder / "site.toml").read_text().splitlines() if x.startswith("plan_sha256")]
    digest = hashlib.sha256(plan.read_bytes()).hexdigest()
    assert digest[:16] in line
    drawing = folder / "ground.dxf"
    drawing.write_bytes(drawing.read_bytes().replace(b"CORRIDOR", b"CORRIDAR"))
    assert run(["assess", str(folder), "-o", str(tmp_path / "out")]) == 2
    told = one_sentence(capsys)
    assert "not the drawing that this file speaks of" in told
    assert "mrsite plan-diff" in told


def test_an_unknown_unit_and_a_wrong_option_are_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["assess"]) == 2
    assert "SITE" in one_sentence(capsys)
    assert run(["assess", "x.toml", "--nonsense"]) == 2
    assert "--nonsense" in one_sentence(capsys)
    assert run(["fly"]) == 2
    one_sentence(capsys)


def test_field_at_points_meets_the_closed_form_on_the_axis(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A thin loop in a file of its own: B = mu0 I a^2 / (2 (a^2 + z^2)^(3/2)) (Jackson 5.40 on the axis)."""
    import math

    width = 1e-4
    magnet = tmp_path / "loop.toml"
    magnet.write_text(
        'schema = 1\nid = "loop"\nvendor = "test"\nmodel = "loop"\nB0_T = 0.01\nshielding = "none"\n'
        f"[[coil]]\ninner_radius = {0.5 - width / 2}\nouter_radius = {0.5 + width / 2}\nz_min = {-width / 2}\n"
        f"z_max = {width / 2}\ncurrent_density = {1e4 / width**2}\n"
    )
    points = tmp_path / "p.csv"
    points.write_text("x,y,z\n" + "".join(f"0,0,{z}\n" for z in (0.0, 0.3, 1.0, 4.0)))
    assert run(["field", str(magnet), "--points", str(points)]) == 0
    rows = [line.split(",") for line in capsys.readouterr().out.splitlines()]
    assert rows[0] == ["x", "y", "z", "Bx", "By", "Bz", "B", "grad_B"]
    for row in rows[1:]:
        z, bz = float(row[2]), float(row[5])
        closed = 4e-7 * math.pi * 1e4 * 0.25 / (2 * (0.25 + z * z) ** 1.5)
        assert bz == pytest.approx(closed, rel=2e-7)  # the winding is 0.1 mm wide: (w/a)^2 / 24


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b\n1,2\n", "columns x, y and z"),
        ("x,y,z\n1,2,three\n", "line 2"),
        ("x,y,z\n", "holds no points"),
        ("x,y,z\n1,2,inf\n", "not finite"),
    ],
)
def test_points_that_cannot_be_read_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, words: str
) -> None:
    points = tmp_path / "p.csv"
    points.write_text(text)
    assert run(["field", MAGNET, "--points", str(points)]) == 2
    assert words in one_sentence(capsys)


def test_new_copies_the_example_and_it_assesses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "mine"
    assert run(["new", str(folder), "--example", "district-hospital"]) == 0
    assert (folder / "site.toml").is_file()
    assert run(["new", str(folder), "--example", "district-hospital"]) == 2
    assert "not an empty folder" in capsys.readouterr().err
    assert run(["new", str(tmp_path / "other"), "--example", "district-hopsital"]) == 2
    assert "district-hospital" in capsys.readouterr().err


def test_a_closed_pipe_is_no_error() -> None:
    command = f"{sys.executable} -m mrsite magnets | head -1"
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert done.returncode in (0, 1, 141)  # rich leaves with 1 where its reader has gone


def test_a_bug_is_one_sentence_and_a_log(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from mrsite.face import quick

    def broken(*_: object) -> None:
        raise ZeroDivisionError("planted")

    monkeypatch.setattr(quick, "field_table", broken)
    assert run(["field", MAGNET, "--points", "p.csv"]) == 4
    told = one_sentence(capsys)
    log = Path(told.rsplit(" ", 1)[-1])
    assert "planted" in log.read_text()
    log.unlink()


def test_a_pipe_that_closes_early_loses_no_file(tmp_path: Path, example: Path) -> None:
    """As ``mrsite rooms ... | head -1`` does."""
    out = tmp_path / "rooms.geojson"
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "mrsite", "rooms", str(example.parent / "ground.dxf"), "-o", str(out)]
    with open(writer, "wb") as closed:
        subprocess.run(command, stdout=closed, stderr=subprocess.DEVNULL, check=False, timeout=300)
    assert out.exists()
    assert out.with_suffix(".png").exists()
