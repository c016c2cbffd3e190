"""State: what a trace may change in a model and in the process, saved and put back."""

from __future__ import annotations

import contextlib
import random
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch

from torchview_docs.tracing.internals import buffers, is_wrapped, parameters, storage_address

__all__ = ["Saved", "fixed_randomness"]

#: Buffers up to this many elements are copied before the run; others when something writes to them.
_COPIED_AT_ONCE = 1 << 16
# A tuple: isinstance takes three times as long with a union.
_CONTAINERS = (list, dict, set)


class Saved:
    """The state of a model's modules; `restore` puts it back exactly.

    Attributes of modules are saved one level deep, so that a model that stashes a tensor, grows a
    list or counts its calls is as before. Tensors are copied when they are small buffers, or by
    `guard`, which a recorder calls before it lets anything write.
    """

    def __init__(self, modules: Sequence[torch.nn.Module]) -> None:
        self._modules = [(m, dict(vars(m)), _containers(m)) for m in modules]
        self._tensors: dict[int, torch.Tensor] = {}
        self._copies: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}
        self._flags: list[tuple[torch.Tensor, bool, Any]] = []
        for module in modules:
            for tensor in (*parameters(module).values(), *buffers(module).values()):
                if tensor is None or id(tensor) in self._tensors or torch.nn.parameter.is_lazy(tensor):
                    continue
                self._tensors[id(tensor)] = tensor
                grad = tensor.grad if tensor.is_leaf else None
                self._flags.append((tensor, tensor.requires_grad, grad))
            for tensor in buffers(module).values():
                if tensor is not None and not tensor.is_meta and tensor.numel() <= _COPIED_AT_ONCE:
                    self._copy(tensor)
        self._storages = {
            storage_address(t): t
            for t in self._tensors.values()
            if t.layout is torch.strided and not t.is_meta
        }

    def add(self, tensor: torch.Tensor) -> None:
        """Watch over a tensor that is not the model's, an input."""
        self._tensors[id(tensor)] = tensor
        if tensor.layout is torch.strided and not tensor.is_meta and not tensor.is_nested:
            self._storages[storage_address(tensor)] = tensor

    def guard(self, tensor: torch.Tensor) -> None:
        """Something is about to write to this tensor."""
        if is_wrapped(tensor) or tensor.layout is not torch.strided or tensor.is_meta or tensor.is_nested:
            return
        watched = self._storages.get(storage_address(tensor))
        if watched is not None and id(watched) not in self._copies:
            self._copy(watched)

    def _copy(self, tensor: torch.Tensor) -> None:
        if tensor.layout is torch.strided:
            self._copies[id(tensor)] = (tensor, tensor.detach().clone())

    def restore(self) -> None:
        """Put everything back."""
        for module, attributes, containers in self._modules:
            current = vars(module)
            current.update(attributes)
            if len(current) > len(attributes):
                for name in [name for name in current if name not in attributes]:
                    del current[name]
            for holder, content in containers:
                _refill(holder, content)
        with torch.no_grad():
            # By content: batch norm counts no version when it writes its statistics.
            for tensor, copy in self._copies.values():
                if not _same(tensor, copy):
                    tensor.data.copy_(copy)
        for tensor, requires_grad, grad in self._flags:
            if tensor.is_leaf:
                if tensor.requires_grad is not requires_grad:
                    tensor.requires_grad_(requires_grad)
                if tensor.grad is not grad:
                    tensor.grad = grad


def _same(tensor: torch.Tensor, copy: torch.Tensor) -> bool:
    return tensor.shape == copy.shape and bool(torch.isclose(tensor, copy, 0, 0, equal_nan=True).all())


def _containers(module: torch.nn.Module) -> list[tuple[Any, Any]]:
    # Of the empty ones, as most dicts of hooks are, it is enough to know them.
    return [
        (v, v.copy() if v else None)
        for v in vars(module).values()
        if isinstance(v, _CONTAINERS) and hasattr(v, "copy")
    ]


def _refill(holder: Any, content: Any) -> None:
    if content is None:
        if holder:
            holder.clear()
    elif isinstance(holder, list):
        if len(holder) != len(content) or any(a is not b for a, b in zip(holder, content, strict=True)):
            holder[:] = content
    elif isinstance(holder, dict):
        if list(holder) != list(content) or any(holder[k] is not v for k, v in content.items()):
            holder.clear()
            holder.update(content)
    elif holder != content:
        holder.clear()
        holder.update(content)


class _Ambient:
    """What is global in the process: random generators, default dtype, warning filters.

    Traces in several threads share it: the first saves, the last puts back.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.count = 0
        self.undo: list[Callable[[], object]] = []

    def enter(self) -> None:
        with self.lock:
            if self.count == 0:
                self._save()
            self.count += 1
            torch.default_generator.manual_seed(0)
            random.seed(0)
            if "numpy.random" in sys.modules:
                sys.modules["numpy.random"].seed(0)

    def leave(self) -> None:
        with self.lock:
            self.count -= 1
            while self.count == 0 and self.undo:
                self.undo.pop()()

    def _save(self) -> None:
        torch_state, python_state = torch.get_rng_state(), random.getstate()
        dtype = torch.get_default_dtype()
        quiet = warnings.catch_warnings()
        quiet.__enter__()
        warnings.simplefilter("ignore")
        self.undo = [
            lambda: quiet.__exit__(None, None, None),
            lambda: torch.set_default_dtype(dtype),
            lambda: torch.set_rng_state(torch_state),
            lambda: random.setstate(python_state),
        ]
        numpy_random = sys.modules.get("numpy.random")
        if numpy_random is not None:
            numpy_state = numpy_random.get_state()
            self.undo.append(lambda: numpy_random.set_state(numpy_state))


_ambient = _Ambient()


@contextlib.contextmanager
def fixed_randomness() -> Iterator[None]:
    """Random numbers from fixed seeds and no warnings; generators, dtype and filters stay as before."""
    _ambient.enter()
    try:
        yield
    finally:
        _ambient.leave()
