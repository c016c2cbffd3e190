"""Message passing layers of PyTorch Geometric: what ran, and the phases in which it ran."""

from __future__ import annotations

import contextlib
import copy
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import torch
from sample_graphs import sample
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode
from torch_geometric.nn import APPNP, GATConv, GCNConv, MessagePassing, SAGEConv, SimpleConv, to_hetero
from truth import module_calls, paths, traced_calls

from torchview_docs.errors import TraceError
from torchview_docs.graph import Graph
from torchview_docs.spec import FigureSpec
from torchview_docs.tracing import trace
from torchview_docs.views import close_below, levels, view

CLUB = sample.karate_club()
PAIRS = torch.tensor([[0, 1, 1, 2], [1, 0, 2, 1]])
X = torch.randn(3, 4)


class ToHetero(nn.Module):
    """A network for one kind of nodes, made one for several."""

    def __init__(self) -> None:
        super().__init__()
        given = sample.authors()["edge_index_dict"]
        plain = nn.ModuleDict({"first": SAGEConv((-1, -1), 8), "last": SAGEConv((-1, -1), 2)})
        self.net = to_hetero(_Two(plain), (["author", "paper"], list(given)))

    def forward(self, x_dict: dict[str, Tensor], edge_index_dict: dict[Any, Tensor]) -> Any:
        return self.net(x_dict, edge_index_dict)


class _Two(nn.Module):
    def __init__(self, layers: nn.ModuleDict) -> None:
        super().__init__()
        self.layers = layers

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        first, last = self.layers["first"], self.layers["last"]
        made: Tensor = last(first(x, edge_index).relu(), edge_index)
        return made


NETS: dict[str, tuple[Callable[[], nn.Module], dict[str, Any]]] = {
    "gcn": (sample.GCN, CLUB),
    "gat": (sample.GAT, CLUB),
    "sage": (sample.GraphSAGE, CLUB),
    "gin": (sample.GIN, {"data": sample.molecules()}),
    "pooled": (sample.Pooled, {"data": sample.molecules()}),
    "hetero": (sample.Authors, sample.authors()),
    "to_hetero": (ToHetero, sample.authors()),
}


def phases(graph: Graph) -> Counter[str]:
    """How often each phase is in a graph, by the last word of its method."""
    return Counter(node.type.rpartition(".")[2] for node in graph.nodes if node.op == "call_phase")


def counted(model: nn.Module, given: dict[str, Any]) -> Counter[str]:
    """How often phases run, counted by the hooks that PyTorch Geometric has for them."""
    found: Counter[str] = Counter()
    handles = []
    for layer in model.modules():
        for phase in (
            ("propagate", "message", "aggregate", "edge_update") if hasattr(layer, "propagate") else ()
        ):
            register = getattr(layer, f"register_{phase}_forward_hook")
            handles.append(register(lambda *_, phase=phase: found.update([phase])))
    with torch.no_grad():
        model(**given)
    for handle in handles:
        handle.remove()
    return found


@pytest.mark.parametrize("name", NETS)
def test_the_calls_are_those_that_hooks_count_and_every_output_depends_on_the_graph(name: str) -> None:
    make, given = NETS[name]
    model = make().eval()
    with torch.no_grad():
        model(**given)  # what is lazy becomes itself
    wanted = module_calls(model, **given)
    graph = trace(model, **given)
    graph.validate()
    assert traced_calls(graph) == wanted
    ends = paths(graph)
    outputs = {number for _, number in ends}
    assert len(outputs) == sum(node.op == "output" for node in graph.nodes)
    for number in outputs:
        reached = [start for start, end in ends if end == number]
        assert any("edge_index" in start for start in reached)
        assert any("x" in start.replace("edge_index", "") for start in reached)


@pytest.mark.parametrize("name", NETS)
def test_the_phases_are_those_that_hooks_count_but_for_the_empty_ones(name: str) -> None:
    make, given = NETS[name]
    model = make().eval()
    wanted = counted(model, given)
    graph = trace(model, **given)
    found = phases(graph)
    assert found["propagate"] == wanted["propagate"] > 0
    assert found["aggregate"] == wanted["aggregate"] > 0
    assert found["message"] <= wanted["message"]
    assert found["edge_update"] == wanted["edge_update"]
    assert all(graph.children.get(node.name) for node in graph.nodes if node.op == "call_phase")


class Exponential(MessagePassing):
    """Defines every phase, one of them by way of its base class."""

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        return self.propagate(edge_index, x=x).neg()

    def message(self, x_j: Tensor) -> Tensor:
        return super().message(x_j).exp()

    def update(self, inputs: Tensor) -> Tensor:
        return inputs.sqrt()


def scopes(graph: Graph, target: str) -> list[str]:
    """The names of the scopes of the one operation of this name, outermost first."""
    (node,) = (node for node in graph.nodes if node.target == target)
    return [scope.name for scope in reversed(graph.scopes(node))]


def test_an_operation_is_in_the_phase_that_it_ran_in() -> None:
    graph = trace(Exponential(), X, PAIRS)
    assert scopes(graph, "exp") == ["Exponential", "propagate", "propagate/message"]
    assert scopes(graph, "sqrt") == ["Exponential", "propagate", "propagate/update"]
    assert scopes(graph, "operator.neg") == ["Exponential"]
    assert scopes(graph, "aggr_module") == ["Exponential", "propagate", "propagate/aggregate"]
    message = graph.by_name["propagate/message"]
    assert message.type == f"{Exponential.__module__}.Exponential.message"
    assert [use.arg for use in message.args] == ["x_j"]
    assert [meta.shape for meta in message.outputs] == [(4, 4)]
    assert graph.by_name["propagate"].type.endswith("MessagePassing.propagate")


def test_a_phase_is_a_level_of_depth() -> None:
    graph = trace(Exponential(), X, PAIRS)
    deep = levels(graph)
    assert [deep[n] for n in ("propagate", "propagate/message", "propagate/message/exp")] == [1, 2, 3]
    closed = close_below(graph, 1)
    closed.validate()
    leaf = closed.by_name["propagate"]
    assert leaf.name not in closed.children
    assert [meta.shape for meta in leaf.outputs] == [(3, 4)]
    assert {use.node for use in leaf.args} == {"x", "edge_index"}
    opened = view(graph, FigureSpec("m.M", depth=2))
    assert [n.name for n in opened.leaves if n.op == "call_phase"] == [
        "propagate/message",
        "propagate/aggregate",
        "propagate/update",
    ]


def test_hidden_and_collapsed_phases_are_named_like_modules() -> None:
    graph = trace(sample.GCN(), **CLUB)
    closed = view(graph, FigureSpec.read("m.M", {"depth": "inf", "collapse": "message conv2.propagate"}))
    leaves = {node.name for node in closed.leaves if node.op == "call_phase"}
    assert leaves == {"conv1/propagate/message", "conv2/propagate"}


def test_a_layer_that_propagates_again_and_again_is_folded() -> None:
    graph = trace(APPNP(K=5, alpha=0.1), X, PAIRS)
    assert phases(graph)["propagate"] == 5
    assert [n.call for n in graph.nodes if n.target == "propagate"] == [1, 2, 3, 4, 5]
    folded = view(graph, FigureSpec("m.M", depth="inf"))
    (group,) = (node for node in folded.nodes if node.op == "group")
    shown = [node for node in folded.nodes if node.target == "propagate" and node.op == "call_phase"]
    assert group.repeat >= 4
    assert sum(group.repeat if group in folded.scopes(node) else 1 for node in shown) == 5
    # Its title tells which calls it stands for.
    assert group.call == next(node.call for node in shown if group in folded.scopes(node))


@pytest.mark.filterwarnings("ignore:Sparse CSR")
def test_a_sparse_matrix_is_multiplied_in_one_phase() -> None:
    matrix = torch.zeros(3, 3)
    matrix[PAIRS[0], PAIRS[1]] = 1
    graph = trace(SAGEConv(4, 2), X, matrix.to_sparse_csr())
    assert phases(graph) == {"propagate": 1, "message_and_aggregate": 1}


class Raising(MessagePassing):
    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        made: Tensor = self.propagate(edge_index, x=x)
        return made

    def message(self, x_j: Tensor) -> Tensor:
        raise ValueError("no message")


@pytest.mark.parametrize("layer", [GCNConv(4, 2), Exponential(), Raising(), SimpleConv()])
def test_a_layer_is_afterwards_as_it_was(layer: MessagePassing) -> None:
    layer.explain = False
    before, methods = dict(vars(layer)), dict(vars(type(layer)))
    raises = pytest.raises(TraceError, match="no message")
    with raises if isinstance(layer, Raising) else contextlib.nullcontext():
        trace(layer, X, PAIRS)
    assert dict(vars(layer)) == before
    assert dict(vars(type(layer))) == methods


def test_what_an_instance_puts_in_the_place_of_a_method_is_seen_and_stays() -> None:
    layer = Exponential()

    def own(x_j: Tensor) -> Tensor:
        return x_j.cos()

    layer.message = own
    graph = trace(layer, X, PAIRS)
    assert scopes(graph, "cos")[-1] == "propagate/message"
    assert layer.message is own


COPIES: list[nn.Module] = []


class Copying(nn.Module):
    """Runs a copy of its layer, with weights of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = Exponential()

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        copied = copy.deepcopy(self.layer)
        COPIES.append(copied)
        made: Tensor = copied(x, edge_index)
        return made


def test_a_copy_made_while_it_is_traced_passes_its_own_messages() -> None:
    model = Copying()
    graph = trace(model, X, PAIRS)
    graph.validate()
    copied = COPIES[-1]
    assert copied is not model.layer
    assert copied.message.method.__self__ is copied
    with torch.no_grad():
        assert torch.equal(copied(X, PAIRS), model.layer(X, PAIRS))


MADE: list[Tensor] = []


class Meanwhile(nn.Module):
    """Uses its layer in another thread too, which nobody watches."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = Exponential()

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        thread = threading.Thread(target=lambda: MADE.append(self.layer(X, PAIRS)))
        thread.start()
        thread.join()
        made: Tensor = self.layer(x, edge_index)
        return made


def test_another_thread_runs_the_layer_as_ever() -> None:
    model = Meanwhile()
    graph = trace(model, X.clone(), PAIRS)
    assert phases(graph) == {"propagate": 1, "message": 1, "aggregate": 1, "update": 1}
    assert torch.equal(MADE[0], model.layer(X, PAIRS))


def test_what_a_layer_counts_is_the_sum_of_its_phases_and_what_torch_counts() -> None:
    net, (x, edges) = GATConv(8, 4), (torch.randn(5, 8), torch.tensor([[0, 1, 2, 3], [1, 2, 3, 0]]))
    with FlopCounterMode(display=False) as counter:
        net(x, edges)
    graph = trace(net, x, edges, show_flops=True, show_memory=True)
    assert graph.root is not None
    assert graph.root.flops == counter.get_total_flops() > 0
    for phase in (node for node in graph.nodes if node.op == "call_phase"):
        assert phase.memory == sum(node.memory or 0 for node in graph.children[phase.name])
