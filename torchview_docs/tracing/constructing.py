"""Constructing: building a model whose parameters never take memory.

Parameters become meta as they are registered, in place, so that ties, wrappers and references
stay right; the constructor's own operations run as in `hybrid`, so that what it computes from
Python values (drop rates, positions) is real.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from torchview_docs.tracing.containers import tensors
from torchview_docs.tracing.functions import Kind, kind_of
from torchview_docs.tracing.hybrid import Hybrid
from torchview_docs.tracing.internals import is_lazy, parameters

__all__ = ["meta_parameters"]

_lock = threading.RLock()
_active = threading.local()
_swap: Any = torch.utils.swap_tensors


class _Construction(TorchFunctionMode):
    def __init__(self) -> None:
        super().__init__()
        self.hybrid = Hybrid()
        #: New for old where a parameter could not be changed in place; both are held.
        self.replaced: dict[int, tuple[torch.Tensor, torch.nn.Parameter]] = {}

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kind = kind_of(function)
        kwargs = kwargs or {}
        if kind is Kind.METADATA or (types and is_lazy(types)):
            return function(*args, **kwargs)
        if kind is Kind.COPY:
            return function(*args, **kwargs)
        used = tensors(args, kwargs)
        if kind is Kind.INPLACE and used and used[0].is_meta and all(t.is_meta for t in used):
            return used[0]  # initialising what has no data: nothing to do
        return self.hybrid.run(function, kind, args, kwargs, used)

    def make_meta(self, module: torch.nn.Module, name: str) -> None:
        """Take the data of a module's parameter away."""
        old = parameters(module).get(name)
        if old is None or old.is_meta or not (old.is_floating_point() or old.is_complex()):
            return
        if torch.nn.parameter.is_lazy(old) or old.layout is not torch.strided:
            return
        if id(old) in self.replaced:
            parameters(module)[name] = self.replaced[id(old)][1]
            return
        new = _meta_copy(old)
        try:
            _swap(old, new)
        except RuntimeError:  # something refers to it weakly
            parameters(module)[name] = new
            self.replaced[id(old)] = (old, new)


def _meta_copy(old: torch.nn.Parameter) -> torch.nn.Parameter:
    data = torch.empty_strided(old.shape, old.stride(), dtype=old.dtype, device="meta")
    new = torch.nn.Parameter(data, requires_grad=old.requires_grad)
    new.__dict__.update(old.__dict__)
    with contextlib.suppress(TypeError):  # a class with another layout keeps its own
        new.__class__ = old.__class__
    return new


@contextlib.contextmanager
def meta_parameters() -> Iterator[None]:
    """Within, this thread's modules get parameters on the meta device."""
    construction = _Construction()
    with _patched(), torch.no_grad(), construction:
        before = getattr(_active, "construction", None)
        _active.construction = construction
        try:
            yield
        finally:
            _active.construction = before


class _Users:
    """How many constructions go on; the first patches, the last undoes."""

    def __init__(self) -> None:
        self.count = 0
        self.original: Any = None


_users = _Users()


@contextlib.contextmanager
def _patched() -> Iterator[None]:
    with _lock:
        if _users.count == 0:
            _patch()
        _users.count += 1
    try:
        yield
    finally:
        with _lock:
            _users.count -= 1
            if _users.count == 0:
                torch.nn.Module.register_parameter = _users.original  # type: ignore[method-assign]


def _patch() -> None:
    original = _users.original = torch.nn.Module.register_parameter

    def register_parameter(self: torch.nn.Module, name: str, param: torch.nn.Parameter | None) -> None:
        original(self, name, param)
        construction = getattr(_active, "construction", None)
        if construction is not None and param is not None:
            construction.make_meta(self, name)

    torch.nn.Module.register_parameter = register_parameter  # type: ignore[method-assign]
