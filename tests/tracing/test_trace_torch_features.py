"""What no function mode sees by itself, or sees in another form: one honest node each."""

from __future__ import annotations

import copy
import functools
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from torchview_docs.graph import Graph
from torchview_docs.tracing import trace

pytestmark = pytest.mark.filterwarnings("ignore")


class Inner(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layer(x).relu()


class Around(nn.Module):
    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.inner(x) + 1


def chain(graph: Graph) -> list[str]:
    """Targets from the input to the output, where each node has one argument."""
    found, name = [], next(n.name for n in graph.nodes if n.op == "output")
    while graph.by_name[name].args:
        name = graph.by_name[name].args[0].node
        found.append(graph.by_name[name].target)
    return found[::-1]


X = torch.randn(2, 3)


def test_compiled_modules_run_eagerly() -> None:
    graph = trace(Around(torch.compile(Inner())), X)
    assert graph.device == "meta"
    assert chain(graph) == ["x", "torch.nn.functional.linear", "relu", "operator.add"]
    assert graph.by_name["inner"].type.endswith("Inner")


@pytest.mark.parametrize("make", [torch.jit.script, lambda m: torch.jit.trace(m, X)])
def test_scripted_and_traced_modules_are_leaves_of_their_class(
    make: Callable[[nn.Module], nn.Module],
) -> None:
    graph = trace(Around(make(Inner())), X)
    assert chain(graph) == ["x", "inner", "operator.add"]
    assert graph.by_name["inner"].type == "torch.jit.Inner"
    assert graph.by_name["inner"].parameters is not None


def test_exported_modules_show_their_operations() -> None:
    graph = trace(Around(torch.export.export(Inner(), (X,)).module()), X)
    assert chain(graph) == ["x", "torch.ops.aten.linear", "torch.ops.aten.relu", "operator.add"]


def test_a_condition_is_one_node() -> None:
    class Conditional(Inner):
        def forward(self, x: torch.Tensor, flag: torch.Tensor) -> Any:
            return torch.cond(flag, self.layer, lambda a: a * 2, (x,))

    graph = trace(Conditional(), X, torch.tensor(True))
    assert [n.target for n in graph.nodes if n.op.startswith("call_f")] == ["torch.cond"]
    assert [u.node for u in graph.by_name["cond"].args] == ["flag", "x"]


def test_custom_operators_have_their_name() -> None:
    @torch.library.custom_op("torchview_docs_tests::twice", mutates_args=())
    def twice(x: torch.Tensor) -> torch.Tensor:
        return x * 2

    @twice.register_fake
    def _(x: torch.Tensor) -> torch.Tensor:
        return torch.empty_like(x)

    graph = trace(lambda x: torch.ops.torchview_docs_tests.twice(x) + 1, X)
    assert graph.device == "meta"
    assert chain(graph) == ["x", "torch.ops.torchview_docs_tests.twice", "operator.add"]


def test_nested_and_sparse_tensors() -> None:
    def nested(x: torch.Tensor) -> torch.Tensor:
        parts = torch.nested.nested_tensor([x[:1], x])
        return torch.nested.to_padded_tensor(parts, 0.0)

    graph = trace(nested, X)
    assert {u.node for u in graph.by_name["nested_tensor"].args} == {"getitem", "x"}
    assert graph.tensor(graph.by_name["output"].args[0]).shape == (2, 2, 3)

    sparse = torch.eye(2).to_sparse()
    graph = trace(lambda x, a: torch.sparse.mm(a, x), X, sparse)
    assert {u.node for u in graph.by_name["output"].args} == {"_sparse_mm"}
    assert {u.node for u in graph.by_name["_sparse_mm"].args} == {"x", "a"}


def test_data_that_goes_through_numpy_or_python_is_followed_and_marked() -> None:
    graph = trace(lambda x: torch.from_numpy(x.numpy() * 2) * x.mean().item() + x, X)
    assert graph.device == "cpu"
    assert [(u.node, u.python) for u in graph.by_name["from_numpy"].args] == [("x", True)]
    assert [(u.node, u.python) for u in graph.by_name["mul"].args] == [("from_numpy", False), ("mean", True)]
    assert Graph.from_json(graph.to_json()) == graph


def test_what_a_library_computes_from_an_array_is_made_of_nothing() -> None:
    graph = trace(lambda x: torch.from_numpy(np.array(memoryview(x.numpy()))) + x, X)
    assert graph.by_name["from_numpy"].args == ()


def test_arrays_that_are_followed_are_arrays_in_every_respect() -> None:
    def function(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        a, b = x.numpy(), y.numpy()
        assert isinstance(a, np.ndarray)
        kept = a.copy()
        a = a + 1
        a += b
        a[0] = kept[0]
        np.multiply(a, b, out=a)
        np.add.at(a, (0, 0), b[0, 0])
        parts = np.split(np.asarray(np.where(a > 0, a, kept)), 2)
        assert np.array_equal(np.add.reduce(a, axis=0), a.sum(0))
        assert repr(kept).startswith("Followed") or repr(kept).startswith("array")
        assert copy.deepcopy(a).tolist() == a.tolist() == pickle.loads(pickle.dumps(a)).tolist()
        return torch.stack([torch.from_numpy(np.ascontiguousarray(part)) for part in parts])

    x, y = torch.randn(2, 3), torch.randn(2, 3)
    expected = function(x.clone(), y.clone())
    graph = trace(function, x, y)
    assert graph.tensor(graph.by_name["output"].args[0]).shape == tuple(expected.shape)
    assert {u.node for u in graph.by_name["from_numpy"].args} == {"x", "y"}


def test_callables_of_every_kind() -> None:
    class Thing:
        def __call__(self, x: torch.Tensor) -> torch.Tensor:
            return x * 3

    for model in (functools.partial(torch.add, other=X), Thing(), Thing().__call__, Inner().forward):
        graph = trace(model, X)
        graph.validate()
        assert graph.device == "meta"
        assert [n.target for n in graph.nodes if n.op == "output"] == ["output"]
        assert graph.root is None or graph.name == "forward"


def test_small_real_tensors_that_make_a_huge_one_do_not() -> None:
    def function(x: torch.Tensor) -> torch.Tensor:
        positions = torch.arange(60_000)
        return (positions[:, None] < positions[None]).sum() + x

    graph = trace(function, X)
    assert graph.device == "meta"
    assert graph.by_name["lt"].outputs[0].shape == (60_000, 60_000)


@pytest.mark.parametrize("device", ["auto", "cpu"])
def test_lazy_parameters_and_buffers_are_made_in_a_copy(device: str) -> None:
    model = nn.Sequential(nn.LazyConv1d(4, 1), nn.LazyBatchNorm1d(), nn.Flatten(), nn.LazyLinear(2))
    graph = trace(model, torch.randn(2, 3, 5), device=device)
    assert graph.device == ("meta" if device == "auto" else "cpu")
    assert graph.tensor(graph.by_name["output"].args[0]).shape == (2, 2)
    assert all(map(nn.parameter.is_lazy, model.parameters()))
    assert nn.parameter.is_lazy(model[1].running_mean)


@pytest.mark.parametrize("device", ["auto", "cpu"])
def test_sharded_models_are_seen_through_and_go_on_working(device: str) -> None:
    from torch import distributed
    from torch.distributed.fsdp import fully_shard

    if not distributed.is_initialized():
        distributed.init_process_group("gloo", store=distributed.HashStore(), rank=0, world_size=1)
    model = nn.Sequential(nn.Linear(3, 3), nn.ReLU(), nn.Sequential(nn.Linear(3, 2)))
    expected = model(X)
    mesh = distributed.device_mesh.init_device_mesh("cpu", (1,))
    fully_shard(model[2], mesh=mesh)
    fully_shard(model, mesh=mesh)
    for _ in range(2):
        graph = trace(model, X, device=device)
        assert [n.type.rpartition(".")[2] for n in graph.nodes if n.op == "call_module"] == [
            *["Sequential", "Linear", "ReLU", "Sequential", "Linear"]
        ]
        linear = [n for n in graph.nodes if n.target == "torch.nn.functional.linear"]
        assert [[u.node for u in n.args] for n in linear] == [["input"], ["1/relu"]]
        assert torch.equal(model(X), expected)
