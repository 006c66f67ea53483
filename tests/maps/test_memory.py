"""Ten million points under two gigabytes of address space."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

TEN_MILLION = """
import resource, numpy as np
resource.setrlimit(resource.RLIMIT_AS, (2_000_000_000, 2_000_000_000))
from mrsite import fields
coils = fields.CoilSet([fields.Coil(0.5, 0.6, -0.1, 0.1, 1e8), fields.Loop(0.8, 0.2, -1e5)])
b = coils.flux_density(np.random.default_rng(0).uniform(3.0, 5.0, (10**7, 3)))
print(b.shape, bool(np.isfinite(b).all()))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="address space is limited by RLIMIT_AS on Linux alone")
def test_ten_million_points_under_two_gigabytes():
    environment = {**os.environ, "NUMBA_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "1"}
    out = subprocess.run([sys.executable, "-c", TEN_MILLION], capture_output=True, text=True, env=environment)
    assert out.stdout.split() == ["(10000000,", "3)", "True"], out.stderr
