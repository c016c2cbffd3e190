"""What the modules themselves say of the calls in a Graph: submodules, and attributes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch

from torchview_docs.computation_graph.showing import simple_calls
from torchview_docs.graph import Graph, Node

__all__ = ["attributes_of", "without_submodules"]

_DEEPEST, _MOST, _MOST_INNER = 3, 20, 5


def without_submodules(model: Callable[..., Any], graph: Graph) -> frozenset[str]:
    """The calls of modules that have no submodules; one that has some and calls none is not among them."""
    parents = {path for path, module in _modules(model).items() if any(True for _ in module.children())}
    return frozenset(name for name in simple_calls(graph) if graph.by_name[name].target not in parents)


def attributes_of(model: Callable[..., Any], graph: Graph) -> Mapping[str, str]:
    """Of each call of the graph, by its name, one line of text.

    A module's are its public attributes, `Linear(training=False, in_features=3, …)`; a function's
    its arguments, `input=Tensor(shape=(2, 3), dtype=torch.float32), dim=-1`.
    """
    modules = _modules(model)
    found = {}
    for node in graph.nodes:
        if node.op == "call_module":
            module = modules.get(node.target)
            plain = f"{node.type.rpartition('.')[2]}({node.config})"
            found[node.name] = plain if module is None else _said(module)
        elif node.op in ("call_function", "call_method"):
            found[node.name] = _arguments(node, graph)
    return found


def _modules(model: Callable[..., Any]) -> Mapping[str, torch.nn.Module]:
    """Its modules by path, by every path that leads to them."""
    if not isinstance(model, torch.nn.Module):
        return {}
    return dict(model.named_modules(remove_duplicate=False))


def _arguments(node: Node, graph: Graph) -> str:
    tensors: dict[str, str] = {}
    for use in node.args:
        meta = graph.tensor(use)
        tensors.setdefault(use.arg, f"{use.arg}=Tensor(shape={meta.shape}, dtype=torch.{meta.dtype})")
    return ", ".join((*tensors.values(), *([node.config] if node.config else ())))


def _said(value: Any, depth: int = 0) -> str:
    if depth > _DEEPEST:
        return "..."
    if isinstance(value, torch.Tensor):
        if torch.nn.parameter.is_lazy(value):
            return "Tensor(<uninitialized>)"
        return f"Tensor(shape={tuple(value.shape)}, dtype={value.dtype})"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_said(part, depth + 1)}" for key, part in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_said(part, depth + 1) for part in value) + "]"
    if isinstance(value, type) or (callable(value) and hasattr(value, "__qualname__")):
        return str(value.__qualname__)
    if not hasattr(value, "__dict__"):
        return repr(value)
    public = [(name, part) for name, part in vars(value).items() if not name.startswith("_")]
    most = _MOST if depth == 0 else _MOST_INNER
    said = ", ".join(f"{name}={_said(part, depth + 1)}" for name, part in public[:most])
    return f"{type(value).__name__}({said}{'...' if len(public) > most else ''})"
