"""Run: one forward pass of a model under a recorder, on one device, and its Graph."""

from __future__ import annotations

import contextlib
import copy
import inspect
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import torch

from torchview_docs.collection import no_collection
from torchview_docs.graph import Graph
from torchview_docs.tracing.ambient import fixed_randomness
from torchview_docs.tracing.analysis import analyse
from torchview_docs.tracing.containers import children, is_cache, walk
from torchview_docs.tracing.holdings import Holdings
from torchview_docs.tracing.hybrid import Hybrid
from torchview_docs.tracing.input_graphs import input_graphs
from torchview_docs.tracing.internals import buffers, is_shapeless, parameters
from torchview_docs.tracing.measures import NOTHING, Measures, measured
from torchview_docs.tracing.memo import Memo
from torchview_docs.tracing.modules import Modules, class_name
from torchview_docs.tracing.owners import called, modules_in, owner_of
from torchview_docs.tracing.packed import argument_names, forward_names
from torchview_docs.tracing.phases import seen_phases
from torchview_docs.tracing.recorder import Recorder
from torchview_docs.tracing.state import Saved
from torchview_docs.tracing.unread import held_by_objects, without_unread

__all__ = ["Subject", "model_name", "run"]


@dataclass(frozen=True)
class Subject:
    """What is traced: a model or a function, what it is called with, and what is measured."""

    model: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    mode: str = "eval"
    measures: Measures = NOTHING


def model_name(model: Any) -> str:
    """The name of a module's class, or of a function."""
    if isinstance(model, torch.nn.Module):
        return class_name(model).rpartition(".")[2]
    name = getattr(model, "__name__", None) or getattr(getattr(model, "func", None), "__name__", None)
    return str(name or type(model).__name__).strip("<>")


def run(
    subject: Subject,
    *,
    meta: bool,
    memo: Memo | None = None,
    grad: bool = False,
    budget: float = math.inf,
) -> Graph:
    """Run a model once and tell what it did; it is left as it was, also when it raises.

    Args:
        subject: The model and its inputs.
        meta: Compute shapes only; parameters and floating-point inputs are neither read nor written.
        memo: Remembered results of meta operations.
        grad: Let autograd record, for models that ask for gradients in their forward pass.
        budget: Seconds that it may take.

    Raises:
        UnsuitedError: It cannot be done on meta.
    """
    # On meta there is no data that would have to be freed.
    with no_collection() if meta else contextlib.nullcontext():
        # Of an operation whose shape is told by a shortcut nothing can be counted.
        hybrid = Hybrid(shortcuts=not subject.measures.flops) if meta else None
        return _run(subject, hybrid, memo, grad=grad, budget=budget)


def _run(subject: Subject, hybrid: Hybrid | None, memo: Memo | None, *, grad: bool, budget: float) -> Graph:
    model = subject.model
    root, used = owner_of(model), modules_in(model)
    modules = Modules(root, used)
    if model is root and _has_lazy(modules):
        model = root = _copied(root)  # what a lazy module becomes at its first call cannot be undone
        used = [root]
        modules = Modules(root)
    saved = Saved(modules)
    recorder = _recorder(subject)(hybrid, memo, guard=saved.guard, budget=budget)
    try:
        held = Holdings(modules, recorder.values)
        arguments = list(_arguments(subject))
        inputs = list(_inputs(arguments))
        for _, tensor in inputs:
            saved.add(tensor)
        if hybrid is not None:
            for tensor in _floats(modules, [t for _, t in inputs]):
                hybrid.declare_unreal(tensor)
        graphs = input_graphs(arguments, inputs)
        in_objects = held_by_objects(arguments)
        recorder.record.inputs = [(name, recorder.values.value(t)) for name, t in inputs]
        for module in used:
            _set_mode(module, modules, training=subject.mode == "train")
        with fixed_randomness(), torch.set_grad_enabled(grad), seen_phases(modules.all), recorder:
            result = model(*subject.args, **subject.kwargs)
        recorder.record.outputs = [(path, recorder.values.value(t)) for path, t in _outputs(result)]
        device = "meta" if hybrid is not None else _device(root, inputs)
        graph = analyse(
            recorder.record, modules, held, name=model_name(model), device=device, mode=subject.mode
        )
        graph = measured(graph, recorder.record, subject.measures)
        if graphs:
            graph = replace(graph, input_graphs=graphs)
        return without_unread(graph, in_objects)
    finally:
        saved.restore()


def _recorder(subject: Subject) -> type[Recorder]:
    if not subject.measures.flops:
        return Recorder
    from torchview_docs.tracing.counting import CountingRecorder

    return CountingRecorder


def _copied(model: torch.nn.Module) -> torch.nn.Module:
    lazy = (b for b in model.buffers() if torch.nn.parameter.is_lazy(b))
    # Of these torch has no copy: one would be asked for its data.
    made: Any = torch.nn.UninitializedBuffer
    memo = {id(b): made(device=b.device, dtype=b.dtype) for b in lazy}
    return copy.deepcopy(model, memo)


def _set_mode(root: torch.nn.Module, modules: Modules, *, training: bool) -> None:
    if all(m.training is training for m in modules.all):
        return  # as mostly; those below the root alone are not had as fast
    if all(m.training is training for m in root.modules()):
        return
    try:
        root.train(training)
    except NotImplementedError:  # an exported part has one mode for ever and refuses to change it
        for module in root.modules():
            module.training = training


def _has_lazy(modules: Modules) -> bool:
    return any(
        tensor is not None and is_shapeless(tensor)
        for module in modules.all
        for held in (parameters(module), buffers(module))
        for tensor in held.values()
    )


def _floats(modules: Modules, inputs: list[torch.Tensor]) -> Iterator[torch.Tensor]:
    """What is not computed with: floating-point parameters and inputs, and large buffers."""
    yield from (t for t in inputs if t.is_floating_point() or t.is_complex())
    for module in modules.all:
        for held, smallest in ((parameters(module), 0), (buffers(module), 1 << 16)):
            for t in held.values():
                if t is None or is_shapeless(t) or t.is_meta:
                    continue
                if t.is_floating_point() and t.numel() > smallest:
                    yield t


def _inputs(arguments: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, torch.Tensor]]:
    """Name and tensor of each input, once, in the order of the arguments."""
    seen: set[int] = set()
    for name, value in arguments:
        for path, tensor in walk(value, name, objects=True):
            if id(tensor) not in seen:
                seen.add(id(tensor))
                yield path, tensor


def _arguments(subject: Subject) -> Iterator[tuple[str, Any]]:
    model = subject.model
    if isinstance(model, torch.nn.Module):
        names = forward_names(model, len(subject.args))
    else:
        try:
            signature = inspect.signature(called(model))
            names = argument_names(_with_self(signature), len(subject.args))
        except (TypeError, ValueError):
            names = [str(i) for i in range(len(subject.args))]
    yield from zip(names, subject.args, strict=True)
    yield from subject.kwargs.items()


def _with_self(signature: inspect.Signature) -> Any:
    def method(self: Any) -> None: ...

    first = inspect.Parameter("_self", inspect.Parameter.POSITIONAL_ONLY)
    rest = [
        p.replace(kind=p.POSITIONAL_OR_KEYWORD) if p.kind is p.POSITIONAL_ONLY else p
        for p in signature.parameters.values()
    ]
    method.__signature__ = signature.replace(parameters=[first, *rest])  # type: ignore[attr-defined]
    return method


def _outputs(result: Any) -> list[tuple[str, torch.Tensor]]:
    """Path and tensor of what a model returned; its caches are working memory, not results."""
    if is_cache(result):
        return []
    found = []
    inner = children(result, objects=True)
    if isinstance(result, torch.Tensor):
        return [("", result)]
    for way, part in inner or ():
        if not is_cache(part):
            found += list(_walk_results(part, way))
    return found


def _walk_results(part: Any, path: str, depth: int = 0) -> Iterator[tuple[str, torch.Tensor]]:
    if isinstance(part, torch.Tensor):
        yield path, part
    elif depth < 8 and not is_cache(part):
        for way, inner in children(part, objects=True) or ():
            yield from _walk_results(inner, path + way, depth + 1)


def _device(root: torch.nn.Module | None, inputs: list[tuple[str, torch.Tensor]]) -> str:
    tensors = [t for _, t in inputs]
    if root is not None:
        with contextlib.suppress(StopIteration):
            tensors.insert(0, next(root.parameters()))
    return tensors[0].device.type if tensors else "cpu"
