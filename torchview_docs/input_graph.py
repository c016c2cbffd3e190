"""InputGraph: a graph that a model is called with, as plain data: its nodes, and what joins them.

It is read where the model is traced (`tracing.input_graphs`), kept in the Graph, and drawn on
request. Of a large one only the counts are kept.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from torchview_docs.errors import RecordError

__all__ = ["MOST_NODES", "InputGraph", "NodeKind", "Relation"]

#: Edges are kept, and drawn, of graphs of so many nodes.
MOST_NODES = 50


class NodeKind(NamedTuple):
    """The nodes of one type: its name, empty where there is but one, and how many they are."""

    name: str
    size: int


class Relation(NamedTuple):
    """Edges between the nodes of two types, or of one.

    Attributes:
        tensor: Name of the input (placeholder) that holds them.
        name: `cites`; empty where there is but one relation.
        source: Index in `InputGraph.nodes` of the type that they come from.
        target: Likewise where they go to.
        edges: How many: of an undirected relation each once, though both directions are in the tensor.
        loops: How many more join a node to itself.
        directed: Whether some edge is there in one direction only.
        back: Whether these are the edges of an earlier relation, the other way: `rev_writes`.
        pairs: The edges and loops, each one once, as numbers of nodes within their types; empty in a
            graph of more than `MOST_NODES` nodes.
    """

    tensor: str
    name: str
    source: int
    target: int
    edges: int
    loops: int
    directed: bool
    back: bool = False
    pairs: tuple[tuple[int, int], ...] = ()


class InputGraph(NamedTuple):
    """A graph among the inputs of a model.

    Attributes:
        name: Of the argument: `data`, `edge_index`.
        nodes: Its types of nodes.
        relations: Its types of edges.
        graphs: How many graphs a batch has in this one.
    """

    name: str
    nodes: tuple[NodeKind, ...]
    relations: tuple[Relation, ...]
    graphs: int = 1

    @property
    def size(self) -> int:
        """How many nodes."""
        return sum([kind.size for kind in self.nodes])

    @property
    def is_small(self) -> bool:
        """Whether its edges are kept."""
        return self.size <= MOST_NODES

    @property
    def summary(self) -> str:
        """`34 nodes, 78 edges, undirected`; what goes both ways is one edge."""
        parts = [f"{self.graphs:,} graphs"] if self.graphs > 1 else []
        parts += [_number(self.size, "node"), *_edges([r for r in self.relations if not r.back])]
        return ", ".join(parts)

    def relation(self, tensor: str) -> Relation | None:
        """The relation that an input holds, by the input's name; None where it holds none."""
        return next((relation for relation in self.relations if relation.tensor == tensor), None)

    def summary_of(self, relation: Relation) -> str:
        """The same of one relation: `4 author → 6 paper, 6 edges`."""
        if len(self.relations) == 1:
            return self.summary
        source, target = (self.nodes[k] for k in (relation.source, relation.target))
        if source is target:
            nodes = f"{source.size:,} {source.name}"
        else:
            nodes = f"{source.size:,} {source.name} → {target.size:,} {target.name}"
        return ", ".join([nodes, *_edges([relation])[: 2 if relation.loops else 1]])

    def to_data(self) -> dict[str, Any]:
        """Plain data for JSON; `from_data` gives it back."""
        data: dict[str, Any] = {"name": self.name, "nodes": [[*kind] for kind in self.nodes]}
        if self.graphs != 1:
            data["graphs"] = self.graphs
        data["relations"] = [
            [*relation[:-1], [number for pair in relation.pairs for number in pair]]
            for relation in self.relations
        ]
        return data

    @classmethod
    def from_data(cls, data: object) -> InputGraph:
        """Read what `to_data` gave; every type is checked, since it may be foreign.

        Raises:
            RecordError: It is no such data.
        """
        try:
            (held,) = _checked([data], (dict,))
            nodes = tuple(NodeKind(*_checked(kind, (str, int))) for kind in held["nodes"])
            relations = tuple(_relation(relation, nodes) for relation in held["relations"])
            (name, graphs) = _checked([held["name"], held.get("graphs", 1)], (str, int))
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise RecordError(f"not an input graph: {error!r}") from error
        return cls(name, nodes, relations, graphs)


def _relation(data: list[Any], nodes: tuple[NodeKind, ...]) -> Relation:
    *values, flat = data
    kinds = (str, str, int, int, int, int, bool, bool)
    tensor, name, start, end, edges, loops, directed, back = _checked(values, kinds)
    source, target = nodes[start], nodes[end]
    numbers = _checked(flat, (int,) * len(flat))
    pairs = tuple(zip(numbers[::2], numbers[1::2], strict=True))
    if any(a >= source.size or b >= target.size for a, b in pairs):
        raise ValueError("an edge joins a node that there is not")
    return Relation(tensor, name, start, end, edges, loops, directed, back, pairs)


def _checked(values: list[Any], kinds: tuple[type, ...]) -> list[Any]:
    if [*map(type, values)] != [*kinds]:
        raise TypeError(f"{values!r} is not {kinds!r}")
    if any(value < 0 for value in values if type(value) is int):
        raise ValueError(f"{values!r} holds a negative number")
    return values


def _edges(relations: list[Relation]) -> list[str]:
    """`78 edges, undirected`; `8 undirected and 5 directed edges` where some are and some are not."""
    loops = sum(r.loops for r in relations)
    directed = sum(r.edges for r in relations if r.directed)
    edges = sum(r.edges for r in relations)
    kinds = {r.directed for r in relations}
    more = [_number(loops, "self-loop")] if loops else []
    if len(kinds) > 1:
        return [f"{edges - directed:,} undirected and {_number(directed, 'directed edge')}", *more]
    return [_number(edges, "edge"), *more, *["directed" if way else "undirected" for way in kinds]]


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
