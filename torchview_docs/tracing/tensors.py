"""Which tensor is which: values by identity, and the storages behind them.

`id()` and storage addresses are used again as soon as an object dies, so either the tensor is
held (on meta, where it costs nothing) or a weak reference to it and to its storage is: a storage
with a weak reference gives its memory back, but not its address.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import torch

from torchview_docs.graph import TensorMeta
from torchview_docs.tracing.forms import Form, form
from torchview_docs.tracing.internals import nested_sizes, storage_address, weak_storage
from torchview_docs.tracing.region import Region

__all__ = ["Tensors", "Value"]


class Value:
    """One tensor as it was when it was seen; `storage` is None where it has none (sparse).

    `offset` is that of its first element in the storage, in elements.
    """

    __slots__ = ("form", "offset", "storage")

    def __init__(self, form_: Form, storage: int | None = None, offset: int = 0) -> None:
        self.form = form_
        self.storage = storage
        self.offset = offset

    @property
    def meta(self) -> TensorMeta:
        """Shape and dtype."""
        return self.form.meta

    @property
    def region(self) -> Region | None:
        """Which bytes of its storage it covers; None where it has none."""
        own = self.form
        if self.storage is None or own.strides is None:
            return None
        size = own.itemsize
        return Region(self.offset * size, own.shape, tuple([s * size for s in own.strides]), size)

    def __repr__(self) -> str:
        return f"<{self.form!r} at {self.offset} of storage {self.storage}>"


class Tensors:
    """The tensors that one run has shown.

    Args:
        hold: Keep the tensors alive; else only their addresses.

    Attributes:
        held: By id: the tensor, or a weak reference to it, and its value.
    """

    def __init__(self, *, hold: bool) -> None:
        self._hold = hold
        self.held: dict[int, tuple[Any, Value]] = {}
        self._storages: dict[int, tuple[int, Any]] = {}

    def value(self, t: torch.Tensor) -> Value:
        """The value of a tensor; the same as long as it is the same object."""
        known = self.held.get(id(t))
        if known is not None and (known[0] if self._hold else known[0]()) is t:
            return known[1]
        return self._see(t, self._make(t))

    def known(self, t: torch.Tensor) -> Value | None:
        """The value of a tensor that was seen before; asks nothing of the tensor."""
        found = self.held.get(id(t))
        return found[1] if found and (found[0] if self._hold else found[0]()) is t else None

    def fresh(self, t: torch.Tensor, form_: Form) -> Value:
        """The value of a tensor that has just been made, with a storage of its own and this form."""
        # The address is new: every storage that was seen is held, or its address is.
        return self._see(t, Value(form_, self._number(t, storage_address(t))))

    def keep(self, t: torch.Tensor) -> None:
        """Keep the storage of a tensor that is about to get another."""
        if self._hold and t.layout is torch.strided and not t.is_nested:
            number = self.value(t).storage
            if number is not None:
                self._storages[storage_address(t)] = (number, t.untyped_storage())

    def swap(self, swap: Callable[[], object], one: torch.Tensor, other: torch.Tensor) -> None:
        """Exchange what two tensors are by `swap`, which no reference to them may see."""
        values = self.value(one), self.value(other)
        del self.held[id(one)], self.held[id(other)]
        try:
            swap()
        except BaseException:
            values = values[::-1]
            raise
        finally:
            self._see(one, values[1])
            self._see(other, values[0])

    def refresh(self, t: torch.Tensor) -> Value:
        """The value of a tensor whose shape or storage may have changed: a new one if it has."""
        old, new = self.value(t), self._make(t)
        if (old.form, old.storage, old.offset) == (new.form, new.storage, new.offset):
            return old
        self.held[id(t)] = (self.held[id(t)][0], new)
        return new

    def _see(self, t: torch.Tensor, value: Value) -> Value:
        self.held[id(t)] = (t if self._hold else weakref.ref(t), value)
        return value

    def _make(self, t: torch.Tensor) -> Value:
        try:
            shape = t.shape
        except RuntimeError:  # nested tensors have no shape as a whole
            return Value(form(_nested_shape(t), None, t.dtype))
        try:
            address = storage_address(t)
            made, offset = form(shape, t.stride(), t.dtype), t.storage_offset()
        except (RuntimeError, NotImplementedError, AttributeError):  # sparse and others have no storage
            if t.is_nested:
                return Value(form(_nested_shape(t), None, t.dtype))
            return Value(form(shape, None, t.dtype))
        known = self._storages.get(address)
        return Value(made, self._number(t, address) if known is None else known[0], int(offset))

    def _number(self, t: torch.Tensor, address: int) -> int:
        """The number of a storage that was not seen before; keeps its address from being used again."""
        number = len(self._storages)
        # What is held holds its storage, until `keep` says that it is going to get another.
        self._storages[address] = (number, t if self._hold else weak_storage(t))
        return number


def _nested_shape(t: torch.Tensor) -> tuple[int, ...]:
    if t.layout is torch.jagged:  # as long as the longest
        ragged: Any = t
        longest = int(ragged.offsets().diff().max())
        return tuple(size if type(size) is int else longest for size in t.shape)
    sizes = nested_sizes(t)
    return (len(sizes), *(int(n) for n in sizes.max(0).values))
