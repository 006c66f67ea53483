"""Pictures of everything that a result holds, by other programs, to be looked at by a person.

``python -m benchmarks.output_pictures OUT -o PICTURES`` takes an output folder of ``mrsite assess`` and draws its DXF
with LibreCAD, its PDF with poppler and its report with Chromium; what is not installed is left out and said.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

_PAGE_MM = (420.0, 297.0)


def main() -> None:
    """Draw the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("result", type=Path, help="output folder of mrsite assess")
    parser.add_argument("-o", "--out", type=Path, default=Path("pictures"))
    parser.add_argument("--dpi", type=int, default=130)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    for path in sorted(given.result.iterdir()):
        target = given.out / path.name.replace(".", "-")
        if path.suffix == ".dxf" and _there("librecad", "pdftoppm"):
            by_librecad(path, target, given.dpi)
        elif path.suffix == ".pdf" and _there("pdftoppm"):
            subprocess.run(["pdftoppm", "-r", str(given.dpi // 2), "-png", path, target], check=True)
        elif path.name == "report.html" and _there("chromium"):
            by_chromium(path, target)
        else:
            continue
        print(f"drew {path.name}")


def _there(*programs: str) -> bool:
    missing = [p for p in programs if shutil.which(p) is None]
    if missing:
        print(f"not installed: {', '.join(missing)}")
    return not missing


def by_chromium(path: Path, target: Path) -> None:
    """Draw a page as it is on a desk, on a telephone and on paper."""
    for name, size in (("", "1400,4000"), ("-phone", "400,3000")):
        _chromium(path, f"--window-size={size}", f"--screenshot={target}{name}.png")
    with tempfile.TemporaryDirectory() as folder:
        printed = Path(folder) / "printed.pdf"
        _chromium(path, "--no-pdf-header-footer", f"--print-to-pdf={printed}")
        if _there("pdftoppm"):
            subprocess.run(["pdftoppm", "-r", "60", "-png", printed, f"{target}-printed"], check=True)


def _chromium(path: Path, *options: str) -> None:
    subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", *options,
         path.resolve().as_uri()],
        check=True, capture_output=True,
    )  # fmt: skip


def by_librecad(path: Path, target: Path, dpi: int) -> None:
    """Draw a DXF whole on an A3 page, from a copy whose header says millimetres: LibreCAD takes its page from there."""
    import ezdxf
    from ezdxf import bbox

    document = ezdxf.readfile(path)
    box = bbox.extents(document.modelspace(), fast=True)
    document.header["$INSUNITS"] = 4
    document.header["$PLIMMIN"], document.header["$PLIMMAX"] = (0, 0), _PAGE_MM
    if document.dxfversion != "AC1009":
        layout = document.paperspace().dxf_layout
        layout.dxf.limmin, layout.dxf.limmax = (0, 0), _PAGE_MM
    scale = min(_PAGE_MM[0] * 0.97 / box.size.x, _PAGE_MM[1] * 0.97 / box.size.y)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.dxf"
        document.saveas(copy)
        subprocess.run(
            ["librecad", "dxf2pdf", "-c", "-s", f"{scale:.9f}", "-t", folder, copy],
            check=True, capture_output=True, timeout=300, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        )  # fmt: skip
        subprocess.run(
            ["pdftoppm", "-r", str(dpi), "-png", "-singlefile", copy.with_suffix(".pdf"), target], check=True
        )


if __name__ == "__main__":
    main()
