"""Moves: what `to`, `type` and their like are asked for, but for the device."""

from __future__ import annotations

from typing import Any

import torch

__all__ = ["wanted_dtype"]

_DEVICES = ("device", "dtype", "other", "non_blocking")


def wanted_dtype(args: Any, kwargs: Any) -> tuple[torch.dtype | None, dict[str, Any]]:
    """The dtype that a move asks for, None where it leaves it, and its arguments besides (`copy`)."""
    dtype = None
    others = {k: v for k, v in kwargs.items() if k not in _DEVICES}
    for value in (*args[1:], *(kwargs.get(k) for k in ("dtype", "other"))):
        if isinstance(value, torch.dtype):
            dtype = value
        elif isinstance(value, torch.Tensor):
            dtype = value.dtype
        elif isinstance(value, str) and value.startswith("torch.") and value.endswith("Tensor"):
            dtype = torch.empty(0).type(value.replace("cuda.", "")).dtype
    return dtype, others
