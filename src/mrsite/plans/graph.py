"""The door graph of a storey: which spaces a person can walk between, and through which door."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mrsite.plans.plan import OUTSIDE, Door, Opening, Plan

if TYPE_CHECKING:
    import networkx


def door_graph(plan: Plan, *, storey: str | None = None, openings: bool = True) -> networkx.MultiGraph:
    """Return the spaces and doors of a plan as a networkx MultiGraph.

    Parameters
    ----------
    plan : Plan
    storey : str, optional
        Only this storey.
    openings : bool
        Take doorless openings between two rooms as edges too (``kind="opening"``).

    Returns
    -------
    networkx.MultiGraph
        Nodes are room ids and ``"outside"``, with ``name``, ``number``, ``storey``, ``status``,
        ``area_m2``; edges carry ``door`` (id), ``width_m``, ``kind``, ``at`` and ``status``.
        Withheld doors are edges too: that a way may be there is the safe reading.
    """
    import networkx

    rooms = [r for r in plan.rooms if storey is None or r.storey in (None, storey)]
    graph: networkx.MultiGraph = networkx.MultiGraph()
    graph.add_node(OUTSIDE, name=OUTSIDE, number="", storey=storey, status="confirmed", area_m2=0.0)
    for r in rooms:
        graph.add_node(r.id, name=r.name, number=r.number, storey=r.storey, status=r.status, area_m2=r.area_m2)
    for d in plan.doors:
        if storey is None or d.storey in (None, storey):
            _edge(graph, d, d.room_ids)
    if openings:
        for o in plan.openings:
            if storey is None or o.storey in (None, storey):
                _edge(graph, o, o.rooms)
    return graph


def _edge(graph: networkx.MultiGraph, way: Door | Opening, ends: tuple[str, str]) -> None:
    a, b = ends
    if a in graph and b in graph and a != b:
        kind = way.kind if isinstance(way, Door) else "opening"
        identity = way.id if isinstance(way, Door) else ""
        graph.add_edge(a, b, door=identity, width_m=way.width_m, kind=kind, at=way.at, status=way.status)
