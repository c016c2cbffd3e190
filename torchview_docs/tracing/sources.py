"""Sources: in which call a tensor that nothing in the run has made appears as a node, if it does."""

from __future__ import annotations

import torch

from torchview_docs.tracing.holdings import Held
from torchview_docs.tracing.modules import class_of
from torchview_docs.tracing.packed import operands
from torchview_docs.tracing.record import Call
from torchview_docs.tracing.tensors import Value

__all__ = ["hidden", "where_it_enters"]


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
    return class_of(module).__module__.startswith("torch.nn.modules.") and any(
        owner is inner for inner in module.modules()
    )
