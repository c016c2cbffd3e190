"""What was counted survives every view: the cards together tell of all that ran."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from strategies import graphs
from torch import nn

from torchview_docs.drawing.text import counted_columns, layer_table, text
from torchview_docs.graph import Graph, Node
from torchview_docs.spec import FigureSpec
from torchview_docs.tracing import trace
from torchview_docs.views import folding, unfold, view
from torchview_docs.views.focus import focus
from torchview_docs.views.passing import passed_on
from torchview_docs.views.totals import total_of


def counted(graph: Graph, seed: int) -> Graph:
    """The graph with counts: equal ones for equal steps, mostly; what only passes on computes nothing."""
    chance = random.Random(seed)
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for node in reversed(graph.nodes):
        if node.op.startswith("call_"):
            own = sums[node.name]
            if node.name not in graph.children:
                of = random.Random(f"{node.target.rpartition('.')[2]} {node.type} {node.outputs}")
                own[0] += 0 if passed_on(node, graph) else of.randrange(100) + (chance.random() < 0.1)
                own[1] += 0 if passed_on(node, graph) else of.randrange(50)
            if node.scope is not None:
                sums[node.scope] = [a + b for a, b in zip(sums[node.scope], own, strict=True)]
    nodes = []
    for node in graph.nodes:
        flops, memory = sums[node.name] if node.op.startswith("call_") else (0, 0)
        nodes.append(node._replace(flops=flops, memory=memory))
    return graph.with_nodes(nodes)


counted_graphs = st.builds(counted, graphs(), st.integers(0, 3))
specs = st.builds(
    FigureSpec,
    st.just("pkg.Net"),
    depth=st.sampled_from([0, 1, 2, 3, math.inf, "auto"]),
    hide_inner_tensors=st.booleans(),
    hide_module_functions=st.booleans(),
    simplify=st.booleans(),
    fold=st.booleans(),
    collapse=st.sampled_from([(), ("?Encoder",), ("?Block", "?Dropout")]),
)


def times(graph: Graph, node: Node) -> int:
    return math.prod(part.repeat for part in (node, *graph.scopes(node)))


def of_cards(graph: Graph) -> int:
    """FLOPs of all cards, each as often as it stands for."""
    return sum((leaf.flops or 0) * times(graph, leaf) for leaf in graph.leaves)


@given(counted_graphs, specs)
def test_the_cards_of_every_view_take_together_what_the_model_takes(graph: Graph, spec: FigureSpec) -> None:
    assert of_cards(view(graph, spec)) == of_cards(graph)


@given(counted_graphs, specs)
def test_a_panel_takes_what_is_in_it_once(graph: Graph, spec: FigureSpec) -> None:
    shown = view(graph, spec)
    for name, inner in shown.children.items():
        if name is not None:
            assert shown.by_name[name].flops == sum((node.flops or 0) * node.repeat for node in inner)


@given(counted_graphs, specs, st.sampled_from([(), ("?relu",), ("?Block",), ("?Encoder", "?*/add*")]))
def test_what_is_said_of_a_call_is_what_was_counted_whatever_is_hidden(
    graph: Graph, spec: FigureSpec, hidden: tuple[str, ...]
) -> None:
    for node in view(graph, replace(spec, hide=hidden)).nodes:
        traced = graph.by_name.get(node.name)
        if traced is not None:
            assert (node.flops, node.memory) == (traced.flops, traced.memory)


@given(counted_graphs)
def test_what_is_folded_can_be_unfolded_with_its_counts(graph: Graph) -> None:
    assert unfold(folding(graph)) == graph


@given(counted_graphs)
def test_a_focused_call_takes_what_it_took(graph: Graph) -> None:
    for call in graph.nodes:
        if call.op == "call_module":
            shown = focus(graph, call)
            assert total_of((n.flops, 1) for n in shown.children[None] if n.op == "call_module") == call.flops


@given(counted_graphs)
def test_counts_go_through_json(graph: Graph) -> None:
    assert Graph.from_json(graph.to_json()) == graph


@given(counted_graphs, specs)
def test_the_total_of_the_table_is_that_of_the_model(graph: Graph, spec: FigureSpec) -> None:
    lines = text(view(graph, spec)).splitlines()
    [said] = [line for line in lines if line.startswith("FLOPs: ")]
    assert said.split()[1] == f"{of_cards(graph):,}"


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(8)
        self.fc = nn.Linear(8, 8)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.fc(self.norm(x))


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.Sequential(*(Block() for _ in range(6)))
        self.head = nn.Linear(8, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.blocks(x))  # type: ignore[no-any-return]


NET = trace(Net(), torch.zeros(2, 8), show_flops=True, show_memory=True)


def test_a_folded_block_tells_of_one_and_the_model_of_all() -> None:
    shown = view(NET, FigureSpec("n.Net", depth=2))
    block = shown.by_name["blocks.0"]
    assert (block.repeat, block.flops) == (6, 2 * 2 * 8 * 8)
    assert block.memory == 3 * 2 * 8 * 4
    assert shown.by_name["blocks"].flops == 6 * 2 * 2 * 8 * 8
    assert shown.root
    assert shown.root.flops == 6 * 2 * 2 * 8 * 8 + 2 * 2 * 8 * 3


def test_rows_tell_of_one_and_the_total_of_all() -> None:
    shown = view(NET, FigureSpec("n.Net", depth=2))
    rows = layer_table(shown)
    assert counted_columns(rows) == ("Parameters", "FLOPs", "Activation bytes")
    [row] = [row for row in rows if row.path == "blocks.0 – 5"]
    assert row.counts(counted_columns(rows)) == ("88", "256", "192")
    said = text(shown)
    assert "FLOPs: 1,632 (1.6 kFLOPs; a multiply-add counts as two)" in said
    assert f"Activation bytes: {6 * 192 + 24:,}, about {NET.peak:,} at the peak" in said


def test_without_the_option_the_table_is_as_ever() -> None:
    plain = trace(Net(), torch.zeros(2, 8))
    assert counted_columns(layer_table(view(plain, FigureSpec("n.Net")))) == ("Parameters",)
    assert not {"FLOPs", "Activation"} & set(text(plain).split())


class Wide(Block):
    """Another class, so that it is no part of a run of blocks."""


class Periods(nn.Module):
    """Three times three blocks, or three times the same block, and a wide one."""

    def __init__(self, shared: bool) -> None:
        super().__init__()
        self.shared = shared
        self.layers = nn.ModuleList()
        for _ in range(3):
            self.layers.extend([*(Block() for _ in range(1 if shared else 3)), Wide()])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for layer in self.layers:
            for _ in range(3 if self.shared and type(layer) is Block else 1):
                x = layer(x)
        return x


@pytest.mark.parametrize(("shared", "blocks"), [(False, 4), (True, 2)], ids=["modules", "calls of one"])
def test_a_group_counts_all_that_is_folded_in_it(shared: bool, blocks: int) -> None:
    graph = trace(Periods(shared), torch.zeros(2, 8), show_flops=True, show_memory=True)
    [group] = [node for node in view(graph, FigureSpec("n.Net", depth=1)).nodes if node.op == "group"]
    assert group.repeat == 3
    assert group.parameters
    assert group.parameters.total == blocks * 88
    assert (group.flops, group.memory) == (4 * 256, 4 * 192)
