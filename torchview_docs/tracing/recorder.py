"""Recorder: watches one run of a model in one thread, and appends what happens to a Record.

What torch does at API level is seen by its base, `Operations`. Module calls and what no mode can see
come from the patches in `patches`, which look up the recorder of their thread.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import torch

from torchview_docs.tracing import patches
from torchview_docs.tracing.arguments import Arguments
from torchview_docs.tracing.containers import pack, pack_keywords, tensors
from torchview_docs.tracing.functions import Kind
from torchview_docs.tracing.internals import no_torch_function
from torchview_docs.tracing.operations import Operations, versions
from torchview_docs.tracing.record import Call, Exit
from torchview_docs.tracing.tensors import Value

__all__ = ["Recorder"]

_ORDINARY = Kind.ORDINARY


class Recorder(Operations):
    """Records what runs inside `with recorder:`.

    Args:
        hybrid: Computes shapes without data; None runs everything as it is.
        memo: Results of earlier equal operations on shapes, also of other runs.
        guard: Called with each tensor that is about to be changed in place, and whether it was `seen`.
        budget: Seconds after which the next operation raises `TooSlowError`.
    """

    def __enter__(self) -> Self:
        patches.install(self)
        try:
            super().__enter__()  # type: ignore[no-untyped-call]
        except BaseException:
            patches.remove(self)
            raise
        return self

    def __exit__(self, *error: object) -> None:
        try:
            super().__exit__(*error)  # type: ignore[no-untyped-call]
        finally:
            patches.remove(self)

    # -- what no mode sees ------------------------------------------------------------------

    def autograd_function(self, name: str, run: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """Run an autograd.Function as one operation called `name`; one that calls modules is seen through."""
        if self._muted:
            return run(*args, **kwargs)
        with no_torch_function():
            given = Arguments(args, kwargs, self.values)
            before = versions(given.used)
        events, start = self.record.events, len(self.record.events)
        result = run(*args, **kwargs)
        if any(type(event) is Call for event in events[start:]):
            return result
        del events[start:]
        with no_torch_function():
            changed = self._changed(name, _ORDINARY, given, before)
            self._append(name, _ORDINARY, given, result, changed)
        return result

    def opaque(self, name: Any, run: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """Run something that torch does not see, as one operation called `name`."""
        if self._muted:
            return run(*args, **kwargs)
        with no_torch_function():
            given = Arguments(args, kwargs, self.values)
            before = versions(given.used)
        self._muted += 1
        try:
            result = run(*args, **kwargs)
        finally:
            self._muted -= 1
        with no_torch_function():
            changed = self._changed(name, _ORDINARY, given, before)
            self._append(name, _ORDINARY, given, result, changed)
        return result

    def scripted(self, name: str, run: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """Run a scripted function, into which no mode can see, as one operation called `name`."""
        hybrid = self.hybrid

        def hidden(*args: Any, **kwargs: Any) -> Any:
            with no_torch_function():
                return run(*args, **kwargs) if hybrid is None else hybrid.run_opaque(run, (), args, kwargs)

        return self.opaque(name, hidden, args, kwargs)

    def transform(
        self, name: str, run: Callable[..., Any], args: Any, kwargs: Any, *, given: tuple[Any, Any]
    ) -> Any:
        """Run a transform with these arguments as one operation; `given` are its function's.

        What the function closes over is used as well.
        """
        if self._muted:
            return run(*args, **kwargs)
        captured: list[torch.Tensor] = []
        with no_torch_function():
            if self.hybrid is not None and self.hybrid.any_unreal(tensors(*given)):
                args, kwargs = self.hybrid.standing(args), self.hybrid.standing(kwargs)
            before = versions(tensors(*given))
        self._muted += 1
        self._captured = captured
        try:
            result = run(*args, **kwargs)
        finally:
            self._captured = None
            self._muted -= 1
        with no_torch_function():
            passed = {id(t) for t in tensors(*given)}
            free = [t for t in {id(t): t for t in captured}.values() if id(t) not in passed]
            arguments = Arguments((*given[0], *free), given[1], self.values)
            before += versions(free)
            changed = self._changed(name, _ORDINARY, arguments, before)
            self._append(name, _ORDINARY, arguments, result, changed)
        return result

    def operation(self, function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """Run one of torch's functions that no mode sees, as if it did."""
        with no_torch_function():
            return self.__torch_function__(function, (), args, kwargs)

    def swap_tensors(self, run: Callable[..., Any], one: torch.Tensor, other: torch.Tensor) -> None:
        """Let two tensors be one another; that computes nothing."""
        with no_torch_function():
            self.values.swap(lambda: run(one, other), one, other)

    # -- module calls ---------------------------------------------------------------------

    def phase_call(
        self, phase: str, run: Callable[..., Any], module: torch.nn.Module, args: Any, kwargs: Any
    ) -> Any:
        """Run a method of a module that is a phase of its forward, and record that it happened."""
        return self.module_call(lambda _, *args, **kwargs: run(*args, **kwargs), module, args, kwargs, phase)

    def module_call(
        self, run: Callable[..., Any], module: torch.nn.Module, args: Any, kwargs: Any, phase: str = ""
    ) -> Any:
        """Run a call of a module, or of one of its phases, and record that it happened."""
        if self._muted:
            return run(module, *args, **kwargs)
        events = self.record.events
        call = Call(
            module,
            pack(args, self._seen),
            pack_keywords(kwargs, self._seen),
            self._call,
            len(events),
            None,
            isinstance(module, torch.jit.ScriptModule),
            phase,
        )
        events.append(call)
        self._call = call
        self._muted += call.opaque
        try:
            result = (
                self._opaque_module(run, module, args, kwargs)
                if call.opaque
                else run(module, *args, **kwargs)
            )
        finally:
            self._muted -= call.opaque
            self._call = call.parent
        call.result = pack(result, self._seen)
        events.append(Exit(call))
        return result

    def _seen(self, t: torch.Tensor) -> Value:
        """The value of a tensor outside of an operation: looking at its shape is none of the model's."""
        known = self.values.known(t)
        if known is not None:
            return known
        with no_torch_function():
            return self.values.value(t)

    def _opaque_module(self, run: Callable[..., Any], module: torch.nn.Module, args: Any, kwargs: Any) -> Any:
        # The interpreter of TorchScript runs meta decompositions written in Python: hide them.
        with no_torch_function():
            if self.hybrid is None:
                return run(module, *args, **kwargs)
            held = tuple(module.parameters())
            return self.hybrid.run_opaque(run, held, (module, *args), kwargs)
