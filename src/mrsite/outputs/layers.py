"""Which layer an item lies on and how it looks: names from a template, looks from a data file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

from mrsite.base.data import data_folder
from mrsite.base.errors import InputError
from mrsite.outputs.mark import LayerStyle

#: Characters that no layer name may hold (DXF reference; R12 allows fewer, see `r12_name`).
_FORBIDDEN = re.compile(r'[<>/\\":;?*|=`,\x00-\x1f]')
_LINE = re.compile(r"([BGF])-([0-9P]+)(MT|TM|T2M)-(.+)")
_QUANTITY = {"B": ("B", "MT"), "gradient": ("G", "TM"), "force_product": ("F", "T2M")}


def level_text(level: float) -> str:
    """Return a level as it stands in a layer name: 0.5 is ``0P5``."""
    text = f"{level:.6f}".rstrip("0").rstrip(".")
    return (text or "0").replace(".", "P")


def line_item(quantity: str, level: float, kind: str, edge: str = "central") -> str:
    """Return the item of a line.

    Parameters
    ----------
    quantity : str
        ``"B"`` (level in mT), ``"gradient"`` (T/m) or ``"force_product"`` (T²/m).
    kind : str
        ``"cut"``, ``"envelope"`` or ``"text"`` for the labels of a level.
    edge : str
        ``"central"``, ``"upper"`` or ``"lower"``.
    """
    letter, unit = _QUANTITY[quantity]
    suffix = {"cut": "CUT", "envelope": "ENV", "text": "TEXT"}[kind]
    if edge != "central":
        suffix += f"-{edge.upper()}"
    return f"{letter}-{level_text(level)}{unit}-{suffix}"


@cache
def _styles() -> dict[str, Any]:
    return _read(data_folder("outputs") / "layers" / "styles.toml")


def _read(path: Path) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: the layer template cannot be read ({error.strerror})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: the layer template is not valid TOML ({error})") from None


def layer_namer(template: str, prefix: str, folder: Path | None = None) -> Callable[[str], str]:
    """Return the function from item to layer name.

    Parameters
    ----------
    template : str
        ``"aia"``, ``"bs1192"`` or the path of an office's own file (relative to ``folder``), which
        holds ``pattern = "...{prefix}...{item}..."`` and perhaps a table ``[presentation]``.

    Raises
    ------
    InputError
        Unknown template, or one whose names would be unusable or not distinct.
    """
    known = data_folder("outputs") / "layers"
    own = template.endswith(".toml") or "/" in template
    path = (folder or Path()) / template if own else known / f"{template}.toml"
    if not own and (template == "styles" or not path.is_file()):
        raise InputError(f'[drawing] layers = "{template}": use "aia", "bs1192" or the path of a template file')
    read = _read(path)
    pattern, special = read.get("pattern"), read.get("presentation", {})
    patterns = [pattern, *special.values()] if isinstance(special, dict) else [None]
    for text in patterns:
        if not isinstance(text, str) or "{item}" not in text or not text.isascii():
            raise InputError(f'{path.name}: a layer pattern must be an ASCII text that holds "{{item}}"')
        rest = text.replace("{item}", "").replace("{prefix}", "")
        if _FORBIDDEN.search(rest) or "{" in rest or "}" in rest:
            raise InputError(f"{path.name}: the layer pattern {text!r} holds a character that no layer name may")

    def name(item: str) -> str:
        chosen = special.get(item) or (special.get("TEXT") if item.endswith("-TEXT") else None) or pattern
        return str(chosen).replace("{prefix}", prefix).replace("{item}", item)

    return name


def style_of(item: str, name: Callable[[str], str], meaning: str = "") -> LayerStyle:
    """Return how an item looks."""
    data = _styles()
    look: dict[str, Any] = {"aci": 7, "rgb": "#1a1a1a", "linetype": "CONTINUOUS", "weight_mm": 0.25}
    line = _LINE.fullmatch(item)
    if line:
        look.update(data["kind"].get(line[4], {}))
        if line[1] == "B":
            look.update(_level_colour(float(line[2].replace("P", "."))))
        else:
            look.update(data["quantity"]["gradient" if line[1] == "G" else "force_product"])
    else:
        look.update(data["item"].get(item, {}))
    return LayerStyle(item, name(item), look["aci"], look["rgb"], look["linetype"], look["weight_mm"], meaning)


#: The order of a legend: lines first, by level, then what stands round them.
_ORDER = (
    "ZONE", "MAGNET", "DIMS", "STEEL", "EQPT", "DOOR", "NOTE", "QUENCH", "WAYS", "MOVING", "NEIGHBOUR", "AREA",
    "BUILDING", "SURVEY", "CLOUD", "CHECK", "LEGEND",
)  # fmt: skip
_KINDS = ("CUT", "CUT-UPPER", "CUT-LOWER", "ENV", "ENV-UPPER", "ENV-LOWER", "TEXT")


def in_order(items: Iterable[str]) -> list[str]:
    """Return items as a legend lists them."""

    def place(item: str) -> tuple[Any, ...]:
        line = _LINE.fullmatch(item)
        if line:
            kind = _KINDS.index(line[4]) if line[4] in _KINDS else len(_KINDS)
            return 0, "BGF".index(line[1]), float(line[2].replace("P", ".")), kind, item
        group = item.split("-")[0]
        return 1, _ORDER.index(group) if group in _ORDER else len(_ORDER), 0.0, 0, item

    return sorted(items, key=place)


def labels_of(item: str) -> str:
    """Return what a layer of labels holds, in words: ``labels of the 0.5 mT lines``."""
    line = _LINE.fullmatch(item)
    if line is None:
        return item
    unit = {"MT": "mT", "TM": "T/m", "T2M": "T\N{SUPERSCRIPT TWO}/m"}[line[3]]
    return f"labels of the {line[2].replace('P', '.')} {unit} lines"


def _level_colour(level_mT: float) -> dict[str, Any]:
    levels = _styles()["level"]
    nearest = min(levels, key=lambda row: abs(row["mT"] - level_mT) / max(row["mT"], level_mT))
    return {"aci": nearest["aci"], "rgb": nearest["rgb"]}


def r12_name(name: str) -> str:
    """Return a layer, style or block name as R12 allows it: 31 of A-Z, 0-9, $, - and _."""
    return re.sub(r"[^A-Z0-9$_-]", "_", name.upper())[:31]
