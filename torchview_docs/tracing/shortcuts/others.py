"""Norms, and what else rearranges or reduces."""

from __future__ import annotations

from typing import Any

import torch

from torchview_docs.tracing.shortcuts.plain import TYPES, made, optional, plain

__all__ = ["batch_norm", "cat", "embedding", "layer_norm", "mean", "roll", "softmax", "softmax_method"]


def layer_norm(
    input: Any, normalized_shape: Any, weight: Any = None, bias: Any = None, eps: Any = 1e-5
) -> torch.Tensor | None:
    """Over the last dimensions."""
    if not plain(input) or not isinstance(normalized_shape, tuple | list) or type(eps) is not float:
        return None
    shape = tuple(normalized_shape)
    if not shape or tuple(input.shape[-len(shape) :]) != shape:
        return None
    fits = optional(weight, shape, input) and optional(bias, shape, input)
    return made(input.shape, input) if fits else None


def batch_norm(
    input: Any,
    running_mean: Any,
    running_var: Any,
    weight: Any = None,
    bias: Any = None,
    training: Any = False,
    momentum: Any = 0.1,
    eps: Any = 1e-5,
) -> torch.Tensor | None:
    """In eval mode: of (N, C, …) with (C) statistics."""
    if training is not False or not plain(input) or input.ndim < 2:
        return None
    if type(momentum) is not float or type(eps) is not float or running_mean is None or running_var is None:
        return None
    shape = (input.shape[1],)
    fits = all(optional(t, shape, input) for t in (running_mean, running_var, weight, bias))
    return made(input.shape, input) if fits else None


def softmax(input: Any, dim: Any = None, _stacklevel: Any = 3, dtype: Any = None) -> torch.Tensor | None:
    """`torch.nn.functional.softmax` over one dimension."""
    if dtype is not None or type(dim) is not int or not plain(input) or not -input.ndim <= dim < input.ndim:
        return None
    return made(input.shape, input)


def softmax_method(input: Any, dim: Any) -> torch.Tensor | None:
    """`softmax` as torch and tensors have it."""
    return softmax(input, dim)


def mean(input: Any, dim: Any, keepdim: Any = False) -> torch.Tensor | None:
    """Over dimensions that are named."""
    if not plain(input) or type(keepdim) is not bool or not input.ndim:
        return None
    dims = [dim] if type(dim) is int else dim
    if not isinstance(dims, tuple | list) or not dims or not all(type(d) is int for d in dims):
        return None
    if not all(-input.ndim <= d < input.ndim for d in dims):
        return None
    gone = {d % input.ndim for d in dims}
    if len(gone) < len(dims):
        return None
    sizes = [1 if d in gone else size for d, size in enumerate(input.shape) if keepdim or d not in gone]
    return made(sizes, input)


def cat(tensors: Any, dim: Any = 0) -> torch.Tensor | None:
    """Of tensors that are equal but for one size."""
    if not isinstance(tensors, tuple | list) or not tensors or not all(map(plain, tensors)):
        return None
    first = tensors[0]
    if type(dim) is not int or not -first.ndim <= dim < first.ndim:
        return None
    dim %= first.ndim
    sizes = list(first.shape)
    for t in tensors[1:]:
        if t.dtype is not first.dtype or t.ndim != first.ndim:
            return None
        if any(a != b for d, (a, b) in enumerate(zip(t.shape, first.shape, strict=True)) if d != dim):
            return None
        sizes[dim] += t.shape[dim]
    return made(sizes, first)


def roll(input: Any, shifts: Any, dims: Any) -> torch.Tensor | None:
    """Along dimensions that are named."""
    if not plain(input):
        return None
    dims, shifts = ([one] if type(one) is int else one for one in (dims, shifts))
    if not all(
        isinstance(one, tuple | list) and one and {*map(type, one)} == {int} for one in (dims, shifts)
    ):
        return None
    if len(dims) != len(shifts) or not all(-input.ndim <= d < input.ndim for d in dims):
        return None
    return made(input.shape, input)


def embedding(
    input: Any, weight: Any, padding_idx: Any = None, max_norm: Any = None, *_rest: Any, **_others: Any
) -> torch.Tensor | None:
    """Rows (D) of a weight (V, D) for indices of any shape."""
    if type(input) not in TYPES or not input.is_meta or input.dtype not in (torch.int64, torch.int32):
        return None
    if max_norm is not None or not plain(weight) or weight.ndim != 2:
        return None
    if padding_idx is not None and not (
        type(padding_idx) is int and -weight.shape[0] <= padding_idx < weight.shape[0]
    ):
        return None
    return made((*input.shape, weight.shape[1]), weight) if input.is_contiguous() else None
