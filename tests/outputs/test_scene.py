"""The scene: solids are closed, things stand where the plan has them, the glTF is valid and says where it is."""

from __future__ import annotations

import itertools
import json
import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mrsite
from mrsite import fields
from mrsite.base.errors import InputError
from mrsite.checks.finding import Outcome
from mrsite.outputs import gltf, scene_building, solids, view3d
from mrsite.outputs.scene import Part, Scene, scene_of
from mrsite.site.total_field import total_field
from tests.outputs import npm


@pytest.fixture(scope="module")
def outcome(example: Path) -> Outcome:
    return mrsite.load_site(example).assess().outcome


@pytest.fixture(scope="module")
def scene(outcome: Outcome) -> Scene:
    return scene_of(outcome.project, outcome)


def volume(vertices: Any, triangles: Any) -> float:
    a, b, c = (vertices[triangles[:, k]] - vertices.mean(axis=0) for k in range(3))
    return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6.0)


def test_solids_hold_their_volume() -> None:
    shapely = pytest.importorskip("shapely")
    shape = shapely.box(1e6, 0, 1e6 + 4, 3).difference(shapely.box(1e6 + 1, 1, 1e6 + 2, 2))
    assert volume(*solids.prism(shape, -1.0, 2.0)) == pytest.approx(33.0, rel=1e-9)
    ring = solids.lathe(np.array([[1.0, -1.0], [2.0, -1.0], [2.0, 1.0], [1.0, 1.0]]), 400)
    assert volume(*ring) == pytest.approx(6 * np.pi, rel=1e-4)
    pipe = solids.tube(np.array([[0.0, 0, 0], [0, 0, 2], [0, 0, 2], [3, 0, 2]]), 0.1, 400)
    z = np.linspace(0.0, 2.0, 9)
    cone = solids.loft(np.column_stack([0 * z, 0 * z, z]), 0.1 + 0.2 * z, 400)
    assert volume(*cone) == pytest.approx(np.pi * 2.0 / 3.0 * (0.01 + 0.25 + 0.05), rel=1e-3)
    bends = 4 / 3 * np.pi * 1e-3  # the ball at the bend
    assert volume(*pipe) == pytest.approx(np.pi * 0.01 * 5 + bends, rel=1e-3)


def test_walls_cover_the_drawn_wall_bodies(outcome: Outcome) -> None:
    # The example's walls are drawn by both faces: between them lies the building less its rooms and doors.
    ground = outcome.project.storeys[0]
    walls = scene_building.wall_plan(ground)
    assert ground.plan is not None
    rooms = sum(r.area_m2 for r in ground.plan.rooms)
    doors = sum(d.width_m * d.wall_m for d in ground.plan.doors)
    assert walls.area == pytest.approx(25.2 * 15.0 - rooms - doors, rel=0.03)
    for room in ground.plan.rooms:
        assert not walls.intersects(room.polygon.representative_point())
    height, _ = scene_building.wall_height(ground)
    assert height == pytest.approx(3.9)
    mesh = scene_building.walls_mesh(outcome.project, ground, walls)
    lintels = sum(d.width_m * (d.wall_m or 0.1) for d in ground.plan.doors) * (height - 2.1)
    assert volume(*mesh) == pytest.approx(walls.area * height + lintels, rel=0.02)


def test_the_magnet_and_its_arrow_stand_as_the_pose_says(outcome: Outcome, scene: Scene) -> None:
    scanner = outcome.project.scanners[0]
    (body,) = scene.of_kind("magnet")
    middle = 0.5 * (body.vertices.min(axis=0) + body.vertices.max(axis=0))
    assert middle == pytest.approx(scanner.poses[0].position, abs=1e-9)
    (arrow,) = scene.of_kind("patient-end")
    tip = arrow.vertices[np.argmin(arrow.vertices[:, 0])]  # bearing 180: towards -x
    assert tip[0] < body.vertices[:, 0].min()
    assert tip[1] == pytest.approx(scanner.poses[0].position[1])


def test_isosurfaces_lie_on_the_field_and_in_order(outcome: Outcome, scene: Scene) -> None:
    field = total_field(outcome.project)
    parts = {(p.extras["level_mT"], p.extras["edge"]): p for p in scene.of_kind("isosurface")}
    assert set(parts) == set(itertools.product((0.5, 3.0), ("lower", "central", "upper")))
    for (level, edge), part in parts.items():
        b = 1e3 * fields.magnitude(field.flux_density(part.vertices))
        outside = np.hypot(*(part.vertices - outcome.project.scanners[0].poses[0].position).T[:2]) > 1.2
        if edge == "central":
            assert np.abs(b / level - 1.0).max() < 5e-3
        elif edge == "upper":
            assert b[outside].max() < level
        else:
            assert b[outside].min() > level
        assert solids.normals((part.vertices, part.triangles)).shape == part.vertices.shape
    assert volume(parts[0.5, "upper"].vertices, parts[0.5, "upper"].triangles) > volume(
        parts[0.5, "lower"].vertices, parts[0.5, "lower"].triangles
    )


def test_every_finding_with_a_place_has_a_flag(outcome: Outcome, scene: Scene) -> None:
    placed = [f for f in outcome.findings if f.location is not None and f.storey is not None]
    flags = {p.extras["id"]: p.extras["status"] for p in scene.of_kind("finding")}
    assert flags == {f.id: f.status for f in placed}
    assert {"pass", "fail"} <= set(flags.values())


def test_bands_at_the_height_of_people(outcome: Outcome, scene: Scene) -> None:
    bands = [p for p in scene.of_kind("people") if p.storey == "Ground"]
    assert bands
    for part in bands:
        assert (part.vertices[:, 2].min(), part.vertices[:, 2].max()) == pytest.approx((0.0, 2.1))


def test_the_quench_pipe_and_its_helium_are_shown(outcome: Outcome, scene: Scene) -> None:
    (pipe,) = scene.of_kind("quench")
    assert outcome.project.quench_pipes[0].points is not None
    outlet = outcome.project.quench_pipes[0].points[-1]
    assert pipe.extras["outlet"] == list(outlet)
    clouds = scene.of_kind("plume")
    assert {c.extras["level"] for c in clouds} >= {"18 % O2"}
    for cloud in clouds:
        assert cloud.vertices[:, 2].min() > outlet[2] - 1.0
        assert cloud.extras["flow"] in ("stated", "assumed")
        assert volume(cloud.vertices, cloud.triangles) > 0.0


def test_without_an_outcome_there_are_no_flags(outcome: Outcome) -> None:
    bare = scene_of(outcome.project, levels=[1e-3])
    assert not bare.of_kind("finding")
    assert {p.extras["level_mT"] for p in bare.of_kind("isosurface")} == {1.0}
    with pytest.raises(InputError, match="level"):
        scene_of(outcome.project, levels=[0.0])


def test_two_magnets_are_summed_not_drawn_apart(example: Path) -> None:
    from dataclasses import replace

    from mrsite.base.pose import Pose
    from mrsite.site.isosurfaces import isosurfaces

    project = mrsite.load_site(example).project
    first = project.scanners[0]
    x, y, z = first.poses[0].position
    second = replace(first, id="MR2", poses=(Pose((x + 4.6, y + 0.4, z), 75.0),), field_directions=("+z", "-z"))
    found = isosurfaces(replace(project, scanners=(first, second)), [0.5e-3])
    assert {s.method for s in found} == {"marched"}
    assert {s.scanner for s in found} == {"MR1 + MR2"}
    central = next(s for s in found if s.edge == "central").surface
    assert central.closed
    field = total_field(replace(project, scanners=(first, second)))
    worst = field.worst_magnitude(central.vertices)
    assert np.abs(worst / 0.5e-3 - 1.0).max() < 0.01


def glb_json(data: bytes) -> dict[str, Any]:
    magic, version, total = struct.unpack_from("<4sII", data)
    assert (magic, version, total) == (b"glTF", 2, len(data))
    length, kind = struct.unpack_from("<I4s", data, 12)
    assert kind == b"JSON"
    document: dict[str, Any] = json.loads(data[20 : 20 + length])
    return document


def test_the_glb_is_small_and_always_the_same(outcome: Outcome, scene: Scene) -> None:
    data = gltf.render(outcome)
    assert data == gltf.glb(scene)
    assert len(data) < 5e6
    document = glb_json(data)
    assert document["asset"]["extras"]["site"] == "District hospital"
    assert len(document["meshes"]) == len(scene.parts)


def test_the_glb_gives_back_the_sites_own_metres_far_from_the_origin() -> None:
    far = np.array([4.0e5, 5.6e6, 10.0])
    vertices = far + np.array([[0.0, 0.0, 0.0], [1.234, 0.0, 0.0], [0.0, 5.678, 0.0]])
    part = Part("one", "wall", vertices, np.array([[0, 1, 2]], dtype=np.int32), (1.0, 1.0, 1.0, 1.0))
    data = gltf.glb(Scene("far", np.array([4.0e5, 5.6e6, 0.0]), (part,)))
    document = glb_json(data)
    view = document["bufferViews"][document["accessors"][0]["bufferView"]]
    start = 12 + 8 + struct.unpack_from("<I", data, 12)[0] + 8 + view["byteOffset"]
    x, up, minus_y = np.frombuffer(data, "<f4", 9, start).reshape(3, 3).T.astype(float)
    back = np.stack([x, -minus_y, up], axis=1) + document["asset"]["extras"]["origin_m"]
    assert np.abs(back - vertices).max() < 1e-5


def test_an_empty_scene_is_a_valid_file() -> None:
    document = glb_json(gltf.glb(Scene("nothing", np.zeros(3), ())))
    assert "meshes" not in document


def test_khronos_validator_finds_nothing(outcome: Outcome, tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    folder = npm.package("gltf-validator", "latest")
    path = tmp_path / "site.glb"
    path.write_bytes(gltf.render(outcome))
    code = (
        "const v=require(process.argv[1]),fs=require('fs');"
        "v.validateBytes(new Uint8Array(fs.readFileSync(process.argv[2])))"
        ".then(r=>console.log(JSON.stringify(r.issues)))"
    )
    done = subprocess.run([node, "-e", code, str(folder), str(path)], capture_output=True, text=True, check=True)
    issues = json.loads(done.stdout)
    assert (issues["numErrors"], issues["numWarnings"]) == (0, 0), issues["messages"]


def test_a_picture_without_a_display_shows_the_building(scene: Scene) -> None:
    pytest.importorskip("pyvista")
    image = view3d.picture(scene, view="north-west", storeys=["Ground"], walls_to=1.3, size=(320, 240))
    assert image.shape[:2] == (240, 320)
    assert (image[..., :3].min(axis=2) < 250).mean() > 0.1


def test_views_and_storeys_that_are_not_known_are_named(scene: Scene) -> None:
    pytest.importorskip("pyvista")
    with pytest.raises(InputError, match="south-east"):
        view3d.plotter(scene, view="sideways", off_screen=True)
    with pytest.raises(InputError, match="Ground"):
        view3d.plotter(scene, storeys=["Grund"], off_screen=True)
