"""The graphs among the inputs of a model: what is one, and what is said of it."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sample_graphs import sample
from torch import Tensor, nn
from torch_geometric.data import Batch, Data, HeteroData
from torch_geometric.utils import contains_self_loops, is_undirected

from torchview_docs import Graph
from torchview_docs.input_graph import MOST_NODES, InputGraph
from torchview_docs.tracing import trace


class Reads(nn.Module):
    """Reads every tensor that it is given."""

    def forward(self, *args: Any, **kwargs: Any) -> Tensor:
        return torch.ones(1)


def one(**named: Any) -> InputGraph | None:
    graph = trace(Reads(), **named)
    assert Graph.from_json(graph.to_json()) == graph
    assert len(graph.input_graphs) < 2
    return graph.input_graphs[0] if graph.input_graphs else None


def summary(**named: Any) -> str:
    found = one(**named)
    return found.summary if found else ""


def index(*pairs: tuple[int, int]) -> Tensor:
    return torch.tensor(pairs, dtype=torch.int64).reshape(-1, 2).t()


nodes = st.integers(0, 7)


@given(st.lists(st.tuples(nodes, nodes), max_size=20), st.booleans())
def test_counts_and_direction_are_those_that_sets_of_pairs_give(
    pairs: list[tuple[int, int]], both: bool
) -> None:
    if both:
        pairs = list(dict.fromkeys([*pairs, *((b, a) for a, b in pairs)]))
    found = one(x=torch.ones(8, 2), edge_index=index(*pairs))
    assert found is not None
    (relation,) = found.relations
    loops = [pair for pair in pairs if pair[0] == pair[1]]
    plain = [pair for pair in pairs if pair[0] != pair[1]]
    back = sorted((b, a) for a, b in plain)
    assert found.size == 8
    assert relation.loops == len(loops)
    assert relation.directed == (sorted(plain) != back)
    if relation.directed:
        assert relation.edges == len(plain)
        assert set(relation.pairs) == set(pairs)
    else:
        assert relation.edges * 2 == len(plain)
        assert {frozenset(pair) for pair in relation.pairs} == {frozenset(pair) for pair in pairs}
        assert len(relation.pairs) == len({frozenset(pair) for pair in pairs})


def test_pytorch_geometric_says_the_same_of_the_karate_club() -> None:
    club = sample.karate_club()
    assert is_undirected(club["edge_index"])
    assert not contains_self_loops(club["edge_index"])
    assert summary(**club) == "34 nodes, 78 edges, undirected"


def test_the_words() -> None:
    assert summary(edge_index=index((0, 1))) == "2 nodes, 1 edge, directed"
    assert summary(edge_index=index((0, 1), (1, 0), (1, 1))) == "2 nodes, 1 edge, 1 self-loop, undirected"
    assert summary(data=sample.molecules()) == "3 graphs, 13 nodes, 11 edges, undirected"
    assert summary(**sample.authors()) == "10 nodes, 8 undirected and 5 directed edges"


def test_a_graph_is_what_it_is_called_never_what_it_looks_like() -> None:
    pairs, matrix = index((0, 1), (1, 0)), torch.eye(3)
    for name in ("edge_index", "train_edge_index", "data"):
        value: Any = pairs if name != "data" else Data(x=torch.ones(2, 1), edge_index=pairs)
        assert summary(**{name: value}) == "2 nodes, 1 edge, undirected"
    for name in ("adj", "adj_t", "adjacency"):
        assert summary(**{name: matrix}) == "3 nodes, 0 edges, 3 self-loops, undirected"
    assert not summary(ids=pairs, mask=matrix, weight=matrix.to_sparse())
    assert not summary(edge_index=torch.ones(2, 3))  # floats are no numbers of nodes
    assert not summary(edge_index=index((0, 1)).t().repeat(3, 1))
    assert not summary(edge_index=index((0, -1)))
    assert not summary(adj=torch.ones(2, 3))


def test_what_has_no_values_says_nothing() -> None:
    assert not summary(edge_index=torch.ones(2, 3, dtype=torch.int64, device="meta"))
    assert not summary(adj=torch.ones(3, 3, device="meta"))
    assert not summary(data=Data(edge_index=torch.ones(2, 3, dtype=torch.int64, device="meta")))


@pytest.mark.filterwarnings("ignore:Sparse CS[RC]")
@pytest.mark.parametrize("form", ["dense", "bool", "coo", "csr", "csc"])
def test_a_square_matrix_dense_or_sparse(form: str) -> None:
    matrix = torch.zeros(4, 4)
    matrix[0, 1] = matrix[1, 2] = 0.5
    layouts = {"coo": torch.sparse_coo, "csr": torch.sparse_csr, "csc": torch.sparse_csc}
    given_: Tensor = matrix.bool() if form == "bool" else matrix
    if form in layouts:
        given_ = matrix.to_sparse(layout=layouts[form])
    found, turned = one(adj=given_), one(adj_t=given_)
    assert found is not None
    assert turned is not None
    assert found.summary == turned.summary == "4 nodes, 2 edges, directed"
    assert set(found.relations[0].pairs) == {(0, 1), (1, 2)}
    assert set(turned.relations[0].pairs) == {(1, 0), (2, 1)}


def test_nodes_without_edges_count_where_features_tell_of_them() -> None:
    pairs = index((0, 1))
    assert summary(x=torch.ones(5, 2), edge_index=pairs).startswith("5 nodes")
    assert summary(data=Data(edge_index=pairs, num_nodes=6)).startswith("6 nodes")
    assert summary(data=Data(pos=torch.ones(7, 3), edge_index=pairs)).startswith("7 nodes")


def test_several_kinds_of_nodes_however_they_are_given() -> None:
    apart = sample.authors()
    data = HeteroData()
    for kind, x in apart["x_dict"].items():
        data[kind].x = x
    for kinds, edges in apart["edge_index_dict"].items():
        data[kinds].edge_index = edges
    one_, other = one(**apart), one(data=data)
    assert one_ is not None
    assert other is not None
    assert one_.nodes == other.nodes == (("author", 4), ("paper", 6))
    assert [r[1:] for r in one_.relations] == [r[1:] for r in other.relations]
    assert [(r.name, r.directed, r.back) for r in one_.relations] == [
        ("writes", False, False), ("written_by", False, True), ("cites", True, False),
    ]  # fmt: skip
    assert other.relations[0].tensor == "data[('author', 'writes', 'paper')].edge_index"
    assert one_.summary_of(one_.relations[2]) == "6 paper, 5 edges"
    assert one_.summary_of(one_.relations[0]) == "4 author → 6 paper, 8 edges"


def test_of_a_large_graph_only_the_counts_are_kept() -> None:
    for count in (MOST_NODES, MOST_NODES + 1):
        pairs = [(k, k + 1) for k in range(count - 1)]
        found = one(edge_index=index(*pairs))
        assert found is not None
        assert found.summary == f"{count} nodes, {count - 1} edges, directed"
        assert len(found.relations[0].pairs) == (count - 1 if count == MOST_NODES else 0)


def test_the_graphs_of_a_batch_are_counted() -> None:
    ring = Data(x=torch.ones(3, 2), edge_index=index((0, 1), (1, 2), (2, 0)))
    assert summary(data=Batch.from_data_list([ring, ring])) == "2 graphs, 6 nodes, 6 edges, directed"
    assert summary(x=torch.ones(2, 1), edge_index=index((0, 1)), batch=torch.zeros(2)).startswith("2 nodes")


def test_the_relations_are_placeholders_of_the_graph() -> None:
    for given_ in (sample.karate_club(), sample.authors(), {"data": sample.molecules()}):
        graph = trace(Reads(), **given_)
        inputs = {node.name for node in graph.nodes if node.op == "placeholder"}
        assert {r.tensor for found in graph.input_graphs for r in found.relations} <= inputs
        assert graph.input_graphs


def test_reading_a_graph_records_no_operation() -> None:
    graph = trace(Reads(), **sample.karate_club())
    assert {node.op for node in graph.nodes} <= {"placeholder", "call_module", "call_function", "output"}
    assert [node.target for node in graph.nodes if node.op == "call_function"] == ["torch.ones"]


class OnData(nn.Module):
    """Reads two of the tensors of an object."""

    def forward(self, data: Data, mask: Tensor) -> Tensor:
        product: Tensor = data.x * data.weight
        return product


def test_of_an_object_only_what_is_read_is_an_input_and_an_argument_in_any_case() -> None:
    data = Data(x=torch.ones(2, 1), edge_index=index((0, 1)), y=torch.ones(2), weight=torch.ones(1))
    graph = trace(OnData(), data, torch.ones(2))
    graph.validate()
    inputs = [node.target for node in graph.nodes if node.op == "placeholder"]
    assert inputs == ["data.x", "data.edge_index", "data.weight", "mask"]
