"""Hybrid: computes shapes on the meta device, and data where it is known and small.

A tensor is real unless it depends on a meta float. So lengths, masks and positions keep their
values, while activations cost nothing. Where both meet, real arguments become meta. A write of
meta data into a real tensor makes its storage *unreal*: the old data stays behind the tensor, is
never read again, and views of it go on sharing it. In the same way the parameters of a model
that its owner needs unharmed are declared unreal, and so are never read nor written.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from typing import Any

import torch

from torchview_docs.tracing.autocast import cast_for
from torchview_docs.tracing.factories import on_cpu, on_meta, size_of
from torchview_docs.tracing.fallbacks import NeedsDataError, in_bfloat16, meta_like, on_zeros, replace
from torchview_docs.tracing.functions import Kind, short_name
from torchview_docs.tracing.indexing import fills, plain_index
from torchview_docs.tracing.internals import HigherOrderOperator, is_wrapped, storage_address, version
from torchview_docs.tracing.mixing import refuse_mixed
from torchview_docs.tracing.moves import wanted_dtype
from torchview_docs.tracing.shapes import RULES
from torchview_docs.tracing.shortcuts import SHORTCUTS
from torchview_docs.tracing.sizes import SMALL, made_small, shrunk
from torchview_docs.tracing.twins import Twins

__all__ = ["Hybrid", "NeedsDataError"]

#: Two real arguments that could make more elements than this together are tried on meta first.
_HUGE = 1 << 26
_VIEW, _GETITEM = Kind.VIEW, Kind.GETITEM
#: What torch says when an operation on meta tensors asks for data.
_ABOUT_DATA = (
    "on meta tensors",
    "copy out of meta",
    "_local_scalar_dense",
    "aten::nonzero",
    "data-dependent",
    "dynamic output shape",
    "data dependent",
    "aten::equal",
)


class Hybrid:
    """Runs operations; one for a run.

    Attributes:
        shaped_by_data: Whether data of real arguments has shaped the last result.
        shortcuts: Whether shapes of common operations are told by our own rules, not by torch's.
    """

    def __init__(self, *, shortcuts: bool = True) -> None:
        self.shortcuts = shortcuts
        self._unreal: dict[int, torch.Tensor] = {}
        self._twins = Twins()
        self.shaped_by_data = False
        self._written: list[torch.Tensor] = []
        #: Called before an operation is run once more in another way.
        self.on_retry: Callable[[], None] = lambda: None

    def declare_unreal(self, t: torch.Tensor) -> None:
        """From now on nobody may read or write the data behind this tensor."""
        if not t.is_meta and t.layout is torch.strided:
            self._unreal[storage_address(t)] = t

    def any_unreal(self, used: list[torch.Tensor]) -> bool:
        """Whether the data of one of these is not known."""
        for t in used:  # mostly it is the first
            if t.is_meta:
                return True
        return bool(self._unreal) and any(map(self.unreal, used))

    def unreal(self, t: torch.Tensor) -> bool:
        """Whether its data is not known."""
        if t.is_meta:
            return True
        if not self._unreal or t.layout is not torch.strided or t.is_nested:
            return False
        return storage_address(t) in self._unreal

    def take_written(self) -> list[torch.Tensor]:
        """The tensors that the last operation was to write and that were left alone instead."""
        if not self._written:
            return []
        written, self._written = self._written, []
        return written

    # -- one operation --------------------------------------------------------------------

    def run(self, function: Any, kind: Kind, args: Any, kwargs: Any, used: list[torch.Tensor]) -> Any:
        """Run an operation; `used` are the tensors in its arguments."""
        self.shaped_by_data = False
        if (kind is _VIEW or kind is _GETITEM) and len(used) == 1 and used[0].is_meta:  # as most
            return self._try(function, args, kwargs)
        if kind is Kind.FACTORY and not self.any_unreal(used):
            return made_small(function, args, kwargs)
        if kind is Kind.MOVE:
            return self._move(function, args, kwargs)
        if kind in (Kind.LIKE, Kind.NEW) and used and self.unreal(used[0]):
            return self._like(function, kind, args, kwargs, used)
        if not self.any_unreal(used):
            return self._real(function, kind, args, kwargs, used)
        return self._unknown(function, kind, args, kwargs, used)

    def _unknown(self, function: Any, kind: Kind, args: Any, kwargs: Any, used: list[torch.Tensor]) -> Any:
        """Run an operation that gets data that is not known."""
        if kind is Kind.FORMAT:
            return object.__repr__(args[0])
        if kind in (Kind.RESTRIDE, Kind.SET_DATA) and len(used) > 1 and not used[0].is_meta:
            return self._becomes(function, args, kwargs)
        if kind is Kind.VALUE:
            raise NeedsDataError(short_name(function))
        if kind in (Kind.VIEW, Kind.GETITEM, Kind.RESTRIDE) and not used[0].is_meta and len(used) == 1:
            return self._view_of_unreal(function, args, kwargs)
        if kind in (Kind.GETITEM, Kind.SETITEM):
            if fills(args, self.unreal):
                return self._filled(args[0])
            args = (args[0], plain_index(args[1], self.unreal), *args[2:])
        if kind is Kind.VIEW and self._like_other(args):
            # `mask.expand_as(x)` asks x for nothing but its shape.
            return function(args[0], args[0].new_empty(()).expand(args[1].shape))
        rule = RULES.get(short_name(function))
        if rule is not None and not torch.is_grad_enabled():
            result = rule(function, args, kwargs)
            if result is not None:
                return result
        return self._on_meta(function, args, kwargs, used)

    def _becomes(self, function: Any, args: Any, kwargs: Any) -> Any:
        """A real tensor is to take the shape or the storage of another, as in `x.data = y`."""
        target, other = args[0], args[1] if len(args) > 1 else None
        if isinstance(other, torch.Tensor) and not other.is_meta:
            return function(*args, **kwargs)
        if not isinstance(other, torch.Tensor) or (target.shape, target.dtype) != (other.shape, other.dtype):
            raise NeedsDataError(short_name(function))  # what is real cannot become meta
        self.declare_unreal(target)
        return target

    def _real(self, function: Any, kind: Kind, args: Any, kwargs: Any, used: list[torch.Tensor]) -> Any:
        """Compute, unless what small tensors would make together is huge."""
        if kind is Kind.ORDINARY and len(used) > 1:
            large = sorted((t.numel() for t in used), reverse=True)
            if large[0] * large[1] > _HUGE:
                made = self._on_meta(function, args, kwargs, used)
                if isinstance(made, torch.Tensor) and made.is_meta and made.numel() > SMALL:
                    return made
                self.on_retry()
        return shrunk(function(*args, **on_cpu(kwargs)), used)

    def _on_meta(self, function: Any, args: Any, kwargs: Any, used: list[torch.Tensor]) -> Any:
        """Run on the meta device; real arguments are stood in for by their twins."""
        if isinstance(function, HigherOrderOperator):
            return self._higher_order(function, args, kwargs)
        if all(t.is_meta for t in used):
            return self._cast(function, args, on_meta(kwargs), used)
        twins: dict[int, tuple[torch.Tensor, torch.Tensor, int]] = {}

        def twin(t: torch.Tensor) -> torch.Tensor:
            if t.is_meta or t.layout is not torch.strided:
                return t  # what is sparse is real, and meets meta tensors as zeros
            made = self._twins.of(t)
            twins.setdefault(id(made), (t, made, version(made)))
            return made

        args, kwargs = replace(args, twin), replace(on_meta(kwargs), twin)
        standing = [t if t.is_meta or t.layout is not torch.strided else self._twins.of(t) for t in used]
        result = self._cast(function, args, kwargs, standing)
        for original, made, seen in twins.values():
            if version(made) != seen:
                self.declare_unreal(original)
                self._written.append(original)
        return replace(result, lambda t: twins[id(t)][0] if id(t) in twins else t)

    def _cast(self, function: Any, args: Any, kwargs: Any, used: list[torch.Tensor]) -> Any:
        cast = cast_for(function, used)
        if cast is not None:
            return self._try(function, replace(args, cast), replace(kwargs, cast))
        refuse_mixed(function, args, used)
        shortcut = SHORTCUTS.get(function) if self.shortcuts else None
        if shortcut is not None and not torch.is_grad_enabled():
            with contextlib.suppress(TypeError):  # arguments that it does not know
                made = shortcut(*args, **kwargs)
                if made is not None:
                    return made
        return self._try(function, args, kwargs)

    def _data(self, t: torch.Tensor) -> torch.Tensor | None:
        """A copy of the data of what a meta tensor stands for; None where it has none."""
        original = self._twins.original(t)
        if original is None or self.unreal(original):
            return None
        self.shaped_by_data = True
        return original.detach().clone()

    def _try(self, function: Any, args: Any, kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except Exception as error:
            self.on_retry()
            text = str(error)
            if any(words in text for words in _ABOUT_DATA):
                return self._with_numbers(function, args, kwargs, error)
            if "BF16" in text:
                return in_bfloat16(function, args, kwargs)
            return on_zeros(function, args, kwargs, error, self._data)

    def _with_numbers(self, function: Any, args: Any, kwargs: Any, error: Exception) -> Any:
        """Once more with numbers for the tensors that are known ones, such as the widths of `pad`."""

        def number(t: torch.Tensor) -> Any:
            data = self._data(t) if t.ndim == 0 else None
            return t if data is None else data.item()

        self.shaped_by_data = False
        args, kwargs = replace(args, number), replace(kwargs, number)
        if self.shaped_by_data:
            with contextlib.suppress(Exception):
                return function(*args, **kwargs)
        raise NeedsDataError(short_name(function)) from error

    def run_opaque(self, function: Any, held: Iterable[torch.Tensor], args: Any, kwargs: Any) -> Any:
        """Run what no mode can see into: as a whole on meta, or as a whole on real zeros.

        Args:
            function: What is run.
            held: The tensors that it uses besides its arguments.
            args: Its arguments.
            kwargs: Its keyword arguments.
        """
        if any(t.is_meta for t in held):
            return function(*replace(args, meta_like), **replace(kwargs, meta_like))
        return on_zeros(function, args, kwargs, NeedsDataError("a scripted module"))

    def standing(self, args: Any) -> Any:
        """The same arguments with a meta tensor for each real one that is more than an index or a number."""
        return replace(
            args,
            lambda t: (
                self._twins.of(t)
                if not t.is_meta and t.is_floating_point() and not is_wrapped(t) and t.layout is torch.strided
                else t
            ),
        )

    def _higher_order(self, function: Any, args: Any, kwargs: Any) -> Any:
        """What runs other functions, as `cond` does: what they decide by stays real."""
        try:
            return function(*self.standing(args), **self.standing(kwargs))
        except Exception as error:
            if any(words in str(error) for words in _ABOUT_DATA):
                raise NeedsDataError(short_name(function)) from error
            raise

    # -- kinds ----------------------------------------------------------------------------

    def _like(self, function: Any, kind: Kind, args: Any, kwargs: Any, used: list[torch.Tensor]) -> Any:
        """New tensors know their data, whatever they are like."""
        first = used[0]
        if any(map(self.unreal, used[1:])):
            return self._on_meta(function, args, kwargs, used)
        if kind is Kind.NEW:
            if size_of(function, args[1:], kwargs) > SMALL:
                return function(self._twins.of(first), *args[1:], **on_meta(kwargs))
            stand_in = torch.empty((), dtype=first.dtype)
        elif first.numel() > SMALL:
            return function(
                self._twins.of(first) if not first.is_meta else first, *args[1:], **on_meta(kwargs)
            )
        else:
            stand_in = torch.empty_strided(first.shape, first.stride(), dtype=first.dtype)
        if args:
            return function(stand_in, *args[1:], **on_cpu(kwargs))
        name = next(name for name, value in kwargs.items() if value is first)
        return function(**{**on_cpu(kwargs), name: stand_in})

    def _move(self, function: Any, args: Any, kwargs: Any) -> Any:
        """Devices are ours to choose: only the dtype of a move counts."""
        t = args[0]
        if short_name(function) in ("cuda", "cpu", "xpu", "pin_memory"):
            return t
        if short_name(function) == "type" and len(args) + len(kwargs) == 1:
            return function(*args)
        dtype, others = wanted_dtype(args, kwargs)
        unreal = self.unreal(t)
        if dtype is None or dtype == t.dtype:
            return t.to(**others) if others and not unreal else t
        return (self._twins.of(t) if unreal and not t.is_meta else t).to(dtype, **others)

    def _view_of_unreal(self, function: Any, args: Any, kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        return replace(result, lambda t: t if self.unreal(t) else meta_like(t))

    def _like_other(self, args: Any) -> bool:
        return len(args) == 2 and isinstance(args[1], torch.Tensor) and not self.unreal(args[0])

    def _filled(self, target: torch.Tensor) -> None:
        if not target.is_meta:
            self.declare_unreal(target)
            self._written.append(target)
