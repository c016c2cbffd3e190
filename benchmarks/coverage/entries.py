"""Entries: cases written down one by one, as a constructor and the tensors that it is called with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import torch

from .case import Call, Case

__all__ = ["Entry", "cases_from", "given", "noise"]

#: Name, constructor, and what makes the arguments of a call.
Entry = tuple[str, Callable[[], torch.nn.Module], Callable[[], Call]]


def cases_from(package: str, entries: Iterable[Entry]) -> Iterator[Case]:
    """A case for each entry."""
    for name, build, call in entries:
        yield Case(package, name, (build,), (_without_model(call),))


def _without_model(call: Callable[[], Call]) -> Callable[[torch.nn.Module], Call]:
    return lambda _: call()


def noise(*shape: int) -> Callable[[], Call]:
    """Makes a call with one random tensor."""
    return lambda: Call((torch.rand(*shape),))


def given(*makers: Any, **named: Any) -> Callable[[], Call]:
    """Makes a call with random tensors where shapes are written, and with everything else as it is.

    A function is called, so that tensors which models write to are new each time.
    """

    def value(maker: Any) -> Any:
        if isinstance(maker, tuple) and maker and all(type(n) is int for n in maker):
            return torch.rand(*maker)
        return maker() if callable(maker) else maker

    return lambda: Call(tuple(map(value, makers)), {k: value(v) for k, v in named.items()})
