"""State: what a trace may change in a model and in the process, saved and put back."""

from __future__ import annotations

import contextlib
import random
import sys
import threading
import types
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch

from torchview_docs.tracing.containers import walk
from torchview_docs.tracing.internals import (
    buffers,
    default_device,
    is_wrapped,
    parameters,
    storage_address,
)

__all__ = ["Saved", "fixed_randomness"]

#: Buffers up to this many elements are copied before the run; others when something writes to them.
_COPIED_AT_ONCE = 1 << 16
# A tuple: isinstance takes three times as long with a union.
_CONTAINERS = (list, dict, set)
_ATOMS = frozenset({bool, int, float, str, type(None), types.FunctionType})
#: How deep the containers in attributes are saved.
_DEEPEST = 3
_TORCHS_OWN = frozenset({"_parameters", "_buffers", "_modules"})


class Saved:
    """The state of a model's modules; `restore` puts it back exactly.

    Attributes of modules are saved, and the content of lists, dicts and sets in them, so that a model
    that stashes a tensor, grows a list or counts its calls is as before. Tensors are copied when they
    are small buffers, or by `guard`, which a recorder calls before it lets anything write.
    """

    def __init__(self, modules: Sequence[torch.nn.Module]) -> None:
        #: Of each module: its attributes, and the containers among them with their content.
        self._modules: list[tuple[torch.nn.Module, dict[str, Any], list[tuple[Any, Any]]]] = []
        #: Modules that `fully_shard` has been given; asked for by name, since its import is slow.
        self._sharded: list[Any] = [
            m for m in modules if type(m).__name__.startswith("FSDP") and hasattr(m, "reshard")
        ]
        for sharded in self._sharded:
            sharded.unshard()  # to gather its parameters is none of the model's business
        # A scripted module keeps its mode out of its attributes.
        self._scripted = [(m, m.training) for m in modules if isinstance(m, torch.jit.ScriptModule)]
        self._tensors: dict[int, torch.Tensor] = {}
        #: Of tensors that may be written: each, its memory and shape as they were, and a copy of that.
        self._copies: dict[int, tuple[torch.Tensor, torch.Tensor, torch.Tensor]] = {}
        self._flags: list[tuple[torch.Tensor, bool, Any]] = []
        for module in modules:
            attributes = dict(vars(module))
            containers, plain = _surveyed(attributes)
            self._modules.append((module, attributes, containers))
            for tensor in (*parameters(module).values(), *buffers(module).values()):
                if tensor is None or id(tensor) in self._tensors or torch.nn.parameter.is_lazy(tensor):
                    continue
                self._tensors[id(tensor)] = tensor
                grad = tensor.grad if tensor.is_leaf else None
                self._flags.append((tensor, tensor.requires_grad, grad))
                if grad is not None:
                    self._tensors[id(grad)] = grad
            for tensor in plain:
                self._tensors.setdefault(id(tensor), tensor)
            for tensor in buffers(module).values():
                if tensor is None or torch.nn.parameter.is_lazy(tensor):
                    continue
                if not tensor.is_meta and tensor.numel() <= _COPIED_AT_ONCE:
                    self._copy(tensor)
        self._storages: dict[int, list[torch.Tensor]] = {}
        for tensor in self._tensors.values():
            self.add(tensor)

    def add(self, tensor: torch.Tensor) -> None:
        """Watch over a tensor."""
        self._tensors[id(tensor)] = tensor
        if tensor.layout is torch.strided and not tensor.is_meta and not tensor.is_nested:
            self._storages.setdefault(storage_address(tensor), []).append(tensor)

    def guard(self, tensor: torch.Tensor, *, seen: bool) -> None:
        """Something is about to write to this tensor; one that was not seen before is not the run's own."""
        if is_wrapped(tensor) or tensor.layout is not torch.strided or tensor.is_meta or tensor.is_nested:
            return
        if not seen and storage_address(tensor) not in self._storages:
            self.add(tensor)
        for watched in self._storages.get(storage_address(tensor), ()):
            if id(watched) not in self._copies:
                self._copy(watched)

    def _copy(self, tensor: torch.Tensor) -> None:
        if tensor.layout is torch.strided:
            self._copies[id(tensor)] = (tensor, tensor.detach(), tensor.detach().clone())

    def restore(self) -> None:
        """Put everything back."""
        for sharded in self._sharded:
            sharded.reshard()  # else it takes its parameters for the whole ones that it had gathered
        for module, attributes, containers in self._modules:
            current = vars(module)
            current.update(attributes)
            if len(current) > len(attributes):
                for name in [name for name in current if name not in attributes]:
                    del current[name]
            for holder, content in containers:
                _refill(holder, content)
        for scripted, training in self._scripted:
            scripted.training = training
        self._restore_tensors()

    def _restore_tensors(self) -> None:
        with torch.no_grad():
            # By content: batch norm counts no version when it writes its statistics.
            for tensor, before, copy in self._copies.values():
                if tensor.numel() and not tensor.untyped_storage().nbytes():
                    continue  # its owner, such as FSDP, has taken its memory away
                if tensor.shape != before.shape or storage_address(tensor) != storage_address(before):
                    tensor.data = before
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


def _surveyed(attributes: Mapping[str, Any]) -> tuple[list[tuple[Any, Any]], list[torch.Tensor]]:
    """The containers among attributes with their content, and the tensors that torch does not register."""
    containers: list[tuple[Any, Any]] = []
    plain: list[torch.Tensor] = []
    for name, value in attributes.items():
        if type(value) in _ATOMS:
            continue
        if isinstance(value, _CONTAINERS) and not value:  # as most dicts of hooks are
            containers.append((value, None))
            continue
        _contained(value, containers, 0)
        if isinstance(value, torch.Tensor):
            plain.append(value)
        elif type(value) in (list, tuple, dict) and name not in _TORCHS_OWN:
            plain += [tensor for _, tensor in walk(value)]
    return containers, plain


def _contained(value: Any, found: list[tuple[Any, Any]], depth: int) -> None:
    if not isinstance(value, _CONTAINERS) or not hasattr(value, "copy"):
        return
    if not value:  # as most dicts of hooks are: it is enough to know them
        found.append((value, None))
    else:
        content = value.copy()
        found.append((value, content))
        if depth < _DEEPEST and type(value) in (list, dict):
            for part in content.values() if isinstance(content, dict) else content:
                _contained(part, found, depth + 1)


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
        deterministic = _deterministic()
        quiet = warnings.catch_warnings()
        quiet.__enter__()
        warnings.simplefilter("ignore")
        self.undo = [
            lambda: quiet.__exit__(None, None, None),
            lambda: torch.set_default_dtype(dtype),
            lambda: _set_deterministic(*deterministic),
            lambda: torch.set_rng_state(torch_state),
            lambda: random.setstate(python_state),
        ]
        numpy_random = sys.modules.get("numpy.random")
        if numpy_random is not None:
            numpy_state = numpy_random.get_state()
            self.undo.append(lambda: numpy_random.set_state(numpy_state))


def _deterministic() -> tuple[bool, bool]:
    """Whether only deterministic algorithms may run, and whether others only warn."""
    return (
        torch.are_deterministic_algorithms_enabled(),
        torch.is_deterministic_algorithms_warn_only_enabled(),
    )


def _set_deterministic(strict: bool, only_warn: bool) -> None:
    if (strict, only_warn) != _deterministic():  # to set it imports the compiler, which takes a second
        torch.use_deterministic_algorithms(strict, warn_only=only_warn)


_ambient = _Ambient()


@contextlib.contextmanager
def fixed_randomness() -> Iterator[None]:
    """Random numbers from fixed seeds and no warnings; generators, defaults and filters stay as before."""
    grad, device = torch.is_grad_enabled(), default_device()
    _ambient.enter()
    try:
        yield
    finally:
        _ambient.leave()
        torch.set_grad_enabled(grad)
        if default_device() != device:
            torch.set_default_device(device)
