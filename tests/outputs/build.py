"""Small hosts, plans and outcomes made by hand, so that what is tested is the drawing alone."""

from __future__ import annotations

import hashlib
import io
import math
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import ezdxf
import numpy as np
import shapely

from mrsite.base.pose import Pose
from mrsite.base.quantity import Banded
from mrsite.base.units import INSUNITS, METRES
from mrsite.checks.finding import Finding, Outcome
from mrsite.guidance.packs import Pack
from mrsite.magnets.model import MagnetModel
from mrsite.outputs.magnet_marks import Standing
from mrsite.plans.plan import Evidence as UnitEvidence
from mrsite.plans.plan import LayerDecision, Plan, Text, UnitDecision
from mrsite.site.evidence import Evidence, Region
from mrsite.site.project import Door, Equipment, Project, Scanner, Space, Storey
from mrsite.site.schema import DrawingTable, IssueTable

VERSIONS = ("R12", "R2000", "R2004", "R2007", "R2010", "R2013", "R2018")
CODES = {unit: code for code, unit in INSUNITS.items()}
HOSTILE = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(1)>&amp;"
NASTY = (HOSTILE, "=cmd|' /C calc'!A0", "$x^2$ \\frac{1}{2} [bold] #set page", "\x1b[2J\x07", "x" * 10_000, "\u05d0\u05d1\u202e",  # noqa: E501
         "\U0001f9f2", "%%d ^J \\U+0041 \\P", "a\nb\r\nc\x00", "\ud800")  # fmt: skip


def host_bytes(
    version: str = "R2010",
    unit: str = "mm",
    origin: tuple[float, float] = (0.0, 0.0),
    declared: int | None = None,
    newline: str = "\n",
) -> bytes:
    """A room of 10 m by 8 m with a block, a hatch and texts, drawn in any unit, version and place."""
    document = ezdxf.new(version)
    k = 1 / METRES[unit]
    x, y = origin

    def at(u: float, v: float) -> tuple[float, float]:
        return ((x + u) * k, (y + v) * k)

    space = document.modelspace()
    document.layers.add("A-WALL", color=7)
    for a, b in (((0, 0), (10, 0)), ((10, 0), (10, 8)), ((10, 8), (0, 8)), ((0, 8), (0, 0))):
        space.add_line(at(*a), at(*b), dxfattribs={"layer": "A-WALL"})
    block = document.blocks.new("DOOR")
    block.add_line((0, 0), (k, 0))
    space.add_blockref("DOOR", at(2, 0))
    space.add_text("Salle d'examen \u00e9", height=0.25 * k).set_placement(at(1, 7))
    space.add_circle(at(5, 4), 0.2 * k)
    if version != "R12":
        document.header["$INSUNITS"] = CODES[unit] if declared is None else declared
        space.add_lwpolyline([at(3, 3), at(4, 3), at(4, 4)])
    stream = io.StringIO()
    document.write(stream)
    text = stream.getvalue()
    encoding = "utf-8" if version in ("R2007", "R2010", "R2013", "R2018") else "cp1252"
    return text.replace("\n", newline).encode(encoding, "dxfreplace")


def plan_of(
    path: Path,
    unit: str = "mm",
    origin: tuple[float, float] = (0.0, 0.0),
    declared: int | None = None,
    texts: tuple[str, ...] = ("Scan room",),
) -> Plan:
    """The plan of such a host, as if it had been read."""
    x, y = origin
    corners = np.array([(x, y), (x + 10, y), (x + 10, y + 8), (x, y + 8), (x, y)])
    return Plan(
        path=str(path), sha256=hashlib.sha256(path.read_bytes()).hexdigest(), dxf_version="AC1024", encoding="utf-8",
        declared_insunits=CODES[unit] if declared is None else declared, unit=unit, unit_m=METRES[unit],
        unit_decision=UnitDecision(unit, "given", (UnitEvidence("declared", unit, 1.0, "the file says so"),), ()),
        layers=(LayerDecision("A-WALL", "wall", 1.0, "name", 4),),
        texts=tuple(Text(t, (x + 5.0, y + 1.0 + k), 0.25, "0", "1F") for k, t in enumerate(texts)),
        wall_segments=np.zeros((0, 2, 2)), rooms=(), doors=(), windows=(), openings=(), stairs=(), lifts=(), views=(),
        extent=(x, y, x + 10.0, y + 8.0), dimensions=(), line_points=corners,
        line_offsets=np.array([0, 5]), line_layers=np.array([0]),
    )  # fmt: skip


def magnet(**changes: Any) -> MagnetModel:
    """A magnet with dimensions and no field: outputs never ask for it."""
    values: dict[str, Any] = {
        "id": "test-1t5-unverified", "vendor": "Vendor", "model": "Test 1.5T", "B0_T": 1.5, "bore_diameter_m": 0.7,
        "magnet_length_m": 1.5, "cryostat_diameter_m": 2.0, "grade": "unverified", "modelled": False,
        "not_modelled_why": "made for a test",
    }  # fmt: skip
    return MagnetModel(**{**values, **changes})


def ellipse(at: tuple[float, float], a: float, b: float, bearing: float, count: int = 200) -> shapely.Polygon:
    """An ellipse whose vertices lie on it to the last digit that the coordinates have."""
    t = np.linspace(0, 2 * np.pi, count, endpoint=False)
    c, s = math.cos(math.radians(bearing)), math.sin(math.radians(bearing))
    u, v = a * np.cos(t), b * np.sin(t)
    return shapely.Polygon(np.column_stack([at[0] + c * u - s * v, at[1] + s * u + c * v]))


def regions(storey: str, at: tuple[float, float], bearing: float, height: float = 1.0) -> tuple[Region, ...]:
    """Cut and envelope of 0.5 and 3 mT as ellipses."""
    found = []
    for level, a, b in ((0.5e-3, 3.0, 2.2), (3e-3, 1.9, 1.6)):
        for kind, heights in (("cut", (height, height)), ("envelope", (0.0, 2.1))):
            central, lower, upper = (ellipse(at, a + d, b + d, bearing) for d in (0.0, -0.1, 0.1))
            found.append(Region(storey, level, kind, "B", heights, central, lower, upper, {"ensemble": 0.1}, 1e-3))
    return tuple(found)


def standing(at: tuple[float, float], bearing: float = 30.0, **changes: Any) -> Standing:
    """The magnet at its place."""
    return Standing("MR1", magnet(**changes), at, bearing, 1.0)


def settings(**changes: Any) -> DrawingTable:
    """Drawing settings."""
    return DrawingTable(**changes)


def outcome_of(
    path: Path,
    unit: str = "mm",
    origin: tuple[float, float] = (0.0, 0.0),
    declared: int | None = None,
    words: tuple[str, ...] = ("Scan room",),
    verified: bool = False,
    **project: Any,
) -> Outcome:
    """An outcome on one storey with a fail, a warn, a not-assessed and a pass; ``words`` go everywhere."""
    x, y = origin
    at = (x + 5.0, y + 4.0)
    name = words[0]
    plan = plan_of(path, unit, origin, declared, texts=words)
    storey = Storey(
        words[0] if len(words) > 1 else "Ground",
        0.0,
        4.2,
        2.7,
        0.3,
        plan,
        name,
        "B",
        (0.0, 2.1),
        None,
        registered="reference drawing",
    )
    unit_ = magnet(id="test-1t5", grade="read") if verified else magnet()
    scanner = Scanner("MR1", unit_, storey.name, (Pose((*at, 1.0), 30.0),), 1.0, ("+z",), "proposed")
    room = Space(
        "G/1", name, "G09", storey.name, shapely.box(x, y, x + 10, y + 8), True, "confirmed", zone="IV", use="scan"
    )
    door = Door(
        "G/D1",
        name,
        storey.name,
        (x + 2.5, y),
        None,
        ("G/1", "outside"),
        1.4,
        1,
        None,
        "outward",
        True,
        signs=("outside",),
    )
    item = Equipment(name, storey.name, shapely.box(x + 8, y + 3, x + 9, y + 4), (0.3, 2.0), "stated", None, 0.1, None, None,  # noqa: E501
                     None, None, name)  # fmt: skip

    def finding(status: str, subject: str, place: Any, **more: Any) -> Finding:
        return Finding(
            "equipment",
            "R-1",
            subject,
            status,
            f"{name}: {status}.",
            "professional",
            f"source of {name}",
            storey=storey.name,
            location=place,
            grade="unverified",
            **more,
        )  # type: ignore[arg-type]

    findings = (
        finding("fail", name, item.footprint, measured=Banded(1.6e-1, 1.2e-1, 2.3e-1, "mT"), limit=(0.1, "mT"),
                margin=-0.13, margin_m=-0.9, remedy=f"move {name}"),
        finding("warn", f"door {name}", shapely.Point(x + 2.5, y)),
        finding("not-assessed", "other", None, remedy=f"supply {name}"),
        finding("pass", "room", room.polygon, measured=Banded(0.2, 0.1, 0.3, "mT"), limit=(0.5, "mT"), margin_m=1.2345),
    )  # fmt: skip
    values: dict[str, Any] = {
        "name": name, "path": str(path.with_name("site.toml")), "inputs": {path.name: plan.sha256}, "north_deg": None,
        "ground_level": None, "position_tolerance_m": 0.05,
        "packs": (Pack("uk", "United Kingdom", (), ()),), "equipment_table": {}, "storeys": (storey,),
        "scanners": (scanner,), "spaces": (room,), "doors": (door,), "equipment": (item,),
        "issue": IssueTable(number=name[:60].encode("utf-8", "replace").decode(), revision="P1", status="draft", date="2026-01-02"), "notes": (f"note {name}",),  # noqa: E501
    }  # fmt: skip
    evidence = Evidence(
        regions(storey.name, at, 30.0), modelled=("one magnet",), not_modelled=("steel of the building",)
    )
    return Outcome(
        Project(**{**values, **project}), evidence, findings, "fails", {"uk": {"title": name, "pass": 1, "rules": []}}
    )


def renamed(outcome: Outcome, **project: Any) -> Outcome:
    """The same with members of the project replaced."""
    return replace(outcome, project=replace(outcome.project, **project))


def simple_plan(**members: Any) -> Any:
    """Anything with the members named."""
    return SimpleNamespace(**members)
