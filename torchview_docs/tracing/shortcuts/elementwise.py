"""Elementwise operations: one number after the other."""

from __future__ import annotations

from typing import Any

import torch

from torchview_docs.tracing.shortcuts.plain import NUMBERS, TYPES, broadcast, made, plain

__all__ = ["activation", "binary", "gelu", "masked_fill", "power", "unary"]


def unary(input: Any) -> torch.Tensor | None:
    """Of one tensor, such as `relu`."""
    return made(input.shape, input) if plain(input) else None


def gelu(input: Any, *, approximate: Any = "none") -> torch.Tensor | None:
    """`gelu`, exact or approximate."""
    return unary(input) if approximate in ("none", "tanh") else None


def activation(input: Any, inplace: Any = False) -> torch.Tensor | None:
    """An activation that may work in place, and then is left to torch."""
    return None if inplace else unary(input)


def power(input: Any, exponent: Any) -> torch.Tensor | None:
    """A tensor to the power of a number."""
    return unary(input) if type(exponent) in NUMBERS else None


def binary(input: Any, other: Any) -> torch.Tensor | None:
    """Sum, difference, product and quotient, of two tensors that broadcast or of one and a number."""
    if not plain(input):
        return None
    if type(other) in NUMBERS:
        return made(input.shape, input)
    if not plain(other) or input.dtype is not other.dtype:
        return None
    shape = broadcast(input.shape, other.shape)
    return None if shape is None else made(shape, input)


def masked_fill(input: Any, mask: Any, value: Any) -> torch.Tensor | None:
    """A number where a mask that broadcasts to the tensor is true."""
    if not plain(input) or type(value) not in NUMBERS or type(mask) not in TYPES:
        return None
    fits = mask.is_meta and mask.dtype is torch.bool and mask.is_contiguous()
    if not fits or broadcast(input.shape, mask.shape) != input.shape:
        return None
    return made(input.shape, input)
