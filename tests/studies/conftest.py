"""A small site of two rooms with a magnet given by one winding: a case of it takes a tenth of a second."""

from __future__ import annotations

from pathlib import Path

import pytest

MAGNET = """schema = 1
id = "one-winding"
vendor = "nobody"
model = "one winding"
B0_T = 0.02
field_axis = "z"
shielding = "none"
bore_diameter_m = 0.5
magnet_length_m = 1.4
cryostat_diameter_m = 1.4
[[coil]]
inner_radius = 0.40
outer_radius = 0.42
z_min = -0.3
z_max = 0.3
current_density = 1.2e6
"""
SITE = """schema = 1
[site]
name = "two rooms"
[[storey]]
name = "G"
height = 3.5
[[scanner]]
id = "MR1"
magnet = "./magnet.toml"
isocentre = [5.0, 4.0]
isocentre_height = 1.1
bearing_deg = 0.0
[[room]]
name = "Scan"
zone = "IV"
occupancy = "restricted"
polygon = [[2.5, 1], [9, 1], [9, 7], [2.5, 7]]
[[room]]
name = "Hall"
zone = "I"
occupancy = "public"
polygon = [[0, 1], [2.4, 1], [2.4, 7], [0, 7]]
"""


@pytest.fixture
def two_rooms(tmp_path: Path) -> Path:
    """The folder of the site."""
    (tmp_path / "magnet.toml").write_text(MAGNET)
    (tmp_path / "site.toml").write_text(SITE)
    return tmp_path
