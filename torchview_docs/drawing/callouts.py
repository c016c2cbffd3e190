"""Call-outs: the numbers at parts of which an author says something."""

from __future__ import annotations

from torchview_docs.drawing.metrics import LABEL_SIZE, text_width
from torchview_docs.drawing.scene import Look

__all__ = ["CALLOUT", "callout_room", "callout_width", "circled"]

#: Height of a call-out, and its width up to 9; the next one, or the text, is so far from it.
CALLOUT, _GAP = 16, 3


def callout_width(number: int) -> int:
    """How wide a number is, with what is around it."""
    return CALLOUT if number < 10 else CALLOUT + round(text_width(str(number), LABEL_SIZE, bold=True)) - 5


def callout_room(look: Look | None) -> float:
    """Room for the numbers of a part at the right end of its text."""
    return float(sum(callout_width(number) + _GAP for number in look.numbers)) if look else 0.0


def circled(number: int) -> str:
    """`①`, as texts refer to a call-out; from 51 on there is no such character."""
    for first, character in ((1, "\u2460"), (21, "\u3251"), (36, "\u32b1")):
        if first <= number < {1: 21, 21: 36, 36: 51}[first]:
            return chr(ord(character) + number - first)
    return f"({number})"
