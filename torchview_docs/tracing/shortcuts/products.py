"""Products: linear layers, convolutions, attention."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from torchview_docs.tracing.shortcuts.plain import TYPES, broadcast, made, optional, plain

__all__ = ["addmm", "attention", "conv", "linear"]


def linear(input: Any, weight: Any, bias: Any = None) -> torch.Tensor | None:
    """Of (…, in) with weight (out, in): (…, out)."""
    if not plain(input) or not plain(weight) or input.dtype is not weight.dtype:
        return None
    if weight.ndim != 2 or not input.ndim or input.shape[-1] != weight.shape[1]:
        return None
    if not optional(bias, (weight.shape[0],), input):
        return None
    return made((*input.shape[:-1], weight.shape[0]), input)


def addmm(input: Any, mat1: Any, mat2: Any) -> torch.Tensor | None:
    """(m, k) by (k, n), plus a row (n)."""
    if not (plain(mat1) and plain(mat2)) or mat1.dtype is not mat2.dtype:
        return None
    if mat1.ndim != 2 or mat2.ndim != 2 or mat1.shape[1] != mat2.shape[0]:
        return None
    if input is None or not optional(input, (mat2.shape[1],), mat1):
        return None
    return made((mat1.shape[0], mat2.shape[1]), mat1)


def conv(spatial: int) -> Callable[..., torch.Tensor | None]:
    """A convolution over (N, C, …) with as many `spatial` dimensions."""

    def conv(
        input: Any,
        weight: Any,
        bias: Any = None,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: Any = 1,
    ) -> torch.Tensor | None:
        if not plain(input) or not plain(weight) or input.dtype is not weight.dtype:
            return None
        if input.ndim != spatial + 2 or weight.ndim != spatial + 2 or type(groups) is not int or groups < 1:
            return None
        if input.shape[1] != weight.shape[1] * groups or weight.shape[0] % groups or 0 in weight.shape:
            return None
        if not optional(bias, (weight.shape[0],), input):
            return None
        steps, pads, spreads = (_each(number, spatial) for number in (stride, padding, dilation))
        if steps is None or pads is None or spreads is None:
            return None
        sizes = []
        for size, kernel, step, pad, spread in zip(
            input.shape[2:], weight.shape[2:], steps, pads, spreads, strict=True
        ):
            if step < 1 or pad < 0 or spread < 1:
                return None
            free = size + 2 * pad - spread * (kernel - 1) - 1
            if free < 0:
                return None
            sizes.append(free // step + 1)
        return made((input.shape[0], weight.shape[0], *sizes), input)

    return conv


def _each(number: Any, count: int) -> list[int] | None:
    """One integer for each dimension."""
    if type(number) is int:
        return [number] * count
    if isinstance(number, tuple | list) and len(number) == count and all(type(n) is int for n in number):
        return list(number)
    return None


def attention(
    query: Any,
    key: Any,
    value: Any,
    attn_mask: Any = None,
    dropout_p: Any = 0.0,
    is_causal: Any = False,
    *,
    scale: Any = None,
    enable_gqa: Any = False,
) -> torch.Tensor | None:
    """Of query (…, heads, L, E), key (…, heads, S, E) and value (…, heads, S, Ev): (…, heads, L, Ev)."""
    for t in (query, key, value):
        if type(t) not in TYPES or not t.is_meta or t.layout is not torch.strided or t.is_nested:
            return None
        if t.ndim != 4 or t.dtype is not query.dtype:
            return None
    if not query.dtype.is_floating_point or dropout_p or (scale is not None and type(scale) is not float):
        return None
    if not (query.shape[3] == key.shape[3] and key.shape[:3] == value.shape[:3]) or 0 in query.shape:
        return None
    heads, groups = query.shape[1], key.shape[1]
    if query.shape[0] != key.shape[0] or not (
        heads == groups or (enable_gqa is True and groups and not heads % groups)
    ):
        return None
    if attn_mask is not None:
        if is_causal or type(attn_mask) not in TYPES or not attn_mask.is_meta:
            return None
        if attn_mask.dtype not in (torch.bool, query.dtype):
            return None
        scores = (*query.shape[:3], key.shape[2])
        if broadcast(scores, attn_mask.shape) != scores:
            return None
    return made((*query.shape[:3], value.shape[3]), query)
