"""Which tensor is which: values by identity, and the storages behind them.

`id()` and storage addresses are used again as soon as an object dies, so either the tensor is
held (on meta, where it costs nothing) or a weak reference to it and to its storage is: a storage
with a weak reference gives its memory back, but not its address.
"""

from __future__ import annotations

import weakref
from typing import Any

import torch

from torchview_docs.tracing.internals import nested_sizes, storage_address, weak_storage
from torchview_docs.tracing.region import Region

__all__ = ["Tensors", "Value"]


class Value:
    """One tensor as it was when it was seen; `storage` is None where it has none (sparse)."""

    __slots__ = ("dtype", "region", "shape", "storage")

    def __init__(
        self, shape: tuple[int, ...], dtype: str, storage: int | None, region: Region | None
    ) -> None:
        self.shape = shape
        self.dtype = dtype
        self.storage = storage
        self.region = region

    def __repr__(self) -> str:
        return f"<{self.dtype}{list(self.shape)} of storage {self.storage}>"


_DTYPES: dict[torch.dtype, str] = {}


def _dtype(t: torch.Tensor) -> str:
    name = _DTYPES.get(t.dtype)
    if name is None:
        name = _DTYPES[t.dtype] = str(t.dtype).removeprefix("torch.")
    return name


class Tensors:
    """The tensors that one run has shown.

    Args:
        hold: Keep the tensors alive; else only their addresses.
    """

    def __init__(self, *, hold: bool) -> None:
        self._hold = hold
        self._known: dict[int, tuple[Any, Value]] = {}
        self._storages: dict[int, tuple[int, Any]] = {}

    def value(self, t: torch.Tensor) -> Value:
        """The value of a tensor; the same as long as it is the same object."""
        known = self._known.get(id(t))
        if known is not None and (known[0] if self._hold else known[0]()) is t:
            return known[1]
        return self._see(t)

    def refresh(self, t: torch.Tensor) -> Value:
        """The value of a tensor whose shape or storage may have changed: a new one if it has."""
        old, new = self.value(t), self._make(t)
        if (old.shape, old.dtype, old.storage, old.region) == (new.shape, new.dtype, new.storage, new.region):
            return old
        self._known[id(t)] = (self._known[id(t)][0], new)
        return new

    def _see(self, t: torch.Tensor) -> Value:
        value = self._make(t)
        self._known[id(t)] = (t if self._hold else weakref.ref(t), value)
        return value

    def _make(self, t: torch.Tensor) -> Value:
        try:
            shape = tuple(t.shape)
        except RuntimeError:  # nested tensors have no shape as a whole
            return Value(_nested_shape(t), _dtype(t), None, None)
        try:
            address = storage_address(t)
            item = t.element_size()
            region = Region(int(t.storage_offset()) * item, shape, tuple(s * item for s in t.stride()), item)
        except (RuntimeError, NotImplementedError):  # sparse and other layouts have no storage
            return Value(shape, _dtype(t), None, None)
        known = self._storages.get(address)
        if known is None:
            keep = t.untyped_storage() if self._hold else weak_storage(t)
            known = self._storages[address] = (len(self._storages), keep)
        return Value(shape, _dtype(t), known[0], region)


def _nested_shape(t: torch.Tensor) -> tuple[int, ...]:
    sizes = nested_sizes(t)
    return (len(sizes), *(int(n) for n in sizes.max(0).values))
