"""Arrays that know which tensors their values come from.

`Tensor.numpy()` gives one while a recorder watches: an ndarray in every respect, that hands on
what it knows to its views, and to whatever ufuncs and functions of numpy make of it. What other
libraries make of it, and numpy's scalars, know nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from torchview_docs.tracing.tensors import Value

__all__ = ["Followed", "sources_of"]


class _Between(np.ndarray[Any, Any]):
    """See `Followed`."""


class Followed(np.ndarray[Any, Any]):
    """An array made of the data of tensors; `sources` stand for these as they left torch."""

    sources: tuple[Value, ...]

    def __array_finalize__(self, origin: object) -> None:
        self.sources = getattr(origin, "sources", ())

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, out: Any = (), **options: Any) -> Any:
        if out:
            options["out"] = tuple(_plain(o) for o in out)
        options = {name: _plain(value) for name, value in options.items()}
        result = getattr(ufunc, method)(*map(_plain, inputs), **options)
        sources = _sources([*inputs, *options.values()])
        for target in out or ([inputs[0]] if method == "at" else []):
            if isinstance(target, Followed):
                target.sources = tuple(dict.fromkeys((*target.sources, *sources)))
        if out:
            return out[0] if len(out) == 1 else out
        return _followed(result, sources)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        result = super().__array_function__(function, types, args, kwargs)
        return _followed(result, _sources([args, kwargs]))

    def __setitem__(self, index: Any, value: Any) -> None:
        super().__setitem__(index, value)
        self.sources = tuple(dict.fromkeys((*self.sources, *_sources([value]))))

    @classmethod
    def of(cls, array: np.ndarray[Any, Any], value: Value) -> Followed:
        """An array that shares the memory of a tensor's."""
        return cls.around(array, (value,))

    @classmethod
    def around(cls, array: np.ndarray[Any, Any], sources: tuple[Value, ...]) -> Followed:
        """An array over another one's memory."""
        # Views of views refer to the first array of their own class: one of another class between
        # lets a plain view, as np.asarray makes it, refer to this one.
        followed = array.view(_Between).view(cls)
        followed.sources = sources
        return followed


def sources_of(array: Any) -> tuple[Value, ...]:
    """What an array was made of, by itself or by the arrays that it is a view of."""
    while isinstance(array, np.ndarray):
        if isinstance(array, Followed) and array.sources:
            return array.sources
        array = array.base
    return ()


def _plain(thing: Any) -> Any:
    if isinstance(thing, Followed):
        return thing.view(np.ndarray)
    return tuple(map(_plain, thing)) if type(thing) is tuple else thing


def _followed(result: Any, sources: tuple[Value, ...]) -> Any:
    if isinstance(result, np.ndarray) and sources:
        return Followed.around(result, tuple(dict.fromkeys((*sources_of(result), *sources))))
    if type(result) in (tuple, list):
        return type(result)(_followed(part, sources) for part in result)
    return result


def _sources(things: Iterable[Any]) -> tuple[Value, ...]:
    found: dict[Value, None] = {}
    for thing in things:
        if isinstance(thing, np.ndarray):
            found.update(dict.fromkeys(sources_of(thing)))
        elif isinstance(thing, list | tuple):
            found.update(dict.fromkeys(_sources(thing)))
        elif isinstance(thing, dict):
            found.update(dict.fromkeys(_sources(thing.values())))
    return tuple(found)
