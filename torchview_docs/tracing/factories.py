"""Factories: how large a tensor they will make, and on which device."""

from __future__ import annotations

from typing import Any

from torchview_docs.tracing.functions import short_name

__all__ = ["on_cpu", "on_meta", "size_of"]

_SIZED = frozenset({"zeros", "ones", "empty", "full", "rand", "randn", "randint", "empty_strided", "eye"})


def on_cpu(kwargs: dict[str, Any]) -> dict[str, Any]:
    """The same keyword arguments, for the CPU where they name a device."""
    return kwargs if kwargs.get("device") is None else {**kwargs, "device": "cpu"}


def on_meta(kwargs: dict[str, Any]) -> dict[str, Any]:
    """The same keyword arguments, for the meta device where they name a device."""
    return kwargs if kwargs.get("device") is None else {**kwargs, "device": "meta"}


def size_of(function: Any, args: Any, kwargs: dict[str, Any]) -> int:
    """How many elements a factory will make, as far as its arguments say; 0 where they do not."""
    name = short_name(function).removeprefix("new_")
    if name not in _SIZED:
        return 0
    count = 1
    for n in _size(name, args, kwargs):
        if isinstance(n, int):
            count *= n
    return count


def _size(name: str, args: Any, kwargs: dict[str, Any]) -> tuple[Any, ...]:
    if "size" in kwargs:
        size = kwargs["size"]
    elif name == "randint":
        size = next((a for a in args if isinstance(a, tuple | list)), ())
    elif name == "eye":
        size = (args[0], args[-1]) if args else ()
    elif name == "full" or (args and isinstance(args[0], tuple | list)):
        size = args[0] if args else ()
    else:
        size = args
    return tuple(size) if isinstance(size, tuple | list) else (size,)
