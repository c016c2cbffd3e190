"""Call-outs: the numbers at parts of which an author says something."""

from __future__ import annotations

from collections.abc import Mapping

from torchview_docs.drawing.metrics import LABEL_SIZE, text_width
from torchview_docs.drawing.scene import Look

__all__ = ["BECAME", "CALLOUT", "SIGNS", "callout_room", "callout_width", "circled", "times"]

#: Between what was and what is; a plain arrow is in configurations already (`64→128`).
BECAME = "\N{RIGHTWARDS DOUBLE ARROW}"
#: The signs as they are written: a hyphen is too short.
SIGNS: Mapping[str, str] = {"+": "+", "-": "\N{MINUS SIGN}", "~": "~"}

#: Height of a call-out, and its width up to 9; the next one, or the text, is so far from it.
CALLOUT, _GAP = 16, 3


def callout_width(number: int) -> int:
    """How wide a number is, with what is around it."""
    return CALLOUT if number < 10 else CALLOUT + round(text_width(str(number), LABEL_SIZE, bold=True)) - 5


def callout_room(look: Look | None) -> float:
    """Room for the numbers and the sign of a part at the right end of its text."""
    if look is None:
        return 0.0
    sign = CALLOUT + _GAP if look.sign else 0
    return float(sum(callout_width(number) + _GAP for number in look.numbers) + sign)


def times(repeat: int, look: Look | None) -> str:
    """`× 12`, in a comparison `× 12 ⇒ 24`; empty of what stands for itself only."""
    former = look.former if look is not None else 0
    if former:
        return f"× {former} {BECAME} {repeat}"
    return f"× {repeat}" if repeat > 1 else ""


def circled(number: int) -> str:
    """`①`, as texts refer to a call-out; from 51 on there is no such character."""
    for first, character in ((1, "\u2460"), (21, "\u3251"), (36, "\u32b1")):
        if first <= number < {1: 21, 21: 36, 36: 51}[first]:
            return chr(ord(character) + number - first)
    return f"({number})"
