"""What the modules themselves say of the calls in a Graph: submodules, and attributes."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch

from torchview_docs.computation_graph.showing import simple_calls
from torchview_docs.graph import Graph, Node
from torchview_docs.tracing.owners import owner_of

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
    """Its modules by path; of several the first, by which the Graph names them too."""
    owner = owner_of(model)
    return {} if owner is None else dict(owner.named_modules())


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
        return "{" + _listed(((f"{key}: ", part) for key, part in value.items()), depth) + "}"
    if isinstance(value, list | tuple | set | frozenset):
        return "[" + _listed((("", part) for part in value), depth) + "]"
    if isinstance(value, type) or (callable(value) and hasattr(value, "__name__")):
        return str(value.__name__)
    if not hasattr(value, "__dict__"):
        return _shown(value)
    public = ((f"{name}=", part) for name, part in vars(value).items() if not name.startswith("_"))
    return f"{type(value).__name__}({_listed(public, depth)})"


def _listed(parts: Iterable[tuple[str, Any]], depth: int) -> str:
    """The first of them; of what is deeper fewer, for it is less interesting."""
    most = _MOST if depth == 0 else _MOST_INNER
    first = list(itertools.islice(parts, most + 1))
    more = "..." if len(first) > most else ""
    return ", ".join(f"{name}{_said(part, depth + 1)}" for name, part in first[:most]) + more


def _shown(value: object) -> str:
    """Its `repr`, which is the caller's code and may do anything."""
    try:
        return repr(value)
    except Exception:
        return f"<{type(value).__name__}>"
