"""Ports: where on its border a card is left and entered.

Arguments arrive from above in order, the trunk in the middle where that leaves room; results
leave below in order likewise. The ports of a panel are fixed.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import TypeAlias

from torchview_docs.drawing.layout import sizes
from torchview_docs.drawing.layout.layering import Hook, Layering, Link
from torchview_docs.drawing.layout.panel import End
from torchview_docs.drawing.layout.segments import Trunk, places

__all__ = ["argument_room", "place_ports", "result_gaps"]

Arrival: TypeAlias = Link | Hook
#: Beyond so many arguments their order is that of the lines, which nobody could follow otherwise.
MOST_ORDERED = 6
#: Arguments do not move closer than this for the sake of the trunk.
LEAST_TRUNK_GAP = 12.0


def argument_room(count: int) -> float:
    """How wide a card must be for so many arguments."""
    return 2 * sizes.CARD_CORNER + (count - 1) * sizes.LEAST_ARGUMENT_GAP


def result_gaps(labels: Sequence[float], *, along: bool) -> list[float]:
    """Least distances from each result of a card to the next, given the widths of their labels.

    A label stands right of its line, or above it where labels run along the flow.
    """
    if along:
        return [sizes.LABEL_HEIGHT + 5.0 if label else sizes.LEAST_ARGUMENT_GAP for label in labels[1:]]
    return [label + sizes.LABEL_OFFSET + 6.0 if label else sizes.LEAST_ARGUMENT_GAP for label in labels[:-1]]


def place_ports(layering: Layering, trunk: Trunk, *, even: bool = False) -> None:
    """Set tail, head and offset of each link and hook, in px from the middle of its item.

    `even` lets all arguments of a card arrive in its middle together, not the trunk alone.
    """
    place = places(layering)
    arriving: list[list[Arrival]] = [[] for _ in layering.problem.boxes]
    leaving: list[list[Arrival]] = [[] for _ in layering.problem.boxes]
    for links in layering.links:
        for link in links:
            link.tail = link.head = 0.0
            if layering.items[link.upper].kind == "box":
                leaving[layering.items[link.upper].index].append(link)
            if layering.items[link.lower].kind == "box":
                arriving[layering.items[link.lower].index].append(link)
    for hooks in layering.hooks:
        for hook in hooks:
            (leaving if hook.below else arriving)[layering.items[hook.box].index].append(hook)
    for box in range(len(layering.problem.boxes)):
        _place_arrivals(layering, box, arriving[box], None if even else trunk, place)
        _place_results(layering, box, leaving[box], trunk)


def _end(layering: Layering, arrival: Arrival, *, target: bool) -> End:
    net = layering.problem.nets[layering.strands[arrival.strand].net]
    if isinstance(arrival, Hook):
        return (net.targets if target else net.sources)[arrival.end]
    return net.targets[arrival.target] if target else net.sources[arrival.source]


def _far(arrival: Arrival, place: Sequence[int]) -> int:
    return place[arrival.dummy if isinstance(arrival, Hook) else arrival.upper]


def _set(arrival: Arrival, offset: float, *, target: bool) -> None:
    if isinstance(arrival, Hook):
        arrival.offset = offset
    elif target:
        arrival.head = offset
    else:
        arrival.tail = offset


def _place_arrivals(
    layering: Layering, number: int, arriving: list[Arrival], trunk: Trunk | None, place: Sequence[int]
) -> None:
    box = layering.problem.boxes[number]
    if box.ins is not None:
        for arrival in arriving:
            port = _end(layering, arrival, target=True).port
            _set(arrival, box.ins[port] - box.width / 2, target=True)
        return
    if box.commutative or len(arriving) > MOST_ORDERED:
        arriving.sort(key=lambda a: _far(a, place))
    else:
        arriving.sort(key=lambda a: (_end(layering, a, target=True).position, _far(a, place)))
    count = len(arriving)
    gap = min(sizes.ARGUMENT_GAP, (box.width - 2 * sizes.CARD_CORNER) / max(1, count - 1))
    best = None if trunk is None else trunk.above.get(layering.boxes[number])
    middle = (count - 1) / 2
    if best is not None and trunk is not None and trunk.holds(best):
        index = next((i for i, a in enumerate(arriving) if a is best), None)
        if index is not None and count > 1:
            # closer together, if that lets the trunk arrive in the middle
            closer = min(gap, (box.width / 2 - sizes.CARD_CORNER) / max(index, count - 1 - index))
            if closer >= LEAST_TRUNK_GAP:
                gap, middle = closer, float(index)
    for i, arrival in enumerate(arriving):
        _set(arrival, (i - middle) * gap, target=True)


def _place_results(layering: Layering, number: int, leaving: list[Arrival], trunk: Trunk) -> None:
    box = layering.problem.boxes[number]
    if box.outs is not None:
        for arrival in leaving:
            port = _end(layering, arrival, target=False).port
            _set(arrival, box.outs[port] - box.width / 2, target=False)
        return
    labels: dict[int, float] = {}
    for arrival in leaving:
        label = layering.problem.nets[layering.strands[arrival.strand].net].label
        port = _end(layering, arrival, target=False).port
        labels[port] = max(label, labels.get(port, 0.0))
    ports = sorted(labels)
    if not ports:
        return
    half = box.width / 2 - sizes.CARD_CORNER
    gaps = result_gaps([labels[port] for port in ports], along=layering.problem.labels_along)
    usual = min(sizes.ARGUMENT_GAP, box.width / (2 * len(ports)))
    if sum(max(gap, usual) for gap in gaps) <= 2 * half:
        gaps = [max(gap, usual) for gap in gaps]
    at = list(accumulate(gaps, initial=0.0))
    middle = at[-1] / 2
    best = trunk.below.get(layering.boxes[number])
    if best is not None and trunk.holds(best):
        trunk_at = at[ports.index(_end(layering, best, target=False).port)]
        if max(trunk_at, at[-1] - trunk_at) <= half:
            middle = trunk_at
    scale = min(1.0, half / max(middle, at[-1] - middle, 1e-9))
    offset = {port: (x - middle) * scale for port, x in zip(ports, at, strict=True)}
    for arrival in leaving:
        _set(arrival, offset[_end(layering, arrival, target=False).port], target=False)
