"""The module tree: each call with path, class, configuration, parameters, and where its class is written."""

from __future__ import annotations

import inspect
import re
import sys
from pathlib import Path

import pytest
import torch
from torch import nn
from zoo import CASES

from torchview_docs.graph import Graph, Parameters
from torchview_docs.tracing import trace
from torchview_docs.tracing.modules import class_of


class Frozen(nn.Module):
    """A frozen backbone of half precision, a head, and a layer that is used twice."""

    class Head(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.scale = nn.Parameter(torch.ones(3))
            self.fc = nn.Linear(3, 2)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.fc(x * self.scale)

    def __init__(self) -> None:
        super().__init__()
        self.backbone = nn.Sequential(nn.Conv1d(3, 64, 7, stride=2), nn.ReLU()).bfloat16()
        self.backbone.requires_grad_(False)
        self.fc = nn.Linear(64, 3)
        self.again = self.fc
        self.head = self.Head()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.backbone(x.bfloat16()).float().mean(-1)
        return self.head(self.fc(x)) + self.head(self.again(x * 2))


def traced() -> Graph:
    return trace(Frozen(), torch.randn(1, 3, 32))


def test_each_call_has_path_class_configuration_and_number() -> None:
    found = [(n.name, n.target, n.type.rpartition(".")[2], n.config, n.call) for n in calls(traced())]
    assert found == [
        ("Frozen", "", "Frozen", "", 1),
        ("backbone", "backbone", "Sequential", "", 1),
        ("backbone.0", "backbone.0", "Conv1d", "3, 64, kernel_size=(7,), stride=(2,)", 1),
        ("backbone.1", "backbone.1", "ReLU", "", 1),
        ("fc", "fc", "Linear", "in_features=64, out_features=3, bias=True", 1),
        ("head", "head", "Head", "", 1),
        ("head.fc", "head.fc", "Linear", "in_features=3, out_features=2, bias=True", 1),
        ("fc@2", "fc", "Linear", "in_features=64, out_features=3, bias=True", 2),
        ("head@2", "head", "Head", "", 2),
        ("head.fc@2", "head.fc", "Linear", "in_features=3, out_features=2, bias=True", 2),
    ]


def test_parameters_are_counted_own_total_trainable_frozen_and_by_dtype() -> None:
    graph = traced()
    conv, fc = 3 * 64 * 7 + 64, 64 * 3 + 3
    head = Parameters(own=3, total=11, trainable=11, dtype="float32")
    assert graph.by_name["head"].parameters == head
    assert graph.by_name["fc@2"].parameters == Parameters(fc, fc, fc, "float32")
    assert graph.by_name["backbone"].parameters == Parameters(0, conv, 0, "bfloat16")
    root = graph.by_name["Frozen"].parameters
    assert root == Parameters(0, conv + fc + 11, fc + 11, "bfloat16, float32")
    assert root.frozen == conv
    assert graph.by_name["backbone.1"].parameters == Parameters(0, 0, 0)


def test_each_class_says_where_it_is_written() -> None:
    graph = traced()
    here = Path(__file__).name
    assert graph.sources == {
        f"{__name__}.Frozen": f"{here}:{line(Frozen)}",
        "torch.nn.modules.container.Sequential": f"torch/nn/modules/container.py:{line(nn.Sequential)}",
        "torch.nn.modules.conv.Conv1d": f"torch/nn/modules/conv.py:{line(nn.Conv1d)}",
        "torch.nn.modules.activation.ReLU": f"torch/nn/modules/activation.py:{line(nn.ReLU)}",
        "torch.nn.modules.linear.Linear": f"torch/nn/modules/linear.py:{line(nn.Linear)}",
        f"{__name__}.Frozen.Head": f"{here}:{line(Frozen.Head)}",
    }
    assert Graph.from_json(graph.to_json()).sources == graph.sources


@pytest.mark.parametrize("name", CASES)
def test_places_are_right_and_the_same_on_every_machine(name: str) -> None:
    case = CASES[name]()
    graph = trace(case.model, *case.args, **case.kwargs)
    for module in case.model.modules():
        cls = class_of(module)
        place = graph.sources.get(f"{cls.__module__}.{cls.__qualname__}")
        if place is not None:
            file, number = place.split(":")
            assert inspect.getsourcefile(cls).endswith(f"/{file}")
            assert int(number) == statement(cls)
    text = graph.to_json()
    assert str(Path.cwd()) not in text
    assert sys.prefix not in text
    assert not re.search(r"0x[0-9a-f]{6}", text)


def calls(graph: Graph) -> list[object]:
    return [n for n in graph.nodes if n.op == "call_module"]


def line(cls: type) -> int:
    return inspect.getsourcelines(cls)[1]


def statement(cls: type) -> int:
    """The line of the class statement, below its decorators."""
    lines, first = inspect.getsourcelines(cls)
    return first + next(i for i, text in enumerate(lines) if text.lstrip().startswith("class "))
