"""One forward pass on the device that the caller names, as a Graph."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import torch

from torchview_docs.computation_graph.inputs import is_on
from torchview_docs.graph import Graph
from torchview_docs.tracing.containers import walk
from torchview_docs.tracing.inputs import Arguments
from torchview_docs.tracing.ladder import climb
from torchview_docs.tracing.measures import NOTHING, Measures
from torchview_docs.tracing.owners import modules_in
from torchview_docs.tracing.run import Subject

__all__ = ["device_of", "moved", "run"]


def device_of(
    wanted: torch.device | str | None, model: Callable[..., Any], input_data: Any = None
) -> torch.device:
    """The device: where none is named CUDA if there is one, else the CPU.

    A model whose parameters have no data, or an input that has none, can only be run on meta, so that
    is where it is run.

    Raises:
        RuntimeError: There is no such device.
    """
    if wanted is not None:
        return torch.device(wanted)
    held = _tensors(modules_in(model))
    given = (tensor for _, tensor in walk(input_data, objects=True))
    if (held and all(tensor.is_meta for tensor in held)) or any(tensor.is_meta for tensor in given):
        return torch.device("meta")
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def run(
    model: Callable[..., Any],
    arguments: Arguments,
    device: torch.device,
    mode: str,
    measures: Measures = NOTHING,
) -> Graph:
    """Run the model on a device and tell what it did; it stays where it was.

    Raises:
        TraceError: The model raised.
    """
    subject = Subject(model, *arguments, mode, measures)
    if device.type == "meta":
        return climb(subject, "meta")
    with moved(model, device):
        return climb(subject, "cpu")  # which means: as it is, where it is


@contextlib.contextmanager
def moved(model: Callable[..., Any], device: torch.device) -> Iterator[None]:
    """Have the model on a device for a while; one that is spread over several stays where it is."""
    modules = modules_in(model)
    held = _tensors(modules)
    homes = {tensor.device for tensor in held}
    if len(homes) != 1 or is_on(held[0], device):
        yield
        return
    (home,) = homes
    try:
        for module in modules:
            module.to(device)
        yield
    finally:
        for module in modules:
            module.to(home)


def _tensors(modules: Iterable[torch.nn.Module]) -> list[torch.Tensor]:
    return [
        tensor for module in modules for held in (module.parameters(), module.buffers()) for tensor in held
    ]
