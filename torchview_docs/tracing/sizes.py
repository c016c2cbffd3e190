"""Sizes: the real tensors that operations make are kept while they are small, and go on as meta else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from torchview_docs.tracing.factories import on_cpu, size_of
from torchview_docs.tracing.fallbacks import meta_like
from torchview_docs.tracing.internals import storage_address

__all__ = ["SMALL", "made_small", "shrunk"]

#: Real tensors are kept up to this many elements.
SMALL = 1 << 18


def made_small(function: Any, args: Any, kwargs: Any) -> Any:
    """What a factory makes, on meta if that is large."""
    if size_of(function, args, kwargs) > SMALL:
        return function(*args, **{**kwargs, "device": "meta"})
    return function(*args, **on_cpu(kwargs))


def shrunk(result: Any, used: Sequence[torch.Tensor]) -> Any:
    """A result of real tensors, but meta where it is new and large."""
    if isinstance(result, torch.Tensor):
        if (
            result.numel() <= SMALL
            or result.layout is not torch.strided
            or any(result is t for t in used)
            or _shares(result, used)
        ):
            return result
        return meta_like(result)
    if type(result) is tuple:
        return tuple(shrunk(part, used) if isinstance(part, torch.Tensor) else part for part in result)
    return result


def _shares(result: torch.Tensor, used: Sequence[torch.Tensor]) -> bool:
    storage = storage_address(result)
    return any(t.layout is torch.strided and not t.is_nested and storage_address(t) == storage for t in used)
