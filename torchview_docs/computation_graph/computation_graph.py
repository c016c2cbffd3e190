"""ComputationGraph: what a model did, as linked nodes and as a `graphviz.Digraph`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from torchview_docs.appearance import Appearance
from torchview_docs.computation_graph.labels import COLORS, cluster_label, node_label
from torchview_docs.computation_graph.linking import link
from torchview_docs.computation_graph.nodes import (
    Computed,
    Hierarchy,
    ModuleNode,
    Node,
    NodeContainer,
    TensorNode,
)
from torchview_docs.computation_graph.picture import picture
from torchview_docs.computation_graph.rendering import Digraph
from torchview_docs.computation_graph.showing import Showing, shown
from torchview_docs.drawing.dot_graphs import add_input_graphs
from torchview_docs.drawing.dot_looks import node_look
from torchview_docs.drawing.looks import PLAIN, looks_of
from torchview_docs.graph import Graph
from torchview_docs.spec import FigureSpec
from torchview_docs.views import rolled

__all__ = ["ComputationGraph"]

#: As torchview's, so that pictures look alike.
_GRAPH_ATTRIBUTES = {"ordering": "in"}
_NODE_ATTRIBUTES = {
    "style": "filled",
    "shape": "plaintext",
    "align": "left",
    "fontsize": "10",
    "ranksep": "0.1",
    "height": "0.2",
    "fontname": "Linux libertine",
    "margin": "0",
}
_EDGE_ATTRIBUTES = {"fontsize": "10"}


class ComputationGraph:
    """What a model did, as linked nodes and as a `graphviz.Digraph`.

    `draw_graph` makes one; one can also be made of any Graph, also of one read from JSON. The
    options are attributes: change one, call `fill_visual_graph`, and the graph is drawn anew.

    Args:
        graph: What ran.
        visual_graph: The Digraph to fill; a new one by default.
        options: What is shown; by default what `draw_graph` shows by default.
        simple: Names of the calls in which `hide_module_functions` hides functions; by default those
            that call no module.
        attributes: Of calls, by name, what `collect_attributes` collected.

    Attributes:
        graph: What ran, as a Graph: `graph.to_json()` keeps it.
        visual_graph: The Digraph; its attributes can be changed, `render()` and `pipe()` draw it.
        root_container: The inputs, linked to everything that was done with them.
        node_hierarchy: All nodes: a call around everything and a list of what ran in it, in which
            an open call is such a dict again.
        edge_list: The edges that are drawn, as pairs of nodes; one for every tensor.
        depth: As in `draw_graph`; so are the following.
        show_shapes: Whether shapes are shown.
        expand_nested: Whether open modules are boxes.
        hide_inner_tensors: Whether only inputs and outputs are shown as tensors.
        hide_module_functions: Whether functions of modules without submodules are hidden.
        roll: Whether calls of one module are one node.
        simplify: Whether what only passes a tensor on is left out.
        fold: Whether a run of equal neighbours is one node.
        focus: The one module that is shown.
        hide: What is left out.
        collapse: What is shown closed.
        show_input_graph: Whether a small graph that is an input is drawn.
        show_flops: Whether FLOPs that were counted are written in the figure.
        show_memory: Whether bytes that were counted are written in the figure.
        appearance: What cards say, which parts stand out, and what explains it.
    """

    def __init__(
        self,
        graph: Graph,
        visual_graph: Digraph | None = None,
        options: Showing | None = None,
        *,
        simple: Collection[str] | None = None,
        attributes: Mapping[str, str] | None = None,
    ) -> None:
        options = options or Showing()
        self.graph = graph
        self.visual_graph = Digraph("model", strict=True) if visual_graph is None else visual_graph
        self.depth = options.depth
        self.show_shapes = options.show_shapes
        self.expand_nested = options.expand_nested
        self.hide_inner_tensors = options.hide_inner_tensors
        self.hide_module_functions = options.hide_module_functions
        self.roll = options.roll
        self.simplify = options.simplify
        self.fold = options.fold
        self.focus = options.focus
        self.hide = options.hide
        self.collapse = options.collapse
        self.show_input_graph = options.show_input_graph
        self.show_flops = options.show_flops
        self.show_memory = options.show_memory
        self.appearance = options.appearance
        self.collect_attributes = attributes is not None
        self._simple = simple
        self._attributes = attributes or {}
        self.root_container: NodeContainer[TensorNode] = NodeContainer()
        self.node_hierarchy: Hierarchy = {}
        self.edge_list: list[tuple[Node, Node]] = []
        self.id_dict: dict[str, int] = {}
        self._clusters: dict[str, int] = {}
        self._looks = PLAIN
        self._calls: dict[str, list[TensorNode | Computed]] = {}  # what shares a node, by its id
        self.visual_graph.graph_attr.update({"rankdir": "TB", **self.visual_graph.graph_attr})
        self.visual_graph.graph_attr.update(_GRAPH_ATTRIBUTES)
        self.visual_graph.node_attr.update(_NODE_ATTRIBUTES)
        self.visual_graph.edge_attr.update(_EDGE_ATTRIBUTES)
        self.fill_visual_graph()

    def __repr__(self) -> str:
        return f"<ComputationGraph of {self.graph.name}: {len(self.id_dict)} nodes>"

    @property
    def view(self) -> Graph:
        """What is shown of the graph, before it is rolled."""
        return shown(self.graph, self._showing(), self._simple, self._direction)

    def fill_visual_graph(self) -> None:
        """Make the nodes and edges, and put them in `visual_graph` in place of what is in it."""
        view = self.view
        linked = link(view, self.graph, rolled(view) if self.roll else {}, self._attributes)
        self.root_container, self.node_hierarchy = linked.inputs, linked.hierarchy
        self.id_dict, self._clusters = {}, {}
        self._looks = looks_of(self.graph, view, self._spec())
        self.visual_graph.clear(keep_attrs=True)
        self._calls = {}
        self.traverse_graph(self._note_call)
        self.traverse_graph(self._add_node)
        self.edge_list = list(self._edges(linked.heads))
        self._add_edges()
        if self.show_input_graph:
            add_input_graphs(view, self.visual_graph)
        self.resize_graph()

    def traverse_graph(self, action_fn: Callable[..., Any], **kwargs: Any) -> None:
        """Call a function for every node, in the order of the run, a call before what ran in it.

        Args:
            action_fn: Called with `cur_node`, the node, and `subgraph`, the Digraph that is filled
                for the innermost open module around it (None outside of all); and with `kwargs`.
            **kwargs: Passed on. `cur_node` says where to begin: a node, or a dict as in
                `node_hierarchy`, which it is by default; `subgraph` is that at the beginning.

        Raises:
            TypeError: `cur_node` is neither.
        """
        begin = kwargs.pop("cur_node", self.node_hierarchy)
        self._traverse(begin, kwargs.pop("subgraph", None), action_fn, kwargs)

    def resize_graph(self, scale: float = 1.0, size_per_element: float = 0.3, min_size: float = 12) -> None:
        """Set the size of the drawing by how much is in it.

        Args:
            scale: By which the size is multiplied.
            size_per_element: Inches per node and edge.
            min_size: The least size, before it is scaled.
        """
        size = scale * max(min_size, len(self.visual_graph.body) * size_per_element)
        self.visual_graph.graph_attr.update(size=f"{size},{size}")

    def _repr_mimebundle_(
        self, include: Iterable[str] | None = None, exclude: Iterable[str] | None = None, **_: Any
    ) -> dict[str, str]:
        """What a notebook shows."""
        makers = {"image/svg+xml": self._repr_svg_, "text/plain": self.__repr__}
        wanted = (set(makers) if include is None else set(include)) - set(exclude or ())
        return {kind: make() for kind, make in makers.items() if kind in wanted}

    def _repr_svg_(self) -> str:
        return picture(self.graph, self.view, self._spec())

    # -- filling --------------------------------------------------------------------------

    def _showing(self) -> Showing:
        return Showing(**{name: getattr(self, name) for name in Showing.__dataclass_fields__})

    def _spec(self) -> FigureSpec:
        """How it is drawn."""
        return FigureSpec(
            self.graph.name,
            direction=self._direction,
            show_shapes=self.show_shapes,
            hide_inner_tensors=self.hide_inner_tensors,
            show_input_graph=self.show_input_graph,
            roll=self.roll,
            show_flops=self.show_flops,
            show_memory=self.show_memory,
            **{name: getattr(self.appearance, name) for name in Appearance.__dataclass_fields__},
        )

    @property
    def _direction(self) -> str:
        written = str(self.visual_graph.graph_attr.get("rankdir", "TB"))
        return written if written in ("LR", "BT", "RL") else "TB"  # as Graphviz reads it

    def _traverse(
        self, node: Any, subgraph: Digraph | None, action_fn: Callable[..., Any], kwargs: dict[str, Any]
    ) -> None:
        if isinstance(node, Node):
            action_fn(cur_node=node, subgraph=subgraph, **kwargs)
            return
        if not isinstance(node, dict):
            raise TypeError(f"cur_node is {type(node).__name__}; it is a node or a dict of nodes.")
        for call, content in node.items():
            if call.depth >= 0:
                action_fn(cur_node=call, subgraph=subgraph, **kwargs)
            # What is folded is a box, or nothing would say how often it is there.
            boxed = (self.expand_nested and call.depth >= 1) or call.repeat > 1
            inner = Digraph(self._cluster_name(call)) if boxed else subgraph
            for part in content:
                self._traverse(part, inner, action_fn, kwargs)
            if boxed and inner is not None and inner.body:
                inner.attr(style="dashed", label=cluster_label(call), labeljust="l", fontsize="12")
                (self.visual_graph if subgraph is None else subgraph).subgraph(inner)

    def _note_call(self, cur_node: TensorNode | Computed, **_: Any) -> None:
        self._calls.setdefault(cur_node.node_id, []).append(cur_node)

    def _add_node(self, cur_node: TensorNode | Computed, subgraph: Digraph | None) -> None:
        if cur_node.node_id in self.id_dict or not self._is_drawn(cur_node):
            return
        number = self.id_dict.setdefault(cur_node.node_id, len(self.id_dict))
        label = node_label(
            self._calls[cur_node.node_id], show_shapes=self.show_shapes, upwards=self._direction == "BT"
        )
        look = node_look(self._looks.parts.get(cur_node.node_id))
        (self.visual_graph if subgraph is None else subgraph).node(
            str(number), label, **{"fillcolor": COLORS[type(cur_node)], **look}
        )

    def _is_drawn(self, node: Node) -> bool:
        if isinstance(node, TensorNode):
            linked = not (node.is_root() and node.is_leaf())
            return linked and not (node.is_inner and self.hide_inner_tensors)
        return not (isinstance(node, ModuleNode) and node.is_open)

    def _cluster_name(self, call: ModuleNode) -> str:
        return f"cluster_{self._clusters.setdefault(call.node_id, len(self._clusters))}"

    def _edges(self, heads: Iterable[Node]) -> Iterable[tuple[Node, Node]]:
        """The edges, those to one node in the order of its arguments."""
        for head in heads:
            if not self._is_drawn(head):
                continue
            for tensor in head.parents:
                if self._is_drawn(tensor):
                    yield tensor, head
                else:
                    yield from ((maker, head) for maker in tensor.parents)

    def _add_edges(self) -> None:
        pairs = [(self.id_dict[tail.node_id], self.id_dict[head.node_id]) for tail, head in self.edge_list]
        if not self.visual_graph.strict:
            for tail, head in pairs:
                self.visual_graph.edge(str(tail), str(head))
            return
        for (tail, head), count in Counter(pairs).items():
            self.visual_graph.edge(str(tail), str(head), label=f" x{count}" if count > 1 else None)
