"""Plans: ways to lay out the same panel, of which the best is taken."""

from __future__ import annotations

from math import inf
from typing import NamedTuple

__all__ = ["PLAIN", "Plan"]


class Plan(NamedTuple):
    """What is decided before a panel is laid out.

    Attributes:
        input_line: All inputs start on one line; else each stands just above its first reader.
        output_line: All outputs end on one line; else each stands just below what computes it.
        sunk: Dead ends stand lower, where there is room, not just below what they read.
        sides: Long lines may enter a card from its side.
        mirrored: The walk that orders the rows starts from the right.
        even: A card's arguments arrive in its middle together; else the trunk arrives there.
        squeezed: Everything moves into the least width (see `compaction`).
        limit: Rows that are wider are parted where they can be (see `narrowing`).
    """

    input_line: bool = True
    output_line: bool = True
    sunk: bool = False
    sides: bool = True
    mirrored: bool = False
    even: bool = False
    squeezed: bool = False
    limit: float = inf


PLAIN = Plan()
