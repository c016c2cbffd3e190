"""`draw_graph` and `ComputationGraph`: torchview's API, for notebooks and scripts.

model, inputs ──► Graph (traced) ──► view ──► nodes, linked ──► graphviz.Digraph
                                       └────► our own SVG, in notebooks
"""

from torchview_docs.computation_graph.api import draw_graph
from torchview_docs.computation_graph.computation_graph import ComputationGraph
from torchview_docs.computation_graph.nodes import FunctionNode, ModuleNode, Node, NodeContainer, TensorNode
from torchview_docs.computation_graph.rendering import Digraph

__all__ = [
    "ComputationGraph",
    "Digraph",
    "FunctionNode",
    "ModuleNode",
    "Node",
    "NodeContainer",
    "TensorNode",
    "draw_graph",
]
