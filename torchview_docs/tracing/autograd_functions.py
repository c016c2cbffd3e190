"""Autograd functions: each call of `Function.apply` is told to the recorder of its thread."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

import torch

__all__ = ["patch_autograd_functions", "run_autograd_function"]

#: Autograd functions that only run what they are given; seen through.
_TRANSPARENT = {"torch.utils.checkpoint.CheckpointFunction"}


class _Template:
    """Holds a method that closes over `__class__`, as `Function.apply` does.

    Code can only be swapped against code with the same free variables.
    """

    def apply(cls, *args: Any, **kwargs: Any) -> Any:  # noqa: N805  # a class method's code
        __class__  # type: ignore[name-defined]  # noqa: B018  # the free variable
        from torchview_docs.tracing.autograd_functions import run_autograd_function

        return run_autograd_function(cls, args, kwargs)


class _Patched:
    """What the swapped code needs: the function as it was, and who is to be told."""

    run: Any = None
    current: Callable[[], Any] = staticmethod(lambda: None)


_patched = _Patched()


def patch_autograd_functions(current: Callable[[], Any]) -> Callable[[], None]:
    """Let recorders see the calls of autograd functions; gives how to undo it.

    Args:
        current: Gives the recorder of this thread, or None.
    """
    # The code is swapped, not the attribute: `f = MyFunction.apply` is often taken at import.
    function: Any = torch.autograd.Function.apply.__func__  # type: ignore[attr-defined]
    original = function.__code__
    run: Any = types.FunctionType(
        original, function.__globals__, "apply", function.__defaults__, function.__closure__
    )
    run.__kwdefaults__ = function.__kwdefaults__
    _patched.run, _patched.current = run, current
    function.__code__ = _Template.apply.__code__

    def undo() -> None:
        function.__code__ = original

    return undo


def run_autograd_function(cls: Any, args: Any, kwargs: Any) -> Any:
    """What `Function.apply` does while a recorder is installed."""
    recorder = _patched.current()
    run = _patched.run
    name = f"{cls.__module__}.{cls.__qualname__}"
    if recorder is None or name in _TRANSPARENT:
        return run(cls, *args, **kwargs)
    return recorder.autograd_function(name, lambda *a, **k: run(cls, *a, **k), args, kwargs)
