"""Memo: what equal operations on meta tensors give, so that each is computed once.

Meta kernels are Python and take hundreds of microseconds; making an empty tensor of a known shape
takes one. Only operations qualify whose inputs are all plain meta tensors and whose outputs are
fresh, alias nothing and write nothing; the key says everything that shapes can depend on.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import torch

from torchview_docs.tracing.internals import any_autocast, storage_address

__all__ = ["Memo"]

_ATOMS = frozenset({int, float, bool, complex, str, type(None), torch.dtype, torch.device, torch.layout})


class _UnknownArgumentError(Exception):
    """An argument whose part in the result is not known."""


class Memo:
    """Results by operation and arguments; forgets everything when it holds `size`."""

    def __init__(self, size: int = 20_000) -> None:
        self._size = size
        self._results: dict[Hashable, Any] = {}

    def key(self, function: Any, args: Any, kwargs: Any) -> Hashable | None:
        """What the result depends on; None where that cannot be told."""
        if torch.is_grad_enabled() or any_autocast():
            return None
        try:
            return (function, torch.get_default_dtype(), _key(args), _key(kwargs) if kwargs else None)
        except _UnknownArgumentError:
            return None

    def recall(self, key: Hashable) -> Any:
        """A fresh copy of a remembered result; None where there is none."""
        made = self._results.get(key)
        if made is None:
            return None
        if type(made) is list:
            return tuple(
                part and torch.empty_strided(*part[:2], dtype=part[2], device="meta") for part in made
            )
        return torch.empty_strided(made[0], made[1], dtype=made[2], device="meta")

    def keep(self, key: Hashable, result: Any, used: list[torch.Tensor]) -> None:
        """Remember a result, if it is one that can be made again from its shape."""
        inputs = {storage_address(t) for t in used}
        if type(result) is torch.Tensor:
            made: Any = _recipe(result, inputs)
        elif type(result) is tuple and result and all(t is None or type(t) is torch.Tensor for t in result):
            made = [t if t is None else _recipe(t, inputs) for t in result]
            fresh = [storage_address(t) for t in result if t is not None]
            if len(set(fresh)) != len(fresh) or any(
                t is not None and m is None for t, m in zip(result, made, strict=True)
            ):
                return
        else:
            return
        if made is None:
            return
        if len(self._results) >= self._size:
            self._results.clear()
        self._results[key] = made


def _recipe(t: torch.Tensor, inputs: set[int]) -> tuple[Any, ...] | None:
    if not t.is_meta or t.layout is not torch.strided or storage_address(t) in inputs:
        return None
    return (tuple(t.shape), t.stride(), t.dtype)


def _key(arg: Any) -> Hashable:
    kind = type(arg)
    if kind in _ATOMS:
        return (kind, arg)
    if isinstance(arg, torch.Tensor):
        if kind is not torch.Tensor and kind is not torch.nn.Parameter:
            raise _UnknownArgumentError
        return (arg.shape, arg.stride(), arg.dtype)
    if kind in (tuple, list, torch.Size):
        return (kind, *map(_key, arg))
    if kind is dict:
        return tuple((name, _key(value)) for name, value in arg.items())
    raise _UnknownArgumentError
