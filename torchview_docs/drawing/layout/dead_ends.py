"""Dead ends: what leads to no result stands where a panel has room, lest it make the panel wider.

Checks and lengths that are computed and thrown away are common; they hang beside the trunk.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from torchview_docs.drawing.layout import sizes
from torchview_docs.drawing.layout.panel import BORDER, Problem

__all__ = ["has_dead_ends", "sink_dead_ends"]

#: In larger panels that would take too long.
MOST_BOXES = 300


def sink_dead_ends(problem: Problem, after: Sequence[Sequence[int]], ranks: list[int]) -> None:
    """Move each branch that leads nowhere down as far as that makes the widest of its rows narrower.

    Args:
        problem: The panel.
        after: The boxes that read each box, without links against the flow.
        ranks: The rank of each box, changed in place.
    """
    if len(problem.boxes) > MOST_BOXES:
        return
    live = _live(problem, after)
    last = max((rank for rank, lives in zip(ranks, live, strict=True) if lives), default=0)
    widths = [0.0] * (max(ranks, default=0) + 1)
    for v, rank in enumerate(ranks):
        widths[rank] += problem.boxes[v].width + sizes.BOX_GAP
    for branch in _branches(after, live):
        lowest = max(ranks[v] for v in branch)
        own = dict.fromkeys(sorted(ranks[v] for v in branch), 0.0)
        for v in branch:
            own[ranks[v]] += problem.boxes[v].width + sizes.BOX_GAP
        for rank, width in own.items():
            widths[rank] -= width
        widest = [
            max(widths[rank + shift] + width for rank, width in own.items())
            for shift in range(max(0, last - lowest) + 1)
        ]
        # as wide as the rest is does no harm
        rest = max(widths)
        shift = next((i for i, width in enumerate(widest) if width <= rest), _least(widest))
        for rank, width in own.items():
            widths[rank + shift] += width
        for v in branch:
            ranks[v] += shift


def has_dead_ends(problem: Problem) -> bool:
    """Whether something other than an output is read by nothing."""
    read = {source.box for net in problem.nets for source, _ in net.dependencies()}
    return any(v not in read and box.kind != "output" for v, box in enumerate(problem.boxes))


def _least(widest: Sequence[float]) -> int:
    """The first place of the least."""
    return min(range(len(widest)), key=widest.__getitem__)


def _live(problem: Problem, after: Sequence[Sequence[int]]) -> list[bool]:
    """The boxes from which a result can be reached."""
    live = [box.kind != "card" for box in problem.boxes]
    for net in problem.nets:
        for source, target in net.dependencies():
            if target.box == BORDER and source.box != BORDER:
                live[source.box] = True
    before: list[list[int]] = [[] for _ in after]
    for u, readers in enumerate(after):
        for v in readers:
            before[v].append(u)
    waiting = [v for v, lives in enumerate(live) if lives]
    while waiting:
        for u in before[waiting.pop()]:
            if not live[u]:
                live[u] = True
                waiting.append(u)
    return live


def _branches(after: Sequence[Sequence[int]], live: Sequence[bool]) -> Iterator[list[int]]:
    """The boxes that are not live, those together that hang together."""
    near: dict[int, list[int]] = {v: [] for v, lives in enumerate(live) if not lives}
    for u, readers in enumerate(after):
        for v in readers:
            if u in near and v in near:
                near[u].append(v)
                near[v].append(u)
    seen: set[int] = set()
    for start in near:
        if start not in seen:
            seen.add(start)
            branch = [start]
            for v in branch:
                for other in near[v]:
                    if other not in seen:
                        seen.add(other)
                        branch.append(other)
            yield branch
