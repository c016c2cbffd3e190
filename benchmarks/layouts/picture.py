"""Picture: where everything stands in a figure, whoever laid it out."""

from __future__ import annotations

from collections.abc import Hashable
from typing import NamedTuple, TypeAlias

from torchview_docs.drawing.drawing import Drawing, PlacedFrame
from torchview_docs.drawing.metrics import FRAME_SIZE, text_width
from torchview_docs.drawing.scene import Scene

__all__ = ["Box", "Line", "Picture", "Text", "of_drawing"]

Point: TypeAlias = "tuple[float, float]"


class Box(NamedTuple):
    """Left, top, right, bottom."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def area(self) -> float:
        """In square px."""
        return (self.x1 - self.x0) * (self.y1 - self.y0)


class Line(NamedTuple):
    """A piece of what shows a tensor on its way; `net` is the same for all its pieces."""

    net: Hashable
    points: tuple[Point, ...]


class Text(NamedTuple):
    """A text outside of cards, and the panel whose title it is."""

    box: Box
    panel: str | None = None


class Picture(NamedTuple):
    """A figure that is laid out.

    Attributes:
        cards: By name.
        panels: By name.
        lines: All pieces of all wires.
        texts: Labels, titles and notes.
    """

    cards: dict[str, Box]
    panels: dict[str, Box]
    lines: tuple[Line, ...]
    texts: tuple[Text, ...]


#: Where texts stand in a panel's title band, from its top; as drawing/svg.py writes them.
_TITLE_TOP, _TITLE_BOTTOM, _NOTE_END, _BADGE = 8.0, 20.0, 9.0, 40.0
#: Above and below the baseline of a label.
_ASCENT, _DESCENT = 8.0, 2.0


def of_drawing(scene: Scene, drawing: Drawing) -> Picture:
    """The picture that is a Drawing."""
    widths = {(k.source, k.output, k.label): k.label_width for k in scene.links}
    labels = [
        Box(k.x, k.y - _ASCENT, k.x + widths[k.source, k.output, k.text], k.y + _DESCENT)
        for k in drawing.labels
    ]
    titles = [text for placed in drawing.frames for text in _titles(placed)]
    return Picture(
        {p.card.name: Box(p.x, p.y, p.x + p.width, p.y + p.height) for p in drawing.cards},
        {p.frame.name: Box(p.x, p.y, p.x + p.width, p.y + p.height) for p in drawing.frames},
        tuple(Line((w.source, w.output), w.points) for w in drawing.wires),
        (*map(Text, labels), *titles),
    )


def _titles(placed: PlacedFrame) -> list[Text]:
    frame, top, bottom = placed.frame, placed.y + _TITLE_TOP, placed.y + _TITLE_BOTTOM
    start = placed.x + placed.title_x
    found = [Text(Box(start, top, start + frame.title_width, bottom), frame.name)]
    if placed.subtitle_x:
        second, width = placed.x + placed.subtitle_x, text_width(frame.subtitle, FRAME_SIZE)
        found = [
            Text(Box(start, top, start + frame.title_width - width, bottom), frame.name),
            Text(Box(second, top, second + width, bottom), frame.name),
        ]
    end = placed.x + placed.width - _NOTE_END
    room = frame.note_width + (_BADGE if frame.repeat > 1 else 0.0)
    if room:
        found.append(Text(Box(end - room, top, end, bottom), frame.name))
    return found
