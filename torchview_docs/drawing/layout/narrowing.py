"""Narrowing: rows that would be wider than a limit are parted, and what can wait moves down.

A layering of bounded width, as in Coffman & Graham's scheduling (1972), but of boxes with sizes
(Healy & Nikolov, "How to layer a directed acyclic graph", 2001): what must wait is what the fewest
ranks depend on, so that the longest path grows last.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from torchview_docs.drawing.layout import sizes
from torchview_docs.drawing.layout.panel import Problem

__all__ = ["Rows", "narrow_ranks", "row_widths"]

#: In larger panels that would take too long.
MOST_BOXES = 120


def row_widths(problem: Problem, ranks: Sequence[int]) -> list[float]:
    """How wide the boxes of each rank are side by side."""
    widths = [0.0] * (max(ranks, default=0) + 1)
    for box, rank in zip(problem.boxes, ranks, strict=True):
        widths[rank] += (sizes.BOX_GAP if widths[rank] else 0.0) + box.width + box.spill
    return widths


def narrow_ranks(
    problem: Problem,
    after: Sequence[Sequence[int]],
    order: Sequence[int],
    ranks: list[int],
    *,
    kept: AbstractSet[int],
    limit: float,
) -> None:
    """Move boxes down until no row is wider than the limit, if it can be.

    Args:
        problem: The panel.
        after: The boxes that read each box, without links against the flow.
        order: The boxes in a topological order.
        ranks: The rank of each box, changed in place.
        kept: Boxes that keep their rank.
        limit: Width of a row in px; a box that is wider stands alone.
    """
    if len(problem.boxes) > MOST_BOXES:
        return
    depth = _depths(after, order)
    rank = 1
    while rank <= max(ranks, default=0):
        row = [v for v, other in enumerate(ranks) if other == rank]
        waiting = sorted(
            (v for v in row if v not in kept), key=lambda v: (_slack(v, after, ranks) == 0, depth[v], -v)
        )
        width = sum(_room(problem, v) for v in row) - sizes.BOX_GAP
        left = len(row)
        for v in waiting:
            if width <= limit or left == 1:
                break
            ranks[v] = rank + 1
            width -= _room(problem, v)
            left -= 1
        for u in order:
            for v in after[u]:
                ranks[v] = max(ranks[v], ranks[u] + 1)
        rank += 1


def _room(problem: Problem, v: int) -> float:
    return problem.boxes[v].width + problem.boxes[v].spill + sizes.BOX_GAP


def _slack(v: int, after: Sequence[Sequence[int]], ranks: Sequence[int]) -> int:
    """How far a box can move down without moving what reads it; what nothing reads can wait."""
    return min((ranks[t] - ranks[v] - 1 for t in after[v]), default=len(ranks))


def _depths(after: Sequence[Sequence[int]], order: Sequence[int]) -> list[int]:
    """How many ranks depend on each box."""
    found = [0] * len(after)
    for v in reversed(order):
        found[v] = max((found[t] + 1 for t in after[v]), default=0)
    return found


class Rows:
    """Rows of boxes that shall not become wider than a limit."""

    def __init__(self, problem: Problem, ranks: Sequence[int], limit: float) -> None:
        self._problem = problem
        self._limit = limit
        self._widths: dict[int, float] = {}
        for v, rank in enumerate(ranks):
            self._add(rank, _room(problem, v))

    def lowest(self, v: int, rank: int, wanted: int) -> int:
        """The lowest rank, from the wanted one up to its own, that has room for a box."""
        room = _room(self._problem, v) - sizes.BOX_GAP
        free = (r for r in range(wanted, rank, -1) if self._widths.get(r, 0.0) + room <= self._limit)
        return next(free, rank)

    def move(self, v: int, rank: int, to: int) -> None:
        """Take a box from a rank to another."""
        room = _room(self._problem, v)
        self._add(rank, -room)
        self._add(to, room)

    def _add(self, rank: int, room: float) -> None:
        self._widths[rank] = self._widths.get(rank, 0.0) + room
