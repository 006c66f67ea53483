"""The how-to page is followed word by word: its file loads, is fitted, and its commands exist."""

from __future__ import annotations

import re
from pathlib import Path

from mrsite.magnets import fit, read_model, write_model

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "add-a-magnet.md"


def test_the_file_of_the_page_is_fitted(tmp_path: Path) -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    path = tmp_path / "acme-ultra-1t5.toml"
    path.write_text(block)
    model = fit(path, seed=1, members=8)
    assert model.fit is not None
    assert model.defaults_used == ()
    assert not [note for note in model.fit.notes if "not cross-checked" in note]
    assert all(abs(r.residual) <= 1.2 * r.allowed for r in model.fit.residuals)
    path.write_text(write_model(model))
    assert read_model(path).grade == "read"


def test_every_quantity_of_the_page_is_known() -> None:
    from mrsite.magnets.schema import PublishedEntry

    text = PAGE.read_text(encoding="utf-8")
    table = set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))
    known = set(re.findall(r"'(\w+)'", str(PublishedEntry.model_fields["quantity"].annotation)))
    assert (table - {"quantity"}) | {"isofield"} == known


def test_the_commands_of_the_page_exist() -> None:
    from typer.main import get_command

    from mrsite.cli.magnets import app

    commands = set(get_command(app).commands)  # type: ignore[attr-defined]
    used = set(re.findall(r"^mrsite magnets (\w+)", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    assert used
    assert used <= commands
