"""Activation bytes: what each step makes, and how much of it there is at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn
from torch.multiprocessing.reductions import StorageWeakRef
from torch.utils._python_dispatch import TorchDispatchMode

from torchview_docs import trace
from torchview_docs.graph import Graph, TensorMeta

pytestmark = pytest.mark.filterwarnings("ignore:`torch.jit.script")


class Live(TorchDispatchMode):
    """Measures a real run: which storages are made, and how many of their bytes there are at once."""

    def __init__(self, *given: torch.Tensor) -> None:
        super().__init__()
        self.made = self.peak = 0
        self._seen: set[int] = set()
        self._alive: list[tuple[StorageWeakRef, int]] = []
        self._see(given)
        self.made = 0

    def _see(self, made: Any) -> None:
        for t in made if isinstance(made, tuple | list) else [made]:
            storage = t.untyped_storage()
            self._alive = [(ref, size) for ref, size in self._alive if not ref.expired()]
            if all(ref.cdata != storage._cdata for ref, _ in self._alive):
                self._alive.append((StorageWeakRef(storage), storage.nbytes()))
                self.made += storage.nbytes()
        self.peak = max(self.peak, sum(size for _, size in self._alive))

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        made = function(*args, **(kwargs or {}))
        if function.overloadpacket is not torch.ops.aten.t:  # of a weight
            self._see(made)
        return made


def straight(x: torch.Tensor) -> torch.Tensor:
    for _ in range(4):
        x = x.tanh()
    return x


def branches(x: torch.Tensor) -> torch.Tensor:
    parts = [x.sin(), x.cos(), x.tanh()]
    both = torch.cat(parts)
    del parts
    return both.relu()


def residual(x: torch.Tensor) -> torch.Tensor:
    for _ in range(3):
        x = x + (x @ x).relu()
    return x


def views(x: torch.Tensor) -> torch.Tensor:
    a, b = (x * 2).transpose(0, 1).chunk(2)
    a = a.reshape(-1).exp()
    b = b.contiguous().view(-1)  # the last that reads what `a` and `b` were parts of
    return a + b


def in_place(x: torch.Tensor) -> torch.Tensor:
    y = x.exp()
    y.mul_(2).relu_()
    y[0] = y[1]
    return y.sum(0)


def dtypes(x: torch.Tensor) -> torch.Tensor:
    return (x > 0).to(torch.float64).half() + x.to(torch.bfloat16).half()


FUNCTIONS: list[Callable[[torch.Tensor], torch.Tensor]] = [
    straight,
    branches,
    residual,
    views,
    in_place,
    dtypes,
]


@pytest.mark.parametrize("device", ["meta", "cpu"])
@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_bytes_are_those_of_a_real_run(function: Callable[..., torch.Tensor], device: str) -> None:
    x = torch.ones(16, 16)
    with torch.no_grad(), Live(x) as live:
        function(x)
    graph = trace(function, x, show_memory=True, device=device)
    assert sum(node.memory or 0 for node in graph.leaves) == live.made > 0
    assert graph.peak == live.peak


def test_a_model_that_holds_its_tensors_longer_than_it_reads_them_needs_more_than_the_estimate() -> None:
    model = nn.Sequential(*(nn.Sequential(nn.Linear(8, 64), nn.Tanh(), nn.Linear(64, 8)) for _ in range(3)))
    x = torch.ones(4, 8)
    graph = trace(model, x, show_memory=True)
    with torch.no_grad(), Live(x) as live:
        model(x)
    assert sum(node.memory or 0 for node in graph.leaves) == live.made == 3 * 4 * (64 + 64 + 8) * 4
    assert graph.peak
    assert live.peak * 0.8 < graph.peak <= live.peak


def test_parameters_buffers_and_constants_are_no_activations() -> None:
    class Holds(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.ones(1000, 4))
            self.register_buffer("table", torch.ones(500, 4))
            self.known = torch.ones(700, 4)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x + self.weight[0] + self.table[0] + self.known[0]  # type: ignore[index]

    graph = trace(Holds(), torch.ones(2, 4), show_memory=True)
    assert graph.root
    assert graph.root.memory == 3 * 2 * 4 * 4
    assert graph.peak == 3 * 2 * 4 * 4  # the input, a sum and the next


def test_what_a_scripted_part_makes_is_its_own() -> None:
    model = nn.Sequential(torch.jit.script(nn.Linear(4, 6)), nn.ReLU())
    graph = trace(model, torch.ones(2, 4), show_memory=True)
    assert [graph.by_name[name].memory for name in ("Sequential", "0", "1")] == [96, 48, 48]


def test_a_module_makes_what_its_steps_make_and_a_view_nothing() -> None:
    graph = trace(nn.Sequential(nn.Flatten(), nn.Linear(6, 5)), torch.ones(2, 3, 2), show_memory=True)
    told = {node.name: node.memory for node in graph.nodes if node.op.startswith("call_")}
    assert told == {"Sequential": 40, "0": 0, "0/flatten": 0, "1": 40, "1/linear": 40}


def test_nothing_is_told_that_was_not_asked_for() -> None:
    graph = trace(nn.Linear(4, 4), torch.ones(2, 4), show_flops=True)
    assert graph.peak is None
    assert all(node.memory is None for node in graph.nodes)
    asked = trace(nn.Linear(4, 4), torch.ones(2, 4), show_memory=True)
    assert all(node.flops is None for node in asked.nodes)
    assert Graph.from_json(asked.to_json()) == asked


@pytest.mark.parametrize(
    "dtype",
    [
        *(torch.bool, torch.uint8, torch.int16, torch.int64, torch.float16, torch.bfloat16, torch.float32),
        *(torch.float64, torch.complex64, torch.complex128, torch.float8_e4m3fn, torch.uint32),
    ],
    ids=str,
)
def test_a_tensor_takes_the_bytes_of_its_elements(dtype: torch.dtype) -> None:
    made = torch.empty(3, 5, dtype=dtype)
    assert TensorMeta((3, 5), str(dtype).removeprefix("torch.")).nbytes == made.nbytes
