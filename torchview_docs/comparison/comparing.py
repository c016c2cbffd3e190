"""`compare`: what was added, removed and changed between two graphs."""

from __future__ import annotations

from torchview_docs.comparison.alignment import aligned
from torchview_docs.comparison.counts import Sides, counted
from torchview_docs.comparison.merging import Merged, merged
from torchview_docs.comparison.signatures import Signatures
from torchview_docs.graph import Graph

__all__ = ["compare", "merge"]


def compare(old: Graph, new: Graph) -> Graph:
    """Both graphs as one, in which each node and use says on which side it is and what it was.

    Args:
        old: The graph before.
        new: The graph after.

    Returns:
        All nodes of `new` under their own names, and those of `old` that are not in it.
    """
    return merge(old, new).graph


def merge(old: Graph, new: Graph, *, counts: bool = True) -> Merged:
    """The same with the names of what was before.

    Args:
        old: The graph before.
        new: The graph after.
        counts: Whether more or fewer equal steps are one change, of their count.
    """
    before, after = Signatures(old), Signatures(new)
    pairs = aligned(before, after)
    return merged(counted(before, after, pairs) if counts else Sides(old, new, pairs))
