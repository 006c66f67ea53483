"""Drawings that bite, through the command: status 2, one sentence, and nothing written."""

from __future__ import annotations

from pathlib import Path

import ezdxf
import pytest

from mrsite.cli.run import run
from tests.plans.drawn import Habits, draw


def _cut(path: Path) -> str:
    path.write_bytes(path.read_bytes()[: int(0.6 * path.stat().st_size)])
    return "it is cut off, ask for the file again"


def _unit(path: Path) -> str:
    doc = ezdxf.readfile(path)
    doc.header["$INSUNITS"] = 1
    doc.saveas(path)
    return "--units mm"


def _dwg(path: Path) -> str:
    path.write_bytes(b"AC1032" + bytes(500))
    return "DWG"


def _empty(path: Path) -> str:
    path.write_bytes(b"")
    return "empty"


def _leaves(path: Path) -> str:
    doc = ezdxf.readfile(path)
    doc.blocks.new("N0").add_line((0, 0), (1, 0))
    for level in range(1, 8):
        block = doc.blocks.new(f"N{level}")
        for k in range(10):
            block.add_blockref(f"N{level - 1}", (k, 0))
    doc.modelspace().add_blockref("N7", (0, 0))
    doc.saveas(path)
    return "over the limit leaves"


@pytest.mark.parametrize("fault", [_cut, _unit, _dwg, _empty, _leaves])
@pytest.mark.parametrize("command", ["overlay", "rooms"])
def test_a_drawing_that_cannot_be_used_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str, fault: object
) -> None:
    doc, _ = draw(3, Habits(rooms=5))
    plan = tmp_path / "plan.dxf"
    doc.saveas(plan)
    says = fault(plan)  # type: ignore[operator]
    before = plan.read_bytes()
    line = [command, str(plan)]
    if command == "overlay":
        line += ["--magnet", "extremity-mgb2-0t5", "--at", "4,2", "--bearing", "0", "--isocentre-height", "1.1"]
    else:
        line += ["--out", str(tmp_path / "out")]
    assert run(line) == 2
    told = capsys.readouterr().err.strip()
    assert says in told
    assert "Traceback" not in told
    assert [p.name for p in tmp_path.iterdir()] == ["plan.dxf"]
    assert plan.read_bytes() == before
