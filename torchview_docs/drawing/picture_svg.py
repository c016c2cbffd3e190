"""SVG of a Picture: a graph as dots and lines.

g.tv-net               title
  path.tv-edges        edges and loops, each one subpath
  path.tv-heads        arrow heads, of directed edges only
  g.tv-kind-<k>        the circles of one type of nodes
  g.tv-legend          a circle and a text for each type, where they are several
"""

from __future__ import annotations

from math import sqrt

from torchview_docs.drawing.markings import escape
from torchview_docs.drawing.metrics import CONFIG_SIZE, text_width
from torchview_docs.drawing.scene import Dot, Picture
from torchview_docs.drawing.strokes import Box

__all__ = ["DOT", "LEGEND_DOT", "LEGEND_GAP", "LEGEND_ROW", "picture_parts"]

#: Radius of a node in px.
DOT = 5
#: The legend: height of its rows, room for a dot and what is after it, and between two entries.
LEGEND_ROW, LEGEND_DOT, LEGEND_GAP = 18, 14, 12

#: So many types have a colour of their own.
_COLOURS = 8
_LOOP = 6
_HEAD_LENGTH, _HEAD_WIDTH = 7.0, 3.0


def picture_parts(picture: Picture, box: Box) -> str:
    """The group of a picture.

    Args:
        picture: The picture.
        box: Where it is to stand: in the middle of this.
    """
    left, top = box.x + (box.width - picture.width) / 2, float(box.y)
    dots = [Dot(dot.x + left, dot.y + top, dot.kind) for dot in picture.dots]
    if dots:  # where the legend is wider than the graph, the graph is in its middle
        middle = (min(dot.x for dot in dots) + max(dot.x for dot in dots)) / 2
        moved = box.x + box.width / 2 - middle
        dots = [dot._replace(x=dot.x + moved) for dot in dots]
    lines, heads = _lines(picture, dots)
    kinds = sorted({dot.kind for dot in dots})
    circles = "".join(
        f'<g class="tv-kind-{kind % _COLOURS}">'
        + "".join(_circle(dot.x, dot.y) for dot in dots if dot.kind == kind)
        + "</g>"
        for kind in kinds
    )
    return (
        f'<g class="tv-net"><title>{escape(picture.title)}</title>'
        + (f'<path class="tv-edges" d="{lines}"/>' if lines else "")
        + (f'<path class="tv-heads" d="{heads}"/>' if heads else "")
        + f"{circles}{_legend(picture, box)}</g>"
    )


def _circle(x: float, y: float, radius: int = DOT) -> str:
    return f'<circle cx="{_number(x)}" cy="{_number(y)}" r="{radius}"/>'


def _lines(picture: Picture, dots: list[Dot]) -> tuple[str, str]:
    """Path data of edges and loops, and of arrow heads."""
    lines, heads = [], []
    for line in picture.lines:
        a, b = dots[line.start], dots[line.end]
        if a is b:
            # A circle through the middle of the dot that stands above it.
            lines.append(f"M{_point(a.x, a.y)}a{_LOOP} {_LOOP} 0 1 1 .1 0")
            continue
        lines.append(f"M{_point(a.x, a.y)}L{_point(b.x, b.y)}")
        if line.head:
            heads.append(_head(a, b))
        if line.tail:
            heads.append(_head(b, a))
    return "".join(lines), "".join(heads)


def _head(start: Dot, end: Dot) -> str:
    """An arrow head whose point touches the dot at the end."""
    across, down = end.x - start.x, end.y - start.y
    length = sqrt(across * across + down * down) or 1.0
    x, y = across / length, down / length
    tip = end.x - x * (DOT + 1), end.y - y * (DOT + 1)
    back = tip[0] - x * _HEAD_LENGTH, tip[1] - y * _HEAD_LENGTH
    one = back[0] - y * _HEAD_WIDTH, back[1] + x * _HEAD_WIDTH
    other = back[0] + y * _HEAD_WIDTH, back[1] - x * _HEAD_WIDTH
    return f"M{_point(*tip)}L{_point(*one)}L{_point(*other)}z"


def _legend(picture: Picture, box: Box) -> str:
    if not picture.legend:
        return ""
    widths = [LEGEND_DOT + text_width(entry, CONFIG_SIZE) for entry in picture.legend]
    x = box.x + (box.width - sum(widths) - LEGEND_GAP * (len(widths) - 1)) / 2
    base = box.y + box.height - LEGEND_ROW // 2
    parts = []
    for kind, (entry, width) in enumerate(zip(picture.legend, widths, strict=True)):
        circle = _circle(x + DOT, base - 4, DOT - 1)
        parts.append(
            f'<g class="tv-kind-{kind % _COLOURS}">{circle}</g>'
            f'<text x="{_number(x + LEGEND_DOT)}" y="{base}">{escape(entry)}</text>'
        )
        x += width + LEGEND_GAP
    return f'<g class="tv-legend">{"".join(parts)}</g>'


def _number(value: float) -> str:
    return f"{round(value, 1):g}"


def _point(x: float, y: float) -> str:
    return f"{_number(x)} {_number(y)}"
