"""Owners: the modules that a callable is, belongs to, or holds."""

from __future__ import annotations

import contextlib
import functools
import inspect
import types
from collections.abc import Iterator
from typing import Any

import torch

__all__ = ["called", "modules_in", "owner_of"]


def owner_of(model: Any) -> torch.nn.Module | None:
    """The module that a callable is, or whose method it is; also of a `functools.partial` of such."""
    while isinstance(model, functools.partial):
        model = model.func
    if not isinstance(model, torch.nn.Module):
        model = getattr(model, "__self__", None)
    return model if isinstance(model, torch.nn.Module) else None


def called(model: Any) -> Any:
    """What has the signature of a callable: a module's is that of its `forward`, also in a `partial`."""
    if isinstance(model, torch.nn.Module):
        return model.forward
    if isinstance(model, functools.partial) and isinstance(model.func, torch.nn.Module):
        return functools.partial(model.func.forward, *model.args, **model.keywords)
    return model


def modules_in(model: Any) -> list[torch.nn.Module]:
    """The modules that a callable can be seen to use, each once; of a module none but itself.

    Those that it is given beforehand, that it closes over, that it or a function that it calls finds
    in their module by name, and the attributes of an object that it is, is a method of, or finds so.
    """
    found: dict[int, torch.nn.Module] = {}
    seen: set[int] = set()
    waiting = [model]
    while waiting:
        thing = waiting.pop(0)
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if isinstance(thing, torch.nn.Module):
            found[id(thing)] = thing
        else:
            waiting += _parts(thing, outermost=thing is model)
    return list(found.values())


def _parts(thing: Any, *, outermost: bool) -> Iterator[Any]:
    """What a callable, or an object that one uses, holds."""
    if isinstance(thing, functools.partial):
        yield from (thing.func, *thing.args, *thing.keywords.values())
    elif inspect.ismethod(thing):
        yield from (thing.__self__, thing.__func__)
    elif inspect.isfunction(thing):
        thing = inspect.unwrap(thing)
        yield from _named(thing)
    elif not isinstance(thing, type | types.ModuleType):
        held = getattr(thing, "__dict__", {}).values()
        yield from held if outermost else (part for part in held if isinstance(part, torch.nn.Module))
        call = inspect.getattr_static(type(thing), "__call__", None)
        if inspect.isfunction(call):
            yield call


def _named(function: types.FunctionType) -> Iterator[Any]:
    """What a function closes over, has as a default, or finds by a global name."""
    for cell in function.__closure__ or ():
        with contextlib.suppress(ValueError):  # it is not filled yet
            yield cell.cell_contents
    yield from function.__defaults__ or ()
    yield from (function.__kwdefaults__ or {}).values()
    for name in function.__code__.co_names:
        value = function.__globals__.get(name)
        # A function of another package has nothing to do with the model, and is slow to look through.
        if not inspect.isfunction(value) or value.__module__ == function.__module__:
            yield value
