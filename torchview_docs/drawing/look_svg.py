"""SVG of looks: classes of what stands out, steps back or is shaded, colours of the author's own, numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from torchview_docs.changes import Sign
from torchview_docs.colours import TINT, seen
from torchview_docs.drawing.callouts import CALLOUT, SIGNS, callout_room, callout_width
from torchview_docs.drawing.scene import Look
from torchview_docs.drawing.strokes import Box

__all__ = [
    "SIGN_CLASSES",
    "bar_style",
    "callout",
    "callouts",
    "common_classes",
    "look_classes",
    "painted",
    "painted_frame",
    "rect",
    "sign_pill",
]

_BAND = 26
#: The classes of the signs of a comparison, each after a space.
SIGN_CLASSES: Mapping[Sign, str] = {"": "", "+": " tv-add", "-": " tv-del", "~": " tv-mut"}


def look_classes(look: Look | None) -> str:
    """The classes of a look, each after a space."""
    if look is None:
        return ""
    stance = (f" tv-{look.stance}" if look.stance else "") + SIGN_CLASSES[look.sign]
    return f"{stance} tv-s{look.shade}" if look.shade else stance


def common_classes(looks: Sequence[Look | None]) -> str:
    """The classes of a card whose rows all stand out, step back or are marked alike; else none."""
    found = {look_classes(Look(look.stance, sign=look.sign)) if look else "" for look in looks}
    return found.pop().strip() if len(found) == 1 else ""


def painted(look: Look | None, box: Box, radius: int, *, border: bool = True) -> str:
    """A colour of the author's own over a card or a row of it."""
    if look is None or not look.colour:
        return ""
    tint = "none" if look.shade else f"{look.colour};fill-opacity:{TINT:g}"
    stroke = seen(look.colour) if border else "none"
    return rect(box, radius, f' style="fill:{tint};stroke:{stroke}"')


def painted_frame(look: Look | None, box: Box, radius: int) -> str:
    """The same around a panel, with the band of its title."""
    if look is None or not look.colour:
        return ""
    x, y, width, _ = box
    band = f"M{x} {y + _BAND}v{radius - _BAND}a{radius} {radius} 0 0 1 {radius}-{radius}h{width - 2 * radius}"
    band += f"a{radius} {radius} 0 0 1 {radius} {radius}v{_BAND - radius}z"
    stroke = f"stroke:{seen(look.colour)}"
    return f'<path d="{band}" style="fill:{look.colour};fill-opacity:{TINT:g};stroke:none"/>' + rect(
        box, radius, f' style="fill:none;{stroke};stroke-width:1.5"'
    )


def bar_style(look: Look | None) -> str:
    """The style of the bar of a card that has a colour of the author's own."""
    return f' style="stroke:{seen(look.colour)}"' if look is not None and look.colour else ""


def callout(number: int, x: int, y: int) -> str:
    """A number in its pill, whose left upper corner is here."""
    width = callout_width(number)
    text = f'<text x="{x + width / 2:g}" y="{y + 12}">{number}</text>'
    return f'<g class="tv-call">{rect(Box(x, y, width, CALLOUT), CALLOUT // 2)}{text}</g>'


def sign_pill(sign: Sign, x: int, y: int) -> str:
    """A sign of a comparison in its circle, whose left upper corner is here."""
    text = f'<text x="{x + CALLOUT // 2}" y="{y + 12}">{SIGNS[sign]}</text>'
    return (
        f'<g class="tv-sign{SIGN_CLASSES[sign]}">{rect(Box(x, y, CALLOUT, CALLOUT), CALLOUT // 2)}{text}</g>'
    )


def callouts(look: Look | None, right: int, top: int) -> tuple[str, int]:
    """The numbers and the sign of a part, which ends at `right`, and how wide they are with their gaps."""
    if look is None or not (look.numbers or look.sign):
        return "", 0
    written, end = [], right
    if look.sign:
        written.append(sign_pill(look.sign, end - CALLOUT, top))
        end -= CALLOUT + 3
    for number in reversed(look.numbers):
        width = callout_width(number)
        written.append(callout(number, end - width, top))
        end -= width + 3
    return "".join(reversed(written)), round(callout_room(look))


def rect(box: Box, radius: int, attributes: str = "") -> str:
    """A rectangle with round corners."""
    x, y, width, height = box
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="{radius}"{attributes}/>'
