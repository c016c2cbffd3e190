"""Beside torchview: where it is right, both draw the same nodes."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import torch
from drawn_nets import MLP, Projecting, ResNet, SimpleRNN, labels
from torch import nn

from torchview_docs import draw_graph
from torchview_docs.spec import FigureSpec
from torchview_docs.views import view

torchview = pytest.importorskip("torchview")

NETS: dict[str, tuple[Callable[[], nn.Module], dict[str, Any]]] = {
    "mlp": (MLP, {"input_size": (2, 128)}),
    "resnet": (ResNet, {"input_size": (1, 3, 32, 32), "device": "meta"}),
    "rnn": (Projecting, {"input_size": (2, 3)}),
    "encoder": (
        lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(16, 2, 32), 2),
        {"input_size": (5, 1, 16)},
    ),
    "transformer": (lambda: nn.Transformer(16, 2, 1, 1, 32), {"input_size": [(5, 1, 16), (4, 1, 16)]}),
    "lstm": (lambda: nn.LSTM(3, 4, 2), {"input_size": (5, 1, 3), "depth": 1}),
    "embedding": (lambda: nn.Embedding(9, 4), {"input_size": (2, 3), "dtypes": [torch.long]}),
}
WAYS: list[dict[str, Any]] = [
    {},
    {"depth": 1},
    {"depth": 0},
    {"hide_inner_tensors": False},
    {"hide_module_functions": False, "depth": 5},
    {"expand_nested": True},
    {"strict": False},
    {"show_shapes": False},
    {"graph_dir": "LR"},
    {"mode": "train"},
]


def theirs(model: nn.Module, **arguments: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it uses what torch has deprecated
        return torchview.draw_graph(model, **arguments)


@pytest.mark.parametrize("way", WAYS, ids=str)
@pytest.mark.parametrize("net", NETS)
def test_the_same_nodes_and_as_many_edges(net: str, way: dict[str, Any]) -> None:
    make, given = NETS[net]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a transformer on its fast path
        model = make()
    known, ours = theirs(model, **{**given, **way}), draw_graph(model, **{**given, **way})
    assert Counter(labels(ours)) == Counter(labels(known))
    assert len(ours.edge_list) == len(known.edge_list)
    for attributes in ("graph_attr", "node_attr", "edge_attr"):
        assert getattr(ours.visual_graph, attributes) == getattr(known.visual_graph, attributes)


class Functions(nn.Module):
    """Without submodules: functions only, and a parameter."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(3, 3))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return nn.functional.linear(x, self.weight).tanh().softmax(-1)


@pytest.mark.parametrize("shown", [False, True])
@pytest.mark.parametrize("depth", [0, 1, 3])
@pytest.mark.parametrize("make", [Functions, lambda: nn.Linear(3, 4), lambda: nn.GRUCell(3, 4)])
def test_a_model_without_submodules_is_closed_by_default(
    make: Callable[[], nn.Module], depth: int, shown: bool
) -> None:
    given: dict[str, Any] = {"input_size": (2, 3), "depth": depth, "hide_module_functions": not shown}
    model = make()
    known, ours = theirs(model, **given), draw_graph(model, **given)
    assert labels(ours) == labels(known)
    assert (len(labels(ours)) == 3 and f"{type(model).__name__} depth:0" in labels(ours)[1]) or shown


def test_in_pages_a_model_without_submodules_is_open() -> None:
    graph = draw_graph(Functions(), input_size=(2, 3)).graph
    drawn = view(graph, FigureSpec("test_beside_torchview.Functions"))
    assert [node.target.rpartition(".")[2] for node in drawn.leaves] == [
        "x", "linear", "tanh", "softmax", "output",
    ]  # fmt: skip


def test_a_module_that_does_nothing_stays_where_functions_are_shown() -> None:
    # torchview has no node for it then: who looks for the module in the picture does not find it.
    model = nn.Sequential(nn.Linear(3, 3), nn.Identity())
    given: dict[str, Any] = {"input_size": (2, 3), "hide_module_functions": False}
    known, ours = (labels(draw(model, **given)) for draw in (theirs, draw_graph))
    assert [said for said in ours if said not in known] == ["Identity depth:1 input: (2, 3) output: (2, 3)"]


def test_rolled_the_same_kinds_of_nodes() -> None:
    known, ours = (draw(SimpleRNN(), input_size=(2, 3), roll=True) for draw in (theirs, draw_graph))
    assert set(labels(ours)) == set(labels(known))
    # torchview draws the last activation as another node, for it has no reader of the same kind.
    assert len(ours.id_dict) == len(known.id_dict) - 1


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"input_data": torch.ones(2, 128), "input_size": (2, 128)},
        {"input_size": (2, 0)},
        {"input_size": []},
        {"input_size": 128},
        {"input_size": (2, 128), "depth": -1},
        {"input_size": (2, 128), "mode": "test"},
        {"input_size": (2, 127)},
    ],
    ids=str,
)
def test_the_same_errors(arguments: dict[str, Any]) -> None:
    with pytest.raises(Exception) as known:  # noqa: PT011  # which, is the question
        theirs(MLP(), **arguments)
    with pytest.raises(known.type):
        draw_graph(MLP(), **arguments)
