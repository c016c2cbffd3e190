"""Parts: the steps of a scope with all that ran in them, in a form in which equal ones compare equal."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from torchview_docs.graph import SCOPES, Node, TensorMeta, Use

__all__ = ["Part", "Tensor", "kind", "read_part", "repeated"]

#: A tensor: the leaf that makes it, and which output it is.
Tensor: TypeAlias = tuple[str, int]

#: What tells the members of a list from each other, and modules of one class that have no path.
_NUMBER = re.compile(r"_?\d+")


@dataclass(frozen=True, slots=True)
class Part:
    """A step of a scope with all that ran in it.

    Attributes:
        nodes: Names of the step itself and what ran in it, in order.
        leaves: Those of `nodes` that are leaves.
        slots: The tensors from outside that it reads, in the order of first use.
        signature: Equal for parts that differ only in names and in which tensors fill their slots.
    """

    nodes: tuple[str, ...]
    leaves: tuple[str, ...]
    slots: tuple[Tensor, ...]
    signature: Hashable

    @property
    def name(self) -> str:
        """The step's own name."""
        return self.nodes[0]


def read_part(
    nodes: Sequence[Node],
    leaves: Sequence[Node],
    current: Callable[[str], str],
    tensor: Callable[[Use], TensorMeta],
    marks: Mapping[str, Hashable],
) -> Part:
    """Read a step.

    Args:
        nodes: Itself and what ran in it, in order.
        leaves: Those of them that are leaves.
        current: The leaf that now stands for a leaf.
        tensor: The tensor that is used, as it arrives.
        marks: By name what else must be equal.
    """
    top = nodes[0]
    number = {leaf.name: k for k, leaf in enumerate(leaves)}
    slots: dict[Tensor, int] = {}

    def place(use: Use) -> Hashable:
        source = current(use.node)
        if source in number:
            return number[source], use.output, use.arg, use.python, tensor(use)
        slot = slots.setdefault((source, use.output), len(slots))
        return "slot", slot, use.arg, use.python, tensor(use)

    position = {node.name: k for k, node in enumerate(nodes)}
    bases = _bases(nodes)
    signature = tuple(
        (
            position[node.scope] if node is not top and node.scope is not None else None,
            kind(node, bases[node.name], marks),
            tuple(map(place, node.args)) if node.name in number else None,
            tuple(place(use) for use in node.results if current(use.node) in number),
        )
        for node in nodes
    )
    return Part(tuple(position), tuple(number), tuple(slots), signature)


def _bases(nodes: Sequence[Node]) -> Mapping[str, Node]:
    """For each node the one that its path is seen from: the step, or in a group the group's step."""
    bases = {nodes[0].name: nodes[0]}
    groups = {node.name for node in nodes if node.op == "group"}
    for node in nodes[1:]:
        bases[node.name] = node if node.scope in groups else bases[node.scope or ""]
    return bases


def kind(node: Node, base: Node, marks: Mapping[str, Hashable]) -> Hashable:
    """What a node is, apart from its place in the model and its tensors' names."""
    target = node.target
    if node.op in SCOPES or node.op == "get_attr":
        if node is base or node.op == "group":
            target = ""
        elif base.target and target.startswith(f"{base.target}."):
            target = target[len(base.target) :]
        else:  # from elsewhere: one of a list, or a module that is no part of the model
            target = _NUMBER.sub("", target)
    return (
        node.op,
        target,
        node.type,
        node.outputs,
        node.config,
        node.parameters,
        node.repeat,
        node.flops,
        node.memory,
        marks.get(node.name),
    )


def repeated(nodes: Sequence[Node], marks: Mapping[str, Hashable]) -> frozenset[str]:
    """The steps that have an equal among the others, as far as they tell by themselves."""
    kinds = {node.name: kind(node, node, marks) for node in nodes}
    counts = Counter(kinds.values())
    return frozenset(name for name, own in kinds.items() if counts[own] > 1)
