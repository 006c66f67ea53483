"""Files and folders are the old ones or the new ones (FAULTS rows 20 to 22, the parts without a run)."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from mrsite.base import files
from mrsite.base.errors import InputError, MachineError

OLD = {"a.txt": b"old a", "sub/b.txt": b"old b"}
NEW = {"a.txt": b"new a", "c.txt": b"new c"}


def content(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.name != files.MARKER
    }


def put(folder: Path, names: dict[str, bytes], **options) -> None:
    with files.OutputFolder(folder, **options) as claimed:
        claimed.write(names)


def beside(folder: Path) -> list[str]:
    return sorted(n for n in os.listdir(folder.parent) if n != folder.name)


def test_a_folder_is_replaced_whole_and_nothing_is_left_beside_it(tmp_path):
    out = tmp_path / "out"
    put(out, OLD)
    assert content(out) == OLD
    put(out, NEW)
    assert content(out) == NEW
    assert beside(out) == []
    assert files.owned_files(out) == ("a.txt", "c.txt")


def test_without_renameat2_the_journal_does_it(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "_rename_exchange", lambda new, old: False)
    out = tmp_path / "out"
    put(out, OLD)
    put(out, NEW)
    assert content(out) == NEW
    assert beside(out) == []


@pytest.mark.parametrize("killed_at", ["before aside", "between", "after in"])
def test_a_journal_is_repaired_by_the_next_run(tmp_path, killed_at):
    out = tmp_path / "out"
    put(out, OLD)
    new, aside, journal = (files._beside(out, what) for what in ("new", "old", "journal"))
    put(new, NEW)
    journal.write_text("{}")
    if killed_at != "before aside":
        out.rename(aside)
    if killed_at == "after in":
        new.rename(out)
    with files.OutputFolder(out):
        assert content(out) == (OLD if killed_at == "before aside" else NEW)
    assert beside(out) == []


def test_what_a_person_put_there_is_carried_over_and_never_written_over(tmp_path):
    out = tmp_path / "out"
    put(out, OLD)
    (out / "my notes.txt").write_text("mine")
    put(out, NEW)
    assert content(out) == {**NEW, "my notes.txt": b"mine"}
    with pytest.raises(InputError, match=r"my notes\.txt"):
        put(out, {"my notes.txt": b"theirs"})
    assert content(out) == {**NEW, "my notes.txt": b"mine"}
    assert beside(out) == []


def test_a_folder_of_somebody_else_is_refused(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.tex").write_text("years of work")
    with pytest.raises(InputError, match=r"thesis\.tex"):
        files.check_output_folder(out)
    with pytest.raises(InputError, match="did not write"):
        put(out, NEW)
    assert content(out) == {"thesis.tex": b"years of work"}
    assert beside(out) == []


def test_an_empty_folder_a_new_one_and_new_parents_are_taken(tmp_path):
    (tmp_path / "empty").mkdir()
    put(tmp_path / "empty", NEW)
    put(tmp_path / "p" / "q" / "out", NEW)
    assert content(tmp_path / "empty") == content(tmp_path / "p" / "q" / "out") == NEW


def test_parents_made_for_a_refused_run_are_taken_away(tmp_path):
    with pytest.raises(ValueError), files.OutputFolder(tmp_path / "p" / "q" / "out"):
        raise ValueError
    assert os.listdir(tmp_path) == []


def test_a_file_of_that_name_and_a_link_to_nothing_are_refused(tmp_path):
    (tmp_path / "f").write_text("x")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere" / "x")
    with pytest.raises(InputError, match="this is a file"):
        files.check_output_folder(tmp_path / "f")
    with pytest.raises(InputError, match="is a file"):
        files.check_output_folder(tmp_path / "f" / "below")
    put(tmp_path / "dangling", NEW)
    assert content(tmp_path / "nowhere" / "x") == NEW


def test_a_linked_folder_is_followed(tmp_path):
    real = tmp_path / "elsewhere" / "real"
    real.mkdir(parents=True)
    link = tmp_path / "out"
    link.symlink_to(real)
    put(link, NEW)
    assert link.is_symlink()
    assert content(real) == NEW


def test_an_input_inside_the_folder_is_refused(tmp_path):
    out = tmp_path / "out"
    put(out, OLD)
    (out / "site.toml").write_text("")
    with pytest.raises(InputError, match=r"site\.toml"):
        files.check_output_folder(out, inputs=[out / "site.toml"])


def test_names_that_leave_the_folder_are_a_bug_of_ours(tmp_path):
    for name in ("../x", "/x", "a/../../x", "c:x", "a\\b", ""):
        with files.OutputFolder(tmp_path / "out") as folder, pytest.raises(ValueError):
            folder.write({name: b""})


def test_a_failure_in_mid_write_leaves_the_old_set(tmp_path, monkeypatch):
    out = tmp_path / "out"
    put(out, OLD)
    real = files._write_new

    def full(path, data):
        if path.name == "c.txt":
            raise OSError(28, "No space left on device")
        real(path, data)

    monkeypatch.setattr(files, "_write_new", full)
    with pytest.raises(MachineError, match="disk is full"):
        put(out, NEW)
    assert content(out) == OLD
    assert beside(out) == []


def test_a_full_disk_is_refused_beforehand(tmp_path):
    with pytest.raises(MachineError, match="disk is full"):
        files.check_output_folder(tmp_path / "out", need=10**18)
    with pytest.raises(MachineError, match="disk is full"):
        files.check_output_file(tmp_path / "o.dxf", need=10**18)


def test_one_file_is_replaced_and_a_link_is_not_written_through(tmp_path):
    target, link = tmp_path / "target.dxf", tmp_path / "o.dxf"
    target.write_bytes(b"other")
    link.symlink_to(target)
    files.write_file(link, b"new")
    assert target.read_bytes() == b"other"
    assert link.read_bytes() == b"new"
    assert not link.is_symlink()
    assert sorted(os.listdir(tmp_path)) == ["o.dxf", "target.dxf"]


@pytest.mark.parametrize("way", ["same", "dotted", "through a link", "the link itself", "hard link"])
def test_an_input_is_never_overwritten(tmp_path, way):
    plan = tmp_path / "plan.dxf"
    plan.write_bytes(b"host")
    link, hard = tmp_path / "link.dxf", tmp_path / "hard.dxf"
    link.symlink_to(plan)
    os.link(plan, hard)
    (tmp_path / "d").mkdir()
    out, source = {
        "same": (plan, plan),
        "dotted": (tmp_path / "d" / ".." / "plan.dxf", plan),
        "through a link": (plan, link),
        "the link itself": (link, link),
        "hard link": (hard, plan),
    }[way]
    with pytest.raises(InputError, match="not overwritten"):
        files.write_file(out, b"new", inputs=[source])
    assert plan.read_bytes() == b"host"


def test_folders_devices_and_pipes_are_no_files_to_write(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for place in (tmp_path, tmp_path / "pipe", Path("/dev/null"), Path("")):
        with pytest.raises(InputError):
            files.check_output_file(place)


def holder(out: Path, then: str) -> subprocess.Popen[str]:
    code = f"""
        import time, sys
        from mrsite.base import files
        with files.OutputFolder({str(out)!r}) as folder:
            print("held", flush=True)
            {then}
    """
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_the_second_run_is_told_who_holds_the_folder_and_a_dead_lock_is_taken_over(tmp_path):
    out = tmp_path / "out"
    put(out, OLD)
    first = holder(out, "time.sleep(60)")
    try:
        with pytest.raises(MachineError, match=str(first.pid)):
            put(out, NEW)
        assert content(out) == OLD
    finally:
        first.send_signal(signal.SIGKILL)
        first.wait()
    assert beside(out) == [".out.mrsite-lock"]
    put(out, NEW)
    assert content(out) == NEW
    assert beside(out) == []


def test_a_lock_file_left_by_a_dead_process_is_taken_over(tmp_path):
    out = tmp_path / "out"
    files._beside(out, "lock").write_text(json.dumps({"pid": 2**22 + 1, "host": "elsewhere"}))
    put(out, NEW)
    assert beside(out) == []


@pytest.mark.parametrize("exchange", [True, False])
def test_killed_at_any_moment_the_set_is_old_or_new(tmp_path, exchange):
    """One set after the other is written in a process that is killed at a random moment."""
    out = tmp_path / "out"
    put(out, {"mark": b"0", **{f"f{k}": b"0" for k in range(20)}})
    prepare = "pass" if exchange else "setattr(files, '_rename_exchange', lambda new, old: False)"
    loop = (
        f"{prepare}; [folder.write({{name: b'%d' % n for name in ['mark', *(f'f{{k}}' for k in range(20))]}}) "
        "for n in range(1, 10**6)]"
    )
    for kill in range(8):
        process = holder(out, loop)
        time.sleep(0.02 + 0.013 * kill)
        process.kill()
        process.wait()
        with files.OutputFolder(out):
            pass
        held = content(out)
        assert len(held) == 21
        assert len(set(held.values())) == 1
        assert beside(out) == []
