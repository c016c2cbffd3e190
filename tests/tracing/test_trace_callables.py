"""Functions, methods and other callables: their modules are treated as those of a model are."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn

from torchview_docs import Graph, trace
from torchview_docs.markup import describe
from torchview_docs.tracing.owners import modules_in, owner_of

X = torch.randn(3, 4)


class Net(nn.Module):
    """Has a mode, statistics, a parameter of its own and a method besides `forward`."""

    def __init__(self) -> None:
        super().__init__()
        self.fc, self.norm, self.drop = nn.Linear(4, 4), nn.BatchNorm1d(4), nn.Dropout(0.5)
        self.scale = nn.Parameter(torch.ones(4))

    def encode(self, x: torch.Tensor) -> torch.Tensor:
        return self.drop(self.norm(self.fc(x))) * self.scale  # type: ignore[no-any-return]

    def forward(self, x: torch.Tensor, times: int = 1) -> torch.Tensor:
        return self.encode(x) * times

    def twice(self, x: torch.Tensor) -> torch.Tensor:
        return self(self(x))  # type: ignore[no-any-return]


NET = Net()


class Pipeline:
    def __init__(self) -> None:
        self.net = NET

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        return self.net(x)  # type: ignore[no-any-return]

    def encode(self, x: torch.Tensor) -> torch.Tensor:
        return self.net.encode(x)


PIPELINE = Pipeline()


def by_global_name(x: torch.Tensor) -> torch.Tensor:
    return NET(x)  # type: ignore[no-any-return]


def by_global_object(x: torch.Tensor) -> torch.Tensor:
    return PIPELINE(x)


def by_another_function(x: torch.Tensor) -> torch.Tensor:
    return by_global_name(x)


def as_argument(net: nn.Module, x: torch.Tensor) -> torch.Tensor:
    return net(x)  # type: ignore[no-any-return]


def by_closure(net: Net) -> Callable[[torch.Tensor], torch.Tensor]:
    return lambda x: net.encode(x) + 0


CALLABLES: dict[str, Callable[..., Any]] = {
    "method": NET.encode,
    "forward": NET.forward,
    "partial of a method": functools.partial(NET.encode),
    "partial of a module": functools.partial(NET, times=2),
    "partial with a module": functools.partial(as_argument, NET),
    "closure": by_closure(NET),
    "default": lambda x, net=NET: net(x),
    "global name": by_global_name,
    "global object": by_global_object,
    "another function": by_another_function,
    "object": PIPELINE,
    "method of an object": PIPELINE.encode,
}


@pytest.mark.parametrize("mode", ["eval", "train"])
@pytest.mark.parametrize("device", ["meta", "cpu"])
@pytest.mark.parametrize("kind", CALLABLES)
def test_the_mode_is_that_of_the_run_and_nothing_stays_changed(kind: str, device: str, mode: str) -> None:
    before = {name: tensor.clone() for name, tensor in NET.state_dict().items()}
    NET.train(mode == "eval")  # the other one, so that it has to be changed
    graph = trace(CALLABLES[kind], X, device=device, mode=mode)
    graph.validate()
    (dropout,) = (node for node in graph.leaves if node.target.endswith("dropout"))
    assert ("training=False" in dropout.config) == (mode == "eval")
    assert all(module.training is (mode == "eval") for module in NET.modules())
    for name, tensor in NET.state_dict().items():
        assert torch.equal(tensor, before[name])


@pytest.mark.parametrize("kind", CALLABLES)
def test_a_parameter_that_is_used_directly_has_its_name(kind: str) -> None:
    graph = trace(CALLABLES[kind], X)
    (used,) = (node for node in graph.nodes if node.op == "get_attr")
    assert used.type == "parameter"
    assert used.target.rpartition(".")[2] == "scale"


@pytest.mark.parametrize("kind", ["method", "forward", "partial of a method", "partial of a module"])
def test_the_modules_in_a_method_have_their_paths(kind: str) -> None:
    graph = trace(CALLABLES[kind], X)
    paths = [node.target for node in graph.nodes if node.op == "call_module" and node.target]
    assert paths == ["fc", "norm", "drop"]


def test_a_method_may_call_its_module_again() -> None:
    graph = trace(NET.twice, X)
    graph.validate()
    calls = [(n.name, n.call) for n in graph.nodes if n.op == "call_module" and n.scope is None]
    assert calls == [("twice", 1), ("twice@2", 2)]
    assert {n.name for n in graph.nodes} >= {"fc", "fc@2"}


def test_the_inputs_of_a_partial_of_a_module_have_the_names_of_its_forward() -> None:
    graph = trace(functools.partial(NET, times=2), X)
    assert [node.target for node in graph.nodes if node.op == "placeholder"] == ["x"]


def test_a_module_is_its_own_owner_and_a_function_has_none() -> None:
    assert owner_of(NET) is owner_of(NET.encode) is owner_of(functools.partial(NET)) is NET
    assert owner_of(PIPELINE.encode) is owner_of(torch.relu) is owner_of(by_global_name) is None
    assert modules_in(NET) == [NET]
    assert modules_in(torch.relu) == modules_in(functools.partial(torch.add, other=X)) == []


def of_two(x: torch.Tensor) -> torch.Tensor:
    return NET.fc(x) + NET.norm(x)  # type: ignore[no-any-return]


def test_a_function_of_several_modules_has_no_root_and_tells_no_parameters_of_one() -> None:
    graph = trace(of_two, X)
    assert graph.root is None
    assert describe(graph).startswith("Computation graph of of_two: 3 layers and operations. Input: x")
    assert trace(NET, X).root == trace(NET, X).nodes[1]


def test_what_never_runs_is_no_root() -> None:
    assert Graph("nothing", ()).root is None
