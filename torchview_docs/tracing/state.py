"""State: what a trace may change in a model, saved and put back."""

from __future__ import annotations

from collections import OrderedDict
from operator import is_
from typing import Any

import torch

from torchview_docs.tracing.attributes import REGISTERED, Attributes
from torchview_docs.tracing.containers import walk
from torchview_docs.tracing.internals import buffers, is_shapeless, is_wrapped, parameters, storage_address
from torchview_docs.tracing.modules import Modules

__all__ = ["Saved"]

#: Buffers up to this many elements are copied before the run; others when something writes to them.
_COPIED_AT_ONCE = 1 << 16
# A tuple: isinstance takes three times as long with a union.
_CONTAINERS = (list, dict, set)
_REGISTRIES = frozenset({dict, OrderedDict})
#: How deep the containers in attributes are saved.
_DEEPEST = 3


class Saved:
    """The state of a model's modules; `restore` puts it back exactly.

    Attributes of modules are saved, and the content of lists, dicts and sets in them, so that a model
    that stashes a tensor, grows a list or counts its calls is as before. Tensors are copied when they
    are small buffers, or by `guard`, which a recorder calls before it lets anything write.
    """

    def __init__(self, modules: Modules) -> None:
        #: Modules that `fully_shard` has been given; asked for by name, since its import is slow.
        self._sharded: list[Any] = [
            m for m in modules.all if type(m).__name__.startswith("FSDP") and hasattr(m, "reshard")
        ]
        for sharded in self._sharded:
            sharded.unshard()  # to gather its parameters is none of the model's business
        # A scripted module keeps its mode out of its attributes.
        self._scripted = [(m, m.training) for m in modules.all if isinstance(m, torch.jit.ScriptModule)]
        #: Of each module: its attributes.
        self._attributes = [*map(Attributes, modules.all)] if self._sharded else modules.attributes
        #: Containers that were empty, and others with their content.
        self._empty: list[Any] = []
        self._containers: list[tuple[Any, Any]] = []
        #: What is watched: parameters, buffers, their gradients, and tensors that torch does not register.
        self._tensors: dict[int, torch.Tensor] = {}
        #: Of tensors that may be written: each, its memory and shape as they were, and a copy of that.
        self._copies: dict[int, tuple[torch.Tensor, torch.Tensor, torch.Tensor]] = {}
        self._flags: list[tuple[torch.Tensor, bool, Any]] = []
        for own in self._attributes:
            self._empty += own.empty
            for parameter in parameters(own.module).values():
                self._flag(parameter)
            for buffer in buffers(own.module).values():
                self._flag(buffer)
                if buffer is None or is_shapeless(buffer) or buffer.is_meta:
                    continue
                if buffer.numel() <= _COPIED_AT_ONCE:
                    self._copy(buffer)
            self._survey(own)
        self._storages: dict[int, list[torch.Tensor]] = {}
        for tensor in self._tensors.values():
            if not tensor.is_meta:
                self.add(tensor)

    def _flag(self, tensor: torch.Tensor | None) -> None:
        """Watch over a registered tensor, its gradient, and whether it has one."""
        if tensor is None or id(tensor) in self._tensors or is_shapeless(tensor):
            return
        self._tensors[id(tensor)] = tensor
        grad = tensor.grad if tensor.is_leaf else None
        self._flags.append((tensor, tensor.requires_grad, grad))
        if grad is not None:
            self._tensors[id(grad)] = grad

    def _survey(self, own: Attributes) -> None:
        """Keep the content of containers, and watch over the tensors that torch does not register."""
        for name, value in own.rest:
            if name in REGISTERED and type(value) in _REGISTRIES:
                self._containers.append((value, value.copy()))
                continue
            _contained(value, self._containers, 0)
            if type(value) in (list, tuple, dict):
                found = [tensor for _, tensor in walk(value)]
            else:
                found = [value] if isinstance(value, torch.Tensor) else []
            for tensor in found:
                self._tensors.setdefault(id(tensor), tensor)
        _contained(own.module, self._containers, 0)  # it may be a dict as well

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
        for own in self._attributes:
            current = vars(own.module)
            current.update(own.values)
            if len(current) > len(own.values):
                for name in [name for name in current if name not in own.values]:
                    del current[name]
        for holder in filter(None, self._empty):
            holder.clear()
        for holder, content in self._containers:
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


def _contained(value: Any, found: list[tuple[Any, Any]], depth: int) -> None:
    if not isinstance(value, _CONTAINERS) or not hasattr(value, "copy"):
        return
    content = value.copy()
    found.append((value, content))
    if depth < _DEEPEST and type(value) in (list, dict):
        for part in content.values() if isinstance(content, dict) else content:
            _contained(part, found, depth + 1)


def _refill(holder: Any, content: Any) -> None:
    if isinstance(holder, list):
        if len(holder) != len(content) or not all(map(is_, holder, content)):
            holder[:] = content
    elif isinstance(holder, dict):
        # By identity, keys as well: what they are equal to is their own business.
        same = len(holder) == len(content) and all(map(is_, holder, content))
        if not same or not all(map(is_, holder.values(), content.values())):
            holder.clear()
            holder.update(content)
    elif holder != content:
        holder.clear()
        holder.update(content)
