"""Patches: what is replaced in torch, process-wide, while at least one recorder watches.

Each patch looks up the recorder of its own thread and does nothing where there is none, so other
threads run as ever. The patches stand under one lock with a count: the first recorder puts them
in, the last takes them out.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Any, Protocol

import torch

from torchview_docs.tracing.autograd_functions import patch_autograd_functions
from torchview_docs.tracing.internals import no_torch_function
from torchview_docs.tracing.transforms import patch_transforms

__all__ = ["Watcher", "current", "install", "remove"]


class Watcher(Protocol):
    """What the patches tell what they see; a recorder is one."""

    def module_call(self, run: Callable[..., Any], module: torch.nn.Module, args: Any, kwargs: Any) -> Any:
        """Run a call of a module and record that it happened."""

    def phase_call(
        self, phase: str, run: Callable[..., Any], module: torch.nn.Module, args: Any, kwargs: Any
    ) -> Any:
        """Run a method of a module that is a phase of its forward, and record that it happened."""

    def opaque(self, name: Any, run: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """Run something that torch does not see, as one operation called `name`."""

    def autograd_function(self, name: str, run: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """Run an autograd.Function as one operation called `name`; one that calls modules is seen through."""

    def scripted(self, name: str, run: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """Run a scripted function, into which no mode can see, as one operation called `name`."""

    def transform(
        self, name: str, run: Callable[..., Any], args: Any, kwargs: Any, *, given: tuple[Any, Any]
    ) -> Any:
        """Run a transform with these arguments as one operation; `given` are its function's."""

    def swap_tensors(self, run: Callable[..., Any], one: torch.Tensor, other: torch.Tensor) -> None:
        """Let two tensors be one another."""

    def operation(self, function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """Run one of torch's functions that no mode sees, as if it did."""


class _Recorders(threading.local):
    """The recorders of this thread, innermost last."""

    def __init__(self) -> None:
        self.stack: list[Watcher] = []


_recorders = _Recorders()
_lock = threading.RLock()
_undo: list[Callable[[], None]] = []
_count = 0


def install(recorder: Watcher) -> None:
    """Let a recorder see what runs in this thread."""
    global _count  # noqa: PLW0603  # patches are process-wide by nature
    with _lock:
        if _count == 0:
            try:
                # One by one: what was put in before one fails must be taken out.
                for patch in _PATCHES:
                    _undo.append(patch())  # noqa: PERF401
            except BaseException:
                _take_out()
                raise
        _count += 1
    _recorders.stack.append(recorder)


def remove(recorder: Watcher) -> None:
    """Undo `install`."""
    global _count  # noqa: PLW0603
    _recorders.stack.remove(recorder)
    with _lock:
        _count -= 1
        if _count == 0:
            _take_out()


def _take_out() -> None:
    while _undo:
        _undo.pop()()


def current() -> Watcher | None:
    """The recorder of this thread, the innermost of several."""
    return _recorders.stack[-1] if _recorders.stack else None


# -- the patches, each returns how to undo it ----------------------------------------------


def _module_calls() -> Callable[[], None]:
    original = torch.nn.Module.__call__

    def call(self: torch.nn.Module, *args: Any, **kwargs: Any) -> Any:
        stack = _recorders.stack
        if not stack:
            return original(self, *args, **kwargs)
        return stack[-1].module_call(original, self, args, kwargs)

    torch.nn.Module.__call__ = call  # type: ignore[method-assign]

    def undo() -> None:
        torch.nn.Module.__call__ = original  # type: ignore[method-assign]

    return undo


def _autograd_functions() -> Callable[[], None]:
    return patch_autograd_functions(current)


def _unseen() -> Callable[[], None]:
    undo = [
        patch_transforms(current),
        # nested_tensor(tensors, …) copies from a list, which no mode sees; the others make a view of a
        # tensor without data that torch keeps for that.
        *(_opaque(torch.nested, name, f"torch.nested.{name}") for name in _NESTED),
        _scripted_functions(),
        _swapped_tensors(),
        _operation(torch.Tensor, "set_"),
        _operation(torch, "from_numpy"),
        _operation(torch, "from_dlpack"),
        _operation(torch.utils.dlpack, "from_dlpack"),
    ]

    def undo_all() -> None:
        for one in undo:
            one()

    return undo_all


#: What makes nested tensors.
_NESTED = ("nested_tensor", "as_nested_tensor", "nested_tensor_from_jagged", "narrow", "masked_select")


def _opaque(module: Any, attribute: str, name: str) -> Callable[[], None]:
    """Make a function one operation."""
    original = getattr(module, attribute)

    def run(*args: Any, **kwargs: Any) -> Any:
        with no_torch_function():
            return original(*args, **kwargs)

    def patched(*args: Any, **kwargs: Any) -> Any:
        recorder = current()
        if recorder is None:
            return original(*args, **kwargs)
        return recorder.opaque(name, run, args, kwargs)

    setattr(module, attribute, patched)
    return lambda: setattr(module, attribute, original)


def _swapped_tensors() -> Callable[[], None]:
    original: Callable[..., Any] = torch.utils.swap_tensors

    def swap_tensors(t1: torch.Tensor, t2: torch.Tensor) -> None:
        recorder = current()
        if recorder is None:
            original(t1, t2)
        else:
            recorder.swap_tensors(original, t1, t2)

    torch.utils.swap_tensors = swap_tensors

    def undo() -> None:
        torch.utils.swap_tensors = original

    return undo


def _scripted_functions() -> Callable[[], None]:
    cls: Any = torch.jit.ScriptFunction
    original = cls.__call__

    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        recorder = current()
        if recorder is None:
            return original(self, *args, **kwargs)
        return recorder.scripted(self.name, lambda *a, **k: original(self, *a, **k), args, kwargs)

    cls.__call__ = call

    def undo() -> None:
        cls.__call__ = original

    return undo


def _operation(holder: Any, attribute: str) -> Callable[[], None]:
    """Let recorders see a function of torch that no mode sees."""
    inherited = attribute not in vars(holder)
    original = getattr(holder, attribute)

    def seen(*args: Any, **kwargs: Any) -> Any:
        recorder = current()
        return original(*args, **kwargs) if recorder is None else recorder.operation(original, args, kwargs)

    setattr(holder, attribute, seen)

    def undo() -> None:
        delattr(holder, attribute) if inherited else setattr(holder, attribute, original)

    return undo


class _Validating:
    """Whether distributions look at their arguments: not while a recorder watches, for what they see."""

    def __init__(self, usual: bool) -> None:
        self.usual = usual

    def __get__(self, distribution: object, cls: type) -> bool:
        return self.usual and not _recorders.stack


def _validation() -> Callable[[], None]:
    cls: Any = torch.distributions.Distribution
    usual = cls._validate_args  # what `set_default_validate_args` sets
    cls._validate_args = _Validating(usual)

    def undo() -> None:
        cls._validate_args = usual

    return undo


def _attention_fastpath() -> Callable[[], None]:
    # The fast path of nn.TransformerEncoder runs fused kernels that hide the layers.
    enabled = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    return lambda: torch.backends.mha.set_fastpath_enabled(enabled)


def _compiled() -> Callable[[], None]:
    # Nothing can have been compiled where dynamo was never imported, and importing it is slow: then
    # it is told when the model compiles something, as flex_attention does.
    stances: list[Any] = []
    original = torch.compile
    if "torch._dynamo" in sys.modules:
        stances.append(torch.compiler.set_stance("force_eager"))

    def compile_(*args: Any, **kwargs: Any) -> Any:
        if not stances:
            stances.append(torch.compiler.set_stance("force_eager"))
        return original(*args, **kwargs)

    torch.compile = compile_

    def undo() -> None:
        torch.compile = original
        for stance in stances:
            stance.__exit__(None, None, None)

    return undo


_PATCHES = (_module_calls, _autograd_functions, _unseen, _attention_fastpath, _validation, _compiled)
