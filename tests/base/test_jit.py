"""Kernels kept on disk: used while sound, made anew where damaged."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

KERNEL = """
from mrsite.base.jit import jit

@jit()
def twice(x):
    return 2.0 * x
"""
RUN = "import kernel; print(kernel.twice(21.0), sum(kernel.twice.stats.cache_hits.values()))"


def _run(folder: Path) -> str:
    env = {**os.environ, "NUMBA_CACHE_DIR": str(folder / "kept"), "PYTHONPATH": str(folder)}
    done = subprocess.run([sys.executable, "-c", RUN], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-800:]
    return done.stdout.strip()


@pytest.mark.parametrize("ending", ["nbi", "nbc"])
def test_a_damaged_kernel_on_disk_is_made_anew(tmp_path: Path, ending: str) -> None:
    (tmp_path / "kernel.py").write_text(KERNEL, encoding="utf-8")
    assert _run(tmp_path) == "42.0 0"
    assert _run(tmp_path) == "42.0 1"
    (kept,) = (tmp_path / "kept").rglob(f"*.{ending}")
    kept.write_bytes(kept.read_bytes()[:-40])
    assert _run(tmp_path) == "42.0 0"
    assert _run(tmp_path) == "42.0 1"
