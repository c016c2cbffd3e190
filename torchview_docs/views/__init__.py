"""Views: pure functions from a Graph to a simpler Graph, and `view`, which applies a figure's.

Each one keeps the Graph's invariants, keeps every path from an input to an output, and knows
nothing of the others.
"""

from torchview_docs.views.close import close, close_below, hide_module_functions, levels
from torchview_docs.views.focus import focus
from torchview_docs.views.fold import fold, folding
from torchview_docs.views.hide import hide
from torchview_docs.views.naming import named, named_call
from torchview_docs.views.rolling import rolled, rolled_up
from torchview_docs.views.simplify import simplify
from torchview_docs.views.tensors import show_tensors
from torchview_docs.views.unfold import unfold
from torchview_docs.views.view import auto_depth, view

__all__ = [
    "auto_depth",
    "close",
    "close_below",
    "focus",
    "fold",
    "folding",
    "hide",
    "hide_module_functions",
    "levels",
    "named",
    "named_call",
    "rolled",
    "rolled_up",
    "show_tensors",
    "simplify",
    "unfold",
    "view",
]
