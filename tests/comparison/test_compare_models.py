"""Comparisons of models that ran: what was edited is found, and nothing else."""

from __future__ import annotations

import math
import time
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from torchview_docs import trace
from torchview_docs.changes import Sign, aspects
from torchview_docs.comparison import compare
from torchview_docs.drawing.text import text
from torchview_docs.graph import Graph, Node, TensorMeta, Use
from torchview_docs.spec import FigureSpec
from torchview_docs.views import view
from torchview_docs.views.compared import compared, view_of_both
from torchview_docs.views.marks import signs_of


class Block(nn.Module):
    def __init__(self, hidden: int = 16, doubled: bool = False) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(8)
        self.up, self.act, self.down = nn.Linear(8, hidden), nn.GELU(), nn.Linear(hidden, 8)
        self.doubled = doubled

    def forward(self, x: Tensor) -> Tensor:
        y = self.down(self.act(self.up(self.norm(x))))
        return x + (y * 2 if self.doubled else y)


class Net(nn.Module):
    def __init__(self, layers: int = 4) -> None:
        super().__init__()
        self.stem = nn.Linear(8, 8)
        self.layers = nn.ModuleList(Block() for _ in range(layers))
        self.head = nn.Linear(8, 2)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        for layer in self.layers:
            x = layer(x)
        return self.head(x)


class Extra(Net):
    def __init__(self) -> None:
        super().__init__()
        self.extra = nn.LayerNorm(8)

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(self.extra(x))


class Renamed(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.entry = nn.Linear(8, 8)
        self.layers = nn.ModuleList(Block() for _ in range(4))
        self.head = nn.Linear(8, 2)

    def forward(self, x: Tensor) -> Tensor:
        x = self.entry(x)
        for layer in self.layers:
            x = layer(x)
        return self.head(x)


class Other(nn.Module):
    """A model that has nothing in common with the others but its input."""

    def forward(self, x: Tensor) -> Tensor:
        return x.sin().cumsum(0)


def marks(old: nn.Module, new: nn.Module, *, at: Tensor | None = None, **options: Any) -> dict[str, Sign]:
    """How the layers of the figure are marked, the model itself apart."""
    graphs = [trace(model, x) for model, x in ((old, ROW), (new, ROW if at is None else at))]
    spec = FigureSpec("n.Net", old=FigureSpec("n.Net"), depth=math.inf, **options)
    whole = compared(graphs[0], graphs[1], spec)
    found = signs_of(whole.graph, view_of_both(whole, spec))
    return {name: sign for name, sign in found.items() if whole.graph.root is None or name != "Net"}


ROW = torch.zeros(1, 8)


def with_layers(*layers: nn.Module) -> Net:
    net = Net()
    net.layers = nn.ModuleList(layers)
    return net


def test_a_model_and_itself_have_no_marks() -> None:
    assert marks(Net(), Net()) == {}


def test_a_named_layer_that_was_added_is_the_only_one() -> None:
    found = marks(Net(), Extra())
    assert {name: sign for name, sign in found.items() if name != "Extra"} == {"extra": "+"}


def test_the_other_way_round_it_was_removed() -> None:
    found = marks(Extra(), Net())
    assert found == {"extra": "-"}


def test_a_layer_in_the_midst_of_a_list_is_one_that_was_added() -> None:
    old = with_layers(Block(), Block(16, True), Block())
    new = with_layers(Block(), nn.Sequential(nn.Linear(8, 8)), Block(16, True), Block())
    assert set(marks(old, new, fold=False)) == {"layers.1", "layers.1.0"}
    assert set(marks(old, new, fold=False).values()) == {"+"}
    assert set(marks(new, old, fold=False).values()) == {"-"}


def test_a_renamed_layer_is_one_that_has_another_name() -> None:
    graph = compare(trace(Net(), ROW), trace(Renamed(), ROW))
    changed = {n.name: aspects(n) for n in graph.nodes if aspects(n)}
    assert changed == {"Renamed": ("class",), "entry": ("name",)}
    was = graph.by_name["entry"].was
    assert was is not None
    assert was.target == "stem"
    assert not any(node.side for node in graph.nodes)


def test_another_width_changes_what_has_it() -> None:
    found = marks(with_layers(Block(), Block()), with_layers(Block(), Block(32)), fold=False)
    assert found == {"layers.1.up": "~", "layers.1.act": "~", "layers.1.down": "~"}


def test_another_class_in_the_same_place_is_a_change() -> None:
    class Gated(Block):
        def __init__(self) -> None:
            super().__init__()
            self.act = nn.SiLU()  # type: ignore[assignment]

    graph = compare(trace(with_layers(Block()), ROW), trace(with_layers(Gated()), ROW))
    assert aspects(graph.by_name["layers.0.act"])[0] == "class"
    assert aspects(graph.by_name["layers.0"], opened=True) == ("class",)
    assert {n.name for n in graph.nodes if n.side} == set()


def test_frozen_parameters_are_a_change() -> None:
    frozen = Net()
    frozen.stem.requires_grad_(False)
    found = marks(Net(), frozen)
    assert found == {"stem": "~"}


def test_an_operation_that_was_added_is_marked_with_its_lines() -> None:
    old, new = trace(with_layers(Block()), ROW), trace(with_layers(Block(doubled=True)), ROW)
    whole = compare(old, new)
    assert [n.name for n in whole.nodes if n.side] == ["layers.0/mul"]
    sided = {
        (use.node.partition("/")[2] or use.node, leaf.name, use.side)
        for leaf in whole.leaves
        for use in leaf.args
        if use.side
    }
    assert {(reader, side) for _, reader, side in sided} == {
        ("layers.0/mul", "+"),
        ("layers.0/add", "+"),
        ("layers.0/add", "-"),
    }


@pytest.mark.parametrize(("old", "new"), [(3, 7), (7, 3), (1, 3), (3, 1)])
def test_more_or_fewer_equal_layers_are_one_change_of_their_count(old: int, new: int) -> None:
    assert marks(Net(old), Net(new)) == {"layers.0": "~"}
    whole = compare(trace(Net(old), ROW), trace(Net(new), ROW))
    layer = whole.by_name["layers.0"]
    assert layer.was is not None
    assert (layer.was.repeat, layer.repeat) == (old, new)
    assert aspects(layer, opened=True) == ("count",)


def test_layers_that_became_others_and_more_are_one_change_as_well() -> None:
    new = with_layers(*(Block(doubled=True) for _ in range(6)))
    assert marks(Net(3), new) == {"layers.0": "~", "layers.0/mul": "+"}


def test_one_of_equal_layers_that_has_changed_stands_alone() -> None:
    layers = [Block() for _ in range(6)]
    layers[2] = Block(32)
    old, new = trace(Net(6), ROW), trace(with_layers(*layers), ROW)
    spec = FigureSpec("n.Net", old=FigureSpec("n.Net"), depth=1)
    shown = view_of_both(compared(old, new, spec), spec)
    blocks = [node for node in shown.leaves if node.type.endswith("Block")]
    assert [(node.name, node.repeat) for node in blocks] == [
        ("layers.0", 2),
        ("layers.2", 1),
        ("layers.3", 3),
    ]
    assert signs_of(compare(old, new), shown) == {"layers.2": "~"}


def test_a_closed_card_is_marked_for_what_is_in_it() -> None:
    old, new = trace(with_layers(Block()), ROW), trace(with_layers(Block(doubled=True)), ROW)
    spec = FigureSpec("n.Net", old=FigureSpec("n.Net"), depth=1)
    whole = compared(old, new, spec)
    shown = view_of_both(whole, spec)
    assert signs_of(whole.graph, shown) == {"layers.0": "~"}
    # What it returns is one tensor, whichever step makes it.
    assert [(u.node, u.side) for leaf in shown.leaves for u in leaf.args if u.node == "layers.0"] == [
        ("layers.0", "")
    ]
    assert len(shown.by_name["layers.0"].outputs) == 1


def test_an_input_of_another_size_changes_shapes_only() -> None:
    whole = compare(trace(Net(1), ROW), trace(Net(1), torch.zeros(4, 8)))
    assert {aspect for node in whole.nodes for aspect in aspects(node)} == {"shape"}
    assert not [use for leaf in whole.leaves for use in leaf.args if use.side]


def test_models_with_nothing_in_common_are_both_there() -> None:
    old, new = trace(Net(2), ROW), trace(Other(), ROW)
    whole = compare(old, new)
    kept = [node for node in whole.nodes if not node.side]
    assert {node.op for node in kept} <= {"placeholder", "call_module", "output"}
    assert len(whole.nodes) == len(old.nodes) + len(new.nodes) - len(kept)
    whole.validate()


def test_the_differences_as_text_say_what_was_and_what_is() -> None:
    old, new = trace(Net(3), ROW), trace(with_layers(*(Block(32) for _ in range(3))), ROW)
    spec = FigureSpec("n.Net", old=FigureSpec("n.Net"), depth=math.inf)
    whole = compared(old, new, spec)
    shown = view_of_both(whole, spec)
    told = text(shown, signs=signs_of(whole.graph, shown))
    assert "~ up: Linear 8→16 ⇒ 8→32" in told
    assert "1×16 ⇒ 1×32" in told
    assert "144 ⇒ 288" in told
    assert told.endswith("3 changed\n")


def test_both_models_of_one_side_are_told_by_their_view() -> None:
    """The comparison of a figure's two models is of what the figure shows of each."""
    old, new = trace(Net(2), ROW), trace(Extra(), ROW)
    spec = FigureSpec("n.Net", old=FigureSpec("n.Net"), depth=math.inf, hide=("extra",))
    whole = compared(old, new, spec)
    alone = view(trace(Net(2), ROW), FigureSpec("n.Net", depth=math.inf))
    names = {node.name for node in view_of_both(whole, spec).nodes if node.side != "+"}
    assert {node.name for node in alone.nodes} - {"Net"} <= names | {"layers.0"}


T = (TensorMeta((1, 8), "float32"),)


def large(layers: int, operations: int, other: int | None = None) -> Graph:
    """Layers one after the other, each with as many operations; one of which may be another."""
    nodes = [Node("x", "placeholder", "x", outputs=T)]
    last = "x"
    for layer in range(layers):
        path = f"layers.{layer}"
        ran = [f"{path}/f{k}" for k in range(operations)]
        nodes.append(Node(path, "call_module", path, None, "n.Layer", (Use(last),), T, (Use(ran[-1]),)))
        for k, name in enumerate(ran):
            config = "other" if layer == other and k == 3 else ""
            nodes.append(
                Node(name, "call_function", f"torch.f{k % 7}", path, "", (Use(last),), T, config=config)
            )
            last = name
    nodes.append(Node("out", "output", "out", args=(Use(last),)))
    return Graph("Net", tuple(nodes))


def test_the_time_grows_with_the_size_and_no_faster() -> None:
    def seconds(old: Graph, new: Graph) -> float:
        start = time.process_time()
        compare(old, new)
        return time.process_time() - start

    for small, big in (
        ((large(40, 30), large(40, 30, other=5)), (large(320, 30), large(320, 30, other=5))),
        ((large(20, 30), large(40, 30)), (large(160, 30), large(320, 30))),
        ((large(1, 900), large(1, 903)), (large(1, 7200), large(1, 7203))),
    ):
        # Square, eight times the size would take 64 times as long.
        assert seconds(*big) < 25 * max(seconds(*small), 0.05)
