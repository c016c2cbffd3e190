"""Compaction: everything between two walls that stand as near as the least distances let them.

Each segment has a place furthest left and one furthest right, by longest paths in the graph of the
distances, as in the one-dimensional compaction of VLSI layouts (Lengauer 1990). What stands outside
moves to the nearer of the two. That keeps every distance: if three placements keep a difference
x − y ≥ d, so do their least and greatest, and with them the middle one of the three.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from torchview_docs.drawing.layout.pulling import Field, pull

__all__ = ["Reach", "squeeze"]

#: So often the segments are pulled again between the walls.
ROUNDS = 2
#: A segment that can move less than this decides how near the walls are.
FIXED = 0.5


class Reach(NamedTuple):
    """How far a segment's items reach to both sides of its x."""

    left: float
    right: float


def squeeze(field_: Field, reach: Sequence[Reach]) -> None:
    """Move the segments into the least width, and pull them once more within it."""
    order = _order(field_)
    first = _furthest_left(field_, reach, order)
    width = max((x + r.right for x, r in zip(first, reach, strict=True)), default=0.0)
    last = _furthest_right(field_, reach, order, width)
    fixed = [i for i, (low, high) in enumerate(zip(first, last, strict=True)) if high - low < FIXED]
    shift = median(first[i] - field_.x[i] for i in fixed) if fixed else 0.0
    field_.x = [x + shift for x in field_.x]
    for round_ in range(ROUNDS + 1):
        if round_:
            pull(field_)
        field_.x = [min(max(x, low), high) for x, low, high in zip(field_.x, first, last, strict=True)]


def _order(field_: Field) -> list[int]:
    """The segments from left to right."""
    waiting = [len(left) for left in field_.left]
    ready = [s for s, count in enumerate(waiting) if not count]
    for s in ready:
        for other in field_.right[s]:
            waiting[other] -= 1
            if not waiting[other]:
                ready.append(other)
    return ready


def _furthest_left(field_: Field, reach: Sequence[Reach], order: Sequence[int]) -> list[float]:
    x = [r.left for r in reach]
    for s in order:
        for other, distance in field_.right[s].items():
            x[other] = max(x[other], x[s] + distance)
    return x


def _furthest_right(field_: Field, reach: Sequence[Reach], order: Sequence[int], width: float) -> list[float]:
    x = [width - r.right for r in reach]
    for s in reversed(order):
        for other, distance in field_.right[s].items():
            x[s] = min(x[s], x[other] - distance)
    return x
