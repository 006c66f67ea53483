"""A small building with a vented magnet, for the tests of the quench: no drawing, rooms as polygons."""

from __future__ import annotations

from pathlib import Path
from typing import Any

MAGNET = """schema = 1
id = "{id}"
vendor = "Example"
model = "Vented 1.5 T"
B0_T = 1.5
shielding = "active"
magnet_length_m = 1.6
cryostat_diameter_m = 2.0
bore_diameter_m = 0.7

[design]
source = "made up for tests"
grade = "read"

[[coil]]
inner_radius = 0.5
outer_radius = 0.52
z_min = -0.4
z_max = 0.4
current_density = 6.0e7

[helium]
{helium}
"""

VENTED = {
    "sealed": "false",
    "inventory_L": 1700.0,
    "peak_flow_kg_s": 2.0,
    "inlet_temperature_K": 10.0,
    "max_back_pressure_kPa": 40.0,
    "flange_diameter_mm": 200.0,
}


def write_magnet(folder: Path, helium: dict[str, Any], name: str = "vented") -> Path:
    """Write a magnet file with these helium figures."""
    rows = "\n".join(
        f'{key} = {{ value = {value!r}, source = "made up for tests", grade = "read" }}'.replace("'", '"')
        for key, value in helium.items()
    )
    rows = rows.replace('"false"', "false").replace('"true"', "true")
    path = folder / f"{name}.toml"
    path.write_text(MAGNET.format(id=name, helium=rows), encoding="utf-8")
    return path


def building(
    folder: Path, *, helium: dict[str, Any] | None = None, pipe: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """Return a site: scan room, control room and a ward above; the pipe goes up the outside by default."""
    write_magnet(folder, VENTED if helium is None else helium)
    site: dict[str, Any] = {
        "schema": 1,
        "site": {"name": "Test", "guidance": ["uk", "vendor"], "ground_level": 0.0},
        "storey": [
            {"name": "Ground", "elevation": 0.0, "height": 4.0, "ceiling": 3.0},
            {"name": "First", "elevation": 4.0, "height": 4.0, "ceiling": 2.7},
        ],
        "scanner": [
            {
                "id": "MR1",
                "magnet": "./vented.toml",
                "storey": "Ground",
                "isocentre": [3.5, 3.0],
                "isocentre_height": 1.0,
                "bearing_deg": 0.0,
            }
        ],
        "room": [
            {
                "name": "Scan",
                "storey": "Ground",
                "polygon": [[0, 0], [7, 0], [7, 6], [0, 6]],
                "zone": "IV",
                "use": "scan",
                "occupancy": "restricted",
            },
            {
                "name": "Control",
                "storey": "Ground",
                "polygon": [[7.2, 0], [10, 0], [10, 6], [7.2, 6]],
                "use": "control",
            },
            {"name": "Ward", "storey": "First", "polygon": [[0, 0], [10, 0], [10, 6], [0, 6]], "occupancy": "public"},
        ],
        "door": [{"between": ["Scan", "Control"], "at": [7.1, 3.0], "storey": "Ground", "opens": "outward"}],
    }
    if pipe is not None:
        site["quench_pipe"] = [{"scanner": "MR1", "diameter_mm": 200, **pipe}]
    site.update(more)
    return site


#: Up, out through the wall at y = 6, and up past the roof at 8 m: crosses no other room.
OUTSIDE = {
    "points": [[3.5, 3.0, 2.0], [3.5, 3.0, 2.8], [3.5, 7.0, 2.7], [3.5, 7.0, 10.0]],
    "fittings": {"bends": "smooth"},
    "insulation": {"material": "mineral-wool", "thickness_mm": 40},
    "outlet": {"direction": "up", "mesh_free_area": 2.0, "drain": True},
    "wall_mm": 2.0,
}
#: Straight up through the ward.
THROUGH_THE_WARD = {"points": [[3.5, 3.0, 2.0], [3.5, 3.0, 10.0]], "outlet": "up"}
