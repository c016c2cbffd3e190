"""Graphs: a small one, and the calls with it that networks on graphs take."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch

from .entries import given

__all__ = [
    "ATTRIBUTED",
    "DEGREES",
    "EDGES",
    "FEATURES",
    "GRAPH",
    "METADATA",
    "NODES",
    "WEIGHTED",
    "edge_dict",
    "edges",
    "features",
    "heterogeneous",
    "kinds",
    "linear",
    "molecule",
    "one_graph",
    "per_edge",
    "two_graphs",
]

NODES, FEATURES = 8, 16
#: A ring with chords, so that each node has neighbours.
EDGES = torch.tensor([[0, 1, 2, 3, 4, 5, 6, 7, 0, 2, 4, 6], [1, 2, 3, 4, 5, 6, 7, 0, 4, 6, 0, 2]])
METADATA = (["a", "b"], [("a", "to", "b"), ("b", "to", "a")])


def features() -> torch.Tensor:
    """Of each node."""
    return torch.rand(NODES, FEATURES)


def edges() -> torch.Tensor:
    """From which node to which."""
    return EDGES.clone()


def per_edge(*shape: int) -> Any:
    """Makes random numbers for each edge."""
    return lambda: torch.rand(EDGES.shape[1], *shape)


def kinds(count: int, high: int = 3) -> Any:
    """Makes random kinds, one a node or edge."""
    return partial(torch.randint, 0, high, (count,))


def two_graphs() -> torch.Tensor:
    """To which of two graphs each node belongs."""
    return torch.tensor([0, 0, 0, 0, 1, 1, 1, 1])


def one_graph() -> torch.Tensor:
    """All nodes belong to one graph."""
    return torch.zeros(NODES, dtype=torch.long)


def linear(width: int = FEATURES, out: int = FEATURES) -> torch.nn.Module:
    """A small network for what a layer does to nodes or edges."""
    return torch.nn.Sequential(torch.nn.Linear(width, out), torch.nn.ReLU(), torch.nn.Linear(out, out))


def heterogeneous() -> dict[str, torch.Tensor]:
    """Of the nodes of two kinds."""
    return {"a": features(), "b": features()}


def edge_dict() -> dict[tuple[str, str, str], torch.Tensor]:
    """The edges between two kinds of nodes."""
    return {kind: edges() for kind in METADATA[1]}


def molecule() -> Any:
    """Makes a call with atoms and where they are."""
    return given(partial(torch.randint, 1, 10, (NODES,)), (NODES, 3), two_graphs)


GRAPH = given(features, edges)
WEIGHTED = given(features, edges, per_edge())
ATTRIBUTED = given(features, edges, edge_attr=per_edge(4))

DEGREES = {
    "aggregators": ["mean", "max", "std"],
    "scalers": ["identity", "amplification"],
    "deg": torch.tensor([0, 4, 4]),
}
