"""Ladder: on which device a model is traced.

`auto` tries meta, which needs no memory; where the model really asks for data, or an operation
has no meta form, it runs on real tensors, if it fits.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch

from torchview_docs.errors import Failure, TraceError
from torchview_docs.graph import Graph
from torchview_docs.spec import OPTIONS
from torchview_docs.tracing.failures import (
    cause_of,
    failure_of,
    full_name,
    innermost,
    is_ours,
    reason_of,
    where_of,
)
from torchview_docs.tracing.fallbacks import TooSlowError, UnsuitedError
from torchview_docs.tracing.memo import Memo
from torchview_docs.tracing.owners import called
from torchview_docs.tracing.run import Subject, run

__all__ = ["MEMO", "Limits", "attempt", "climb", "forward_failure", "too_large", "too_slow"]

#: Shared by all figures of a worker: equal operations give equal shapes, whoever asks.
MEMO = Memo()
#: The same of those in which FLOPs are counted.
COUNTED = Memo()

#: Declarations longer than that are not shown in a message.
_LONGEST = 200

_INPUT_ADVICE = "Check the input: its shapes, dtypes and the names of its arguments."


@dataclass(frozen=True)
class Limits:
    """How far `device: auto` goes.

    Attributes:
        memory: Megabytes of parameters that are run on real tensors.
        time: Seconds that a run on real tensors may take.
        meta: Seconds that a run on meta may take, before real tensors are tried.
    """

    memory: float = OPTIONS["memory-limit"].default
    time: float = OPTIONS["time-limit"].default
    meta: float = OPTIONS["meta-limit"].default


def climb(subject: Subject, device: str, limits: Limits = Limits()) -> Graph:  # frozen
    """Trace on the first rung that carries.

    Raises:
        TraceError: None does; the Failure tells of the last one.
        ValueError: `device` is none.
    """
    if device not in ("auto", "meta", "cpu"):
        raise ValueError(f"device is {device!r}, not auto, meta or cpu")
    why = ""
    if device != "cpu":
        try:
            return attempt(subject, meta=True, budget=limits.meta if device == "auto" else math.inf)
        except (Exception, UnsuitedError) as error:
            if device == "meta":
                raise TraceError(forward_failure(subject.model, error)) from error
            why = reason_of(error)
    try:
        graph = attempt(subject, meta=False, budget=limits.time if device == "auto" else math.inf)
    except TooSlowError as error:
        raise TraceError(too_slow(subject.model, error, why)) from error
    except Exception as error:
        raise TraceError(forward_failure(subject.model, error)) from error
    return replace(graph, why=why)


def attempt(subject: Subject, *, meta: bool, budget: float = math.inf) -> Graph:
    """Trace on one rung, a second time with autograd where the model asks for gradients."""
    memo = (COUNTED if subject.measures.flops else MEMO) if meta else None
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
    what = _forward(model)
    if is_ours(error):
        return Failure(
            "internal",
            f"{what} cannot be traced: {cause_of(innermost(error))} inside torchview-docs",
            "This is a fault of torchview-docs, not of the model: please report it with the model.",
            where_of(error),
        )
    if isinstance(error, UnsuitedError):
        return Failure(
            "forward",
            f"{what} cannot be traced on the meta device: {error}",
            "Write `device: cpu`, or leave `device` away.",
            where_of(error),
        )
    return failure_of("forward", what, error, (advice or _INPUT_ADVICE) + _declaration(model, error))


def _forward(model: Callable[..., Any] | torch.nn.Module) -> str:
    return f"forward of {full_name(type(model) if isinstance(model, torch.nn.Module) else model)}"


def too_large(failure: Failure, megabytes: float) -> Failure:
    """The Failure of a model that cannot be traced on meta, and has more parameters than `auto` runs."""
    return Failure(
        "memory",
        f"{failure.message}; on real tensors its parameters alone take {megabytes:.0f} MB, "
        "more than `memory-limit` allows",
        f"Use a smaller configuration, or write `memory-limit: {math.ceil(megabytes)}`.",
        failure.where,
    )


def too_slow(model: Callable[..., Any], error: TooSlowError, why: str) -> Failure:
    """The Failure of a model that cannot be traced on meta, and runs longer than `auto` lets it."""
    meta = f", and cannot be traced on the meta device: {why}" if why else ""
    return Failure(
        "timeout",
        f"{_forward(model)} on real tensors: {error}{meta}",
        "Use a smaller input or configuration, or write a larger `time-limit`.",
        where_of(error),
    )


def _declaration(model: Callable[..., Any] | torch.nn.Module, error: BaseException) -> str:
    """What forward takes, where the call itself was refused: nothing of the model ran."""
    if not isinstance(error, TypeError) or where_of(error):
        return ""
    function = called(model)
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return ""
    # Names are what is asked for; types would make a long line of each.
    names = [p.replace(annotation=p.empty) for p in signature.parameters.values()]
    taken = str(signature.replace(parameters=names, return_annotation=signature.empty))
    return f" {getattr(function, '__name__', 'It')} takes {taken}." if len(taken) <= _LONGEST else ""
