"""The module tree: path, class, configuration and parameters of each module of a model."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import torch

from torchview_docs.graph import Parameters
from torchview_docs.tracing.internals import buffers, parameters, submodules

_CONTAINERS = (list, tuple, dict)
_HOLDERS = (*_CONTAINERS, torch.nn.Module)
_REGISTERED = frozenset({"_modules", "_parameters", "_buffers"})
_DERIVED = ("Parametrized", "FSDP")
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")

__all__ = ["Modules", "ParameterCounts", "class_name", "class_of", "config_of_module"]


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
    """

    def __init__(self, root: torch.nn.Module | None, others: Iterable[torch.nn.Module] = ()) -> None:
        self.root = root
        self._paths: dict[int, str] = {}
        self._taken: set[str] = set()
        #: Held so that no id is used again.
        self._held: list[torch.nn.Module] = []
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

    def tensors(self) -> Iterator[tuple[str, str, torch.Tensor, torch.nn.Module]]:
        """Dotted name, kind, tensor and owner of every tensor that a module holds, in order."""
        for module in list(self._held):
            prefix = self._paths[id(module)]
            plain = {k: v for k, v in vars(module).items() if isinstance(v, torch.Tensor)}
            for kind, held in (
                ("parameter", parameters(module)),
                ("buffer", buffers(module)),
                ("constant", plain),
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
            for name, value in list(vars(module).items()):
                empty = isinstance(value, _CONTAINERS) and not value
                if empty or not isinstance(value, _HOLDERS) or name in _REGISTERED:
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
    elif depth < 3 and type(value) in (list, tuple, dict):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for way, part in list(items):
            yield from _in_containers(part, f"{key}.{way}" if key else str(way), depth + 1)


class _Counted(NamedTuple):
    """A parameter as it counts."""

    elements: int
    trained: bool
    dtype: torch.dtype


class ParameterCounts:
    """Counts of modules' parameters; one that is shared counts once, lazy ones not yet."""

    def __init__(self) -> None:
        self._found: dict[int, Parameters] = {}
        #: Of each module, the parameters in it and below, by id.
        self._below: dict[int, dict[int, _Counted]] = {}

    def of(self, module: torch.nn.Module) -> Parameters:
        """Those of one module."""
        found = self._found.get(id(module))
        if found is None:
            below = self._in(module)
            total = [*below.values()]
            own = total
            if any(child is not None for child in submodules(module).values()):
                mine = {id(p) for p in parameters(module).values()}
                own = [counted for key, counted in below.items() if key in mine]
            elements = sum([p.elements for p in total])
            found = self._found[id(module)] = Parameters(
                elements if own is total else sum([p.elements for p in own]),
                elements,
                sum([p.elements for p in total if p.trained]),
                _dtypes(total),
            )
        return found

    def _in(self, module: torch.nn.Module) -> dict[int, _Counted]:
        below = self._below.get(id(module))
        if below is None:
            below = self._below[id(module)] = _own(module)  # before its children, which may hold it again
            for child in submodules(module).values():
                if child is not None:
                    below |= self._in(child)
        return below


def _own(module: torch.nn.Module) -> dict[int, _Counted]:
    return {
        id(p): _Counted(p.numel(), p.requires_grad, p.dtype)
        for p in parameters(module).values()
        if p is not None and not torch.nn.parameter.is_lazy(p)
    }


def _dtypes(counted: Collection[_Counted]) -> str:
    """The dtypes of parameters, that of most elements first."""
    kinds = {p.dtype for p in counted}
    if len(kinds) < 2:  # as nearly always
        return "".join([str(dtype).removeprefix("torch.") for dtype in kinds])
    elements: dict[torch.dtype, int] = {}
    for p in counted:
        elements[p.dtype] = elements.get(p.dtype, 0) + p.elements
    return ", ".join(
        [
            str(dtype).removeprefix("torch.")
            for dtype in sorted(elements, key=elements.__getitem__, reverse=True)
        ]
    )


def config_of_module(module: torch.nn.Module) -> str:
    """Its `extra_repr` on one line; empty where that raises."""
    try:
        text = str(module.extra_repr())
    except Exception:  # code of the model's author, and only decoration
        return ""
    return " ".join((_ADDRESS.sub("", text) if " at 0x" in text else text).split())
