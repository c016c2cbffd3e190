"""SVG of a Drawing: one vocabulary of classes, colours by CSS variables, every text escaped.

    svg.tv
      title, desc              what a reader who does not see it is told
      g.tv-frames              panels, outer before inner: rect, text, g.tv-badge (× 12)
      path.tv-wires            all wires; .tv-dashed those that carry no data; path.tv-heads
      g.tv-cards               a card is g.tv-<family>, or `a` where it links: rect, path (its bar), text;
                               one with several rows is a g with a rect and such a group per row;
                               g.tv-io, g.tv-source and g.tv-tensor are pills: tensors, not computations;
                               g.tv-graph an input whose graph is drawn (see picture_svg)
      g.tv-labels              shapes
      g.tv-key                 the legend; in a file of its own g.tv-remarks, the notes

What an author says of parts are classes too: tv-hi stands out, tv-lo steps back, tv-s1 to tv-s5 are
shades, g.tv-call is the number of a note. Only colours of the author's own are styles. In a comparison
cards, panels, wires and heads are tv-add, tv-del or tv-mut, and g.tv-sign holds the sign.

A `tspan` with an `x` is set flush right; one with a `dy` is a second line. No element has an event
handler or a script, and nothing comes from outside.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import TypeAlias

from torchview_docs.collection import no_collection
from torchview_docs.drawing.callouts import times
from torchview_docs.drawing.drawing import Drawing, Label, PlacedCard, PlacedFrame
from torchview_docs.drawing.key_svg import key, remarks_below
from torchview_docs.drawing.look_svg import (
    SIGN_CLASSES,
    bar_style,
    callouts,
    common_classes,
    look_classes,
    painted,
    painted_frame,
    rect,
)
from torchview_docs.drawing.markings import escape
from torchview_docs.drawing.metrics import LABEL_SIZE, text_width
from torchview_docs.drawing.picture_svg import picture_parts
from torchview_docs.drawing.scene import Look, Picture, Row
from torchview_docs.drawing.strokes import Box, heads, lines, px, sheets, ways
from torchview_docs.drawing.theme import file_stylesheet, stylesheet

__all__ = ["escape", "stylesheet", "svg"]

#: The address of a class or function, None where there is none.
LinkResolver: TypeAlias = Callable[[str], str | None]

_ROW = 26
#: From this height on, a single row has its configuration under its title.
_TWO_LINES = 40
#: Where a title starts and a configuration ends, from the border of a card and of an input or output.
_TITLE_X, _CONFIG_X = 13, 10
_PILL_X, _PILL_END = 16, 14
_FRAME_END = 10
#: Radius of the corners of a graph's card.
_TAB = 10
_PILLS = {"input": "io", "output": "io", "source": "source", "tensor": "tensor"}


def svg(
    drawing: Drawing,
    *,
    prefix: str,
    title: str,
    desc: str,
    link: LinkResolver | None = None,
    standalone: bool = False,
) -> str:
    """The SVG element of a drawing.

    Args:
        drawing: What to draw.
        prefix: Before every id in it; unique on the page.
        title: Its name for assistive technology.
        desc: Its description for assistive technology.
        link: Gives the address that a class or function links to.
        standalone: Whether it is a file of its own, with the style and a background in it.
    """
    with no_collection():
        return _Writer(link).write(drawing, escape(prefix), escape(title), escape(desc), standalone)


class _Writer:
    """Writes one drawing."""

    def __init__(self, link: LinkResolver | None) -> None:
        self._resolve = link
        self._linked = False

    def write(self, drawing: Drawing, prefix: str, title: str, desc: str, standalone: bool) -> str:
        turned = drawing.direction in ("LR", "RL")
        frames = _group("tv-frames", [self._frame(f) for f in drawing.frames])
        cards = _group("tv-cards", [self._card(c, turned) for c in drawing.cards])
        # An image has no parts, so one with links in it must not be called an image.
        role = "group" if self._linked else "img"
        # Ids have a dot, which headings never have: a figure `model` may stand below `Model title`.
        # Borders are 1 px wide and centred on whole px: half a px makes them sharp.
        notes, least, more = remarks_below(drawing, px(drawing.height)) if standalone else ("", 0, 0)
        width, height = max(px(drawing.width), least) + 1, px(drawing.height) + more + 1
        style = _style(width, height) if standalone else ""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="tv" width="{width}" height="{height}" '
            f'viewBox="-.5 -.5 {width} {height}" role="{role}" '
            f'aria-labelledby="{prefix}.title" aria-describedby="{prefix}.desc">'
            f'<title id="{prefix}.title">{title}</title><desc id="{prefix}.desc">{desc}</desc>'
            f"{style}{frames}{_wires(drawing)}{cards}"
            f"{_group('tv-labels', [_label(label) for label in drawing.labels])}"
            f"{key(drawing.legend)}{notes}</svg>"
        )

    def _frame(self, placed: PlacedFrame) -> str:
        frame = placed.frame
        box = _box(placed)
        parts = []
        if frame.repeat > 1:
            parts.append(f'<path d="{sheets(box, 8, 4, _sheets(frame.repeat))}"/>')
        parts.append(rect(box, 8) + painted_frame(frame.look, box, 8))
        end, base = box.x + box.width - _FRAME_END, box.y + 17
        badge = ""
        if words := times(frame.repeat, frame.look):
            badge, size = _badge(words, end + 4, box.y + 5)
            end -= size + 2
        numbers, size = callouts(frame.look, end + 4 if not badge else end, box.y + 5)
        end -= size
        # a tspan with a `dy` starts at its x
        place = f'x="{box.x + px(placed.subtitle_x)}" dy="0"' if placed.subtitle_x else 'dx="3"'
        subtitle = f" <tspan {place}>{escape(frame.subtitle)}</tspan>" if frame.subtitle else ""
        note = f' <tspan x="{end}">{escape(frame.note)}</tspan>' if frame.note else ""
        text = _text(box.x + px(placed.title_x), base, f"{escape(frame.title)}{subtitle}{note}")
        parts.append(self._linking(frame.type, text) + numbers + badge)
        classes = look_classes(frame.look).strip()
        if frame.hint or classes:
            hint = _title(frame.hint) if frame.hint else ""
            return f"<g{_named(classes)}>{hint}{''.join(parts)}</g>"
        return "".join(parts)

    def _card(self, placed: PlacedCard, turned: bool) -> str:
        card = placed.card
        x, y, width, height = box = _box(placed)
        pill = _PILLS.get(card.kind)
        io = pill == "io"
        start, end = x + (_PILL_X if io else _TITLE_X), x + width - (_PILL_END if io else _CONFIG_X)
        back = badge = ""
        if card.repeat > 1:
            back = f'<path class="tv-sheets" d="{sheets(box, 5, 3, _sheets(card.repeat))}"/>'
        if words := times(card.repeat, card.rows[0].look):
            badge, size = _badge(words, x + width - 6, y + (height - 16) // 2)
            end -= size + 3
        radius = 15 if pill else 5
        body = back + rect(box, radius)
        row = card.rows[0]
        if card.picture is not None:
            return self._graph(box, row, card.picture)
        if len(card.rows) > 1:
            stance = common_classes([row.look for row in card.rows])
            return f"<g{_named(stance)}>{body}{''.join(self._rows(placed, end, stance))}{badge}</g>"
        middle = y + height // 2
        numbers, size = callouts(row.look, end + (4 if not badge else 0), middle - 8)
        end -= size
        if turned and row.config and height >= _TWO_LINES:
            text = _two_lines(row, start, middle)
        else:
            text = _words(row, start, end, middle + 5)
        body += painted(row.look, box, radius)
        bar = "" if pill else _bar(x, y, height, row.look)
        return self._part(row, pill or row.family, body, bar + text + numbers + badge)

    def _graph(self, box: Box, row: Row, picture: Picture) -> str:
        """An input whose graph is drawn: a panel, with the pill as its head."""
        x, y, width, height = box
        head = height - px(picture.height)
        tab = f"M{x} {y + head}v{_TAB - head}a{_TAB} {_TAB} 0 0 1 {_TAB}-{_TAB}h{width - 2 * _TAB}"
        tab += f"a{_TAB} {_TAB} 0 0 1 {_TAB} {_TAB}v{head - _TAB}z"
        text = _words(row, x + _PILL_X, x + width - _PILL_END, y + head // 2 + 5)
        hint = _title(row.hint) if row.hint else ""
        inside = Box(x, y + head, width, height - head)
        return (
            f'<g class="tv-graph">{rect(box, _TAB)}<path class="tv-tab" d="{tab}"/>'
            f'<g class="tv-io">{hint}{text}</g>{picture_parts(picture, inside)}</g>'
        )

    def _rows(self, placed: PlacedCard, end: int, stance: str) -> Iterator[str]:
        """The rows of a card with several; `stance` is the class of the card, where all agree."""
        x, y, width, height = _box(placed)
        rows = placed.card.rows
        edge = (height - _ROW * len(rows)) // 2
        tops = [y + edge + _ROW * k for k in range(len(rows))]
        rules = "".join(f"M{x + 4} {top}h{width - 4}" for top in tops[1:])
        yield f'<path class="tv-rule" d="{rules}"/>'
        borders = [y, *tops[1:], y + height]
        for k, row in enumerate(rows):
            start, stop = borders[k] + (k > 0), borders[k + 1] - (k < len(rows) - 1)
            middle = (borders[k] + borders[k + 1]) // 2
            numbers, size = callouts(row.look, end + 4, middle - 8)
            text = _words(row, x + _TITLE_X, end - size, middle + 5)
            inside = Box(x + 1, start, width - 2, stop - start)
            own = row.look is not None and (
                row.look.shade or ((row.look.stance == "hi" or row.look.sign) and not stance)
            )
            ground = (rect(inside, 4) if own else "") + painted(row.look, inside, 4, border=False)
            yield self._part(
                row,
                row.family,
                ground,
                _bar(x, start, stop - start, row.look),
                text,
                numbers,
                plain=bool(stance),
            )

    def _part(self, row: Row, family: str, *content: str, plain: bool = False) -> str:
        """What belongs to one row, as a group of its family, linked and with its hint.

        `plain` says that the card around it has its stance already.
        """
        inner = (_title(row.hint) if row.hint else "") + "".join(content)
        look = row.look._replace(stance="", sign="") if plain and row.look is not None else row.look
        name = _class(family) + look_classes(look)
        return self._linking(row.type, inner, f' class="{name}"') or f'<g class="{name}">{inner}</g>'

    def _linking(self, type_: str, inner: str, attributes: str | None = None) -> str:
        """`inner` in a link; without an address, `inner` itself or nothing if it wants a group."""
        address = self._resolve(type_) if self._resolve and type_ else None
        if not address:
            return "" if attributes else inner
        self._linked = True
        return f'<a{attributes or ""} href="{escape(address)}">{inner}</a>'


@cache
def _class(family: str) -> str:
    return "tv-" + re.sub(r"[^a-z0-9-]", "", family)


def _style(width: int, height: int) -> str:
    css = file_stylesheet().replace("&", "&amp;").replace("<", "&lt;")
    ground = f'<rect class="tv-bg" x="-.5" y="-.5" width="{width}" height="{height}"/>'
    return f"<style>{css}</style>{ground}"


def _wires(drawing: Drawing) -> str:
    drawn = ways(drawing.wires)
    written = []
    for side in dict.fromkeys(("", *sorted({way.side for way in drawn}))):
        here = [way for way in drawn if way.side == side]
        sign = SIGN_CLASSES[side]
        solid = lines(way for way in here if not way.dashed)
        dashed = lines(way for way in here if way.dashed)
        arrows = heads(here)
        written += [
            f'<path class="tv-wires{sign}" d="{solid}"/>' if solid else "",
            f'<path class="tv-wires tv-dashed{sign}" d="{dashed}"/>' if dashed else "",
            f'<path class="tv-heads{sign}" d="{arrows}"/>' if arrows else "",
        ]
    return "".join(written)


def _box(placed: PlacedCard | PlacedFrame) -> Box:
    """Corner and size in whole px; both sides are rounded, so that neighbours keep their distance."""
    x, y = px(placed.x), px(placed.y)
    return Box(x, y, px(placed.x + placed.width) - x, px(placed.y + placed.height) - y)


def _group(name: str, parts: list[str]) -> str:
    return f'<g class="{name}">{"".join(parts)}</g>' if parts else ""


def _sheets(repeat: int) -> int:
    """How many sheets are seen behind what stands for so many."""
    return min(2, repeat - 1)


def _named(classes: str) -> str:
    return f' class="{classes}"' if classes else ""


def _bar(x: int, y: int, height: int, look: Look | None = None) -> str:
    """The bar that tells a card's family: 4 px with round ends, flush with the outer edge."""
    return f'<path d="M{x + 1}.5 {y + 1}.5v{height - 3}"{bar_style(look)}/>'


def _title(hint: str) -> str:
    return f"<title>{escape(hint)}</title>"


def _text(x: int, y: int, content: str) -> str:
    return f'<text x="{x}" y="{y}">{content}</text>'


def _words(row: Row, start: int, end: int, base: int) -> str:
    config = f' <tspan x="{end}">{escape(row.config)}</tspan>' if row.config else ""
    return _text(start, base, escape(row.title) + config)


def _two_lines(row: Row, x: int, middle: int) -> str:
    config = f' <tspan x="{x}" dy="16">{escape(row.config)}</tspan>'
    return _text(x, middle - 4, escape(row.title) + config)


def _badge(words: str, right: int, top: int) -> tuple[str, int]:
    """A pill that says how often something repeats, and its width."""
    width = px(text_width(words, LABEL_SIZE, bold=True)) + 12
    pill = rect(Box(right - width, top, width, 16), 8)
    return f'<g class="tv-badge">{pill}{_text(right - width // 2, top + 12, words)}</g>', width


def _label(label: Label) -> str:
    sign = SIGN_CLASSES[label.side].strip()
    attributes = f' class="{sign}"' if sign else ""
    return f'<text x="{px(label.x)}" y="{px(label.y)}"{attributes}>{escape(label.text)}</text>'
