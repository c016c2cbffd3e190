"""Legend: what the colours and signs of a figure say; only what occurs in this figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from torchview_docs.changes import Sign
from torchview_docs.drawing.drawing import Drawing
from torchview_docs.drawing.drawing import Sign as Entry
from torchview_docs.drawing.metrics import CONFIG_SIZE, text_width
from torchview_docs.families import FAMILIES

__all__ = ["MARKS", "SCALE_WIDTH", "SIGNS", "SIGN_WIDTH", "with_legend"]

#: The marks of a comparison, and what they say.
MARKS: Mapping[str, tuple[Sign, str]] = {
    "add": ("+", "added"),
    "del": ("-", "removed"),
    "mut": ("~", "changed"),
}
#: What is explained besides the families of cards.
SIGNS: Mapping[str, str] = {
    "tensor": "tensor",
    "dashed": "numbers that Python reads from a tensor",
    "stack": "equal ones, drawn once",
    "note": "explained below",
    "scale": "",
    **{sign: words for sign, (_, words) in MARKS.items()},
}
#: Width of a sign, and of the scale of shades; a text starts so far after it and ends before the next.
SIGN_WIDTH, SCALE_WIDTH = 30, 90
_BEFORE_TEXT, _BETWEEN = 6.0, 18.0
_ABOVE, _LINE = 22.0, 20.0
#: Narrower figures are made wider for their legend.
_NARROWEST = 300.0
_PILLS = {"input": "io", "output": "io", "source": "const", "tensor": "tensor"}


def with_legend(drawing: Drawing, scale: str, *, full: bool) -> Drawing:
    """The drawing with its legend below it.

    Args:
        drawing: A laid-out figure.
        scale: What its shades tell; empty without shades, which are always explained, as the marks of a
            comparison are.
        full: Whether everything else is explained too.
    """
    entries = [*(_entries(drawing) if full else ()), *_marks(drawing), *([("scale", scale)] if scale else [])]
    if not entries:
        return drawing
    widths = [_width(kind, text) for kind, text in entries]
    room = max(drawing.width, min(_NARROWEST, sum(widths)), *widths)
    signs: list[Entry] = []
    x, y = 0.0, drawing.height + _ABOVE
    for (kind, text), width in zip(entries, widths, strict=True):
        if x and x + width - _BETWEEN > room:
            x, y = 0.0, y + _LINE
        signs.append(Entry(kind, text, round(x, 1), y))
        x += width
    used = max(sign.x + _width(sign.kind, sign.text) - _BETWEEN for sign in signs)
    wide = _moved(drawing, max(0.0, (used + 2 - drawing.width) // 2))
    return wide._replace(width=max(wide.width, used + 2), height=y + _LINE / 2, legend=tuple(signs))


def _entries(drawing: Drawing) -> Iterator[tuple[str, str]]:
    cards = [placed.card for placed in drawing.cards]
    kinds = {_PILLS.get(card.kind) or row.family for card in cards for row in card.rows}
    looks = [row.look for card in cards for row in card.rows] + [
        placed.frame.look for placed in drawing.frames
    ]
    there = {
        "tensor": "tensor" in kinds,
        "dashed": any(wire.dashed for wire in drawing.wires),
        "stack": any(c.repeat > 1 for c in cards) or any(f.frame.repeat > 1 for f in drawing.frames),
        "note": any(look is not None and look.numbers for look in looks),
    }
    yield from ((family, words) for family, words in FAMILIES.items() if family in kinds)
    yield from ((sign, SIGNS[sign]) for sign, occurs in there.items() if occurs)


def _marks(drawing: Drawing) -> Iterator[tuple[str, str]]:
    """The marks of a comparison that occur."""
    looks = [row.look for placed in drawing.cards for row in placed.card.rows]
    looks += [placed.frame.look for placed in drawing.frames]
    signs = {look.sign for look in looks if look is not None} | {wire.side for wire in drawing.wires}
    yield from ((kind, words) for kind, (sign, words) in MARKS.items() if sign in signs)


def _width(kind: str, text: str) -> float:
    sign = SCALE_WIDTH if kind == "scale" else SIGN_WIDTH
    return sign + _BEFORE_TEXT + text_width(text, CONFIG_SIZE) + _BETWEEN


def _moved(drawing: Drawing, right: float) -> Drawing:
    """Everything in the drawing moved to the right."""
    if not right:
        return drawing
    return drawing._replace(
        width=drawing.width + 2 * right,
        frames=tuple(f._replace(x=f.x + right) for f in drawing.frames),
        cards=tuple(c._replace(x=c.x + right) for c in drawing.cards),
        wires=tuple(w._replace(points=tuple((x + right, y) for x, y in w.points)) for w in drawing.wires),
        labels=tuple(label._replace(x=label.x + right) for label in drawing.labels),
    )
