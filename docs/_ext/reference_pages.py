"""Pages of the reference that come from the program itself: schemas, packs, checks, commands, and their figures.

``write(folder)`` makes them; Sphinx calls it before it reads the sources. They are not kept under version control, so
that no page can fall behind the code.
"""

from __future__ import annotations

import json
import tomllib
import typing
from collections.abc import Iterator
from dataclasses import fields as dataclass_fields
from dataclasses import replace
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
EXAMPLE = ROOT / "floorplans" / "district-hospital" / "site.toml"

#: Front matter of pages whose tables need the whole width.
WIDE = "---\nhtml_theme.sidebar_secondary.remove: true\n---\n"


def write(folder: Path) -> list[Path]:
    """Write every generated page; unchanged files keep their time, so that Sphinx need not read them anew."""
    written = []
    for name, text in pages(folder):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
        written.append(path)
    return written


def pages(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield (name, MyST text) of every page."""
    yield "site-file.md", site_file_page()
    yield "magnet-file.md", magnet_file_page()
    yield "findings.md", findings_page()
    yield "commands.md", commands_page()
    yield "packs.md", packs_page()
    yield "api.md", api_page()
    yield from check_pages(folder)


# ------------------------------------------------------------------------------------------- schemas


def keys_of(model: Any) -> dict[str, Any]:
    """Return the fields of a pydantic model by the key a file uses."""
    return {(info.alias or name): info for name, info in model.model_fields.items()}


def model_in(annotation: Any) -> Any | None:
    """Return the pydantic model inside an annotation, if there is one."""
    if hasattr(annotation, "model_fields"):
        return annotation
    for inner in typing.get_args(annotation):
        found = model_in(inner)
        if found is not None:
            return found
    return None


def tables_of_site_file() -> dict[str, tuple[Any, bool]]:
    """Return table name -> (model, whether it is a list) of the site file."""
    from mrsite.site.schema import SiteFile

    found = {}
    for key, info in keys_of(SiteFile).items():
        model = model_in(info.annotation)
        if model is not None:
            found[key] = (model, str(info.annotation).startswith("tuple"))
    return found


def descriptions() -> dict[str, str]:
    """Return the sentence of each key of the site file."""
    return _sentences("keys.toml", "site_file")


def magnet_descriptions() -> dict[str, str]:
    """Return the sentence of each key of the magnet file, by ``magnet.key`` and ``magnet.table.key``."""
    return _sentences("magnet_keys.toml", "magnet_file")


def _sentences(name: str, table: str) -> dict[str, str]:
    with (HERE / name).open("rb") as file:
        return dict(tomllib.load(file)[table])


def _type(schema: dict[str, Any], node: dict[str, Any]) -> str:
    if "$ref" in node:
        return _type(schema, schema["$defs"][node["$ref"].rsplit("/", 1)[-1]])
    if "const" in node:
        return f"`{json.dumps(node['const'])}`"
    if "enum" in node:
        return " \\| ".join(f"`{json.dumps(v)}`" for v in node["enum"])
    if "anyOf" in node:
        kinds = [_type(schema, n) for n in node["anyOf"] if n.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    kind = node.get("type")
    if kind == "array":
        if "prefixItems" in node:
            return "[" + ", ".join(_type(schema, n) for n in node["prefixItems"]) + "]"
        return f"list of {_type(schema, node.get('items', {}))}"
    limits = [
        f"{sign} {node[key]:g}"
        for key, sign in (("exclusiveMinimum", ">"), ("minimum", "≥"), ("maximum", "≤"))
        if key in node
    ]
    words = {"number": "number", "integer": "integer", "string": "text", "boolean": "true or false", "object": "table"}
    return " ".join([words.get(str(kind), "anything"), *limits])


def _default(info: Any) -> str:
    from pydantic_core import PydanticUndefined

    if info.is_required():
        return "**needed**"
    value = info.default
    if value is None or value is PydanticUndefined or value == ():
        return ""
    if hasattr(value, "model_fields"):
        return ""
    return f"`{json.dumps(value, default=str)}`"


def _key_table(model: Any, prefix: str, texts: dict[str, str]) -> str:
    schema = model.model_json_schema(by_alias=True)
    rows = ["| key | value | default | meaning |", "|---|---|---|---|"]
    for key, info in keys_of(model).items():
        node = schema["properties"][key]
        rows.append(f"| `{key}` | {_type(schema, node)} | {_default(info)} | {texts.get(f'{prefix}.{key}', '')} |")
    return "\n".join(rows)


def site_file_page() -> str:
    """Every table and key of the site file."""
    texts = descriptions()
    parts = [
        "# Site file\n",
        "One TOML file says what the drawings cannot. A minimal site is `[site]`, one `[[storey]]` and one",
        "`[[scanner]]`; everything else adds what a check needs. An unknown key is an error that names the nearest",
        "known one. What a check needs and the file does not say becomes a finding `not-assessed`, with what to",
        "supply.\n",
        "`schema = 1` stands first. A JSON schema for editors ships with mrsite.\n",
    ]
    for name, (model, many) in tables_of_site_file().items():
        head = f"[[{name}]]" if many else f"[{name}]"
        doc = (model.__doc__ or "").strip().splitlines()[0].split(":", 1)
        said = f"{doc[1].strip()}\n\n" if len(doc) > 1 else ""
        parts.append(f"\n## `{head}`\n\n{said}{_key_table(model, name, texts)}\n")
    return "\n".join(parts)


def magnet_file_page() -> str:
    """Every table and key of the magnet file."""
    from mrsite.magnets import schema as magnet_schema

    texts = magnet_descriptions()
    parts = [
        "# Magnet file\n",
        "What is published of a magnet, and the windings fitted to it, in one TOML file. A file with only `[[coil]]`",
        "is a complete magnet. `mrsite magnets fit` fills in `[fit]` and `[ensemble]`.\n",
        "## Top level\n",
        _key_table(magnet_schema.MagnetFile, "magnet", texts),
    ]
    for key, info in keys_of(magnet_schema.MagnetFile).items():
        model = model_in(info.annotation)
        if model is None:
            continue
        many = "list" in str(info.annotation) or "tuple" in str(info.annotation)
        head = f"[[{key}]]" if many else f"[{key}]"
        doc = (model.__doc__ or "").strip().splitlines()[0]
        parts.append(f"\n## `{head}`\n\n{doc}\n\n{_key_table(model, 'magnet.' + key, texts)}\n")
    return "\n".join(parts)


def findings_page() -> str:
    """What a finding holds, and the columns of the tables."""
    import inspect
    import re

    from mrsite.base.quantity import GRADES
    from mrsite.checks import finding
    from mrsite.outputs import csv_tables

    source = inspect.getsource(finding.Finding)
    rows = ["| field | type | meaning |", "|---|---|---|"]
    for item in dataclass_fields(finding.Finding):
        match = re.search(rf"^    {item.name}:[^#\n]*#:\s*(.*)$", source, re.MULTILINE)
        kind = str(item.type).replace("|", "\\|")
        rows.append(f"| `{item.name}` | `{kind}` | {match.group(1) if match else ''} |")
    columns = getattr(csv_tables, "FINDING_COLUMNS", None)
    extra = (
        f"\nThe columns of `findings.csv` and `assessment.to_frame()`: {', '.join(f'`{c}`' for c in columns)}.\n"
        if columns
        else ""
    )
    statuses = ", ".join(f"`{s}`" for s in finding.STATUSES)
    lines = [
        "# Findings",
        "",
        "One finding is one verdict on one subject. Every verdict is stored; none is inferred from an empty list.",
        "",
        *rows,
        "",
        f"`status` is one of {statuses}. `grade` is the weakest of magnet data, limit and plan fact:",
        f"{', '.join(f'`{g}`' for g in GRADES)}.",
        "",
        "`conclusion` of an assessment is `fails` where a finding fails; `open` while a law, standard or professional",
        "rule is `warn` or `not-assessed`, or a pass rests on a grade below `second-hand`; else `clear`. No output",
        "says that a site is safe.",
        extra,
    ]
    return "\n".join(lines)


def commands_page() -> str:
    """The help of every command, as the program prints it."""
    import typer.main
    from click import Context, Group

    from mrsite.cli.app import app

    command = typer.main.get_command(app)
    parts = ["# Commands\n", "```text", command.get_help(Context(command, info_name="mrsite")), "```"]
    for name, sub in command.commands.items():  # type: ignore[attr-defined]
        context = Context(sub, info_name=f"mrsite {name}")
        parts += [f"\n## `mrsite {name}`\n", "```text", sub.get_help(context), "```"]
        if isinstance(sub, Group) or hasattr(sub, "commands"):
            for inner_name, inner in sub.commands.items():
                inner_context = Context(inner, info_name=f"mrsite {name} {inner_name}")
                parts += [f"\n### `mrsite {name} {inner_name}`\n", "```text", inner.get_help(inner_context), "```"]
    return "\n".join(parts) + "\n"


def public_names() -> dict[str, list[str]]:
    """Return the public names under the headings of their page."""
    import inspect

    import mrsite
    from mrsite import fields, maps

    own = [n for n in mrsite.__all__ if n not in ("fields", "maps")]
    held = [n for n in own if inspect.isclass(getattr(mrsite, n))]
    return {
        "What people hold": [f"mrsite.{n}" for n in held],
        "Functions": [f"mrsite.{n}" for n in own if n not in held],
        "Field sources: `mrsite.fields`": [f"mrsite.fields.{n}" for n in fields.__all__],
        "Lines and surfaces: `mrsite.maps`": [f"mrsite.maps.{n}" for n in maps.__all__],
    }


def api_page() -> str:
    """Every public name, each with its own page from its docstring."""
    lines = [
        "# Python names",
        "",
        "`import mrsite` gives these; each comes on first use, so that the import itself loads nothing heavier than",
        "numpy. Lengths are metres, fields tesla, angles degrees; names that a person reads in other units say so",
        "(`levels_mT`). A field source is anything with `flux_density(points)` and `jacobian(points)`; sources add.",
        "A `progress` that you pass is told in words what is being done, and the share done, 0 to 1.",
    ]
    for heading, names in public_names().items():
        lines += ["", f"## {heading}", "", "```{eval-rst}", ".. autosummary::", "   :toctree: api", ""]
        lines += [*(f"   {name}" for name in names), "```"]
    return "\n".join(lines) + "\n"


# ------------------------------------------------------------------------------------------- packs and checks


def cell(text: object) -> str:
    """Words for a cell of a MyST table."""
    return str(text).replace("|", "\\|").replace("\n", " ").replace("<", "&lt;").replace("$", "\\$").replace("*", "\\*")


def row(*words: object) -> str:
    """One row of a MyST table."""
    return f"| {' | '.join(cell(w) for w in words)} |"


def _limits(rule: Any) -> str:
    return " / ".join(f"{v:g}" for v in rule.limits) + (f" {rule.unit}" if rule.limits and rule.unit else "")


def packs_page() -> str:
    """Every rule of every pack."""
    from mrsite.checks import registry
    from mrsite.guidance import known_packs

    decided = registry.kinds()
    parts = [
        WIDE,
        "# Rule packs\n",
        "A site file names the packs that hold for it; each rule is in our own words and cites its document. A rule is",
        "*computed* by a check, *attested* by somebody who signs for it, or *out of reach*, and then says why.\n",
    ]
    for pack in known_packs():
        parts.append(f"\n## {pack.title} (`{pack.id}`)\n")
        if pack.extends:
            parts.append(f"Extends {', '.join(f'`{p}`' for p in pack.extends)}.\n")
        parts += ["| rule | asks | limit | force | read | decided by | source |", "|---|---|---|---|---|---|---|"]
        for rule in pack.rules:
            by = decided.get(rule.kind) if rule.reach == "computed" else None
            who = f"[{by}](checks/{by}.md)" if by else {"attested": "attestation"}.get(rule.reach, rule.reach)
            source = f"{rule.document} {rule.edition} {rule.section}".strip()
            parts.append(row(f"`{rule.id}`", rule.wording, _limits(rule), rule.severity, rule.grade, who, source))
    return "\n".join(parts) + "\n"


def check_pages(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield a page a check: what it decides, its rules, its figure and worked example on the district hospital."""
    import mrsite
    from mrsite.checks import registry
    from mrsite.guidance import known_packs
    from mrsite.outputs import figure_axes, figures

    outcome = mrsite.load_site(EXAMPLE).assess().outcome
    every = {rule.id: rule for pack in known_packs() for rule in pack.rules}
    index = [
        "# Checks\n",
        "One page a check: what it decides, by which rules, and what it found on the example site.\n",
        "```{toctree}",
    ]
    for module in registry.CHECKS:
        name = registry.name_of(module)
        index.append(name)
        doc = (module.__doc__ or name).strip()
        first, _, rest = doc.partition("\n")
        parts = [WIDE, f"# {name}\n", f"{first}\n", rest.strip(), ""]
        rules = [r for r in every.values() if r.kind in module.KINDS]
        parts += [
            "\n## Rules\n",
            "| rule | pack | asks | limit | force | read | source |",
            "|---|---|---|---|---|---|---|",
        ]
        for rule in rules:
            source = f"{rule.document} {rule.edition} {rule.section}".strip()
            parts.append(row(f"`{rule.id}`", rule.pack, rule.wording, _limits(rule), rule.severity, rule.grade, source))
        if not rules:
            parts[-2:] = [
                "No rule of the shipped packs is of its kinds: " + ", ".join(f"`{k}`" for k in module.KINDS) + "."
            ]
        own = tuple(f for f in outcome.findings if f.check == name)
        parts.append("\n## Worked example: the district hospital\n")
        placed = [f for f in own if f.location is not None and f.storey is not None]
        if placed:
            ax = figures.draw_assessment(replace(outcome, findings=own), storey=placed[0].storey)
            figure_axes.title(ax, f"{name} on {placed[0].storey}")
            picture = folder / "checks" / f"{name}.png"
            picture.parent.mkdir(parents=True, exist_ok=True)
            ax.figure.savefig(picture, dpi=110, metadata={"Software": None})
            parts += [
                f"```{{figure}} {name}.png",
                f":alt: The example site with the findings of the check {name}",
                "",
                f"Findings of `{name}` on the district hospital.",
                "```",
                "",
            ]
        for finding in own[:6]:
            parts.append(f"**{finding.status}** `{finding.rule}`, {cell(finding.subject)}: {cell(finding.message)}")
            if finding.remedy:
                parts.append(f"*{cell(finding.remedy)}*")
            parts.append("")
        if not own:
            parts.append("It has nothing to say of the example.\n")
        yield f"checks/{name}.md", "\n".join(parts) + "\n"
    index.append("```\n")
    yield "checks/index.md", "\n".join(index)


if __name__ == "__main__":
    for path in write(ROOT / "docs" / "reference" / "generated"):
        print(path.relative_to(ROOT))
