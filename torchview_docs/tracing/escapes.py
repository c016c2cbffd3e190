"""Escapes: tensors' values that leave torch as numbers, lists or arrays, and where they come back.

A number or list that `.item()` or `.tolist()` gives is a new object, and is known by its identity
while it is held; whole numbers that Python keeps one copy of are not. Arrays know by themselves
(see `arrays`). What else Python computes from them is not followed: a tensor made of that is a
constant.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from torchview_docs.tracing.tensors import Value

__all__ = ["Escapes"]

#: Python has one object for each of these numbers, whoever computes it.
_KEPT = range(-5, 257)
#: Of longer lists only the list itself is known, not its numbers.
_LISTED = 4096


class Escapes:
    """What has left torch in one run; false as long as nothing has.

    Each value that leaves is stood for by a Value of its own, which says when it left.
    """

    def __init__(self) -> None:
        self._known: dict[int, tuple[object, Value]] = {}
        self._arrays = False

    def __bool__(self) -> bool:
        return bool(self._known) or self._arrays

    def leave(self, result: Any, value: Value) -> Any:
        """A Python object has been made of a tensor; gives the object to go on with."""
        if _is_array(result):
            from torchview_docs.tracing.arrays import Followed

            self._arrays = True
            return Followed.of(result, value)
        if isinstance(result, float | complex | list) or (type(result) is int and result not in _KEPT):
            self._known[id(result)] = (result, value)
        if isinstance(result, list) and len(result) <= _LISTED:
            for part in result:
                self.leave(part, value)
        return result

    def returned(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[tuple[str, Value]]:
        """What comes back in the arguments of an operation, as what."""
        found: list[tuple[str, Value]] = []
        for arg, part in (*enumerate(args), *kwargs.items()):
            found += self._in(part, str(arg), 0)
        return found

    def _in(self, part: Any, path: str, depth: int) -> Iterator[tuple[str, Value]]:
        known = self._known.get(id(part))
        if known is not None and known[0] is part:
            yield path, known[1]
        elif isinstance(part, list | tuple) and depth < 4:
            for i, inner in enumerate(part[:_LISTED]):
                yield from self._in(inner, f"{path}[{i}]", depth + 1)
        elif isinstance(part, slice):
            yield from self._in((part.start, part.stop, part.step), path, depth + 1)
        elif self._arrays and _is_array(part):
            from torchview_docs.tracing.arrays import sources_of

            yield from ((path, source) for source in sources_of(part))


def _is_array(thing: object) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(thing, numpy.ndarray)
