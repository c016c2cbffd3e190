"""The plain case: contiguous meta tensors of floating-point numbers, and shapes that broadcast."""

from __future__ import annotations

from typing import Any

import torch

__all__ = ["NUMBERS", "TYPES", "broadcast", "made", "optional", "plain"]

#: Of tensors whose operations are torch's.
TYPES = frozenset({torch.Tensor, torch.nn.Parameter})
NUMBERS = frozenset({int, float})


def plain(t: Any) -> bool:
    """Whether it is a contiguous meta tensor of some floating-point numbers."""
    return (
        type(t) in TYPES
        and t.is_meta
        and t.dtype.is_floating_point
        and t.layout is torch.strided
        and not t.is_nested
        and t.is_contiguous()
        and t.numel() > 0  # torch is of two minds about the strides of nothing
    )


def made(shape: Any, like: torch.Tensor) -> torch.Tensor:
    """A new tensor of this shape and of the dtype of another."""
    return torch.empty(shape, dtype=like.dtype, device="meta")


def optional(t: Any, shape: tuple[int, ...], like: torch.Tensor) -> bool:
    """Whether it is None, or a tensor of this shape and of the dtype of another."""
    return t is None or (plain(t) and t.dtype is like.dtype and tuple(t.shape) == shape)


def broadcast(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...] | None:
    """The shape that both have when broadcast; None where they do not fit."""
    if one == other:
        return one
    longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
    start = len(longer) - len(shorter)
    sizes = list(longer[:start])
    for a, b in zip(longer[start:], shorter, strict=True):
        if a != b and 1 not in (a, b):
            return None
        sizes.append(b if a == 1 else a)
    return tuple(sizes)
