"""CountingRecorder: a recorder that also counts FLOPs."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from typing import Any, Self

import torch

from torchview_docs.tracing.arguments import Arguments
from torchview_docs.tracing.flops import RECURRENT, FlopCounter, recurrent
from torchview_docs.tracing.forms import Form
from torchview_docs.tracing.functions import Kind, short_name
from torchview_docs.tracing.hybrid import Hybrid
from torchview_docs.tracing.memo import Memo, Recipe
from torchview_docs.tracing.record import Event, Exit, Op
from torchview_docs.tracing.recorder import Recorder

__all__ = ["CountingRecorder"]


class CountingRecorder(Recorder):
    """Records what runs inside `with recorder:` and what each operation computes (`record.flops`).

    A class of its own, so that a run that is not counted has nothing to ask. Its memo must not be
    that of runs that are not counted.
    """

    def __init__(
        self,
        hybrid: Hybrid | None = None,
        memo: Memo | None = None,
        guard: Callable[..., None] | None = None,
        budget: float = math.inf,
    ) -> None:
        self._counter = FlopCounter()
        super().__init__(hybrid, _Counted(memo, self) if memo is not None else None, guard, budget)
        self._flops: dict[Event, int] = {}
        self.record.flops = self._flops
        #: How much of what was counted belongs to what is recorded.
        self._told = 0
        #: What was counted when the operation that runs began.
        self._began = 0
        self.counted = 0
        if hybrid is not None:
            hybrid.on_retry = self._begin_again

    def __enter__(self) -> Self:
        super().__enter__()
        try:
            self._counter.__enter__()  # type: ignore[no-untyped-call]
        except BaseException:
            super().__exit__(None, None, None)
            raise
        return self

    def __exit__(self, *error: object) -> None:
        try:
            self._counter.__exit__(*error)  # type: ignore[no-untyped-call]
        finally:
            super().__exit__(*error)

    def _run(self, function: Any, kind: Kind, args: Any, kwargs: Any, used: list[torch.Tensor]) -> Any:
        around, self._began = self._began, self._counter.total
        try:
            result = super()._run(function, kind, args, kwargs, used)
            if self._counter.total == self._began and short_name(function) in RECURRENT:
                self._counter.total += recurrent(args)  # a rule of ours has told the shapes
            self.counted = self._counter.total - self._began
        finally:
            self._began = around
        return result

    def _begin_again(self) -> None:
        """The operation that runs is run once more, in another way."""
        self._counter.total = self._began

    def _repeat(self, function: Any, recipe: Recipe, given: Arguments) -> Any:
        self._counter.total += recipe.flops
        return super()._repeat(function, recipe, given)

    def _record(self, *args: Any) -> Op:
        op = super()._record(*args)
        self._tell(op)
        return op

    def _tell(self, event: Event) -> None:
        """What was counted since the last event is this one's."""
        self._flops[event] = self._counter.total - self._told
        self._told = self._counter.total

    def autograd_function(self, name: str, run: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """Run an autograd.Function, whose inside is counted as one operation."""
        before = self._counter.total
        result = super().autograd_function(name, run, args, kwargs)
        last = self.record.events[-1] if self.record.events else None
        if type(last) is Op and last.function is name:
            # What was recorded of its inside is thrown away.
            self._flops[last] = self._counter.total - before
        return result

    def module_call(
        self, run: Callable[..., Any], module: torch.nn.Module, args: Any, kwargs: Any, phase: str = ""
    ) -> Any:
        """Run a call of a module; what is counted in it and belongs to no operation is the call's own."""
        result = super().module_call(run, module, args, kwargs, phase)
        last = self.record.events[-1] if self.record.events else None
        if type(last) is Exit and self._counter.total > self._told:
            # Into a scripted module no recorder sees.
            self._tell(last.call)
        return result


class _Counted(Memo):
    """A memo that also remembers what was counted."""

    def __init__(self, memo: Memo, recorder: CountingRecorder) -> None:
        self._memo = memo
        self._recorder = recorder
        self.recall = memo.recall

    def keep(
        self, key: Hashable, result: Any, forms: dict[int, Form], used: Sequence[torch.Tensor], changed: Any
    ) -> Recipe | None:
        recipe = self._memo.keep(key, result, forms, used, changed)
        if recipe is None:
            return None
        recipe = recipe._replace(flops=self._recorder.counted)
        self._memo.put(key, recipe)
        return recipe
