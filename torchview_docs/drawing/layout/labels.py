"""Labels: beside which side of its line each label of a channel stands, and the room that it takes.

A label stands right of its line. Where a track would run through it there and none does at the left,
it stands at the left, if its own card is above it; so the tracks need not wait for the labels' band.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from torchview_docs.drawing.layout import sizes
from torchview_docs.drawing.layout.layering import Layering

__all__ = ["Label", "Span", "label_band", "place_labels"]

#: From where to where across the flow something reaches.
Span = tuple[float, float]
#: What ends so far beside a label does not touch it.
LABEL_SIDE = 2.0


class Label(NamedTuple):
    """A net's label in a channel."""

    net: int
    span: Span
    #: Whether it stands left of its line.
    left: bool = False

    def touches(self, span: Span) -> bool:
        """Whether a horizontal piece, or what goes down from it, would run through the label."""
        return span[0] < self.span[1] + LABEL_SIDE and span[1] > self.span[0] - LABEL_SIDE


def place_labels(
    layering: Layering, rank: int, x: Sequence[float], bent: Collection[Span], straight: Collection[Span]
) -> list[Label]:
    """The labels in a channel.

    Args:
        layering: The panel.
        rank: The layer above the channel.
        x: The middle of each item.
        bent: What runs across the channel, from where to where.
        straight: What runs down only.
    """
    along = layering.problem.labels_along
    found: list[Label] = []
    for net, item, at in _starts(layering, rank, x):
        width = layering.problem.nets[net].label
        if along:
            found.append(Label(net, (at - sizes.LABEL_HEIGHT - 1.0, at - 3.0)))
            continue
        right = Label(net, (at + sizes.LABEL_OFFSET, at + sizes.LABEL_OFFSET + width))
        left = Label(net, (at - sizes.LABEL_OFFSET - width, at - sizes.LABEL_OFFSET), left=True)
        under_card = left.span[0] >= x[item] - _half_width(layering, item)
        if under_card and any(map(right.touches, bent)) and not any(map(left.touches, (*bent, *straight))):
            found.append(left)
        else:
            found.append(right)
    if any(a.touches(b.span) for i, a in enumerate(found) for b in found[:i] if a.left or b.left):
        return [label if not label.left else _right(label) for label in found]
    return found


def label_band(layering: Layering, labels: Sequence[Label]) -> float:
    """Room for the labels along the flow."""
    if not labels:
        return 0.0
    if not layering.problem.labels_along:
        return sizes.LABEL_BAND
    return max(layering.problem.nets[label.net].label for label in labels) + 2 * sizes.LABEL_OFFSET


def _starts(layering: Layering, rank: int, x: Sequence[float]) -> Iterator[tuple[int, int, float]]:
    """Net, item and x of each line with a label that starts above a channel."""
    for link in layering.links[rank]:
        net = layering.strands[link.strand].net
        if link.source >= 0 and layering.problem.nets[net].label:
            yield net, link.upper, x[link.upper] + link.tail
    for hook in layering.hooks[rank]:
        net = layering.strands[hook.strand].net
        if hook.below and layering.problem.nets[net].label:
            yield net, hook.box, x[hook.box] + hook.offset


def _half_width(layering: Layering, item: int) -> float:
    """Of a card; nothing else holds labels under itself."""
    it = layering.items[item]
    return layering.problem.boxes[it.index].width / 2 if it.kind == "box" else 0.0


def _right(label: Label) -> Label:
    width = label.span[1] - label.span[0]
    start = label.span[1] + 2 * sizes.LABEL_OFFSET
    return Label(label.net, (start, start + width))
