"""Crossings of links between neighbouring layers, whose items stand in some order."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from torchview_docs.drawing.layout.layering import Layering

__all__ = ["BOX_BETWEEN", "LINE_BETWEEN", "Layers", "count_crossings", "inversions", "positions"]

#: What it costs if a box, or a line, stands between a card and the line that enters its side.
BOX_BETWEEN = 3.0
LINE_BETWEEN = 0.6

Layers = list[list[int]]


def inversions(values: Sequence[int], size: int) -> int:
    """How many pairs of values stand in descending order; values from 0 to `size` - 1.

    A Fenwick tree counts, for each value, the greater ones before it: O(n log size).
    """
    tree = [0] * (size + 1)
    total = 0
    for seen, value in enumerate(values):
        index = value + 1
        total += seen
        while index:
            total -= tree[index]
            index &= index - 1
        index = value + 1
        while index <= size:
            tree[index] += 1
            index += index & -index
    return total


def positions(layering: Layering, layers: Layers) -> list[int]:
    """The place of each item in its layer."""
    position = [0] * len(layering.items)
    for layer in layers:
        for index, item in enumerate(layer):
            position[item] = index
    return position


def count_crossings(layering: Layering, layers: Layers) -> float:
    """Crossings of links between neighbouring layers, and what stands in the way of side entries."""
    position = positions(layering, layers)
    total = 0.0
    for links in layering.links:
        if len(links) < 2:
            continue
        ends = sorted((position[k.upper] + k.tail, position[k.lower] + k.head) for k in links)
        lower = sorted({y for _, y in ends})
        index = {y: i for i, y in enumerate(lower)}
        total += inversions([index[y] for _, y in ends], len(lower))
    in_the_way: dict[int, list[float]] = {}
    for side in layering.sides:
        rank = layering.items[side.box].rank
        if rank not in in_the_way:
            costs = [LINE_BETWEEN if layering.is_dummy(item) else BOX_BETWEEN for item in layers[rank]]
            in_the_way[rank] = list(accumulate(costs, initial=0.0))
        a, b = sorted((position[side.box], position[side.dummy]))
        total += in_the_way[rank][b] - in_the_way[rank][a + 1]
    return total
