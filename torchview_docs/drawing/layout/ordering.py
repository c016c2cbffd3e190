"""Crossing minimisation: the order of the items in each layer.

Depth first in argument order to begin with, then barycentre sweeps and transpositions of
neighbours; only what lowers the number of crossings is kept. The effort is bounded by counts,
never by time, so that every machine draws the same.
"""

from __future__ import annotations

from collections.abc import Sequence

from torchview_docs.drawing.layout.crossings import (
    BOX_BETWEEN,
    LINE_BETWEEN,
    Layers,
    count_crossings,
    positions,
)
from torchview_docs.drawing.layout.ends import order_ends
from torchview_docs.drawing.layout.layering import Layering, Link
from torchview_docs.drawing.layout.long_lines import move_lines
from torchview_docs.drawing.layout.panel import BORDER, End

__all__ = ["order_layers", "place_fractions"]

#: Bounds of the effort: links that are looked at, all sweeps together; and the same of swaps.
SWEEP_BUDGET = 400_000
SWAP_BUDGET = 150_000
MOST_SWEEPS = 12
IDLE_SWEEPS = 4


def order_layers(layering: Layering, *, mirrored: bool = False) -> None:
    """Order the items of each layer so that few links cross; changes `layering.layers`.

    `mirrored` starts from the mirror image of the usual order.
    """
    place_fractions(layering)
    best = _depth_first(layering)
    if mirrored:
        best = [row[::-1] for row in best]
    crossings = count_crossings(layering, best)
    links = sum(map(len, layering.links)) or 1
    sweeps = min(MOST_SWEEPS, SWEEP_BUDGET // links)
    current = [list(layer) for layer in best]
    improved = 0
    for sweep in range(sweeps):
        if not crossings or sweep >= improved + IDLE_SWEEPS:
            break
        _sweep(layering, current, down=sweep % 2 == 0)
        found = count_crossings(layering, current)
        if found < crossings:
            crossings, improved = found, sweep
            best = [list(layer) for layer in current]
    if crossings:
        _transpose(layering, best)
        best = move_lines(layering, best)
    layering.layers = order_ends(layering, best)


def place_fractions(layering: Layering) -> None:
    """Set tail and head of each link to where it leaves and arrives, as parts of a place."""
    arguments = [0] * len(layering.problem.boxes)
    results = [0] * len(layering.problem.boxes)
    for net in layering.problem.nets:
        for end in net.targets:
            if end.box != BORDER:
                arguments[end.box] = max(arguments[end.box], end.position + 1)
        for end in net.sources:
            if end.box != BORDER:
                results[end.box] = max(results[end.box], end.port + 1)
    for links in layering.links:
        for link in links:
            net = layering.problem.nets[layering.strands[link.strand].net]
            link.tail = link.head = 0.0
            if link.source >= 0:
                link.tail = _tail(layering, net.sources[link.source], results)
            if link.target >= 0:
                link.head = _head(layering, net.targets[link.target], arguments)


def _tail(layering: Layering, end: End, results: Sequence[int]) -> float:
    if end.box == BORDER:
        return 0.0
    box = layering.problem.boxes[end.box]
    if box.outs is not None:
        return 0.9 * (box.outs[end.port] / max(box.width, 1.0) - 0.5)
    return 0.9 * ((end.port + 0.5) / results[end.box] - 0.5)


def _head(layering: Layering, end: End, arguments: Sequence[int]) -> float:
    if end.box == BORDER:
        return 0.0
    box = layering.problem.boxes[end.box]
    if box.ins is not None:
        return 0.9 * (box.ins[end.port] / max(box.width, 1.0) - 0.5)
    if box.commutative:
        return 0.0
    return 0.9 * ((end.position + 0.5) / arguments[end.box] - 0.5)


def _depth_first(layering: Layering) -> Layers:
    """Items as a depth first walk from the top meets them; long lines last."""
    layers: Layers = [[] for _ in layering.layers]
    seen = [False] * len(layering.items)

    leading = _leading(layering)

    def key(link: Link) -> tuple[bool, float, bool]:
        return (link.lower not in leading, link.tail, layering.is_dummy(link.lower))

    starts = [item for layer in layering.layers for item in layer]
    for start in sorted(starts, key=lambda item: item not in leading):
        stack = [start]
        while stack:
            item = stack.pop()
            if seen[item]:
                continue
            seen[item] = True
            layers[layering.items[item].rank].append(item)
            following = sorted(layering.below[item], key=key)
            stack.extend(link.lower for link in reversed(following) if not seen[link.lower])
    return layers


def _leading(layering: Layering) -> set[int]:
    """The items that lead to a box which must stand left of another."""
    waiting = [hook.box for hooks in layering.hooks for hook in hooks if layering.strands[hook.strand].beside]
    leading = set(waiting)
    while waiting:
        for link in layering.above[waiting.pop()]:
            if link.upper not in leading:
                leading.add(link.upper)
                waiting.append(link.upper)
    return leading


def _sweep(layering: Layering, layers: Layers, *, down: bool) -> None:
    """Sort each layer by the mean position of its neighbours in the layer before it."""
    position = positions(layering, layers)
    ranks = range(1, len(layers)) if down else range(len(layers) - 2, -1, -1)
    for rank in ranks:
        keys: dict[int, float] = {}
        for item in layers[rank]:
            if down:
                near = [position[k.upper] + k.tail - k.head for k in layering.above[item]]
            else:
                near = [position[k.lower] + k.head - k.tail for k in layering.below[item]]
            keys[item] = sum(near) / len(near) if near else float(position[item])
        layers[rank].sort(key=keys.__getitem__)
        for index, item in enumerate(layers[rank]):
            position[item] = index


def _transpose(layering: Layering, layers: Layers) -> None:
    """Swap neighbours in a layer as long as that lowers the number of crossings."""
    position = positions(layering, layers)
    beside: dict[int, list[int]] = {}
    for side in layering.sides:
        beside.setdefault(side.box, []).append(side.dummy)
        beside.setdefault(side.dummy, []).append(side.box)
    effort = 0
    improved = True
    while improved and effort < SWAP_BUDGET:
        improved = False
        for layer in layers:
            for i in range(len(layer) - 1):
                a, b = layer[i], layer[i + 1]
                gain, cost = _gain(layering, position, a, b)
                effort += cost
                gain += _side_gain(layering, position, beside, a, b)
                if gain > 1e-9:
                    layer[i], layer[i + 1] = b, a
                    position[a], position[b] = i + 1, i
                    improved = True
            if effort >= SWAP_BUDGET:
                break


def _gain(layering: Layering, position: Sequence[int], a: int, b: int) -> tuple[float, int]:
    """By how much fewer links cross if a, now left of its neighbour b, stands right of it."""
    gain, cost = 0, 0
    for one, other in (
        (
            [position[k.upper] + k.tail for k in layering.above[a]],
            [position[k.upper] + k.tail for k in layering.above[b]],
        ),
        (
            [position[k.lower] + k.head for k in layering.below[a]],
            [position[k.lower] + k.head for k in layering.below[b]],
        ),
    ):
        cost += 1 + len(one) * len(other)
        for x in one:
            for y in other:
                gain += (x > y) - (x < y)
    return float(gain), cost


def _side_gain(
    layering: Layering, position: Sequence[int], beside: dict[int, list[int]], a: int, b: int
) -> float:
    """By how much less stands between cards and the lines that enter their sides after a swap."""
    gain = 0.0
    for item, other, step in ((a, b, 1), (b, a, -1)):
        weight = LINE_BETWEEN if layering.is_dummy(other) else BOX_BETWEEN
        for partner in beside.get(item, ()):
            if partner == other:
                continue
            toward = (position[partner] - position[item]) * step > 0
            gain += weight if toward else -weight
    return gain
