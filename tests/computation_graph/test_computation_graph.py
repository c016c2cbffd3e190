"""ComputationGraph: its nodes, its edges, and what can be done with it."""

from __future__ import annotations

import math
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import torch
from drawn_nets import MLP, Projecting, ResNet, SimpleRNN, clusters, edges, labels
from hypothesis import given
from hypothesis import strategies as st
from strategies import graphs, reachable
from torch import nn

from torchview_docs import ComputationGraph, Graph, draw_graph, trace
from torchview_docs.computation_graph import (
    Digraph,
    FunctionNode,
    ModuleNode,
    Node,
    NodeContainer,
    TensorNode,
)
from torchview_docs.computation_graph.showing import Showing

OPTIONS = st.builds(
    Showing,
    depth=st.sampled_from([0, 1, 2, 3, math.inf]),
    show_shapes=st.booleans(),
    expand_nested=st.booleans(),
    hide_inner_tensors=st.booleans(),
    hide_module_functions=st.booleans(),
    roll=st.booleans(),
    simplify=st.booleans(),
)


def nodes(graph: ComputationGraph) -> list[Node]:
    found: list[Node] = []
    graph.traverse_graph(lambda cur_node, subgraph: found.append(cur_node))
    return found


def walked(graph: ComputationGraph) -> list[Node]:
    """What is met on all ways from the inputs."""
    found: dict[Node, None] = {}
    waiting: list[Node] = list(graph.root_container)
    while waiting:
        node = waiting.pop()
        if node not in found:
            found[node] = None
            waiting.extend(node.children)
    return list(found)


# -- any graph ----------------------------------------------------------------------------


@given(graphs(), OPTIONS)
def test_links_go_both_ways_and_tensors_stand_between_computations(graph: Graph, options: Showing) -> None:
    drawn = ComputationGraph(graph, options=options)
    for node in nodes(drawn):
        assert all(node in child.parents for child in node.children)
        assert all(node in parent.children for parent in node.parents)
        if isinstance(node, ModuleNode | FunctionNode):
            assert all(isinstance(other, TensorNode) for other in (*node.parents, *node.children))


@given(graphs(), OPTIONS)
def test_no_way_from_an_input_to_an_output_is_lost(graph: Graph, options: Showing) -> None:
    drawn = ComputationGraph(graph, options=options)
    graph = drawn.view
    after: dict[str, set[str]] = {}
    for tail, head in drawn.edge_list:
        after.setdefault(tail.node_id, set()).add(head.node_id)
    sources = {f"{source}:0" for source, _ in reachable(graph)}
    for source in sources:
        met, waiting = set(), [source]
        while waiting:
            name = waiting.pop()
            if name not in met:
                met.add(name)
                waiting.extend(after.get(name, ()))
        ends = {end for begin, end in reachable(graph) if f"{begin}:0" == source}
        # A tensor that is returned twice is one node: ends are told apart by what they read.
        reads = [graph.by_name[end].args for end in ends]
        different = {(*((use.node, use.output) for use in uses), graph.tensor(uses[0])) for uses in reads}
        assert len(met & _outputs(drawn)) >= len(different)


def _outputs(drawn: ComputationGraph) -> set[str]:
    return {n.node_id for n in nodes(drawn) if isinstance(n, TensorNode) and n.name == "output-tensor"}


@given(graphs(), OPTIONS)
def test_every_edge_ends_at_nodes_that_are_drawn(graph: Graph, options: Showing) -> None:
    drawn = ComputationGraph(graph, options=options)
    for tail, head in drawn.edge_list:
        assert {tail.node_id, head.node_id} <= set(drawn.id_dict)
    assert len(labels(drawn)) == len(drawn.id_dict)


@given(graphs(), OPTIONS)
def test_the_same_graph_is_drawn_the_same(graph: Graph, options: Showing) -> None:
    again = ComputationGraph(Graph.from_json(graph.to_json()), options=options)
    drawn = ComputationGraph(graph, options=options)
    assert drawn.visual_graph.source == again.visual_graph.source
    assert drawn._repr_mimebundle_() == again._repr_mimebundle_()


@given(graphs(), OPTIONS)
def test_any_picture_is_well_formed(graph: Graph, options: Showing) -> None:
    bundle = ComputationGraph(graph, options=options)._repr_mimebundle_()
    assert ET.fromstring(bundle["image/svg+xml"]).tag == "{http://www.w3.org/2000/svg}svg"


@given(graphs(rooted=True))
def test_without_depth_there_are_inputs_outputs_and_the_model(graph: Graph) -> None:
    drawn = ComputationGraph(graph, options=Showing(depth=0))
    kinds = Counter(type(node) for node in nodes(drawn))
    assert (kinds[ModuleNode], kinds[FunctionNode]) == (1, 0)


# -- nodes --------------------------------------------------------------------------------


def test_the_roots_are_the_inputs_and_lead_to_everything() -> None:
    graph = draw_graph(ResNet(), input_size=(1, 3, 32, 32), device="meta", hide_module_functions=False)
    (root,) = graph.root_container
    assert isinstance(root, TensorNode)
    assert (root.name, root.tensor_shape, root.depth, root.target) == (
        "input-tensor", (1, 3, 32, 32), 0, "x",
    )  # fmt: skip
    met = {node for node in walked(graph) if not isinstance(node, TensorNode)}
    assert met == {n for n in nodes(graph) if isinstance(n, FunctionNode | ModuleNode) and not _is_open(n)}


def _is_open(node: Node) -> bool:
    return isinstance(node, ModuleNode) and node.is_open


def test_a_module_node_says_what_it_is() -> None:
    graph = draw_graph(ResNet(), input_size=(1, 3, 32, 32), device="meta")
    conv = next(n for n in nodes(graph) if n.name == "Conv2d")
    assert isinstance(conv, ModuleNode)
    assert conv.type == "torch.nn.modules.conv.Conv2d"
    assert (conv.compute_unit_id, conv.num_parameters) == ("conv1", 64 * 3 * 49)
    assert (conv.input_shape, conv.output_shape) == ([(1, 3, 32, 32)], [(1, 64, 16, 16)])
    assert (conv.is_container, conv.is_activation) == (True, False)
    relu = next(n for n in nodes(graph) if n.name == "ReLU")
    assert isinstance(relu, ModuleNode)
    assert relu.is_activation


def test_a_tensor_knows_the_calls_that_returned_it_and_has_the_depth_of_the_outermost() -> None:
    class Outer(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = nn.Sequential(nn.Sequential(nn.Linear(3, 3)))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.inner(x) + 1

    graph = draw_graph(Outer(), input_size=(2, 3), hide_module_functions=False, depth=math.inf)
    tensor = next(n for n in nodes(graph) if isinstance(n, TensorNode) and n.is_inner)
    assert {depth: node.name for depth, node in tensor.parent_hierarchy.items()} == {
        1: "Sequential", 2: "Sequential", 3: "Linear", 4: "linear",
    }  # fmt: skip
    assert tensor.depth == 1
    assert all(tensor in node.output_nodes for node in tensor.parent_hierarchy.values())


def test_the_hierarchy_holds_open_calls_as_dicts() -> None:
    graph = draw_graph(MLP(), input_size=(2, 128))
    (content,) = graph.node_hierarchy.values()
    assert [str(part) for part in content if isinstance(part, TensorNode)] == [
        "input-tensor", "output-tensor",
    ]  # fmt: skip
    (model,) = (part for part in content if isinstance(part, dict))
    ((call, inside),) = model.items()
    assert (call.name, call.depth, call.is_open) == ("MLP", 0, True)
    ((call, inside),) = inside[0].items()
    assert call.name == "Sequential"
    assert [part.name for part in inside if isinstance(part, ModuleNode)] == ["Linear", "ReLU", "Linear"]


def test_an_output_that_is_used_again_is_an_output_all_the_same() -> None:
    class Both(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = nn.Linear(3, 4), nn.Linear(4, 5)

        def forward(self, x: torch.Tensor) -> Any:
            hidden = self.first(x)
            return {"last": self.second(hidden), "hidden": hidden, "again": [hidden]}

    graph = draw_graph(Both(), input_size=(2, 3))
    assert labels(graph)[-2:] == ["output-tensor depth:0 (2, 5)", "output-tensor depth:0 (2, 4)"]
    assert edges(graph)["Linear → output-tensor"] == 2
    shown = draw_graph(Both(), input_size=(2, 3), hide_inner_tensors=False)
    assert edges(shown)["hidden-tensor → Linear"] == 1


def test_an_input_that_is_returned_is_linked_to_its_output() -> None:
    graph = draw_graph(lambda x: x, torch.ones(2))
    assert edges(graph) == {"input-tensor → output-tensor": 1}


def test_an_input_that_is_not_used_is_not_drawn() -> None:
    graph = draw_graph(lambda x, y: y * 2, [torch.ones(2), torch.ones(3)])
    assert labels(graph)[0] == "input-tensor depth:0 (3,)"
    assert len(graph.root_container) == 2


def test_a_number_that_python_took_from_a_tensor_is_an_edge_but_no_shape() -> None:
    def scaled(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return torch.full((3,), float(y.sum())) * x

    graph = draw_graph(scaled, [torch.ones(3), torch.ones(2)])
    assert edges(graph)["item → full"] + edges(graph)["sum → full"] + edges(graph)["float → full"] == 1
    assert any(said.startswith("full depth:1 input: output: (3,)") for said in labels(graph))


def test_torch_s_names_are_those_of_functions() -> None:
    def arithmetic(x: torch.Tensor) -> torch.Tensor:
        y = (1 - x) / 2 + x @ x**2
        y[0] = x[1] % 3
        return 2 / (torch.relu(y) == x)

    graph = draw_graph(arithmetic, torch.ones(4, 4))
    found = [n.name for n in nodes(graph) if isinstance(n, FunctionNode)]
    assert found == [
        "__rsub__", "div", "pow", "matmul", "add", "__getitem__", "remainder", "__setitem__", "relu",
        "__eq__", "__rdiv__",
    ]  # fmt: skip


def test_functions_made_of_torch_functions_and_modules_are_drawn() -> None:
    layer = nn.Linear(3, 3)

    def loss(x: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        return nn.functional.mse_loss(layer(x).tanh(), target)

    graph = draw_graph(loss, input_size=[(2, 3), (2, 3)])
    assert edges(graph) == {
        "input-tensor → Linear": 1, "Linear → tanh": 1, "tanh → mse_loss": 1, "input-tensor → mse_loss": 1,
        "mse_loss → output-tensor": 1,
    }  # fmt: skip
    assert labels(graph)[0] == "input-tensor depth:0 (2, 3)"


def test_a_name_that_is_no_html_is_escaped() -> None:
    hostile = type('Net<int>&"\n', (nn.Linear,), {})
    graph = draw_graph(nn.Sequential(hostile(3, 3)), input_size=(2, 3))
    assert labels(graph)[1].startswith('Net<int>&" depth:1')
    assert b"Net&lt;int&gt;&amp;" in graph.visual_graph.pipe("svg")


@pytest.mark.parametrize("name", ["<b>", "a<b>&", 'a"b', "back\\nslash\\", "<<", "&amp;"])
def test_a_name_of_a_box_is_shown_as_it_is(name: str) -> None:
    box = type(name, (nn.Sequential,), {})(nn.Linear(3, 3), nn.ReLU())
    graph = draw_graph(nn.Sequential(box), input_size=(2, 3), expand_nested=True)
    svg = ET.fromstring(graph.visual_graph.pipe("svg"))
    assert name in [text.text for text in svg.iter("{http://www.w3.org/2000/svg}text")]


def test_edges_to_a_node_stand_in_the_order_of_its_arguments() -> None:
    graph = draw_graph(lambda a, b: torch.cat([b.tanh(), a.exp(), b.tan()]), input_size=[(2,), (3,)])
    heads = [tail.name for tail, head in graph.edge_list if head.name == "cat"]
    assert heads == ["tanh", "exp", "tan"]


# -- what can be done with it -------------------------------------------------------------


def test_it_can_be_made_of_any_graph() -> None:
    graph = trace(MLP(), torch.ones(2, 128))
    again = ComputationGraph(Graph.from_json(graph.to_json()))
    drawn = draw_graph(MLP(), input_size=(2, 128))
    assert again.visual_graph.source == drawn.visual_graph.source


def test_a_graph_that_was_kept_is_drawn_without_torch(tmp_path: Path) -> None:
    kept = tmp_path / "graph.json"
    kept.write_text(trace(MLP(), torch.ones(2, 128)).to_json())
    code = (
        "import sys\n"
        "from torchview_docs import ComputationGraph, Graph, draw_graph\n"
        "drawn = ComputationGraph(Graph.from_json(open(sys.argv[1]).read()))\n"
        "assert 'image/svg+xml' in drawn._repr_mimebundle_()\n"
        "print(drawn.visual_graph.source)\n"
        "sys.exit('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code, kept], check=True, capture_output=True, text=True)
    drawn = draw_graph(MLP(), input_size=(2, 128))
    assert done.stdout.strip() == drawn.visual_graph.source.strip()


def test_options_can_be_changed_and_the_graph_filled_anew() -> None:
    graph = draw_graph(MLP(), input_size=(2, 128))
    before = graph.visual_graph.source
    graph.fill_visual_graph()
    assert graph.visual_graph.source == before
    graph.depth = 1
    graph.fill_visual_graph()
    assert graph.visual_graph.source == draw_graph(MLP(), input_size=(2, 128), depth=1).visual_graph.source


def test_traverse_graph_calls_for_every_node_and_passes_arguments_on() -> None:
    graph = draw_graph(MLP(), input_size=(2, 128))
    seen: list[tuple[str, int]] = []

    def note(cur_node: Node, subgraph: Any, weight: int) -> None:
        assert subgraph is None
        seen.append((cur_node.name, weight))

    graph.traverse_graph(note, weight=7)
    names = ["input-tensor", "MLP", "Sequential", "Linear", "hidden-tensor", "ReLU", "hidden-tensor"]
    assert seen == [(name, 7) for name in [*names, "Linear", "output-tensor"]]


def test_traverse_graph_can_begin_anywhere() -> None:
    graph = draw_graph(MLP(), input_size=(2, 128))
    (content,) = graph.node_hierarchy.values()
    seen: list[str] = []
    for part in content:
        graph.traverse_graph(
            lambda **given: seen.append(given["cur_node"].name), cur_node=part, subgraph=None
        )
    assert seen == [node.name for node in nodes(graph)]
    with pytest.raises(TypeError, match="cur_node is str"):
        graph.traverse_graph(print, cur_node="MLP")


def test_traverse_graph_begins_in_the_box_that_it_is_given() -> None:
    graph = draw_graph(MLP(), input_size=(2, 128))
    box, seen = Digraph("cluster_mine"), []
    graph.traverse_graph(lambda cur_node, subgraph: seen.append(subgraph), subgraph=box)
    assert seen
    assert all(subgraph is box for subgraph in seen)


def test_traversing_changes_no_picture() -> None:
    graph = draw_graph(ResNet(), input_size=(1, 3, 32, 32), device="meta", expand_nested=True)
    before = graph.visual_graph.source
    graph.traverse_graph(lambda cur_node, subgraph: None)
    assert graph.visual_graph.source == before


def test_in_open_modules_traverse_graph_gives_the_box_to_draw_in() -> None:
    graph = draw_graph(MLP(), input_size=(2, 128), expand_nested=True)

    def mark(cur_node: Node, subgraph: Digraph | None) -> None:
        if cur_node.name == "ReLU" and subgraph is not None:
            subgraph.node("mark", "a mark")

    graph.traverse_graph(mark)
    box = re.search(r"subgraph cluster_\w+ \{[^{}]*mark[^{}]*\}", graph.visual_graph.source)
    assert box is not None
    assert clusters(graph) == ["Sequential", "Sequential"]  # Graphviz makes one of them: they share a name
    assert len(set(re.findall(r"subgraph (\w+)", graph.visual_graph.source))) == 1


def test_resize_graph_sets_the_size_by_what_is_in_it() -> None:
    graph = draw_graph(ResNet(), input_size=(1, 3, 32, 32), device="meta")
    size = graph.visual_graph.graph_attr
    lines = len(graph.visual_graph.body)
    assert size["size"] == f"{lines * 0.3},{lines * 0.3}"
    graph.resize_graph(scale=2.0, size_per_element=0.5, min_size=3)
    assert size["size"] == f"{lines * 1.0},{lines * 1.0}"
    graph.resize_graph(scale=0.5, min_size=1000)
    assert size["size"] == "500.0,500.0"


def test_the_attributes_of_the_digraph_can_be_changed() -> None:
    graph = draw_graph(MLP(), input_size=(2, 128))
    graph.visual_graph.graph_attr.update(bgcolor="gray90")
    graph.visual_graph.node_attr["fontname"] = "Helvetica"
    assert "bgcolor=gray90" in graph.visual_graph.source
    assert b"Helvetica" in graph.visual_graph.pipe("svg")


def test_edge_list_has_an_edge_for_every_tensor() -> None:
    graph = draw_graph(SimpleRNN(), input_size=(2, 3))
    pairs = Counter((tail.name, head.name) for tail, head in graph.edge_list)
    assert pairs == {
        ("input-tensor", "LSTMCell"): 4, ("LSTMCell", "LeakyReLU"): 4, ("LSTMCell", "LSTMCell"): 3,
        ("LeakyReLU", "LSTMCell"): 3, ("LeakyReLU", "output-tensor"): 1,
    }  # fmt: skip


def test_it_says_what_it_is() -> None:
    assert repr(draw_graph(MLP(), input_size=(2, 128))) == "<ComputationGraph of MLP: 5 nodes>"


# -- in notebooks -------------------------------------------------------------------------


def texts(graph: ComputationGraph) -> list[str]:
    root = ET.fromstring(graph._repr_mimebundle_()["image/svg+xml"])
    return [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text")]


def test_a_notebook_shows_our_figure() -> None:
    bundle = draw_graph(MLP(), input_size=(2, 128))._repr_mimebundle_()
    assert sorted(bundle) == ["image/svg+xml", "text/plain"]
    assert bundle["image/svg+xml"].startswith("<svg ")
    assert "Computation graph of MLP" in bundle["image/svg+xml"]


def test_a_notebook_gets_what_it_asks_for() -> None:
    graph = draw_graph(MLP(), input_size=(2, 128))
    assert list(graph._repr_mimebundle_(include=["text/plain"])) == ["text/plain"]
    assert list(graph._repr_mimebundle_(include=["image/png"])) == []
    assert list(graph._repr_mimebundle_(exclude=["image/svg+xml"])) == ["text/plain"]
    assert list(graph._repr_mimebundle_(include=["text/plain"], exclude=["text/plain"])) == []


def test_figures_of_one_page_share_no_ids() -> None:
    def ids(graph: ComputationGraph) -> set[str]:
        return set(re.findall(r' id="([^"]+)"', graph._repr_mimebundle_()["image/svg+xml"]))

    one, other = draw_graph(MLP(), input_size=(2, 128)), draw_graph(MLP(), input_size=(3, 128))
    assert ids(one)
    assert not ids(one) & ids(other)


def test_the_figure_has_the_options_of_the_graph() -> None:
    def svg(**arguments: Any) -> str:
        graph = draw_graph(Projecting(), input_size=(2, 3), **arguments)
        return graph._repr_mimebundle_()["image/svg+xml"]

    assert svg().count("LSTMCell") > svg(roll=True).count("LSTMCell")
    assert "2×3" in svg()
    assert len({svg(), svg(graph_dir="LR"), svg(show_shapes=False), svg(hide_inner_tensors=False)}) == 4


def test_a_rolled_figure_has_the_loop_and_its_counts() -> None:
    graph = draw_graph(Projecting(), input_size=(2, 3), roll=True)
    svg = graph._repr_mimebundle_()["image/svg+xml"]
    assert svg.count(">LSTMCell") == 1
    assert "(× 4)" in svg
    assert "× 3" in svg


# -- the container ------------------------------------------------------------------------


def test_a_container_keeps_the_order_in_which_its_members_came() -> None:
    container = NodeContainer([3, 1, 2, 1])
    container.add(0)
    container.discard(1)
    container.discard(9)
    assert list(container) == [3, 2, 0]
    assert (len(container), 2 in container, 1 in container) == (3, True, False)
    assert container == {0, 2, 3}
    assert repr(container) == "NodeContainer([3, 2, 0])"
