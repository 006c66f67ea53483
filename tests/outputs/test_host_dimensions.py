"""The architect's dimension figures stand in pictures and on the sheet, where the host prints them."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import ezdxf
import pytest

from mrsite.outputs.host_dimensions import dimension_texts
from mrsite.outputs.pictures import host_lines
from tests.outputs.build import host_bytes, plan_of


@pytest.mark.parametrize("version", ["R2000", "R2010"])
@pytest.mark.parametrize("angle", [0, 90])
def test_the_figure_of_a_dimension_is_found_at_its_place_and_size(tmp_path, version, angle):
    path = tmp_path / "host.dxf"
    path.write_bytes(host_bytes(version))
    document = ezdxf.readfile(path)
    style = document.dimstyles.duplicate_entry("Standard", "OURS")
    style.dxf.dimtxt, style.dxf.dimlfac, style.dxf.dimdec = 250.0, 1.0, 0
    base, end = ((0, -1000), (10_000, 0)) if angle == 0 else ((-1000, 0), (0, 8000))
    document.modelspace().add_linear_dim(base, (0, 0), end, angle=angle, dimstyle="OURS").render()
    document.saveas(path)
    plan = replace(plan_of(path), sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    (text,) = dimension_texts(plan)
    assert text.text == ("10000" if angle == 0 else "8000")
    assert text.height_m == pytest.approx(0.25)
    assert text.at == pytest.approx((5.0, -1.0) if angle == 0 else (-1.0, 4.0), abs=0.5)
    assert text.rotation_deg % 180 == pytest.approx(angle)
    assert text.text in [line.text for line in host_lines(plan) if hasattr(line, "text")]


def test_a_host_that_is_gone_changed_or_binary_has_none(tmp_path):
    path = tmp_path / "host.dxf"
    path.write_bytes(host_bytes())
    plan = plan_of(path)
    assert dimension_texts(plan) == ()
    path.write_bytes(b"AutoCAD Binary DXF\r\n\x1a\x00 DIMENSION")
    assert dimension_texts(replace(plan, sha256=hashlib.sha256(path.read_bytes()).hexdigest())) == ()
    path.unlink()
    assert dimension_texts(replace(plan, sha256="0" * 64)) == ()
    assert dimension_texts(None) == ()
