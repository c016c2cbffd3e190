"""Fallbacks: what is done where an operation has no meta kernel that takes its arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from torchview_docs.tracing.factories import on_cpu

__all__ = [
    "NeedsDataError",
    "TooSlowError",
    "UnsuitedError",
    "in_bfloat16",
    "meta_like",
    "on_zeros",
    "replace",
]

#: Operations are tried on real zeros up to this many elements.
_RETRIED = 1 << 27


class UnsuitedError(BaseException):
    """The model cannot be traced on the meta device.

    Not an Exception: the model's own handlers must not catch it and take another way.
    """


class TooSlowError(UnsuitedError):
    """It takes longer than it may.

    Attributes:
        operation: Which was the next.
    """

    def __init__(self, seconds: float, operation: str) -> None:
        self.operation = operation
        super().__init__(f"it takes more than {seconds:g} s, and had come to `{operation}`")


class NeedsDataError(UnsuitedError):
    """The model asks for data that a meta tensor does not have."""

    def __init__(self, operation: str) -> None:
        self.operation = operation
        super().__init__(f"`{operation}` needs the data of a tensor whose data is not computed")


def on_zeros(
    function: Any,
    args: Any,
    kwargs: Any,
    error: BaseException,
    data: Callable[[torch.Tensor], torch.Tensor | None] = lambda _: None,
) -> Any:
    """Once more with real zeros: some kernels exist for real devices only, and say more.

    `data` gives a copy of what is known, such as the counts that `repeat_interleave` takes.
    """
    size = 0
    made: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}

    def zeros(t: torch.Tensor) -> torch.Tensor:
        nonlocal size
        if t.layout is not torch.strided and not t.is_meta:
            return t
        size += t.numel()
        if size > _RETRIED:
            raise error
        if id(t) not in made:
            known = data(t)
            made[id(t)] = (t, torch.zeros(t.shape, dtype=t.dtype) if known is None else known)
        return made[id(t)][1]

    result = function(*replace(args, zeros), **replace(on_cpu(kwargs), zeros))
    back = {id(real): t for t, real in made.values()}
    return replace(result, lambda t: back[id(t)] if id(t) in back else meta_like(t))


def in_bfloat16(function: Any, args: Any, kwargs: Any) -> Any:
    """Once more in the one dtype that some meta kernels take (grouped matmul), told in the real one."""
    dtypes: set[torch.dtype] = set()

    def small(t: torch.Tensor) -> torch.Tensor:
        if not t.is_floating_point():
            return t
        dtypes.add(t.dtype)
        return t.to(torch.bfloat16)

    result = function(*replace(args, small), **replace(kwargs, small))
    dtype = dtypes.pop()
    return replace(result, lambda t: t.to(dtype) if t.is_floating_point() else t)


def meta_like(t: torch.Tensor) -> torch.Tensor:
    """A meta tensor of the same shape, strides and dtype."""
    if t.is_meta:
        return t
    if t.layout is not torch.strided:
        raise NeedsDataError(f"a tensor of layout {t.layout}")
    made = torch.empty_strided(t.shape, t.stride(), dtype=t.dtype, device="meta")
    if type(t) is torch.Tensor or isinstance(t, torch.nn.Parameter):
        return made
    made = made.as_subclass(type(t))  # classes of images, masks and the like, with what they know
    made.__dict__.update(t.__dict__)
    return made


def replace(arg: Any, new: Any) -> Any:
    """The same argument or result with each tensor replaced by `new(tensor)`."""
    if isinstance(arg, torch.Tensor):
        return new(arg)
    kind = type(arg)
    if kind is tuple or kind is list:
        return kind([replace(part, new) for part in arg])
    if kind is dict:
        return {name: replace(part, new) for name, part in arg.items()}
    if kind is slice:
        return slice(replace(arg.start, new), replace(arg.stop, new), replace(arg.step, new))
    if isinstance(arg, tuple) and hasattr(arg, "n_sequence_fields"):  # torch.return_types
        return kind([replace(part, new) for part in arg])
    return arg
