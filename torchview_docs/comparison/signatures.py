"""Signatures: what a step is and what ran in it, as digests that are equal where the steps are.

Paths and names of steps are no part of them, so a layer that has only moved within its list is the
same. Neither is where a class is defined: a second version of a model is often a second module.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Hashable, Iterator
from functools import cached_property
from typing import NamedTuple

from torchview_docs.families import class_name, operation_name
from torchview_docs.graph import SCOPES, Graph, Node, TensorMeta, Use

__all__ = ["Signatures", "Steps", "relative"]

_INDEX = re.compile(r"(?<![^.])\d+(?![^.])")


class Steps(NamedTuple):
    """Digests of a step by how much they tell.

    `full` is everything: configurations, parameters, shapes, and how tensors flow in it. `form` is
    without parameters and shapes, `own` is the step's class and configuration without what is in it,
    and `kind` the class alone.
    """

    full: str
    form: str
    own: str
    kind: str


def relative(node: Node, graph: Graph, *, indexed: bool = True) -> str:
    """The path of a module, parameter, input or output as seen from the call around it.

    Args:
        node: The step.
        graph: The graph that it is in.
        indexed: Whether members of a list are told apart.
    """
    target = node.target
    around = graph.by_name[node.scope] if node.scope is not None else None
    within = around.target if around is not None else ""
    if around is not None and around.op == "call_phase" and not target.startswith(f"{within}."):
        within = within.rpartition(".")[0]
    if within and target.startswith(f"{within}."):
        target = target[len(within) + 1 :]
    return target if indexed else _INDEX.sub("#", target)


class Signatures:
    """The signatures of all steps of a graph."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def __getitem__(self, name: str) -> Steps:
        return self._all[name]

    @cached_property
    def _all(self) -> dict[str, Steps]:
        found: dict[str, Steps] = {}
        # What ran in a call comes after it.
        for node in reversed(self.graph.nodes):
            found[node.name] = self._signature(node, found)
        return found

    def _signature(self, node: Node, known: dict[str, Steps]) -> Steps:
        kind = (node.op if node.op in SCOPES else node.op in ("call_function", "call_method"), _what(node))
        own = (*kind, node.config)
        inside = self.graph.children.get(node.name, ())
        names = [relative(child, self.graph, indexed=False) if _is_named(child) else "" for child in inside]
        made = tuple(map(_written, node.outputs))
        full: tuple[Hashable, ...] = (*own, node.parameters, made, node.repeat)
        form: tuple[Hashable, ...] = own
        if inside:
            flow = tuple(self._flow(node))
            full = (*full, flow, *zip(names, (known[child.name].full for child in inside), strict=True))
            plain = tuple([use[:-1] for use in uses] for uses in flow)
            form = (*form, plain, *zip(names, (known[child.name].form for child in inside), strict=True))
        return Steps(*map(_digest, (full, form, own, kind)))

    def _flow(self, call: Node) -> Iterator[list[tuple[Hashable, ...]]]:
        """What each leaf in a call reads, and what the call returns, as seen from inside."""
        leaves = self._leaves[call.name]
        number = {leaf.name: k for k, leaf in enumerate(leaves)}
        slots: dict[tuple[str, int], int] = {}

        def place(use: Use) -> tuple[Hashable, ...]:
            inner = number.get(use.node)
            slot = slots.setdefault((use.node, use.output), len(slots)) if inner is None else -1
            return (
                inner,
                slot,
                use.output if inner is not None else 0,
                use.arg,
                use.python,
                _written(use.seen),
            )

        for leaf in leaves:
            yield [place(use) for use in leaf.args]
        yield [place(use) for use in call.results]

    @cached_property
    def _leaves(self) -> dict[str, list[Node]]:
        found: dict[str, list[Node]] = {name: [] for name in self.graph.children if name is not None}
        for leaf in self.graph.leaves:
            for scope in self.graph.scopes(leaf):
                found[scope.name].append(leaf)
        return found


def _written(tensor: TensorMeta | None) -> Hashable:
    return None if tensor is None else (tensor.written, tensor.dtype)


def _is_named(node: Node) -> bool:
    """Whether its target is a name within the model."""
    return node.op in SCOPES or node.op == "get_attr"


def _what(node: Node) -> str:
    match node.op:
        case "call_module" | "call_phase":
            return class_name(node.type)
        case "call_function" | "call_method":
            return operation_name(node)
        case "get_attr":
            return f"{node.op} {node.type}"
    return node.op


def _digest(data: object) -> str:
    return hashlib.blake2b(repr(data).encode("utf-8", "backslashreplace"), digest_size=12).hexdigest()
