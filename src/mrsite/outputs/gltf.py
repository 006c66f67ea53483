"""The scene as one binary glTF 2.0 file (.glb), written by hand: any viewer opens it, nothing needs installing.

glTF is y up: site (x, y, z) becomes (x, z, -y). Coordinates are float32 about the scene's origin, which stands in
``asset.extras.origin_m``: at national-grid coordinates float32 alone would lose the metres.
(Khronos glTF 2.0 specification, sections 3.6, 3.7, 3.9 and 4.4, 2021.)
"""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np

from mrsite.base.data import version
from mrsite.checks.finding import Outcome
from mrsite.outputs import solids
from mrsite.outputs.scene import Part, Scene, scene_of

_GLB, _JSON, _BIN = 0x46546C67, 0x4E4F534A, 0x004E4942
_FLOAT, _USHORT, _UINT = 5126, 5123, 5125
_ARRAY_BUFFER, _ELEMENT_ARRAY_BUFFER = 34962, 34963

#: Drawn in this order: what is seen through comes last, so that simple viewers blend it rightly.
_ORDER = (
    "slab",
    "wall",
    "magnet",
    "patient-end",
    "quench",
    "equipment",
    "operator",
    "finding",
    "window",
    "people",
    "plume",
    "isosurface",
)


def render(outcome: Outcome) -> bytes:
    """Return the scene of an outcome as the bytes of a .glb file."""
    return glb(scene_of(outcome.project, outcome))


def glb(scene: Scene) -> bytes:
    """Return a scene as the bytes of a .glb file; the same scene gives the same bytes."""
    writer = _Writer()
    groups: dict[str, list[int]] = {}
    order = {kind: k for k, kind in enumerate(_ORDER)}
    parts = sorted(scene.parts, key=lambda p: order.get(p.kind, len(order)))
    for part in parts:
        node = writer.node(part, scene.origin)
        groups.setdefault(part.storey or "field and pipes", []).append(node)
    tops = []
    for name, children in groups.items():
        writer.nodes.append({"name": name, "children": children})
        tops.append(len(writer.nodes) - 1)
    document: dict[str, Any] = {
        "asset": {
            "version": "2.0",
            "generator": f"mrsite {version()}",
            "extras": {
                "site": scene.name,
                "origin_m": scene.origin.tolist(),
                "frame": "glTF (x, y, z) = site (x, z, -y) - origin",
                "notes": list(scene.notes),
            },
        },
        "scene": 0,
        "scenes": [{"name": scene.name, **({"nodes": tops} if tops else {})}],
    }
    if writer.nodes:
        document |= {
            "nodes": writer.nodes,
            "meshes": writer.meshes,
            "materials": writer.materials,
            "accessors": writer.accessors,
            "bufferViews": writer.views,
            "buffers": [{"byteLength": len(writer.data)}],
        }
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8", "replace")
    text += b" " * (-len(text) % 4)
    chunks = struct.pack("<II", len(text), _JSON) + text
    if writer.data:
        chunks += struct.pack("<II", len(writer.data), _BIN) + bytes(writer.data)
    return struct.pack("<III", _GLB, 2, 12 + len(chunks)) + chunks


class _Writer:
    """The lists of a glTF document while it grows."""

    def __init__(self) -> None:
        self.nodes: list[dict[str, Any]] = []
        self.meshes: list[dict[str, Any]] = []
        self.materials: list[dict[str, Any]] = []
        self.accessors: list[dict[str, Any]] = []
        self.views: list[dict[str, Any]] = []
        self.data = bytearray()
        self._materials: dict[Any, int] = {}

    def node(self, part: Part, origin: Any) -> int:
        """Add a part; return the number of its node."""
        site = part.vertices - origin
        here = np.ascontiguousarray(np.stack([site[:, 0], site[:, 2], -site[:, 1]], axis=1), dtype="<f4")
        attributes = {"POSITION": self._accessor(here, "VEC3", _FLOAT, _ARRAY_BUFFER, bounds=True)}
        if part.smooth:
            n = solids.normals((part.vertices, part.triangles))
            turned = np.ascontiguousarray(np.stack([n[:, 0], n[:, 2], -n[:, 1]], axis=1), dtype="<f4")
            turned /= np.sqrt((turned.astype(np.float64) ** 2).sum(axis=1))[:, None].astype("<f4")
            attributes["NORMAL"] = self._accessor(turned, "VEC3", _FLOAT, _ARRAY_BUFFER)
        short = len(here) < 65535  # 65535 itself is the restart value
        index = np.ascontiguousarray(part.triangles.ravel(), dtype="<u2" if short else "<u4")
        primitive = {
            "attributes": attributes,
            "indices": self._accessor(index, "SCALAR", _USHORT if short else _UINT, _ELEMENT_ARRAY_BUFFER),
            "material": self._material(part),
        }
        self.meshes.append({"name": part.name, "primitives": [primitive]})
        self.nodes.append(
            {"name": part.name, "mesh": len(self.meshes) - 1, "extras": {"kind": part.kind, **part.extras}}
        )
        return len(self.nodes) - 1

    def _accessor(self, array: Any, type_: str, component: int, target: int, bounds: bool = False) -> int:
        self.data += b"\0" * (-len(self.data) % 4)
        start = len(self.data)
        self.data += array.tobytes()
        self.views.append({"buffer": 0, "byteOffset": start, "byteLength": array.nbytes, "target": target})
        self.data += b"\0" * (-len(self.data) % 4)
        accessor: dict[str, Any] = {
            "bufferView": len(self.views) - 1,
            "componentType": component,
            "count": len(array),
            "type": type_,
        }
        if bounds:
            accessor |= {"min": array.min(axis=0).tolist(), "max": array.max(axis=0).tolist()}
        self.accessors.append(accessor)
        return len(self.accessors) - 1

    def _material(self, part: Part) -> int:
        key = (part.kind, part.colour)
        if key not in self._materials:
            r, g, b, a = (round(float(c), 4) for c in part.colour)
            material: dict[str, Any] = {
                "name": f"{part.kind} {len(self.materials) + 1}",
                "pbrMetallicRoughness": {
                    "baseColorFactor": [r, g, b, a],
                    "metallicFactor": 0.0,
                    "roughnessFactor": 0.9,
                },
            }
            if a < 1.0:
                material |= {"alphaMode": "BLEND", "doubleSided": True}
            self.materials.append(material)
            self._materials[key] = len(self.materials) - 1
        return self._materials[key]
