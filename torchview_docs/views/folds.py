"""Folds: what was folded, as `unfold` needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from torchview_docs.graph import Graph, Use
from torchview_docs.views.parts import Tensor

__all__ = ["Fold", "Folding", "Place"]


@dataclass(frozen=True, slots=True)
class Place:
    """What tells a node of a copy from its equal in the first one."""

    name: str
    target: str
    call: int
    last: str
    config: str
    order: tuple[int, int]


@dataclass(frozen=True)
class Fold:
    """A run that was folded.

    Attributes:
        first: The nodes of the first copy, in order.
        copies: Those of each other copy.
        feed: By tensor that enters the first copy: which tensor of it, of the copy before, enters the
            others.
        counted: By tensor that enters the first copy: by how many outputs further on each copy reads.
        readers: By name of those that take a tensor of every copy: what they used.
        configs: By name of leaves of the first copy whose configuration now tells those of all.
        group: The group that was made; None for a run of single steps.
    """

    first: tuple[str, ...]
    copies: tuple[tuple[Place, ...], ...]
    feed: Mapping[Tensor, Tensor]
    counted: Mapping[Tensor, int]
    readers: Mapping[str, tuple[Use, ...]]
    configs: Mapping[str, str]
    group: str | None = None


@dataclass(frozen=True)
class Folding:
    """A folded graph, and what it takes to unfold it.

    Attributes:
        graph: The folded graph.
        folds: What was folded, in this order.
        order: Where the nodes of `graph` stood.
        borders: By name of each call with children: what it was given and what it returned. It is no
            part of what must be equal.
    """

    graph: Graph
    folds: tuple[Fold, ...]
    order: Mapping[str, tuple[int, int]]
    borders: Mapping[str, tuple[tuple[Use, ...], tuple[Use, ...]]]
