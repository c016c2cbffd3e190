"""Job: from a FigureSpec to the Graph of what it names."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import torch

from torchview_docs.errors import Failure, TraceError
from torchview_docs.expression_parser import parse_input, parse_model
from torchview_docs.graph import Graph
from torchview_docs.named_sizes import resized, sizes_of
from torchview_docs.spec import FigureSpec
from torchview_docs.tracing.ambient import fixed_randomness
from torchview_docs.tracing.constructing import meta_parameters
from torchview_docs.tracing.devices import OnlyHere
from torchview_docs.tracing.failures import reason_of
from torchview_docs.tracing.fallbacks import TooSlowError, UnsuitedError
from torchview_docs.tracing.following import alike, followed
from torchview_docs.tracing.inputs import inputs_of
from torchview_docs.tracing.ladder import Limits, attempt, forward_failure, too_large, too_slow
from torchview_docs.tracing.measures import Measures
from torchview_docs.tracing.resolve import build
from torchview_docs.tracing.run import Subject

__all__ = ["trace_spec"]


def trace_spec(spec: FigureSpec) -> Graph:
    """Import what the model expression names, make the inputs, run it and give its Graph.

    Raises:
        TraceError: With a Failure that says what went wrong, where, and what to do.
        ExpressionError: The expression cannot be parsed.
    """
    graph = _traced(spec)
    if not any(node.outputs for node in graph.nodes):
        raise TraceError(
            Failure(
                "forward",
                f"{spec.model} got no tensor and made none: there is nothing to draw",
                "Name a model, or write what this one is called with as option `input`.",
            )
        )
    named = sizes_of(parse_input(spec.input)) if spec.input is not None else {}
    return followed(graph, named, _Retracing(spec, graph)) if named else graph


def _traced(spec: FigureSpec) -> Graph:
    if spec.device == "cpu":
        return _on_cpu(spec)
    limits = Limits(*spec.limits)
    model: Callable[..., Any] | None = None
    try:
        model = _build_on_meta(spec)
        budget = limits.meta if spec.device == "auto" else math.inf
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
    size = _megabytes(model)
    if size > limits.memory:
        raise TraceError(too_large(failure, size)) from first
    return _on_cpu(spec, limits.time, reason_of(first))


def _build_on_meta(spec: FigureSpec) -> Callable[..., Any]:
    """A model without memory; a real one where its constructor asks for data."""
    expression = parse_model(spec.model)
    try:
        with contextlib.suppress(UnsuitedError), fixed_randomness(), meta_parameters():
            return build(expression)
    except TraceError as error:
        if error.failure.kind == "import":
            raise
    return _build(spec)


def _build(spec: FigureSpec) -> Callable[..., Any]:
    with fixed_randomness(), OnlyHere():
        return build(parse_model(spec.model))


def _on_cpu(spec: FigureSpec, budget: float = math.inf, why: str = "") -> Graph:
    model = _build(spec)
    subject = _subject(spec, model, meta=False)
    try:
        return replace(attempt(subject, meta=False, budget=budget), why=why)
    except TooSlowError as error:
        raise TraceError(too_slow(model, error, why)) from error
    except Exception as error:
        raise TraceError(_failure(spec, model, error)) from error


#: How often a model is made anew in vain.
_HOPES = 2


class _Retracing:
    """Traces the model of a figure again, at other sizes of its input.

    All traces together may take as long as the first. A model may remember something of its last call, so
    one that is refused is made anew, unless that has not helped before.
    """

    def __init__(self, spec: FigureSpec, graph: Graph) -> None:
        self.spec = spec
        self.graph = graph
        self.meta = graph.device == "meta"
        self.until = time.monotonic() + (spec.meta_limit if self.meta else spec.time_limit)
        self.model: Callable[..., Any] | None = None
        self.hopes = _HOPES

    def __call__(self, sizes: Mapping[str, int]) -> Graph | None:
        """The graph at these sizes; None where it is another one, or none."""
        text = str(resized(parse_input(self.spec.input or ""), sizes))
        spec = replace(self.spec, input=text, show_flops=False, show_memory=False)
        used = self.model is not None
        found = self._trace(spec)
        if found is None and used and self.hopes:
            found = self._trace(spec, anew=True)
            self.hopes = self.hopes - 1 if found is None else _HOPES
        return found

    def _trace(self, spec: FigureSpec, *, anew: bool = False) -> Graph | None:
        budget = self.until - time.monotonic()
        if budget <= 0:
            return None
        try:
            if self.model is None or anew:
                self.model = _build_on_meta(spec) if self.meta else _build(spec)
            graph = attempt(_subject(spec, self.model, meta=self.meta), meta=self.meta, budget=budget)
        except (Exception, UnsuitedError):  # why a model refuses a size that nobody asked for is no matter
            return None
        return graph if alike(self.graph, graph) else None


def _subject(spec: FigureSpec, model: Callable[..., Any], *, meta: bool) -> Subject:
    with fixed_randomness(), OnlyHere():
        args, kwargs = inputs_of(spec, model, meta=meta)
    return Subject(model, args, kwargs, spec.mode, Measures(spec.show_flops, spec.show_memory))


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


def _megabytes(model: Any) -> float:
    """What its parameters and buffers take on real tensors."""
    if not isinstance(model, torch.nn.Module):
        return 0
    held = (t for t in (*model.parameters(), *model.buffers()) if not torch.nn.parameter.is_lazy(t))
    return sum(t.numel() * t.element_size() for t in held) / 1e6
