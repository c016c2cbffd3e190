"""What a ComputationGraph shows of a Graph: its options, and the view that they make."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, replace

from torchview_docs.appearance import Appearance
from torchview_docs.drawing.page import fits
from torchview_docs.graph import Graph
from torchview_docs.patterns import Depths
from torchview_docs.spec import FigureSpec
from torchview_docs.views import view
from torchview_docs.views.close import callers, close

__all__ = ["Showing", "shown", "simple_calls"]


@dataclass(frozen=True, kw_only=True)
class Showing:
    """The options of `draw_graph` that say what is shown, with its defaults."""

    depth: float | str | Depths = 3
    show_shapes: bool = True
    expand_nested: bool = False
    hide_inner_tensors: bool = True
    hide_module_functions: bool = True
    roll: bool = False
    simplify: bool = False
    fold: bool = False
    focus: str | None = None
    hide: tuple[str, ...] = ()
    collapse: tuple[str, ...] = ()
    show_input_graph: bool = False
    show_flops: bool = False
    show_memory: bool = False
    appearance: Appearance = Appearance()  # noqa: RUF009  # it cannot be changed


def shown(
    graph: Graph, options: Showing, simple: Collection[str] | None = None, direction: str = "TB"
) -> Graph:
    """The view: what is left of the calls and operations; tensors are the drawing's business.

    Args:
        graph: What ran.
        options: What is shown of it.
        simple: Names of the calls that `hide_module_functions` closes; by default those that call
            no module.
        direction: Where the figure flows to, which tells how deep one fits on a page.

    Raises:
        ViewError: An option names a part that the model does not have.
    """
    automatic = options.depth == "auto"
    plain = FigureSpec("model", simplify=False, fold=False, hide_module_functions=False)
    graph = view(
        graph,
        replace(
            plain,
            depth=math.inf if automatic else options.depth,
            focus=options.focus,
            hide=options.hide,
            collapse=options.collapse,
            simplify=options.simplify,
            fold=options.fold,
            roll=options.roll,
            # What something else is said of is not folded.
            highlight=options.appearance.highlight,
            color=options.appearance.color,
            note=options.appearance.note,
        ),
    )
    if options.hide_module_functions:
        closed = simple_calls(graph) if simple is None else simple
        graph = close(graph, {name for name in closed if name in graph.by_name})
    return view(graph, replace(plain, roll=options.roll, direction=direction), fits) if automatic else graph


def simple_calls(graph: Graph) -> frozenset[str]:
    """The calls of modules that call no other module."""
    parents = callers(graph)
    return frozenset(n.name for n in graph.nodes if n.op == "call_module" and n.name not in parents)
