"""Devices that a model asks for and this machine does not have: the CPU takes their place."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from torchview_docs.tracing.functions import Kind, kind_of, short_name

__all__ = ["OnlyHere", "run_here"]

_PLACING = frozenset({Kind.MOVE, Kind.FACTORY, Kind.LIKE, Kind.NEW})


@lru_cache(maxsize=64)
def _missing(device: torch.device | str) -> bool:
    try:
        kind = torch.device(device).type
    except RuntimeError:  # a text that names no device
        return False
    if kind in ("cpu", "meta"):
        return False
    backend = getattr(torch, kind, None)
    return backend is None or not backend.is_available()


def run_here(function: Callable[..., Any], kind: Kind, args: Any, kwargs: Any) -> Any:
    """Run an operation on the CPU where it asks for a device that is not there."""
    if kind not in _PLACING:
        return function(*args, **kwargs)
    name = short_name(function)
    if name in ("cuda", "xpu", "mps", "pin_memory") and _missing("cuda" if name == "pin_memory" else name):
        return args[0]
    return function(*map(_here, args), **{word: _here(value) for word, value in kwargs.items()})


def _here(arg: Any) -> Any:
    if isinstance(arg, torch.device | str) and _missing(arg):
        return "cpu"
    return arg


class OnlyHere(TorchFunctionMode):
    """Within, tensors are made on devices that are there."""

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return run_here(function, kind_of(function), args, kwargs or {})
