"""Ends: inputs and outputs stand in the order of the arguments and results, where no line pays for it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from torchview_docs.drawing.layout.crossings import Layers, count_crossings, positions
from torchview_docs.drawing.layout.layering import Layering, Link
from torchview_docs.drawing.layout.long_lines import past_left, past_right, to_end, to_start

__all__ = ["order_ends"]

#: In a row with more ends nobody looks for their order.
MOST_ENDS = 12


def order_ends(layering: Layering, layers: Layers) -> Layers:
    """Move inputs and outputs with the lines that join them to the rest into their order.

    Of two in the wrong order one moves past the other, if no more lines cross then.
    """
    for first, second in _pairs(layering):
        position = positions(layering, layers)
        if position[first] < position[second]:
            continue
        crossings = count_crossings(layering, layers)
        for end, moves in ((first, (past_left, to_start)), (second, (past_right, to_end))):
            line = _line(layering, end)
            tried = [
                [move(layering, row, line[rank]) if rank in line else row for rank, row in enumerate(layers)]
                for move in moves
            ]
            fitting = [
                moved
                for moved in tried
                if count_crossings(layering, moved) <= crossings
                and positions(layering, moved)[first] < positions(layering, moved)[second]
            ]
            if fitting:
                layers = fitting[0]
                break
    return layers


def _pairs(layering: Layering) -> Sequence[tuple[int, int]]:
    """Each two ends of one kind that follow each other and share a row."""
    rows: dict[tuple[str, int], list[int]] = {}
    for number, box in enumerate(layering.problem.boxes):
        if box.kind in ("input", "output"):
            item = layering.boxes[number]
            rows.setdefault((box.kind, layering.items[item].rank), []).append(item)
    return [pair for row in rows.values() if len(row) <= MOST_ENDS for pair in pairwise(row)]


def _line(layering: Layering, end: int) -> dict[int, int]:
    """The end and the dummies through which its only line runs, by rank."""
    found = {layering.items[end].rank: end}
    for beyond, here in (("upper", layering.above), ("lower", layering.below)):
        at = end
        while len(here[at]) == 1:
            link: Link = here[at][0]
            at = link.upper if beyond == "upper" else link.lower
            others = layering.below[at] if beyond == "upper" else layering.above[at]
            if not layering.is_dummy(at) or len(others) > 1:
                break
            found[layering.items[at].rank] = at
    return found
