"""Job: from a FigureSpec to the Graph of what it names."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable
from typing import Any

import torch

from torchview_docs.errors import Failure, TraceError
from torchview_docs.expression_parser import parse_model
from torchview_docs.graph import Graph
from torchview_docs.spec import FigureSpec
from torchview_docs.tracing.constructing import meta_parameters
from torchview_docs.tracing.devices import OnlyHere
from torchview_docs.tracing.fallbacks import UnsuitedError
from torchview_docs.tracing.inputs import inputs_of
from torchview_docs.tracing.ladder import BUDGET, attempt, forward_failure
from torchview_docs.tracing.resolve import build
from torchview_docs.tracing.run import Subject
from torchview_docs.tracing.state import fixed_randomness

__all__ = ["trace_spec"]

#: Models with more bytes of parameters are not run on real tensors by `device: auto`.
LIMIT = 2 << 30


def trace_spec(spec: FigureSpec) -> Graph:
    """Import what the model expression names, make the inputs, run it and give its Graph.

    Raises:
        TraceError: With a Failure that says what went wrong, where, and what to do.
        ExpressionError: The expression cannot be parsed.
    """
    if spec.device == "cpu":
        return _on_cpu(spec)
    model: Callable[..., Any] | None = None
    try:
        model = _build_on_meta(spec)
        budget = BUDGET if spec.device == "auto" else math.inf
        return attempt(_subject(spec, model, meta=True), meta=True, budget=budget)
    except TraceError as error:
        if error.failure.kind == "import":
            raise
        first: BaseException = error
    except (Exception, UnsuitedError) as error:
        first = error
    failure = _failure(spec, model, first)
    if spec.device == "meta":
        raise TraceError(failure) from first
    size = _bytes(model)
    if size > LIMIT:
        raise TraceError(_too_large(failure, size)) from first
    return _on_cpu(spec)


def _build_on_meta(spec: FigureSpec) -> Callable[..., Any]:
    """A model without memory; a real one where its constructor asks for data."""
    expression = parse_model(spec.model)
    try:
        with contextlib.suppress(UnsuitedError), fixed_randomness(), meta_parameters():
            return build(expression)
    except TraceError as error:
        if error.failure.kind == "import":
            raise
    with fixed_randomness(), OnlyHere():
        return build(expression)


def _on_cpu(spec: FigureSpec) -> Graph:
    with fixed_randomness(), OnlyHere():
        model = build(parse_model(spec.model))
    subject = _subject(spec, model, meta=False)
    try:
        return attempt(subject, meta=False)
    except Exception as error:
        raise TraceError(_failure(spec, model, error)) from error


def _subject(spec: FigureSpec, model: Callable[..., Any], *, meta: bool) -> Subject:
    with fixed_randomness(), OnlyHere():
        args, kwargs = inputs_of(spec, model, meta=meta)
    return Subject(model, args, kwargs, spec.mode)


def _failure(spec: FigureSpec, model: Callable[..., Any] | None, error: BaseException) -> Failure:
    if isinstance(error, TraceError):
        return error.failure
    if model is None:
        return Failure(
            "model", f"{spec.model} cannot be built on the meta device: {error}", "Write `device: cpu`."
        )
    if spec.input is not None:
        return forward_failure(model, error, f"Check the option `input`: it is `{spec.input}`.")
    if spec.input_from is not None:
        return forward_failure(model, error, f"Check what `input-from: {spec.input_from}` returns.")
    return forward_failure(model, error, "Write the option `input`: the model's own example was used.")


def _bytes(model: Any) -> int:
    if not isinstance(model, torch.nn.Module):
        return 0
    return sum(p.numel() * p.element_size() for p in model.parameters() if not torch.nn.parameter.is_lazy(p))


def _too_large(failure: Failure, size: int) -> Failure:
    return Failure(
        failure.kind,
        f"{failure.message}; to run it on real tensors takes {size / 2**30:.1f} GiB for its parameters alone",
        "Use a smaller configuration, or write `device: cpu` to run it all the same.",
        failure.where,
    )
