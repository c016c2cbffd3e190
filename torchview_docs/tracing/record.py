"""Record: what happened while the model ran, in order, as it was seen; no judgement yet.

Arguments and results are kept packed: tensors are replaced by their `Value`, containers are
copied, so that nothing that the model does later changes what was recorded.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

import torch

from torchview_docs.tracing.tensors import Value

__all__ = ["Call", "Event", "Op", "Record"]


class Op:
    """An operation at API level.

    Attributes:
        function: What was called, as torch hands it over, or a name for what torch does not see.
        args: Packed.
        kwargs: Packed.
        result: Packed.
        writes: The values that it changed in place.
        call: The module call that it ran in.
    """

    __slots__ = ("args", "call", "function", "kwargs", "result", "writes")

    def __init__(
        self,
        function: Any,
        args: Any,
        kwargs: Any,
        result: Any,
        writes: tuple[Value, ...],
        call: Call | None,
    ) -> None:
        self.function = function
        self.args = args
        self.kwargs = kwargs
        self.result = result
        self.writes = writes
        self.call = call


class Call:
    """A call of a module; `end` is the number of events when it returned, None if it raised."""

    __slots__ = ("args", "end", "kwargs", "module", "opaque", "parent", "result", "start")

    def __init__(
        self, module: torch.nn.Module, args: Any, kwargs: Any, parent: Call | None, start: int
    ) -> None:
        self.module = module
        self.args = args
        self.kwargs = kwargs
        self.parent = parent
        self.start = start
        self.end: int | None = None
        self.result: Any = None
        #: It is one node whatever runs inside (scripted modules).
        self.opaque = False


class Exit:
    """The return of a call."""

    __slots__ = ("call",)

    def __init__(self, call: Call) -> None:
        self.call = call


Event: TypeAlias = "Op | Call | Exit"


@dataclass
class Record:
    """Everything that happened in one run.

    Attributes:
        events: In order; a call's `Exit` comes when it returned.
        inputs: Name and value of each input tensor, in order.
        outputs: Name and value of each output tensor.
        names: Dotted name and kind of the tensors that the model holds.
    """

    events: list[Event] = field(default_factory=list)
    inputs: list[tuple[str, Value]] = field(default_factory=list)
    outputs: list[tuple[str, Value]] = field(default_factory=list)
