from __future__ import annotations

import json

import pytest

from torchview_docs.errors import RecordError
from torchview_docs.graph import FORMAT, Graph, Node, Parameters, TensorMeta, Use

T = TensorMeta((1, 4), "float32")
GRAPH = Graph(
    "Net",
    (
        Node("x", "placeholder", "x", outputs=(T,)),
        Node("Net", "call_module", "", type="pkg.Net", args=(Use("x"),), outputs=(T,),
             results=(Use("add"),)),
        Node("fc", "call_module", "fc", "Net", "torch.nn.Linear", (Use("x"),), (T,), (Use("fc/linear"),),
             "4, 4", Parameters(20, 20, 20)),
        Node("fc/linear", "call_function", "torch.nn.functional.linear", "fc",
             args=(Use("x"),), outputs=(T,)),
        Node("add", "call_function", "operator.add", "Net",
             args=(Use("fc/linear"), Use("x", arg="1")), outputs=(T,)),
        Node("output", "output", "output", args=(Use("add"),)),
    ),
)  # fmt: skip


def test_a_graph_reads_back_from_its_json() -> None:
    GRAPH.validate()
    assert Graph.from_json(GRAPH.to_json()) == GRAPH


def test_the_json_has_one_line_per_node() -> None:
    assert len(GRAPH.to_json().splitlines()) == len(GRAPH.nodes) + 2
    assert json.loads(GRAPH.to_json())["format"] == FORMAT


def test_children_leaves_and_users_follow_from_the_nodes() -> None:
    assert [n.name for n in GRAPH.leaves] == ["x", "fc/linear", "add", "output"]
    assert [n.name for n in GRAPH.children["Net"]] == ["fc", "add"]
    assert [n.name for n, _ in GRAPH.users["x", 0]] == ["fc/linear", "add"]
    assert GRAPH.root is GRAPH.nodes[1]
    assert GRAPH.depth(GRAPH.by_name["fc/linear"]) == 2
    assert GRAPH.tensor(Use("fc/linear")) == T


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        ((GRAPH.nodes[0], GRAPH.nodes[0]), "two nodes"),
        ((Node("a", "call_function", "f", "nowhere"),), "no earlier call"),
        ((Node("a", "call_function", "f", args=(Use("b"),)),), "does not exist"),
        ((Node("a", "call_function", "f", args=(Use("b"),)), Node("b", "placeholder", "b", outputs=(T,))),
         "runs later"),
        ((Node("x", "placeholder", "x", outputs=(T,)), Node("a", "call_function", "f", args=(Use("x", 1),))),
         "does not exist"),
        ((*GRAPH.nodes, Node("o", "output", "o", args=(Use("fc"),))), "a call with children"),
    ],
)  # fmt: skip
def test_a_graph_that_breaks_the_invariants_is_refused(nodes: tuple[Node, ...], message: str) -> None:
    with pytest.raises(RecordError, match=message):
        Graph("g", nodes).validate()


@pytest.mark.parametrize(
    "change",
    [
        {"format": 999},
        {"name": 3},
        {"nodes": {}},
        {"nodes": [{"name": "a", "op": "run_code", "target": ""}]},
        {"nodes": [{"name": "a", "op": "output", "target": "", "args": [["0", "x", "1"]]}]},
        {"nodes": [{"name": "a", "op": "placeholder", "target": "", "outputs": [["float32", 1.5]]}]},
        {"nodes": [{"name": "a", "op": "placeholder", "target": "", "repeat": True}]},
        {"nodes": [{"name": "a", "op": "call_module", "target": "", "parameters": [1, 2]}]},
    ],
)
def test_foreign_data_is_refused(change: dict[str, object]) -> None:
    data = {**json.loads(GRAPH.to_json()), **change}
    with pytest.raises(RecordError):
        Graph.from_data(data)


@pytest.mark.parametrize("text", ["", "[]", "null", "{", '{"format": 1}', b"\xff\xfe", "[" * 100_000])
def test_what_is_no_graph_is_refused(text: str | bytes) -> None:
    with pytest.raises(RecordError):
        Graph.from_json(text)
