"""The study file: which values of a site are varied, and how."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from mrsite.base.errors import InputError
from mrsite.base.toml import Document, read_toml, validate

Name = Annotated[str, Field(min_length=1)]
Finite = Annotated[float, Field(strict=True, allow_inf_nan=False)]


class Entry(BaseModel):
    """No unknown keys, no change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class StudyTable(Entry):
    """``[study]``."""

    name: Name
    sites: Annotated[tuple[Name, ...], Field(min_length=1)]
    combine: Literal["grid", "zip", "sample"] = "grid"
    count: Annotated[int, Field(strict=True, ge=1)] | None = None
    seed: Annotated[int, Field(strict=True, ge=0)] = 0

    @model_validator(mode="after")
    def _whole(self) -> StudyTable:
        if self.combine == "sample" and self.count is None:
            raise ValueError('combine = "sample" needs count')
        if self.combine != "sample" and self.count is not None:
            raise ValueError('count goes with combine = "sample"')
        return self


class VaryEntry(Entry):
    """``[[vary]]``: one value of the site file, over a list, a range, or a distribution."""

    key: Name
    values: tuple[Any, ...] | None = None
    span: tuple[Finite, Finite, Finite] | None = Field(default=None, alias="range")
    uniform: tuple[Finite, Finite] | None = None
    normal: tuple[Finite, Finite] | None = None

    @model_validator(mode="after")
    def _one(self) -> VaryEntry:
        given = [n for n in ("values", "span", "uniform", "normal") if getattr(self, n) is not None]
        if len(given) != 1:
            raise ValueError(
                "give exactly one of values, range = [first, last, step], uniform = [low, high], "
                "normal = [mean, standard deviation]"
            )
        if self.values is not None and not self.values:
            raise ValueError("values is empty")
        if self.span is not None and not (self.span[2] > 0 and self.span[0] <= self.span[1]):
            raise ValueError("range = [first, last, step] must rise with a positive step")
        if self.uniform is not None and not self.uniform[0] < self.uniform[1]:
            raise ValueError("uniform = [low, high] must rise")
        if self.normal is not None and not self.normal[1] > 0:
            raise ValueError("normal = [mean, standard deviation] needs a positive deviation")
        return self


class SearchTable(Entry):
    """``[search]``: how `mrsite search` goes over the ranges; a sweep does not read it."""

    scanner: Name | None = None
    rooms: tuple[Name, ...] = ()
    clearance_m: Annotated[float, Field(strict=True, ge=0.0, allow_inf_nan=False)] = 0.0
    rounds: Annotated[int, Field(strict=True, ge=0, le=8)] = 2
    best: Annotated[int, Field(strict=True, ge=1, le=50)] = 6


class StudyFile(Entry):
    """The whole file."""

    schema_: Literal[1] = Field(default=1, alias="schema")
    study: StudyTable
    vary: tuple[VaryEntry, ...] = ()
    search: SearchTable = SearchTable()

    @model_validator(mode="after")
    def _matched(self) -> StudyFile:
        keys = [v.key for v in self.vary]
        twice = sorted({k for k in keys if keys.count(k) > 1})
        if twice:
            raise ValueError(f"varied twice: {', '.join(twice)}")
        drawn = [v.key for v in self.vary if v.uniform is not None or v.normal is not None]
        if drawn and self.study.combine != "sample":
            raise ValueError(f'uniform and normal go with combine = "sample" ({", ".join(drawn)})')
        if self.study.combine == "zip":
            lengths = {v.key: len(points(v)) for v in self.vary}
            if len(set(lengths.values())) > 1:
                raise ValueError(f'combine = "zip" needs lists of one length, they have {lengths}')
        return self


def points(entry: VaryEntry) -> tuple[Any, ...]:
    """Return the values of a list or range; both ends of a range belong to it."""
    if entry.values is not None:
        return entry.values
    if entry.span is None:
        return ()
    first, last, step = entry.span
    count = int((last - first) / step + 1e-9) + 1
    # to a nanometre: the same place reached in two ways is one case
    return tuple(round(first + k * step, 9) for k in range(count))


def read_study(path: Path | str) -> tuple[StudyFile, Document]:
    """Read a study file.

    Raises
    ------
    InputError
        Missing or broken file, unknown keys, ranges that make no sense; all faults with their lines.
    """
    document = read_toml(path)
    study = validate(StudyFile, document)
    for index, name in enumerate(study.study.sites):
        if not (document.path.parent / name).exists():
            raise InputError(
                f"{document.where('study', 'sites', index)}: there is no site file {name!r} beside the study"
            )
    return study, document


def inputs_of(path: Path | str, study: StudyFile) -> list[Path]:
    """Return the files that an output folder must not hold: the study and its sites."""
    folder = Path(path).parent
    return [Path(path), *(folder / name for name in study.study.sites if (folder / name).is_file())]
