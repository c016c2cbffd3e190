"""The graphs among the arguments of a model, read before it runs.

What an input is is never guessed from its values. A graph is what PyTorch Geometric calls one
(`Data`, `HeteroData`, a batch of them), a tensor called `edge_index` or a dict called
`edge_index_dict` as its models take them, and a square matrix, dense or sparse, whose name begins
with `adj`. It must hold its values: of a meta tensor nothing is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch

from torchview_docs.input_graph import MOST_NODES, InputGraph, NodeKind, Relation

__all__ = ["input_graphs"]

_SPARSE = (torch.sparse_coo, torch.sparse_csr, torch.sparse_csc)
#: Where the features of nodes are, whose rows are counted: a graph may have nodes without edges.
_FEATURES = ("x", "pos", "z")


def input_graphs(
    arguments: Iterable[tuple[str, Any]], inputs: Iterable[tuple[str, torch.Tensor]]
) -> tuple[InputGraph, ...]:
    """The graphs in the arguments of a call.

    Args:
        arguments: By name.
        inputs: Name and tensor of each input that is a placeholder of the graph.
    """
    named = dict(arguments)
    paths = {id(tensor): path for path, tensor in inputs}
    found = (_graph(name, value, named, paths) for name, value in named.items())
    return tuple(graph for graph in found if graph is not None and graph.relations)


def _graph(name: str, value: Any, beside: Mapping[str, Any], paths: Mapping[int, str]) -> InputGraph | None:
    last = name.rpartition(".")[2]
    if isinstance(value, torch.Tensor):
        if value.is_meta or value.is_nested:
            return None
        if last.endswith("edge_index") and _is_edge_index(value):
            draft = _Draft(paths)
            kind = draft.kind("", _rows(beside))
            draft.add(value, "", kind, kind)
            return draft.graph(name, _batch(beside.get("batch")))
        if last.startswith("adj") and _is_adjacency(value):
            draft = _Draft(paths)
            kind = draft.kind("", value.shape[0])
            draft.add(value, "", kind, kind, transposed=last.endswith("_t"))
            return draft.graph(name, 1)
        return None
    if last.endswith("edge_index_dict") and isinstance(value, Mapping):
        features = beside.get(last.replace("edge_index", "x"))
        return _heterogeneous(name, value, features if isinstance(features, Mapping) else {}, paths)
    if hasattr(value, "edge_index_dict") and hasattr(value, "node_types"):
        return _of_hetero_data(name, value, paths)
    if hasattr(value, "_store") and hasattr(value, "is_node_attr"):
        return _of_data(name, value, paths)
    return None


def _of_data(name: str, data: Any, paths: Mapping[int, str]) -> InputGraph | None:
    """The graph of a `Data` or a `Batch` of them."""
    store = dict(data.to_dict())
    draft = _Draft(paths)
    kind = draft.kind("", _counted(store))
    for key in ("edge_index", "adj_t", "adj"):
        held = store.get(key)
        if isinstance(held, torch.Tensor) and not held.is_meta:
            if key == "edge_index" and _is_edge_index(held):
                draft.add(held, "", kind, kind)
            elif key != "edge_index" and _is_adjacency(held):
                draft.add(held, "", kind, kind, transposed=key == "adj_t")
    return draft.graph(name, _batch(store.get("batch")))


def _of_hetero_data(name: str, data: Any, paths: Mapping[int, str]) -> InputGraph | None:
    features = {kind: _counted(dict(data[kind])) for kind in data.node_types}
    relations = {kind: store["edge_index"] for kind, store in data.edge_items() if "edge_index" in store}
    return _heterogeneous(name, relations, features, paths)


def _heterogeneous(
    name: str, relations: Mapping[Any, Any], features: Mapping[Any, Any], paths: Mapping[int, str]
) -> InputGraph | None:
    draft = _Draft(paths)
    for kind, rows in features.items():
        draft.kind(str(kind), rows.shape[0] if isinstance(rows, torch.Tensor) and rows.ndim else rows)
    for key, edges in relations.items():
        if isinstance(key, tuple) and isinstance(edges, torch.Tensor) and not edges.is_meta:
            source, relation, target = str(key[0]), "_".join(map(str, key[1:-1])), str(key[-1])
            if _is_edge_index(edges):
                draft.add(edges, relation, draft.kind(source), draft.kind(target))
    return draft.graph(name, 1)


def _is_edge_index(tensor: torch.Tensor) -> bool:
    whole = not (tensor.is_floating_point() or tensor.is_complex() or tensor.dtype is torch.bool)
    return whole and tensor.layout is torch.strided and tensor.ndim == 2 and tensor.shape[0] == 2


def _is_adjacency(tensor: torch.Tensor) -> bool:
    known = tensor.layout is torch.strided or tensor.layout in _SPARSE
    return known and tensor.ndim == 2 and tensor.shape[0] == tensor.shape[1]


def _rows(beside: Mapping[str, Any]) -> int:
    features = next((beside[name] for name in _FEATURES if name in beside), None)
    return features.shape[0] if isinstance(features, torch.Tensor) and features.ndim else 0


def _counted(store: Mapping[str, Any]) -> int:
    said = store.get("num_nodes")
    return said if isinstance(said, int) else _rows(store)


def _batch(batch: Any) -> int:
    """How many graphs a batch has, by the number of its graph for each node."""
    if not isinstance(batch, torch.Tensor) or batch.is_meta or not batch.numel():
        return 1
    return int(batch.max()) + 1


@dataclass
class _Draft:
    """An input graph in the making."""

    paths: Mapping[int, str]
    counts: dict[str, int] = field(default_factory=dict)
    found: list[tuple[str, str, int, int, torch.Tensor]] = field(default_factory=list)

    def kind(self, name: str, count: object = 0) -> int:
        """Index of a type of nodes, of which there are at least so many."""
        known = self.counts.get(name, 0)
        self.counts[name] = max(known, count) if isinstance(count, int) else known
        return list(self.counts).index(name)

    def add(
        self, tensor: torch.Tensor, relation: str, source: int, target: int, *, transposed: bool = False
    ) -> None:
        """Take up the edges that a tensor holds, where it is an input."""
        path = self.paths.get(id(tensor))
        if path is None:
            return
        ends = _ends(tensor.detach())
        ends = ends.flip(0) if transposed else ends
        if ends.shape[1]:
            names = list(self.counts)
            for index, row in ((source, ends[0]), (target, ends[1])):
                self.counts[names[index]] = max(self.counts[names[index]], int(row.max()) + 1)
        self.found.append((path, relation, source, target, ends))

    def graph(self, name: str, graphs: int) -> InputGraph | None:
        """The graph; None where an edge leads to no node."""
        if any(ends.numel() and int(ends.min()) < 0 for *_, ends in self.found):
            return None
        nodes = tuple(NodeKind(kind, count) for kind, count in self.counts.items())
        keep = sum(self.counts.values()) <= MOST_NODES
        relations = tuple(self._relation(k, nodes, keep=keep) for k in range(len(self.found)))
        return InputGraph(name, nodes, relations, graphs)

    def _relation(self, number: int, nodes: tuple[NodeKind, ...], *, keep: bool) -> Relation:
        path, relation, source, target, ends = self.found[number]
        width = max(nodes[source].size, nodes[target].size)
        edges, loops = _parted(ends, source, target)
        symmetric = source == target and _same(edges, edges.flip(0), width)
        # In a heterogeneous graph the way back is often a relation of its own, `rev_writes`.
        mirrors = [
            k
            for k, (_, _, start, end, other) in enumerate(self.found)
            if (start, end) == (target, source)
            and k != number
            and _same(edges, _parted(other, source, target)[0].flip(0), width)
        ]
        directed = not (symmetric or mirrors)
        back = not symmetric and any(k < number for k in mirrors)
        pairs: tuple[tuple[int, int], ...] = ()
        if keep:
            every = [(int(a), int(b)) for a, b in torch.cat([edges, loops], 1).t().tolist()]
            pairs = tuple(dict.fromkeys((min(p), max(p)) if symmetric else p for p in every))
        count = edges.shape[1] // 2 if symmetric else edges.shape[1]
        return Relation(path, relation, source, target, count, loops.shape[1], directed, back, pairs)


def _parted(ends: torch.Tensor, source: int, target: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Edges between two nodes, and those that join a node to itself."""
    loop = (ends[0] == ends[1]) & (source == target)
    return ends[:, ~loop], ends[:, loop]


def _ends(tensor: torch.Tensor) -> torch.Tensor:
    """Where edges start and where they end, as two rows."""
    if tensor.layout is torch.strided:
        return tensor.to(torch.int64) if _is_edge_index(tensor) else tensor.nonzero().t()
    return tensor.to_sparse(layout=torch.sparse_coo).coalesce().indices()


def _same(one: torch.Tensor, other: torch.Tensor, width: int) -> bool:
    """Whether these are the same edges, each as often."""
    if one.shape != other.shape:
        return False
    codes = [(ends[0] * width + ends[1]).sort().values for ends in (one, other)]
    return torch.equal(*codes)
