"""The host drawing with our marks in it, or the overlay alone with the reason why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mrsite.base.errors import InputError
from mrsite.base.files import sha256_of
from mrsite.base.text import slug
from mrsite.base.units import INSUNITS
from mrsite.checks.finding import Outcome
from mrsite.outputs import overlay_dxf
from mrsite.outputs.dxf_ours import differences
from mrsite.outputs.dxf_splice import splice
from mrsite.outputs.dxf_text import NotSpliceable
from mrsite.outputs.mark import Drawing

_CODES = {unit: code for code, unit in INSUNITS.items()}


@dataclass(frozen=True)
class AnnotatedFiles:
    """Drawing files by name.

    Parameters
    ----------
    main : str
        Name of the file to hand over first: the annotated host where there is one.
    notes : tuple of str
        What a person must know of these files.
    """

    files: Mapping[str, bytes]
    main: str
    notes: tuple[str, ...] = field(default=())


def render(outcome: Outcome, storey: str) -> bytes:
    """Return the drawing of one storey to hand over: the annotated host, else the overlay alone."""
    from mrsite.outputs.marks import storey_drawing

    plan = outcome.project.storey(storey).plan
    drawing = storey_drawing(outcome, storey, folder=Path(outcome.project.path).parent)
    made = drawing_files(drawing, plan, host_bytes(plan), storey)
    return made.files[made.main]


def host_bytes(plan: Any) -> bytes | None:
    """Return the bytes of a plan's file, if they are still those that were read.

    Raises
    ------
    InputError
        The file was changed or taken away since it was read.
    """
    if plan is None:
        return None
    try:
        data = Path(plan.path).read_bytes()
    except OSError as error:
        raise InputError(f"{plan.path}: cannot be read again ({error.strerror}); put it back and start again") from None
    if plan.sha256 and sha256_of(data) != plan.sha256:
        raise InputError(f"{plan.path}: changed while mrsite was at work; start again")
    return data


def drawing_files(
    drawing: Drawing, plan: Any, host: bytes | None, stem: str, *, main: str | None = None
) -> AnnotatedFiles:
    """Return the annotated host and the overlay alone.

    Parameters
    ----------
    drawing : Drawing
    plan : plans.plan.Plan or None
        None where the storey has no drawing: then there is an overlay in metres.
    host : bytes or None
        The plan's own bytes.
    stem : str
        Beginning of the file names.
    main : str or None
        Name of the file to hand over first, where the caller has chosen it.

    Raises
    ------
    RuntimeError
        The splice changed the host: a bug, and nothing is written.
    """
    stem = slug(stem, "drawing")
    if plan is None:
        name = main or f"{stem}-overlay-m.dxf"
        return AnnotatedFiles({name: overlay_dxf.render(drawing, 1.0, 6, _properties(drawing))}, name)
    files: dict[str, bytes] = {}
    notes: list[str] = []
    annotated = main or f"{stem}-annotated.dxf"
    properties = _properties(drawing)
    if plan.storeys:
        notes.append(
            f"{_base(plan.path)} is a building model: the marks come as an overlay alone, in metres, at its origin"
        )
    elif host is not None:
        try:
            spliced = splice(host, drawing, plan.unit_m, properties)
        except NotSpliceable as refusal:
            notes.append(f"{_base(plan.path)}: the marks come as an overlay alone, since {refusal}")
        else:
            changed = differences(host, spliced.data)
            if changed:
                raise RuntimeError(f"the splice changed {_base(plan.path)}: {'; '.join(changed)}")
            files[annotated] = spliced.data
            notes += spliced.notes
            if spliced.replaced:
                notes.append(f"{_base(plan.path)}: {spliced.replaced} marks of an earlier run were replaced")
    declared = plan.declared_insunits or 0
    wrong = declared != 0 and INSUNITS.get(declared) != plan.unit
    if wrong:
        said = INSUNITS.get(declared, f"code-{declared}")
        attach = f"{stem}-overlay-as-declared-{slug(said)}.dxf"
        if main is not None and annotated not in files:
            attach = main
        true = f"{stem}-overlay-true-units-{slug(plan.unit)}.dxf"
        files[attach] = overlay_dxf.render(drawing, plan.unit_m, declared, properties)
        files[true] = overlay_dxf.render(drawing, plan.unit_m, _CODES.get(plan.unit, 0), properties)
        notes.append(
            f"{_base(plan.path)} declares {said} but is drawn in {plan.unit}: attach {attach} to it at 0,0 and "
            f"scale 1; {true} declares the true unit, for a model that is at its right size"
        )
    else:
        attach = f"{stem}-overlay.dxf" if annotated in files or main is None else main
        files[attach] = overlay_dxf.render(drawing, plan.unit_m, declared, properties)
    return AnnotatedFiles(files, annotated if annotated in files else attach, tuple(notes))


def _base(path: str) -> str:
    return path.replace("\\", "/").rsplit("/", 1)[-1]


def _properties(drawing: Drawing) -> Sequence[tuple[str, str]]:
    return [(f"provenance {k + 1}", line) for k, line in enumerate(drawing.provenance)]


def true_unit(plan: Any) -> tuple[float, int]:
    """Return metres in one drawing unit of a plan and the code of that unit; metres where there is none."""
    return (1.0, 6) if plan is None else (plan.unit_m, _CODES.get(plan.unit, 0))
