"""What a pack file and an equipment table may hold: pydantic at the door."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from mrsite.base.quantity import Grade
from mrsite.guidance.packs import Reach, Severity

Word = Annotated[str, Field(min_length=1)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
RuleId = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+$", max_length=60)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Positive = Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class RuleEntry(_Entry):
    """``[[rule]]``: one requirement of one document, in your own words."""

    id: RuleId
    document: Word
    edition: Word
    section: Word
    topic: Word
    wording: Word
    kind: Word = Field(description="which check decides it; `mrsite rules` lists the kinds")
    quantity: str = ""
    limits: tuple[Number, ...] = ()
    unit: str = ""
    severity: Severity
    grade: Grade = Field(description="how far the text was read")
    source: Word
    reach: Reach
    why: str = ""
    superseded: bool = False

    @model_validator(mode="after")
    def _says_why(self) -> RuleEntry:
        if self.reach == "out-of-reach" and not self.why:
            raise ValueError("a rule out of reach must say why")
        return self


class PackFile(_Entry):
    """The whole of a rule pack."""

    schema_: Literal[1] = Field(alias="schema")
    id: Id
    title: Word
    extends: tuple[Word, ...] = ("general",)
    aliases: tuple[Id, ...] = ()
    rule: tuple[RuleEntry, ...] = ()

    @model_validator(mode="after")
    def _distinct(self) -> PackFile:
        seen: set[str] = set()
        for rule in self.rule:
            if rule.id in seen:
                raise ValueError(f"rule {rule.id!r} stands twice; give each its own id")
            seen.add(rule.id)
        return self


class LimitEntry(_Entry):
    """``[[class.limit]]``: one source's figure."""

    max_field_mT: Positive
    quantity: Word = "static"
    condition: str = ""
    basis: Word
    source: Word
    grade: Grade
    is_limit: bool = True


class ClassEntry(_Entry):
    """``[[class]]``: a class of equipment."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
    label: Word
    aliases: tuple[Word, ...] = ()
    heights: tuple[Number, Number]
    heights_source: Word
    radius_m: Positive | None = None
    limit: tuple[LimitEntry, ...] = ()


class EquipmentFile(_Entry):
    """The equipment table."""

    schema_: Literal[1] = Field(alias="schema")
    class_: tuple[ClassEntry, ...] = Field(alias="class")


class EnvironmentEntry(_Entry):
    """``[[row]]``: a figure about what surroundings do to a magnet."""

    class_: Word = Field(alias="class")
    quantity: Word
    value: Number | None = None
    unit: str = ""
    applies_to: str = ""
    distance_axial_m: Positive | None = None
    distance_radial_m: Positive | None = None
    condition: str = ""
    source: Word
    grade: Grade


class EnvironmentFile(_Entry):
    """The environment table."""

    schema_: Literal[1] = Field(alias="schema")
    row: tuple[EnvironmentEntry, ...]


#: Schema file beside the data -> the model it is generated from (`python -m mrsite.guidance.schema`).
SCHEMAS: dict[str, type[BaseModel]] = {
    "pack.schema.json": PackFile,
    "equipment.schema.json": EquipmentFile,
    "environment.schema.json": EnvironmentFile,
}


def schema_text(model: type[BaseModel]) -> str:
    """Return the JSON schema of a model as it is shipped for editors."""
    import json

    return json.dumps(model.model_json_schema(by_alias=True), indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    from mrsite.base.data import data_folder

    for _name, _model in SCHEMAS.items():
        (data_folder("guidance") / _name).write_text(schema_text(_model), encoding="utf-8")
