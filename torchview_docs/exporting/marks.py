"""Marks: what a figure consists of when all is resolved: outlines with their paint, words with their place.

They are read from the figure's SVG. Only what `drawing.svg` writes is understood; anything else is
an error and not left out, so that a test notices what a PDF would lack.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias
from unicodedata import normalize
from xml.etree import ElementTree as ET

import cssselect2

from torchview_docs.colours import parse_colour
from torchview_docs.exporting.styles import Cascade

__all__ = ["Link", "Marks", "Measure", "Outline", "Paint", "Words", "read_marks"]

#: Width of a text in px, given its size and whether it is bold.
Measure: TypeAlias = Callable[[str, float, bool], float]

_SVG = "{http://www.w3.org/2000/svg}"
_UNSEEN = frozenset({"title", "desc", "style", "metadata"})
_SHAPES = frozenset({"rect", "path", "circle"})
_GROUPS = frozenset({"svg", "g", "a"})


class Paint(NamedTuple):
    """How an outline is filled and drawn; a colour is `#rrggbb` or empty for none."""

    fill: str = ""
    fill_opacity: float = 1.0
    stroke: str = ""
    stroke_opacity: float = 1.0
    stroke_width: float = 1.0
    round_ends: bool = False
    dashes: tuple[float, ...] = ()


class Outline(NamedTuple):
    """A shape, as path data of SVG."""

    path: str
    paint: Paint


class Words(NamedTuple):
    """A text of one style; `x`, `y` are the left end of its baseline."""

    text: str
    x: float
    y: float
    size: float
    bold: bool
    colour: str
    opacity: float = 1.0


class Link(NamedTuple):
    """An area that leads to an address."""

    address: str
    x: float
    y: float
    width: float
    height: float


class Marks(NamedTuple):
    """A whole figure, whose top left corner is at `left`, `top`; its title, and what is told of it."""

    title: str
    told: str
    left: float
    top: float
    width: float
    height: float
    drawn: tuple[Outline | Words, ...]
    links: tuple[Link, ...]


def read_marks(svg: str, rules: Iterable[tuple[str, str]], measure: Measure) -> Marks:
    """The marks of an SVG.

    Args:
        svg: What `drawing.svg.svg` wrote.
        rules: The stylesheet: selectors and declarations without variables, in their order.
        measure: Tells how wide texts are, so that one can follow another.
    """
    root = cssselect2.ElementWrapper.from_xml_root(ET.fromstring(svg))  # noqa: S314  # our own
    left, top, width, height = map(float, root.etree_element.get("viewBox", "0 0 0 0").split())
    reader = _Reader(Cascade(rules), measure)
    reader.read(root, {})
    title, told = (root.etree_element.findtext(f"{_SVG}{name}", "") for name in ("title", "desc"))
    return Marks(title, told, left, top, width, height, tuple(reader.drawn), tuple(reader.links))


class _Reader:
    """Walks through an SVG."""

    def __init__(self, cascade: Cascade, measure: Measure) -> None:
        self._cascade = cascade
        self._measure = measure
        self.drawn: list[Outline | Words] = []
        self.links: list[Link] = []

    def read(self, element: Any, around: Mapping[str, str]) -> None:
        """Read an element with all that is in it."""
        source: ET.Element = element.etree_element
        name = source.tag.removeprefix(_SVG)
        if name in _UNSEEN:
            return
        style = self._cascade.style(element, around)
        if style.get("display") == "none":
            return
        if name == "text":
            self._read_text(element, style)
        elif name in _SHAPES:
            self._read_shape(source, name, style)
        elif name in _GROUPS:
            before = len(self.drawn)
            for child in element.iter_children():
                self.read(child, style)
            if name == "a":
                self._link(source, self.drawn[before:])
        else:
            raise ValueError(f"<{name}> cannot be exported")

    def _read_shape(self, source: ET.Element, name: str, style: Mapping[str, str]) -> None:
        paint = _paint(style)
        if paint.fill or paint.stroke:
            path = source.get("d", "") if name == "path" else _SHAPE_PATHS[name](source.attrib)
            self.drawn.append(Outline(path, paint))

    def _read_text(self, element: Any, style: Mapping[str, str]) -> None:
        line = _Line(self._measure)
        self._read_words(element, style, line)
        self.drawn += line.ended()

    def _read_words(self, element: Any, style: Mapping[str, str], line: _Line) -> None:
        source: ET.Element = element.etree_element
        line.move(source.attrib, style.get("text-anchor", "start"))
        line.write(source.text, style)
        for child in element.iter_children():
            if (tag := child.etree_element.tag.removeprefix(_SVG)) != "tspan":
                raise ValueError(f"<{tag}> in <text> cannot be exported")
            self._read_words(child, self._cascade.style(child, style), line)
            line.write(child.etree_element.tail, style)

    def _link(self, source: ET.Element, drawn: list[Outline | Words]) -> None:
        """A link on the box of a card, where it has one, else on its texts."""
        box = source.find(f"{_SVG}rect")
        if box is not None:
            x, y, width, height = (float(box.get(name, 0)) for name in ("x", "y", "width", "height"))
        else:
            texts = [mark for mark in drawn if isinstance(mark, Words)]
            if not texts:
                return
            x, y = min(t.x for t in texts), min(t.y - t.size for t in texts)
            width = max(t.x + self._measure(t.text, t.size, t.bold) for t in texts) - x
            height = max(t.y + t.size / 4 for t in texts) - y
        self.links.append(Link(source.get("href", ""), x, y, width, height))


class _Line:
    """A text element: chunks, each of which stands at a place of its own; see SVG 2, 11.5."""

    def __init__(self, measure: Measure) -> None:
        self._measure = measure
        self._done: list[Words] = []
        self._chunk: list[Words] = []
        self._anchor = "start"
        self._x = self._y = 0.0

    def move(self, attributes: Mapping[str, str], anchor: str) -> None:
        """Go where `x`, `y`, `dx` and `dy` of an element say."""
        if "x" in attributes or "y" in attributes:
            self._end_chunk()
            self._anchor = anchor
            self._x = float(attributes.get("x", self._x))
            self._y = float(attributes.get("y", self._y))
        self._x += float(attributes.get("dx", 0))
        self._y += float(attributes.get("dy", 0))

    def write(self, text: str | None, style: Mapping[str, str]) -> None:
        """Write a text of one style where the last one has ended."""
        words = normalize("NFC", re.sub(r"\s+", " ", text or ""))
        if not (self._chunk or self._done):
            words = words.lstrip()
        if not words:
            return
        size, weight = float(style["font-size"].removesuffix("px")), style.get("font-weight", "400")
        bold = weight == "bold" or (weight.isdigit() and int(weight) >= 600)
        colour, opacity = _colour(style, "fill")
        self._chunk.append(Words(words, self._x, self._y, size, bold, colour, opacity))
        self._x += self._measure(words, size, bold)

    def ended(self) -> list[Words]:
        """All that was written, which can be seen."""
        self._end_chunk()
        return [words for words in self._done if words.colour and words.text.strip()]

    def _end_chunk(self) -> None:
        if not self._chunk:
            return
        # Space at the end of a line is not set.
        last = self._chunk[-1]
        self._chunk[-1] = last._replace(text=last.text.rstrip())
        start = self._chunk[0].x
        end = self._chunk[-1].x + self._measure(self._chunk[-1].text, last.size, last.bold)
        back = {"end": end - start, "middle": (end - start) / 2}.get(self._anchor, 0.0)
        self._done += [words._replace(x=words.x - back) for words in self._chunk]
        self._chunk = []


def _paint(style: Mapping[str, str]) -> Paint:
    fill, fill_opacity = _colour(style, "fill")
    stroke, stroke_opacity = _colour(style, "stroke", "none")
    dashes = style.get("stroke-dasharray", "none")
    return Paint(
        fill,
        fill_opacity,
        stroke,
        stroke_opacity,
        float(style.get("stroke-width", "1").removesuffix("px")),
        style.get("stroke-linecap") == "round",
        () if dashes == "none" else tuple(float(part) for part in re.split(r"[\s,]+", dashes)),
    )


def _colour(style: Mapping[str, str], name: str, default: str = "black") -> tuple[str, float]:
    """A colour as `#rrggbb`, empty for none, and how opaque it is."""
    value = style.get(name, default)
    opacity = float(style.get(f"{name}-opacity", 1)) * float(style.get("opacity", 1))
    if value in ("none", "transparent") or not opacity:
        return "", opacity
    return parse_colour(value), opacity


def _rect(given: Mapping[str, str]) -> str:
    x, y, width, height = (float(given.get(name, 0)) for name in ("x", "y", "width", "height"))
    radius = min(float(given.get("rx", 0)), width / 2, height / 2)
    across, down = width - 2 * radius, height - 2 * radius
    if not radius:
        return f"M{x:g} {y:g}h{width:g}v{height:g}h{-width:g}z"
    corners = (f"a{radius:g} {radius:g} 0 0 1 {a * radius:g} {b * radius:g}" for a, b in _CORNERS)
    sides = (f"h{across:g}", f"v{down:g}", f"h{-across:g}", f"v{-down:g}")
    return f"M{x + radius:g} {y:g}" + "".join(s + c for s, c in zip(sides, corners, strict=True)) + "z"


_CORNERS = ((1, 1), (-1, 1), (-1, -1), (1, -1))


def _circle(given: Mapping[str, str]) -> str:
    x, y, r = (float(given.get(name, 0)) for name in ("cx", "cy", "r"))
    return f"M{x - r:g} {y:g}a{r:g} {r:g} 0 1 1 {2 * r:g} 0a{r:g} {r:g} 0 1 1 {-2 * r:g} 0z"


_SHAPE_PATHS: Mapping[str, Callable[[Mapping[str, str]], str]] = {"rect": _rect, "circle": _circle}
