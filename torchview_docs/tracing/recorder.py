"""Recorder: watches one run of a model in one thread, and appends what happens to a Record.

Operations come through `TorchFunctionMode`, which sees them at API level and hides itself while
one runs, so that the pieces of an operation are not seen. Module calls and what the mode cannot
see come from the patches in `patches`, which look up the recorder of their thread.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any, Self

import torch
from torch.overrides import TorchFunctionMode

from torchview_docs.tracing import patches
from torchview_docs.tracing.containers import pack, tensors
from torchview_docs.tracing.escapes import Escapes
from torchview_docs.tracing.fallbacks import TooSlowError
from torchview_docs.tracing.functions import Kind, kind_of
from torchview_docs.tracing.hybrid import Hybrid
from torchview_docs.tracing.internals import is_lazy, no_torch_function, version
from torchview_docs.tracing.packed import has_value
from torchview_docs.tracing.record import Call, Exit, Leave, Op, Record
from torchview_docs.tracing.tensors import Tensors, Value
from torchview_docs.tracing.writes import statistics, targets

__all__ = ["Recorder"]


class Recorder(TorchFunctionMode):
    """Records what runs inside `with recorder:`.

    Args:
        hybrid: Computes shapes without data; None runs everything as it is.
        guard: Called with each tensor that is about to be changed in place.
        budget: Seconds after which the next operation raises `TooSlowError`.
    """

    def __init__(
        self,
        hybrid: Hybrid | None = None,
        guard: Callable[[torch.Tensor], None] | None = None,
        budget: float = math.inf,
    ) -> None:
        super().__init__()
        self.record = Record()
        self.hybrid = hybrid
        self.values = Tensors(hold=hybrid is not None)
        self._guard = guard
        self._budget = budget
        self._deadline = time.monotonic() + budget
        self._escapes = Escapes()
        self._call: Call | None = None
        #: How many opaque operations are running; what happens in them is not recorded.
        self._muted = 0

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

    # -- operations -----------------------------------------------------------------------

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        kind = kind_of(function)
        if kind is Kind.METADATA or (types and is_lazy(types)):
            return function(*args, **kwargs)
        if time.monotonic() > self._deadline:
            raise TooSlowError(self._budget)
        if kind is Kind.COPY:
            return self._copy(types, *args, **kwargs)
        used = tensors(args, kwargs)
        if self._guard is not None and (kind.writes or "out" in kwargs):
            for target in tensors((kwargs.get("out"), args[:1] if kind.writes else None), None):
                self._guard(target)
        if self._muted:
            return self._run(function, kind, args, kwargs, used)
        self._muted += 1
        before = _versions(used)
        try:
            result = self._run(function, kind, args, kwargs, used)
        finally:
            self._muted -= 1
        self._append(function, kind, (args, kwargs), used, before=before, result=result)
        if kind is Kind.VALUE and used and not isinstance(result, torch.Tensor):
            return self._leave(used[0], result)
        return result

    def _run(self, function: Any, kind: Kind, args: Any, kwargs: Any, used: list[torch.Tensor]) -> Any:
        if self.hybrid is None:
            return function(*args, **kwargs)
        return self.hybrid.run(function, kind, args, kwargs, used)

    def _append(
        self,
        function: Any,
        kind: Kind,
        arguments: tuple[Any, Any],
        used: list[torch.Tensor],
        *,
        before: list[int],
        result: Any,
    ) -> None:
        args, kwargs = arguments
        changed: list[torch.Tensor] = []
        if kind.writes and used:
            changed.append(used[0])
        after = _versions(used)
        if before != after:
            written = [t for t, x, y in zip(used, before, after, strict=True) if x != y]
            changed += written if len(written) < 2 else targets(function, written, args, kwargs)
        if self.hybrid is not None:
            # What an opaque operation wrote into tensors of its own concerns nobody.
            changed += [t for t in self.hybrid.take_written() if any(t is other for other in used)]
        updated = statistics(function, args, kwargs)
        if updated:
            changed += updated
            if self.hybrid is not None and self.hybrid.unreal(used[0]):
                for t in updated:
                    self.hybrid.declare_unreal(t)
        value = self.values.value
        packed_args, packed_kwargs = pack(args, value), pack(kwargs, value)
        if changed:
            if kind is Kind.SET_DATA:
                self.values.refresh(args[0])
            packed_result = pack(result, self.values.refresh)
            writes = tuple(dict.fromkeys(map(self.values.refresh, changed)))
        else:
            packed_result = pack(result, value)
            writes = ()
        if writes or has_value(packed_result):
            op = Op(function, packed_args, packed_kwargs, packed_result, writes, self._call)
            if self._escapes:
                op.returned = self._escapes.returned(args, kwargs)
            self.record.events.append(op)

    def _leave(self, source: torch.Tensor, result: Any) -> Any:
        """Data of a tensor leaves torch."""
        value = self.values.value(source)
        gone = Value(value.form)
        self.record.events.append(Leave(value, gone, self._call))
        return self._escapes.leave(result, gone)

    def _copy(self, types: Any, t: torch.Tensor, memo: dict[int, Any]) -> Any:
        """`copy.deepcopy(t)`, recorded as the clone that it is."""
        if id(t) not in memo:
            memo[id(t)] = self.__torch_function__(torch.Tensor.clone, types, (t,))
        return memo[id(t)]

    def opaque(self, name: Any, run: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """Run something that torch does not see, as one operation called `name`."""
        if self._muted:
            return run(*args, **kwargs)
        with no_torch_function():
            used = tensors(args, kwargs)
            before = _versions(used)
        self._muted += 1
        try:
            result = run(*args, **kwargs)
        finally:
            self._muted -= 1
        with no_torch_function():
            self._append(name, Kind.ORDINARY, (args, kwargs), used, before=before, result=result)
        return result

    def operation(self, function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """Run one of torch's functions that no mode sees, as if it did."""
        with no_torch_function():
            return self.__torch_function__(function, (), args, kwargs)

    # -- module calls ---------------------------------------------------------------------

    def module_call(self, run: Callable[..., Any], module: torch.nn.Module, args: Any, kwargs: Any) -> Any:
        """Run a call of a module and record that it happened."""
        if self._muted:
            return run(module, *args, **kwargs)
        value = self.values.value
        with no_torch_function():  # looking at a tensor's shape is no operation of the model
            packed_args, packed_kwargs = pack(args, value), pack(kwargs, value)
        call = Call(module, packed_args, packed_kwargs, self._call, len(self.record.events))
        self.record.events.append(call)
        call.opaque = isinstance(module, torch.jit.ScriptModule)
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
        with no_torch_function():
            call.result = pack(result, value)
        self.record.events.append(Exit(call))
        return result

    def _opaque_module(self, run: Callable[..., Any], module: torch.nn.Module, args: Any, kwargs: Any) -> Any:
        # The interpreter of TorchScript runs meta decompositions written in Python: hide them.
        with no_torch_function():
            if self.hybrid is None:
                return run(module, *args, **kwargs)
            return self.hybrid.run_opaque(run, module, args, kwargs)


def _versions(used: list[torch.Tensor]) -> list[int]:
    return [version(t) for t in used]
