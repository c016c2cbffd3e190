"""Parts: the steps of a scope with all that ran in them, in a form in which equal ones compare equal."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from torchview_docs.changes import kind as kind_of
from torchview_docs.graph import SCOPES, Node, TensorMeta, Use

__all__ = ["Part", "Tensor", "as_listed", "kind", "read_part", "repeated", "spread"]

#: A tensor: the leaf that makes it, and which output it is.
Tensor: TypeAlias = tuple[str, int]

#: What tells the members of a list from each other, and modules of one class that have no path.
_NUMBER = re.compile(r"_?\d+")
_MEMBER = re.compile(r"\[\d+\]")
_ENTRY = re.compile(r"[^\[\],]+")
_INTEGER = re.compile(r"-?\d+")


@dataclass(frozen=True, slots=True)
class Part:
    """A step of a scope with all that ran in it.

    Attributes:
        nodes: Names of the step itself and what ran in it, in order.
        leaves: Those of `nodes` that are leaves.
        slots: The tensors from outside that it reads, in the order of first use.
        signature: Equal for parts that differ only in names, in which tensors fill their slots, and in the
            numbers of their indices.
        indexed: The numbers, among `leaves`, of those that take an element or a slice of a tensor.
        numbers: Of each of them the numbers in its index.
    """

    nodes: tuple[str, ...]
    leaves: tuple[str, ...]
    slots: tuple[Tensor, ...]
    signature: Hashable
    indexed: tuple[int, ...] = ()
    numbers: tuple[tuple[int, ...], ...] = ()

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
            return number[source], use.output, use.arg, use.python, use.side, tensor(use)
        slot = slots.setdefault((source, use.output), len(slots))
        return "slot", slot, use.arg, use.python, use.side, tensor(use)

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
    indexed = [leaf for leaf in leaves if _is_indexed(leaf)]
    return Part(
        tuple(position),
        tuple(number),
        tuple(slots),
        signature,
        tuple(number[leaf.name] for leaf in indexed),
        tuple(tuple(map(int, _INTEGER.findall(leaf.config))) for leaf in indexed),
    )


def _bases(nodes: Sequence[Node]) -> Mapping[str, Node]:
    """For each node the one that its path is seen from: the step, or in a group the group's step."""
    bases = {nodes[0].name: nodes[0]}
    groups = {node.name for node in nodes if node.op == "group"}
    for node in nodes[1:]:
        bases[node.name] = node if node.scope in groups else bases[node.scope or ""]
    return bases


def _is_indexed(node: Node) -> bool:
    """Whether a leaf takes an element or a slice of a tensor: copies side by side take one each."""
    return node.target == "operator.getitem" and node.op == "call_function"


def spread(config: str, further: Sequence[int], count: int) -> str:
    """An index that counts up, from its first to its last: `[:, 0:2 … 14:16]`."""
    steps = iter(further)

    def last(found: re.Match[str]) -> str:
        return str(int(found[0]) + next(steps) * (count - 1))

    def both(found: re.Match[str]) -> str:
        first = found[0].strip()
        end = _INTEGER.sub(last, first)
        return found[0] if end == first else found[0].replace(first, f"{first} … {end}")

    return _ENTRY.sub(both, config)


def as_listed(arg: str) -> str:
    """An argument as which the members of one list are all the same."""
    return _MEMBER.sub("[#]", arg) if "[" in arg else arg


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
        _INTEGER.sub("#", node.config) if _is_indexed(node) else node.config,
        node.parameters,
        node.repeat,
        node.flops,
        node.memory,
        marks.get(node.name),
        node.side,
        _former(node),
    )


def _former(node: Node) -> Hashable:
    """What a node was in a comparison; where it stands is no matter, but whether it has another name is."""
    if node.was is None:
        return None
    was, renamed = node.was, node.target != node.was.target and _NUMBER.sub("", node.was.target)
    return (
        was.op,
        renamed,
        kind_of(was),
        was.outputs,
        was.config,
        was.parameters,
        was.repeat,
        was.flops,
        was.memory,
    )


def repeated(nodes: Sequence[Node], marks: Mapping[str, Hashable]) -> frozenset[str]:
    """The steps that have an equal among the others, as far as they tell by themselves."""
    kinds = {node.name: kind(node, node, marks) for node in nodes}
    counts = Counter(kinds.values())
    return frozenset(name for name, own in kinds.items() if counts[own] > 1)
