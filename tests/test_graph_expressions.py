"""Graphs in an input expression."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from sample_graphs import sample
from torch_geometric.data import Data, HeteroData

from torchview_docs.errors import ExpressionError, TraceError
from torchview_docs.expression_parser import parse_input
from torchview_docs.spec import FigureSpec
from torchview_docs.tracing.inputs import inputs_of
from torchview_docs.tracing.job import trace_spec

DATA = "Data(x=float32[{}, 4], edge_index=edges({}))"


def made(text: str, *, meta: bool = False) -> Any:
    """The one argument that an expression makes; it reads back from its canonical text."""
    parsed = parse_input(text)
    assert parse_input(str(parsed)) == parsed
    (args, kwargs) = inputs_of(FigureSpec("m.M", input=str(parsed)), torch.nn.Identity(), meta=meta)
    return next(iter([*args, *kwargs.values()]))


def test_a_list_of_edges_is_an_edge_index_with_both_directions() -> None:
    edges = made("edges([[0, 1], (1, 2), [2, 2]])")
    assert edges.dtype is torch.int64
    assert edges.tolist() == [[0, 1, 2, 1, 2], [1, 2, 2, 0, 1]]
    assert made("edges([[0, 1], [1, 2]], directed=True)").tolist() == [[0, 1], [1, 2]]
    assert made("edges([])").shape == (2, 0)


@pytest.mark.parametrize("layout", ["dense", "coo", "csr"])
def test_a_list_of_edges_is_a_matrix(layout: str) -> None:
    matrix = made(f"adj=adjacency([[0, 1], [1, 2]], nodes=4, layout={layout!r})", meta=True)
    kinds = {"dense": torch.strided, "coo": torch.sparse_coo, "csr": torch.sparse_csr}
    assert matrix.layout is kinds[layout]
    assert matrix.dtype is torch.float32
    assert matrix.to_dense().tolist() == [[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]]
    assert made("adjacency([[0, 1]], directed=True)").tolist() == [[0, 1], [0, 0]]


def test_objects_of_pytorch_geometric() -> None:
    data = made("Data(x=float32[34, 16], edge_index=int64[2, 78] < 34, y=3)", meta=True)
    assert isinstance(data, Data)
    assert data.x.is_meta
    assert data.y == 3
    assert 0 <= int(data.edge_index.min()) <= int(data.edge_index.max()) < 34
    one = "Data(x=float32[2, 4], edge_index=edges([[0, 1]]))"
    batch = made(f"Batch([{one}, {one}])", meta=True)
    assert batch.batch.tolist() == [0, 0, 1, 1]
    assert batch.edge_index.tolist() == [[0, 1, 2, 3], [1, 0, 3, 2]]
    hetero = made(
        "HeteroData({'a': {'x': float32[3, 2]}, ('a', 'to', 'a'): {'edge_index': edges([[0, 1]])}})"
    )
    assert isinstance(hetero, HeteroData)
    assert hetero["a", "to", "a"].edge_index.shape == (2, 2)


def test_the_keys_of_a_dict_may_be_tuples() -> None:
    found = made("{('author', 'writes', 'paper'): int64[2, 3] < 2, ('a', 1): True}")
    assert list(found) == [("author", "writes", "paper"), ("a", 1)]


@pytest.mark.parametrize(
    ("text", "problem", "at"),
    [
        ("edges(3)", "takes a list of edges", 0),
        ("edges([0, 1])", "pair of numbers", 7),
        ("edges([[0, 1, 2]])", "pair of numbers", 7),
        ("edges([[0, -1]])", "pair of numbers", 7),
        ("edges([[0, True]])", "pair of numbers", 7),
        ("edges([[0, 1]], directed=1)", "`True` or `False`", 25),
        ("edges([[0, 1]], nodes=2)", "'edges' knows `directed=`", 22),
        ("adjacency([[0, 3]], nodes=2)", "not among the 2", 0),
        ("adjacency([[0, 1]], layout='x')", "'dense', 'coo', 'csr'", 27),
        ("adjacency([[0, 1]], nodes='2')", "whole number", 26),
        ("Data(x=open('f'))", "a call is not allowed", 7),
        ("Dataset(x=1)", "a call is not allowed", 0),
        ("{('a', [1]): 1}", "as key of a dict", 1),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, problem: str, at: int) -> None:
    with pytest.raises(ExpressionError, match=problem.replace("(", r"\(")) as caught:
        parse_input(text)
    assert caught.value.position == at


def test_a_class_refuses_what_it_does_not_take() -> None:
    with pytest.raises(TraceError, match=r"Batch\(…\)"):
        made("Batch([3])")


@pytest.mark.parametrize(
    ("model", "given", "said"),
    [
        ("sample_graphs.sample.GCN(features=4)", "x=float32[3, 4], edge_index=edges([[0, 1], [1, 2]])",
         "3 nodes, 2 edges, undirected"),
        ("sample_graphs.sample.GIN(features=4)",
         f"Batch([{DATA.format(3, [[0, 1], [1, 2]])}, {DATA.format(2, [[0, 1]])}])",
         "2 graphs, 5 nodes, 3 edges, undirected"),
        ("torch.sparse.mm", "adjacency([[0, 1]], layout='coo'), float32[2, 3]", ""),
    ],
)  # fmt: skip
def test_a_literal_graph_is_traced_and_its_counts_are_told(model: str, given: str, said: str) -> None:
    graph = trace_spec(FigureSpec.read(model, {"input": given}))
    graph.validate()
    assert [found.summary for found in graph.input_graphs] == ([said] if said else [])


@pytest.mark.parametrize("layout", ["dense", "coo", "csr"])
def test_a_network_of_plain_torch_reads_a_matrix(layout: str) -> None:
    given = f"x=float32[3, 4], adj=adjacency([[0, 1], [1, 2]], layout={layout!r})"
    graph = trace_spec(FigureSpec.read("sample_graphs.PlainGCN(4, 2)", {"input": given}))
    assert [found.summary for found in graph.input_graphs] == ["3 nodes, 2 edges, undirected"]
    (node,) = (node for node in graph.nodes if node.target.endswith(("matmul", "mm")))
    assert [use.node for use in node.args] == ["adj", "linear/linear"]


def test_functions_may_return_graphs_of_any_form() -> None:
    for model, function, said in [
        ("GCN", "karate_club", "34 nodes, 78 edges, undirected"),
        ("GIN", "molecules", "3 graphs, 13 nodes, 11 edges, undirected"),
        ("Authors", "authors", "10 nodes, 8 undirected and 5 directed edges"),
    ]:
        options = {"input-from": f"sample_graphs.sample.{function}"}
        graph = trace_spec(FigureSpec.read(f"sample_graphs.sample.{model}", options))
        assert [found.summary for found in graph.input_graphs] == [said]
    assert sample.karate_club()["x"].shape == (34, 34)
