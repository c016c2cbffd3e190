"""SVG of what stands below a figure: its legend, and in a file of its own the notes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from torchview_docs.drawing.callouts import CALLOUT
from torchview_docs.drawing.drawing import Drawing, Remark, Sign
from torchview_docs.drawing.legend import MARKS, SCALE_WIDTH, SIGN_WIDTH
from torchview_docs.drawing.look_svg import callout, rect, sign_pill
from torchview_docs.drawing.looks import LEVELS
from torchview_docs.drawing.markings import escape
from torchview_docs.drawing.metrics import CONFIG_SIZE, text_width
from torchview_docs.drawing.strokes import Box, px

__all__ = ["key", "remarks_below"]

_PILLS = {"io": "io", "const": "source", "tensor": "tensor"}
#: Notes: least width of their text, distance of two lines, and of the first one from the figure.
_TEXT_WIDTH, _LINE, _ABOVE, _TEXT_X = 260.0, 15, 20, 24


def key(signs: Iterable[Sign]) -> str:
    """The legend."""
    signs = tuple(signs)
    if not signs:
        return ""
    cards = "".join(_card(sign) for sign in signs)
    others = "".join(_other(sign) for sign in signs)
    texts = "".join(_text(sign) for sign in signs)
    return f'<g class="tv-key"><g class="tv-cards">{cards}</g>{others}{texts}</g>'


def _card(sign: Sign) -> str:
    """What looks like a card."""
    x, y = px(sign.x), px(sign.y) - 7
    if sign.kind == "scale":
        step = SCALE_WIDTH // LEVELS
        boxes = [Box(x + step * k, y, step, 14) for k in range(LEVELS)]
        return "".join(f'<g class="tv-s{k + 1}">{rect(box, 0)}</g>' for k, box in enumerate(boxes))
    if sign.kind in ("dashed", "stack", "note", *MARKS):
        return ""
    box = Box(x, y, SIGN_WIDTH, 14)
    if pill := _PILLS.get(sign.kind):
        return f'<g class="tv-{pill}">{rect(box, 7)}</g>'
    # A bar lies, so that its pattern is seen in a line of text.
    return f'<g class="tv-{sign.kind}"><path d="M{x + 2} {px(sign.y)}h{SIGN_WIDTH - 4}"/></g>'


def _other(sign: Sign) -> str:
    x, y = px(sign.x), px(sign.y)
    middle = x + SIGN_WIDTH // 2
    match sign.kind:
        case "dashed":
            return f'<path class="tv-wires tv-dashed" d="M{x} {y}h{SIGN_WIDTH}"/>'
        case "stack":
            pill = rect(Box(x - 2, y - 8, SIGN_WIDTH + 4, 16), 8)
            return f'<g class="tv-badge">{pill}<text x="{middle}" y="{y + 4}">× N</text></g>'
        case "add" | "del" | "mut":
            return sign_pill(MARKS[sign.kind][0], middle - CALLOUT // 2, y - 8)
        case "note":
            return callout(1, middle - CALLOUT // 2, y - 8)
    return ""


def _text(sign: Sign) -> str:
    before = (SCALE_WIDTH if sign.kind == "scale" else SIGN_WIDTH) + 6
    return f'<text x="{px(sign.x) + before}" y="{px(sign.y) + 4}">{escape(sign.text)}</text>'


def remarks_below(drawing: Drawing, top: int) -> tuple[str, int, int]:
    """The notes as lines below a figure, and the width and height that they take."""
    if not drawing.remarks:
        return "", 0, 0
    room = max(drawing.width - _TEXT_X, _TEXT_WIDTH)
    written, y = [], top + _ABOVE
    for remark in drawing.remarks:
        lines = [*_lines(remark, room)]
        spans = "".join(
            f'<tspan class="tv-line" x="{_TEXT_X}" dy="{_LINE if k else 0}">{escape(line)} </tspan>'
            for k, line in enumerate(lines)
        )
        written.append(callout(remark.number, 0, y - 12) + f'<text x="{_TEXT_X}" y="{y}">{spans}</text>')
        y += _LINE * len(lines) + 5
    return f'<g class="tv-key tv-remarks">{"".join(written)}</g>', px(room) + _TEXT_X, y - top - 5


def _lines(remark: Remark, room: float) -> Iterator[str]:
    """The text of a note, broken at spaces, and where a word has no room within it."""
    line = ""
    for word in _words(remark.text, room):
        longer = f"{line} {word}".strip()
        if line and text_width(longer, CONFIG_SIZE) > room:
            yield line
            longer = word
        line = longer
    yield line


def _words(text: str, room: float) -> Iterator[str]:
    for word in text.split():
        part = ""
        for letter in word if text_width(word, CONFIG_SIZE) > room else (word,):
            if part and text_width(part + letter, CONFIG_SIZE) > room:
                yield part
                part = ""
            part += letter
        yield part
