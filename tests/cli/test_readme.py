"""The commands of the README run as they stand, one after the other: slow, for a release."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")


def block(after: str, language: str) -> str:
    """Return the first block of a language behind some words of the README."""
    text = README[README.index(after) :]
    found = re.search(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


@pytest.mark.slow
def test_every_command_runs_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = block("Every line runs as it stands", "sh").splitlines()
    assert len(lines) > 8
    for line in lines:
        program, *words = shlex.split(line, comments=True)
        assert program == "mrsite"
        done = subprocess.run(
            [sys.executable, "-m", "mrsite", *words], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{line}\n{done.stdout[-500:]}{done.stderr[-500:]}"
        assert "Traceback" not in done.stderr
    for made in ("out/report.html", "out/bundle.zip", "look.dxf", "rooms.geojson"):
        assert (tmp_path / made).is_file(), made
    monkeypatch.chdir(tmp_path)
    exec(block("With files of your own", "python"), {"__name__": "readme"})


def test_every_command_of_the_readme_exists() -> None:
    from mrsite.cli.app import app

    known = {command.name for command in app.registered_commands}
    named = set(re.findall(r"^mrsite ([\w-]+)", README, re.MULTILINE))
    assert len(named) > 10
    assert named - known - {"magnets"} == set()


def test_no_command_takes_the_folder_of_another_by_default() -> None:
    """A result replaces the earlier one in its folder whole: commands with one default would destroy each other's."""
    import typer.main

    from mrsite.cli.app import app

    defaults = {
        (str(option.default), name)
        for name, command in typer.main.get_command(app).commands.items()  # type: ignore[attr-defined]
        for option in command.params
        if option.name == "out" and option.default is not None
    }
    folders = [folder for folder, _ in defaults]
    assert len(folders) > 7
    assert len(set(folders)) == len(folders), sorted(defaults)
