"""Containers: the tensors in nested arguments and results, with their paths.

Nothing is ever rebuilt, iterated that can be iterated only once, or asked for what it computes:
lists, tuples, dicts, mappings and dataclasses are looked into, other objects only where asked.
"""

from __future__ import annotations

import dataclasses
from collections import UserDict, deque
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import torch

__all__ = ["DEEPEST", "PLAIN", "children", "is_cache", "pack", "pack_keywords", "tensors", "walk"]

#: Most arguments are of exactly these types.
PLAIN = frozenset({
    int, float, bool, complex, str, bytes, type(None), type(...), torch.dtype, torch.device, torch.Size,
    torch.layout, torch.memory_format,
})  # fmt: skip
_ATOMS = (int, float, bool, complex, str, bytes, type(None), torch.dtype, torch.device, torch.Size)
_CONTAINERS = (list, tuple, deque, dict, UserDict, Mapping)
#: Deeper nesting than any sane model's; also ends circles.
DEEPEST = 8


def children(holder: Any, *, objects: bool = False) -> list[tuple[str, Any]] | None:
    """What a container holds, with the way to each in Python's words (`[0]`, `.mask`).

    None for what is no container. With `objects`, attributes of other objects count too.
    """
    if isinstance(holder, (*_ATOMS, torch.Tensor, torch.nn.Module, type)):
        return None
    if isinstance(holder, tuple) and hasattr(holder, "_fields"):
        return [(f".{name}", value) for name, value in zip(holder._fields, holder, strict=True)]
    if isinstance(holder, list | tuple | deque):
        return [(f"[{i}]", value) for i, value in enumerate(holder)]
    if isinstance(holder, dict | UserDict | Mapping):
        return [(_key(key), value) for key, value in list(holder.items())]
    if dataclasses.is_dataclass(holder):
        return [(f".{f.name}", getattr(holder, f.name, None)) for f in dataclasses.fields(holder)]
    if objects and hasattr(holder, "__dict__"):
        return _attributes(holder)
    return None


def _attributes(holder: Any) -> list[tuple[str, Any]]:
    # torch_geometric's Data keeps its tensors in a store that behaves like a mapping.
    to_dict = getattr(type(holder), "to_dict", None)
    if callable(to_dict) and "_store" in vars(holder):
        return [(_key(key), value) for key, value in dict(to_dict(holder)).items()]
    if "_node_store_dict" in vars(holder):  # its HeteroData, which has a store for each type
        held = vars(holder)
        stores = {
            "": held.get("_global_store"),
            **held["_node_store_dict"],
            **held.get("_edge_store_dict", {}),
        }
        return [
            ((f"[{kind!r}]" if kind else "") + way, value)
            for kind, store in stores.items()
            for way, value in (children(store) or ())
        ]
    return [(f".{name}", value) for name, value in vars(holder).items() if not name.startswith("__")]


def _key(key: Any) -> str:
    return f".{key}" if isinstance(key, str) and key.isidentifier() else f"[{key!r}]"


def is_cache(holder: Any) -> bool:
    """Whether it is a key-value cache: working memory of a model, not a result of it."""
    return any(cls.__name__.endswith("Cache") for cls in type(holder).__mro__)


def walk(
    holder: Any, path: str = "", *, objects: bool = False, depth: int = 0
) -> Iterator[tuple[str, torch.Tensor]]:
    """The tensors in nested containers, with their paths, in order."""
    if isinstance(holder, torch.Tensor):
        yield path, holder
    elif depth <= DEEPEST:
        for way, value in children(holder, objects=objects) or ():
            yield from walk(value, path + way, objects=objects, depth=depth + 1)


def tensors(args: Any, kwargs: Any) -> list[torch.Tensor]:
    """The tensors in the arguments of an operation."""
    found: list[torch.Tensor] = []
    for arg in args:
        _collect(arg, found)
    if kwargs:
        for arg in kwargs.values():
            _collect(arg, found)
    return found


def _collect(arg: Any, found: list[torch.Tensor]) -> None:
    if isinstance(arg, torch.Tensor):
        found.append(arg)
    elif isinstance(arg, list | tuple):
        for part in arg:
            _collect(part, found)
    elif isinstance(arg, dict):
        for part in arg.values():
            _collect(part, found)
    elif isinstance(arg, slice):
        _collect((arg.start, arg.stop, arg.step), found)


@lru_cache(maxsize=4096)
def _holds(kind: Any) -> bool:
    """Whether `children` looks into objects of this class."""
    return issubclass(kind, _CONTAINERS) or dataclasses.is_dataclass(kind)


def pack(holder: Any, value: Callable[[torch.Tensor], Any], depth: int = 0) -> Any:
    """A copy in which each tensor is replaced by `value(tensor)`.

    Lists, tuples, dicts and slices keep their type; a dataclass or other mapping becomes a dict.
    """
    kind: Any = type(holder)
    if kind in PLAIN:
        return holder
    if isinstance(holder, torch.Tensor):
        return value(holder)
    if depth > DEEPEST:
        return None  # a circle
    if isinstance(holder, _ATOMS):
        return holder
    if isinstance(holder, list):
        return [pack(part, value, depth + 1) for part in holder]
    if isinstance(holder, tuple):
        return tuple(pack(part, value, depth + 1) for part in holder)
    if isinstance(holder, slice):
        return slice(pack(holder.start, value), pack(holder.stop, value), pack(holder.step, value))
    inner = children(holder) if _holds(kind) else None
    if inner is None:
        return holder
    return {way.removeprefix("."): pack(part, value, depth + 1) for way, part in inner}


def pack_keywords(given: dict[str, Any], value: Callable[[torch.Tensor], Any]) -> dict[str, Any]:
    """The same of keyword arguments."""
    if not given:  # as most
        return {}
    return {_key(word).removeprefix("."): pack(part, value, 1) for word, part in given.items()}
