"""Lays out one panel: ranks, order, segments, coordinates, channels, wires, title."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from torchview_docs.drawing.layout import sizes
from torchview_docs.drawing.layout.beside import stand_beside, turn_early
from torchview_docs.drawing.layout.channels import Channel, channels
from torchview_docs.drawing.layout.coordinates import extents, place_across
from torchview_docs.drawing.layout.layering import Key, Layering
from torchview_docs.drawing.layout.ordering import order_layers
from torchview_docs.drawing.layout.panel import Blocked, PanelLabel, Problem, Solution
from torchview_docs.drawing.layout.plan import PLAIN, Plan
from torchview_docs.drawing.layout.ports import place_ports
from torchview_docs.drawing.layout.ranks import rank_boxes
from torchview_docs.drawing.layout.segments import Trunk, find_trunk, linear_segments, places
from torchview_docs.drawing.layout.strands import layer, side_candidates
from torchview_docs.drawing.layout.titles import place_title
from torchview_docs.drawing.layout.wires import Placement, lateral_height, place_sides, route

__all__ = ["solve"]

#: A box that has less than this to spare in its rank stands in its middle.
CENTRE_SLACK = 90.0
#: A line that misses its end by no more is straight.
STRAIGHT = 1.0


def solve(problem: Problem, plan: Plan = PLAIN) -> Solution:
    """Lay out a panel.

    Raises:
        Blocked: A net cannot enter from the left.
    """
    layering = _order(problem, plan)
    turn_early(layering)
    trunk = find_trunk(layering)
    place_ports(layering, trunk, even=plan.even)
    segments = linear_segments(layering, trunk, loose=plan.squeezed)
    x = place_across(layering, trunk, segments, squeezed=plan.squeezed)
    place_sides(layering, x)
    placement = _place_along(layering, x, channels(layering, x))
    return replace(_finish(layering, placement), bends=_bends(layering, trunk, x))


def _bends(layering: Layering, trunk: Trunk, x: Sequence[float]) -> int:
    """How many links of the trunk do not run straight."""
    return sum(
        abs(x[link.upper] + link.tail - x[link.lower] - link.head) > STRAIGHT
        for links in layering.links
        for link in links
        if trunk.holds(link) and layering.items[link.upper].kind != "dummy"
    )


def _order(problem: Problem, plan: Plan) -> Layering:
    """Layers in order; side entries that something stands in the way of become entries from above."""
    ranking = rank_boxes(problem, plan)
    sides = side_candidates(problem, ranking) if plan.sides else []
    layering = layer(problem, ranking, sides)
    order_layers(layering, mirrored=plan.mirrored)
    stand_beside(layering)
    place = places(layering)
    keep = []
    for side in layering.sides:
        row = layering.layers[layering.items[side.box].rank]
        a, b = sorted((place[side.box], place[side.dummy]))
        if all(layering.is_dummy(item) for item in row[a + 1 : b]):
            keep.append((layering.strands[side.strand].net, side.target))
        elif side.flank is not None:
            raise Blocked(layering.strands[side.strand].net)
    if len(keep) == len(layering.sides):
        return layering
    order: dict[Key, int] = {layering.key(item): i for row in layering.layers for i, item in enumerate(row)}
    layering = layer(problem, ranking, keep)
    for row in layering.layers:
        row.sort(key=lambda item: order.get(layering.key(item), 0))
    stand_beside(layering)
    return layering


def _place_along(layering: Layering, x: Sequence[float], found: Sequence[Channel]) -> Placement:
    """The y of the ranks and of the boxes in them."""
    boxes = layering.problem.boxes
    y = [0.0] * len(boxes)
    bottoms: list[float] = []
    at = 0.0
    for rank, row in enumerate(layering.layers):
        inside = [layering.items[item].index for item in row if layering.items[item].kind == "box"]
        height = max((boxes[b].lead + boxes[b].height + boxes[b].trail for b in inside), default=0.0)
        for b in inside:
            box = boxes[b]
            slack = height - box.lead - box.height - box.trail
            if box.kind != "panel" and slack < CENTRE_SLACK:
                slack /= 2
            elif layering.above[layering.boxes[b]]:
                slack = 0.0
            y[b] = at + box.lead + slack
        at += height
        bottoms.append(at)
        if rank < len(found):
            at += found[rank].height
    return Placement(x, y, found, bottoms, at)


def _finish(layering: Layering, placement: Placement) -> Solution:
    """Borders, title, wires and labels, moved so that the panel's corner is the origin."""
    problem, x = layering.problem, placement.x
    room = extents(layering)
    framed = problem.title is not None
    padding = [_padding(layering, i) if framed else 0.0 for i in range(len(room))]
    low = min((x[i] - e.left - p for i, (e, p) in enumerate(zip(room, padding, strict=True))), default=0.0)
    high = max((x[i] + e.right + p for i, (e, p) in enumerate(zip(room, padding, strict=True))), default=0.0)
    title_x, subtitle_x, height = low, None, placement.height
    if problem.title is not None:
        if problem.title_at == "side":
            low -= sizes.TITLE_BAND - sizes.PADDING
            needed = problem.title.width + problem.title.note + 3 * sizes.TITLE_MARGIN
            height = max(height, needed)
        else:
            entries = [item for item in layering.ins if not layering.is_lateral(item)]
            ports = entries if problem.title_at == "start" else layering.outs
            title_x, subtitle_x, low, high = place_title(problem.title, [x[i] for i in ports], low, high)
    placement = replace(placement, height=height, left=low)
    wires = tuple(
        type(wire)(wire.net, wire.source, tuple((px - low, py) for px, py in wire.points), wire.arrow)
        for wire in route(layering, placement)
    )
    return Solution(
        width=high - low,
        height=height,
        boxes=tuple(
            (x[item] - low - box.width / 2, placement.y[i])
            for i, (item, box) in enumerate(zip(layering.boxes, problem.boxes, strict=True))
        ),
        ins=tuple(x[i] - low for i in layering.ins),
        flanks=tuple(
            (i, lateral_height(layering, placement, item))
            for i, item in enumerate(layering.ins)
            if layering.is_lateral(item)
        ),
        outs=tuple(x[i] - low for i in layering.outs),
        wires=wires,
        labels=tuple(_labels(layering, placement, low)),
        title_x=title_x - low,
        subtitle_x=None if subtitle_x is None else subtitle_x - low,
    )


def _padding(layering: Layering, item: int) -> float:
    """Least distance of an item from its panel's border."""
    return sizes.LINE_PADDING if layering.items[item].kind == "dummy" else sizes.PADDING


def _labels(layering: Layering, placement: Placement, low: float) -> list[PanelLabel]:
    """Each label once, where its net leaves its source."""
    found: dict[int, PanelLabel] = {}
    problem = layering.problem
    starts = [
        (link.strand, link.upper, link.tail) for links in layering.links for link in links if link.source >= 0
    ]
    starts += [
        (hook.strand, hook.box, hook.offset) for hooks in layering.hooks for hook in hooks if hook.below
    ]
    for strand, item, offset in starts:
        net = layering.strands[strand].net
        it = layering.items[item]
        if problem.nets[net].label and net not in found and it.kind == "box":
            box = problem.boxes[it.index]
            y = placement.y[it.index] + box.height + box.trail
            left = net in placement.channels[it.rank].left
            found[net] = PanelLabel(net, placement.x[item] + offset - low, y, left)
    return [found[net] for net in sorted(found)]
