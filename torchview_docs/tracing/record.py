"""Record: what happened while the model ran, in order, as it was seen; no judgement yet.

Arguments and results are kept packed: tensors are replaced by their `Value`, containers are
copied, so that nothing that the model does later changes what was recorded.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import torch

from torchview_docs.tracing.tensors import Value

__all__ = ["Call", "Event", "Leave", "Op", "Record"]


@dataclass(slots=True, eq=False)
class Op:
    """An operation at API level.

    Attributes:
        function: What was called, as torch hands it over, or a name for what torch does not see.
        args: Packed.
        kwargs: Packed.
        result: Packed.
        writes: The values that it changed in place.
        call: The module call that it ran in.
        operands: The values in `args` and `kwargs`, in order, where `key` is given.
        key: The arguments but for which tensors they are (see `arguments`), where it says all.
        returned: Values among its arguments that had left torch, and as what argument they come.
        recipe: The same object for equal operations, where they are remembered.
    """

    function: Any
    args: Any
    kwargs: Any
    result: Any
    writes: tuple[Value, ...]
    call: Call | None
    operands: tuple[Value, ...] = ()
    key: tuple[Hashable, ...] | None = None
    returned: Sequence[tuple[str, Value]] = ()
    recipe: object = None


@dataclass(slots=True, eq=False)
class Call:
    """A call of a module, or of a method of it that is a phase of its forward.

    Attributes:
        module: What was called.
        args: Packed.
        kwargs: Packed.
        parent: The call around it.
        start: The number of this event.
        result: Packed; None if it raised.
        opaque: It is one node whatever runs inside (scripted modules).
        phase: Name of the method (`propagate`); empty for a call of the module.
    """

    module: torch.nn.Module
    args: Any
    kwargs: Any
    parent: Call | None
    start: int
    result: Any = None
    opaque: bool = False
    phase: str = ""


@dataclass(slots=True, eq=False)
class Exit:
    """The return of a call."""

    call: Call


@dataclass(slots=True, eq=False)
class Leave:
    """A tensor's data leaves torch, as numbers or an array.

    Attributes:
        source: The tensor.
        value: Stands for what has been made of it.
        call: The module call in which it left.
    """

    source: Value
    value: Value
    call: Call | None


Event: TypeAlias = "Op | Call | Exit | Leave"


@dataclass
class Record:
    """Everything that happened in one run.

    Attributes:
        events: In order; a call's `Exit` comes when it returned.
        inputs: Name and value of each input tensor, in order.
        outputs: Name and value of each output tensor.
        flops: What each operation computes, and each call into which nobody sees; None where that
            was not counted.
    """

    events: list[Event] = field(default_factory=list)
    inputs: list[tuple[str, Value]] = field(default_factory=list)
    outputs: list[tuple[str, Value]] = field(default_factory=list)
    flops: Mapping[Event, int] | None = None
