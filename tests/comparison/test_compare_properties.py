"""Comparing any two graphs: nothing is lost, nothing is invented, and both sides can be had back."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Mapping, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import graphs

from torchview_docs.changes import signs
from torchview_docs.comparison.alignment import aligned
from torchview_docs.comparison.comparing import merge
from torchview_docs.comparison.counts import counted
from torchview_docs.comparison.sequences import common
from torchview_docs.comparison.signatures import Signatures
from torchview_docs.drawing.dot import dot
from torchview_docs.drawing.draw import draw
from torchview_docs.drawing.drawing import Drawing
from torchview_docs.drawing.looks import looks_of
from torchview_docs.drawing.svg import svg
from torchview_docs.drawing.text import text
from torchview_docs.graph import NOTHING, Graph, Node, Side, TensorMeta, Use
from torchview_docs.spec import FigureSpec
from torchview_docs.views import close_below, fold, hide_module_functions, show_tensors
from torchview_docs.views.compared import compared, view_of_both
from torchview_docs.views.marks import signs_of

letters = st.lists(st.sampled_from("abc"), max_size=12)


def longest(old: Sequence[str], new: Sequence[str]) -> int:
    """The length of the longest common subsequence, by the textbook's table."""
    table = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i, a in enumerate(old):
        for j, b in enumerate(new):
            table[i + 1][j + 1] = table[i][j] + 1 if a == b else max(table[i][j + 1], table[i + 1][j])
    return table[-1][-1]


@given(letters, letters)
def test_as_many_elements_are_paired_as_can_be(old: list[str], new: list[str]) -> None:
    pairs = common(old, new)
    assert len(pairs) == longest(old, new)
    assert all(old[a] == new[b] for a, b in pairs)
    assert all(a < c and b < d for (a, b), (c, d) in itertools.pairwise(pairs))
    assert [(b, a) for a, b in pairs] == common(new, old)


@st.composite
def edited(draw: st.DrawFn) -> tuple[Graph, Graph]:
    """A graph, and the same after a few edits: another configuration, shape, class, step left out."""
    graph = draw(graphs())
    nodes = {node.name: node for node in graph.nodes}
    for _ in range(draw(st.integers(0, 3))):
        name = draw(st.sampled_from(sorted(nodes)))
        node = nodes[name]
        match draw(st.sampled_from(["config", "shape", "type", "out"])):
            case "config":
                nodes[name] = node._replace(config=f"{node.config} edited")
            case "shape":
                shapes = tuple(TensorMeta((7, *meta.shape), meta.dtype) for meta in node.outputs)
                nodes[name] = node._replace(outputs=shapes)
            case "type" if node.op == "call_module":
                nodes[name] = node._replace(type="pkg.Edited")
            case "out" if node.args and node.op in ("call_function", "call_method"):
                nodes = without(nodes, node)
    return graph, graph.with_nodes(nodes.values())


def without(nodes: Mapping[str, Node], gone: Node) -> dict[str, Node]:
    """A step left out, whose readers read what it read first."""

    def moved(uses: tuple[Use, ...]) -> tuple[Use, ...]:
        first = gone.args[0]
        return tuple(use if use.node != gone.name else first._replace(arg=use.arg) for use in uses)

    return {
        name: node._replace(args=moved(node.args), results=moved(node.results))
        for name, node in nodes.items()
        if name != gone.name
    }


two_graphs = st.one_of(edited(), st.tuples(graphs(), graphs()))


@given(graphs())
def test_a_graph_and_itself_have_nothing_that_differs(graph: Graph) -> None:
    whole = merge(graph, graph).graph
    assert whole == graph
    assert not signs(whole)


@settings(max_examples=150)
@given(two_graphs)
def test_what_comes_out_is_a_graph(sides: tuple[Graph, Graph]) -> None:
    whole = merge(*sides).graph
    whole.validate()
    assert Graph.from_json(whole.to_json()) == whole


def side_of(whole: Graph, side: Side) -> dict[str, Node]:
    """One side of a comparison: its nodes with what they are there, and what they use there."""
    other: Side = "+" if side == "-" else "-"

    def form(meta: TensorMeta) -> TensorMeta:
        return meta.was if side == "-" and meta.was is not None else meta._replace(was=None)

    def other_only(meta: TensorMeta, side: Side) -> TensorMeta | None:
        """What an output is that is only on the other side."""
        return NOTHING if side == "-" else meta.was

    def arrived(use: Use) -> tuple[str, int, str, bool, TensorMeta]:
        return use.node, use.output, use.arg, use.python, form(whole.tensor(use))

    found = {}
    for node in whole.nodes:
        if node.side == other:
            continue
        was = node.was if side == "-" and node.was is not None else node
        found[node.name] = was._replace(
            name=node.name,
            scope=node.scope,
            args=tuple(arrived(use) for use in node.args if use.side != other),  # type: ignore[arg-type]
            results=tuple(arrived(use) for use in node.results if use.side != other),  # type: ignore[arg-type]
            outputs=tuple(form(meta) for meta in node.outputs if form(meta) != other_only(meta, side)),
            side="",
            was=None,
        )
    return found


def as_side(graph: Graph, names: Mapping[str, str]) -> dict[str, Node]:
    """The same of a graph that was compared."""

    def arrived(use: Use) -> tuple[str, int, str, bool, TensorMeta]:
        return names[use.node], use.output, use.arg, use.python, graph.tensor(use)

    return {
        names[node.name]: node._replace(
            name=names[node.name],
            scope=None if node.scope is None else names[node.scope],
            args=tuple(map(arrived, node.args)),  # type: ignore[arg-type]
            results=tuple(map(arrived, node.results)),  # type: ignore[arg-type]
        )
        for node in graph.nodes
    }


#: What tells a step of a list or of a renamed module from another, and is no change of the step itself.
PLACE = {"target": "", "call": 1, "last": ""}


def alike(one: Mapping[str, Node], other: Mapping[str, Node], whole: Graph) -> None:
    assert list(one) == list(other)
    for name, node in one.items():
        former = whole.by_name[name].was
        # A class may be defined elsewhere, and an operation written in another way.
        spelt = {**PLACE, "op": "call_function", "type": "", "flops": None, "memory": None}
        spelt |= {} if node.op in ("call_function", "call_method") else {"op": node.op}
        assert node._replace(**spelt) == other[name]._replace(**spelt), former  # type: ignore[arg-type]


@settings(max_examples=150)
@given(two_graphs)
def test_without_what_was_added_it_is_the_graph_before(sides: tuple[Graph, Graph]) -> None:
    done = merge(*sides, counts=False)
    alike(side_of(done.graph, "-"), as_side(sides[0], done.names), done.graph)


@settings(max_examples=150)
@given(two_graphs)
def test_without_what_was_removed_it_is_the_graph_after(sides: tuple[Graph, Graph]) -> None:
    done = merge(*sides, counts=False)
    names = {node.name: node.name for node in sides[1].nodes}
    alike(side_of(done.graph, "+"), as_side(sides[1], names), done.graph)


@settings(max_examples=150)
@given(two_graphs)
def test_changes_of_counts_are_those_of_the_runs_that_were_folded(sides: tuple[Graph, Graph]) -> None:
    before, after = map(Signatures, sides)
    folded = counted(before, after, aligned(before, after))
    names = merge(*sides).names
    whole = merge(*sides).graph
    alike(side_of(whole, "-"), as_side(folded.old, names), whole)
    alike(side_of(whole, "+"), as_side(folded.new, {n.name: n.name for n in folded.new.nodes}), whole)
    for graph, kept in zip(sides, (folded.old, folded.new), strict=True):
        assert sum(times(kept, node) for node in kept.nodes if node.op != "group") == len(graph.nodes)


def times(graph: Graph, node: Node) -> int:
    """How many steps a step stands for."""
    return math.prod(one.repeat for one in (node, *graph.scopes(node)))


@settings(max_examples=150)
@given(two_graphs)
def test_the_other_way_round_added_is_removed(sides: tuple[Graph, Graph]) -> None:
    old, new = sides
    there, back = merge(old, new), merge(new, old)
    for side, other, before, after in (("-", "+", there, back), ("+", "-", there, back)):
        mine = {node.name for node in before.graph.nodes if node.side == side}
        theirs = {node.name for node in after.graph.nodes if node.side == other}
        if side == "-":
            mine = {name for name, here in there.names.items() if here in mine}
        else:
            theirs = {name for name, here in back.names.items() if here in theirs}
        assert mine == theirs
    assert len([n for n in there.graph.nodes if n.was]) == len([n for n in back.graph.nodes if n.was])


@settings(max_examples=100)
@given(two_graphs, st.integers(0, 3))
def test_views_take_it_as_any_graph(sides: tuple[Graph, Graph], depth: int) -> None:
    whole = merge(*sides).graph
    for change in (fold, hide_module_functions, show_tensors):
        change(whole).validate()
    show_tensors(close_below(fold(whole), depth)).validate()


specs = st.builds(
    FigureSpec,
    st.just("pkg.Net"),
    old=st.just(FigureSpec("pkg.Old")),
    depth=st.sampled_from([0, 1, 2, 3, math.inf, "auto"]),
    show_shapes=st.booleans(),
    hide_inner_tensors=st.booleans(),
    hide_module_functions=st.booleans(),
    simplify=st.booleans(),
    fold=st.booleans(),
    roll=st.booleans(),
    direction=st.sampled_from(["TB", "LR"]),
)


@settings(deadline=None, max_examples=100)
@given(two_graphs, specs)
def test_any_options_give_a_figure(sides: tuple[Graph, Graph], spec: FigureSpec) -> None:
    spec = dataclasses.replace(spec, old=dataclasses.replace(spec, old=None, model="pkg.Old"))
    whole = compared(*sides, spec)
    shown = view_of_both(whole, spec)
    shown.validate()
    drawn, _ = draw(whole.graph, shown, spec)
    assert Drawing.from_json(drawn.to_json()) == drawn
    signs = signs_of(whole.graph, shown)
    written = svg(drawn, prefix="f", title="t", desc="d")
    for sign, name in (("+", "add"), ("-", "del"), ("~", "mut")):
        marked = any(row.look and row.look.sign == sign for placed in drawn.cards for row in placed.card.rows)
        assert not marked or f"tv-{name}" in written
        assert not marked or sign in signs.values()
    assert text(shown, signs=signs).count("\n") > len(shown.nodes)
    assert dot(shown, spec, looks_of(whole.graph, shown, spec)).startswith("digraph")
