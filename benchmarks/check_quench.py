"""Small sites for the checks of the quench: part of the table of ``benchmarks.checks``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from benchmarks import check_sites as small
from mrsite.base.quantity import Cited
from mrsite.site.project import Project
from mrsite.site.schema import OpeningEntry, QuenchPipeEntry

if TYPE_CHECKING:
    from benchmarks.checks import Case

VENTED = {
    "sealed": False,
    "inventory_L": 1700.0,
    "peak_flow_kg_s": 2.0,
    "inlet_temperature_K": 10.0,
    "max_back_pressure_kPa": 40.0,
    "flange_diameter_mm": 200.0,
}
UP = ((4.2, 3.0, 2.0), (4.2, 3.0, 10.0))
OVER_CONTROL = ((4.2, 3.0, 2.0), (4.2, 3.0, 2.6), (12.0, 3.0, 2.5), (12.0, 3.0, 10.0))
GOOD = {
    "insulation": {"material": "mineral-wool", "thickness_mm": 40},
    "material": "stainless",
    "outlet": {"direction": "up", "mesh_free_area": 2.0, "drain": True},
}


def site(
    helium: Mapping[str, Any] = VENTED,
    points: Any = UP,
    diameter_mm: Any = 200.0,
    at: Any = None,
    packs: Any = ("uk", "vendor"),
    rooms: Any = None,
    **pipe: Any,
) -> Project:
    """Return the department with a quench pipe."""
    cited = {k: Cited(v, "", "made up", "read") for k, v in helium.items()}
    more: dict[str, Any] = {"model": small.magnet(helium=cited)}
    if points is not None:
        more["quench_pipes"] = (
            QuenchPipeEntry(scanner="MR1", points=points, diameter_mm=diameter_mm, **{**GOOD, **pipe}),
        )
    if rooms is not None:
        more["rooms"] = rooms
    project = small.department(packs, **more)
    return project if at is None else replace(project, openings=(OpeningEntry(at=at, kind="intake", name="AHU"),))


def cases() -> Iterator[Case]:
    """Yield the rows."""
    from benchmarks.checks import Case

    of = "quench pipe of MR1"
    yield Case("quench_pipe", "pass", f"pressure in the {of}", site, "8 m of 200 mm at 2 kg/s stays below 40 kPa")
    yield Case("quench_pipe", "fail", f"pressure in the {of}", lambda: site(diameter_mm=80.0), "80 mm chokes at 2 kg/s")
    yield Case(
        "quench_pipe", "not-assessed", f"pressure in the {of}", lambda: site({"sealed": False}), "no vendor data"
    )
    yield Case("quench_pipe", "not-assessed", of, lambda: site(points=None), "vented and no pipe stated")
    yield Case(
        "quench_pipe",
        "fail",
        f"bore of the {of}",
        lambda: site(points=OVER_CONTROL, diameter_mm=(200.0, 200.0, 150.0)),
        "200 to 150 mm",
    )
    yield Case("quench_pipe", "pass", f"bore of the {of}", site, "one bore, that of the flange")
    low = ((4.2, 3.0, 2.0), (4.2, 3.0, 2.8), (9.0, 3.0, 2.5), (9.0, 3.0, 10.0))
    yield Case(
        "quench_pipe",
        "fail",
        f"fall and drain of the {of}",
        lambda: site(points=low, outlet="up"),
        "falls to 2.5 m and rises: a siphon",
    )
    yield Case(
        "quench_pipe",
        "warn",
        f"CONTROL on the way of the {of}",
        lambda: site(points=OVER_CONTROL),
        "3.0 m of the run lie over CONTROL",
    )
    yield Case("quench_pipe", "pass", f"rooms on the way of the {of}", site, "straight up out of SCAN")
    yield Case("quench_pipe", "fail", f"material of the {of}", lambda: site(material="carbon-steel"), "embrittles")
    yield Case("quench_pipe", "not-assessed", f"insulation of the {of}", lambda: site(insulation=None), "not stated")
    yield Case(
        "quench_pipe",
        "warn",
        f"cap and mesh of the {of}",
        lambda: site(outlet={"mesh_free_area": 1.0, "drain": True}),
        "free area 1 below 2",
    )
    outlet = "surroundings of the quench outlet of MR1"
    yield Case(
        "quench_outlet",
        "fail",
        "AHU at the quench outlet of MR1",
        lambda: site(at=(5.2, 3.0, 10.0)),
        "1.0 m beside the outlet, against 3.05 m",
        margin_m=1.0 - 3.05,
    )
    yield Case(
        "quench_outlet",
        "fail",
        "AHU at the quench outlet of MR1",
        lambda: site(at=(4.2, 3.0, 16.0)),
        "6.0 m above the outlet, against 6.10 m",
        margin_m=6.0 - 6.1,
    )
    yield Case(
        "quench_outlet",
        "pass",
        outlet,
        lambda: site(at=(10.25, 3.0, 10.0)),
        "6.05 m beside, 3.0 m clear of 3.05 m",
        margin_m=3.0,
    )
    yield Case("quench_outlet", "not-assessed", outlet, site, "nobody says where intakes are")
    cloud = "helium cloud at the quench outlet of MR1"
    yield Case(
        "quench_outlet",
        "not-assessed",
        cloud,
        lambda: site(outlet={"direction": "down", "drain": True}, at=(70.0, 3.0, 1.0)),
        "downward: not modelled",
    )
    yield Case("quench_outlet", "pass", cloud, lambda: site(at=(4.2, -60.0, 2.0)), "63 m away and 8 m below")
    yield Case(
        "quench_outlet",
        "warn",
        "AHU in the helium cloud of MR1",
        lambda: site(at=(4.2, 3.0, 25.0)),
        "15 m straight above the outlet",
    )
    oxygen = "oxygen in the room of MR1 if its helium is let into it"
    sealed = {"sealed": True, "inventory_L": 7.0}
    yield Case(
        "quench_room",
        "pass",
        oxygen,
        lambda: site(sealed, points=None),
        "7 L make 5.247 m3 in 7 · 6 · 3 = 126 m3: 20.95 (1 - 5.247/126) = 20.078 %",
        margin=20.95 * (1 - 5.24731 / 126) - 19.5,
    )
    yield Case(
        "quench_room", "warn", oxygen, lambda: site({**sealed, "inventory_L": 40.0}, points=None), "40 L leave 15.96 %"
    )
    yield Case("quench_room", "not-assessed", oxygen, lambda: site({"sealed": True}, points=None), "no inventory")
    yield Case("quench_room", "warn", oxygen, site, "2 kg/s into 126 m3: 12 m3/s, below 18 % in under 2 s")
    pressure = "pressure in the room of MR1 if its helium is let into it"
    # isothermal: 12.03 m3/s less the fan's 0.667 through 0.6 A at 105.6 Pa:
    # A = 11.36/0.6 sqrt(1.204/211.1) = 1.43 m2
    yield Case(
        "quench_room", "pass", pressure, lambda: site(rooms={"SCAN": {"relief_area_m2": 1.44}}), "1.43 m2 are wanted"
    )
    yield Case(
        "quench_room", "warn", pressure, lambda: site(rooms={"SCAN": {"relief_area_m2": 1.42}}), "1.43 m2 are wanted"
    )
    yield Case("quench_room", "not-assessed", pressure, site, "relief opening not stated")
