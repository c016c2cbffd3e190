"""Sources: parameters, buffers and constants, and in which call they appear as nodes."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from torchview_docs.tracing.packed import operands
from torchview_docs.tracing.record import Call
from torchview_docs.tracing.tensors import Value

__all__ = ["Held", "hidden", "where_it_enters"]


@dataclass(frozen=True, slots=True)
class Held:
    """A tensor that modules hold: dotted name, `parameter`, `buffer` or `constant`, and all owners."""

    name: str
    kind: str
    owners: tuple[torch.nn.Module, ...]


def where_it_enters(value: Value, call: Call | None, time: int) -> tuple[Call | None, int]:
    """The call in which a tensor is first taken up, and when: outside those that got it as argument."""
    start = time
    while call is not None and any(v is value for _, v in operands(call.args, call.kwargs)):
        start = call.start
        call = call.parent
    return call, start


def hidden(held: Held, module: torch.nn.Module) -> bool:
    """Whether that a module uses this tensor of its own goes without saying, as nn.Linear's weight."""
    return any(_hides(module, owner) for owner in held.owners)


def _hides(module: torch.nn.Module, owner: torch.nn.Module) -> bool:
    if not any(True for _ in module.children()):
        return owner is module
    cls = type(module)
    if cls.__name__.startswith("Parametrized"):  # made by torch.nn.utils.parametrize, a subclass
        cls = cls.__mro__[1]
    return cls.__module__.startswith("torch.nn.modules.") and any(
        owner is inner for inner in module.modules()
    )
