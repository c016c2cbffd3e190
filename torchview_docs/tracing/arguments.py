"""Arguments of one operation, read in one pass: packed, the tensors in them, and a key to them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch

from torchview_docs.tracing.containers import DEEPEST, PLAIN, pack, tensors
from torchview_docs.tracing.tensors import Tensors, Value

__all__ = ["Arguments"]

_TENSORS = frozenset({torch.Tensor, torch.nn.Parameter})
_NONE: dict[str, Any] = {}


class Arguments:
    """The arguments of one operation.

    Attributes:
        given: The positional ones and those by keyword, as they came.
        args: Packed, as `containers.pack` does.
        kwargs: Packed.
        used: The tensors, in order.
        operands: Their values, where there is a key.
        key: Forms, types and values, nesting and keywords, in one row that is equal for no others;
            None where an argument's part in the result is not known.
    """

    __slots__ = ("_row", "_tensors", "_values", "args", "given", "key", "kwargs", "operands", "used")

    def __init__(self, args: tuple[Any, ...], kwargs: dict[str, Any], values: Tensors) -> None:
        self.given = (args, kwargs)
        self.used: list[torch.Tensor] = []
        self._tensors = values
        self._values: list[Value] = []
        row = self._row = list[Any]()
        self.args = tuple(self._all(args, 0))
        self.kwargs = _NONE
        if kwargs:
            row += kwargs
            self.kwargs = dict(zip(kwargs, self._all(kwargs.values(), 0), strict=True))
        exact = row is self._row
        self.key = tuple(row) if exact else None
        self.operands = tuple(self._values) if exact else ()

    def _all(self, parts: Iterable[Any], depth: int) -> list[Any]:
        packed: list[Any] = []
        row = self._row
        add = row.append
        known = self._tensors.held
        for part in parts:
            kind = type(part)
            if kind in _TENSORS:
                found = known.get(id(part))
                value = found[1] if found and found[0] is part else self._tensors.value(part)
                self.used.append(part)
                self._values.append(value)
                packed.append(value)
                add(value.form)
            elif kind in PLAIN:
                packed.append(part)
                # With its type, for 1, 1.0 and True are equal.
                add(kind)
                add(part)
            elif (kind is tuple or kind is list) and depth < DEEPEST:
                row.extend((kind, len(part)))
                inner = self._all(part, depth + 1)
                packed.append(inner if kind is list else tuple(inner))
            elif kind is slice:
                row.append(slice)
                packed.append(slice(*self._all((part.start, part.stop, part.step), depth + 1)))
            else:
                self._row = []  # another one: what is written from now on is not the key
                self.used += tensors((part,), None)
                packed.append(pack(part, self._tensors.value, depth))
        return packed
