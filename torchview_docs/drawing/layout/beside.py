"""Panels that stand side by side: what enters a panel from the left keeps its place in the layers."""

from __future__ import annotations

from torchview_docs.drawing.layout import sizes
from torchview_docs.drawing.layout.layering import Hook, Layering
from torchview_docs.drawing.layout.panel import Blocked
from torchview_docs.drawing.layout.segments import places

__all__ = ["stand_beside", "turn_early"]

#: A line that turns below its source within the layer: so far below it, with a label and without,
#: and so far above the channel.
TURN_UNDER_LABEL = sizes.LABEL_BAND + 6.0
TURN = sizes.ARROW
TURN_MARGIN = sizes.TRACK


def stand_beside(layering: Layering) -> None:
    """Move what enters panels from the left to its place: laterals outermost, lines beside their box.

    Raises:
        Blocked: Such a line's source does not stand left of it.
    """
    outermost: set[int] = set()
    for item in layering.ins:
        if layering.is_lateral(item):
            outermost.add(item)
            for link in layering.below[item]:
                outermost.update(layering.strands[link.strand].dummies.values())
    for rank, row in enumerate(layering.layers):
        layering.layers[rank] = sorted(row, key=lambda item: item not in outermost)
    for side in layering.sides:
        if side.flank is None or layering.is_lateral(side.dummy):
            continue
        row = layering.layers[layering.items[side.box].rank]
        row.remove(side.dummy)
        row.insert(row.index(side.box), side.dummy)
    place = places(layering)
    for hook in _hooks_beside(layering):
        if place[hook.box] > place[hook.dummy]:
            raise Blocked(layering.strands[hook.strand].net)
    for side in layering.sides:
        if side.flank is not None and place[side.dummy] > place[side.box]:
            raise Blocked(layering.strands[side.strand].net)


def turn_early(layering: Layering) -> None:
    """Let lines to the panel beside their source turn right below it where there is room."""
    place = places(layering)
    boxes = layering.problem.boxes
    for hook in _hooks_beside(layering):
        row = layering.layers[layering.items[hook.box].rank]
        inside = [boxes[layering.items[item].index] for item in row if layering.items[item].kind == "box"]
        box = boxes[layering.items[hook.box].index]
        spare = max(b.lead + b.height + b.trail for b in inside) - box.lead - box.height - box.trail
        between = row[place[hook.box] + 1 : place[hook.dummy]]
        label = layering.problem.nets[layering.strands[hook.strand].net].label
        turn = TURN_UNDER_LABEL if label and not layering.problem.labels_along else TURN
        at_top = box.kind == "panel" and layering.above[hook.box]
        if at_top and spare >= turn + TURN_MARGIN and all(map(layering.is_dummy, between)):
            hook.turn = turn


def _hooks_beside(layering: Layering) -> list[Hook]:
    return [hook for hooks in layering.hooks for hook in hooks if layering.strands[hook.strand].beside]
