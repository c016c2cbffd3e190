"""Shortcuts: what common operations give on the meta device, told from the shapes alone.

Torch's meta kernels are written in Python and take a tenth of a millisecond to two; these take
microseconds. Each says None, and leaves it to torch, unless the case is the plain one: contiguous
tensors of one floating-point dtype whose shapes fit. So the mistakes of a model are torch's to tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import torch
from torch.nn import functional as F  # noqa: N812

from torchview_docs.tracing.shortcuts import elementwise, others, products

__all__ = ["SHORTCUTS"]

Shortcut: TypeAlias = "Callable[..., torch.Tensor | None]"

_Tensor = torch.Tensor
_UNARY = ("relu", "tanh", "sigmoid", "exp", "rsqrt", "sqrt", "sin", "cos", "neg", "square")
_RULES: dict[Shortcut, tuple[Any, ...]] = {
    elementwise.unary: (
        _Tensor.__neg__,
        *(getattr(owner, name) for owner in (torch, _Tensor) for name in _UNARY),
    ),
    elementwise.gelu: (F.gelu,),
    elementwise.activation: (F.relu, F.silu),
    elementwise.power: (torch.pow, _Tensor.pow, _Tensor.__pow__),
    elementwise.binary: (
        *(getattr(owner, name) for owner in (torch, _Tensor) for name in ("add", "sub", "mul", "div")),
        *(getattr(_Tensor, f"__{name}__") for name in ("add", "radd", "sub", "mul", "rmul", "truediv")),
    ),
    elementwise.masked_fill: (torch.masked_fill, _Tensor.masked_fill),
    products.linear: (F.linear,),
    products.addmm: (torch.addmm,),
    products.conv(1): (torch.conv1d,),
    products.conv(2): (torch.conv2d,),
    products.conv(3): (torch.conv3d,),
    products.attention: (F.scaled_dot_product_attention,),
    others.layer_norm: (F.layer_norm,),
    others.batch_norm: (F.batch_norm,),
    others.softmax: (F.softmax,),
    others.softmax_method: (torch.softmax, _Tensor.softmax),
    others.mean: (torch.mean, _Tensor.mean),
    others.cat: (torch.cat, torch.concat),
    others.roll: (torch.roll, _Tensor.roll),
    others.embedding: (F.embedding,),
}


def _shortcuts() -> Iterator[tuple[Any, Shortcut]]:
    for rule, functions in _RULES.items():
        for function in functions:
            yield function, rule


#: By function, as torch hands it over. A shortcut gets the arguments, and raises TypeError for
#: those that it does not know, such as `out`.
SHORTCUTS: dict[Any, Shortcut] = dict(_shortcuts())
