"""Phases: the methods that PyTorch Geometric's layers pass messages with, seen while they run.

A `MessagePassing` layer does in `propagate` what its class is about: `message`, `aggregate` and
`update`, or the first two in one, `message_and_aggregate`; attention is computed in `edge_updater`.
These are methods, no modules, so a recorder would see the operations in them only.

While a model runs each layer has an attribute of its own in front of each of these methods. So
whatever class defines one is seen, a call of `super().message(…)` inside of one is part of it, and
no class, which other threads use as well, is changed.
"""

from __future__ import annotations

import contextlib
import functools
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import torch

from torchview_docs.graph import Node
from torchview_docs.tracing.patches import current
from torchview_docs.tracing.record import Call

__all__ = ["phase_node", "seen_phases", "without_empty_phases"]

_PHASES = (
    "propagate",
    "message",
    "aggregate",
    "message_and_aggregate",
    "update",
    "edge_updater",
    "edge_update",
)
_MISSING = object()


class _Phase:
    """Stands in front of a layer's method; in a thread that records nothing it is that method."""

    def __init__(self, layer: torch.nn.Module, name: str, method: Callable[..., Any]) -> None:
        # A copy of the layer has a copy of its method: those of a bound one know to whom they belong.
        self.layer = layer
        self.name = name
        self.method = method
        functools.update_wrapper(self, method)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        recorder = current()
        if recorder is None:
            return self.method(*args, **kwargs)
        return recorder.phase_call(self.name, self.method, self.layer, args, kwargs)


@contextlib.contextmanager
def seen_phases(modules: Iterable[torch.nn.Module]) -> Iterator[None]:
    """Let recorders see the phases of those modules that pass messages."""
    layers = _layers(modules)
    before: list[tuple[torch.nn.Module, str, Any]] = []
    try:
        for layer in layers:
            own = vars(layer)
            for name in _PHASES:
                if isinstance(own.get(name), _Phase):  # another thread traces the same model
                    continue
                method = getattr(layer, name, None)
                if callable(method):
                    before.append((layer, name, own.get(name, _MISSING)))
                    own[name] = _Phase(layer, name, method)
        yield
    finally:
        for layer, name, value in before:
            if value is _MISSING:
                vars(layer).pop(name, None)
            else:
                vars(layer)[name] = value


def _layers(modules: Iterable[torch.nn.Module]) -> list[torch.nn.Module]:
    # Whoever has such a layer has imported its class; importing it here would take seconds.
    home = sys.modules.get("torch_geometric.nn.conv.message_passing")
    layer = getattr(home, "MessagePassing", None)
    if not isinstance(layer, type):
        return []
    return [m for m in modules if isinstance(m, layer) and not isinstance(m, torch.jit.ScriptModule)]


def phase_node(call: Call, name: str, scope: str | None, path: str) -> Node:
    """The node of a phase.

    Args:
        call: What was recorded.
        name: The node's.
        scope: Name of the scope around it.
        path: That of the layer.
    """
    way = [call.phase]
    around = call.parent
    while around is not None and around.phase and around.module is call.module:
        way.append(around.phase)
        around = around.parent
    target = ".".join([*([path] if path else []), *reversed(way)])
    return Node(name, "call_phase", target, scope, _function_name(call.module, call.phase))


def without_empty_phases(nodes: Sequence[Node]) -> Iterator[Node]:
    """The nodes without the phases in which nothing happened, as most `update`s: they are no steps."""
    filled: set[str | None] = set()
    empty: set[str] = set()
    for node in reversed(nodes) if any(node.op == "call_phase" for node in nodes) else ():
        if node.op == "call_phase" and node.name not in filled:
            empty.add(node.name)
        else:
            filled.add(node.scope)
    return (node for node in nodes if node.name not in empty)


def _function_name(layer: torch.nn.Module, phase: str) -> str:
    """Dotted name of the method as its author wrote it: PyTorch Geometric generates some of them anew."""
    cls = type(layer)
    for base in cls.__mro__:
        function = vars(base).get(phase)
        if getattr(function, "__qualname__", "") == f"{base.__qualname__}.{phase}":
            cls = base
            break
    return f"{cls.__module__}.{cls.__qualname__}.{phase}"
