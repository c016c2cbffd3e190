"""Packed arguments and results, read again: the values in them and the way to each."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import torch

from torchview_docs.tracing.record import Call
from torchview_docs.tracing.tensors import Value

__all__ = ["argument_names", "forward_names", "has_value", "named", "operands", "values"]


def values(packed: Any, path: str = "") -> Iterator[tuple[str, Value]]:
    """The values in a packed container, each with its path."""
    if isinstance(packed, Value):
        yield path, packed
    elif isinstance(packed, list | tuple):
        for i, part in enumerate(packed):
            yield from values(part, f"{path}[{i}]")
    elif isinstance(packed, dict):
        for key, part in packed.items():
            way = str(key)
            yield from values(part, path + (way if way.startswith("[") else f".{way}"))
    elif isinstance(packed, slice):
        yield from values([packed.start, packed.stop, packed.step], path)


def has_value(packed: Any) -> bool:
    """Whether there is a value in a packed container."""
    return next(values(packed), None) is not None


def operands(args: Any, kwargs: Any) -> Iterator[tuple[str, Value]]:
    """The values in the arguments of an operation, by position or keyword."""
    for i, arg in enumerate(args):
        yield from values(arg, str(i))
    for name, arg in kwargs.items():
        yield from values(arg, str(name))


def named(call: Call) -> list[tuple[str, Value]]:
    """The values that a module or its phase is called with, under the names of the parameters."""
    if call.phase:
        names = argument_names(getattr(type(call.module), call.phase), len(call.args))
    else:
        names = forward_names(call.module, len(call.args))
    found: list[tuple[str, Value]] = []
    for name, arg in (*zip(names, call.args, strict=True), *call.kwargs.items()):
        if isinstance(arg, Value):  # as most
            found.append((str(name), arg))
        else:
            found += values(arg, str(name))
    return found


def forward_names(module: torch.nn.Module, count: int) -> Sequence[str]:
    """Names of the first `count` positional arguments of a module's forward."""
    if isinstance(module, torch.jit.ScriptModule):
        schema: Any = getattr(module.forward, "schema", None)
        names = [argument.name for argument in schema.arguments][1:] if schema is not None else []
        return (names + [str(i) for i in range(len(names), count)])[:count]
    return argument_names(type(module).forward, count)


@lru_cache(maxsize=2048)
def _parameters(forward: Any) -> tuple[inspect.Parameter, ...]:
    try:
        return tuple(inspect.signature(forward).parameters.values())[1:]
    except (TypeError, ValueError):
        return ()


@lru_cache(maxsize=2048)
def argument_names(forward: Any, count: int) -> Sequence[str]:
    """Names of the first `count` positional arguments of a method; `args[2]` in a `*args`."""
    names: list[str] = []
    for p in _parameters(forward):
        if p.kind is p.VAR_POSITIONAL:
            names += [f"{p.name}[{i}]" for i in range(count - len(names))]
        elif p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD):
            names.append(p.name)
    return tuple(names + [str(i) for i in range(len(names), count)])[:count]
