"""`view`: a Graph as a FigureSpec wants it shown."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from typing import NamedTuple, TypeAlias

from torchview_docs.collection import no_collection
from torchview_docs.graph import Graph, Node
from torchview_docs.patterns import Depths
from torchview_docs.spec import FigureSpec
from torchview_docs.views.chains import chains
from torchview_docs.views.close import close, close_below, hide_module_functions, levels
from torchview_docs.views.emphasis import emphasised
from torchview_docs.views.focus import focus
from torchview_docs.views.fold import fold
from torchview_docs.views.hide import hide
from torchview_docs.views.naming import named, named_call
from torchview_docs.views.rolling import rolled, rolled_up
from torchview_docs.views.simplify import simplify
from torchview_docs.views.tensors import show_tensors

__all__ = ["CARDS", "ROWS", "Prepared", "auto_depth", "prepare", "shown", "view"]

#: About how many cards fit in one figure.
CARDS = 40
#: About how many of them fit below each other on a screen.
ROWS = 18
#: A figure of fewer cards is not preferred to a longer one, nor one of very few to one that is too large.
_TELLING, _FEW = 10, 4

#: Whether a view fits on a page, drawn with these options.
Fits: TypeAlias = "Callable[[Graph, FigureSpec], bool]"


class Prepared(NamedTuple):
    """A graph, or a comparison of two, with what is looked at.

    Attributes:
        graph: Without what is out of focus, hidden or simplified away.
        around: Calls of which the author has hidden modules.
    """

    graph: Graph
    around: frozenset[str | None]


def prepare(graph: Graph, spec: FigureSpec, hidden: Collection[str]) -> Prepared:
    """A graph with what is looked at.

    Args:
        graph: What ran.
        spec: The options.
        hidden: What `hide` names.
    """
    around = {node.scope for node in graph.nodes if node.name in hidden and node.op == "call_module"}
    if spec.focus is not None:
        graph = focus(graph, named_call(graph, spec.focus, "focus"))
    graph = hide(graph, hidden)
    return Prepared(simplify(graph) if spec.simplify else graph, frozenset(around))


def view(graph: Graph, spec: FigureSpec, fits: Fits | None = None) -> Graph:
    """What the figure shows of a graph: all view options of the spec.

    The root's call stays in the graph, for its class and parameters; a drawing of depth 1 or more
    shows its content, not its border.

    Args:
        graph: What ran.
        spec: The options.
        fits: Whether a view fits on a page, for `depth: auto`.

    Raises:
        ViewError: An option names a part that the model does not have.
    """
    with no_collection():
        return shown(graph, lambda: prepare(graph, spec, named(graph, spec.hide, "hide")), spec, fits)


def shown(graph: Graph, prepared: Callable[[], Prepared], spec: FigureSpec, fits: Fits | None) -> Graph:
    """What the figure shows of what is looked at.

    Args:
        graph: What the options name parts of.
        prepared: What is looked at of it.
        spec: The options.
        fits: Whether a view fits on a page, for `depth: auto`.

    Raises:
        ViewError: An option names a part that the model does not have.
    """
    depth, parts = _depths(graph, spec)
    collapsed = named(graph, spec.collapse, "collapse", calls=True)
    marks = emphasised(graph, spec).marks()
    graph, around = prepared()
    # Before anything is closed: only what is equal to the last operation is folded.
    if spec.fold:
        called_again = _called_again(graph) if spec.roll else {}
        shown_so = {**parts, **dict.fromkeys(collapsed, "collapsed"), **called_again}
        graph = fold(graph, {**shown_so, **{n: (mark, shown_so.get(n)) for n, mark in marks.items()}})
    graph = close(graph, collapsed)
    if spec.hide_module_functions:
        # Of a module whose modules the author has hidden, the functions are what is left to show.
        graph = hide_module_functions(graph, around)

    def closed_at(graph: Graph, depth: float) -> Graph:
        closed = close_below(graph, depth, parts)
        # What is rolled is rolled up, with its tensors, where it is drawn.
        return closed if spec.hide_inner_tensors or spec.roll else show_tensors(closed)

    def counted(graph: Graph, depth: float) -> Graph:
        closed = closed_at(graph, depth)
        return rolled_up(closed, rolled(closed)) if spec.roll else closed

    if depth != "auto":
        return closed_at(graph, float(depth))
    on_page = None if fits is None else (lambda depth: fits(closed_at(graph, depth), spec))
    return closed_at(graph, auto_depth(graph, counted, fits=on_page))


def _called_again(graph: Graph) -> dict[str, Hashable]:
    """Marks of the calls of modules that are called more than once: these are rolled, not folded."""
    times = Counter(node.target for node in graph.nodes if node.op == "call_module")
    return {n.name: n.name for n in graph.nodes if n.op == "call_module" and times[n.target] > 1}


def _depths(graph: Graph, spec: FigureSpec) -> tuple[int | float | str, dict[str, float]]:
    """How many levels are open, of the model and by name of calls that have a number of their own."""
    if not isinstance(spec.depth, Depths):
        return spec.depth, {}
    parts: dict[str, float] = {}
    for pattern, levels_open in spec.depth.parts:
        parts |= dict.fromkeys(named(graph, [pattern], "depth", calls=True), levels_open)
    return spec.depth.whole, parts


def auto_depth(
    graph: Graph,
    shown: Callable[[Graph, float], Graph] = close_below,
    cards: int = CARDS,
    rows: int = ROWS,
    fits: Callable[[float], bool] | None = None,
) -> float:
    """The deepest level at which the figure has at most `cards` cards and fits on a page, at least 1.

    Where nothing is known of pages, or no level that tells something fits on one, it is the deepest with
    at most `rows` cards one below the other, where that one still tells something: a plain sequence
    of 30 layers stays open.

    Args:
        graph: With all views but the depth applied.
        shown: The graph at a depth, with the views that follow.
        cards: The limit. Inputs and outputs do not count, packed chains count once.
        rows: The limit of the longest path. Here inputs and outputs count too.
        fits: Whether the figure fits on a page at a depth.
    """
    level = levels(graph)
    deepest = max((level[n.name] for n in graph.nodes if n.name in graph.children), default=0)
    counts: dict[int, int] = {}
    low = None
    for depth in range(1, deepest + 2):
        closed = shown(graph, depth)
        leaves = sum(leaf.op not in ("placeholder", "output") for leaf in closed.leaves)
        packed = chains(closed)
        count = leaves - sum(len(chain) - 1 for chain in packed)
        if count <= cards:
            counts[depth] = count
            if count >= _TELLING and _longest_path(closed, packed) <= rows:
                low = depth
        elif leaves > 4 * cards:
            break  # deeper levels only have more
    best = max(counts, default=1)
    chosen = low or best
    if fits is not None:
        on_page = (
            depth for depth in reversed(counts) if counts[depth] >= min(_FEW, counts[best]) and fits(depth)
        )
        chosen = next(on_page, chosen)
    return math.inf if chosen > deepest else chosen


def _longest_path(graph: Graph, packed: Iterable[Sequence[Node]]) -> int:
    """How many cards are one below the other."""
    inside = {node.name for chain in packed for node in chain[1:]}
    found: dict[str, int] = {}
    for leaf in graph.leaves:
        found[leaf.name] = max((found.get(use.node, 0) for use in leaf.args), default=0) + (
            leaf.name not in inside
        )
    return max(found.values(), default=0)
