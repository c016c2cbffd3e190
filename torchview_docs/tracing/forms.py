"""Form: shape, strides and dtype of a tensor, one object for all tensors that have them."""

from __future__ import annotations

from functools import lru_cache

import torch

from torchview_docs.graph import TensorMeta

__all__ = ["Form", "form"]


class Form:
    """Shape, strides (in elements; None for what has no strides) and dtype.

    Equal forms are one object as long as `form` remembers it, so a form's identity says more than
    its content has to be compared for: two tensors of one Form are alike, of two Forms mostly not.
    """

    __slots__ = ("dtype", "itemsize", "meta", "shape", "strides")

    def __init__(self, shape: tuple[int, ...], strides: tuple[int, ...] | None, dtype: torch.dtype) -> None:
        self.shape = shape
        self.strides = strides
        self.dtype = dtype
        self.itemsize = dtype.itemsize
        #: What a graph tells of it.
        self.meta = _meta(shape, str(dtype).removeprefix("torch."))

    def __repr__(self) -> str:
        return f"<{self.meta.dtype}{list(self.shape)} {self.strides}>"


@lru_cache(maxsize=1 << 16)
def _meta(shape: tuple[int, ...], dtype: str) -> TensorMeta:
    return TensorMeta(shape, dtype)


@lru_cache(maxsize=1 << 16)
def form(shape: tuple[int, ...], strides: tuple[int, ...] | None, dtype: torch.dtype) -> Form:
    """The form of these; `shape` may be a `torch.Size`."""
    return Form(tuple(map(int, shape)), strides and tuple(map(int, strides)), dtype)
