"""Swaps: another code for a function that may have been imported under any name.

A patched attribute misses `from torch.func import jacrev` in a model's module; the code object is
one for all who hold the function.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

__all__ = ["swap_code"]

_replacements: dict[str, Callable[..., Any]] = {}


def _template(*args: Any, **kwargs: Any) -> Any:
    from torchview_docs.tracing.swaps import run_replacement

    return run_replacement("the key", args, kwargs)


def run_replacement(key: str, args: Any, kwargs: Any) -> Any:
    """What a swapped function does."""
    return _replacements[key](*args, **kwargs)


def swap_code(function: Any, around: Callable[..., Any]) -> Callable[[], None]:
    """Let a function without free variables do something else.

    Args:
        function: The function.
        around: Gets the function as it was, and the arguments.

    Returns:
        What undoes it.
    """
    code = function.__code__
    original = types.FunctionType(code, function.__globals__, function.__name__, function.__defaults__)
    original.__kwdefaults__ = function.__kwdefaults__
    key = f"{function.__module__}.{function.__qualname__}"
    _replacements[key] = lambda *args, **kwargs: around(original, *args, **kwargs)
    template = _template.__code__
    constants = tuple(key if constant == "the key" else constant for constant in template.co_consts)
    function.__code__ = template.replace(co_consts=constants)

    def undo() -> None:
        function.__code__ = code

    return undo
