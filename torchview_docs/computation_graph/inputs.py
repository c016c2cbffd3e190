"""What a model is called with, from `input_data`, or `input_size` and `dtypes`."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch

from torchview_docs.errors import TraceError
from torchview_docs.spec import FigureSpec
from torchview_docs.tracing.containers import walk
from torchview_docs.tracing.inputs import Arguments, inputs_of

__all__ = ["arguments_of", "is_on", "on_device"]


def arguments_of(
    model: Callable[..., Any],
    *,
    input_data: Any,
    input_size: Any,
    dtypes: Sequence[torch.dtype] | None,
    kwargs: dict[str, Any],
    device: torch.device,
) -> Arguments:
    """Positional and keyword arguments of the forward pass, on the device.

    Where neither `input_data` nor `input_size` is given, `kwargs` are all, or else the model's own
    example input.

    Raises:
        RuntimeError: Both are given, or neither and the model has no example.
        ValueError: A size is not positive, or there are not as many dtypes as sizes.
        TypeError: `input_size` is no sequence of sizes, `dtypes` no sequence of dtypes.
    """
    if input_data is not None and input_size is not None:
        raise RuntimeError("Only one of (input_data, input_size) should be specified, both are.")
    if input_size is not None:
        args: tuple[Any, ...] = tuple(_made(_sizes(input_size), dtypes, device))
        named: dict[str, Any] = {}
    elif input_data is not None:
        args, named = _given(input_data)
    elif kwargs:
        args, named = (), {}
    else:
        args, named = _own(model, meta=device.type == "meta")
    named = {**named, **kwargs}
    if device.type == "meta":  # on this rung values stay where they are: lengths and masks matter
        return args, named
    return tuple(on_device(a, device) for a in args), {
        name: on_device(value, device) for name, value in named.items()
    }


def _given(data: Any) -> Arguments:
    if isinstance(data, Mapping):
        return (), dict(data)
    if isinstance(data, list | tuple):
        return tuple(data), {}
    return (data,), {}


def _own(model: Callable[..., Any], *, meta: bool) -> Arguments:
    try:
        return inputs_of(FigureSpec("model"), model, meta=meta)
    except TraceError as error:
        raise RuntimeError(
            "One of (input_data, input_size) should be specified: the model names no example input."
        ) from error


# -- from sizes ---------------------------------------------------------------------------


def _sizes(given: Any) -> list[tuple[int, ...]]:
    """One size as a list of one, several as they are.

    Raises:
        ValueError: There is none, or a number in it is not positive.
        TypeError: It is anything else.
    """
    if not isinstance(given, list | tuple):
        raise TypeError(
            f"input_size is {type(given).__name__}; it is a size, (1, 3, 224, 224), or a list of sizes."
        )
    if not given:
        raise ValueError("input_size is empty.")
    sizes = list(given) if all(isinstance(part, list | tuple) for part in given) else [given]
    for number in (number for size in sizes for number in size):
        if isinstance(number, bool) or not isinstance(number, int):
            raise TypeError(f"input_size has {number!r} in it, which is no whole number.")
        if number <= 0:
            raise ValueError(f"input_size has {number} in it; sizes are positive.")
    return [tuple(size) for size in sizes]


def _made(
    sizes: list[tuple[int, ...]], dtypes: Sequence[torch.dtype] | None, device: torch.device
) -> Iterator[torch.Tensor]:
    if dtypes is not None and not isinstance(dtypes, list | tuple):
        raise TypeError(f"dtypes is {dtypes!r}; it is a list of torch.dtype.")
    dtypes = [torch.float32] * len(sizes) if dtypes is None else list(dtypes)
    for dtype in dtypes:
        if not isinstance(dtype, torch.dtype):
            raise TypeError(f"dtypes has {dtype!r} in it, which is no torch.dtype.")
    if len(dtypes) != len(sizes):
        raise ValueError(f"{len(dtypes)} dtypes are given for {len(sizes)} sizes.")
    generator = torch.Generator().manual_seed(0)  # the caller's random numbers stay as they are
    for size, dtype in zip(sizes, dtypes, strict=True):
        if device.type == "meta" and (dtype.is_floating_point or dtype.is_complex):
            yield torch.empty(size, dtype=dtype, device="meta")
        else:  # between 0 and 1, so that whole numbers are 0: an index into any table
            yield torch.rand(size, generator=generator).to(dtype)


# -- on a device --------------------------------------------------------------------------


def is_on(tensor: torch.Tensor, device: torch.device) -> bool:
    """Whether a tensor is there already; a device without a number is any of its kind."""
    home = tensor.device
    return home.type == device.type and device.index in (None, home.index or 0)


def on_device(value: Any, device: torch.device) -> Any:
    """The same on a device: what is there already is not touched, nor is anything of the caller's changed.

    Of the caller's own classes those with a method `to` are moved, as PyTorch Geometric's `Data`.
    """
    if all(is_on(tensor, device) for _, tensor in walk(value, "", objects=True)):
        return value
    if isinstance(value, torch.Tensor):
        return value.to(device)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(on_device(part, device) for part in value))
    if type(value) in (list, tuple):
        return type(value)(on_device(part, device) for part in value)
    if type(value) is dict:
        return {key: on_device(part, device) for key, part in value.items()}
    if callable(getattr(value, "to", None)) and not isinstance(value, torch.nn.Module):
        return copy.copy(value).to(device)
    return value
