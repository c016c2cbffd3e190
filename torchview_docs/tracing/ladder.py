"""Ladder: on which device a model is traced.

`auto` tries meta, which needs no memory; where the model really asks for data, or an operation
has no meta form, it runs on real tensors, if it fits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from torchview_docs.errors import Failure, TraceError
from torchview_docs.graph import Graph
from torchview_docs.tracing.failures import failure_of, full_name, where_of
from torchview_docs.tracing.fallbacks import NeedsData
from torchview_docs.tracing.memo import Memo
from torchview_docs.tracing.run import Subject, run

__all__ = ["MEMO", "attempt", "climb", "forward_failure"]

#: Shared by all figures of a worker: equal operations give equal shapes, whoever asks.
MEMO = Memo()

_INPUT_ADVICE = "Check the input: its shapes, dtypes and the names of its arguments."


def climb(subject: Subject, device: str) -> Graph:
    """Trace on the first rung that carries.

    Raises:
        TraceError: None does; the Failure tells of the last one.
        ValueError: `device` is none.
    """
    if device not in ("auto", "meta", "cpu"):
        raise ValueError(f"device is {device!r}, not auto, meta or cpu")
    if device != "cpu":
        try:
            return attempt(subject, meta=True)
        except (Exception, NeedsData) as error:
            if device == "meta":
                raise TraceError(forward_failure(subject.model, error)) from error
    try:
        return attempt(subject, meta=False)
    except Exception as error:
        raise TraceError(forward_failure(subject.model, error)) from error


def attempt(subject: Subject, *, meta: bool) -> Graph:
    """Trace on one rung, a second time with autograd where the model asks for gradients."""
    memo = MEMO if meta else None
    try:
        return run(subject, meta=meta, memo=memo)
    except RuntimeError as error:
        if "does not require grad" not in str(error):
            raise
        return run(subject, meta=meta, memo=memo, grad=True)


def forward_failure(
    model: Callable[..., Any] | torch.nn.Module, error: BaseException, advice: str = ""
) -> Failure:
    """The Failure of a forward pass."""
    named = type(model) if isinstance(model, torch.nn.Module) else model
    what = f"forward of {full_name(named)}"
    if isinstance(error, NeedsData):
        return Failure(
            "forward",
            f"{what} cannot be traced on the meta device: {error}",
            "Write `device: cpu`, or leave `device` away.",
            where_of(error),
        )
    return failure_of("forward", what, error, advice or _INPUT_ADVICE)
