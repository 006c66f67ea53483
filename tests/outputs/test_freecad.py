"""FreeCAD takes what we wrote at its right size: a release check, since it is neither quick nor in CI.

``apt-get install --no-install-recommends freecad``, then ``pytest -m slow tests/outputs/test_freecad.py``.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from mrsite.base.units import METRES
from mrsite.outputs import overlay_dxf
from mrsite.outputs.dxf_splice import splice
from tests.outputs.build import CODES, host_bytes
from tests.outputs.test_cad import drawing_for
from tests.outputs.test_splice import off_ellipse

pytestmark = [pytest.mark.slow, pytest.mark.cad]

#: Say of every edge where it begins and ends, and its box, in mm, FreeCAD's own unit; it takes polylines apart.
SCRIPT = """
import json
import FreeCAD, Import
document = FreeCAD.newDocument("read")
Import.readDXF({path!r}, document.Name)
edges = []
for thing in document.Objects:
    shape = getattr(thing, "Shape", None)
    for edge in shape.Edges if shape is not None and not shape.isNull() else ():
        box, ends = edge.BoundBox, [(v.X, v.Y) for v in edge.Vertexes]
        edges.append([*ends[0], *ends[-1], box.XMin, box.YMin, box.XMax, box.YMax])
print("EDGES " + json.dumps(edges))
"""


def edges_mm(freecad: str, path: Path) -> np.ndarray:
    """Edges as FreeCAD holds them: x, y of both ends, and their box, mm."""
    script = path.with_suffix(".py")
    script.write_text(SCRIPT.format(path=str(path)))
    done = subprocess.run([freecad, str(script)], capture_output=True, text=True, check=False, timeout=500)
    (line,) = [text.strip() for text in done.stdout.splitlines() if "EDGES " in text] or [done.stdout + done.stderr]
    return np.array(json.loads(line[line.index("EDGES ") + 6 :]))


@pytest.fixture(scope="module")
def freecad() -> str:
    found = shutil.which("freecadcmd") or shutil.which("FreeCADCmd")
    if found is None:
        pytest.skip("FreeCAD is not installed; it is a release check")
    return found


@pytest.mark.parametrize("kind", ["overlay", "annotated"])
@pytest.mark.parametrize("unit", ["mm", "m", "inch", "foot"])
def test_the_line_comes_in_at_its_right_size_and_place(freecad, tmp_path, kind, unit):
    """The box of the 0.5 mT line (an ellipse of 3.0 m by 2.2 m turned by 30 degrees about (5, 4)), in millimetres."""
    host = tmp_path / "host.dxf"
    host.write_bytes(host_bytes("R2010", unit))
    drawing = drawing_for(host, unit, (0.0, 0.0))
    path = tmp_path / f"{kind}.dxf"
    path.write_bytes(
        overlay_dxf.render(drawing, METRES[unit], CODES[unit])
        if kind == "overlay"
        else splice(host.read_bytes(), drawing, METRES[unit]).data
    )
    c, s = 0.75**0.5, 0.5
    half_x = ((3.0 * c) ** 2 + (2.2 * s) ** 2) ** 0.5
    half_y = ((3.0 * s) ** 2 + (2.2 * c) ** 2) ** 0.5
    wanted = [1e3 * (5 - half_x), 1e3 * (4 - half_y), 1e3 * (5 + half_x), 1e3 * (4 + half_y)]
    edges = edges_mm(freecad, path)
    with np.errstate(divide="ignore", invalid="ignore"):  # in the very middle it has no distance
        off = np.abs([off_ellipse(edges[:, k : k + 2] / 1e3, (5.0, 4.0), 3.0, 2.2, 30.0) for k in (0, 2)])
    on = off.max(axis=0) < 2e-3
    boxes = edges[on, 4:]
    assert len(boxes) >= 8
    assert np.abs([*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0)] - np.array(wanted)).max() < 2.0


def test_the_examples_drawings_are_read(freecad, example, tmp_path):
    """Ground and first floor as they are handed over; the building is 25.2 m long in FreeCAD as well."""
    import mrsite

    outcome = mrsite.load_site(example).assess()
    for storey in ("Ground", "First"):
        path = tmp_path / f"{storey}.dxf"
        outcome.to_dxf(path, storey)
        edges = edges_mm(freecad, path)
        x0, _, x1, _ = mrsite.load_site(example).project.storey(storey).plan.extent
        assert len(edges) > 100
        # The building's longest line is among the edges at its true length.
        assert np.abs((edges[:, 6] - edges[:, 4]) - 1e3 * (x1 - x0)).min() < 2.0
