"""Mixing: products of tensors of several dtypes, which no device computes.

Torch's meta kernels tell a shape for them all the same, and a model that does not run would be drawn.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch.nn import functional as F  # noqa: N812

from torchview_docs.tracing.containers import tensors
from torchview_docs.tracing.functions import short_name

__all__ = ["one_dtype", "refuse_mixed"]

_Tensor = torch.Tensor
_NAMES = ("mm", "matmul", "mv", "addmm", "addmv")
#: Functions whose tensors are all of one dtype.
_PRODUCTS = frozenset({
    *(getattr(owner, name) for owner in (torch, _Tensor) for name in _NAMES),
    *(getattr(_Tensor, name) for name in ("__matmul__", "__rmatmul__", "addmm_", "addmv_")),
    *(getattr(torch, f"conv_transpose{n}d") for n in (1, 2, 3)),
    F.linear,
})  # fmt: skip
#: Of others, those among the first arguments: masks come later.
_FIRST = {F.multi_head_attention_forward: 6}
#: Tensors of other classes know best what can be computed of them.
_USUAL = frozenset({torch.Tensor, torch.nn.Parameter})


def refuse_mixed(function: Any, args: tuple[Any, ...], used: list[torch.Tensor]) -> None:
    """Let an operation fail as it does where it is computed.

    Args:
        function: What is called.
        args: With what.
        used: The tensors in all its arguments.

    Raises:
        RuntimeError: Its tensors are of several dtypes.
    """
    if function in _PRODUCTS:
        one_dtype(function, used)
    elif function in _FIRST:
        one_dtype(function, tensors(args[: _FIRST[function]], None))


def one_dtype(function: Any, operands: Iterable[torch.Tensor]) -> None:
    """Check that tensors are of one dtype.

    Raises:
        RuntimeError: They are not.
    """
    dtypes = dict.fromkeys([t.dtype for t in operands if type(t) in _USUAL])
    if len(dtypes) > 1:
        names = " and ".join(str(dtype).removeprefix("torch.") for dtype in dtypes)
        raise RuntimeError(f"{short_name(function)} of tensors of {names}: they must have the same dtype")
