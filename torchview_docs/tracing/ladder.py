"""Ladder: on which device a model is traced.

`auto` tries meta, which needs no memory; where the model really asks for data, or an operation
has no meta form, it runs on real tensors, if it fits.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from typing import Any

import torch

from torchview_docs.errors import Failure, TraceError
from torchview_docs.graph import Graph
from torchview_docs.tracing.failures import failure_of, full_name, where_of
from torchview_docs.tracing.fallbacks import UnsuitedError
from torchview_docs.tracing.memo import Memo
from torchview_docs.tracing.run import Subject, run

__all__ = ["BUDGET", "MEMO", "attempt", "climb", "forward_failure"]

#: Shared by all figures of a worker: equal operations give equal shapes, whoever asks.
MEMO = Memo()

#: Seconds that `device: auto` gives to meta: some kernels there are slower than real ones.
BUDGET = 30.0

#: Declarations longer than that are not shown in a message.
_LONGEST = 200

_INPUT_ADVICE = "Check the input: its shapes, dtypes and the names of its arguments."


def climb(subject: Subject, device: str, *, budget: float = BUDGET) -> Graph:
    """Trace on the first rung that carries; `auto` gives meta `budget` seconds.

    Raises:
        TraceError: None does; the Failure tells of the last one.
        ValueError: `device` is none.
    """
    if device not in ("auto", "meta", "cpu"):
        raise ValueError(f"device is {device!r}, not auto, meta or cpu")
    if device != "cpu":
        try:
            return attempt(subject, meta=True, budget=budget if device == "auto" else math.inf)
        except (Exception, UnsuitedError) as error:
            if device == "meta":
                raise TraceError(forward_failure(subject.model, error)) from error
    try:
        return attempt(subject, meta=False)
    except Exception as error:
        raise TraceError(forward_failure(subject.model, error)) from error


def attempt(subject: Subject, *, meta: bool, budget: float = math.inf) -> Graph:
    """Trace on one rung, a second time with autograd where the model asks for gradients."""
    memo = MEMO if meta else None
    try:
        return run(subject, meta=meta, memo=memo, budget=budget)
    except RuntimeError as error:
        if "does not require grad" not in str(error):
            raise
        return run(subject, meta=meta, memo=memo, grad=True, budget=budget)


def forward_failure(
    model: Callable[..., Any] | torch.nn.Module, error: BaseException, advice: str = ""
) -> Failure:
    """The Failure of a forward pass."""
    named = type(model) if isinstance(model, torch.nn.Module) else model
    what = f"forward of {full_name(named)}"
    if isinstance(error, UnsuitedError):
        return Failure(
            "forward",
            f"{what} cannot be traced on the meta device: {error}",
            "Write `device: cpu`, or leave `device` away.",
            where_of(error),
        )
    return failure_of("forward", what, error, (advice or _INPUT_ADVICE) + _declaration(model, error))


def _declaration(model: Callable[..., Any] | torch.nn.Module, error: BaseException) -> str:
    """What forward takes, where the call itself was refused: nothing of the model ran."""
    if not isinstance(error, TypeError) or where_of(error):
        return ""
    function = model.forward if isinstance(model, torch.nn.Module) else model
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return ""
    # Names are what is asked for; types would make a long line of each.
    names = [p.replace(annotation=p.empty) for p in signature.parameters.values()]
    taken = str(signature.replace(parameters=names, return_annotation=signature.empty))
    return f" {getattr(function, '__name__', 'It')} takes {taken}." if len(taken) <= _LONGEST else ""
