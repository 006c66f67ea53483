"""The process that opens a model: ``python -m mrsite.plans.ifc.worker JOB.json``.

It is started by `run` with limits on its time and memory, and may crash: the geometry library is C++
and models are written by others. What it finds, or why the model is refused, goes to a file.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from mrsite.base.errors import InputError
from mrsite.plans.ifc.facts import to_json
from mrsite.plans.ifc.step import look


def main(job_file: str) -> None:
    """Do the job: read the model, write ``facts.json`` or ``refused.json`` beside it."""
    job = json.loads(Path(job_file).read_text("utf-8"))
    folder = Path(job_file).parent
    try:
        text = _read(job, folder)
        (folder / "facts.json").write_text(text, "utf-8")
    except InputError as error:
        (folder / "refused.json").write_text(json.dumps(error.message), "utf-8")
    except MemoryError:
        (folder / "refused.json").write_text(
            json.dumps(f"{job['name']}: memory_mb is not enough for this model; export only what matters, or raise it"),
            "utf-8",
        )


def _read(job: dict[str, Any], folder: Path) -> str:
    from mrsite.plans.ifc.content import take_apart
    from mrsite.plans.ifc.opening import open_model, short

    data = Path(job["path"]).read_bytes()
    text = look(data, job["name"], job["entities"])
    del data
    model = open_model(job["path"], job["name"], text.schema, text.entities, folder)
    with open(folder / "at", "wb", buffering=0) as trace:

        def mark(guid: str) -> None:
            trace.seek(0)
            trace.write(guid.encode("utf-8", "replace")[:64].ljust(64))

        try:
            facts = take_apart(
                model.file,
                file=job["name"],
                units_m=job["units_m"],
                storey=job["storey"],
                mark=mark,
                skip=frozenset(job["skip"]),
            )
        except RecursionError:
            raise InputError(f"{job['name']}: the model is nested without end; export it again") from None
        except (AttributeError, TypeError, RuntimeError, ValueError, LookupError, ArithmeticError) as error:
            why = short(str(error) or type(error).__name__)
            raise InputError(
                f"{job['name']}: the model is not what its schema {text.schema} says ({why}); export it again"
            ) from None
    return to_json(replace(facts, lost=(*model.unknown, *facts.lost), notes=(*facts.notes, *model.faults)))


if __name__ == "__main__":
    main(sys.argv[1])
