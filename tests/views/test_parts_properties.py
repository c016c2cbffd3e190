"""Views of parts that the author names: what holds for any graph and any choice of parts."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import graphs, reachable

from torchview_docs.drawing.cards import scene
from torchview_docs.drawing.layout import lay_out
from torchview_docs.drawing.text import layer_table
from torchview_docs.graph import Graph
from torchview_docs.patterns import Depths
from torchview_docs.spec import FigureSpec
from torchview_docs.views import close, close_below, focus, folding, hide, levels, unfold, view
from torchview_docs.views.close import root_call

ENDS = ("placeholder", "output")
_levels = st.sampled_from([0, 1, 2, math.inf])


def some_steps(graph: Graph, data: st.DataObject) -> set[str]:
    return data.draw(st.sets(st.sampled_from([n.name for n in graph.nodes]), max_size=3))


def some_calls(graph: Graph, data: st.DataObject, most: int = 3) -> list[str]:
    calls = [n.name for n in graph.nodes if n.op == "call_module" and n.target]
    return data.draw(st.lists(st.sampled_from(calls), max_size=most, unique=True)) if calls else []


def ends(graph: Graph) -> list[str]:
    return [n.name for n in graph.nodes if n.op in ENDS]


@given(graphs(), st.data())
def test_hiding_keeps_the_invariants_and_every_path(graph: Graph, data: st.DataObject) -> None:
    names = some_steps(graph, data)
    left = hide(graph, names)
    left.validate()
    assert ends(left) == ends(graph)
    assert reachable(left) >= reachable(graph)


@given(graphs(), st.data())
def test_what_is_hidden_is_not_there_and_hiding_it_again_changes_nothing(
    graph: Graph, data: st.DataObject
) -> None:
    names = some_steps(graph, data)
    left = hide(graph, names)
    root = root_call(graph)
    there = {n.name for n in left.nodes if n.op not in ENDS}
    assert not there & (names - {root.name if root else ""})
    assert hide(left, names) == left


@given(graphs(), st.data())
def test_hiding_leaves_no_call_empty(graph: Graph, data: st.DataObject) -> None:
    left = hide(graph, some_steps(graph, data))
    leaves = {leaf.name for leaf in left.leaves if leaf.op == "call_module"}
    assert leaves <= {leaf.name for leaf in graph.leaves}


@given(graphs(), st.data())
def test_collapsing_closes_these_calls_and_no_other(graph: Graph, data: st.DataObject) -> None:
    names = some_calls(graph, data)
    closed = close(graph, names)
    closed.validate()
    assert reachable(closed) >= reachable(graph)
    for node in graph.nodes:
        around = {node.name, *(scope.name for scope in graph.scopes(node))}
        if node.op == "call_module" and not around & set(names):
            assert (node.name in closed.children) == (node.name in graph.children)
    assert not set(names) & closed.children.keys()
    assert close(closed, names) == closed


@given(graphs(), st.integers(0, 3), st.data())
def test_a_part_has_its_own_depth(graph: Graph, depth: int, data: st.DataObject) -> None:
    chosen = some_calls(graph, data, most=1)
    if not chosen:
        return
    name, own = chosen[0], data.draw(_levels)
    closed = close_below(graph, depth, {name: own})
    closed.validate()
    assert reachable(closed) >= reachable(graph)
    level = levels(graph)
    # In the part its own number counts, elsewhere the model's; what is around an open part is open.
    for node in graph.nodes:
        scopes = [node.name, *(scope.name for scope in graph.scopes(node))]
        if node.op != "call_module" or node.name not in closed.by_name or node.name not in graph.children:
            continue
        inside = name in scopes
        around = name in {inner.name for inner in graph.nodes if node in graph.scopes(inner)}
        if inside:
            assert (node.name in closed.children) == (level[node.name] - level[name] < own)
        elif not (around and own):
            assert (node.name in closed.children) == (level[node.name] < depth)
        else:
            assert node.name in closed.children


@given(graphs(), st.integers(0, 3), st.data())
def test_a_part_with_the_depth_that_it_has_anyway_changes_nothing(
    graph: Graph, depth: int, data: st.DataObject
) -> None:
    for name in some_calls(graph, data, most=1):
        own = max(0, depth - levels(graph)[name])
        assert close_below(graph, depth, {name: own}) == close_below(graph, depth)


@given(graphs(), st.integers(0, 3), st.integers(0, 3), st.data())
def test_a_deeper_part_refines_the_part_above(
    graph: Graph, depth: int, own: int, data: st.DataObject
) -> None:
    for name in some_calls(graph, data, most=1):
        above = close_below(graph, depth, {name: own})
        deeper = close_below(graph, depth, {name: own + 1})
        for leaf in deeper.leaves:
            around = {leaf.name, *(scope.name for scope in deeper.scopes(leaf))}
            parts = sum(other.name in around for other in above.leaves)
            assert parts == 1 or (parts == 2 and leaf.op == "get_attr")  # moved out of what is closed


@given(graphs(), st.data())
def test_a_focus_shows_what_ran_in_the_call_and_nothing_else(graph: Graph, data: st.DataObject) -> None:
    for name in some_calls(graph, data, most=1):
        call = graph.by_name[name]
        part = focus(graph, call)
        part.validate()
        inside = [n.name for n in graph.nodes if n is call or call in graph.scopes(n)]
        shown = [n.name for n in part.nodes if n.op not in ENDS]
        assert [n for n in shown if n in inside] == inside
        assert all(graph.by_name[n].op == "get_attr" for n in shown if n not in inside)
        found = root_call(part)
        assert found is not None
        assert found.name == name
        assert focus(part, found) == part


@given(graphs(), st.data())
def test_a_focus_keeps_every_path_through_the_call(graph: Graph, data: st.DataObject) -> None:
    for name in some_calls(graph, data, most=1):
        call = graph.by_name[name]
        part = focus(graph, call)
        inside = {n.name for n in graph.nodes if n is call or call in graph.scopes(n)}
        entered: dict[str, set[tuple[str, int]]] = {}
        for leaf in (leaf for leaf in graph.leaves if leaf.name in inside):
            outside = {(use.node, use.output) for use in leaf.args if use.node not in inside}
            outside = {t for t in outside if graph.by_name[t[0]].op != "get_attr"}
            entered[leaf.name] = outside.union(*(entered.get(use.node, set()) for use in leaf.args))
        left = {
            use.node
            for leaf in graph.leaves
            if leaf.name not in inside
            for use in leaf.args
            if use.node in inside
        }
        paths = reachable(part)
        outputs = {n.args[0].node: n.name for n in part.nodes if n.op == "output"}
        assert left <= outputs.keys()
        for leaf_name in left:
            assert sum(end == outputs[leaf_name] for _, end in paths) == len(entered[leaf_name])


@given(graphs(), st.data())
def test_a_marked_step_stands_for_itself_alone(graph: Graph, data: st.DataObject) -> None:
    for name in some_calls(graph, data, most=1):
        folded = folding(graph, {name: "marked"})
        node = folded.graph.by_name[name]
        assert {n.repeat for n in (node, *folded.graph.scopes(node))} == {1}
        assert unfold(folded) == graph


@given(graphs(), st.integers(0, 3), st.booleans(), st.data())
def test_a_deeper_figure_refines_the_figure_above(
    graph: Graph, depth: int, fold: bool, data: st.DataObject
) -> None:
    options: dict[str, Any] = {
        "fold": fold,
        "hide": tuple(some_calls(graph, data, most=1)),
        "collapse": tuple(some_calls(graph, data, most=1)),
    }
    above = view(graph, FigureSpec("pkg.Net", depth=depth, **options))
    deeper = view(graph, FigureSpec("pkg.Net", depth=depth + 1, **options))
    assert edges(close_below(deeper, depth)) == edges(above)


def edges(graph: Graph) -> set[tuple[str, str]]:
    return {(use.node, leaf.name) for leaf in graph.leaves for use in leaf.args}


@settings(deadline=None)
@given(graphs(), st.data())
def test_any_options_together_give_a_figure(graph: Graph, data: st.DataObject) -> None:
    calls = some_calls(graph, data)
    parts = tuple((name, data.draw(_levels)) for name in calls)
    whole = data.draw(st.sampled_from([0, 1, 2, math.inf, "auto"]))
    flags = st.booleans()
    spec = FigureSpec(
        "pkg.Net",
        depth=Depths(whole, parts) if parts else whole,
        focus=next(iter(some_calls(graph, data, most=1)), None),
        hide=tuple(
            data.draw(st.lists(st.sampled_from(["?m0*", "?*add*", "?*.leaf*", "?Block"]), max_size=2))
        ),
        collapse=tuple(some_calls(graph, data, most=1)),
        hide_inner_tensors=data.draw(flags),
        hide_module_functions=data.draw(flags),
        simplify=data.draw(flags),
        fold=data.draw(flags),
    )
    assert FigureSpec.from_data(spec.to_data()) == spec
    shown = view(graph, spec)
    shown.validate()
    if spec.focus is None:
        assert reachable(shown) >= reachable(graph)
        assert ends(shown) == ends(graph)
    drawn = scene(shown, spec)
    assert {row.node for card in drawn.cards for row in card.rows} == {leaf.name for leaf in shown.leaves}
    assert [row.node for row in layer_table(shown)] == [node.name for node in shown.nodes]
    placed = Counter(p.card.rows[0].node for p in lay_out(drawn).cards)
    wanted = Counter(card.rows[0].node for card in drawn.cards)
    # What many read may be drawn beside each of them, if it is a source.
    assert not wanted - placed
    assert {card.rows[0].node for card in drawn.cards if card.kind == "source"} >= {*(placed - wanted)}
