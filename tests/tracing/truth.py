"""What is true of a model, found without the tracer: by hooks, by other inputs, by the tensors."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import nn

from torchview_docs.graph import Graph


def ancestors(graph: Graph, name: str) -> set[str]:
    """The leaves that a leaf depends on, itself included."""
    found, open_ = set(), [name]
    while open_:
        here = open_.pop()
        if here not in found:
            found.add(here)
            open_ += [use.node for use in graph.by_name[here].args]
    return found


def paths(graph: Graph) -> set[tuple[str, int]]:
    """(input's target, number of the output) wherever a path leads from one to the other."""
    inputs = [node for node in graph.nodes if node.op == "placeholder"]
    outputs = [node for node in graph.nodes if node.op == "output"]
    return {
        (i.target, k)
        for k, output in enumerate(outputs)
        for i in inputs
        if i.name in ancestors(graph, output.name)
    }


def flat(result: Any) -> Iterator[torch.Tensor]:
    if isinstance(result, torch.Tensor):
        yield result
    elif isinstance(result, Mapping):
        for part in result.values():
            yield from flat(part)
    elif isinstance(result, list | tuple):
        for part in result:
            yield from flat(part)
    elif hasattr(result, "__dict__"):
        for part in vars(result).values():
            yield from flat(part)


def shapes(result: Any) -> list[tuple[tuple[int, ...], str]]:
    return [(tuple(t.shape), str(t.dtype).removeprefix("torch.")) for t in flat(result)]


def output_shapes(graph: Graph) -> list[tuple[tuple[int, ...], str]]:
    found = []
    for node in graph.nodes:
        if node.op == "output":
            meta = graph.tensor(node.args[-1])
            found.append((meta.shape, meta.dtype))
    return found


class State:
    """The parameters and buffers of a model, to be put back."""

    def __init__(self, model: nn.Module) -> None:
        self.buffers = [(m._buffers, dict(m._buffers)) for m in model.modules() if type(m._buffers) is dict]
        held = (t for t in (*model.parameters(), *model.buffers()) if type(t) in (torch.Tensor, nn.Parameter))
        self.tensors = [(t, t.detach().clone()) for t in held]

    def restore(self) -> None:
        for holder, content in self.buffers:
            holder.update(content)
        for tensor, content in self.tensors:
            tensor.data.copy_(content)


class Untouched:
    """A context in which a model may run and after which it is as before."""

    def __init__(self, model: nn.Module) -> None:
        self.model = model

    def __enter__(self) -> None:
        self.flags = {m: m.training for m in self.model.modules()}
        self.state = State(self.model)
        self.fastpath = torch.backends.mha.get_fastpath_enabled()
        torch.backends.mha.set_fastpath_enabled(False)
        for module in self.model.modules():
            module.training = False
        torch.manual_seed(0)
        self.quiet = warnings.catch_warnings()
        self.quiet.__enter__()
        warnings.simplefilter("ignore")

    def __exit__(self, *_: object) -> None:
        self.quiet.__exit__(None, None, None)
        torch.backends.mha.set_fastpath_enabled(self.fastpath)
        self.state.restore()
        for module, flag in self.flags.items():
            module.training = flag


def module_calls(model: nn.Module, *args: Any, **kwargs: Any) -> Counter[str]:
    """How often each module was called, by its class, counted by a global hook."""
    found: Counter[str] = Counter()

    def hook(module: nn.Module, _inputs: Any) -> None:
        if isinstance(module, torch.jit.ScriptModule):
            found[f"torch.jit.{module.original_name}"] += 1
        else:
            cls = type(module)
            if cls.__name__.startswith(("Parametrized", "FSDP")):  # derived by torch from the author's
                cls = cls.__mro__[1 if cls.__name__[0] == "P" else 2]
            found[f"{cls.__module__}.{cls.__qualname__}"] += 1

    handle = nn.modules.module.register_module_forward_pre_hook(hook)
    try:
        # Compiled, the parts of torch.cond and its like would be modules that torch has generated.
        with torch.compiler.set_stance("force_eager"), Untouched(model), torch.no_grad():
            model(*args, **kwargs)
    finally:
        handle.remove()
    return found


def traced_calls(graph: Graph) -> Counter[str]:
    return Counter(node.type for node in graph.nodes if node.op == "call_module")


def _written(tensor: torch.Tensor) -> torch.Tensor:
    """What can be written to of a tensor whose elements are stored once for many places."""
    return tensor[tuple(slice(0, 1) if stride == 0 else slice(None) for stride in tensor.stride())]


def dependencies(
    model: nn.Module, inputs: dict[str, torch.Tensor], *args: Any, **kwargs: Any
) -> set[tuple[str, int]]:
    """(input's name, number of the output) wherever another input gives another output."""
    found = set()
    places = {name: _written(t) for name, t in inputs.items() if t.layout is torch.strided}
    kept = {name: t.clone() for name, t in places.items()}
    state = State(model)

    def run(**changed: torch.Tensor) -> list[torch.Tensor]:
        for name, place in places.items():  # the model may write into its inputs
            place.copy_(changed.get(name, kept[name]))
        state.restore()
        torch.manual_seed(0)
        return [t.clone() for t in flat(model(*args, **kwargs))]

    with Untouched(model), torch.no_grad():
        before = run()
        for name, given in kept.items():
            if given.is_floating_point():
                after = run(**{name: given * 1.5 + torch.rand(given.shape)})
                found |= {
                    (name, k)
                    for k, (x, y) in enumerate(zip(before, after, strict=True))
                    if not torch.equal(x, y)
                }
        for name, place in places.items():
            place.copy_(kept[name])
    return found


def without_device(graph: Graph) -> str:
    return graph.to_json().replace(f'"device": "{graph.device}"', '"device": "-"', 1)
