"""Views: pure functions from a Graph to a simpler Graph, and `view`, which applies a figure's.

Each one keeps the Graph's invariants, keeps every path from an input to an output, and knows
nothing of the others.
"""

from torchview_docs.views.close import close_below, hide_module_functions, levels
from torchview_docs.views.fold import fold, folding
from torchview_docs.views.simplify import simplify
from torchview_docs.views.tensors import show_tensors
from torchview_docs.views.unfold import unfold
from torchview_docs.views.view import auto_depth, view

__all__ = [
    "auto_depth",
    "close_below",
    "fold",
    "folding",
    "hide_module_functions",
    "levels",
    "show_tensors",
    "simplify",
    "unfold",
    "view",
]
