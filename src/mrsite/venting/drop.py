"""The pressure at the magnet as a check judges it: the worse of cold and warm wall, with its band."""

from __future__ import annotations

from dataclasses import dataclass

from mrsite.base.errors import InputError
from mrsite.base.quantity import Banded
from mrsite.venting import catalogue
from mrsite.venting.pipe import CELLS_PER_M, Ambient, PipeResult, Wall, solve_pipe
from mrsite.venting.route import Route
from mrsite.venting.search import Inlet


@dataclass(frozen=True)
class Drop:
    """What a check judges: the larger of the two walls, with its band."""

    #: Pa; value: the larger of both bounds as stated; lower and upper: the edges of K, f, flow and temperature
    drop: Banded
    cold: PipeResult
    warm: PipeResult
    insulated: PipeResult
    flow: tuple[float, float]  #: kg/s, range that was run
    temperature: tuple[float, float]  #: K, likewise
    stated: bool  #: flow and temperature came from the vendor and not from the stated span
    refused: tuple[str, ...] = ()  #: combinations of the span that are two-phase, in words

    @property
    def worse(self) -> PipeResult:
        """The bound that decides."""
        return self.warm if self.warm.drop >= self.cold.drop else self.cold

    @property
    def choked(self) -> bool:
        """Whether either bound chokes."""
        return self.cold.choked or self.warm.choked


def vent_drop(
    route: Route,
    mass_flow: float | None,
    temperature: float | None,
    ambient: Ambient | None = None,
    *,
    stagnation: bool = False,
    cells_per_m: float = CELLS_PER_M,
) -> Drop:
    """Solve a route for both walls and give the pressure at the magnet with its band.

    Where flow or temperature is None the packaged span is run and ``stated`` is False: a range, never a verdict.
    The band's edges move every K by its own range and friction by 10 %.
    """
    spans = catalogue.table("limits")["span"]
    flows = [mass_flow] if mass_flow is not None else list(spans["mass_flow_kg_s"])
    temps = [temperature] if temperature is not None else list(spans["temperature_K"])
    middle_flow = mass_flow if mass_flow is not None else spans["mass_flow_kg_s"][1]
    middle_temp = temperature if temperature is not None else spans["temperature_K"][1]
    share = catalogue.table("fittings")["uncertainty"]["friction"]

    refused: list[str] = []

    def solve(which: Route, flow: float, temp: float, wall: Wall) -> PipeResult:
        return solve_pipe(which, flow, Inlet(temp, stagnation=stagnation), ambient, wall, cells_per_m=cells_per_m)

    def drops(which: Route, flow: float) -> list[float]:
        """Both walls at each temperature; what the gas refuses (two-phase) is noted and left out."""
        found = []
        for temp in sorted(set(temps)):
            try:
                found += [solve(which, flow, temp, wall).drop for wall in _WALLS]
            except InputError as error:
                refused.append(f"{flow:g} kg/s at {temp:g} K: {error.message}")
        return found

    cold = solve(route, middle_flow, middle_temp, "cold")
    warm = solve(route, middle_flow, middle_temp, "warm")
    insulated = solve(route, middle_flow, middle_temp, "insulated")
    value = max(cold.drop, warm.drop)
    lower = min(drops(route.with_losses("lower", 1 - share), min(flows)), default=value)
    upper = max(drops(route.with_losses("upper", 1 + share), max(flows)), default=float("inf"))
    return Drop(
        Banded(value, min(lower, value), max(upper, value), "Pa"),
        cold,
        warm,
        insulated,
        (min(flows), max(flows)),
        (min(temps), max(temps)),
        mass_flow is not None and temperature is not None,
        tuple(dict.fromkeys(refused)),
    )


_WALLS: tuple[Wall, ...] = ("cold", "warm")
