"""Long lines: each moves as a whole to where fewer links cross."""

from __future__ import annotations

from torchview_docs.drawing.layout.crossings import Layers, count_crossings
from torchview_docs.drawing.layout.layering import Layering

__all__ = ["move_lines", "past_left", "past_right", "to_end", "to_start"]

#: Links that are looked at, all moves together.
MOVE_BUDGET = 4_000


def move_lines(layering: Layering, layers: Layers) -> Layers:
    """Move long lines as a whole to the other side of what they pass, as long as fewer links cross.

    Swaps of neighbours cannot do that: halfway the line would cross what it passes.
    """
    lines = [strand.dummies for strand in layering.strands if strand.dummies]
    links = sum(map(len, layering.links)) or 1
    tries = MOVE_BUDGET // links
    crossings = count_crossings(layering, layers)
    improved = True
    while improved and crossings:
        improved = False
        for dummies in lines:
            for move in (past_right, past_left, to_end, to_start):
                if not tries or not crossings:
                    return layers
                tries -= 1
                moved = [
                    move(layering, row, dummies[rank]) if rank in dummies else row
                    for rank, row in enumerate(layers)
                ]
                found = count_crossings(layering, moved)
                if found < crossings - 1e-9:
                    layers, crossings, improved = moved, found, True
    return layers


def past_right(layering: Layering, row: list[int], item: int) -> list[int]:
    """The row with a line moved past the next box at its right."""
    at = row.index(item)
    end = next((i for i in range(at + 1, len(row)) if not layering.is_dummy(row[i])), at)
    return [*row[:at], *row[at + 1 : end + 1], item, *row[end + 1 :]]


def past_left(layering: Layering, row: list[int], item: int) -> list[int]:
    """The row with a line moved past the next box at its left."""
    return past_right(layering, row[::-1], item)[::-1]


def to_end(_: Layering, row: list[int], item: int) -> list[int]:
    """The row with a line moved to its right end."""
    return [*(other for other in row if other != item), item]


def to_start(_: Layering, row: list[int], item: int) -> list[int]:
    """The row with a line moved to its left end."""
    return [item, *(other for other in row if other != item)]
