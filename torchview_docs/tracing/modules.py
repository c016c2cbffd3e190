"""The module tree: path, class and configuration of each module of a model."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import torch

from torchview_docs.tracing.attributes import ATOMS, REGISTERED, Attributes
from torchview_docs.tracing.internals import buffers, parameters, submodules

_CONTAINERS = (list, tuple, dict)
_HOLDERS = (*_CONTAINERS, torch.nn.Module)
_DERIVED = ("Parametrized", "FSDP")
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")

__all__ = ["Modules", "class_name", "class_of", "config_of_module"]


def class_name(module: torch.nn.Module) -> str:
    """`module.QualName` of a module's class; the original one of a scripted module."""
    original = getattr(module, "original_name", None) if isinstance(module, torch.jit.ScriptModule) else None
    if original:
        return f"torch.jit.{original}"
    cls = class_of(module)
    return f"{cls.__module__}.{cls.__qualname__}"


def class_of(module: torch.nn.Module) -> type:
    """A module's class, as its author wrote it.

    torch.compile wraps a module in one of its own, and it runs eagerly here; parametrisations and
    FSDP give it a class that they derive from its own.
    """
    cls: type = type(module)
    # Asked for by name: a module that has no such attribute takes long to say so.
    if cls.__name__ == "OptimizedModule":
        cls = type(getattr(module, "_orig_mod", module))
    if cls.__name__.startswith(_DERIVED) and cls.__module__.startswith("torch."):
        return next((base for base in cls.__mro__[1:] if cls.__name__.endswith(base.__name__)), cls)
    return cls


class Modules:
    """Names for modules and the tensors that they hold.

    A module's path is the first that `named_modules` gives; one that hangs in a plain list or
    dict of a module gets the path that Python would write; one that hangs nowhere is called by
    its class.

    Args:
        root: The module that paths begin at; None of a plain function.
        others: Further modules that are known before they are called.

    Attributes:
        attributes: What hung at each of the modules that were known from the start.
    """

    def __init__(self, root: torch.nn.Module | None, others: Iterable[torch.nn.Module] = ()) -> None:
        self.root = root
        self._paths: dict[int, str] = {}
        self._taken: set[str] = set()
        #: Held so that no id is used again.
        self._held: list[torch.nn.Module] = []
        self.attributes: list[Attributes] = []
        if root is not None:
            self._add(root, "")
        for other in others:
            self.path(other)
        self._add_hidden()

    @property
    def all(self) -> Sequence[torch.nn.Module]:
        """The modules that are known, each once."""
        return self._held

    def path(self, module: torch.nn.Module) -> str:
        """The path of a module; the root's is empty."""
        path = self._paths.get(id(module))
        if path is None:
            self._add(module, self._unique(class_name(module).rpartition(".")[2]))
            path = self._paths[id(module)]
        return path

    def tensors(self, *, again: bool = False) -> Iterator[tuple[str, str, torch.Tensor, torch.nn.Module]]:
        """Dotted name, kind, tensor and owner of every tensor that a module holds, in order.

        Args:
            again: Look at what hangs there by now.
        """
        for own in [*map(Attributes, self._held)] if again else self.attributes:
            module = own.module
            prefix = self._paths[id(module)]
            for kind, held in (
                ("parameter", parameters(module)),
                ("buffer", buffers(module)),
                ("constant", own.tensors()),
            ):
                for name, tensor in held.items():
                    if tensor is not None:
                        yield f"{prefix}.{name}" if prefix else name, kind, tensor, module

    def _add(self, top: torch.nn.Module, path: str) -> None:
        # As `named_modules` does, but without a generator for each level.
        waiting = [(path, top)]
        seen: set[int] = set()
        while waiting:
            full, module = waiting.pop()
            if id(module) in seen:
                continue
            seen.add(id(module))
            if id(module) not in self._paths:
                self._paths[id(module)] = full
                self._taken.add(full)
                self._held.append(module)
            inner = [
                (f"{full}.{n}" if full else n, m) for n, m in submodules(module).items() if m is not None
            ]
            waiting += reversed(inner)

    def _add_hidden(self) -> None:
        for module in self._held:  # grows while it runs: hidden modules may hide others
            prefix = self._paths[id(module)]
            own = Attributes(module)
            self.attributes.append(own)
            for name, value in own.rest:
                if name in REGISTERED or not isinstance(value, _HOLDERS):
                    continue
                for key, hidden in _in_containers(value):
                    if id(hidden) not in self._paths:
                        path = f"{name}.{key}" if key else name
                        self._add(hidden, self._unique(f"{prefix}.{path}" if prefix else path))

    def _unique(self, path: str) -> str:
        unique, count = path, 0
        while unique in self._taken:
            count += 1
            unique = f"{path}_{count}"
        return unique


def _in_containers(value: Any, key: str = "", depth: int = 0) -> Iterator[tuple[str, torch.nn.Module]]:
    if isinstance(value, torch.nn.Module):
        yield key, value
    elif depth < 3 and type(value) in _CONTAINERS:
        if type(value) is not dict and ATOMS.issuperset(map(type, value)):
            return  # as most
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for way, part in list(items):
            yield from _in_containers(part, f"{key}.{way}" if key else str(way), depth + 1)


def config_of_module(module: torch.nn.Module) -> str:
    """Its `extra_repr` on one line; empty where that raises."""
    if type(module) is torch.nn.MultiheadAttention:  # which has none, though it has much to say
        return f"embed_dim={module.embed_dim}, num_heads={module.num_heads}"
    try:
        text = str(module.extra_repr())
    except Exception:  # code of the model's author, and only decoration
        return ""
    return " ".join((_ADDRESS.sub("", text) if " at 0x" in text else text).split())
