"""Nodes of a ComputationGraph: tensors, module calls and function calls, linked both ways.

A walk along `children` from the inputs goes with the data: tensor, computation, tensor. A module
that is shown open is not on the way; what ran in it is. It is a key of `node_hierarchy`, and knows
the tensors that it returned.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableSet
from typing import Any, TypeAlias, TypeVar

__all__ = ["Computed", "FunctionNode", "ModuleNode", "Node", "NodeContainer", "Shape", "TensorNode"]

T = TypeVar("T")

Shape: TypeAlias = tuple[int, ...]


class NodeContainer(MutableSet[T]):
    """A set that keeps the order in which its members came."""

    def __init__(self, members: Iterable[T] = ()) -> None:
        self._members: dict[T, None] = dict.fromkeys(members)

    def __contains__(self, member: object) -> bool:
        return member in self._members

    def __iter__(self) -> Iterator[T]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)

    def __repr__(self) -> str:
        return f"NodeContainer({list(self)})"

    def add(self, value: T) -> None:
        """Put it at the end, if it is not in it."""
        self._members[value] = None

    def discard(self, value: T) -> None:
        """Take it out, if it is in it."""
        self._members.pop(value, None)


class Node:
    """A node: two of them are the same only if they are one object.

    Attributes:
        name: What its label says first.
        depth: How many module calls it is in; the model's own call is 0.
        node_id: Unique in the graph, but rolled nodes have that of the first of them.
        parents: What it comes from.
        children: What comes from it.
    """

    def __init__(self, name: str, depth: int, node_id: str) -> None:
        self.name = name
        self.depth = depth
        self.node_id = node_id
        self.parents: NodeContainer[Node] = NodeContainer()
        self.children: NodeContainer[Node] = NodeContainer()

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r}, {self.node_id!r})"

    def link(self, child: Node) -> None:
        """Make it a parent of another node."""
        self.children.add(child)
        child.parents.add(self)

    def is_root(self) -> bool:
        """Whether it comes from nothing."""
        return not self.parents

    def is_leaf(self) -> bool:
        """Whether nothing comes from it."""
        return not self.children


class TensorNode(Node):
    """A tensor: `input-tensor`, `output-tensor`, `hidden-tensor`, or a parameter by its name.

    Attributes:
        tensor_shape: Its shape.
        dtype: Its dtype, such as `float32`.
        target: Name of the argument that an input is, of the result that an output is, or of the
            parameter or buffer; else empty.
        parent_hierarchy: The computations that gave it, by their depth: the innermost made it, those
            around it returned it.
    """

    def __init__(
        self, name: str, depth: int, node_id: str, *, shape: Shape, dtype: str, target: str = ""
    ) -> None:
        super().__init__(name, depth, node_id)
        self.tensor_shape = shape
        self.dtype = dtype
        self.target = target
        self.parent_hierarchy: dict[int, Computed] = {}

    @property
    def is_inner(self) -> bool:
        """Whether it is no input and no output of the model."""
        return self.name not in ("input-tensor", "output-tensor")


class _Computation(Node):
    """A call of a module or function.

    Attributes:
        compute_unit_id: The module's path in the model, or the function's dotted name; the same for
            every call of it.
        input_shape: The shapes of the tensors that it was given, in the order of its arguments.
        output_shape: The shapes of the tensors that it returned.
        output_nodes: The tensors that it returned.
        repeat: How many equal ones it stands for (`fold`); what ran in a module is that of the first.
        attributes: A module's public attributes or a function's arguments, as one line of text,
            where they were collected (`collect_attributes`); else None.
        flops: Floating-point operations that it takes; None where they were not counted (`show_flops`).
        memory: Bytes of the tensors that it makes; None where they were not counted (`show_memory`).
    """

    def __init__(self, name: str, depth: int, node_id: str, *, compute_unit_id: str) -> None:
        super().__init__(name, depth, node_id)
        self.compute_unit_id = compute_unit_id
        self.input_shape: list[Shape] = []
        self.output_shape: list[Shape] = []
        self.output_nodes: NodeContainer[Node] = NodeContainer()
        self.repeat = 1
        self.attributes: str | None = None
        self.flops: int | None = None
        self.memory: int | None = None


class ModuleNode(_Computation):
    """A call of a module.

    Attributes:
        type: Its class, as `module.QualName`.
        is_open: Whether what ran in it is shown in its place.
        is_container: Whether it calls no other module.
        is_activation: Whether it has no parameters.
        num_parameters: How many parameter elements it has, its submodules' included.
    """

    def __init__(
        self,
        name: str,
        depth: int,
        node_id: str,
        *,
        compute_unit_id: str = "",
        type_: str = "",
        is_open: bool = False,
        is_container: bool = False,
        num_parameters: int = 0,
    ) -> None:
        super().__init__(name, depth, node_id, compute_unit_id=compute_unit_id)
        self.type = type_
        self.is_open = is_open
        self.is_container = is_container
        self.num_parameters = num_parameters

    @property
    def is_activation(self) -> bool:
        """Whether it has no parameters."""
        return self.num_parameters == 0


class FunctionNode(_Computation):
    """A call of a torch function or of a tensor's method."""

    is_container = True


Computed: TypeAlias = ModuleNode | FunctionNode

#: What `node_hierarchy` is: one call and what ran in it, open calls as such dicts.
Hierarchy: TypeAlias = dict[ModuleNode, list[Any]]
