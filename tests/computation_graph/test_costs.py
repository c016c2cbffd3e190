"""`draw_graph` with `show_flops` and `show_memory`: what nodes say and know."""

from __future__ import annotations

from typing import Any

import pytest
from drawn_nets import MLP, SimpleRNN, labels

from torchview_docs import ComputationGraph, Graph, draw_graph
from torchview_docs.computation_graph import FunctionNode, ModuleNode


def known(graph: ComputationGraph) -> dict[str, tuple[int | None, int | None]]:
    """FLOPs and bytes of the nodes, by id."""
    found = {}

    def note(cur_node: Any, **_: Any) -> None:
        if isinstance(cur_node, ModuleNode | FunctionNode):
            found[cur_node.node_id] = cur_node.flops, cur_node.memory

    graph.traverse_graph(note)
    return found


def test_a_node_says_and_knows_what_it_takes() -> None:
    drawn = draw_graph(MLP(), input_size=(2, 128), show_flops=True, show_memory=True, depth=2)
    linear = 2 * 2 * 128 * 128
    assert known(drawn)["layers.0"] == (linear, 2 * 128 * 4)
    said = [label for label in labels(drawn) if label.startswith("Linear")]
    assert said
    assert all("65.5 kFLOPs · 1.0 kB" in label for label in said)
    assert linear == 65_536


@pytest.mark.parametrize("asked", [{}, {"show_flops": True}, {"show_memory": True}], ids=str)
def test_only_what_was_asked_for_is_told(asked: dict[str, Any]) -> None:
    drawn = draw_graph(MLP(), input_size=(2, 128), device="meta", **asked)
    source = drawn.visual_graph.source
    assert ("FLOPs" in source) is ("show_flops" in asked)
    assert ("kB" in source) is ("show_memory" in asked)
    flops, memory = known(drawn)["MLP"]
    assert (flops is not None, memory is not None) == ("show_flops" in asked, "show_memory" in asked)


def test_what_is_rolled_tells_of_all_its_calls() -> None:
    given: dict[str, Any] = {"input_size": (2, 3), "show_flops": True, "device": "cpu"}
    cell = 2 * 2 * (3 + 2) * (4 * 2)  # two rows, of input and state, by four gates of two
    plain = draw_graph(SimpleRNN(), **given)
    assert sum(f" {cell} FLOPs" in label for label in labels(plain) if "LSTMCell" in label) == 4
    drawn = draw_graph(SimpleRNN(), roll=True, **given)
    [said] = [label for label in labels(drawn) if "LSTMCell" in label]
    assert f" {4 * cell} FLOPs" in said


def test_the_picture_of_a_notebook_tells_it_too() -> None:
    plain: dict[str, Any] = {"input_size": (2, 3), "device": "cpu"}
    assert "FLOPs" not in draw_graph(SimpleRNN(), **plain)._repr_svg_()
    assert "640 FLOPs" in draw_graph(SimpleRNN(), roll=True, show_flops=True, **plain)._repr_svg_()


def test_a_kept_graph_tells_what_was_counted() -> None:
    graph = draw_graph(MLP(), input_size=(2, 128), show_flops=True, device="meta").graph
    kept = ComputationGraph(Graph.from_json(graph.to_json()))
    assert "FLOPs" in kept.visual_graph.source
