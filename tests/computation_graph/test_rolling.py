"""Rolling: which calls are one node."""

from __future__ import annotations

import torch
from drawn_nets import Projecting, ResNet, SimpleRNN, clusters, edges, labels
from hypothesis import given
from strategies import graphs
from torch import nn

from torchview_docs import Graph, draw_graph
from torchview_docs.views import rolled, rolled_up


@given(graphs())
def test_what_is_the_same_is_of_one_kind_and_the_first_of_them(graph: Graph) -> None:
    place = {node.name: k for k, node in enumerate(graph.nodes)}
    same = rolled(graph)
    for name, first in same.items():
        assert same[first] == first
        assert place[first] <= place[name]
        assert (graph.by_name[first].op, graph.by_name[first].target) == (
            graph.by_name[name].op,
            graph.by_name[name].target,
        )


@given(graphs())
def test_no_edge_is_lost(graph: Graph) -> None:
    same = rolled(graph)
    up = rolled_up(graph, same)
    edges_after = {(use.node, node.name) for node in up.leaves for use in node.args}
    for node in graph.leaves:
        for use in node.args:
            assert (same.get(use.node, use.node), same.get(node.name, node.name)) in edges_after


def test_a_graph_without_loops_stays_as_it_is() -> None:
    graph = draw_graph(ResNet(), input_size=(1, 3, 32, 32), device="meta")
    same = rolled(graph.view)
    assert all(name == first for name, first in same.items())


def test_one_activation_in_many_places_is_many_nodes() -> None:
    # Each block of the ResNet calls its one ReLU twice; as one node it would make a loop of none.
    graph = draw_graph(ResNet(), input_size=(1, 3, 32, 32), device="meta", roll=True)
    plain = draw_graph(ResNet(), input_size=(1, 3, 32, 32), device="meta")
    assert edges(graph) == edges(plain)


def test_what_is_between_the_calls_of_a_loop_is_rolled_with_them() -> None:
    graph = draw_graph(SimpleRNN(), input_size=(2, 3), roll=True)
    assert edges(graph) == {
        "input-tensor → LSTMCell x4": 1, "LSTMCell → LeakyReLU x4": 1, "LeakyReLU → LSTMCell x3": 1,
        "LSTMCell → LSTMCell x3": 1, "LeakyReLU → output-tensor": 1,
    }  # fmt: skip


def test_functions_of_a_loop_are_rolled() -> None:
    class Loop(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = nn.Linear(5, 2)

        def forward(self, xs: torch.Tensor) -> torch.Tensor:
            h = torch.zeros(4, 2)
            for step in range(xs.shape[0]):
                h = torch.tanh(self.linear(torch.cat([xs[step], h], 1)))
            return h

    graph = draw_graph(Loop(), input_size=(6, 4, 3), roll=True)
    assert edges(graph) == {
        "input-tensor → __getitem__ x6": 1, "__getitem__ → cat x6": 1, "cat → Linear x6": 1,
        "Linear → tanh x6": 1, "tanh → cat x5": 1, "tanh → output-tensor": 1,
    }  # fmt: skip


def test_parts_of_one_tensor_are_not_a_loop() -> None:
    class Gates(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = nn.Linear(3, 4)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            y = self.linear(x)
            return y[:, :2].sigmoid() * y[:, 2:].sigmoid()

    graph = draw_graph(Gates(), input_size=(2, 3), roll=True)
    assert edges(graph)["Linear → __getitem__"] == 2
    assert edges(graph)["sigmoid → mul"] == 2


def test_parts_of_a_tensor_are_rolled_with_their_like() -> None:
    class Parts(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = nn.Linear(2, 4)

        def forward(self, h: torch.Tensor) -> torch.Tensor:
            for step in range(3):
                y = self.linear(h)
                h = y[:, 3:] + y[:, :2] if step else y[:, :2].exp()
            return h

    graph = draw_graph(Parts(), input_size=(2, 2), roll=True)
    assert edges(graph)["Linear → __getitem__ x2"] == edges(graph)["Linear → __getitem__ x3"] == 1
    parts = [said.rpartition("output: ")[2] for said in labels(graph) if said.startswith("__getitem__")]
    assert sorted(parts) == ["(2, 1)", "(2, 2)"]


def test_a_module_with_parts_that_is_called_again_is_one_box() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.block = nn.Sequential(nn.Linear(3, 3), nn.ReLU())

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.block(self.block(x))  # type: ignore[no-any-return]

    graph = draw_graph(Twice(), input_size=(2, 3), roll=True, expand_nested=True)
    assert clusters(graph) == ["Sequential"]
    assert edges(graph) == {
        "input-tensor → Linear": 1, "Linear → ReLU x2": 1, "ReLU → Linear": 1, "ReLU → output-tensor": 1,
    }  # fmt: skip


def test_what_is_in_a_module_that_is_called_again_is_rolled_when_it_is_shown() -> None:
    graph = draw_graph(Projecting(), input_size=(2, 3), roll=True, hide_module_functions=False)
    assert edges(graph) == {
        "input-tensor → lstm_cell": 1, "lstm_cell → lstm_cell x3": 1, "lstm_cell → leaky_relu x4": 1,
        "leaky_relu → lstm_cell x3": 1, "leaky_relu → linear x4": 1, "linear → lstm_cell x3": 1,
        "linear → output-tensor": 1,
    }  # fmt: skip


def test_a_parameter_that_is_read_in_every_call_is_one_node() -> None:
    class Cell(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer, self.start = nn.Linear(3, 3), nn.Parameter(torch.ones(3))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.layer(x) * self.start * self.start

    class Loop(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.cell = Cell()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            for _ in range(4):
                x = self.cell(x)
            return x

    graph = draw_graph(Loop(), input_size=(2, 3), roll=True, hide_inner_tensors=False)
    assert edges(graph)["cell.start → mul x4"] == 2


def test_what_is_added_to_in_a_loop_is_rolled() -> None:
    class Residual(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Sequential(nn.Linear(3, 3), nn.ReLU())

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            for _ in range(5):
                x = x + self.layer(x)
            return x

    graph = draw_graph(Residual(), input_size=(2, 3), depth=1, roll=True)
    assert edges(graph) == {
        "input-tensor → Sequential": 1, "input-tensor → add": 1, "Sequential → add x5": 1,
        "add → Sequential x4": 1, "add → add x4": 1, "add → output-tensor": 1,
    }  # fmt: skip


class Growing(nn.Module):
    """Its memory grows with every step."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(3, 3)

    def forward(self, xs: torch.Tensor) -> torch.Tensor:
        memory = xs[:1]
        for step in range(1, 5):
            memory = torch.cat([memory, self.linear(xs[step : step + 1])])
        return memory


def test_shapes_that_change_are_those_of_the_first_and_the_last() -> None:
    said = labels(draw_graph(Growing(), input_size=(5, 3), roll=True))
    assert "cat depth:1 input: 2 x (1, 3) … (4, 3), (1, 3) output: (2, 3) … (5, 3)" in said


def test_what_changes_from_step_to_step_is_not_said_of_all() -> None:
    svg = draw_graph(Growing(), input_size=(5, 3), roll=True)._repr_mimebundle_()["image/svg+xml"]
    assert "2×3 … 4×3 (× 3)" in svg
    assert "[1:2]" not in svg


def test_tensors_of_a_loop_are_rolled_too() -> None:
    graph = draw_graph(SimpleRNN(), input_size=(2, 3), roll=True, hide_inner_tensors=False)
    assert edges(graph)["LSTMCell → hidden-tensor x4"] == 2
