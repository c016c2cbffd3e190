from __future__ import annotations

import json
from dataclasses import replace

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


def test_named_sizes_stand_beside_the_numbers_and_nowhere_else() -> None:
    assert "N" not in GRAPH.to_json().replace("Net", "").replace("NN", "")
    named = T._replace(dims=("N", "H*2/3-1"))
    seen = GRAPH.nodes[2].args[0]._replace(seen=named)
    nodes = (GRAPH.nodes[0]._replace(outputs=(named,)), *GRAPH.nodes[1:])
    nodes = (*nodes[:2], nodes[2]._replace(args=(seen,)), *nodes[3:])
    graph = replace(GRAPH, nodes=nodes, named={"N": 1, "H": 7}, fixed={"W": 3})
    assert Graph.from_json(graph.to_json()) == graph
    data = json.loads(graph.to_json())
    assert data["nodes"][0]["outputs"] == [["float32", 1, 4, ["N", "H*2/3-1"]]]
    assert (data["named"], data["fixed"]) == ({"N": 1, "H": 7}, {"W": 3})


@pytest.mark.parametrize(
    ("shape", "dims", "written"),
    [
        ((), (), "scalar"),
        ((1, 4), (), "1×4"),
        ((1, 4), ("N", ""), "N×4"),
        ((8, 4), ("N*8", "H/2"), "N·8×H/2"),
        ((1, 3), ("", "T-2"), "1×(T−2)"),
        ((3,), ("T-2",), "T−2"),
        ((1, 3), ("N", "(T-3)/2"), "N×(T−3)/2"),
        ((1, 197, 4), ("N", "H*W/256+1", ""), "N×(H·W/256+1)×4"),
        ((4, 5), ("512-T", "S+T"), "(512−T)×(S+T)"),
        ((4, 5), ("(T-3)/2", "(S+1)*2"), "(T−3)/2×(S+1)·2"),
    ],
)
def test_a_shape_is_written_as_people_write_it(
    shape: tuple[int, ...], dims: tuple[str, ...], written: str
) -> None:
    assert TensorMeta(shape, "float32", dims).written == written


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
        {"nodes": [{"name": "a", "op": "placeholder", "target": "", "outputs": [["float32", 1, ["N", ""]]]}]},
        {"nodes": [{"name": "a", "op": "placeholder", "target": "", "outputs": [["float32", 1, [1]]]}]},
        {"nodes": [{"name": "a", "op": "placeholder", "target": "", "outputs": [[["N"]]]}]},
        {"named": {"N": "1"}},
        {"fixed": ["N"]},
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
