"""Coordinates across the flow: where each linear segment stands.

Segments are placed from left to right at the least distance, then pulled towards the weighted
mean and later the median of what their neighbours wish; touching segments move as one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from torchview_docs.drawing.layout import sizes
from torchview_docs.drawing.layout.compaction import Reach, squeeze
from torchview_docs.drawing.layout.layering import Layering
from torchview_docs.drawing.layout.pulling import Field, Wish, pack, pull
from torchview_docs.drawing.layout.segments import Segments, Trunk

__all__ = ["Extent", "extents", "place_across"]

#: A rail that misses a port by less snaps to it; the gaps beside it may shrink by so much.
SNAP = 9.0
SNAP_SLACK = 7.0
#: How much more the trunk wishes to be straight than other links, and how much less lines do.
TRUNK_WEIGHT = 2.0
LINE_WEIGHT = 0.6
SIDE_WEIGHT = 0.3
#: A way out that misses the way in by less is left where it is.
LEAST_SHIFT = 12.0


@dataclass(frozen=True, slots=True)
class Extent:
    """Room that an item needs on both sides of its x."""

    left: float
    right: float


def place_across(
    layering: Layering, trunk: Trunk, segments: Segments, *, squeezed: bool = False
) -> list[float]:
    """The x of each item's middle; `squeezed` into the least width."""
    room = extents(layering)
    field_ = _constraints(layering, segments, room)
    pack(field_)
    field_.wishes = _wishes(layering, trunk, segments)
    pull(field_)
    if squeezed:
        squeeze(field_, _reach(segments, room))
    _snap(layering, segments, field_)
    x = [field_.x[segments.of[i]] + segments.offset[i] for i in range(len(layering.items))]
    _align_exit(layering, trunk, room, x)
    return x


def _reach(segments: Segments, room: Sequence[Extent]) -> list[Reach]:
    """How far the items of each segment reach."""
    return [
        Reach(
            max(room[item].left - segments.offset[item] for item in members),
            max(room[item].right + segments.offset[item] for item in members),
        )
        for members in segments.members
    ]


def _align_exit(layering: Layering, trunk: Trunk, room: Sequence[Extent], x: list[float]) -> None:
    """Let the trunk leave the panel where it came in, if the panel around wants that."""
    entries = [item for item in layering.ins if not layering.is_dummy(item)]
    if not (layering.problem.returning and entries and layering.outs):
        return
    entry = max(entries, key=lambda item: (trunk.down[item], -item))
    leave = max(layering.outs, key=lambda item: (trunk.up[item], -item))
    if abs(x[entry] - x[leave]) < LEAST_SHIFT:
        return
    row = layering.layers[-1]
    at = row.index(leave)
    for one, other in pairwise(row[max(0, at - 1) : at + 2]):
        apart = room[one].right + _gap(layering, one, other) + room[other].left
        if other == leave and x[entry] - x[one] < apart:
            return
        if one == leave and x[other] - x[entry] < apart:
            return
    x[leave] = x[entry]


def extents(layering: Layering) -> list[Extent]:
    """The room that each item needs, labels included."""
    along = layering.problem.labels_along
    found: list[Extent] = []
    for item in layering.items:
        if item.kind == "dummy" or (item.kind == "in" and item.index in layering.problem.laterals):
            found.append(Extent(0.5, 0.5))
        elif item.kind == "in":
            found.append(Extent(3.0, 3.0))
        elif item.kind == "out":
            label = layering.problem.outputs[item.index]
            found.append(_beside(Extent(3.0, 3.0), 0.0, label, along=along))
        else:
            box = layering.problem.boxes[item.index]
            found.append(Extent(box.width / 2, box.width / 2 + box.spill))
    for links in layering.links:
        for link in links:
            if link.source >= 0:
                label = layering.problem.nets[layering.strands[link.strand].net].label
                found[link.upper] = _beside(found[link.upper], link.tail, label, along=along)
    for hooks in layering.hooks:
        for hook in hooks:
            if hook.below:
                label = layering.problem.nets[layering.strands[hook.strand].net].label
                found[hook.box] = _beside(found[hook.box], hook.offset, label, along=along)
    return found


def _beside(extent: Extent, offset: float, label: float, *, along: bool) -> Extent:
    """The extent with a label beside the line that leaves at `offset`."""
    if not label:
        return extent
    if along:
        return Extent(max(extent.left, sizes.LABEL_HEIGHT + 2.0 - offset), extent.right)
    return Extent(extent.left, max(extent.right, offset + sizes.LABEL_OFFSET + label + 3.0))


def _gap(layering: Layering, a: int, b: int) -> float:
    kinds = (layering.items[a].kind, layering.items[b].kind)
    lines = layering.is_dummy(a) + layering.is_dummy(b)
    if lines:
        return sizes.LINE_GAP if lines == 2 else sizes.BOX_LINE_GAP
    return sizes.BOX_GAP if kinds == ("box", "box") else sizes.PORT_GAP


def _constraints(layering: Layering, segments: Segments, room: Sequence[Extent]) -> Field:
    count = len(segments.members)
    found = Field([0.0] * count, [{} for _ in range(count)], [{} for _ in range(count)])
    of, offset = segments.of, segments.offset
    for layer in layering.layers:
        for a, b in pairwise(layer):
            distance = room[a].right + _gap(layering, a, b) + room[b].left + offset[a] - offset[b]
            one, other = of[a], of[b]
            if distance > found.right[one].get(other, -1e9):
                found.right[one][other] = distance
                found.left[other][one] = distance
    return found


def _wishes(layering: Layering, trunk: Trunk, segments: Segments) -> list[list[Wish]]:
    wishes: list[list[Wish]] = [[] for _ in segments.members]
    of, offset = segments.of, segments.offset

    def wish(a: int, b: int, distance: float, weight: float) -> None:
        """Item b wants to stand `distance` right of item a."""
        one, other = of[a], of[b]
        if one != other:
            distance += offset[a] - offset[b]
            wishes[other].append((one, distance, weight))
            wishes[one].append((other, -distance, weight))

    for links in layering.links:
        for link in links:
            weight = 1.0
            weight += TRUNK_WEIGHT * (trunk.below.get(link.upper) is link)
            weight += TRUNK_WEIGHT * (trunk.above.get(link.lower) is link)
            lines = layering.is_dummy(link.upper) + layering.is_dummy(link.lower)
            if lines:
                weight *= LINE_WEIGHT
            if lines == 1 and layering.is_rail(link.strand):
                continue
            wish(link.upper, link.lower, link.tail - link.head, weight)
    for side in layering.sides:
        one, other = of[side.dummy], of[side.box]
        if one != other:
            distance = offset[side.box] - offset[side.dummy]
            wishes[one].append((other, distance, SIDE_WEIGHT))
    for hooks in layering.hooks:
        for hook in hooks:
            one, other = of[hook.dummy], of[hook.box]
            if one != other:
                distance = offset[hook.box] - offset[hook.dummy]
                wishes[one].append((other, distance, SIDE_WEIGHT))
    return wishes


def _snap(layering: Layering, segments: Segments, field_: Field) -> None:
    """A line that misses a port by a few px meets it, if the small gaps beside it hold."""
    for s, members in enumerate(segments.members):
        if any(layering.items[item].kind in ("box", "in") for item in members):
            continue
        x = field_.x[s]
        misses = sorted(
            (field_.x[other] + d - x for other, d, _ in field_.wishes[s]), key=lambda m: (abs(m), m)
        )
        for miss in misses:
            if abs(miss) < 0.05:
                break
            if abs(miss) < SNAP and _free(field_, s, miss):
                field_.x[s] += miss
                break


def _free(field_: Field, s: int, shift: float) -> bool:
    x = field_.x[s] + shift
    right = all(field_.x[o] - x >= d - SNAP_SLACK for o, d in field_.right[s].items())
    return right and all(x - field_.x[o] >= d - SNAP_SLACK for o, d in field_.left[s].items())
