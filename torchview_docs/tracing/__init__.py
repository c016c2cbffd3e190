"""Tracing: what a model does when it runs, as a Graph. The only folder that imports torch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torchview_docs.graph import Graph

__all__ = ["trace"]


def trace(
    model: Callable[..., Any],
    *args: Any,
    device: str = "auto",
    mode: str = "eval",
    show_flops: bool = False,
    show_memory: bool = False,
    **kwargs: Any,
) -> Graph:
    """Run a model once and give the Graph of what it did.

    The model, its buffers, flags and hooks, and the state of torch are afterwards as before, also
    when the model raises.

    Args:
        model: A module, or a function of tensors.
        *args: What it is called with.
        device: `meta` computes shapes only, without data or memory; `cpu` runs the model as it
            is, where it is; `auto` tries meta and runs it where that cannot be.
        mode: `eval` or `train`.
        show_flops: Count what each operation and module computes (`Node.flops`).
        show_memory: Count the bytes of tensors that each makes (`Node.memory`), and how many there are
            at once (`Graph.peak`).
        **kwargs: Further arguments of the call.

    Raises:
        TraceError: The model raised, or asks for data that meta tensors do not have.
    """
    from torchview_docs.tracing.ladder import climb
    from torchview_docs.tracing.measures import Measures
    from torchview_docs.tracing.run import Subject

    return climb(Subject(model, args, kwargs, mode, Measures(show_flops, show_memory)), device)
