"""FLOPs: what the operations of a run compute, counted as `torch.utils.flop_counter` does.

A multiply-add is two. The counter is a dispatch mode, so it sees the pieces of which the operations
that a recorder sees are made; formulas are those of torch's registry, and a few for kernels that
torch has none for. What has no formula counts nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from math import prod
from typing import Any

import torch
from torch._ops import HigherOrderOperator
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry, sdpa_flop_count

from torchview_docs.tracing.internals import no_torch_function

__all__ = ["RECURRENT", "FlopCounter", "recurrent"]


#: Operations that write into each tensor of a list.
_FOREACH_WRITES = re.compile(r"aten\._foreach_\w+_")


class FlopCounter(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts while it is entered.

    Attributes:
        total: What was counted so far.
    """

    supports_higher_order_operators = True

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # to hide from the compiler means to import it, and nothing is compiled here

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.total = 0

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if any(kind.__torch_dispatch__ is not torch.Tensor.__torch_dispatch__ for kind in types):
            return NotImplemented  # a class that takes operations apart: their parts come here
        if isinstance(function, HigherOrderOperator):
            return self._higher_order(function, args, kwargs)
        with no_torch_function():  # a recorder sees operations, not the pieces of which they are made
            return self._counted(function, args, kwargs)

    def _counted(self, function: Any, args: Any, kwargs: Any) -> Any:
        formula = _formula(function.overloadpacket)
        if formula is None:
            if function is not torch.ops.prim.device.default:
                with self:
                    result = function.decompose(*args, **kwargs)
                if result is not NotImplemented:
                    return result
            result = function(*args, **kwargs)
            if _FOREACH_WRITES.fullmatch(str(function.overloadpacket)):
                # What a list of tensors is written to is not counted below a mode as it is elsewhere.
                torch.autograd.graph.increment_version(args[0])
            return result
        result = function(*args, **kwargs)
        self.total += formula(*args, **kwargs, out_val=result)
        return result

    def _higher_order(self, function: Any, args: Any, kwargs: Any) -> Any:
        """What runs other functions: what it runs is counted, of `cond` the branch that is taken."""
        formula = flop_registry.get(function)
        if formula is not None:
            result = function(*args, **kwargs)
            self.total += formula(*args, **kwargs, out_val=result)
            return result

        def counted(inner: Any) -> Any:
            def run(*args: Any, **kwargs: Any) -> Any:
                with self:
                    return inner(*args, **kwargs)

            return run

        return function(*[counted(arg) if callable(arg) else arg for arg in args], **kwargs)


#: Functions of which `recurrent` says what they compute.
RECURRENT = frozenset({"lstm", "gru", "rnn_tanh", "rnn_relu"})


def recurrent(args: Any) -> int:
    """FLOPs of lstm, gru, rnn_tanh and rnn_relu: each row of the input meets each weight once.

    Plain: (input, hx, weights, bias, layers, dropout, train, bidirectional, batch_first);
    packed: (data, batch_sizes, hx, weights, bias, layers, dropout, train, bidirectional).
    """
    packed = not isinstance(args[2][0], torch.Tensor) or isinstance(args[3], list | tuple)
    weights = args[3] if packed else args[2]
    rows = prod(args[0].shape[:-1])
    return int(2 * rows * sum(w.numel() for w in weights if w.ndim == 2))


# -- formulas that torch lacks --------------------------------------------------------------


def _attention(query: Any, key: Any, value: Any, *_args: Any, **_kwargs: Any) -> int:
    return int(sdpa_flop_count(query.shape, key.shape, value.shape))  # type: ignore[no-untyped-call]


def _grouped(one: Any, other: Any, *_args: Any, **_kwargs: Any) -> int:
    """Rows times columns of each group: of matrices that are cut into groups all of them together."""
    return int(2 * one.numel() * other.shape[-1])


def _recurrent_layer(data: Any, weights: Any, recurrent_weights: Any, *_args: Any, **_kwargs: Any) -> int:
    return int(2 * prod(data.shape[:-1]) * (weights.numel() + recurrent_weights.numel()))


#: By the name of the operator.
_OWN: Mapping[str, Callable[..., int]] = {
    "aten._scaled_dot_product_flash_attention_for_cpu": _attention,
    "aten._scaled_dot_product_fused_attention_overrideable": _attention,
    "aten._grouped_mm": _grouped,
    "aten.mkldnn_rnn_layer": _recurrent_layer,
}


def _formula(packet: Any) -> Callable[..., int] | None:
    return flop_registry.get(packet) or _OWN.get(str(packet))
