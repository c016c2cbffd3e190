from __future__ import annotations

import math
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import Call, Function, build, graphs, reachable

from torchview_docs.drawing.cards import scene
from torchview_docs.drawing.text import layer_table
from torchview_docs.graph import Graph, Node, TensorMeta, Use
from torchview_docs.spec import FigureSpec
from torchview_docs.views import (
    auto_depth,
    close_below,
    fold,
    folding,
    hide_module_functions,
    levels,
    show_tensors,
    simplify,
    unfold,
    view,
)
from torchview_docs.views.close import root_call

VIEWS: list[Callable[[Graph], Graph]] = [
    fold,
    hide_module_functions,
    simplify,
    show_tensors,
    lambda graph: close_below(graph, 0),
    lambda graph: close_below(graph, 1),
    lambda graph: close_below(graph, 2),
]
NAMES = ["fold", "hide_module_functions", "simplify", "show_tensors", "depth 0", "depth 1", "depth 2"]
EVERY_VIEW = pytest.mark.parametrize("change", VIEWS, ids=NAMES)

specs = st.builds(
    FigureSpec,
    st.just("pkg.Net"),
    depth=st.sampled_from([0, 1, 2, 3, math.inf, "auto"]),
    show_shapes=st.booleans(),
    hide_inner_tensors=st.booleans(),
    hide_module_functions=st.booleans(),
    simplify=st.booleans(),
    fold=st.booleans(),
)


@given(graphs())
def test_the_strategy_gives_valid_graphs(graph: Graph) -> None:
    graph.validate()
    assert Graph.from_json(graph.to_json()) == graph


@EVERY_VIEW
@given(graph=graphs())
def test_a_view_keeps_the_invariants(change: Callable[[Graph], Graph], graph: Graph) -> None:
    change(graph).validate()


@EVERY_VIEW
@given(graph=graphs())
def test_a_view_loses_no_path_from_an_input_to_an_output(
    change: Callable[[Graph], Graph], graph: Graph
) -> None:
    assert reachable(change(graph)) >= reachable(graph)


@EVERY_VIEW
@given(graph=graphs())
def test_a_view_keeps_inputs_and_outputs(change: Callable[[Graph], Graph], graph: Graph) -> None:
    ends = [n.name for n in graph.nodes if n.op in ("placeholder", "output")]
    assert [n.name for n in change(graph).nodes if n.op in ("placeholder", "output")] == ends


@EVERY_VIEW
@given(graph=graphs())
def test_a_view_twice_is_the_view_once(change: Callable[[Graph], Graph], graph: Graph) -> None:
    once = change(graph)
    assert change(once) == once


@EVERY_VIEW
@given(graph=graphs())
def test_a_tensor_arrives_in_the_form_in_which_it_arrived(
    change: Callable[[Graph], Graph], graph: Graph
) -> None:
    after = change(graph)
    for node in after.nodes:
        if node.op == "output":
            assert after.tensor(node.args[0]) == graph.tensor(graph.by_name[node.name].args[0])


@EVERY_VIEW
@given(graph=graphs())
def test_a_view_survives_json(change: Callable[[Graph], Graph], graph: Graph) -> None:
    after = change(graph)
    assert Graph.from_json(after.to_json()) == after


@given(graphs(), st.integers(0, 4))
def test_a_deeper_level_refines_the_level_above(graph: Graph, depth: int) -> None:
    deeper, above = close_below(graph, depth + 1), close_below(graph, depth)
    assert edges(close_below(deeper, depth)) == edges(above)
    for leaf in deeper.leaves:
        around = {leaf.name, *(scope.name for scope in deeper.scopes(leaf))}
        parts = sum(other.name in around for other in above.leaves)
        assert parts == 1 or (parts == 2 and leaf.op == "get_attr")  # moved out of what is closed


def edges(graph: Graph) -> set[tuple[str, str]]:
    return {(use.node, leaf.name) for leaf in graph.leaves for use in leaf.args}


@settings(max_examples=500)
@given(graphs())
def test_folding_and_unfolding_gives_the_graph_back(graph: Graph) -> None:
    assert unfold(folding(graph)) == graph


@given(graphs())
def test_what_is_folded_stands_for_all_steps(graph: Graph) -> None:
    folded = fold(graph)
    times = {n.name: math.prod(m.repeat for m in (n, *folded.scopes(n))) for n in folded.nodes}
    steps = [n for n in folded.nodes if n.op != "group"]
    assert sum(times[n.name] for n in steps) == len(graph.nodes)


@given(graphs())
def test_infinite_depth_changes_nothing(graph: Graph) -> None:
    assert close_below(graph, math.inf) == graph


@given(graphs(), st.integers(0, 4))
def test_nothing_is_deeper_than_asked(graph: Graph, depth: int) -> None:
    closed = close_below(graph, depth)
    least = 0 if root_call(graph) else 1  # a function cannot be closed
    assert max(levels(closed).values()) <= max(depth, least)


@given(graphs(), st.integers(0, 3))
def test_a_closed_call_keeps_its_parameters_and_returns_what_it_returned(graph: Graph, depth: int) -> None:
    closed = close_below(graph, depth)
    for leaf in closed.leaves:
        before = graph.by_name[leaf.name]
        if leaf.op == "call_module":
            assert (leaf.parameters, leaf.type, leaf.target) == (
                before.parameters,
                before.type,
                before.target,
            )


@settings(deadline=None)
@given(graphs(), specs)
def test_any_options_give_a_figure(graph: Graph, spec: FigureSpec) -> None:
    shown = view(graph, spec)
    shown.validate()
    assert reachable(shown) >= reachable(graph)
    drawn = scene(shown, spec)
    names = [card.name for card in drawn.cards]
    assert len(names) == len(set(names))
    frames = {None, *(frame.name for frame in drawn.frames)}
    assert {card.frame for card in drawn.cards} <= frames
    assert {frame.frame for frame in drawn.frames} <= frames
    assert {end for link in drawn.links for end in (link.source, link.target)} <= set(names)
    assert {row.node for card in drawn.cards for row in card.rows} == {leaf.name for leaf in shown.leaves}
    assert [row.node for row in layer_table(shown)] == [node.name for node in shown.nodes]


def test_what_is_left_of_a_sequence_with_parameters_is_seen_at_once() -> None:
    """A run of hypothesis found a graph that a second `simplify` changed."""
    inner = Call(2, (Function(4, (0, 0, 0)),), (0,), (0,))
    outer = Call(0, (Function(17, (0, 0, 0)), inner), (0,), (0,))
    once = simplify(build((outer,), inputs=1, returns=(0,), rooted=False))
    assert simplify(once) == once


def test_automatic_depth_takes_no_longer_per_call_in_a_large_model() -> None:
    tensor = (TensorMeta((1,), "float32"),)
    last = "x"
    nodes = [Node("x", "placeholder", "x", outputs=tensor)]
    for number in range(6000):
        call, inner = f"layer{number}", f"layer{number}/exp"
        nodes.append(Node(call, "call_module", call, None, "pkg.Layer", (Use(last),), tensor, (Use(inner),)))
        nodes.append(Node(inner, "call_function", "torch.exp", call, args=(Use(last),), outputs=tensor))
        last = inner
    graph = Graph("net", tuple(nodes))
    start = time.monotonic()
    assert auto_depth(graph) == 1
    # Square, it took 10 s and more.
    assert time.monotonic() - start < 3


def _line(calls: int, inside: int) -> Graph:
    """Calls in a row, in each of which as many steps run in a row."""
    tensor = (TensorMeta((1,), "float32"),)
    last = "x"
    nodes = [Node("x", "placeholder", "x", outputs=tensor)]
    for number in range(calls):
        call, ran = f"layer{number}", [f"layer{number}/f{k}" for k in range(inside)]
        use = Use(last)
        nodes.append(Node(call, "call_module", call, None, "pkg.Layer", (use,), tensor, (Use(ran[-1]),)))
        for name in ran:
            nodes.append(Node(name, "call_function", "torch.exp", call, args=(Use(last),), outputs=tensor))
            last = name
    nodes.append(Node("output", "output", "", args=(Use(last),)))
    return Graph("net", tuple(nodes))


def test_automatic_depth_is_that_of_a_figure_that_fits_on_a_screen() -> None:
    assert auto_depth(_line(12, 3)) == 1  # 36 cards would do, but not one below the other
    assert auto_depth(_line(12, 1)) == math.inf
    assert auto_depth(_line(12, 3), rows=40) == math.inf


def test_automatic_depth_does_not_close_what_then_tells_nothing() -> None:
    assert auto_depth(_line(3, 12)) == math.inf
