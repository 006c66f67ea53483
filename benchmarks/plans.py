"""Floor plans: the score of every drawing with a key, of drawings made at random, and the time a large one takes.

Run ``python -m benchmarks.plans``; the table is kept in ``benchmarks/results/plans.md``. Drawings that are not
beside the checkout are left out and named. ``--quick`` leaves the timing out.
"""

from __future__ import annotations

import gc
import importlib.util
import json
import math
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from mrsite.base.errors import UnitsError
from mrsite.plans import Plan, read_plan, rooms_geojson
from tests.plans.drafted import Manner, draft, random_manner
from tests.plans.drawn import Habits, Key, draw, random_habits
from tests.plans.scoring import score

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


def main(arguments: list[str]) -> int:
    """Print the tables and write them to ``benchmarks/results/plans.md``."""
    lines = ["# Floor plans read", ""]
    lines += keyed() + real() + drawn() + drafted()
    if "--quick" not in arguments:
        lines += timing()
    text = "\n".join(lines) + "\n"
    print(text)
    (ROOT / "benchmarks" / "results" / "plans.md").write_text(text, encoding="utf-8")
    return 0


def _unit(path: Path, truth: str) -> str:
    try:
        return "right" if read_plan(path, cache=False).unit == truth else "WRONG"
    except UnitsError as error:
        best = error.decision.candidates[0].unit  # type: ignore[attr-defined]
        return "asked" if best == truth else f"asked (best guess {best})"


def keyed() -> list[str]:
    """Score the drawings with answer keys by their own script."""
    folder = SHARED / "plans_with_key"
    if not folder.is_dir():
        return ["Drawings with keys: not beside this checkout.", ""]
    spec = importlib.util.spec_from_file_location("score_rooms", folder / "score_rooms.py")
    assert spec is not None
    assert spec.loader is not None
    scorer: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    out = [
        "## Drawings with answer keys",
        "",
        "| plan | unit | rooms | labels | false rooms | doors | false doors | width error m | adjacency F1 |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for path in sorted(folder.glob("*.dxf")):
        key = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        s = scorer.score(key, rooms_geojson(read_plan(path, units=key["unit"], cache=False)))
        out.append(
            f"| {path.stem} | {_unit(path, key['unit'])} | {s['rooms_matched']}/{s['rooms']} | "
            f"{s['labels_right']}/{s['labels']} | "
            f"{s['false_rooms']} | "
            f"{s['doors_matched']}/{s['doors']} | {s['false_doors']} | "
            f"{s['door_width_error_m']} | {s['adjacency_f1']:.3f} |"
        )
    return [*out, ""]


def real() -> list[str]:
    """Read the real drawings; what a person sees on them stands beside."""
    folder = SHARED / "floorplans"
    if not folder.is_dir():
        return ["Real drawings: not beside this checkout.", ""]
    seen = {
        "apartments_R2004_unitless": ("inch", "20 labels, 12 flats with printed areas"),
        "house_R2007": ("cm", "9 rooms"),
        "pavilion_plan_R2013": ("m", "4 enclosed rooms: 19.7, 13.8, 2.9, 2.8 m2"),
        "pavilion_all_views_R2000": ("m", "the same 4, and five views that are no plans"),
        "parliament_georeferenced_R2018": ("inch", "an outline, no rooms"),
        "wipeout_door_R2018": ("mm", "one wall, no rooms"),
    }
    out = [
        "## Real drawings",
        "",
        "| plan | unit | a person sees | rooms | confirmed / proposed / withheld | labels | doors | windows |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, (unit, person) in seen.items():
        path = folder / f"{name}.dxf"
        plan = read_plan(path, units=unit, cache=False)
        by = [sum(r.status == s for r in plan.rooms) for s in ("confirmed", "proposed", "withheld")]
        labels = sum(len((r.name or r.number).split(" / ")) for r in plan.rooms if r.name or r.number)
        out.append(
            f"| {name} | {_unit(path, unit)} | {person} | {len(plan.rooms)} | "
            f"{by[0]} / {by[1]} / {by[2]} | {labels} | {len(plan.doors)} | {len(plan.windows)} |"
        )
    return [*out, ""]


def drawn(seeds: int = 30) -> list[str]:
    """Score random plans, honest and degraded."""
    out = [
        "## Plans drawn at random",
        "",
        "| kind | plans | rooms | labels | false rooms | doors | adjacency | unit right / asked / wrong |",
        "|---|---|---|---|---|---|---|---|",
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.dxf"
        for degraded in (False, True):
            scores, units = [], []
            for seed in range(seeds):
                habits = random_habits(1000 + seed, degraded=degraded)
                doc, key = draw(1000 + seed, habits)
                doc.saveas(path)
                units.append(_unit(path, habits.unit))
                scores.append(score(read_plan(path, units=habits.unit, cache=False), key.as_dict()))
            mean = {
                k: float(np.mean([getattr(s, k) for s in scores])) for k in ("rooms", "labels", "doors", "adjacency")
            }
            asked = sum(u.startswith("asked") for u in units)
            out.append(
                f"| {'degraded: gaps, one layer, single lines, no jambs' if degraded else 'honest'} | {seeds} | "
                f"{mean['rooms']:.1%} | {mean['labels']:.1%} | "
                f"{sum(s.false_rooms for s in scores)} | {mean['doors']:.1%} | {mean['adjacency']:.1%} | "
                f"{units.count('right')} / {asked} / {units.count('WRONG')} |"
            )
    return [*out, ""]


def drafted(seeds: int = 40) -> list[str]:
    """Score buildings of other shapes drafted in other manners, by layers and with all on one layer."""
    out = [
        "## Buildings drafted in many manners",
        "",
        "Rings, wings and round ends; wall boxes, cavity walls, multilines, exploded hatching; nested, anonymous and",
        "framed doors, splines, gaps; plans bound into a block; legends, schedules, key plans, sections.",
        "",
        "| kind | plans | rooms | labels | false rooms | doors | adjacency | door numbers right / wrong "
        "| windows found / false | unit right / asked / wrong |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.dxf"
        for kind in ("honest", "all on one layer"):
            scores, units, numbers, windows = [], [], [0, 0, 0], [0, 0, 0]
            for seed in range(2000, 2000 + seeds):
                manner = random_manner(seed)
                if kind != "honest":
                    manner = replace(manner, layers="zero")
                doc, key = draft(seed, manner)
                doc.saveas(path)
                units.append(_unit(path, manner.unit))
                plan = read_plan(path, units=manner.unit, cache=False)
                scores.append(score(plan, key.as_dict()))
                numbers = [a + b for a, b in zip(numbers, _numbers(plan, key, manner), strict=True)]
                windows = [a + b for a, b in zip(windows, _windows(plan, key), strict=True)]
            mean = {
                k: float(np.mean([getattr(s, k) for s in scores])) for k in ("rooms", "labels", "doors", "adjacency")
            }
            asked = sum(u.startswith("asked") for u in units)
            out.append(
                f"| {kind} | {seeds} | {mean['rooms']:.1%} | {mean['labels']:.1%} | "
                f"{sum(s.false_rooms for s in scores)} | {mean['doors']:.1%} | {mean['adjacency']:.1%} | "
                f"{numbers[0]} / {numbers[1]} of {numbers[2]} | {windows[0]} / {windows[1]} of {windows[2]} | "
                f"{units.count('right')} / {asked} / {units.count('WRONG')} |"
            )
    return [*out, ""]


def _numbers(plan: Plan, key: Key, manner: Manner) -> tuple[int, int, int]:
    """Doors with the right number, with a wrong one, and all that are numbered on the drawing."""
    right = wrong = 0
    for door in plan.doors:
        near = [d for d in key.doors if math.dist(d["at"], door.at) < 0.3] if door.number else []
        right += any(d["number"] == door.number for d in near)
        wrong += bool(door.number) and not any(d["number"] == door.number for d in near)
    return right, wrong, 0 if manner.numbers == "none" else len(key.doors)


def _windows(plan: Plan, key: Key) -> tuple[int, int, int]:
    """Windows found, made up, and there."""
    found = sum(any(math.dist(w.at, k["at"]) < 0.3 for w in plan.windows) for k in key.windows)
    false = sum(not any(math.dist(w.at, k["at"]) < 0.3 for k in key.windows) for w in plan.windows)
    return found, false, len(key.windows)


def timing() -> list[str]:
    """Time plans of growing size against ``ezdxf.readfile`` alone, in CPU seconds."""
    import ezdxf

    out = [
        "## Time and memory", "",
        "CPU seconds of this process, least of three; the ratio is reading to rooms over `ezdxf.readfile` alone.", "",
        "| file MB | rooms | ezdxf.readfile | to rooms | ratio | again, from the cache | ratio | peak MB |",
        "|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        import os

        os.environ["MRSITE_CACHE_DIR"] = folder
        os.environ["MRSITE_CACHE"] = "on"
        for rooms in (400, 1200, 2600):
            path = Path(folder) / f"plan{rooms}.dxf"
            doc, key = draw(1, Habits(rooms=rooms // 4, storeys=4, hatch=True, doors="block", furniture=True))
            _furnish(doc, rooms)
            doc.saveas(path)
            del doc
            base = _least(lambda p=path: ezdxf.readfile(p))
            rooms_read = len(read_plan(path, cache=False).rooms)
            first = _least(lambda p=path: read_plan(p, cache=False))
            read_plan(path)
            again = _least(lambda p=path: read_plan(p))
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
            out.append(
                f"| {path.stat().st_size / 1e6:.1f} | {rooms_read} of {len(key.rooms)} | "
                f"{base:.2f} | {first:.2f} | {first / base:.2f} | "
                f"{again:.2f} | {again / base:.3f} | {peak:.0f} |"
            )
    return [*out, ""]


def _least(work: Callable[[], object], times: int = 3) -> float:
    """Least CPU seconds of a piece of work."""
    spent = []
    for _ in range(times):
        gc.collect()
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    return min(spent)


def _furnish(doc: Any, rooms: int) -> None:
    """Fill the furniture layer as real plans are filled: chairs of many short lines."""
    space = doc.modelspace()
    rng = np.random.default_rng(0)
    for k in range(rooms * 3):
        x, y = rng.uniform(0, 200_000), rng.uniform(0, 9_000)
        for j in range(4):
            space.add_line((x + 40 * j, y), (x + 40 * j, y + 450), dxfattribs={"layer": "A-FURN"})
        space.add_lwpolyline(
            [(x, y), (x + 450, y), (x + 450, y + 450 + k % 7), (x, y + 450)], close=True, dxfattribs={"layer": "A-FURN"}
        )


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
