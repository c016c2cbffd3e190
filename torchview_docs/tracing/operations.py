"""Operations: what torch does at API level while a model runs, appended to a Record.

They come through `TorchFunctionMode`, which hides itself while one runs, so that the pieces of an
operation are not seen.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from torchview_docs.tracing.arguments import Arguments
from torchview_docs.tracing.containers import pack, tensors
from torchview_docs.tracing.devices import run_here
from torchview_docs.tracing.escapes import Escapes
from torchview_docs.tracing.fallbacks import TooSlowError
from torchview_docs.tracing.forms import Form
from torchview_docs.tracing.functions import Kind, kind_of, short_name
from torchview_docs.tracing.hybrid import Hybrid
from torchview_docs.tracing.internals import is_lazy, version
from torchview_docs.tracing.memo import Memo, Recipe
from torchview_docs.tracing.packed import has_value
from torchview_docs.tracing.record import Call, Leave, Op, Record
from torchview_docs.tracing.tensors import Tensors, Value
from torchview_docs.tracing.writes import statistics, targets

__all__ = ["Operations", "versions"]

# Looking a member up in its class takes as long as comparing ten.
_METADATA, _COPY, _VALUE, _VIEW, _GETITEM = Kind.METADATA, Kind.COPY, Kind.VALUE, Kind.VIEW, Kind.GETITEM
_ORDINARY, _INPLACE, _SET_DATA, _DEVICE = Kind.ORDINARY, Kind.INPLACE, Kind.SET_DATA, Kind.DEVICE
_META = torch.device("meta")


class Operations(TorchFunctionMode):
    """Records the operations inside `with operations:`.

    Args:
        hybrid: Computes shapes without data; None runs everything as it is.
        memo: Results of earlier equal operations on shapes, also of other runs.
        guard: Called with each tensor that is about to be changed in place, and whether it was `seen`.
        budget: Seconds after which the next operation raises `TooSlowError`.
    """

    def __init__(
        self,
        hybrid: Hybrid | None = None,
        memo: Memo | None = None,
        guard: Callable[..., None] | None = None,
        budget: float = math.inf,
    ) -> None:
        super().__init__()
        self.record = Record()
        self.hybrid = hybrid
        self._memo = memo if hybrid is not None else None
        self.values = Tensors(hold=hybrid is not None)
        self._guard = guard
        self._budget = budget
        self._deadline = time.monotonic() + budget
        self._escapes = Escapes()
        #: Whether data of a tensor has left torch.
        self._escaped = False
        #: Classes of arguments that have been seen together, none of them without shape.
        self._ordinary: set[tuple[type, ...]] = {()}
        self._call: Call | None = None
        #: How many opaque operations are running; what happens in them is not recorded.
        self._muted = 0
        #: While a transform of torch.func runs: the tensors of the model that are used inside.
        self._captured: list[torch.Tensor] | None = None

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kind = kind_of(function)
        if kind is _METADATA or (types not in self._ordinary and self._lazy(types)):
            return function(*args, **(kwargs or {}))
        if time.monotonic() > self._deadline:
            raise TooSlowError(self._budget, short_name(function))
        kwargs = kwargs or {}
        if kind is _COPY:
            return self._copy(types, *args, **kwargs)
        if kind is _DEVICE:
            return self._device(function, args[0])
        if kind.writes or "out" in kwargs:
            self._before_write(kind, args, kwargs)
        if self._muted:
            return self._inside(function, kind, args, kwargs)
        given = Arguments(args, kwargs, self.values)
        if kind is _VIEW or kind is _GETITEM:
            return self._view(function, kind, given)
        key = None
        if self._memo is not None and (kind is _ORDINARY or kind is _INPLACE):
            key = self._key(function, given)
            recipe = None if key is None else self._memo.recall(key)
            if recipe is not None:
                return self._repeat(function, recipe, given)
        before = versions(given.used)
        self._muted += 1
        try:
            result = self._run(function, kind, args, kwargs, given.used)
        finally:
            self._muted -= 1
        changed = self._changed(function, kind, given, before)
        op = self._append(function, kind, given, result, changed)
        if key is not None and op is not None and not self.hybrid.shaped_by_data:  # type: ignore[union-attr]
            forms = {id(t): self.values.value(t).form for t in tensors((result,), None)}
            op.recipe = self._memo.keep(key, result, forms, given.used, changed)  # type: ignore[union-attr]
        if kind is _VALUE and given.used and not isinstance(result, torch.Tensor):
            return self._leave(given.used[0], result)
        return result

    def _view(self, function: Any, kind: Kind, given: Arguments) -> Any:
        """Run and record an operation that only reads."""
        self._muted += 1
        try:
            result = self._run(function, kind, *given.given, given.used)
        finally:
            self._muted -= 1
        if type(result) is torch.Tensor:  # as most
            self._record(function, given, self.values.value(result), ())
        else:
            self._append(function, kind, given, result, [])
        return result

    def _before_write(self, kind: Kind, args: Any, kwargs: Any) -> None:
        """Tell the guard what is about to change, and keep a storage that is about to be left."""
        if self._guard is not None:
            for target in tensors((kwargs.get("out"), args[:1] if kind.writes else None), None):
                self._guard(target, seen=self.values.known(target) is not None)
        if kind is _SET_DATA:
            self.values.keep(args[0])

    def _lazy(self, types: tuple[type, ...]) -> bool:
        """Whether one of these classes is of parameters without shape."""
        if is_lazy(types):
            return True
        self._ordinary.add(types)
        return False

    def _run(self, function: Any, kind: Kind, args: Any, kwargs: Any, used: list[torch.Tensor]) -> Any:
        if self.hybrid is None:
            return run_here(function, kind, args, kwargs)
        return self.hybrid.run(function, kind, args, kwargs, used)

    def _inside(self, function: Any, kind: Kind, args: Any, kwargs: Any) -> Any:
        """Run an operation inside of an opaque one."""
        used = tensors(args, kwargs)
        if self._captured is None:
            return self._run(function, kind, args, kwargs, used)
        self._captured += [t for t in used if self.values.known(t) is not None]
        if self.hybrid is not None and any(t.is_meta for t in used):
            args, kwargs = self.hybrid.standing(args), self.hybrid.standing(kwargs)
        return function(*args, **kwargs)

    def _key(self, function: Any, given: Arguments) -> Any:
        """What an operation is remembered by; None where it cannot be, or is not worth it."""
        if given.key is None or not self.hybrid.any_unreal(given.used):  # type: ignore[union-attr]
            return None
        return Memo.key(function, given.key)

    def _repeat(self, function: Any, recipe: Recipe, given: Arguments) -> Any:
        """The result of an operation that is remembered, recorded as if it had run."""
        only = recipe.only
        if only is not None:  # as most
            made = torch.empty_strided(only.shape, only.strides, dtype=only.dtype, device=_META)  # type: ignore[arg-type]
            self._record(function, given, self.values.fresh(made, only), (), recipe)
            return made
        results: list[Any] = []
        packed: list[Any] = []
        for part in recipe.parts:
            if isinstance(part, Form):
                made = torch.empty_strided(part.shape, part.strides, dtype=part.dtype, device=_META)  # type: ignore[arg-type]
                results.append(made)
                packed.append(self.values.fresh(made, part))
            elif part is None:
                results.append(None)
                packed.append(None)
            else:
                results.append(given.used[part])
                packed.append(self.values.value(given.used[part]))
        writes = tuple([self.values.value(given.used[i]) for i in recipe.writes])
        whole = packed[0] if recipe.single else tuple(packed)
        self._record(function, given, whole, writes, recipe)
        return results[0] if recipe.single else tuple(results)

    def _changed(self, function: Any, kind: Kind, given: Arguments, before: list[int]) -> list[torch.Tensor]:
        """The tensors that an operation has written to."""
        used, (args, kwargs) = given.used, given.given
        changed: list[torch.Tensor] = []
        if kind.writes and used:
            changed.append(used[0])
        after = versions(used)
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
        return changed

    def _append(
        self, function: Any, kind: Kind, given: Arguments, result: Any, changed: list[torch.Tensor]
    ) -> Op | None:
        """Record an operation, if it has anything to do with tensors."""
        writes: tuple[Value, ...] = ()
        if changed:
            if kind is _SET_DATA:
                self.values.refresh(given.given[0][0])
            packed_result = pack(result, self.values.refresh)
            writes = tuple(dict.fromkeys(map(self.values.refresh, changed)))
        elif isinstance(result, torch.Tensor):  # as most
            packed_result = self.values.value(result)
        else:
            packed_result = pack(result, self.values.value)
        if writes or type(packed_result) is Value or has_value(packed_result):
            return self._record(function, given, packed_result, writes)
        return None

    def _record(
        self,
        function: Any,
        given: Arguments,
        result: Any,
        writes: tuple[Value, ...],
        recipe: Recipe | None = None,
    ) -> Op:
        returned = self._escapes.returned(*given.given) if self._escaped else ()
        op = Op(
            function,
            given.args,
            given.kwargs,
            result,
            writes,
            self._call,
            given.operands,
            given.key,
            returned,
            recipe,
        )
        self.record.events.append(op)
        return op

    def _leave(self, source: torch.Tensor, result: Any) -> Any:
        """Data of a tensor leaves torch."""
        value = self.values.value(source)
        gone = Value(value.form)
        self.record.events.append(Leave(value, gone, self._call))
        self._escaped = True
        return self._escapes.leave(result, gone)

    def _copy(self, types: Any, t: torch.Tensor, memo: dict[int, Any]) -> Any:
        """`copy.deepcopy(t)`, recorded as the clone that it is."""
        if id(t) not in memo:
            memo[id(t)] = self.__torch_function__(torch.Tensor.clone, types, (t,))
        return memo[id(t)]

    def _device(self, function: Any, t: torch.Tensor) -> Any:
        """Where a tensor is, or would be if its data was computed."""
        if self.hybrid is None or not t.is_meta:
            return function(t)
        return torch.device("cpu") if short_name(function) == "device" else False


def versions(used: list[torch.Tensor]) -> list[int]:
    """How often the storage of each tensor was written to."""
    return [version(t) for t in used]
