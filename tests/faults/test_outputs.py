"""Faults at the way out: words that bite (rows 13 to 16), and the machine (rows 20 to 22).

Each test makes the fault happen. The parts of the machine's rows that need no assessment are in
``tests/base/test_files.py``.
"""

from __future__ import annotations

import csv
import io
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import textwrap
import time
import zipfile
from pathlib import Path

import ezdxf
import pytest

from mrsite.base import files
from mrsite.base.errors import InputError, MachineError
from mrsite.outputs import csv_tables, report_html
from mrsite.outputs.folder import files_of, write_folder
from mrsite.outputs.overlay import write_overlay
from tests.outputs.browser import Page
from tests.outputs.build import HOSTILE, NASTY, host_bytes, outcome_of, renamed

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "in" / "ground.dxf"
    path.parent.mkdir()
    path.write_bytes(host_bytes())
    (path.parent / "site.toml").write_text("schema = 1\n")
    return path


def content(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


# 13 -------------------------------------------------------------------------------------------------


@pytest.mark.cad
@pytest.mark.parametrize(
    "word", [HOSTILE, '"><img src=x onerror=alert(1)>', "</script>", "javascript:alert(1)", "{{ 7*7 }}"]
)
def test_13_a_script_in_a_name_is_shown_as_text(plan, tmp_path, chromium, word):
    path = tmp_path / "report.html"
    path.write_bytes(report_html.render(outcome_of(plan, words=(word,))))
    with Page(chromium, path) as page:
        shown = page.run("document.body.innerText")
        assert page.dialogs == []
        assert page.errors == []
        assert [url for url in page.requests if not url.startswith("file:")] == []
        assert page.run("document.querySelectorAll('script').length") == 2
        assert page.run("document.querySelectorAll('img, iframe, object, embed, foreignObject').length") == 0
        assert page.run("document.documentElement.classList.contains('scripted')")
        assert word in shown
        assert "49" not in page.run("document.querySelector('h1').innerText")
        # Nothing else may run either, were it to get in.
        assert (
            page.run(
                "(() => { const s = document.createElement('script'); s.textContent = 'window.bad = 1'; "
                "document.body.append(s); return window.bad; })()"
            )
            is None
        )


# 14 -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_14_a_formula_in_a_name_is_a_text_in_a_spreadsheet(plan, word):
    outcome = outcome_of(plan, words=(word,))
    rows = list(csv.reader(io.StringIO(csv_tables.render(outcome)["equipment.csv"].decode(), newline="")))
    assert rows[1][0] == f"'{word}"
    found = json.loads(files_of(outcome)["findings.json"])
    assert found["site"] == word


# 15 -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", NASTY)
def test_15_every_output_takes_every_word(plan, word):
    made = files_of(outcome_of(plan, words=(word,)))
    for name, data in made.items():
        if name.endswith(".dxf"):
            text = data.decode("utf-8")
            assert "\x1b" not in text
            document = ezdxf.read(io.StringIO(text))
            assert not document.audit().errors, name
            for entity in document.modelspace().query("TEXT"):
                assert len(entity.dxf.text) < 260
        elif name.endswith((".txt", ".svg", ".html")):
            assert b"\x1b" not in data, name
    if len(word) > 1000:
        assert word in made["findings.json"].decode()
        assert word not in made["ground.svg"].decode()


# 16 -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["../../etc/x", "CON", "a/b", "dot.", "nul.txt", "a\\b:c", "\u6c34", "x" * 300])
def test_16_names_never_leave_the_folder(plan, tmp_path, word):
    outcome = renamed(outcome_of(plan), name=word)
    out = tmp_path / "deep" / "deeper" / "out"
    write_folder(outcome, out)
    assert sorted(p.name for p in (tmp_path / "deep").iterdir()) == ["deeper"]
    assert sorted(p.name for p in out.parent.iterdir()) == ["out"]


# 20 -------------------------------------------------------------------------------------------------


def as_nobody(code: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    if os.getuid() != 0:
        pytest.skip("only root can run as somebody else")
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        ["setpriv", "--reuid", "65534", "--clear-groups", sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env=environment,
        check=False,
    )


def test_20_a_read_only_folder_is_refused_before_any_work(tmp_path):
    out = tmp_path / "out"
    with files.OutputFolder(out) as folder:
        folder.write({"a": b"old"})
    tmp_path.chmod(0o755)
    before = content(out)
    done = as_nobody(
        f"""
        from mrsite.base import files
        from mrsite.base.errors import MachineError
        for call in (files.check_output_folder, lambda p: files.OutputFolder(p).__enter__(),
                     lambda p: files.write_file(str(p) + "/x.dxf", b"1")):
            try:
                call({str(out)!r})
            except MachineError as error:
                print(error)
    """,
        Path("/"),
    )
    if "No module named" in done.stderr or "Permission denied" in done.stderr:
        pytest.skip("nobody cannot read this checkout")
    told = done.stdout.splitlines()
    assert len(told) == 3, done.stderr
    assert all("cannot be written" in line for line in told)
    assert content(out) == before


@pytest.fixture
def small_disk(tmp_path):
    place = tmp_path / "small"
    place.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("no tmpfs can be mounted here")
    yield place
    subprocess.run(["umount", "-l", place], check=False)


def test_20_a_full_disk_is_refused_before_any_work_and_in_mid_write(plan, small_disk, monkeypatch):
    with pytest.raises(MachineError, match="disk is full"):
        files.check_output_folder(small_disk / "out")
    with pytest.raises(MachineError, match="disk is full"):
        write_folder(outcome_of(plan), small_disk / "out")
    assert list(small_disk.iterdir()) == []
    # Where it could not be known beforehand: the write itself fails, and the old set stays.
    monkeypatch.setattr(files, "_check_place", lambda *_: None)
    out = small_disk / "out"
    with files.OutputFolder(out) as folder:
        folder.write({"a.txt": b"old"})
    before = content(out)
    with pytest.raises(MachineError, match="disk is full"), files.OutputFolder(out) as folder:
        folder.write({"a.txt": b"new", "big": b"x" * 2_000_000})
    assert content(out) == before
    assert [p.name for p in small_disk.iterdir()] == ["out"]
    with pytest.raises(MachineError, match="disk is full"):
        files.write_file(small_disk / "o.dxf", b"x" * 2_000_000)
    assert [p.name for p in small_disk.iterdir()] == ["out"]


def test_20_the_input_is_never_overwritten(plan, tmp_path):
    before = plan.read_bytes()
    link = tmp_path / "link.dxf"
    link.symlink_to(plan)
    for place in (plan, plan.parent / ".." / "in" / "ground.dxf"):
        with pytest.raises(InputError, match="not overwritten"):
            write_overlay({place.name: b"x"}, place.parent, inputs=[plan])
    write_overlay({link.name: b"x"}, link.parent, inputs=[plan])  # a linked output is replaced, not written through
    assert plan.read_bytes() == before
    assert link.read_bytes() == b"x"
    with pytest.raises(InputError, match="did not write"):
        write_folder(outcome_of(plan), plan.parent)
    assert plan.read_bytes() == before


# 21 -------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_21_assess_killed_at_random_leaves_a_whole_set(example, tmp_path):
    """Thirty kills of the whole command, of two revisions in turn: the folder holds one complete set or the other.

    A set is complete where every file has the hash that the manifest of its bundle gives.
    """
    sites = []
    for revision in ("P1", "P2"):
        folder = tmp_path / "in" / revision
        shutil.copytree(example.parent, folder)
        text = (folder / "site.toml").read_text(encoding="utf-8")
        changed = re.sub(r'^revision = "P1"$', f'revision = "{revision}"', text, count=1, flags=re.M)
        (folder / "site.toml").write_text(changed, encoding="utf-8")
        sites.append(folder / "site.toml")
    out = tmp_path / "out"

    def command(k: int) -> list[str]:
        return [sys.executable, "-m", "mrsite", "assess", str(sites[k % 2]), "-o", str(out), "--bundle"]

    def revision_held() -> str:
        held = content(out)
        with zipfile.ZipFile(io.BytesIO(held["bundle.zip"])) as archive:
            manifest = json.loads(archive.read("manifest.json"))
        assert set(held) == {*manifest["results"], "bundle.zip", files.MARKER}
        for name, digest in manifest["results"].items():
            assert files.sha256_of(held[name]) == digest, name
        return str(json.loads(held["basis.json"])["revision"])

    start = time.monotonic()
    assert subprocess.run(command(0), capture_output=True, check=False).returncode == 0
    lasts = time.monotonic() - start
    assert revision_held() == "P1"
    rng = random.Random(21)
    seen = []
    for k in range(1, 33):
        process = subprocess.Popen(command(k), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if k in (11, 22):  # two are let finish, so that kills fall on either set
            assert process.wait() == 0
        else:
            time.sleep(rng.uniform(0.0, 1.1 * lasts))
            process.send_signal(signal.SIGKILL)
            process.wait()
        seen.append(revision_held())
    assert set(seen) == {"P1", "P2"}
    assert [seen[10], seen[21]] == ["P2", "P1"]
    assert subprocess.run(command(1), capture_output=True, check=False).returncode == 0
    assert revision_held() == "P2"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in", "out"]


def test_21_the_writing_of_a_result_killed_at_random_leaves_a_whole_set(plan, tmp_path):
    """The part of the command that writes, killed eight times within it."""
    out = tmp_path / "out"
    write_folder(outcome_of(plan), out)
    whole = content(out)
    other = {name: b"other" for name in whole if name != files.MARKER}
    code = f"""
        from mrsite.base import files
        from pathlib import Path
        sets = [{{n: (Path({str(tmp_path / "keep")!r}) / n).read_bytes() for n in {sorted(other)!r}}}, {other!r}]
        with files.OutputFolder({str(out)!r}) as folder:
            print("go", flush=True)
            k = 0
            while True:
                k += 1
                folder.write(sets[k % 2])
    """
    keep = tmp_path / "keep"
    keep.mkdir()
    for name, data in whole.items():
        (keep / name).write_bytes(data)
    rng = random.Random(3)
    for _ in range(8):
        process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stdout.readline() == b"go\n"
        time.sleep(rng.uniform(0.0, 0.3))
        process.kill()
        process.wait()
        with files.OutputFolder(out):
            held = content(out)
        del held[files.MARKER]
        assert held in (other, {n: d for n, d in whole.items() if n != files.MARKER})
        assert sorted(p.name for p in tmp_path.iterdir()) == ["in", "keep", "out"]


#: Every change that a run makes to the disk, by the call that makes it.
_CALLS = ("rename", "replace", "unlink", "rmdir", "mkdir", "fsync", "link")


@pytest.mark.parametrize("exchange", [True, False], ids=["exchanged", "aside-and-in"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_21_killed_at_each_change_to_the_disk_the_next_run_finds_one_whole_set(tmp_path, exchange, when):
    """The process kills itself at its first, second, ... change to the disk, until it gets through."""
    code = f"""
        import os, signal, sys
        from mrsite.base import files
        count = 0

        def deadly(call):
            def wrapped(*given, **named):
                global count
                count += 1
                if {when!r} == "before" and count == int(sys.argv[1]):
                    os.kill(os.getpid(), signal.SIGKILL)
                mine = count
                try:
                    return call(*given, **named)
                finally:
                    if {when!r} == "after" and mine == int(sys.argv[1]):
                        os.kill(os.getpid(), signal.SIGKILL)
            return wrapped

        with files.OutputFolder(sys.argv[2]) as folder:
            for name in {_CALLS!r}:
                setattr(os, name, deadly(getattr(os, name)))
            files._rename_exchange = deadly(files._rename_exchange) if {exchange} else (lambda new, old: False)
            folder.write({{"a.txt": b"new", "sub/b.txt": b"new"}})
        print("through")
    """
    old, new = ({"a.txt": word, "sub/b.txt": word} for word in (b"old", b"new"))
    kept, seen = {"mine.txt": b"a person's own"}, []
    for kill in range(1, 200):
        out = tmp_path / f"{kill}" / "out"
        with files.OutputFolder(out) as folder:
            folder.write(old)
        (out / "mine.txt").write_bytes(kept["mine.txt"])
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(code), str(kill), str(out)], capture_output=True, check=False
        )
        through = done.stdout == b"through\n"
        assert through or done.returncode == -signal.SIGKILL, done.stderr
        if exchange:  # at no moment is there no folder
            held = content(out)
            del held[files.MARKER]
            assert held in ({**old, **kept}, {**new, **kept})
        with files.OutputFolder(out):  # the next run repairs before it does anything else
            held = content(out)
        del held[files.MARKER]
        assert held in ({**old, **kept}, {**new, **kept})
        assert [p.name for p in out.parent.iterdir()] == ["out"]
        seen.append(held["a.txt"])
        if through:
            break
    assert through
    assert kill > 10
    assert seen == sorted(seen, reverse=True)  # old up to one moment, new from there on
    assert b"old" in seen


# 22 -------------------------------------------------------------------------------------------------


def test_22_the_second_run_is_refused_and_told_by_whom(plan, tmp_path):
    out = tmp_path / "out"
    code = f"""
        import time
        from mrsite.base import files
        with files.OutputFolder({str(out)!r}):
            print("held", flush=True)
            time.sleep(60)
    """
    first = subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE)
    try:
        assert first.stdout is not None
        assert first.stdout.readline() == b"held\n"
        with pytest.raises(MachineError, match=re.compile(rf"process {first.pid} on \S+")):
            write_folder(outcome_of(plan), out)
        assert not out.exists()
    finally:
        first.kill()
        first.wait()
    write_folder(outcome_of(plan), out)  # a lock that nobody holds any more is taken over
    assert (out / "findings.json").is_file()
