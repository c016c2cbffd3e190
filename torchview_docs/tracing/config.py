"""Configuration: the arguments of an operation that are no tensors, as short text."""

from __future__ import annotations

import inspect
from typing import Any

import torch

from torchview_docs.tracing.functions import Kind, kind_of
from torchview_docs.tracing.naming import FunctionName, signature_of
from torchview_docs.tracing.packed import has_value
from torchview_docs.tracing.tensors import Value

__all__ = ["config_of"]

_LONGEST = 60
#: Arguments that say nothing about what is computed; devices differ from rung to rung.
_SILENT = frozenset({"_stacklevel", "out", "device", "non_blocking", "requires_grad", "pin_memory"})


def config_of(function: Any, name: FunctionName, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    """`dim=-1, keepdim=True`; `[:, 0]` for an index; the bare value beside an operator."""
    if name.target in ("operator.getitem", "operator.setitem") and len(args) > 1:
        return f"[{_index(args[1])}]"
    if name.target.startswith("operator."):
        return ", ".join(_text(a) for a in args if not has_value(a))
    # How many sizes and bounds the factories take varies, and with it what the first one means.
    parameters = () if _is_factory(function) else signature_of(function)
    parts = []
    for i, arg in enumerate(args):
        if has_value(arg) or _is_device(arg):
            continue
        parameter = parameters[i] if i < len(parameters) else None
        rest = parameter is None and bool(parameters) and parameters[-1].many
        if parameter is None or parameter.many or rest:
            parts.append(_text(arg))
        elif arg is not None and not _same(arg, parameter.default):
            parts.append(f"{parameter.name}={_text(arg)}")
    defaults = {p.name: p.default for p in parameters}
    for key, arg in kwargs.items():
        default = defaults.get(key, inspect.Parameter.empty)
        if arg is not None and key not in _SILENT and not has_value(arg) and not _same(arg, default):
            parts.append(f"{key}={_text(arg)}")
    return ", ".join(parts)


def _is_factory(function: Any) -> bool:
    return not isinstance(function, str) and kind_of(function) in (Kind.FACTORY, Kind.NEW)


def _is_device(arg: Any) -> bool:
    if isinstance(arg, torch.device):
        return True
    return isinstance(arg, str) and arg.partition(":")[0] in ("cpu", "cuda", "meta", "mps", "xpu")


def _same(value: Any, default: Any) -> bool:
    return type(value) is type(default) and bool(value == default)


def _index(index: Any) -> str:
    if isinstance(index, tuple):
        return ", ".join(map(_index, index)) or "()"
    if isinstance(index, slice):
        start, stop, step = ("" if p is None else _index(p) for p in (index.start, index.stop, index.step))
        return f"{start}:{stop}" + (f":{step}" if step else "")
    if index is Ellipsis:
        return "..."
    return _text(index)


def _text(value: Any) -> str:
    if isinstance(value, Value):
        return "tensor"
    if isinstance(value, torch.dtype | torch.layout | torch.memory_format):
        return str(value).removeprefix("torch.")
    if isinstance(value, torch.Size):
        return str(tuple(value))
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, tuple | list):
        inner = ", ".join(map(_text, value[:9])) + (", …" if len(value) > 9 else "")
        if isinstance(value, list):
            return f"[{inner}]"
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, type) or callable(value):
        return str(getattr(value, "__name__", type(value).__name__))
    # The repr of a foreign object may hold an address, or run code: its class says enough.
    plain = isinstance(value, int | str | bool | complex | type(None))
    text = repr(value) if plain else type(value).__name__
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
