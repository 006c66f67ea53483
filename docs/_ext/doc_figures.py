"""Pictures of the manual, each made by the code that it speaks of."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
MAGNET = "siemens-magnetom-aera-1t5-unverified"


def write(folder: Path) -> list[Path]:
    """Draw every picture into a folder."""
    import matplotlib.image

    import mrsite
    from mrsite.outputs import figures_teaching, view3d

    folder.mkdir(parents=True, exist_ok=True)
    site = mrsite.load_site(ROOT / "floorplans" / "district-hospital" / "site.toml")
    assessment = site.assess()
    magnet = mrsite.load_magnet(MAGNET)
    drawn: dict[str, Callable[[], Any]] = {
        "assessment": lambda: mrsite.plot(assessment),
        "magnet": lambda: mrsite.plot(magnet),
        "plan": lambda: mrsite.plot(site.project.storeys[0].plan),
        "approach": lambda: figures_teaching.draw_approach(magnet.model),
        "pull": lambda: figures_teaching.draw_pull(magnet.model),
        "zones": lambda: figures_teaching.draw_zones(site.project),
    }
    written = []
    for name, draw in drawn.items():
        path = folder / f"{name}.png"
        draw().figure.savefig(path, dpi=120, metadata={"Software": None})
        written.append(path)
    scene = site.scene(assessment=assessment)
    for view in ("south-east", "north-west"):
        path = folder / f"scene-{view}.png"
        image = view3d.picture(scene, view=view, storeys=["Ground"], walls_to=1.3, size=(1200, 760))
        matplotlib.image.imsave(path, image)
        written.append(path)
    (folder / "district-hospital.glb").write_bytes(_glb(assessment))
    return written


def _glb(assessment: Any) -> bytes:
    from mrsite.outputs import gltf

    return gltf.render(assessment.outcome)


if __name__ == "__main__":
    for path in write(ROOT / "docs" / "_static" / "generated"):
        print(path.relative_to(ROOT))
