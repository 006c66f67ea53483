"""Plans kept from one run to the next."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path

import numpy as np
import pytest

from mrsite.plans import cache, read, read_plan, rooms_geojson
from tests.plans.drawn import Habits, draw


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own, in which everything is worth keeping."""
    monkeypatch.setenv("MRSITE_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("MRSITE_CACHE", "on")
    monkeypatch.setattr(read, "WORTH_KEEPING_S", 0.0)
    return tmp_path / "cache" / "plans"


def _file(tmp_path: Path) -> Path:
    doc, _ = draw(2, Habits(rooms=6, columns=True))
    path = tmp_path / "plan.dxf"
    doc.saveas(path)
    return path


def test_second_run_is_the_same_plan_without_reading(
    tmp_path: Path, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _file(tmp_path)
    first = read_plan(path)
    assert len(list(kept.glob("*.npz"))) == 1
    monkeypatch.setattr(read, "load_drawing", lambda *a, **k: pytest.fail("read again"))
    second = read_plan(path)
    assert rooms_geojson(second) == rooms_geojson(first)
    for name in (
        "texts",
        "layers",
        "doors",
        "windows",
        "views",
        "culls",
        "grid",
        "unit_decision",
        "read",
        "warnings",
        "blocks",
    ):
        assert getattr(second, name) == getattr(first, name), name
    assert np.array_equal(second.line_points, first.line_points)
    assert second.line_points.dtype == first.line_points.dtype


def test_other_arguments_or_bytes_are_read_anew(tmp_path: Path, kept: Path) -> None:
    path = _file(tmp_path)
    read_plan(path)
    assert read_plan(path, units="inch").unit == "inch"
    assert len(list(kept.glob("*.npz"))) == 2
    path.write_bytes(path.read_bytes().replace(b"CORRIDOR", b"PASSAGES"))
    assert any(r.name == "PASSAGES" for r in read_plan(path).rooms)
    assert len(list(kept.glob("*.npz"))) == 3


def test_moved_file_is_found_and_knows_its_new_path(tmp_path: Path, kept: Path) -> None:
    path = _file(tmp_path)
    read_plan(path)
    other = tmp_path / "renamed.dxf"
    path.rename(other)
    assert read_plan(other).path == str(other)
    assert len(list(kept.glob("*.npz"))) == 1


@pytest.mark.parametrize("damage", [b"", b"not an archive", None])
def test_damaged_cache_is_read_around(tmp_path: Path, kept: Path, damage: bytes | None) -> None:
    path = _file(tmp_path)
    first = read_plan(path)
    file = next(kept.glob("*.npz"))
    file.write_bytes(file.read_bytes()[:500] if damage is None else damage)
    assert rooms_geojson(read_plan(path)) == rooms_geojson(first)


def test_any_flipped_byte_is_read_around(tmp_path: Path, kept: Path) -> None:
    path = _file(tmp_path)
    truth = rooms_geojson(read_plan(path))
    file = next(kept.glob("*.npz"))
    whole = file.read_bytes()
    rng = np.random.default_rng(0)
    for at in [0, 3, 8, 10, len(whole) - 3, len(whole) - 20, *rng.integers(0, len(whole), 60).tolist()]:
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        found = cache.load(file.stem, str(path))
        assert found is None or rooms_geojson(found) == truth
        if found is None:
            assert not file.exists()


def test_what_is_kept_has_a_bound(tmp_path: Path, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = read_plan(_file(tmp_path), cache=False)
    monkeypatch.setattr(cache, "_KEEP", 3)
    for i in range(6):
        cache.store(f"k{i}", plan)
        os.utime(kept / f"k{i}.npz", (i, i))  # used in this order
    assert sorted(f.stem for f in kept.iterdir()) == ["k3", "k4", "k5"]
    cache.load("k3", plan.path)  # used again: now the youngest
    cache.store("k6", plan)
    assert sorted(f.stem for f in kept.iterdir()) == ["k3", "k5", "k6"]
    size = (kept / "k3.npz").stat().st_size
    monkeypatch.setattr(cache, "_KEEP_BYTES", int(1.5 * size))
    (kept / "gone.1.part").write_bytes(b"half")
    os.utime(kept / "gone.1.part", (0, 0))
    (kept / "now.2.part").write_bytes(b"half")
    cache.store("k7", plan)
    assert sorted(f.name for f in kept.iterdir()) == ["k7.npz", "now.2.part"]
    monkeypatch.setattr(cache, "_KEEP_BYTES", 10)  # one larger than the bound is kept alone
    cache.store("k8", plan)
    assert sorted(f.name for f in kept.iterdir()) == ["k8.npz", "now.2.part"]


def test_read_by_other_code_is_read_anew(tmp_path: Path, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _file(tmp_path)
    read_plan(path)
    monkeypatch.setattr(cache, "_code_hash", lambda: "of another version")
    read_plan(path)
    assert len(list(kept.glob("*.npz"))) == 2


def test_switched_off_nothing_is_kept(tmp_path: Path, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _file(tmp_path)
    read_plan(path, cache=False)
    assert not kept.exists()
    monkeypatch.setenv("MRSITE_CACHE", "off")
    read_plan(path)
    assert not kept.exists()


def test_unwritable_folder_does_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "a file"
    blocked.write_text("")
    monkeypatch.setenv("MRSITE_CACHE_DIR", str(blocked))
    monkeypatch.setattr(read, "WORTH_KEEPING_S", 0.0)
    assert read_plan(_file(tmp_path)).rooms


def _store_often(args: tuple[str, str]) -> int:
    plan = read_plan(args[0], cache=False)
    for _ in range(15):
        cache.store(args[1], plan)
        assert cache.load(args[1], args[0]) is not None
    return len(plan.rooms)


def _read_often(path: str) -> list[int]:
    return [len(read_plan(path).rooms) for _ in range(6)]


def test_two_runs_at_once_read_store_and_evict(tmp_path: Path, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_KEEP", 1)  # each evicts the other's plan under its hands
    paths = []
    for seed in (2, 3):
        doc, _ = draw(seed, Habits(rooms=6))
        paths.append(str(tmp_path / f"plan{seed}.dxf"))
        doc.saveas(paths[-1])
    with multiprocessing.get_context("fork").Pool(2) as pool:
        found = pool.map(_read_often, paths, chunksize=1)
    assert [set(f) for f in found] == [{len(read_plan(p, cache=False).rooms)} for p in paths]
    assert len(list(kept.iterdir())) <= 2


def test_two_processes_never_see_half_a_file(tmp_path: Path, kept: Path) -> None:
    path = _file(tmp_path)
    with multiprocessing.get_context("fork").Pool(2) as pool:
        assert len(set(pool.map(_store_often, [(str(path), "k")] * 2))) == 1
    assert not list(kept.glob("*.part"))
