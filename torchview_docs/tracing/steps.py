"""Steps: the nodes of a graph in the making, by name and in the order in which they ran."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from torchview_docs.graph import Node, TensorMeta, Use

__all__ = ["Steps"]

_new = tuple.__new__
#: What the node of an operation has besides the fields up to `config`.
_REST = tuple(Node._field_defaults[name] for name in Node._fields[Node._fields.index("config") + 1 :])


class Steps:
    """Nodes as they are found, which is not always in order: a source comes before its first user."""

    def __init__(self) -> None:
        self._nodes: dict[str, Node] = {}
        self._order: list[tuple[int, int, int, str]] = []

    def put(self, time: int, node: Node) -> None:
        """Add a node that ran at this time; among those of one time, sources come first."""
        self._nodes[node.name] = node
        self._order.append((time, -1 if node.op == "get_attr" else 0, len(self._order), node.name))

    def put_operation(self, time: int, fields: tuple[Any, ...]) -> None:
        """Add the node of an operation, given by its fields up to `config`.

        As `put` and `Node(…)` do, in half of the time.
        """
        name: str = fields[0]
        self._nodes[name] = _new(Node, fields + _REST)
        self._order.append((time, 0, len(self._order), name))

    def outputs(self, name: str) -> tuple[TensorMeta, ...]:
        """The tensors that a node makes."""
        return self._nodes[name].outputs

    def add_use(self, name: str, use: Use) -> None:
        """A node uses one tensor more."""
        node = self._nodes[name]
        self._nodes[name] = node._replace(args=(*node.args, use))

    def complete(self, name: str, **fields: Any) -> None:
        """Say of a node what was not known when it was put."""
        self._nodes[name] = self._nodes[name]._replace(**fields)

    def used(self) -> set[tuple[str, int]]:
        """The outputs that some node uses."""
        return {(u.node, u.output) for node in self._nodes.values() for u in (*node.args, *node.results)}

    def __iter__(self) -> Iterator[Node]:
        self._order.sort()
        return (self._nodes[name] for *_, name in self._order)
