"""How good the fitted magnets are: ``python -m benchmarks.magnets [-o benchmarks/results/magnets.md]``.

Every synthetic magnet is fitted from its published-like figures alone and compared with its known
windings; every published figure of the catalogue is left out in turn and predicted from the rest; the
published coil designs stand beside their papers.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.magnets_classes import KINDS, class_population
from benchmarks.magnets_population import ANGLES_DEG, LEVELS_MT, population, truth_of
from mrsite.base.errors import InputError
from mrsite.magnets import MagnetModel, Published, catalogue_rows, ensemble_band, fit, load_model
from mrsite.magnets.rays import outermost, source_magnitude
from mrsite.magnets.record import magnitude_on, weighted_band

CHECKOUT = Path(__file__).resolve().parents[1]
SHARED = CHECKOUT.parent / "shared" / "facts" / "synthetic_magnets.json"


@dataclass(frozen=True)
class Case:
    """What is told of each magnet, which lines are judged, and which more are told of in a second row."""

    name: str
    told_mT: tuple[float, ...]
    judged_mT: tuple[float, ...]
    reading: str
    gradient: bool = False
    box_only: bool = False
    also_mT: tuple[float, ...] = ()


_NEAR_MT = (3.0, 5.0, 10.0, 20.0)
CASES = (
    Case("0.5 mT pair, extent = pair on the axes", (0.5,), (3.0,), "extent", box_only=True),
    Case("0.5 mT pair, true extent, lobes included", (0.5,), (3.0,), "extent"),
    Case("0.5 mT pair on the axes, branch unknown", (0.5,), (3.0,), "on-axis"),
    Case("0.5 and 3 mT pairs", (0.5, 3.0), _NEAR_MT, "on-axis", gradient=True),
    Case("all lines 0.5 to 20 mT", LEVELS_MT, _NEAR_MT, "on-axis", also_mT=(0.5, 1.0)),
)
CLASS_CASES = (CASES[2], CASES[3])
_SCALES = (0.7, 0.8, 0.9, 1.0, 1.1, 1.2)  # of the band about the central line


def synthetic_model(magnet: dict[str, Any], case: Case, reach: list[tuple[float, float]]) -> MagnetModel | None:
    """Return the magnet as its vendor would publish it; None where the case does not apply."""
    told = magnet["published_like"]
    quoted = told["distances_m_rounded_0.1"]
    published = []
    for level in case.told_mT:
        pair = quoted[f"{level:g}mT"]
        if case.reading == "extent":
            true = reach[LEVELS_MT.index(level)]
            seen = {"axial": round(true[0], 1), "radial": round(true[1], 1)}
            if case.box_only and seen != pair:
                return None
            pair = seen
        published.append(
            Published(
                "isofield", "synthetic", "read", level_T=level * 1e-3, axial_m=pair["axial"], radial_m=pair["radial"]
            )
        )
    return MagnetModel(
        id=magnet["id"].lower().replace("_", "-").replace(".", "p"),
        vendor="synthetic",
        model=magnet["id"],
        B0_T=told["B0_T"],
        bore_diameter_m=told["patient_bore_diameter_m"],
        cryostat_diameter_m=told["cryostat_diameter_m"],
        magnet_length_m=told["magnet_length_m"],
        geometry=told.get("geometry", "whole-body"),
        shielding=told.get("shielding", "active"),
        imaging_diameter_m=told.get("imaging_diameter_m"),
        distances=case.reading,
        published=tuple(published),  # type: ignore[arg-type]
    )


@dataclass
class Judged:
    """Lines of all magnets of a case: central less true, lower, upper and true distance (m), one row each."""

    rows: list[tuple[float, float, float, float]]

    def summary(self) -> str:
        """Return error, coverage and width as cells of a table."""
        error = np.abs([r[0] for r in self.rows])
        coverage, width = self.coverage(1.0)
        return f"{np.median(error):.3f} / {np.quantile(error, 0.95):.3f} | {coverage:.3f} | {width:.3f}"

    def coverage(self, scale: float) -> tuple[float, float]:
        """Return the share of lines inside the band and its mean width, m, the band scaled about the central line."""
        error, low, high, true = np.array(self.rows).T
        centre = true + error
        low, high = centre - scale * (centre - low), centre + scale * (high - centre)
        return float(np.mean((low <= true) & (true <= high))), float(np.mean(high - low))


def run_case(case: Case, magnets: list[dict[str, Any]], curve: list[str] | None = None) -> str:
    """Fit every magnet of a case and return its rows of the table; coverage against width goes to ``curve``."""
    lines, further = Judged([]), Judged([])
    bore: list[tuple[float, bool]] = []
    times: list[float] = []
    refused = 0
    for magnet in magnets:
        truth, reach = truth_of(np.array(magnet["coils"]), *_search(magnet))
        data = synthetic_model(magnet, case, reach)
        if data is None:
            continue
        start = time.process_time()
        try:
            model = fit(data, seed=1)
        except InputError:
            refused += 1
            continue
        times.append(time.process_time() - start)
        lines.rows += judged(model, case.judged_mT, truth, _search(magnet))
        further.rows += judged(model, case.also_mT, truth, _search(magnet))
        if case.gradient:
            bore.append(_bore(model, magnet))
    if not times:
        return f"| {case.name} | 0 | | | | | {refused} |"
    row = f"| {case.name} | {len(times)} | {lines.summary()} | {np.mean(times):.1f} / {np.max(times):.1f} | {refused} |"
    if further.rows:
        levels = " and ".join(f"{level:g}" for level in case.also_mT)
        row += f"\n| the same, {levels} mT lines | {len(times)} | {further.summary()} | | |"
    if bore:
        off = 100 * np.abs([b[0] for b in bore])
        row += (
            f"\n| peak gradient in the bore, from 0.5 and 3 mT | {len(bore)} | {np.median(off):.1f} % / "
            f"{np.quantile(off, 0.95):.1f} % | {np.mean([b[1] for b in bore]):.3f} | | | |"
        )
    if curve is not None:
        cells = [lines.coverage(scale) for scale in _SCALES]
        curve.append(f"| {case.name} | " + " | ".join(f"{c:.3f} at {w:.3f}" for c, w in cells) + " |")
    return row


def judged(
    model: MagnetModel, levels_mT: tuple[float, ...], truth: Any, search: tuple[float, float] = (0.9, 9.0)
) -> Iterator[tuple[float, float, float, float]]:
    """Yield error, lower, upper and true distance (m) of every line and angle that is judged outside the vessel."""
    angles, radii = np.radians(ANGLES_DEG), np.geomspace(*search, 600)
    magnitude = source_magnitude(model.source(), angles, radii)
    for level in levels_mT:
        own = outermost(magnitude, radii, level * 1e-3)[0]
        ray, low, high = ensemble_band(model, level * 1e-3)
        pick = [int(np.argmin(np.abs(ray - a))) for a in angles]
        true = truth[:, LEVELS_MT.index(level)]
        for k in np.flatnonzero(np.isfinite(true)):
            own_k = own[k] if np.isfinite(own[k]) else search[0]
            yield float(own_k - true[k]), float(low[pick[k]]), float(high[pick[k]]), float(true[k])


def _search(magnet: dict[str, Any]) -> tuple[float, float]:
    """Where the lines of a synthetic magnet are looked for, m from the isocentre."""
    told = magnet["published_like"]
    if "geometry" not in told:
        return 0.9, 9.0
    return 0.55 * max(told["magnet_length_m"], told["cryostat_diameter_m"]), 40.0


def _bore(model: MagnetModel, magnet: dict[str, Any]) -> tuple[float, bool]:
    """Relative error of the peak gradient on the bore cylinder, and whether the band holds it."""
    from mrsite.magnets.members import member_values

    assert model.ensemble is not None
    told = magnet["published_like"]
    z = np.linspace(0.2, 0.5 * told["magnet_length_m"] + 0.3, 80)
    rho = np.full(len(z), 0.5 * told["patient_bore_diameter_m"])
    true = magnet["true"]["max_gradient_bore_cylinder_T_per_m"][0]
    own = float(magnitude_on(model.source(), "gradient", rho, z).max())
    members = member_values(model, rho, z, "gradient").max(axis=1)
    low, high = weighted_band(members, model.ensemble.weights)
    return own / true - 1.0, bool(low <= true <= high)


def leave_one_out() -> list[str]:
    """Leave out every published figure of the catalogue in turn and predict it from the others."""
    rows = []
    for listed in catalogue_rows():
        if not listed["members"] or listed["same_as"]:
            continue
        model = load_model(listed["id"])
        parts = list(_single_figures(model))
        for k, figure in enumerate(parts):
            if figure.use != "fit" or len(parts) < 2:
                continue
            held = tuple(replace(p, use="check") if j == k else p for j, p in enumerate(parts))
            try:
                fitted = fit(replace(model, published=held, coils=(), ensemble=None, fit=None), seed=1)
            except InputError as error:
                rows.append(f"| {model.id} | {figure.name} | | | refused: {error.message[:80]} |")
                continue
            assert fitted.fit is not None
            found = [r for r in fitted.fit.residuals if r.role == "check"]
            for r in found:
                if figure.level_T is not None and f"{figure.level_T * 1e3:g} mT" not in r.figure:
                    continue
                near = "yes" if r.lower - r.allowed <= r.published <= r.upper + r.allowed else "no"
                rows.append(
                    f"| {model.id} | {r.figure} | {r.published:g} {r.unit} | "
                    f"{r.model:.3g} [{r.lower:.3g} to {r.upper:.3g}] | {near} |"
                )
                break
    return rows


def _single_figures(model: MagnetModel) -> Iterator[Published]:
    """A pair of distances as two figures of one distance each."""
    for p in model.published:
        if p.quantity == "isofield" and p.axial_m is not None and p.radial_m is not None:
            yield replace(p, radial_m=None)
            yield replace(p, axial_m=None)
        elif p.quantity != "transient":
            yield p


def coil_designs() -> list[str]:
    """Published coil designs: B0, homogeneity and the 0.5 mT footprint beside the paper's."""
    from mrsite.maps import meridian_profile, profile_reach

    rows = []
    for listed in catalogue_rows():
        model = load_model(listed["id"])
        if not model.design or not model.coils:
            continue
        source = model.source()
        radius = 0.5 * float(model.design.get("homogeneity_diameter_m", model.imaging_diameter_m or 0.2))
        angle = np.linspace(0.0, np.pi, 181)
        points = radius * np.column_stack([np.sin(angle), 0 * angle, np.cos(angle)])
        bz = source.flux_density(points)[:, 2]
        centre = float(source.flux_density(np.zeros((1, 3)))[0, 2])
        axial, radial = profile_reach(meridian_profile(source, 0.5e-3))
        told = next((p for p in model.published if p.quantity == "isofield"), None)
        paper = f"{told.axial_m:g} x {told.radial_m:g}" if told else ""
        stated = model.design.get("homogeneity_ppm")
        rows.append(
            f"| {model.id} | {centre:.5f} ({model.B0_T:g}) | {1e6 * np.ptp(bz) / centre:.1f} on {2 * radius:g} m "
            f"({'' if stated is None else f'{stated:g}'}) | {axial:.3f} x {radial:.3f} ({paper}) |"
        )
    return rows


def report(
    path: Path, held_back: int, classes: int, seed: int, catalogue: bool, cases: tuple[Case, ...] = CASES
) -> Iterator[str]:
    """Yield the lines of the report."""
    yield "# Vendor magnets: fits measured against known windings\n"
    yield (
        "Made by `python -m benchmarks.magnets`. Lines are judged at 3 mT where one pair is told and at 3 to 20 mT "
        "where more are, on rays at 0, 22.5, 45, 67.5 and 90 degrees. Bands here are the ensemble's alone; times are "
        "processor seconds of one fit of 50 members.\n"
    )
    head = "| told of each magnet | n | median / 95 % error (m) | coverage | mean band (m) | s mean / max | refused |\n"
    rule = "|---|---|---|---|---|---|---|"
    sets: list[tuple[str, list[dict[str, Any]]]] = []
    if path.is_file():
        magnets = json.loads(path.read_text())
        shared = [
            m for m in magnets["named"] + magnets["population"] if m["published_like"].get("actively_shielded", True)
        ]
        sets.append((f"The {len(shared)} shared synthetic magnets", shared))
    if held_back:
        own = population(held_back, seed)
        sets.append((f"{len(own)} magnets of an independent generator (seed {seed})", own))
    for title, found in sets:
        yield f"## {title}\n\n{head}{rule}"
        curve: list[str] = []
        for case in cases:
            yield run_case(case, found, curve)
        yield (
            "\nCoverage at mean width (m), the band scaled about the central line:\n\n| told | "
            + " | ".join(f"{scale:g}" for scale in _SCALES)
            + " |\n|---"
            + "|---" * len(_SCALES)
            + "|"
        )
        yield "\n".join(curve) + "\n"
    if classes:
        yield f"## Every class, {classes} magnets each of a second generator\n\n| class {head}|---{rule}"
        for kind in KINDS:
            found = class_population(kind, classes, seed)
            for case in CLASS_CASES:
                yield f"| {kind} {run_case(case, found)}".replace("\n|", f"\n| {kind} |")
    yield "\n## Published coil designs, computed (stated)\n"
    yield "| design | B0 T | homogeneity ppm | 0.5 mT line m |\n|---|---|---|---|"
    yield from coil_designs()
    if catalogue:
        yield (
            "\n## Catalogue: every fitted figure left out and predicted from the rest\n\n"
            "In the band: the published figure, within its rounding, meets the predicted band.\n\n"
            "| magnet | figure | published | predicted [band] | in the band |\n|---|---|---|---|---|"
        )
        yield from leave_one_out()


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--synthetic", type=Path, default=SHARED, help="synthetic magnets (JSON)")
    parser.add_argument("--held-back", type=int, default=16, help="magnets of the independent generator")
    parser.add_argument("--classes", type=int, default=5, help="magnets of each class of the second generator")
    parser.add_argument("--seed", type=int, default=404)
    parser.add_argument("--cases", type=int, nargs="*", default=range(1, len(CASES) + 1), help="rows to run, 1 to 5")
    parser.add_argument("--no-catalogue", action="store_true")
    parser.add_argument("-o", "--out", type=Path)
    arguments = parser.parse_args()
    lines = []
    for line in report(
        arguments.synthetic,
        arguments.held_back,
        arguments.classes,
        arguments.seed,
        not arguments.no_catalogue,
        tuple(CASES[k - 1] for k in arguments.cases),
    ):
        print(line, flush=True)
        lines.append(line)
    if arguments.out:
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        arguments.out.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
