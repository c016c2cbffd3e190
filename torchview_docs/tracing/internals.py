"""Internals: all that the tracer uses of torch that is not public, in one place.

Each was tried on torch 2.13 and has been there since 2.5 or earlier.
"""

# ruff: noqa: SLF001
from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch.multiprocessing.reductions import StorageWeakRef

__all__ = [
    "HigherOrderOperator",
    "OpOverload",
    "OpOverloadPacket",
    "any_autocast",
    "buffers",
    "default_device",
    "is_lazy",
    "is_shapeless",
    "is_wrapped",
    "nested_sizes",
    "no_torch_function",
    "parameters",
    "storage_address",
    "submodules",
    "version",
    "weak_storage",
]

_C: Any = torch._C
_UNINITIALIZED = (torch.nn.UninitializedParameter, torch.nn.UninitializedBuffer)
_USUAL = frozenset({torch.Tensor, torch.nn.Parameter})

OpOverload = torch._ops.OpOverload
OpOverloadPacket = torch._ops.OpOverloadPacket
HigherOrderOperator = torch._ops.HigherOrderOperator

#: Address of a tensor's storage, equal for base, views and `detach()`; raises where there is none.
storage_address = _C._storage_id
#: Whether autocast is on for any device.
any_autocast = _C._is_any_autocast_enabled
#: A context in which no function mode and no tensor subclass sees a call.
no_torch_function = _C.DisableTorchFunction


def default_device() -> torch.device | None:
    """What `torch.set_default_device` was last given in this thread."""
    context: Any = getattr(torch._GLOBAL_DEVICE_CONTEXT, "device_context", None)
    return None if context is None else context.device


#: Whether a tensor is functorch's, around another one.
is_wrapped = _C._functorch.is_functorch_wrapped_tensor


def is_lazy(types: Iterable[type]) -> bool:
    """Whether one of these classes is of parameters without shape, which take part in nothing."""
    return any(issubclass(cls, _UNINITIALIZED) for cls in types)


def is_shapeless(t: torch.Tensor) -> bool:
    """Whether it is a parameter or buffer without shape, as a lazy module has before its first call."""
    return type(t) not in _USUAL and torch.nn.parameter.is_lazy(t)


def version(t: torch.Tensor) -> int:
    """How often a tensor's storage was written to; 0 for tensors made in inference mode."""
    try:
        return t._version
    except RuntimeError:  # made in inference mode
        return 0


def parameters(module: torch.nn.Module) -> dict[str, torch.nn.Parameter | None]:
    """A module's own parameters."""
    return module._parameters


def buffers(module: torch.nn.Module) -> dict[str, torch.Tensor | None]:
    """A module's own buffers."""
    return module._buffers


def submodules(module: torch.nn.Module) -> dict[str, torch.nn.Module | None]:
    """A module's own submodules."""
    return module._modules


def nested_sizes(t: torch.Tensor) -> torch.Tensor:
    """Sizes of the parts of a nested tensor, one row each."""
    return t._nested_tensor_size()


def weak_storage(t: torch.Tensor) -> object:
    """Keeps the address of a tensor's storage from being used again, but not its memory."""
    make: Any = StorageWeakRef
    return make(t.untyped_storage())
