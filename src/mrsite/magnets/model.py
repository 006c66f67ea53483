"""What a magnet is: published figures, windings, the ensemble of equally good windings.

Frozen, picklable values. Magnet frame: origin at isocentre, +z along the bore axis towards the
patient end, +y up. Metres, tesla, ampere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from mrsite.base.quantity import Cited

if TYPE_CHECKING:
    from mrsite.fields import Coil, CoilSet, Loop

Array = npt.NDArray[np.float64]
MagnetGrade = Literal["read", "second-hand", "unverified"]
Reading = Literal["extent", "on-axis"]

#: Kinds of figure that take part in a fit; ``transient`` never does.
FITTED_QUANTITIES = (
    "isofield",
    "field_on_axis",
    "field_at",
    "gradient_max",
    "gradient_on_cylinder",
    "force_product_max",
)


@dataclass(frozen=True)
class Published:
    """One published fact with its source.

    Only the keys that the quantity needs are set; lengths in m, measured from the isocentre.

    Parameters
    ----------
    quantity : str
        ``isofield`` (``level_T`` with ``axial_m``, ``radial_m``, ``vertical_m``),
        ``field_on_axis`` (``z_m``, ``value``), ``field_at`` (``x_m``, ``y_m``, ``z_m``, ``value``),
        ``gradient_max`` (``value``, ``r_m``, perhaps ``z_m``), ``gradient_on_cylinder``
        (``r_m``, ``z_m``, ``value``), ``force_product_max`` (``value``, perhaps ``r_m``, ``z_m``),
        ``transient`` (an isofield during a quench or fault: shown, never fitted).
    value : float or None
        T, T/m or T²/m, as the quantity says.
    rounding_m : float
        A length is right to half of this.
    rounding_value : float
        A value is right to half of this, in the unit of the value.
    end : str or None
        ``"patient"`` (+z) or ``"service"`` (-z) where the source tells the ends apart.
    reading : str or None
        ``"extent"`` or ``"on-axis"``; None takes the magnet's own.
    line : int
        Line of the file, 0 if made in memory.
    """

    quantity: str
    source: str
    grade: MagnetGrade
    use: Literal["fit", "check"] = "fit"
    value: float | None = None
    level_T: float | None = None
    axial_m: float | None = None
    radial_m: float | None = None
    vertical_m: float | None = None
    x_m: float | None = None
    y_m: float | None = None
    z_m: float | None = None
    r_m: float | None = None
    rounding_m: float = 0.1
    rounding_value: float = 0.0
    end: Literal["patient", "service"] | None = None
    reading: Reading | None = None
    lasts_s: float | None = None
    note: str = ""
    line: int = 0
    csv: str = ""

    @property
    def name(self) -> str:
        """The figure in a few words, for tables and messages."""
        end = f" ({self.end} end)" if self.end else ""
        if self.quantity in ("isofield", "transient"):
            kind = "transient " if self.quantity == "transient" else ""
            return f"{kind}{1e3 * (self.level_T or 0.0):g} mT line{end}"
        if self.quantity == "field_on_axis":
            return f"B on the axis at {self.z_m:g} m"
        if self.quantity == "field_at":
            return f"B at ({self.x_m or 0:g}, {self.y_m or 0:g}, {self.z_m or 0:g}) m"
        at = "" if self.r_m is None else f" at r {self.r_m:g} m"
        at += "" if self.z_m is None else f", z {self.z_m:g} m"
        kind = {
            "gradient_max": "largest gradient",
            "gradient_on_cylinder": "gradient",
            "force_product_max": "largest force product",
        }.get(self.quantity, self.quantity)
        return f"{kind}{at}{end}"


@dataclass(frozen=True)
class Residual:
    """One published figure beside what the model gives.

    Parameters
    ----------
    published, model, lower, upper : float
        The figure; the central model; the 2.5-97.5 % band of the ensemble. In ``unit``.
    allowed : float
        Half of the figure's rounding, in ``unit``.
    role : str
        ``"fit"``: took part; ``"check"``: held back.
    """

    figure: str
    published: float
    model: float
    lower: float
    upper: float
    allowed: float
    unit: str
    role: Literal["fit", "check"]

    @property
    def residual(self) -> float:
        """Model less published."""
        return self.model - self.published

    @property
    def inside(self) -> bool:
        """Whether the model meets the figure within its rounding (to a tenth of it)."""
        return abs(self.residual) <= 1.1 * self.allowed + 1e-9 * abs(self.published)


@dataclass(frozen=True)
class Branch:
    """A sign branch: which way Bz points on the axis and on the mid-plane at the far line.

    A quoted |B| hides these signs, and magnets of each kind can have the same quoted distances;
    their other lines differ by up to a metre. ``signs`` is two characters, ``"+-"`` for the dipole-like
    branch; followed by ``" lobe"`` where the quoted extent across the bore lies on a lobe off the mid-plane.
    """

    signs: str
    weight: float
    tries: int
    accepted: int


@dataclass(frozen=True, eq=False)
class Ensemble:
    """Equally good windings on one set of cells.

    Parameters
    ----------
    cells : (n, 4) float64, m
        Inner radius, outer radius, z_min, z_max of each cell.
    mirrored : bool
        Each cell stands for itself and its mirror image at -z.
    currents : (m, n) float64, A/m2
        Current density of every cell in every member.
    branch : (m,) int64
        Index into ``branches``.
    weights : (m,) float64
        Sum to one.
    branches : tuple of Branch
    prior : str
        ``"T"`` (compact shields), ``"W"`` (wide), ``"F"`` (free use of the winding room); with
        ``"bounds"``, the outermost windings that the figures leave open are among the members.
    infeasible_share : float
        Share of the designs tried that could not meet the figures.
    """

    cells: Array
    mirrored: bool
    currents: Array
    branch: npt.NDArray[np.int64]
    weights: Array
    branches: tuple[Branch, ...]
    prior: str
    infeasible_share: float

    @property
    def central_branch(self) -> int:
        """Index of the most probable branch."""
        return int(np.argmax([b.weight for b in self.branches]))

    def loops_of(self, member: int) -> Array:
        """Cells that carry current in one member, mirror images included.

        Returns
        -------
        (k, 5) float64
            Inner radius, outer radius, z_min, z_max (m), current density (A/m2).
        """
        used = np.flatnonzero(self.currents[member])
        rows = np.column_stack([self.cells[used], self.currents[member, used]])
        if self.mirrored:
            image = rows[:, [0, 1, 3, 2, 4]] * np.array([1.0, 1.0, -1.0, -1.0, 1.0])
            rows = np.vstack([rows, image])
        return np.ascontiguousarray(rows)


@dataclass(frozen=True)
class FitRecord:
    """How the windings were found.

    Parameters
    ----------
    residuals : tuple of Residual
        One for each figure that can be compared.
    magnet_length_m, cryostat_diameter_m : float or None
        The dimensions that the fit stood on, class defaults included.
    figures_sha256 : str
        Hash of the figures that were fitted: a file whose figures were changed since says so.
    refused : tuple of str
        Figures that were left out, each with the reason.
    notes : tuple of str
        What the fit has to say: tier of the prior, what is not cross-checked.
    widening : float
        Factor on the ensemble band, 1.5 where a class default stood in for a published dimension.
    """

    seed: int
    members: int
    method: str
    residuals: tuple[Residual, ...]
    refused: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    widening: float = 1.0
    conductor_A_m: float = 0.0
    homogeneity_ppm: float = 0.0
    peak_gradient_T_per_m: float = 0.0
    magnet_length_m: float | None = None
    cryostat_diameter_m: float | None = None
    figures_sha256: str = ""


_NOTHING: Mapping[str, Cited] = MappingProxyType({})


@dataclass(frozen=True, eq=False)
class MagnetModel:
    """A vendor's magnet: what is published, and the windings that give the whole field.

    Parameters
    ----------
    id, vendor, model : str
    B0_T : float or None
        None only in a stub.
    coils : tuple of fields.Coil (or fields.Loop, in designs of thin loops)
        The central model. Empty where ``modelled`` is False.
    ensemble : Ensemble or None
        None for a design given by its windings: its lines are known.
    grade : str
        Weakest evidence among the figures that the field rests on.
    modelled : bool
        False for stubs and for magnets that air coils cannot stand for; ``not_modelled_why`` says why.
    defaults_used : tuple of str
        Dimensions taken from the class for want of a published figure.
    same_as : str or None
        Id of the magnet whose fit is used, since the published figures are equal.
    """

    id: str
    vendor: str
    model: str
    B0_T: float | None
    field_axis: str = "z"
    shielding: str = "active"
    geometry: str = "whole-body"
    bore_diameter_m: float | None = None
    magnet_length_m: float | None = None
    cryostat_diameter_m: float | None = None
    imaging_diameter_m: float | None = None
    distances: Reading = "extent"
    published: tuple[Published, ...] = ()
    coils: tuple[Coil | Loop, ...] = ()
    ensemble: Ensemble | None = None
    fit: FitRecord | None = None
    helium: Mapping[str, Cited] = field(default_factory=lambda: _NOTHING)
    siting: Mapping[str, Cited] = field(default_factory=lambda: _NOTHING)
    dimension_sources: Mapping[str, Cited] = field(default_factory=lambda: _NOTHING)
    path: Path | None = None
    sha256: str = ""
    grade: MagnetGrade = "unverified"
    modelled: bool = True
    not_modelled_why: str = ""
    defaults_used: tuple[str, ...] = ()
    same_as: str | None = None
    class_prior: bool = False
    design: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    note: str = ""

    def __reduce__(self) -> tuple[Any, ...]:
        # Mapping proxies do not pickle: send plain dicts and wrap them again.
        state = dict(self.__dict__)
        for key in _MAPPINGS:
            state[key] = dict(state[key])
        return _rebuild, (state,)

    @property
    def verified(self) -> bool:
        """Whether some figure behind the field was read in a source."""
        return self.grade != "unverified"

    @property
    def label(self) -> str:
        """Name for drawings and tables; says so where the data are unverified."""
        name = f"{self.vendor} {self.model}".strip()
        return name if self.verified else f"{name} (MAGNET DATA UNVERIFIED)"

    @property
    def site_spread(self) -> float:
        """Fraction of B by which one magnet differs from site to site."""
        cited = self.siting.get("site_spread")
        return 0.10 if cited is None else float(cited.value)

    def source(self) -> CoilSet:
        """Return the field source of the central model.

        Raises
        ------
        InputError
            The magnet is not modelled.
        """
        self.require_modelled()
        return _central(self)

    def member_sources(self) -> tuple[CoilSet, ...]:
        """Return a field source for each member of the ensemble; empty where there is none."""
        if self.ensemble is None:
            return ()
        from mrsite.fields import Coil, CoilSet
        from mrsite.magnets.windings import merge_cells

        return tuple(
            CoilSet([Coil(*map(float, row)) for row in merge_cells(self.ensemble.loops_of(k))])
            for k in range(len(self.ensemble.weights))
        )

    def require_modelled(self) -> None:
        """Raise an `InputError` that says why there is no field, and what to ask for."""
        if not self.modelled or not self.coils:
            from mrsite.base.errors import InputError

            why = self.not_modelled_why or "it has no windings yet: run `mrsite magnets fit` on its file"
            raise InputError(f"magnet {self.id!r} has no field model: {why}")


@lru_cache(maxsize=32)
def _central(model: MagnetModel) -> CoilSet:
    """The central windings of a model, packed once: a source remembers its own packing."""
    from mrsite.fields import CoilSet

    return CoilSet(list(model.coils))


_MAPPINGS = ("helium", "siting", "dimension_sources", "design")


def _rebuild(state: dict[str, Any]) -> MagnetModel:
    for key in _MAPPINGS:
        state[key] = MappingProxyType(state[key])
    model = object.__new__(MagnetModel)
    model.__dict__.update(state)
    return model
