"""The magnet file, as pydantic checks it (DESIGN section 5b)."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Grade = Literal["read", "second-hand", "unverified"]
IDENTIFIER = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=False)


class PublishedEntry(_Strict):
    """One published fact."""

    quantity: Literal[
        "isofield",
        "field_on_axis",
        "field_at",
        "gradient_max",
        "gradient_on_cylinder",
        "force_product_max",
        "transient",
    ]
    level_mT: Positive | None = None
    axial_m: Positive | None = None
    radial_m: Positive | None = None
    vertical_m: Positive | None = None
    x_m: Finite | None = None
    y_m: Finite | None = None
    z_m: Finite | None = None
    r_m: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    radius_m: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    value_T: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    value_T_per_m: Positive | None = None
    value_T2_per_m: Positive | None = None
    rounding_m: Positive | None = None
    rounding_T: Positive | None = None
    rounding_T_per_m: Positive | None = None
    rounding_T2_per_m: Positive | None = None
    rounding_percent: Positive | None = None
    csv: str | None = None
    end: Literal["patient", "service"] | None = None
    distances: Literal["extent", "on-axis"] | None = None
    lasts_s: Positive | None = None
    note: str = ""
    source: Annotated[str, Field(min_length=3)]
    grade: Grade
    use: Literal["fit", "check"] = "fit"

    @model_validator(mode="after")
    def _complete(self) -> PublishedEntry:
        given = {name for name in type(self).model_fields if getattr(self, name) is not None}
        kind = self.quantity
        if kind in ("isofield", "transient"):
            if self.level_mT is None:
                raise ValueError("an isofield figure needs level_mT")
            if not given & {"axial_m", "radial_m", "vertical_m"}:
                raise ValueError("an isofield figure needs axial_m, radial_m or vertical_m")
            if self.end is not None and self.axial_m is None:
                raise ValueError("end tells the two axial distances apart: it needs axial_m")
        elif self.csv is not None:
            if kind not in ("field_on_axis", "field_at"):
                raise ValueError(
                    "csv is for tables of field_on_axis (z_m, value_T) or field_at (x_m, y_m, z_m, value_T)"
                )
        elif kind == "field_on_axis" and not {"z_m", "value_T"} <= given:
            raise ValueError("field_on_axis needs z_m and value_T, or csv")
        elif kind == "field_at" and not {"x_m", "y_m", "z_m", "value_T"} <= given:
            raise ValueError("field_at needs x_m, y_m, z_m and value_T, or csv")
        elif kind == "gradient_max" and not ({"value_T_per_m"} <= given and given & {"r_m", "radius_m"}):
            raise ValueError("gradient_max needs value_T_per_m and r_m, the radius of the cylinder it was found on")
        elif kind == "gradient_on_cylinder" and not ({"value_T_per_m", "z_m"} <= given and given & {"r_m", "radius_m"}):
            raise ValueError("gradient_on_cylinder needs radius_m, z_m and value_T_per_m")
        elif kind == "force_product_max" and not ({"value_T2_per_m"} <= given and given & {"r_m", "radius_m"}):
            raise ValueError(
                "force_product_max needs value_T2_per_m and r_m, the radius of the cylinder it was found on"
            )
        return self


class CoilEntry(_Strict):
    """One thick coil of rectangular section about z."""

    inner_radius: Positive
    outer_radius: Positive
    z_min: Finite
    z_max: Finite
    current_density: Finite

    @model_validator(mode="after")
    def _ordered(self) -> CoilEntry:
        if not self.inner_radius < self.outer_radius:
            raise ValueError("inner_radius must be smaller than outer_radius (a thin loop is a [[loop]])")
        if not self.z_min < self.z_max:
            raise ValueError("z_min must be smaller than z_max (a thin loop is a [[loop]])")
        return self


class LoopEntry(_Strict):
    """One thin circular loop about z: radius and z in m, current in A anticlockwise seen from +z."""

    radius: Positive
    z: Finite
    current: Finite


class DesignEntry(_Strict):
    """Where windings given outright come from."""

    source: Annotated[str, Field(min_length=3)]
    grade: Grade
    homogeneity_ppm: Positive | None = None
    homogeneity_diameter_m: Positive | None = None
    note: str = ""


class CitedEntry(_Strict):
    """A value with its source."""

    value: float | bool | str | list[float] | list[list[float]]
    unit: str = ""
    source: Annotated[str, Field(min_length=3)]
    grade: Grade


class ResidualEntry(_Strict):
    """One line of the fit's record."""

    figure: str
    published: Finite
    model: Finite
    lower: Finite
    upper: Finite
    allowed: Finite
    unit: str
    role: Literal["fit", "check"]


class FitEntry(_Strict):
    """How the windings were found."""

    seed: int
    members: int
    method: str
    refused: list[str] = []
    notes: list[str] = []
    widening: Positive = 1.0
    defaults_used: list[str] = []
    magnet_length_m: Positive | None = None
    cryostat_diameter_m: Positive | None = None
    conductor_A_m: float = 0.0
    homogeneity_ppm: float = 0.0
    peak_gradient_T_per_m: float = 0.0
    figures_sha256: str = ""
    residual: list[ResidualEntry] = []


class BranchEntry(_Strict):
    """A sign branch."""

    signs: str
    weight: Annotated[float, Field(ge=0, le=1)]
    tries: int
    accepted: int


class MemberEntry(_Strict):
    """One member: the cells that carry current, and their current densities."""

    branch: Annotated[int, Field(ge=0)]
    weight: Annotated[float, Field(ge=0, le=1)]
    cell: list[int]
    current_density: list[Finite]

    @model_validator(mode="after")
    def _paired(self) -> MemberEntry:
        if len(self.cell) != len(self.current_density):
            raise ValueError("cell and current_density must be of one length")
        return self


class EnsembleEntry(_Strict):
    """Equally good windings on common cells."""

    prior: str
    mirrored: bool
    infeasible_share: Annotated[float, Field(ge=0, le=1)]
    branches: list[BranchEntry]
    cells: list[tuple[float, float, float, float]]
    member: list[MemberEntry]

    @model_validator(mode="after")
    def _consistent(self) -> EnsembleEntry:
        for number, member in enumerate(self.member, 1):
            if member.branch >= len(self.branches):
                raise ValueError(f"member {number} is of a branch that is not listed")
            if any(not 0 <= c < len(self.cells) for c in member.cell):
                raise ValueError(f"member {number} names a cell that is not listed")
        if not self.member:
            raise ValueError("an ensemble needs members")
        return self


class MagnetFile(_Strict):
    """The whole file."""

    schema_: Literal[1] = Field(default=1, alias="schema")
    id: str = ""
    vendor: str = ""
    model: str = ""
    B0_T: Positive | None = None
    field_axis: Literal["z", "y"] = "z"
    shielding: Literal["active", "passive", "none", "permanent", "unknown"] = "active"
    geometry: Literal["whole-body", "head", "extremity", "preclinical", "open"] = "whole-body"
    bore_diameter_m: Positive | None = None
    magnet_length_m: Positive | None = None
    cryostat_diameter_m: Positive | None = None
    imaging_diameter_m: Positive | None = None
    distances: Literal["extent", "on-axis"] = "extent"
    same_as: str | None = None
    stub: bool = False
    class_prior: bool = False
    note: str = ""
    sources: dict[str, CitedEntry] = {}
    published: list[PublishedEntry] = []
    coil: list[CoilEntry] = []
    loop: list[LoopEntry] = []
    design: DesignEntry | None = None
    fit: FitEntry | None = None
    ensemble: EnsembleEntry | None = None
    helium: dict[str, CitedEntry] = {}
    siting: dict[str, CitedEntry] = {}

    @field_validator("id")
    @classmethod
    def _identifier(cls, value: str) -> str:
        if value and not IDENTIFIER.fullmatch(value):
            raise ValueError("an id is lower-case letters, digits and single hyphens (1.5 T is written 1t5)")
        return value

    @model_validator(mode="after")
    def _whole(self) -> MagnetFile:
        given_outright = bool(self.coil or self.loop) and self.fit is None
        if not given_outright:  # a file with only [[coil]] is a whole magnet; any other says what it is of
            missing = [name for name in ("id", "vendor", "model") if not getattr(self, name)]
            if missing:
                raise ValueError(f"{' and '.join(missing)} missing: only a file of [[coil]] alone may leave them out")
        if self.ensemble is not None and self.fit is None:
            raise ValueError("[ensemble] belongs to a [fit]: run `mrsite magnets fit` again")
        if self.B0_T is None and not self.stub and not given_outright:
            raise ValueError(
                "B0_T is missing: without it nothing can be fitted (a file that only lists facts says stub = true)"
            )
        return self
