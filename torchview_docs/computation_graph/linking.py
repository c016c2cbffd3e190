"""From a view to linked nodes: a node for every call and every tensor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from torchview_docs.computation_graph.nodes import (
    Computed,
    FunctionNode,
    Hierarchy,
    ModuleNode,
    Node,
    NodeContainer,
    Shape,
    TensorNode,
)
from torchview_docs.families import class_name
from torchview_docs.graph import CALLS, Graph, Op, TensorMeta, Use
from torchview_docs.graph import Node as Step
from torchview_docs.views import levels

__all__ = ["Linked", "link"]

_FUNCTIONS: frozenset[Op] = frozenset({"call_function", "call_method"})
#: Torch's names of Python's operators, where these differ.
_OPERATORS = {
    "and_": "__and__",
    "eq": "__eq__",
    "floordiv": "__floordiv__",
    "getitem": "__getitem__",
    "invert": "__invert__",
    "lshift": "__lshift__",
    "mod": "remainder",
    "or_": "__or__",
    "rshift": "__rshift__",
    "setitem": "__setitem__",
    "truediv": "div",
    "xor": "__xor__",
}
#: And where a number stands at their left.
_REVERSED = {
    "floordiv": "__rfloordiv__",
    "mod": "__rmod__",
    "pow": "__rpow__",
    "sub": "__rsub__",
    "truediv": "__rdiv__",
}


@dataclass
class Linked:
    """The nodes of a view.

    Attributes:
        inputs: The model's inputs.
        hierarchy: A call around everything and what ran in it, open calls as such dicts again.
        heads: The nodes that something may lead to, in the order of the run.
    """

    inputs: NodeContainer[TensorNode] = field(default_factory=NodeContainer)
    hierarchy: Hierarchy = field(default_factory=dict)
    heads: list[Node] = field(default_factory=list)


def link(view: Graph, trace: Graph, same: Mapping[str, str], attributes: Mapping[str, str]) -> Linked:
    """Make the nodes and link them.

    Args:
        view: What is shown.
        trace: What it is a view of: of a closed call it knows what went in and came out.
        same: The step that stands for a step, where calls are rolled.
        attributes: Of calls, by their name.
    """
    linker = _Linker(view, trace, same, attributes)
    for step in view.nodes:
        linker.add(step)
    linker.give_back()
    return linker.linked


class _Linker:
    """The nodes while they are made."""

    def __init__(
        self, view: Graph, trace: Graph, same: Mapping[str, str], attributes: Mapping[str, str]
    ) -> None:
        self.view, self.trace, self.same, self.attributes = view, trace, same, attributes
        self.level = levels(view)
        main = ModuleNode("main", -1, "")
        self.linked = Linked(hierarchy={main: []})
        self.content: dict[str | None, list[Node | Hierarchy]] = {None: self.linked.hierarchy[main]}
        self.open: dict[str, ModuleNode] = {}
        self.tensors: dict[tuple[str, int], TensorNode] = {}
        self.makers: dict[tuple[str, int], Node] = {}
        self.outputs: dict[tuple[tuple[tuple[str, int], ...], TensorMeta], TensorNode] = {}

    def add(self, step: Step) -> None:
        if step.op == "placeholder":
            node = self.tensor(step, 0, "input-tensor", step.target)
            self.linked.inputs.add(node)
            self.content[None].append(node)
        elif step.op == "output":
            self.add_output(step)
        elif step.name in self.view.children:
            call = self.module(step)
            inside: list[Node | Hierarchy] = []
            self.content[step.scope].append({call: inside})
            self.content[step.name], self.open[step.name] = inside, call
        elif step.op == "get_attr":
            name = "hidden-tensor" if step.target == "tensor" else step.target
            self.content[step.scope].append(self.tensor(step, 0, name, step.target))
        elif step.op == "call_function" and not step.args and step.target.startswith("torch."):
            # `torch.zeros` and its like: a tensor from nowhere, not a computation.
            self.content[step.scope] += [
                self.tensor(step, k, "hidden-tensor", "") for k in range(len(step.outputs))
            ]
        else:
            self.add_computation(step)

    def add_computation(self, step: Step) -> None:
        node: Computed = self.function(step) if step.op in _FUNCTIONS else self.module(step)
        self.receive(node, step.args)
        self.content[step.scope].append(node)
        for k in range(len(step.outputs)):
            self.makers[step.name, k] = node
            users = self.view.users.get((step.name, k), ())
            # What only leaves the model is its output, and has no other node.
            if not users or any(user.op != "output" for user, _ in users):
                tensor = self.tensor(step, k, "hidden-tensor", "")
                node.link(tensor)
                tensor.parent_hierarchy[node.depth] = node
                self.content[step.scope].append(tensor)

    def add_output(self, step: Step) -> None:
        sources = tuple((use.node, use.output) for use in step.args)
        if not sources:
            return
        meta = self.view.tensor(step.args[0])
        if (sources, meta) in self.outputs:  # a tensor that is returned twice is one tensor
            return
        node = TensorNode(
            "output-tensor", 0, step.name, shape=meta.shape, dtype=meta.dtype, target=step.target
        )
        self.outputs[sources, meta] = node
        for source in sources:
            self.makers.get(source, self.tensors.get(source, node)).link(node)
        self.linked.heads.append(node)
        self.content[None].append(node)

    def receive(self, node: Node, uses: Iterable[Use]) -> None:
        for use in uses:
            self.tensors[use.node, use.output].link(node)
        self.linked.heads.append(node)

    def give_back(self) -> None:
        """Tell tensors who returned them; outermost last, since their depth is that of the outermost."""
        for step in reversed(self.view.nodes):
            node = self.open.get(step.name)
            for use in step.results if node is not None else ():
                tensor = self.tensors.get((use.node, use.output)) or self.output_of(use)
                if node is not None and tensor is not None:
                    node.output_nodes.add(tensor)
                    tensor.parent_hierarchy[node.depth] = node
                    tensor.depth = min(tensor.depth, node.depth)
        for maker in set(self.makers.values()):
            if isinstance(maker, ModuleNode | FunctionNode):
                maker.output_nodes |= maker.children

    def output_of(self, use: Use) -> TensorNode | None:
        return next(
            (t for (sources, _), t in self.outputs.items() if (use.node, use.output) in sources), None
        )

    # -- single nodes ---------------------------------------------------------------------

    def tensor(self, step: Step, output: int, name: str, target: str) -> TensorNode:
        meta = step.outputs[output]
        depth = 0 if step.op == "placeholder" else self.level[step.name]
        node = TensorNode(
            name, depth, self.tensor_id(step, output), shape=meta.shape, dtype=meta.dtype, target=target
        )
        self.tensors[step.name, output] = node
        if step.op not in ("placeholder", "get_attr"):
            self.linked.heads.append(node)
        return node

    def tensor_id(self, step: Step, output: int) -> str:
        stands = self.same.get(step.name, step.name)
        known = output < len(self.view.by_name[stands].outputs)
        return f"{stands if known else step.name}:{output}"

    def module(self, step: Step) -> ModuleNode:
        node = ModuleNode(
            _module_name(step),
            self.level[step.name],
            self.same.get(step.name, step.name),
            compute_unit_id=step.target,
            type_=step.type,
            is_open=step.name in self.view.children,
            is_container=all(child.op not in CALLS for child in self.ran_in(step)),
            num_parameters=step.parameters.total if step.parameters else 0,
        )
        self.describe(node, step)
        return node

    def function(self, step: Step) -> FunctionNode:
        node = FunctionNode(
            _repeated(_function_name(step), step),
            self.level[step.name],
            self.same.get(step.name, step.name),
            compute_unit_id=step.target,
        )
        self.describe(node, step)
        return node

    def ran_in(self, step: Step) -> tuple[Step, ...]:
        return self.trace.children.get(step.name, ())

    def describe(self, node: Computed, step: Step) -> None:
        """Shapes and attributes: what a call was given and gave back, not what it captured or leaked."""
        traced = self.trace.by_name.get(step.name, step)
        graph = self.trace if step.name in self.trace.by_name else self.view
        shapes: dict[str, Shape] = {}
        for use in traced.args:
            if not use.python:
                shapes.setdefault(use.arg, graph.tensor(use).shape)
        node.input_shape = list(shapes.values())
        node.output_shape = [meta.shape for meta in traced.outputs]
        node.repeat = step.repeat
        node.attributes = self.attributes.get(step.name)
        node.flops, node.memory = step.flops, step.memory


def _function_name(step: Step) -> str:
    """What torch calls the function: `__name__` of what it hands to `__torch_function__`."""
    home, _, name = step.target.rpartition(".")
    if home != "operator":
        return name
    reversed_ = bool(step.args) and step.args[0].arg == "1"
    return (reversed_ and _REVERSED.get(name)) or _OPERATORS.get(name, name)


def _module_name(step: Step) -> str:
    name = class_name(step.type)
    if step.op == "group":
        name = f"{step.target} – {step.last}" if step.last not in ("", step.target) else step.target
    return _repeated(name or step.target or step.op, step)


def _repeated(name: str, step: Step) -> str:
    return f"{name} × {step.repeat}" if step.repeat > 1 else name
