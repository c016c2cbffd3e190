"""Indexing of tensors without data: by what is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import torch

from torchview_docs.tracing.fallbacks import NeedsDataError

__all__ = ["fills", "plain_index"]

#: Whether the data of a tensor is not known.
Unreal: TypeAlias = Callable[[torch.Tensor], bool]


def fills(args: Any, unreal: Unreal) -> bool:
    """Whether `x[mask] = value` writes the same to each place, so that which they are shapes nothing."""
    if len(args) < 3:
        return False
    target, index, value = args
    if not isinstance(index, torch.Tensor) or index.dtype is not torch.bool or not unreal(index):
        return False
    return not isinstance(value, torch.Tensor) or value.ndim <= target.ndim - index.ndim


def plain_index(index: Any, unreal: Unreal) -> Any:
    """An index of real masks as the positions where they are true, and of real numbers as numbers.

    Raises:
        NeedsDataError: A mask is not known.
    """
    parts = index if isinstance(index, tuple) else (index,)
    plain: list[Any] = []
    for part in parts:
        if isinstance(part, torch.Tensor) and part.dtype in (torch.bool, torch.uint8):
            if unreal(part):
                raise NeedsDataError("index by a mask")
            plain += part.nonzero(as_tuple=True) if part.ndim else [bool(part)]
        elif isinstance(part, slice):
            plain.append(slice(*(_number(p, unreal) for p in (part.start, part.stop, part.step))))
        else:
            plain.append(_number(part, unreal))
    return tuple(plain) if isinstance(index, tuple) or len(plain) > 1 else plain[0]


def _number(part: Any, unreal: Unreal) -> Any:
    if isinstance(part, torch.Tensor) and part.ndim == 0 and not unreal(part):
        return part.item()
    return part
