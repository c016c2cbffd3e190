"""Comparison: what was added, removed and changed between two graphs.

    Graph (before) ┐
                   ├─► signatures ─► alignment ─► counts ─► merging ─► Graph, whose nodes and uses have a
    Graph (after)  ┘                                                   side, and what they were before

It knows nothing of views and drawings but how repeats are folded; `changes` tells in which way a node
of the result is another than it was. Views and drawings take the result as any Graph.
"""

from torchview_docs.comparison.comparing import compare

__all__ = ["compare"]
