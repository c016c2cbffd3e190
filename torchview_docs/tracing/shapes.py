"""Shapes: own rules for operations whose meta kernels are missing or unbearably slow.

Recurrent layers run step by step in Python on meta (8 s for an LSTM over 512 steps), and packed
sequences need the lengths, which are known.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from torchview_docs.tracing.mixing import one_dtype

__all__ = ["RULES"]


def _recurrent(function: Any, args: Any, kwargs: Any) -> Any:
    """lstm, gru, rnn_tanh, rnn_relu: outputs and last states, plain and packed.

    Plain: (input, hx, weights, bias, layers, dropout, train, bidirectional, batch_first);
    packed: (data, batch_sizes, hx, weights, bias, layers, dropout, train, bidirectional).
    """
    if kwargs or len(args) != 9:
        return None
    packed = isinstance(args[1], torch.Tensor) and isinstance(args[2], torch.Tensor | list | tuple)
    packed = packed and isinstance(args[3], list | tuple)
    data, states, bidirectional = args[0], args[2] if packed else args[1], args[8] if packed else args[7]
    states = [states] if isinstance(states, torch.Tensor) else list(states)
    features = states[0].shape[-1] * (2 if bidirectional else 1)
    weights = args[3] if packed else args[2]
    if data.shape[-1] != weights[0].shape[-1]:
        return None  # a mistake of the model: torch says it better
    one_dtype(function, [data, *states, *weights])
    made = [data.new_empty((*data.shape[:-1], features), device="meta")]
    made += [torch.empty(state.shape, dtype=data.dtype, device="meta") for state in states]
    return tuple(made)


def _pack(function: Any, args: Any, kwargs: Any) -> Any:
    """_pack_padded_sequence(input, lengths, batch_first): run on one feature."""
    data, lengths, batch_first = args
    if kwargs or lengths.is_meta:
        return None
    thin = torch.zeros(*data.shape[:2], 1)
    packed, sizes = function(thin, lengths, batch_first)
    return torch.empty(packed.shape[0], *data.shape[2:], dtype=data.dtype, device="meta"), sizes


def _pad(function: Any, args: Any, kwargs: Any) -> Any:
    """_pad_packed_sequence(data, batch_sizes, batch_first, value, total_length): run on one feature."""
    data, sizes, *rest = args
    if kwargs or sizes.is_meta:
        return None
    padded, lengths = function(torch.zeros(data.shape[0], 1), sizes, *rest)
    shape = (*padded.shape[:2], *data.shape[1:])
    return torch.empty(shape, dtype=data.dtype, device="meta"), lengths


def _istft(function: Any, args: Any, kwargs: Any) -> Any:
    """istft(input, n_fft, hop_length, win_length, window, …): without a window, whose data is checked."""
    if not args or not args[0].is_complex():
        return None
    plain = [torch.zeros(args[0].shape, dtype=args[0].dtype), *args[1:]]
    if len(plain) > 4:
        plain[4] = None
    made = function(*plain, **{name: value for name, value in kwargs.items() if name != "window"})
    return torch.empty(made.shape, dtype=made.dtype, device="meta")


#: A rule gets function, args and kwargs, and gives the result, or None where it does not apply.
RULES: dict[str, Callable[[Any, Any, Any], Any]] = {
    "lstm": _recurrent,
    "gru": _recurrent,
    "rnn_tanh": _recurrent,
    "rnn_relu": _recurrent,
    "istft": _istft,
    "_pack_padded_sequence": _pack,
    "_pad_packed_sequence": _pad,
}
