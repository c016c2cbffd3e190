"""Views of parts that the author names, on small real models."""

from __future__ import annotations

import re
from typing import Any

import pytest
import torch
from torch import nn

from torchview_docs.drawing.cards import scene
from torchview_docs.errors import OptionError, ViewError
from torchview_docs.graph import Graph
from torchview_docs.markup import describe
from torchview_docs.spec import FigureSpec
from torchview_docs.tracing import trace
from torchview_docs.views import view

X = torch.zeros(2, 8)


class Mlp(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.up, self.act, self.down = nn.Linear(8, 16), nn.GELU(), nn.Linear(16, 8)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.down(self.act(self.up(x)))


class Layer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.norm, self.mlp, self.drop = nn.LayerNorm(8), Mlp(), nn.Dropout(0.1)

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        return x + self.drop(self.mlp(self.norm(x))) * mask


class Encoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.ModuleList(Layer() for _ in range(4))

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        for layer in self.layer:
            x = layer(x, mask)
        return x


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embed, self.encoder = nn.Linear(8, 8), Encoder()
        self.heads = nn.ModuleList([nn.Linear(8, 3), nn.Linear(8, 5)])

    def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        encoded = self.encoder(self.embed(x), x.sigmoid())
        return {"a": self.heads[0](encoded), "b": self.heads[1](encoded)}


@pytest.fixture(scope="module")
def graph() -> Graph:
    return trace(Net(), X)


def shown(graph: Graph, **options: Any) -> Graph:
    return view(graph, FigureSpec.read("pkg.Net", options))


def steps(graph: Graph) -> list[str]:
    return [leaf.target for leaf in graph.leaves if leaf.op.startswith("call")]


def ends(graph: Graph, op: str) -> list[str]:
    return [n.target for n in graph.nodes if n.op == op]


def test_a_layer_is_shown_open_among_closed_ones(graph: Graph) -> None:
    first = shown(graph, depth="1, encoder.layer.0: inf")
    inside = ["encoder.layer.0.norm", "encoder.layer.0.mlp.up", "encoder.layer.0.mlp.act"]
    assert steps(first)[2:5] == inside
    # The others, which are alike, are still folded.
    rest = first.by_name["encoder.layer.1"]
    assert (rest.repeat, rest.last, rest.name in first.children) == (3, "encoder.layer.3", False)
    middle = shown(graph, depth="1, encoder.layer.2: 1")
    kept = {n.target: n.repeat for n in middle.nodes if n.target.count(".") == 2}
    assert kept == {"encoder.layer.0": 2, "encoder.layer.2": 1, "encoder.layer.3": 1} | {
        name: 1 for name in kept if name not in ("encoder.layer.0", "encoder.layer.2", "encoder.layer.3")
    }
    assert "encoder.layer.2.mlp" in steps(middle)


def test_a_pattern_opens_all_layers_and_they_stay_folded(graph: Graph) -> None:
    opened = shown(graph, depth="1, encoder.layer.*: 1")
    assert opened.by_name["encoder.layer.0"].repeat == 4
    assert "encoder.layer.0.mlp" in steps(opened)


def test_a_part_of_depth_zero_is_one_card(graph: Graph) -> None:
    assert "encoder" in steps(shown(graph, depth="inf, encoder: 0"))


def test_a_class_is_collapsed_whatever_the_depth(graph: Graph) -> None:
    collapsed = shown(graph, depth="inf", collapse="Mlp")
    assert "encoder.layer.0.mlp" in steps(collapsed)
    assert collapsed.by_name["encoder.layer.0"].repeat == 4
    one = shown(graph, depth="inf", collapse="encoder.layer.3")
    assert one.by_name["encoder.layer.0"].repeat == 3
    assert steps(one)[-3:] == ["encoder.layer.3", "heads.0", "heads.1"]


def test_what_is_hidden_is_left_out_and_its_readers_read_what_it_read(graph: Graph) -> None:
    without = shown(graph, depth="inf", hide="LayerNorm, *.mlp")
    assert steps(without)[2:4] == ["operator.mul", "operator.add"]
    mul = next(n for n in without.leaves if n.target == "operator.mul")
    assert [without.by_name[use.node].target for use in mul.args] == ["embed", "sigmoid"]
    assert without.by_name["encoder.layer.0"].repeat == 4


def test_an_operation_is_hidden_by_its_name(graph: Graph) -> None:
    without = shown(graph, depth="inf", hide="*/mul")
    assert "operator.mul" not in steps(without)
    add = next(n for n in without.leaves if n.target == "operator.add")
    assert {without.by_name[use.node].target for use in add.args} == {
        "embed",
        "sigmoid",
        "encoder.layer.0.mlp.down",
    }


class Positions(nn.Module):
    """Made of constants alone, and given to the layers in another form."""

    def forward(self, numbers: torch.Tensor) -> torch.Tensor:
        return numbers.float().cos()


class Turning(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(8, 8)

    def forward(self, x: torch.Tensor, numbers: torch.Tensor, angles: torch.Tensor) -> torch.Tensor:
        return self.fc(x).mul(angles.unsqueeze(0)).sin()


class Rotary(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.positions = Positions()
        self.layers = nn.ModuleList(Turning() for _ in range(2))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        numbers = torch.arange(8) + 1
        angles = self.positions(numbers)
        for layer in self.layers:
            x = layer(x, numbers, angles)
        return x


@pytest.mark.parametrize("simplify", [True, False])
def test_with_what_is_hidden_goes_what_only_it_used_and_its_other_forms(simplify: bool) -> None:
    # The layers are given the numbers, and do nothing with them.
    graph = trace(Rotary(), X)
    without = shown(graph, depth="inf", hide="Positions", fold=False, simplify=simplify)
    without.validate()
    assert [n.target.rpartition(".")[2] for n in without.leaves] == [
        "x", *["fc", "mul", "sin"] * 2, "output",
    ]  # fmt: skip
    assert [len(n.args) for n in without.leaves if n.target == "operator.mul"] == [1, 1]
    everything = shown(graph, depth="inf", fold=False, simplify=simplify)
    assert {"torch.arange", "positions"} <= {n.target for n in everything.leaves}


def test_padding_with_nothing_is_left_out() -> None:
    def pads(x: torch.Tensor) -> torch.Tensor:
        x = nn.functional.pad(x, (0, 0, 0, 0)).sin()
        return nn.functional.pad(nn.functional.pad(x, (0, 1)), (1, -1))

    graph = trace(pads, X)
    assert [n.target.rpartition(".")[2] for n in graph.leaves] == ["x", "pad", "sin", "pad", "pad", "output"]
    assert [n.target.rpartition(".")[2] for n in shown(graph).leaves] == ["x", "sin", "pad", "pad", "output"]


def test_what_simplify_leaves_out_can_be_named(graph: Graph) -> None:
    assert "encoder.layer.0.drop" not in steps(shown(graph, depth="inf", hide="Dropout"))


def test_a_layer_is_drawn_alone_with_where_its_tensors_come_from_and_go_to(graph: Graph) -> None:
    layer = shown(graph, focus="encoder.layer.1")
    assert ends(layer, "placeholder") == ["layer.0", "sigmoid"]
    assert ends(layer, "output") == ["layer.2"]
    assert steps(layer)[0] == "encoder.layer.1.norm"
    assert describe(layer).startswith("Computation graph of Net.encoder.layer.1: ")
    assert "Inputs: layer.0 (2×8, float32), sigmoid (2×8, float32)" in describe(layer)
    spec = FigureSpec("pkg.Net")
    pills = [c.rows[0].title for c in scene(layer, spec).cards if c.kind in ("input", "output")]
    assert pills == ["layer.0", "sigmoid", "layer.2"]


def test_what_is_further_away_is_named_by_its_whole_path(graph: Graph) -> None:
    part = shown(graph, focus="encoder.layer.1.norm")
    assert ends(part, "placeholder") == ["encoder.layer.0"]
    assert ends(part, "output") == ["mlp"]
    assert ends(shown(graph, focus="encoder.layer.1.drop"), "output") == ["mul"]


def test_several_readers_of_an_output_are_named(graph: Graph) -> None:
    assert ends(shown(graph, focus="encoder"), "output") == ["heads.0, heads.1"]
    assert ends(shown(graph, focus="embed"), "output") == ["encoder"]
    assert ends(shown(graph, focus="heads.1"), "output") == ["b"]


def test_the_depth_counts_from_the_focus(graph: Graph) -> None:
    assert steps(shown(graph, focus="encoder", depth="0")) == ["encoder"]
    assert "encoder.layer.0" in steps(shown(graph, focus="encoder", depth="1"))
    assert len(steps(shown(graph, focus="encoder.layer.1", depth="1, encoder.layer.1.mlp: inf"))) == 6


def test_a_module_that_is_called_again_is_shown_in_the_call_that_is_named() -> None:
    class Again(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.mlp = Mlp()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.mlp(self.mlp(x).exp()).sin()

    graph = trace(Again(), X)
    assert ends(shown(graph, focus="mlp"), "output") == ["exp"]
    assert ends(shown(graph, focus="mlp@2"), "placeholder") == ["exp"]
    assert ends(shown(graph, focus="mlp@2"), "output") == ["sin"]


def test_parameters_from_elsewhere_stay_parameters() -> None:
    class Reads(nn.Module):
        def __init__(self, weight: nn.Parameter) -> None:
            super().__init__()
            self.taken = [weight]  # a parameter of the module around it

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x * self.taken[0]

    class Both(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.scale = nn.Parameter(torch.ones(8))
            self.reads = Reads(self.scale)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.reads(x + self.scale)

    part = shown(trace(Both(), X), focus="reads")
    part.validate()
    assert [(n.op, n.target) for n in part.leaves[:2]] == [("placeholder", "add"), ("get_attr", "scale")]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            {"focus": "encoder.layr.0"},
            "option 'focus' names 'encoder.layr.0', which Net does not have; did you mean 'encoder.layer.0'?",
        ),
        ({"focus": "encoder.layer.0@2"}, "did you mean 'encoder.layer.0'?"),
        ({"hide": "LayrNorm"}, "did you mean 'LayerNorm'?"),
        ({"hide": "encoder.laier.*"}, "option 'hide' names 'encoder.laier.*'"),
        ({"collapse": "MLP"}, "did you mean 'Mlp'?"),
        ({"collapse": "sigmoid"}, "option 'collapse' names 'sigmoid'"),
        (
            {"depth": "1, encodr: inf"},
            "option 'depth' names 'encodr', which Net does not have; did you mean 'encoder'?",
        ),
    ],
)
def test_a_part_that_is_not_there_is_an_error_with_the_nearest_name(
    graph: Graph, options: dict[str, str], words: str
) -> None:
    with pytest.raises(ViewError, match=re.escape(words)) as error:
        shown(graph, **options)
    assert isinstance(error.value, OptionError)
    assert error.value.failure.kind == "option"


def test_what_may_name_nothing_is_no_error(graph: Graph) -> None:
    options = {"hide": "?Conv2d", "collapse": "?*Attention", "depth": "1, ?decoder: inf"}
    assert shown(graph, **options) == shown(graph, depth="1")
